package outbox

import (
	"errors"
	"time"

	"skein/timeline"
)

// ErrKeyUsed is the cause when Add or Act meets a key that stood for something else.
var ErrKeyUsed = errors.New("the key was used for something else")

// Added configures Add.
type Added struct {
	// Key makes a repeated Add the same operation: the person's own, 1 to 200 bytes.
	// Where it is known already nothing is added, and the operation from then is
	// returned.
	Key string
	// Hold is how long nothing is sent, so that the person can take it back.
	Hold time.Duration
}

// Operation is what a person did at one time: a draft on its way to its targets,
// or one action on a post.
type Operation struct {
	ID         string // short, for a command line
	Key        string // Added.Key
	Draft      *Draft // nil for what is no post
	Created    time.Time
	Deliveries []timeline.Delivery
	Repeated   bool // Add found it by its key
}

// Action is an intent other than a post, for one account.
type Action struct {
	Account timeline.AccountID
	Intent  timeline.Intent // Key and Created are filled in
	Summary timeline.Safe   // what it acts upon, for a list
	URL     timeline.Safe   // the web address of the post acted upon, where the network does not tell it; may be empty
}

// Filter chooses deliveries. The zero value is all of them, newest first.
type Filter struct {
	Open      bool                   // only what is not over
	State     timeline.DeliveryState // only what is in this state; "": any
	Operation string                 // only of this one; a unique beginning will do
	Account   timeline.AccountID
	Limit     int // 0: 200
}

// Placed is a post that a delivery became, and whose it is.
type Placed struct {
	Operation string
	Account   timeline.AccountID
	timeline.Copy
}

// Saved is a draft that was put aside, or that was being written.
type Saved struct {
	ID      string
	Draft   Draft
	Updated time.Time
}
