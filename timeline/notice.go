package timeline

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// FeedNotices is the name under which Marks keep how far an account's notices were
// read.
const FeedNotices = "notices"

// NoticesOf are an account's notices, as Marks name them.
func NoticesOf(a AccountID) Feed { return Feed{Account: a, Name: FeedNotices} }

// NoticeKind is what has happened.
type NoticeKind string

// The kinds of notice, the same over all networks. They are part of the JSON output
// and never change.
const (
	NoticeMention NoticeKind = "mention"
	NoticeReply   NoticeKind = "reply"
	NoticeQuote   NoticeKind = "quote"
	NoticeBoost   NoticeKind = "boost"
	NoticeLike    NoticeKind = "like"
	NoticeFollow  NoticeKind = "follow"
	NoticeRequest NoticeKind = "follow-request"
	NoticePoll    NoticeKind = "poll" // one that the person made or voted in has ended
	NoticeEdit    NoticeKind = "edit" // of a post that the person boosted, quoted or answered
	NoticePost    NoticeKind = "post" // by somebody whose posts the person asked to be told of
	NoticeZap     NoticeKind = "zap"
	NoticeOther   NoticeKind = "other" // Text says what
)

// NoticeKinds lists all kinds in the order in which they are shown.
func NoticeKinds() []NoticeKind {
	return []NoticeKind{
		NoticeMention, NoticeReply, NoticeQuote, NoticeBoost, NoticeLike, NoticeFollow, NoticeRequest,
		NoticePoll, NoticeEdit, NoticePost, NoticeZap, NoticeOther,
	}
}

// Speaks tells whether what has happened is a post that somebody wrote to the person:
// such a notice shows its text and stands alone.
func (k NoticeKind) Speaks() bool {
	switch k {
	case NoticeMention, NoticeReply, NoticeQuote, NoticePost:
		return true
	}
	return false
}

// Notice is one thing that has happened to an account. It does not change but for Read.
type Notice struct {
	Account AccountID
	Network Network
	ID      string // the network's name for it; the same whenever it is read, and no other's of the account
	Kind    NoticeKind
	By      Author    // who did it; its ID is "" where nobody did, as when a poll ends
	At      time.Time // when it happened, as far as that is believed: never ahead of our clock
	// Post is what it is about: of a mention, reply, quote, edit or post what was
	// written, of a boost, like, zap or poll the person's own post. It is nil where it
	// could not be read, and where it is about none; Subject names it in either case but
	// the last.
	Post    *Post
	Subject ID
	Text    Safe  // one line: what an "other" is, the sign of a like, what goes with a zap
	Amount  int64 // of a zap, in millisatoshi, as its receipt says
	Read    bool  // the network, or the person here, has marked it as read
}

// Key is the notice's place among others.
func (n Notice) Key() Key { return Key{Time: n.At, ID: ID{Network: n.Network, Local: n.ID}} }

// name tells notices apart.
func (n Notice) name() noticeName { return noticeName{n.Account, n.ID} }

type noticeName struct {
	account AccountID
	id      string
}

// compareNotices orders notices, the newest first. The order is total.
func compareNotices(a, b Notice) int {
	return cmp.Or(b.Key().Compare(a.Key()), strings.Compare(string(a.Account), string(b.Account)))
}

// MergeNotices makes one list of several, the newest first and each notice once. Of
// one that is in several, the first has the say; it is read where one of them is, has
// its post where one of them does, and stands where it was seen first: one that claims
// the future must not come up anew whenever it is read.
func MergeNotices(lists ...[]Notice) []Notice {
	var out []Notice
	at := map[noticeName]int{}
	for _, list := range lists {
		for _, n := range list {
			i, known := at[n.name()]
			if !known {
				at[n.name()] = len(out)
				out = append(out, n)
				continue
			}
			out[i].Read = out[i].Read || n.Read
			if n.At.Before(out[i].At) {
				out[i].At = n.At
			}
			if out[i].Post == nil {
				out[i].Post = n.Post
			}
		}
	}
	slices.SortFunc(out, compareNotices)
	return out
}

// Notifier tells what has happened to an account.
type Notifier interface {
	// Notices reads a page, nearly newest first; of Page only Before and Limit count.
	// What it does not understand is NoticeOther, never an error. CodeAuth says that the
	// sign-in does not cover notices, though all else may work.
	Notices(ctx context.Context, p Page) (NoticeBatch, error)
}

// NoticeBatch is an answer to Notices.
type NoticeBatch struct {
	Notices []Notice // at most MaxPage
	Older   Cursor   // continues below this page; "" at the end
}

// NoticeMarker keeps on the server how far notices were read, for the person's other
// clients.
type NoticeMarker interface {
	// MarkNotices marks everything up to and with a notice as read; it never takes a
	// mark back.
	MarkNotices(ctx context.Context, upTo Notice) error
}

// HidesNotice returns the mute that hides a notice; ok is false where none does. Words
// count where somebody has spoken: not in the person's own post that was liked.
func (m *Mutes) HidesNotice(n Notice) (why Hidden, ok bool) {
	if m.Len() == 0 {
		return Hidden{}, false
	}
	if at, ok := m.networks[n.Network]; ok {
		return m.hidden[at], true
	}
	if why, ok := m.Person(n.Network, n.By); ok {
		return why, true
	}
	if n.Post == nil || !n.Kind.Speaks() && n.Kind != NoticeEdit {
		return Hidden{}, false
	}
	return m.Hides(n.Post)
}

// believedNotice is n as it may be shown: with a kind that there is, and no later than
// now.
func believedNotice(n Notice, now time.Time) Notice {
	if !slices.Contains(NoticeKinds(), n.Kind) {
		n.Kind = NoticeOther
	}
	n.At = n.At.UTC().Truncate(time.Millisecond) // as it is kept
	if n.At.After(now) || n.At.IsZero() {
		n.At = now.UTC().Truncate(time.Millisecond)
	}
	n.Text = n.Text.Line()
	return n
}
