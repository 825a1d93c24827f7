package bluesky

import (
	"context"
	"encoding/json"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

var (
	_ timeline.Notifier     = (*Backend)(nil)
	_ timeline.NoticeMarker = (*Backend)(nil)
)

// usualNotices is how many notices a page has.
const usualNotices = 50

// notification is app.bsky.notification.listNotifications#notification. Its author stays
// raw, so that an odd one costs nothing but itself.
type notification struct {
	URI           string          `json:"uri"`
	Author        json.RawMessage `json:"author"`
	Reason        string          `json:"reason"`
	ReasonSubject string          `json:"reasonSubject"`
	IsRead        bool            `json:"isRead"`
	IndexedAt     string          `json:"indexedAt"`
}

// Notices implements timeline.Notifier with app.bsky.notification.listNotifications.
// That names posts and does not show them: they are read with app.bsky.feed.getPosts,
// and one that is gone or hidden is missing in its notice.
func (b *Backend) Notices(ctx context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	out, err := b.notices(ctx, p)
	return out, tried("notices of "+b.account.Handle.String(), err)
}

func (b *Backend) notices(ctx context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	limit := p.Limit
	if limit <= 0 {
		limit = usualNotices
	}
	out, err := b.noticePage(ctx, p.Before, min(limit, timeline.MaxPage))
	if err != nil {
		return timeline.NoticeBatch{}, err
	}
	return out, b.addPosts(ctx, out.Notices)
}

// noticePage reads a page without the posts.
func (b *Backend) noticePage(ctx context.Context, before timeline.Cursor, limit int) (timeline.NoticeBatch, error) {
	if b.session == nil {
		return timeline.NoticeBatch{}, timeline.Errorf(timeline.CodeUnsupported, "there are no notices without signing in to Bluesky")
	}
	var out timeline.NoticeBatch
	older, err := b.appViewList(ctx, "app.bsky.notification.listNotifications", "notifications", nil, before, limit, func(raw json.RawMessage) {
		if n, ok := b.decode.notice(raw); ok && len(out.Notices) < timeline.MaxPage {
			out.Notices = append(out.Notices, n)
		}
	})
	out.Older = older
	return out, err
}

// addPosts reads the posts that notices are about.
func (b *Backend) addPosts(ctx context.Context, notices []timeline.Notice) error {
	var about []string
	asked := map[string]bool{}
	for _, n := range notices {
		if uri := n.Subject.Local; uri != "" && !asked[uri] {
			asked[uri] = true
			about = append(about, uri)
		}
	}
	found, err := b.postsNamed(ctx, about)
	if err != nil {
		return err
	}
	for i, n := range notices {
		notices[i].Post = found[n.Subject.Local]
	}
	return nil
}

// notice decodes one notification; ok is false for what has no valid name.
func (d decoder) notice(raw json.RawMessage) (n timeline.Notice, ok bool) {
	var in notification
	if json.Unmarshal(raw, &in) != nil {
		return n, false
	}
	uri, err := syntax.ParseATURI(in.URI)
	if err != nil {
		return n, false
	}
	n = timeline.Notice{
		Account: d.account, Network: timeline.Bluesky, ID: uri.String() + " " + shortReason(in.Reason),
		Kind: reasonKind(in.Reason), At: d.now().UTC(), Read: in.IsRead,
	}
	if at, good := parseTime(in.IndexedAt); good && at.Before(n.At) {
		n.At = at.UTC()
	}
	var who actor
	if json.Unmarshal(in.Author, &who) != nil {
		who = actor{}
	}
	n.By = who.author(uri.Authority().String())
	// What was said is the record itself; what was done is done to the subject.
	about := in.ReasonSubject
	if n.Kind.Speaks() {
		about = in.URI
	}
	if id, good := postID(about); good && syntax.ATURI(id.Local).Collection() == postNSID {
		n.Subject = id
	}
	switch {
	case n.Kind == timeline.NoticeOther:
		n.Text = reasonText(in.Reason)
	case n.Kind.Speaks() && n.Subject.Zero():
		n.Kind, n.Text = timeline.NoticeOther, reasonText(in.Reason)
	}
	return n, true
}

// shortReason is a reason as a part of a notice's name: one record may have several, as
// a reply that quotes.
func shortReason(reason string) string {
	const longest = 40
	return timeline.CleanLine(reason[:min(len(reason), longest)]).String()
}

// reasonKind is the kind of a reason. A like or repost by way of the person's own
// repost is of somebody else's post, so it is told in words.
func reasonKind(reason string) timeline.NoticeKind {
	switch reason {
	case "like":
		return timeline.NoticeLike
	case "repost":
		return timeline.NoticeBoost
	case "follow":
		return timeline.NoticeFollow
	case "mention":
		return timeline.NoticeMention
	case "reply":
		return timeline.NoticeReply
	case "quote":
		return timeline.NoticeQuote
	case "subscribed-post":
		return timeline.NoticePost
	}
	return timeline.NoticeOther
}

func reasonText(reason string) timeline.Safe {
	switch reason {
	case "like-via-repost":
		return timeline.Literal("liked a post that you boosted")
	case "repost-via-repost":
		return timeline.Literal("boosted a post that you boosted")
	case "starterpack-joined":
		return timeline.Literal("joined by your starter pack")
	case "verified":
		return timeline.Literal("verified you")
	case "unverified":
		return timeline.Literal("took back that you are verified")
	case "contact-match":
		return timeline.Literal("is among your contacts")
	}
	return timeline.CleanLine("did something that skein does not know: " + shortReason(reason))
}

// MarkNotices implements timeline.NoticeMarker with app.bsky.notification.updateSeen.
// The server puts the mark wherever it is told, so it is looked first whether it is
// further on. What is read is older than the mark; where there is none yet the server
// names the time of the newest notice, which is not read.
func (b *Backend) MarkNotices(ctx context.Context, upTo timeline.Notice) error {
	const what = "read mark of notices"
	if b.session == nil {
		return timeline.Errorf(timeline.CodeUnsupported, "there are no notices without signing in to Bluesky")
	}
	if upTo.At.IsZero() {
		return timeline.Errorf(timeline.CodeUsage, "%s: a notice without a time marks nothing", b.host)
	}
	var seen struct {
		SeenAt string `json:"seenAt"`
	}
	if err := b.get(ctx, "app.bsky.notification.listNotifications", map[string]any{"limit": 1}, &seen); err != nil {
		return tried(what, err)
	}
	if at, ok := parseTime(seen.SeenAt); ok && at.After(upTo.At) {
		return nil
	}
	// What was indexed in the same millisecond is read, too.
	at := upTo.At.UTC().Truncate(time.Millisecond).Add(time.Millisecond).Format(syntax.AtprotoDatetimeLayout)
	err := b.api.post(ctx, "app.bsky.notification.updateSeen", map[string]any{"seenAt": at}, nil)
	if err != nil {
		return tried(what, explain(b.host, err))
	}
	return nil
}

// told is what a stream has told of, newest first.
type told struct {
	top  string          // the newest notice's name
	seen map[string]bool // those of the newest page
	read time.Time       // when they were last read in full
}

// emitNotices hands on what has come since it was asked last; the first time it only
// looks. Where it fails the next look tries again: what happened to the account is no
// reason to end its timeline.
func (b *Backend) emitNotices(ctx context.Context, t *told, emit func(timeline.Event)) {
	newest, err := b.noticePage(ctx, "", 1)
	if err != nil {
		b.log.InfoContext(ctx, "notices", "host", b.host, "error", err)
		return
	}
	top := ""
	if len(newest.Notices) > 0 {
		top = newest.Notices[0].ID
	}
	now := b.now()
	if t.seen != nil && top == t.top && now.Sub(t.read) < b.poll.full {
		return
	}
	page, err := b.noticePage(ctx, "", usualNotices)
	if err != nil {
		b.log.InfoContext(ctx, "notices", "host", b.host, "error", err)
		return
	}
	var fresh []timeline.Notice
	seen := map[string]bool{}
	for _, n := range page.Notices {
		if seen[n.ID] = true; t.seen != nil && !t.seen[n.ID] {
			fresh = append(fresh, n)
		}
	}
	if err := b.addPosts(ctx, fresh); err != nil {
		b.log.InfoContext(ctx, "posts of notices", "host", b.host, "error", err)
		return
	}
	t.top, t.seen, t.read = top, seen, now
	for i := range fresh {
		n := fresh[len(fresh)-1-i] // oldest first
		emit(timeline.Event{Notice: &n})
	}
}
