package timeline

import "time"

// FutureSlack is how far ahead of our clock a post's claimed time may be before
// it is marked: clocks differ by minutes, not by hours.
const FutureSlack = 15 * time.Minute

// Visibility is who may read a post.
type Visibility string

// The visibilities. Networks without the notion are public.
const (
	Public    Visibility = "public"
	Unlisted  Visibility = "unlisted" // readable by all, listed nowhere
	Followers Visibility = "followers"
	Direct    Visibility = "direct" // only those mentioned
)

// Post is one post of any network, or one boost of it. It is immutable once it
// has left its adapter.
//
// A boost is a Post whose Boosted is set: Author is who boosted, Created when;
// everything else about it is in Boosted. Content returns the post to read.
type Post struct {
	ID       ID
	Author   Author
	URL      Safe      // where a browser shows it; "" when nowhere
	Created  time.Time // as claimed by its author
	Sorted   time.Time // min(claimed, first seen): the place in the timeline
	Edited   time.Time // zero when never
	Revision uint64    // goes up when counts or text change

	Boosted *Post // what this post boosts; nil for an ordinary post

	Text       Text
	Warning    Safe   // content warning, NIP-36 reason or label text to show before the post
	Sensitive  bool   // hide text and media behind Warning (or a general one)
	MediaOnly  bool   // with Sensitive: hide the media alone, the text may be read
	Labels     []Safe // moderation labels, as the network names them
	Languages  []string
	Visibility Visibility
	Tags       []Safe // without '#', those of Text and those kept beside it
	Media      []Media
	Poll       *Poll
	Card       *Card
	Quote      *Quote
	ReplyTo    *Ref // the parent
	Root       *Ref // the first post of the thread, when known
	Counts     Counts
	Note       Safe // what skein could not show ("a kind of post skein does not know: …")
	Future     bool // claimed to be from more than FutureSlack ahead of our clock

	Views []View // what is particular to each account that has seen it
}

// Content is the post to read: the boosted one of a boost, else the post itself.
func (p *Post) Content() *Post {
	if p.Boosted != nil {
		return p.Boosted
	}
	return p
}

// Key is the post's place in a timeline.
func (p *Post) Key() Key { return Key{Time: p.Sorted, ID: p.ID} }

// Hidden tells whether the post's text waits behind its warning.
func (p *Post) Hidden() bool { return p.Sensitive && !p.MediaOnly }

// View returns what account a knows of the post.
func (p *Post) View(a AccountID) (View, bool) {
	for _, v := range p.Views {
		if v.Account == a {
			return v, true
		}
	}
	return View{}, false
}

// View is a post as one account sees it: the server's own name for it and what
// the account's owner already did with it.
type View struct {
	Account    AccountID
	ServerID   string // Mastodon's status id, Bluesky's cid, "" on Nostr
	Liked      bool
	Boosted    bool
	Bookmarked bool
	LikeID     string // the viewer's own like, where undoing needs it (at:// URI)
	BoostID    string
	Filtered   Safe // why the account's own server-side filters would hide it
}

// Author is what a post carries about its writer. Profile holds the rest.
type Author struct {
	ID       string // account id that Profiler takes: Mastodon acct, DID, hex public key
	Handle   Safe   // @user@host, @handle, or a shortened npub
	Name     Safe   // display name, custom emoji as :shortcode:; the handle when there is none
	Avatar   Safe
	URL      Safe
	Verified bool // says so on the network itself: NIP-05, Bluesky verification
	Bot      bool
}

// Ref names another post without holding it.
type Ref struct {
	ID     ID
	Handle Safe // its author, when known
}

// Counts are what the network says; zero is also "unknown".
type Counts struct {
	Replies, Boosts, Quotes, Likes int
}

// MediaKind is what an attachment is.
type MediaKind string

// The kinds of media.
const (
	Image       MediaKind = "image"
	Video       MediaKind = "video"
	GIF         MediaKind = "gif" // a silent, looping video or animation
	Audio       MediaKind = "audio"
	UnknownFile MediaKind = "file"
)

// Media is one attachment.
type Media struct {
	Kind          MediaKind
	URL           Safe
	Preview       Safe // a smaller picture of it; "" when there is none
	Alt           Safe
	Width, Height int // pixels; 0 when unknown
	Duration      time.Duration
	Blurhash      string
}

// Poll is a question with options.
type Poll struct {
	ID       string
	Options  []PollOption
	Multiple bool
	Closes   time.Time // zero when never
	Closed   bool
	Votes    int
	Voters   int // 0 when unknown
	Voted    bool
}

// PollOption is one answer. Votes is -1 while the network hides it.
type PollOption struct {
	Text   Safe
	Votes  int
	Chosen bool // by the viewer
}

// Card is a link's preview.
type Card struct {
	URL, Title, Description, Site, Image Safe
}

// QuoteState tells whether a quoted post can be read.
type QuoteState string

// The states of a quote.
const (
	QuoteShown   QuoteState = "shown"
	QuotePending QuoteState = "pending" // the quoted person has not agreed yet
	QuoteGone    QuoteState = "gone"    // deleted or not found
	QuoteRefused QuoteState = "refused" // revoked, blocked or detached
	QuoteOther   QuoteState = "other"   // a list, feed or record that is no post: Title says what
)

// Quote is a post inside a post. Post is set when State is QuoteShown and the
// network sent it; its own quote is not nested further.
type Quote struct {
	State QuoteState
	ID    ID
	Post  *Post
	Title Safe
}
