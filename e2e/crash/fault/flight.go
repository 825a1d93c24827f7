package fault

import "sync"

// flight counts what is under way. The zero value is ready.
type flight struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when n is zero; nil while nobody has asked
}

func (f *flight) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
}

func (f *flight) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n--; f.n == 0 && f.idle != nil {
		close(f.idle)
		f.idle = nil
	}
}

// landed is closed once nothing is under way.
func (f *flight) landed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.n == 0 {
		closed := make(chan struct{})
		close(closed)
		return closed
	}
	if f.idle == nil {
		f.idle = make(chan struct{})
	}
	return f.idle
}
