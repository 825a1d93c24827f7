package timeline

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Publisher writes for one account. It is the only way to write: everything goes
// through the outbox, and the outbox calls nothing but these. Methods may be
// called for several intents at once.
//
// The outbox calls Prepare until it succeeds, commits the Request, calls Send,
// and commits the Outcome. After an Unknown it calls Settle, at growing distances,
// until that knows better. Each of the calls may be the last thing that the
// process ever does; what was not committed is done again by the next one.
type Publisher interface {
	Rules() Rules
	// Prepare does everything that has to be done before the publishing request:
	// reads the parent, resolves mentions, uploads media, has the event signed, looks
	// where the own timeline ends. Nobody sees any of it. Each finished step is kept
	// in n, so that a repeated call goes on where the last one stopped. It fails with
	// an *Error: a Temporary one is tried again, any other refuses the intent.
	Prepare(ctx context.Context, i Intent, n Notes) (Request, error)
	// Send sends the request, byte for byte. It must be called only after r was
	// committed. When ctx ends early the Outcome is Unknown.
	Send(ctx context.Context, r Request) Outcome
	// Settle finds out what became of a request whose answer was lost. It does not
	// publish.
	Settle(ctx context.Context, r Request) Outcome
}

// Learner can ask the server what it takes, where Limits are not the same
// everywhere. Learn asks once and remembers; Limits then tells.
type Learner interface {
	Learn(ctx context.Context) error
}

// Notes keep the finished steps of a preparation.
type Notes interface {
	// Get returns what an earlier preparation kept under a name.
	Get(step string) (json.RawMessage, bool)
	// Put keeps a value; it is durable when Put returns nil.
	Put(ctx context.Context, step string, value json.RawMessage) error
}

// Step does a step of a preparation, or recalls its result from an earlier time.
func Step[T any](ctx context.Context, n Notes, name string, do func(context.Context) (T, error)) (T, error) {
	var v T
	if raw, ok := n.Get(name); ok {
		if err := json.Unmarshal(raw, &v); err != nil {
			return v, fmt.Errorf("recalling step %s: %w", name, err)
		}
		return v, nil
	}
	v, err := do(ctx)
	if err != nil {
		return v, err
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return v, fmt.Errorf("keeping step %s: %w", name, err)
	}
	return v, n.Put(ctx, name, raw)
}

// Request is a publishing request, frozen. Body is the adapter's own: it holds the
// exact bytes to be sent and whatever Settle needs; no secret, for the journal is
// not encrypted. The outbox fills in the rest at each call.
type Request struct {
	Body json.RawMessage `json:"body"`

	// First is when it may have been sent for the first time; zero: never, for each
	// attempt until now was Absent.
	First time.Time `json:"-"`
	Last  time.Time `json:"-"` // when Send was last called; zero: never, or not known
	Tries int       `json:"-"` // how often Send was called before
	Known Receipt   `json:"-"` // what the servers have answered so far
	// Taken are posts that other deliveries of the account have turned out to be:
	// Settle must not find this one in them.
	Taken []ID `json:"-"`
}

// Verdict is what is known of a request.
type Verdict string

// The verdicts.
const (
	Published Verdict = "published" // it is there: Receipt tells where
	Rejected  Verdict = "rejected"  // it is not there and will not be: Err says why
	Absent    Verdict = "absent"    // it is surely not there; the same bytes may be sent (again) after Err.Until
	Spent     Verdict = "spent"     // surely not there, and these bytes are of no use any more: prepare afresh under a new key
	Uncertain Verdict = "uncertain" // it may be there: ask Settle (again)
	Hopeless  Verdict = "hopeless"  // it may be there and nothing will tell; only a person can
)

// Outcome is the answer of Send and Settle. Err is set unless the verdict is
// Published. Receipt is set with Published, and with Absent where some of several
// servers have taken it.
type Outcome struct {
	Verdict Verdict
	Receipt Receipt
	Err     *Error
}

// Receipt is what a network answered.
type Receipt struct {
	Posts   []Copy   `json:"posts,omitempty"`   // the post, or the posts of a thread in their order; for other kinds the post acted upon
	Answers []Answer `json:"answers,omitempty"` // where several servers were asked
	Note    Safe     `json:"note,omitzero"`     // "relays may keep a deleted post"
}

// Copy is one post that an intent became, or acted upon.
type Copy struct {
	ID       ID     `json:"id"`
	ServerID string `json:"server_id,omitempty"`
	URL      Safe   `json:"url,omitzero"`
}

// Answer is what one of several servers said.
type Answer struct {
	Server  Safe `json:"server"`
	Taken   bool `json:"taken"`
	Final   bool `json:"final,omitempty"` // not taken, and asking again is of no use
	Message Safe `json:"message,omitzero"`
}
