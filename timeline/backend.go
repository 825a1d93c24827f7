package timeline

import (
	"context"
	"time"
)

// MaxPage is the most posts a Page may ask for.
const MaxPage = 100

// Backend speaks for one account on one network. It is what every network has;
// further abilities are the small interfaces below, found with As.
//
// All methods may be called from several goroutines at once. They return an
// *Error (possibly wrapped), obey ctx, and never wait longer than the transport's
// own time-outs.
type Backend interface {
	Account() Account
	// Limits are the facts of this account's server, as far as they are known yet.
	Limits() Limits
	// Home reads a page of the home timeline.
	Home(ctx context.Context, p Page) (Batch, error)
	// Post reads one post.
	Post(ctx context.Context, id ID) (*Post, error)
	// Thread reads the conversation around a post.
	Thread(ctx context.Context, id ID) (*Thread, error)
	// Close ends connections. The Backend is of no use afterwards.
	Close() error
}

// Cursor is a backend's own position in a feed. It may be kept over restarts.
type Cursor string

// Page asks for posts. With neither Before nor After it is the newest page.
// Before asks for the posts older than a cursor, After for those newer; at most
// one of them is set.
type Page struct {
	Before, After Cursor
	Limit         int // 1…MaxPage; 0 is the backend's own default
}

// Batch is a backend's answer to a Page.
type Batch struct {
	Posts []*Post // nearly newest first; the order is not relied on
	Older Cursor  // continues below this page; "" when the feed ends here
	Newer Cursor  // continues above it; kept when the page is empty
	// Gap, in an answer to After, says that posts between After and the oldest of
	// Posts may be missing: the server no longer has them, or they are too many.
	Gap bool
}

// Streamer has live updates. Stream blocks until ctx ends or the connection
// fails; it calls emit from one goroutine, and never after it has returned. It
// starts with posts newer than from where it can, and does not reconnect: the hub
// does, and asks Home for what was missed.
type Streamer interface {
	Stream(ctx context.Context, from Cursor, emit func(Event)) error
}

// Event is one thing that happened on a stream. One field is set.
type Event struct {
	Post    *Post   // a new or changed post
	Deleted *ID     // a post that is gone
	Notice  *Notice // what has happened to the account; not what a page of Home would bring
	Status  *Status // the connection's own state
	Cursor  Cursor  // with Post: where a later Home(After) may continue; "" to keep the last
}

// Status is what a backend says of its own connections: Up of Of are usable.
type Status struct {
	Up, Of int
	Detail Safe // one line, such as "relay.example: closed"
}

// Pacer is told how much attention the person pays, so that a backend that polls
// can ask less often. SetPace may be called at any time.
type Pacer interface{ SetPace(p Pace) }

// Pace is how often to poll.
type Pace uint8

// The paces.
const (
	PaceActive Pace = iota // the person is looking
	PaceIdle               // the terminal is in the background or nobody typed for a while
)

// Profiler reads people.
type Profiler interface {
	// Profile reads one person by Author.ID.
	Profile(ctx context.Context, id string) (*Profile, error)
	// ProfilePosts reads what the person posted, newest first.
	ProfilePosts(ctx context.Context, id string, p Page) (Batch, error)
}

// Resolver understands what a person has at hand: a URL, at://…, nevent1…,
// @user@host. It answers CodeNotMine at once, without a request, for what is
// plainly another network's.
type Resolver interface {
	Resolve(ctx context.Context, ref string) (Target, error)
}

// Target is what a reference names: a post or a person; both are set where the
// reference does not tell which, as with 64 hex digits on Nostr.
type Target struct {
	Post   ID     // zero when it can only be a person
	Person string // Author.ID; "" when it can only be a post
}

// Checker tells whether the account works: one authenticated request that says
// who we are. It is what account check and doctor call.
type Checker interface {
	Check(ctx context.Context) (Report, error)
}

// Report is what Check found.
type Report struct {
	Handle   Safe   // who the server says we are
	Software Safe   // "mastodon 4.5.0", "bluesky pds", "relay.example: khatru 0.19"
	Facts    []Safe // further lines for doctor
	ReadOnly bool   // the account can read but not post
}

// SignOuter ends what the server keeps of the account's sign-in, so that its secrets
// are worth nothing any more, wherever they are. It asks with the stored credentials,
// before these are forgotten.
//
// CodeUnsupported says that there is nothing that this could end, as with a token that
// the person made and pasted; the message of any error says where a person can end it.
type SignOuter interface {
	SignOut(ctx context.Context) error
}

// Thread is a conversation. Roots holds the tree's top: one node unless the
// topmost post could not be read.
type Thread struct {
	Focus     ID
	Roots     []*Node
	Truncated bool // the server held back a part
	// Kept is set where the server could not be asked: the conversation is what was
	// kept of it, Kept when its newest part was read, and Why the server's failure.
	Kept time.Time
	Why  Safe
}

// Node is a post of a thread and the replies to it, oldest first.
type Node struct {
	Post    *Post // nil where Missing says why there is none
	ID      ID
	Missing Safe
	Replies []*Node
}

// Limits are a server's facts that matter to what is written there. Zero means
// that the network sets no such limit, or has no such thing where that is said.
type Limits struct {
	Characters  int    // in the network's own unit, see Unit and Rules.Count
	Bytes       int    // UTF-8 bytes of the text
	Unit        string // "characters", "graphemes", "bytes"
	Media       int    // attachments of one post; 0: none can be attached
	Alt         int    // characters of an alt text
	PollOptions int    // 0: no polls
	PollOption  int    // characters of an option
	PollMin     time.Duration
	PollMax     time.Duration

	Types       []string // MIME types that can be attached; nil: not known
	ImageBytes  int64    // of one picture
	ImagePixels int64    // width × height
	VideoBytes  int64

	// Message is how long a direct message may be; zero: as long as a post.
	Message Size

	Atomic   bool // a thread is published whole or not at all
	Schedule bool // the server keeps scheduled posts itself
	Address  bool // a reply reaches only those whom its text mentions
	MuteEnds bool // a person can be muted for a time
	Forwards bool // a report can be told to the other person's own server, too
	Whole    bool // a list is one document: its further entries are best written at once, see Intent.People
	ReadOnly Safe // why the account cannot write; empty when it can
	Assumed  bool // usual values: the server itself has not been asked yet
}

// OfMessage are the limits of a direct message: of text alone.
func (l Limits) OfMessage() Limits {
	if l.Message != (Size{}) {
		l.Characters, l.Bytes = l.Message.Characters, l.Message.Bytes
	}
	l.Media, l.PollOptions, l.Schedule, l.Atomic = 0, 0, false, false
	return l
}

// As finds ability T in b or in what b wraps, as errors.As does: a decorator
// with an Unwrap() Backend method hides nothing.
func As[T any](b Backend) (T, bool) {
	for b != nil {
		if t, ok := b.(T); ok {
			return t, true
		}
		u, ok := b.(interface{ Unwrap() Backend })
		if !ok {
			break
		}
		b = u.Unwrap()
	}
	var none T
	return none, false
}
