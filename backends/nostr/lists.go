package nostr

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// A follow list (kind 3), a mute list (kind 10000), the bookmarks (kind 10003) and each
// set of people (kind 30000) are whole documents, which any program may replace: who has read too little wipes them. So an edit starts
// from the newest that more than half of the own relays, and everybody else who was
// asked, have to show; it keeps all that it does not know; and it is sent only while
// that version is still the newest, under a lock, for skein edits lists in several
// processes.

// base is the version of a list that an edit was made from.
type base struct {
	document
	ID string          `json:"id,omitempty"` // empty: there was none
	At nostr.Timestamp `json:"at,omitempty"`
}

// follow drafts the follow list with people added or taken off (NIP-02).
func (b *Backend) follow(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	people, err := everybody(i)
	if err != nil {
		return draft{}, err
	}
	b.fetchLists(ctx, people)
	var entries nostr.Tags
	for _, who := range people {
		entry := nostr.Tag{"p", who}
		if h := b.home(who); h != "" {
			entry = append(entry, h)
		}
		entries = append(entries, entry)
	}
	return b.edit(ctx, i, n, document{Kind: kindFollows}, entries, own)
}

// mute drafts the mute list with people added or taken off (NIP-51).
func (b *Backend) mute(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	if i.Lasts > 0 {
		return draft{}, timeline.Errorf(timeline.CodeUnsupported, "Nostr mutes somebody until it is undone; a mute that ends can be kept here (--here)")
	}
	people, err := everybody(i)
	if err != nil {
		return draft{}, err
	}
	var entries nostr.Tags
	for _, who := range people {
		entries = append(entries, nostr.Tag{"p", who})
	}
	return b.edit(ctx, i, n, document{Kind: kindMutes}, entries, own)
}

// everybody is all whom an intent names, each once.
func everybody(i timeline.Intent) ([]string, error) {
	var people []string
	for _, who := range append([]string{i.Person}, i.People...) {
		if !isHex(who, 64) {
			return nil, timeline.Errorf(timeline.CodeUsage, "not a Nostr public key: %s", cut(who, maxName))
		}
		if !slices.Contains(people, who) {
			people = append(people, who)
		}
	}
	return people, enough(len(people))
}

// enough refuses more entries than an intent may have.
func enough(n int) error {
	if n > timeline.MaxEntries {
		return timeline.Errorf(timeline.CodeUsage, "%d entries at once, where %d are the most", n, timeline.MaxEntries)
	}
	return nil
}

// bookmark drafts the bookmarks with a post added or taken off (NIP-51); or with many,
// of which those that no relay shows are named as they were given.
func (b *Backend) bookmark(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	if len(i.Posts) > 0 {
		entries, err := b.bookmarks(ctx, append([]timeline.Subject{i.On}, i.Posts...))
		if err != nil {
			return draft{}, err
		}
		return b.edit(ctx, i, n, document{Kind: kindSaved}, entries, own)
	}
	about, err := b.subject(ctx, i.On, "the post")
	switch {
	case i.Undo && timeline.CodeOf(err) == timeline.CodeNotFound: // it can be taken off all the same
		about = &nostr.Event{ID: i.On.ID.Local}
	case err != nil:
		return draft{}, err
	}
	d, err := b.edit(ctx, i, n, document{Kind: kindSaved}, nostr.Tags{b.bookmarkOf(about)}, own)
	d.request.On, d.request.Author = timeline.ID{Network: timeline.Nostr, Local: about.ID}, about.PubKey
	return d, err
}

// bookmarks are the entries for many posts. Those that are not at hand are looked for
// together.
func (b *Backend) bookmarks(ctx context.Context, posts []timeline.Subject) (nostr.Tags, error) {
	if err := enough(len(posts)); err != nil {
		return nil, err
	}
	var links []link10
	for _, p := range posts {
		if p.ID.Network != timeline.Nostr || !isHex(p.ID.Local, 64) {
			return nil, timeline.Errorf(timeline.CodeUsage, "not the name of a Nostr post: %s", cut(p.ID.Local, maxName))
		}
		links = append(links, link10{id: p.ID.Local})
	}
	b.fetchEvents(ctx, slices.DeleteFunc(slices.Clone(links), func(k link10) bool { return b.events.Contains(k.id) }))
	var entries nostr.Tags
	for _, k := range links {
		about, ok := b.events.Get(k.id)
		if !ok {
			about = &nostr.Event{ID: k.id}
		}
		if entry := b.bookmarkOf(about); !slices.ContainsFunc(entries, like(entry)) {
			entries = append(entries, entry)
		}
	}
	return entries, ctx.Err()
}

// bookmarkOf is the entry for a post.
func (b *Backend) bookmarkOf(about *nostr.Event) nostr.Tag {
	entry := nostr.Tag{"e", about.ID}
	if nostr.IsAddressableKind(about.Kind) {
		entry = nostr.Tag{"a", address{about.Kind, about.PubKey, about.Tags.GetD()}.String()}
	}
	if hint := b.hint(about.ID); hint != "" {
		entry = append(entry, hint)
	}
	return entry
}

// edit drafts a list with entries added or taken off. The version that it replaces
// is kept in n.
func (b *Backend) edit(ctx context.Context, i timeline.Intent, n timeline.Notes, list document, entries nostr.Tags, own []string) (draft, error) {
	relays := relayURLs(slices.Concat(own, b.own), maxOutlets)
	old, err := b.newestList(ctx, list, relays)
	if err != nil {
		return draft{}, err
	}
	d := draft{event: nostr.Event{PubKey: b.cfg.PubKey, Kind: list.Kind, CreatedAt: b.created(i), Tags: nostr.Tags{}}}
	d.request.List = &base{document: list}
	if old != nil {
		raw, err := json.Marshal(old.String())
		if err != nil {
			return draft{}, err
		}
		if err := n.Put(ctx, "list before", raw); err != nil {
			return draft{}, err
		}
		d.request.List.ID, d.request.List.At = old.ID, old.CreatedAt
		d.event.Tags, d.event.Content = slices.Clone(old.Tags), old.Content
		d.event.CreatedAt = max(d.event.CreatedAt, old.CreatedAt+1)
	}
	var h hidden
	var unread error
	if old != nil {
		h, unread = b.hidden(ctx, old)
	}
	if i.Undo {
		return d, b.takeOff(ctx, &d, entries, h, unread)
	}
	return d, b.putOn(ctx, &d, entries, h)
}

// putOn adds entries at the end of the list: where everybody can read them, unless the
// list keeps entries of that name in its hidden part. One that is there already gets
// no twin. What cannot be read is left as it is.
func (b *Backend) putOn(ctx context.Context, d *draft, entries nostr.Tags, h hidden) (err error) {
	there := map[[2]string]bool{}
	secret := h.tags()
	for _, t := range slices.Concat(d.event.Tags, secret) {
		if len(t) >= 2 {
			there[[2]string(t[:2])] = true
		}
	}
	entries = slices.DeleteFunc(entries, func(t nostr.Tag) bool { return there[[2]string(t[:2])] })
	d.nothing = len(entries) == 0
	sealing := false
	for _, entry := range entries {
		if secret.Find(entry[0]) == nil {
			d.event.Tags = append(d.event.Tags, entry)
			continue
		}
		if h, err = h.with(entry); err != nil {
			return err
		}
		sealing = true
	}
	if sealing {
		d.event.Content, err = b.seal(ctx, h)
	}
	return err
}

// takeOff takes all entries of some names and values off the list and its hidden part.
// Where unread says that the latter could not be read and none of them is elsewhere,
// it is an error: they may well be there.
func (b *Backend) takeOff(ctx context.Context, d *draft, entries nostr.Tags, h hidden, unread error) (err error) {
	gone := func(t nostr.Tag) bool {
		return slices.ContainsFunc(entries, func(e nostr.Tag) bool { return like(e)(t) })
	}
	public := slices.ContainsFunc(d.event.Tags, gone)
	secret := slices.ContainsFunc(h.tags(), gone)
	d.nothing = !public && !secret
	switch {
	case unread != nil && !public:
		return unread
	case unread != nil:
		d.request.Note = timeline.Literal("the hidden part of the list could not be read: what it says stays")
	case secret:
		d.event.Content, err = b.seal(ctx, h.without(gone))
	}
	d.event.Tags = slices.DeleteFunc(d.event.Tags, gone)
	return err
}

// like tells of tags that have the name and value of entry.
func like(entry nostr.Tag) func(nostr.Tag) bool {
	return func(t nostr.Tag) bool { return len(t) >= 2 && t[0] == entry[0] && t[1] == entry[1] }
}

// newestList reads a list; nil when there is none yet. It fails where it may have
// missed something: with too few answers; when an own relay holds more than can be
// read; when a newer version was seen before; and when there seems to be none but an
// own relay, or half of the default ones, did not say so.
func (b *Backend) newestList(ctx context.Context, list document, relays []string) (*nostr.Event, error) {
	answers := b.askList(ctx, list, relays)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	mine := map[string]answer{}
	for _, url := range relays {
		a := answers[url]
		mine[url] = a
		if timeline.CodeOf(a.err) == timeline.CodeTooLarge {
			return nil, timeline.Errorf(timeline.CodeRefused, "%s may hold a list that is too large to be read: it is not touched", hostOf(url))
		}
	}
	told := complete(mine)
	others, toldOthers := len(answers)-len(mine), complete(answers)-told
	found := newestOf(answers)
	switch {
	case told*2 <= len(relays):
		return nil, fewTold(mine, told)
	case found == nil && told < len(relays):
		return nil, timeline.Errorf(timeline.CodeOffline, "no list was found, but not all of %d relays answered: one that does not may hold it", len(relays))
	case found == nil && others > 0 && toldOthers*2 <= others:
		return nil, timeline.Errorf(timeline.CodeOffline, "no list was found, but only %d of the %d default relays answered: another may hold it", toldOthers, others)
	case b.missed(list, found):
		return nil, timeline.Errorf(timeline.CodeOffline, "the relays that answered have only an old version of the list")
	}
	if found != nil {
		b.sawList(ctx, found)
	}
	return found, nil
}

// askList asks for the account's list at its relays and, since more eyes see more,
// at the default ones.
func (b *Backend) askList(ctx context.Context, list document, relays []string) map[string]answer {
	want := map[string]nostr.Filters{}
	for _, url := range slices.Concat(relays, b.fallback) {
		want[url] = nostr.Filters{list.filter(b.cfg.PubKey)}
	}
	return b.pool.ask(ctx, want, -1)
}

// complete counts those who told all that they have.
func complete(answers map[string]answer) int {
	told := 0
	for _, a := range answers {
		if a.complete() {
			told++
		}
	}
	return told
}

func newestOf(answers map[string]answer) *nostr.Event {
	var found *nostr.Event
	for _, a := range answers {
		for _, e := range a.events {
			if found == nil || byTime(e, found) < 0 {
				found = e
			}
		}
	}
	return found
}

// sawList notes how new the list is, and the bookmarks.
func (b *Backend) sawList(ctx context.Context, e *nostr.Event) {
	b.ownEvent(ctx, e)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latest[documentOf(e)] = max(b.latest[documentOf(e)], e.CreatedAt)
}

// missed tells whether a newer version than found was seen before.
func (b *Backend) missed(list document, found *nostr.Event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.latest[list]
	if b.circle != nil && list.Kind == kindFollows && b.circle.listed {
		seen = max(seen, b.circle.of)
	}
	if b.circle != nil && list.Kind == kindMutes {
		seen = max(seen, b.circle.mutes.at)
	}
	return seen > 0 && (found == nil || found.CreatedAt < seen)
}

var errConflict = &timeline.Error{Code: timeline.CodeServer, Message: timeline.Literal("another program has changed the list meanwhile")}

// sendList sends an edit while the version that it was made from, or the edit
// itself, is the newest. The lock keeps two edits of one account apart.
func (b *Backend) sendList(ctx context.Context, q *request, r timeline.Request) timeline.Outcome {
	absent := func(err error) timeline.Outcome {
		v := timeline.Absent
		if ctx.Err() != nil {
			v = timeline.Uncertain
		}
		return timeline.Outcome{Verdict: v, Receipt: timeline.Receipt{Answers: r.Known.Answers}, Err: timeline.AsError(err)}
	}
	if b.cfg.Store == nil {
		return absent(errReadOnly)
	}
	unlock, err := b.cfg.Store.Lock(ctx, string(b.cfg.Account.ID)+"-lists")
	if err != nil {
		return absent(err)
	}
	defer unlock()
	found, err := b.newestList(ctx, q.List.document, q.Own)
	if err != nil {
		return absent(err)
	}
	if q.overtaken(found) {
		return timeline.Outcome{Verdict: timeline.Spent, Err: errConflict}
	}
	o := b.send(ctx, q, r)
	if o.Verdict == timeline.Rejected { // as "replaced: have newer", perhaps
		if found, err := b.newestList(ctx, q.List.document, q.Own); err == nil && q.overtaken(found) {
			return timeline.Outcome{Verdict: timeline.Spent, Err: errConflict}
		}
	}
	return o
}

// overtaken tells whether found is a version that the edit does not know.
func (q *request) overtaken(found *nostr.Event) bool {
	if found == nil || found.ID == q.event.ID || found.ID == q.List.ID {
		return false
	}
	return q.List.ID == "" || byTime(found, &nostr.Event{ID: q.List.ID, CreatedAt: q.List.At}) < 0
}

// settleList finds out whether an edit has become the list.
func (b *Backend) settleList(ctx context.Context, q *request, r timeline.Request) timeline.Outcome {
	answers := b.askList(ctx, q.List.document, q.Own)
	if found := newestOf(answers); found != nil && q.overtaken(found) {
		return timeline.Outcome{Verdict: timeline.Spent, Err: errConflict}
	}
	all := standings{}
	all.recall(q, r.Known.Answers)
	for url, a := range answers {
		if slices.ContainsFunc(a.events, func(e *nostr.Event) bool { return e.ID == q.event.ID }) {
			all[url] = standing{taken: true, text: timeline.Literal("it has it")}
		}
	}
	return b.settled(ctx, q, all, answers)
}
