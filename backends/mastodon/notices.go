package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// mostNotices is the most notifications that Mastodon gives at once.
const mostNotices = 80

var (
	_ timeline.Notifier     = (*Backend)(nil)
	_ timeline.NoticeMarker = (*Backend)(nil)
)

// notification is a Notification, ungrouped. Its parts stay raw, so that an odd one
// costs nothing but itself.
//
// Source: docs.joinmastodon.org/entities/Notification
type notification struct {
	ID        anyID           `json:"id"`
	Type      string          `json:"type"`
	CreatedAt string          `json:"created_at"`
	Account   json.RawMessage `json:"account"`
	Status    json.RawMessage `json:"status"`
	Emoji     string          `json:"emoji"` // of Pleroma's reactions
}

// Notices implements timeline.Notifier with the first version of the call, which the
// whole family of servers has. The second one, since 4.3, gives groups of its own with a
// sample of who is in them: that would save a request now and then, but a group over
// several networks needs everybody, and the stream is ungrouped in any case.
//
// Source: docs.joinmastodon.org/methods/notifications#get
func (b *Backend) Notices(ctx context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	out, err := b.notices(ctx, p)
	if err != nil {
		return timeline.NoticeBatch{}, b.noticesFailed(err)
	}
	return out, nil
}

// noticesFailed is failed, but that a sign-in which does not cover notices goes on to
// cover all else.
func (b *Backend) noticesFailed(err error) *timeline.Error {
	e := failure("notices", b.base.Host, err)
	if e.Code != timeline.CodeAuth || !uncovered(err) {
		return b.failed("notices", err)
	}
	e.Message = timeline.CleanLine(b.base.Host + ": this sign-in does not cover notifications; sign in again to see them: skein account add mastodon")
	return e
}

func (b *Backend) notices(ctx context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	if p.Before != "" && !validID(string(p.Before)) {
		return timeline.NoticeBatch{}, timeline.Errorf(timeline.CodeUsage, "%s: not a position among notices", b.base.Host)
	}
	a, err := b.open(ctx)
	if err != nil {
		return timeline.NoticeBatch{}, err
	}
	me, err := b.self(ctx, a)
	if err != nil {
		return timeline.NoticeBatch{}, err
	}
	read, err := b.noticesRead(ctx, a, p.Before == "")
	if err != nil {
		return timeline.NoticeBatch{}, err
	}
	want := pageSize
	if p.Limit > 0 {
		want = min(p.Limit, mostNotices)
	}
	q := url.Values{"limit": {strconv.Itoa(want)}}
	if p.Before != "" {
		q.Set("max_id", string(p.Before))
	}
	var raws []json.RawMessage
	if err := a.get(ctx, "/api/v1/notifications", q, &raws); err != nil {
		return timeline.NoticeBatch{}, err
	}
	raws = raws[:min(len(raws), timeline.MaxPage)]
	out, low := timeline.NoticeBatch{}, masto.ID("")
	for _, raw := range raws {
		n, ok := b.decode.notice(raw, me)
		if !ok {
			continue
		}
		if id := masto.ID(n.ID); low == "" || id.Compare(low) < 0 {
			low = id
		}
		n.Read = read != "" && !newer(n.ID, read)
		out.Notices = append(out.Notices, n)
	}
	if low != "" && (p.Before == "" || low.Compare(masto.ID(p.Before)) < 0) {
		out.Older = timeline.Cursor(low)
	}
	return out, nil
}

// noticesRead is the server's id of the newest notification that was read on any client;
// "" where nothing says. It is asked for afresh with the newest page.
func (b *Backend) noticesRead(ctx context.Context, a *api, afresh bool) (string, error) {
	b.mu.Lock()
	read := b.noticed
	b.mu.Unlock()
	if !afresh {
		return read, nil
	}
	read, err := a.marker(ctx, markNotices)
	if err != nil {
		if code := timeline.CodeOf(err); code != timeline.CodeUnsupported && code != timeline.CodeAuth {
			return "", err
		}
		read = "" // a server, or a sign-in, without marks
	}
	b.mu.Lock()
	b.noticed = read
	b.mu.Unlock()
	return read, nil
}

// MarkNotices implements timeline.NoticeMarker with the server's own mark.
//
// Source: docs.joinmastodon.org/methods/markers#create
func (b *Backend) MarkNotices(ctx context.Context, upTo timeline.Notice) error {
	if err := b.setMarker(ctx, markNotices, upTo.ID); err != nil {
		return b.failed("read mark of notices", err)
	}
	return nil
}

// notice decodes one notification; ok is false for what has no usable id. me is the
// server's id of the account.
func (d *decoder) notice(raw json.RawMessage, me string) (n timeline.Notice, ok bool) {
	var in notification
	if json.Unmarshal(raw, &in) != nil || !validID(string(in.ID)) {
		return n, false
	}
	n = timeline.Notice{
		Account: d.account, Network: timeline.Mastodon, ID: string(in.ID), Kind: noticeKind(in.Type), At: d.now().UTC(),
	}
	if at, err := time.Parse(time.RFC3339, in.CreatedAt); err == nil && !utc(at).IsZero() && at.Before(n.At) {
		n.At = utc(at)
	}
	var who masto.Account
	if json.Unmarshal(in.Account, &who) == nil && string(who.ID) != me {
		n.By = d.author(&who)
	}
	var st *status
	if present(in.Status) {
		st = decodeStatus(in.Status)
	}
	if st != nil {
		d.remember(st)
		n.Post = d.post(st).Content()
		n.Subject = n.Post.ID
		if n.Kind == timeline.NoticeMention && me != "" && textID(st.InReplyToAccountID) == me {
			n.Kind = timeline.NoticeReply
		}
	}
	switch {
	case n.Kind == timeline.NoticeOther:
		n.Text = noticeText(in.Type)
	case n.Kind == timeline.NoticeLike && in.Emoji != "":
		n.Text = timeline.CleanLine(in.Emoji)
	case n.Kind.Speaks() && n.Post == nil: // nothing was said that could be shown
		n.Kind, n.Text = timeline.NoticeOther, noticeText(in.Type)
	}
	return n, true
}

// noticeKind is the kind of a type of notification, those of GoToSocial and the Pleroma
// family among them.
//
// Source: docs.joinmastodon.org/entities/Notification#type
func noticeKind(kind string) timeline.NoticeKind {
	switch kind {
	case "mention", "pending.reply":
		return timeline.NoticeMention
	case "status":
		return timeline.NoticePost
	case "reblog", "pending.reblog":
		return timeline.NoticeBoost
	case "favourite", "pending.favourite", "pleroma:emoji_reaction", "reaction":
		return timeline.NoticeLike
	case "follow":
		return timeline.NoticeFollow
	case "follow_request":
		return timeline.NoticeRequest
	case "poll":
		return timeline.NoticePoll
	case "update", "quoted_update":
		return timeline.NoticeEdit
	case "quote":
		return timeline.NoticeQuote
	}
	return timeline.NoticeOther
}

// noticeText says what a notification is that has no kind of its own.
func noticeText(kind string) timeline.Safe {
	switch kind {
	case "severed_relationships":
		return timeline.Literal("Follows were ended because a server was blocked")
	case "moderation_warning":
		return timeline.Literal("The moderators of your server have sent a warning")
	case "admin.sign_up":
		return timeline.Literal("signed up on your server")
	case "admin.report":
		return timeline.Literal("reported somebody to you")
	case "annual_report":
		return timeline.Literal("Your year in review is there")
	case "move":
		return timeline.Literal("moved to another account")
	case "added_to_collection":
		return timeline.Literal("put you into a collection")
	case "pleroma:chat_mention":
		return timeline.Literal("wrote to you in a chat")
	}
	const longest = 60
	return timeline.CleanLine("did something that skein does not know: " + strings.ToValidUTF8(kind[:min(len(kind), longest)], "\uFFFD"))
}

// uncovered tells whether a token's scopes are what is missing.
func uncovered(err error) bool {
	e := timeline.AsError(err)
	return e.Code == timeline.CodeAuth && strings.Contains(e.Message.String(), outsideScopes)
}

// outsideScopes is how statusError says it.
const outsideScopes = "the sign-in does not cover this"

// noticed takes a notification of the stream.
func (s *subscription) noticed(payload json.RawMessage) {
	if !shallow(payload) {
		return
	}
	s.mu.Lock()
	me := s.me
	s.mu.Unlock()
	if n, ok := s.decode.notice(payload, me); ok {
		s.emit(timeline.Event{Notice: &n})
	}
}

// learnSelf finds out who the account is, for the stream: a mention that answers it is
// a reply. Where that fails replies are told as mentions until somebody else has asked.
func (b *Backend) learnSelf(ctx context.Context, a *api) {
	if _, err := b.self(ctx, a); err != nil {
		b.log.InfoContext(ctx, "who the account is", "host", b.base.Host, "error", err)
	}
}
