package history

import "slices"

// The kinds of delivery, as skein's JSON names them.
const (
	KindPost   = "post"
	KindLike   = "like"
	KindBoost  = "boost"
	KindDelete = "delete"
)

// The states of a delivery, as skein's JSON names them.
const (
	Sent        = "sent"
	Refused     = "refused"
	Unconfirmed = "unconfirmed"
	Cancelled   = "cancelled"
	Waiting     = "waiting"
)

// History is the three stories of one run.
type History struct {
	Asked   []Command
	Journal []Delivery
	Truth   Truth
	// Doubtful are the networks on which an unconfirmed delivery is no fault: their
	// server has nothing by which skein could find out.
	Doubtful map[string]bool
}

// Command is what somebody asked for with one key, however often the command was
// repeated.
type Command struct {
	Kind     string
	Mark     Mark     // of its text; of a post only
	Length   int      // words of its text
	Networks []string // where it is to go
	Parent   string   // the post that it answers
	On       string   // the post acted upon; of other kinds
	Promise  Promise
}

// Promise is the most that a command has said before it ended.
type Promise int

// The promises.
const (
	Nothing Promise = iota // it was killed, or refused before anything was kept
	Kept                   // in the outbox
	Done                   // sent everywhere
)

// Delivery is a row of the outbox.
type Delivery struct {
	Operation string
	Network   string
	Kind      string
	State     string
	Mark      Mark     // of the text, of a post only
	On        string   // the post acted upon; of other kinds
	Posts     []string // the ids in its receipt, in the order of the thread
	Part      int      // which post of a thread, from 1; 0 when it is all of it
}

// Truth is what the networks have of the person's own.
type Truth struct {
	Posts     []Post
	Reactions []Reaction
}

// Post is one that is there.
type Post struct {
	Network string
	ID      string // as receipts name it
	Text    string
	Parent  string // the id of the post that it replies to
}

// Reaction is a like or a boost that is there. A post liked twice has two.
type Reaction struct {
	Network string
	Kind    string
	On      string
}

// Open returns the deliveries that could still go on: all that is not over, but
// for what waits for a post that nobody can find out about.
func Open(journal []Delivery) []Delivery {
	doubt := map[string]bool{}
	for _, d := range journal {
		if d.State == Unconfirmed {
			doubt[d.Operation+" "+d.Network] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(journal), func(d Delivery) bool {
		switch d.State {
		case Sent, Refused, Unconfirmed, Cancelled:
			return true
		case Waiting:
			return doubt[d.Operation+" "+d.Network]
		}
		return false
	})
}
