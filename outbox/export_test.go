package outbox

import "errors"

var errDead = errors.New("the process is dead")

// Trap is called at every point at which the process may end.
func (o *Outbox) Trap(trap func(point string) error) { o.trap = trap }

// Die is the end of the process as others see it: nothing more is written, and its
// lock is free.
func (o *Outbox) Die() {
	o.turn <- struct{}{} // a write that has begun is whole
	o.trap = func(string) error { return errDead }
	<-o.turn
	o.end()
	o.runs.Wait()
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	lock := o.owner.lock
	o.owner = nil
	_ = o.release()
	_ = lock.Unlock()
}

// DB lets a test look into the journal.
func (o *Outbox) Query(query string, dest ...any) error { return o.db.QueryRow(query).Scan(dest...) }
