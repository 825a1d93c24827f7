package nostr

import (
	"context"
	"slices"
	"sync"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

var _ timeline.Notifier = (*Backend)(nil)

// noticeKinds are what names somebody: notes, boosts, likes, comments, polls, articles
// and receipts of zaps. A follow is no news on Nostr: a list is published anew with
// every change of it, and names everybody again.
func noticeKinds() []int {
	return []int{kindNote, kindBoost, kindLike, kindBoostAny, kindComment, kindPoll, kindArticle, kindZap}
}

// Notices implements timeline.Notifier: what the relays at which the account reads
// (NIP-65) have that names it in a p tag. Of a boost, like or zap it is told where it is
// of something that the account wrote, for anybody can name anybody.
//
// How much was zapped is what the receipt says. Whether it comes from the server of the
// account's wallet (NIP-57, appendix F) is not asked: with the help of an accomplice
// anybody can make one.
func (b *Backend) Notices(ctx context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	out, err := b.notices(ctx, p)
	if err != nil {
		return timeline.NoticeBatch{}, b.wrap("notices", err)
	}
	return out, nil
}

func (b *Backend) notices(ctx context.Context, p timeline.Page) (timeline.NoticeBatch, error) {
	if b.cfg.PubKey == "" {
		return timeline.NoticeBatch{}, timeline.Errorf(timeline.CodeUnsupported, "there are no notices without an account on Nostr")
	}
	p.After = ""
	sc := scope{plan: plan{}, kinds: noticeKinds(), anyone: true, tags: nostr.TagMap{"p": {b.cfg.PubKey}}}
	c, err := b.readers(ctx) // whom the account has muted
	if err != nil {
		return timeline.NoticeBatch{}, err
	}
	for _, url := range b.noticeRelays() {
		sc.plan[url] = nil
	}
	events, batch, _, err := b.down(ctx, sc, p, b.stamp())
	if err != nil {
		return timeline.NoticeBatch{}, err
	}
	notices, err := b.noticesOf(ctx, c, sc, events)
	return timeline.NoticeBatch{Notices: notices, Older: batch.Older}, err
}

// noticeRelays are where others send what concerns the account: the read relays of its
// NIP-65 list, as far as that is known, and those of its configuration.
func (b *Backend) noticeRelays() []string {
	l, _ := b.lists.Peek(b.cfg.PubKey)
	return relayURLs(slices.Concat(l.v.read, b.own), maxOutlets)
}

// concerns tells whether an event may be news for the account: somebody else's, who is
// not muted, that names it.
func (b *Backend) concerns(c *circle, e *nostr.Event) bool {
	return e.PubKey != b.cfg.PubKey && !c.mutes.who[e.PubKey] && slices.Contains(noticeKinds(), e.Kind) &&
		e.Tags.FindWithValue("p", b.cfg.PubKey) != nil
}

// news is an event, and what it does to the account.
type news struct {
	*nostr.Event
	kind    timeline.NoticeKind
	by      string // hex public key
	about   string // event id of what was written, liked, boosted or zapped; "" for none
	amount  int64  // millisatoshi
	comment string
}

// noticesOf reads what events refer to, and makes notices of those that are news.
func (b *Backend) noticesOf(ctx context.Context, c *circle, sc scope, events []*nostr.Event) ([]timeline.Notice, error) {
	events = slices.DeleteFunc(slices.Clone(events), func(e *nostr.Event) bool { return !b.concerns(c, e) })
	if len(events) == 0 {
		return nil, ctx.Err()
	}
	b.lookUpSubjects(ctx, sc, events)
	var all []news
	var shown []*nostr.Event
	var people []string
	for _, e := range events {
		n, ok := b.classify(e)
		if !ok || b.isDeleted(e) || c.mutes.who[n.by] {
			continue
		}
		all, people = append(all, n), append(people, n.by)
		about := e
		if !n.kind.Speaks() {
			about, _ = b.events.Peek(n.about)
		}
		if about != nil && !slices.Contains(shown, about) {
			shown = append(shown, about)
		}
	}
	b.patiently(ctx, nil, func(ctx context.Context) { b.fetchPeople(ctx, people) })
	posts, err := b.posts(ctx, shown, scope{plan: sc.plan})
	if err != nil {
		return nil, err
	}
	byID := map[string]*timeline.Post{}
	for _, p := range posts {
		byID[p.ID.Local] = p
	}
	out := make([]timeline.Notice, 0, len(all))
	for _, n := range all {
		if n.kind.Speaks() && byID[n.about] == nil {
			continue // it was deleted
		}
		out = append(out, b.notice(n, byID[n.about]))
	}
	return out, nil
}

func (b *Backend) notice(n news, post *timeline.Post) timeline.Notice {
	out := timeline.Notice{
		Account: b.cfg.Account.ID, Network: timeline.Nostr, ID: n.ID, Kind: n.kind,
		By: author(n.by, b.person(n.by)), At: n.CreatedAt.Time().UTC(), Post: post,
		Amount: n.amount, Text: timeline.CleanLine(cut(n.comment, maxAlt)),
	}
	if now := b.cfg.Now().UTC(); out.At.After(now) {
		out.At = now
	}
	if n.about != "" {
		out.Subject = timeline.ID{Network: timeline.Nostr, Local: n.about}
	}
	return out
}

// lookUpSubjects reads the events that others refer to, and asks whether they were taken
// back. It does not wait for long.
func (b *Backend) lookUpSubjects(ctx context.Context, sc scope, events []*nostr.Event) {
	var missing []link10
	about := nostr.Filter{Kinds: []int{kindDeletion}, Tags: nostr.TagMap{}}
	var wg sync.WaitGroup
	for _, e := range events {
		wg.Go(func() { b.unwrap(e) })
		if len(about.Tags["e"]) < maxIDs {
			about.Tags["e"] = append(about.Tags["e"], e.ID)
		}
	}
	wg.Wait()
	for _, e := range events {
		for _, l := range subjectsOf(e) {
			if !b.events.Contains(l.id) {
				missing = append(missing, l)
			}
		}
	}
	about.Limit = len(about.Tags["e"])
	want := map[string]nostr.Filters{}
	for url := range sc.plan {
		want[url] = nostr.Filters{about}
	}
	b.patiently(ctx, nil, func(ctx context.Context) {
		var wg sync.WaitGroup
		wg.Go(func() { b.ask(ctx, want) })
		wg.Go(func() { b.fetchEvents(ctx, missing) })
		wg.Wait()
	})
}

// subjectsOf are the events that one refers to.
func subjectsOf(e *nostr.Event) []link10 {
	var out []link10
	if l, ok := target(e.Tags); ok && !isWritten(e.Kind) {
		out = append(out, l)
	}
	if isWritten(e.Kind) {
		if parent, _ := thread(e.Tags); parent != nil {
			out = append(out, *parent)
		}
		if l, _, ok := quote(e.Tags); ok && l.id != "" {
			out = append(out, l)
		}
	}
	return out
}

// isWritten tells of a kind that says something itself.
func isWritten(kind int) bool {
	return slices.Contains([]int{kindNote, kindComment, kindPoll, kindArticle}, kind)
}

// classify tells what an event does to the account; ok is false where it is no news.
func (b *Backend) classify(e *nostr.Event) (n news, ok bool) {
	n = news{Event: e, by: e.PubKey}
	switch {
	case isWritten(e.Kind):
		n.kind, n.about = b.spoken(e), e.ID
		return n, true
	case e.Kind == kindZap:
		return b.zapped(n)
	case e.Kind == kindLike && e.Content == "-": // NIP-25: a dislike
		return n, false
	}
	l, found := target(e.Tags)
	if !found || !b.wrote(l, e.Tags) {
		return n, false
	}
	n.about, n.kind = l.id, timeline.NoticeBoost
	if e.Kind == kindLike {
		n.kind = timeline.NoticeLike
		if e.Content != "+" {
			n.comment = e.Content
		}
	}
	return n, true
}

// spoken is how a text speaks to the account: in answer to what it wrote, quoting it, or
// by naming it, as everybody in a conversation is named.
func (b *Backend) spoken(e *nostr.Event) timeline.NoticeKind {
	parent, _ := thread(e.Tags)
	if parent != nil && b.isMine(*parent) || e.Kind == kindComment && value(e.Tags, "P") == b.cfg.PubKey {
		return timeline.NoticeReply
	}
	if l, _, ok := quote(e.Tags); ok && l.id != "" && b.isMine(l) {
		return timeline.NoticeQuote
	}
	return timeline.NoticeMention
}

// isMine tells whether the account wrote an event, by the event itself where that is
// known, else by what the reference says.
func (b *Backend) isMine(l link10) bool {
	if e, ok := b.events.Peek(l.id); ok {
		return e.PubKey == b.cfg.PubKey
	}
	return l.author == b.cfg.PubKey
}

// wrote tells whether the account wrote what a boost or like is about. Where that is not
// to be had, it is believed of who is named last (NIP-25).
func (b *Backend) wrote(l link10, tags nostr.Tags) bool {
	if b.events.Contains(l.id) || l.author != "" {
		return b.isMine(l)
	}
	people := named(tags)
	return len(people) > 0 && people[len(people)-1] == b.cfg.PubKey
}
