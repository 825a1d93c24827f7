package nostr

import (
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// known is all that a batch of posts is decoded with. Nothing in it is looked up
// elsewhere, so that decoding is pure: the same events make the same posts.
type known struct {
	now     time.Time
	account timeline.AccountID
	me      string // hex public key

	unwanted unwanted
	people   map[string]*person
	events   map[string]*nostr.Event // quoted, boosted, replied to; verified
	deleted  map[string]bool         // event ids whose own authors deleted them
	counts   map[string]timeline.Counts
	mine     map[string]timeline.View
	turns    map[string]uint64 // how often mine has changed
	polls    map[string]tally
	hints    map[string]string // event id → a relay that had it
}

func (k *known) name(pubkey string) (string, bool) {
	p := k.people[pubkey]
	if p == nil || p.name == "" {
		return "", false
	}
	return cut(p.name, maxName), true
}

// posts decodes verified events, on all cores: a command that has just started waits
// for it.
func (k *known) posts(events []*nostr.Event) []*timeline.Post {
	posts := make([]*timeline.Post, len(events))
	share := max(1, (len(events)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for from := 0; from < len(events); from += share {
		wg.Go(func() {
			for i := from; i < min(from+share, len(events)); i++ {
				posts[i] = k.post(events[i])
			}
		})
	}
	wg.Wait()
	return posts
}

// post decodes a verified event. It never fails: what skein does not know becomes
// a post with a Note.
func (k *known) post(e *nostr.Event) *timeline.Post {
	p := k.base(e)
	switch e.Kind {
	case kindBoost, kindBoostAny:
		k.boost(p, e)
	case kindNote, kindComment:
		k.note(p, e)
	case kindPoll:
		k.note(p, e)
		p.Poll = k.poll(e)
	case kindArticle:
		k.article(p, e)
	default:
		p.Note = timeline.CleanLine(fmt.Sprintf("a kind of event skein does not know: %d", e.Kind))
		p.Text = timeline.PlainText(timeline.Clean(cut(value(e.Tags, "alt"), maxAlt))) // NIP-31
	}
	p.Revision = k.revision(p, e)
	k.unwanted.filter(p, k.me)
	return p
}

// base is what all kinds share.
func (k *known) base(e *nostr.Event) *timeline.Post {
	id := timeline.ID{Network: timeline.Nostr, Local: e.ID}
	created := e.CreatedAt.Time()
	p := &timeline.Post{
		ID: id, Author: author(e.PubKey, k.people[e.PubKey]), Created: created, Sorted: created,
		URL:        timeline.CleanLine(eventURL(e.ID, e.PubKey, k.hints[e.ID])),
		Visibility: timeline.Public, Languages: languages(e.Tags),
		Counts: k.counts[e.ID],
	}
	if p.Sorted.After(k.now) {
		p.Sorted = k.now.Truncate(time.Second)
		p.Future = created.Sub(k.now) > timeline.FutureSlack
	}
	view := k.mine[e.ID]
	view.Account = k.account
	p.Views = []timeline.View{view}
	return p
}

// note fills in a text of kind 1, or what reads like one.
func (k *known) note(p *timeline.Post, e *nostr.Event) {
	content := cut(e.Content, maxContent)
	if len(content) < len(e.Content) {
		p.Note = timeline.Literal("the text is longer than skein shows")
	}
	files := newAttachments(e.Tags)
	text := parseContent(content, e.Tags, k.name, files)
	text, p.Quote = k.quote(text, e)
	p.Text, p.Media = trim(text), files.media
	p.Tags = tagsOf(p.Text, e.Tags)
	if reason, ok := warning(e.Tags); ok {
		p.Sensitive, p.Warning = true, timeline.CleanLine(cut(reason, maxAlt))
	}
	parent, root := thread(e.Tags)
	p.ReplyTo, p.Root = k.ref(parent), k.ref(root)
}

// ref names an event that a tag refers to, and its author where that is known.
func (k *known) ref(l *link10) *timeline.Ref {
	if l == nil {
		return nil
	}
	pubkey := l.author
	if e := k.events[l.id]; e != nil {
		pubkey = e.PubKey
	}
	r := &timeline.Ref{ID: timeline.ID{Network: timeline.Nostr, Local: l.id}}
	if pubkey != "" {
		r.Handle = author(pubkey, k.people[pubkey]).Handle
	}
	return r
}

// boost fills in NIP-18. The boosted event was verified like any other, whether
// it came inside the boost or from a relay.
func (k *known) boost(p *timeline.Post, e *nostr.Event) {
	t, ok := target(e.Tags)
	inner := k.events[t.id]
	switch {
	case !ok || inner == nil:
		p.Note = timeline.Literal("a boost of a post that no relay has")
	case inner.Kind == kindBoost || inner.Kind == kindBoostAny:
		p.Note = timeline.Literal("a boost of a boost")
	case k.deleted[inner.ID]:
		p.Note = timeline.Literal("a boost of a post that its author deleted")
	default:
		p.Boosted = k.post(inner)
	}
}

// quote finds what a post quotes, and takes the reference that stands for it off
// the text's end.
func (k *known) quote(text timeline.Text, e *nostr.Event) (timeline.Text, *timeline.Quote) {
	l, a, ok := quote(e.Tags)
	if !ok {
		return text, nil
	}
	if l.id == "" {
		title := timeline.CleanLine(fmt.Sprintf("an article or list: %s", cut(a.d, maxName)))
		return text, &timeline.Quote{State: timeline.QuoteOther, Title: title}
	}
	q := &timeline.Quote{State: timeline.QuoteGone, ID: timeline.ID{Network: timeline.Nostr, Local: l.id}}
	if inner := k.events[l.id]; inner != nil && !k.deleted[inner.ID] && l.id != e.ID {
		q.State, q.Post = timeline.QuoteShown, k.quoted(inner)
	}
	text = trim(text)
	if n := len(text); n > 0 && text[n-1].Kind == timeline.SpanPost && text[n-1].Target.String() == l.id {
		text = trim(text[:n-1])
	}
	return text, q
}

// quoted decodes a quoted post without what it quotes itself.
func (k *known) quoted(e *nostr.Event) *timeline.Post {
	flat := *k
	flat.events = nil
	p := flat.post(e)
	if p.Quote != nil && p.Quote.State == timeline.QuoteGone {
		p.Quote.State = timeline.QuoteShown // it may be there; nobody asked
	}
	return p
}

// article shows the head of a long text (NIP-23).
func (k *known) article(p *timeline.Post, e *nostr.Event) {
	title, summary := cut(value(e.Tags, "title"), maxAlt), cut(value(e.Tags, "summary"), maxContent)
	body := title
	if title != "" && summary != "" {
		body += "\n\n"
	}
	p.Text = trim(parseContent(body+summary, e.Tags, k.name, nil))
	p.Tags = tagsOf(p.Text, e.Tags)
	p.Note = timeline.Literal("a long article: open it in a browser to read it")
	if u, ok := webAddress(value(e.Tags, "image")); ok {
		p.Media = []timeline.Media{{Kind: timeline.Image, URL: u}}
	}
	if u := addressURL(address{e.Kind, e.PubKey, value(e.Tags, "d")}); !u.Empty() {
		p.URL = u
	}
	if reason, ok := warning(e.Tags); ok {
		p.Sensitive, p.Warning = true, timeline.CleanLine(cut(reason, maxAlt))
	}
}

// tagsOf are the tags of the text and those kept beside it, each once.
func tagsOf(text timeline.Text, tags nostr.Tags) []timeline.Safe {
	const most = 50
	var all []timeline.Safe
	seen := map[string]bool{}
	add := func(s timeline.Safe) {
		key := foldTag(s.String())
		if len(all) < most && key != "" && !seen[key] {
			seen[key] = true
			all = append(all, s)
		}
	}
	for _, s := range text {
		if s.Kind == timeline.SpanTag {
			add(s.Target)
		}
	}
	for t := range tags.FindAll("t") {
		if len(t[1]) <= maxTag {
			add(timeline.CleanLine(t[1]))
		}
	}
	return all
}

// revision goes up when a newer profile, a quoted post, a count or what the owner did
// becomes known: an event itself never changes.
func (k *known) revision(p *timeline.Post, e *nostr.Event) uint64 {
	const countBits, turnBits = 16, 10
	var at nostr.Timestamp
	if who := k.people[e.PubKey]; who != nil {
		at = who.at
	}
	found := uint64(0)
	if p.Boosted != nil {
		found = 1 + p.Boosted.Revision>>(countBits+turnBits)
	}
	if p.Quote != nil && p.Quote.Post != nil {
		found = 1 + p.Quote.Post.Revision>>(countBits+turnBits)
	}
	turns := k.turns[e.ID]
	if p.Boosted != nil {
		turns += k.turns[p.Boosted.ID.Local]
	}
	c := p.Counts
	n := c.Replies + c.Boosts + c.Quotes + c.Likes
	if p.Poll != nil {
		n += p.Poll.Votes
	}
	return ((uint64(at)+found)<<turnBits|min(turns, 1<<turnBits-1))<<countBits | uint64(min(n, 1<<countBits-1))
}
