package timeline

import "time"

// Changes is everything that changed since the last Next.
type Changes struct {
	Posts   []*Post // new or changed, in order of arrival
	Removed []ID    // gone, or hidden since they were changed
	// Deliveries are those that have changed, each in its latest state.
	Deliveries []Delivery
	// Gaps, Health, Lacking and Mutes are the whole present state, not differences. When Mutes
	// are others than before, what was handed over is to be read again: see
	// Hub.History.
	Gaps   []Gap
	Health []Health
	// Lacking are the accounts that have no such feed; they are in no Health.
	Lacking []Lack
	Mutes   *Mutes
	// Loading tells that older posts were asked for and are awaited; End that no
	// account has older ones; Settled that every account has answered or failed
	// once since the start.
	Loading, End, Settled bool
	// Unread are the keys of posts that have become unread, oldest first, or are muted no
	// more; Read of those that were read elsewhere or are muted. They are differences;
	// Unread may name a post again.
	Unread, Read []Key
	// Notices are those that came by themselves, the newest last. They are kept nowhere:
	// that is an Inbox's matter.
	Notices []Notice
	// Forgetful says why nothing is kept at present, as when the disk is full; empty
	// while all is well.
	Forgetful Safe
}

// Lack is why an account has no feed of the name that is read.
type Lack struct {
	Account Account
	Why     Safe
}

// State is how an account is doing.
type State string

// The states of an account.
const (
	Connecting State = "connecting"
	Live       State = "live"
	Partial    State = "partial" // some of its servers answer
	Down       State = "offline"
	SignIn     State = "sign-in" // the person must sign in again
)

// Health is the state of one account.
type Health struct {
	Account Account
	State   State
	Since   time.Time // when the state began
	Retry   time.Time // when the next attempt is due; zero when none is
	Up, Of  int       // usable connections, for backends with several
	Message Safe      // why, when State is not Live
	Code    Code      // the same for a program; "" where nothing failed
}
