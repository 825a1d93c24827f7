package timeline

import (
	"context"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FeedName names a feed, the same on every network and in every account that has it:
// "home", "tag:golang". It is part of the configuration, the commands and the JSON
// output, and never changes. ParseFeedName makes one.
type FeedName string

// FeedHome is every account's home timeline.
const FeedHome FeedName = "home"

// The other feeds that have no argument.
const (
	FeedLocal     FeedName = "local"     // what people of the account's server post
	FeedFederated FeedName = "federated" // all that the account's server knows of
	FeedBookmarks FeedName = "bookmarks"
	FeedLikes     FeedName = "likes"
	FeedPosts     FeedName = "posts" // what the account itself published
)

// The kinds of feeds that have one: what stands before the colon.
const (
	FeedList   = "list"  // a list of people, by the network's id or by title
	FeedTag    = "tag"   // a hashtag, without '#'
	FeedCustom = "feed"  // at:// URI of a Bluesky feed generator
	FeedRelay  = "relay" // wss:// address of a Nostr relay: what it holds of anybody
)

// MaxFeedName bounds a name, in bytes.
const MaxFeedName = 1000

// Kind is what stands before the colon, or the whole name.
func (n FeedName) Kind() string {
	kind, _, _ := strings.Cut(string(n), ":")
	return kind
}

// Argument is what stands behind the colon.
func (n FeedName) Argument() string {
	_, arg, _ := strings.Cut(string(n), ":")
	return arg
}

// Of is the feed of that name of an account.
func (n FeedName) Of(a AccountID) Feed { return Feed{Account: a, Name: string(n)} }

// Shelf tells whether the feed holds what the person has put there: it is in the order
// of that rather than of its posts, and nothing of it counts as unread.
func (n FeedName) Shelf() bool { return n == FeedBookmarks || n == FeedLikes || n == FeedPosts }

// Loose tells whether the feed is in an order of its own: a shelf, or what an algorithm
// recommends. What is new in it may be old.
func (n FeedName) Loose() bool { return n.Shelf() || n.Kind() == FeedCustom }

// Title is how the feed is called where its network has no better name for it.
func (n FeedName) Title() string {
	switch n.Kind() {
	case FeedTag:
		return "#" + n.Argument()
	case FeedRelay:
		if u, err := url.Parse(n.Argument()); err == nil {
			return u.Host
		}
	case FeedList:
		return n.Argument()
	case FeedCustom:
		parts := strings.Split(n.Argument(), "/")
		return parts[len(parts)-1]
	}
	return strings.ToUpper(string(n[:1])) + string(n[1:])
}

// FeedNames says in one line what ParseFeedName takes, for help and for errors.
const FeedNames = "home, local, federated, bookmarks, likes, posts, list:NAME, tag:NAME, feed:at://…, relay:wss://…"

// ParseFeedName reads the name of a feed as a person writes it: "#Go" is "tag:go". It
// fails with CodeUsage.
func ParseFeedName(s string) (FeedName, error) {
	s = strings.TrimSpace(s)
	if tag, ok := strings.CutPrefix(s, "#"); ok {
		s = FeedTag + ":" + tag
	}
	bad := func(why string) (FeedName, error) {
		return "", Errorf(CodeUsage, "feed %s: %s", CleanLine(s), why)
	}
	if len(s) > MaxFeedName || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return bad("this is no name of a feed")
	}
	kind, arg, has := strings.Cut(s, ":")
	arg = strings.TrimSpace(arg)
	switch n := FeedName(s); {
	case n == FeedHome, n == FeedLocal, n == FeedFederated, n.Shelf():
		return n, nil
	case !has:
		return bad("there is no such feed; there are " + FeedNames)
	case arg == "":
		return bad("what follows " + kind + ": is missing")
	}
	switch kind {
	case FeedTag:
		tag := strings.ToLower(strings.TrimPrefix(arg, "#"))
		if tag == "" || strings.ContainsFunc(tag, func(r rune) bool { return unicode.IsSpace(r) || r == '#' || r == '/' }) {
			return bad("a tag is one word")
		}
		return FeedName(FeedTag + ":" + tag), nil
	case FeedList:
		return FeedName(FeedList + ":" + arg), nil
	case FeedCustom:
		if !strings.HasPrefix(arg, "at://") {
			return bad("a custom feed is named by its at:// address")
		}
		return FeedName(FeedCustom + ":" + arg), nil
	case FeedRelay:
		u, err := url.Parse(arg)
		if err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Hostname() == "" || u.User != nil {
			return bad("a relay is named by its wss:// address")
		}
		return FeedName(FeedRelay + ":" + u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimSuffix(u.Path, "/")), nil
	}
	return bad("there is no such feed; there are " + FeedNames)
}

// Feeder reads feeds besides the home timeline.
type Feeder interface {
	// LacksFeed says why the account has no feed of that name, for a person; empty where
	// it may have it. It asks nobody.
	LacksFeed(n FeedName) Safe
	// Feed reads a page of a feed as Home does of the home timeline. CodeUnsupported
	// says that the account has no such feed, CodeNotFound that there is none of that
	// argument. Of one that is Loose any page but those Before is its newest, and has no Newer.
	Feed(ctx context.Context, n FeedName, p Page) (Batch, error)
	// Feeds lists what there is for the account to choose from by name. Where only a
	// part could be asked for it comes beside the error.
	Feeds(ctx context.Context) ([]FeedInfo, error)
}

// FeedStreamer has live updates of some feeds besides the home timeline.
type FeedStreamer interface {
	// StreamsFeed tells whether StreamFeed knows a feed. It asks nobody.
	StreamsFeed(n FeedName) bool
	// StreamFeed is Streamer.Stream of that feed.
	StreamFeed(ctx context.Context, n FeedName, from Cursor, emit func(Event)) error
}

// FeedInfo is a feed that can be chosen.
type FeedInfo struct {
	Name  FeedName
	Title Safe // what its network calls it
	About Safe // one line more: who made it, how many it holds; may be empty
}
