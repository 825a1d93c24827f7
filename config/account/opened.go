package account

import "sync"

// Opened holds the keys that the person has unlocked, for as long as the process
// lasts: they are written nowhere. The zero value is ready, and a nil *Opened holds
// nothing. It is safe for concurrent use.
type Opened struct {
	mu       sync.Mutex
	keys     map[string]Secret
	declined map[string]bool
}

// Key returns the key of an account, by its ID, and whether it is unlocked.
func (o *Opened) Key(id string) (Secret, bool) {
	if o == nil {
		return Secret{}, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	key, ok := o.keys[id]
	return key, ok
}

// Put keeps a key that was unlocked.
func (o *Opened) Put(id string, key Secret) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.keys == nil {
		o.keys = map[string]Secret{}
	}
	o.keys[id] = key
	delete(o.declined, id)
}

// Decline notes that the person leaves a key locked: for the rest of the process the
// account only reads.
func (o *Opened) Decline(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.declined == nil {
		o.declined = map[string]bool{}
	}
	o.declined[id] = true
}

// Declined tells whether the person has left a key locked.
func (o *Opened) Declined(id string) bool {
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.declined[id]
}
