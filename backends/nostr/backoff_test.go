package nostr

import (
	"testing"
	"time"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestBackOffIsCutShort: a relay that came back is dialled for a post, and for a list
// that is to be edited, though its back-off is long; one that has just been dialled in
// vain is not.
func TestBackOffIsCutShort(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	p := b.pool.relay(s.URL())
	missed := func(ago time.Duration) {
		p.drop(t)
		p.mu.Lock()
		p.missedAt = time.Now().Add(-ago)
		p.mu.Unlock()
	}
	r, again := prepare(t, b, posting("back again")), prepare(t, b, posting("and again"))
	b.pool.backoff = func(int) time.Duration { return time.Hour }
	missed(0)
	if o := b.Send(t.Context(), r); o.Verdict != timeline.Absent {
		t.Errorf("dialled in vain just now: %s, %v", o.Verdict, o.Err)
	}
	if _, err := b.List(t.Context(), timeline.ListFollows, timeline.Page{}); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("dialled in vain just now: %v", err)
	}
	p.mu.Lock()
	p.missedAt = time.Now().Add(-time.Minute)
	p.mu.Unlock()
	if o := b.Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("dialled in vain a minute ago: %s, %v", o.Verdict, o.Err)
	}
	p.drop(t)
	if o := b.Send(t.Context(), again); o.Verdict != timeline.Published {
		t.Errorf("dropped: %s, %v", o.Verdict, o.Err)
	}
	missed(time.Minute)
	if _, err := b.List(t.Context(), timeline.ListFollows, timeline.Page{}); err != nil {
		t.Errorf("dialled in vain a minute ago: %v", err)
	}
}

// drop ends a connection and waits until that was noticed.
func (r *relay) drop(t *testing.T) {
	t.Helper()
	for len(r.pool.changed) > 0 {
		<-r.pool.changed
	}
	r.mu.Lock()
	l := r.link
	r.mu.Unlock()
	l.cancel(errFlood)
	select {
	case <-r.pool.changed:
	case <-time.After(10 * time.Second):
		t.Fatal("the relay did not notice")
	}
}
