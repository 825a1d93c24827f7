package outbox

import (
	"context"
	"log/slog"
	"time"

	"skein/timeline"
)

// Options configure an Outbox. Dir, Open and Accounts are required.
type Options struct {
	Dir string // holds outbox.db, copies of files and lock files; private to the person
	// Open gives the backend of an account: one per account and process, shared with
	// whoever else reads. The outbox does not close it.
	Open     timeline.Opener
	Accounts []timeline.Account
	Sink     timeline.Sink // nil: nobody watches
	Now      func() time.Time
	Rand     func() float64 // in [0,1), for the jitter of back-off
	Log      *slog.Logger
}

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
}

// Filter chooses deliveries. The zero value is all of them, newest first.
type Filter struct {
	Open      bool   // only what is not over
	Operation string // only of this one; a unique beginning will do
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

// API is what the outbox offers; it is written down here in one place and
// implemented by *Outbox. All of it is safe for concurrent use, and by several
// processes at once.
type API interface {
	// Targets opens accounts for writing and asks their servers what they take, all at
	// once; with no ids every account. One that fails is there with its Err.
	Targets(ctx context.Context, ids ...timeline.AccountID) []Target
	// Add journals a plan and returns; Run, Drain or a later process sends it. It
	// fails with CodeRefused when a target refuses the draft, and then has added
	// nothing.
	Add(ctx context.Context, p Plan, a Added) (Operation, error)
	// Act journals actions as one operation: a like, a boost, the delete of all copies.
	Act(ctx context.Context, a Added, actions ...Action) (Operation, error)
	// Drain sends the deliveries of these operations, or everything that is due, until
	// each is settled, or ctx ends, or what is left cannot go on before ctx's deadline:
	// offline twice, or asked to come later. It returns how all of them stand.
	Drain(ctx context.Context, operations ...string) ([]timeline.Delivery, error)
	// Run sends whatever is due until ctx ends, and tells the Sink what this process
	// and others do.
	Run(ctx context.Context) error
	// Deliveries lists.
	Deliveries(ctx context.Context, f Filter) ([]timeline.Delivery, error)
	// Operation finds one by its id or a unique beginning of it.
	Operation(ctx context.Context, id string) (Operation, error)
	// Retry takes deliveries up again that are refused, unconfirmed, cancelled or
	// waiting; and one that is sent where some servers have not taken it. For what is
	// unconfirmed this may publish twice: the caller has asked the person.
	Retry(ctx context.Context, operation string, accounts ...timeline.AccountID) ([]timeline.Delivery, error)
	// Cancel stops what has not been sent. What may have been sent already it leaves,
	// and says so.
	Cancel(ctx context.Context, operation string, accounts ...timeline.AccountID) ([]timeline.Delivery, error)
	// Copies lists the posts that came of the same draft as id, id's own among them;
	// none when skein did not write it.
	Copies(ctx context.Context, id timeline.ID) ([]Placed, error)
	// SaveDraft keeps a draft; an empty id makes a new one. Drafts lists them, the
	// latest first. DropDraft forgets one.
	SaveDraft(ctx context.Context, id string, d Draft) (string, error)
	Drafts(ctx context.Context) ([]Saved, error)
	DropDraft(ctx context.Context, id string) error
	// Open counts the deliveries of an account that are not over.
	Pending(ctx context.Context, account timeline.AccountID) (int, error)
}
