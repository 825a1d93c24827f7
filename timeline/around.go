package timeline

import "context"

// Section is a part of what a person posted.
type Section string

// The sections. They are part of the command line and of the JSON output and never
// change.
const (
	SectionPosts   Section = "posts"   // boosts too, but no answers to others
	SectionReplies Section = "replies" // answers, too
	SectionMedia   Section = "media"   // those with pictures, films or sound
	SectionPinned  Section = "pinned"  // what they put on top of their profile
	SectionLikes   Section = "likes"   // what they like, where that is for all to see
)

// Sectioner reads a part of what a person posted, newest first. It answers
// CodeUnsupported, with the reason, for a section that its network does not show; of
// Page only Before and Limit count. Pinned posts come in their author's order.
type Sectioner interface {
	ProfileSection(ctx context.Context, id string, s Section, p Page) (Batch, error)
}

// Circle is one of the two sides of following.
type Circle string

// The circles.
const (
	CircleFollowers Circle = "followers"
	CircleFollowing Circle = "following"
)

// Acquainter reads whom a person follows, and who follows them. It answers
// CodeUnsupported where its network cannot tell; of Page only Before and Limit count.
// A server may hold people back: what is read is who they show, not who there is.
type Acquainter interface {
	People(ctx context.Context, id string, c Circle, p Page) (Listing, error)
}

// Who tells who liked a post or boosted it: did is DoLike or DoBoost. The people come
// with the newest first where the network knows an order; of Page only Before and
// Limit count.
type Who interface {
	Who(ctx context.Context, post ID, did Kind, p Page) (Listing, error)
}

// Requester reads who asked to follow an account that decides about that itself.
// Answers are intents: DoAdmit.
type Requester interface {
	Requests(ctx context.Context, p Page) (Listing, error)
}

// Sought is what a network is searched for.
type Sought string

// What there is to be sought. They are part of the command line and never change.
const (
	SoughtPosts  Sought = "posts"
	SoughtPeople Sought = "people"
	SoughtTags   Sought = "tags"
)

// Searcher searches its network. It answers CodeUnsupported, with the reason and what
// could be done about it, for what cannot be sought there; of Page only Before and
// Limit count. A question is at most MaxQuestion bytes; how its words are taken is the
// network's affair.
type Searcher interface {
	Search(ctx context.Context, s Sought, question string, p Page) (Findings, error)
}

// MaxQuestion is how many bytes a Searcher may be asked with.
const MaxQuestion = 500

// Findings are a page of what a network found: of Posts, People and Tags the one that
// was sought.
type Findings struct {
	Posts  []*Post
	People []*Profile
	Tags   []FoundTag
	Older  Cursor // continues below; "" at the end
	// Note is what the person should know of how it was sought: "asked 2 of 5 relays".
	Note Safe
}

// FoundTag is a tag that a network knows.
type FoundTag struct {
	Name   Safe // without '#'
	URL    Safe
	Uses   int  // posts with it in the last days; 0 when unknown
	Follow bool // the account follows it
}
