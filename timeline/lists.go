package timeline

import (
	"context"
	"io"
)

// List names one of the lists that a network keeps of an account.
type List string

// The lists. They are part of the JSON output and never change.
const (
	ListPosts     List = "posts" // all that the account published, replies and boosts too
	ListFollows   List = "follows"
	ListMutes     List = "mutes"
	ListBlocks    List = "blocks"
	ListBookmarks List = "bookmarks"
	ListLikes     List = "likes"
)

// Lister reads the account's own lists. It answers CodeUnsupported for a list that
// its network does not have.
type Lister interface {
	// List reads a page of a list, newest first; of Page only Before and Limit count.
	List(ctx context.Context, l List, p Page) (Listing, error)
}

// Listing is a page of a list: People of follows, mutes and blocks, Posts of the
// others.
type Listing struct {
	People []*Profile
	Posts  []*Post
	Older  Cursor // continues below; "" at the end
	// Unread are entries that could not be read, each as the network names it: posts
	// that are gone, hidden items. They are told, not dropped.
	Unread []Safe
	// Note is what the person should know of how whole the list is.
	Note Safe
}

// Archiver gives the account's own data in the form in which its network keeps it.
type Archiver interface {
	// Archive writes them to w and returns the usual ending of such a file, "car" or
	// "jsonl". It calls progress, which may be nil, with the bytes written so far.
	// An ending beside an error says that what was written is sound but not all: the
	// error tells what is missing.
	Archive(ctx context.Context, w io.Writer, progress func(written int64)) (ending string, err error)
}

// Marker keeps on the server how far the home timeline was read, for the person's
// other clients. The server's mark only moves forward.
type Marker interface {
	// Marker returns the ServerID of the newest post read; "" where there is none yet.
	Marker(ctx context.Context) (serverID string, err error)
	// SetMarker moves the mark to a post of the home timeline.
	SetMarker(ctx context.Context, serverID string) error
}
