package timeline

import (
	"context"
	"time"
)

// Library is all that was ever read, whatever feed or thread it came by. What it
// answers is as old as the last reading; it never asks a network.
//
// All methods are safe for concurrent use. A post or person that was never read is
// CodeNotFound.
type Library interface {
	// Search finds posts, newest first unless Ranked.
	Search(ctx context.Context, s Search) (Found, error)
	// KeptPost returns one post.
	KeptPost(ctx context.Context, id ID) (*Post, error)
	// KeptThread puts together what is known of the conversation around a post.
	KeptThread(ctx context.Context, id ID) (*Thread, error)
	// KeptProfile returns a person by Author.ID; a person who was only ever met as an
	// author has no more than the author's fields.
	KeptProfile(ctx context.Context, n Network, id string) (*Profile, error)
	// KeptPostsBy returns what a person posted, newest first, below a key.
	KeptPostsBy(ctx context.Context, n Network, id string, below Key, limit int) (Stretch, error)
	// Short returns the posts whose ShortID is short; more than one is a coincidence
	// that the person must settle.
	Short(ctx context.Context, short string) ([]ID, error)
}

// Search asks a Library for posts. All that is set must hold; the zero Search
// finds every post. ParseSearch makes one of what a person types.
type Search struct {
	Words    []string // each occurs, whole, in text, names, alt texts or links; case and accents do not count
	Phrases  []string // words that follow each other
	Without  []string // words that do not occur
	Begins   string   // a word begins so; what is being typed. At least three letters
	From     []string // any of these wrote it: a handle, a part of one, a name
	On       []Network
	Since    time.Time // not before
	Until    time.Time // before
	Has      []Having  // all of these
	Language []string  // any of these, ISO 639 codes as posts carry them ("en" finds "en-GB")
	Ranked   bool      // the best first, of the newest MaxRanked that match
	Below    Key       // only posts below it: the next page
	Limit    int       // 0 is 40, at most MaxFound
}

// The bounds of a Search.
const (
	MaxFound  = 1000
	MaxRanked = 2000
)

// Having is a thing that a post may have.
type Having string

// The things to have.
const (
	HasMedia Having = "media"
	HasImage Having = "image"
	HasVideo Having = "video"
	HasAudio Having = "audio"
	HasLink  Having = "link"
	HasPoll  Having = "poll"
	HasQuote Having = "quote"
	HasAlt   Having = "alt"
)

// Found is what a Search has found.
type Found struct {
	Hits   []Hit
	More   bool // there are more below the last of them
	Hidden int  // those that Mutes.Search has left out
}

// Hit is a post that was found, and why.
type Hit struct {
	Post *Post
	// Snippet is a line of up to 160 characters around the first place that matches;
	// Marks are the matches in it, as byte offsets of beginning and end.
	Snippet Safe
	Marks   [][2]int
}
