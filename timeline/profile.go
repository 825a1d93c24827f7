package timeline

import "time"

// Profile is a person, bot or group as one network shows them.
type Profile struct {
	Network Network
	Author
	Bio                         Text
	Banner                      Safe
	Fields                      []Field
	Created                     time.Time
	Posts, Following, Followers int  // 0 when unknown
	Locked                      bool // follows need approval
	FollowedBy, Followed        bool // as the asking account sees it
	Requested                   bool // the asking account asked to follow, and waits for an answer
	Muted, Blocked              bool
	Moved                       Safe      // where the person went, when they say so
	Kept                        time.Time // when it was read, where the server could not be asked now; else zero
}

// Field is one line of a profile's table of links and facts.
type Field struct {
	Name     Safe
	Value    Text
	Verified bool // the server checked that the page links back (rel=me)
}
