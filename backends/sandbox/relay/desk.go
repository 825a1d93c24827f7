package relay

import "sync"

// Manner is how a relay treats what is written to it.
type Manner int

// The manners. Takes is NIP-01's.
const (
	Takes      Manner = iota
	DropsOK           // stores the event, and closes the connection before it says so
	Mute              // stores it and says nothing
	Deaf              // stores nothing and says nothing
	Lies              // stores nothing and says that it did
	RateLimits        // refuses with "rate-limited:"
	Fails             // refuses with "error:"
	Blocks            // refuses with "blocked:"
)

// refusal is what a relay of that manner answers instead of taking an event.
func (m Manner) refusal() string {
	switch m {
	case RateLimits:
		return "rate-limited: slow down"
	case Fails:
		return "error: the disk is full"
	case Blocks:
		return "blocked: you are not on the list"
	}
	return ""
}

// desk is where events are handed in.
type desk struct {
	mu     sync.Mutex
	manner Manner
	times  int // how many more events are treated so; below zero is all
}

func (d *desk) next() Manner {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.times == 0 {
		return Takes
	}
	d.times--
	return d.manner
}

// Treat has the next events treated in some manner, as many as times says, or all
// for 0, and those after them as NIP-01 has it. What a relay refuses for a reason of
// its own, such as a bad signature, does not count.
func (s *Server) Treat(m Manner, times int) {
	s.desk.mu.Lock()
	defer s.desk.mu.Unlock()
	s.desk.manner, s.desk.times = m, times
	if times == 0 {
		s.desk.times = -1
	}
}
