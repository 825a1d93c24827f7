package fault

import (
	"maps"
	"sync"
	"time"
)

// Kind is one way in which a request fails.
type Kind string

// The kinds. In brackets: whether the server has done what was asked.
const (
	Pass         Kind = ""              // nothing is wrong [yes]
	Delay        Kind = "delay"         // passed on after a while [yes]
	Reset        Kind = "reset"         // cut before anything is passed on [no]
	CutRequest   Kind = "cut request"   // half of the request arrives, and the connection ends [no]
	DropAnswer   Kind = "drop answer"   // done; the connection ends without an answer [yes]
	CutAnswer    Kind = "cut answer"    // done; half of the answer is passed back [yes]
	SpoilAnswer  Kind = "spoil answer"  // done; 200 OK with a page of no sense [yes]
	Late         Kind = "late"          // cut at once; the server gets the request after a while [yes, later]
	Unavailable  Kind = "unavailable"   // 503, or a relay's "error:" [no]
	TooMany      Kind = "too many"      // 429, or a relay's "rate-limited:" [no]
	DoneAndError Kind = "done, and 500" // done; 500 all the same, or a relay's "error:" [yes]
	Silence      Kind = "silence"       // not passed on and not answered until the client gives up [no]
	Down         Kind = "down"          // nobody listens; the whole proxy, see Proxy.Down [no]
)

// Fault is what happens to one request.
type Fault struct {
	Kind  Kind
	After time.Duration // of Delay and Late
}

// Request is what a Chooser is told of a request.
type Request struct {
	Method string // of HTTP; for a websocket "EVENT", "REQ" and so on
	Path   string // of HTTP
}

// Write tells whether the request wants to change something.
func (r Request) Write() bool {
	switch r.Method {
	case "POST", "PUT", "PATCH", "DELETE", "EVENT":
		return true
	}
	return false
}

// Chooser decides what happens to a request. It may be called for several at once.
type Chooser func(Request) Fault

// Counts is how often each kind has happened. It is safe for concurrent use; the
// zero value is ready.
type Counts struct {
	mu sync.Mutex
	n  map[Kind]int
}

// Add counts one.
func (c *Counts) Add(k Kind) {
	if k == Pass {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[Kind]int{}
	}
	c.n[k]++
}

// All returns a copy.
func (c *Counts) All() map[Kind]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}
