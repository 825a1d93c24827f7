package nostr

import (
	"cmp"
	"slices"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// deeds are what the account's owner did with posts: likes, boosts and bookmarks. The own relays tell of them, and what is published here is added at
// once. What nobody could tell stays as it was. They are safe for concurrent use.
type deeds struct {
	mu    sync.Mutex
	marks *lru.Cache[string, mark] // by the id of the post
	acts  uint64                   // how many were told of one by one: they are newer than an answer on its way
	saved bookmarks
}

// mark is what was done with one post.
type mark struct {
	like, boost string // ids of the own events; "" without one
	act         uint64 // deeds.acts when it was last told of by itself
	turns       uint64 // how often it changed
}

// bookmarks are the entries of the newest list that was seen (kind 10003).
type bookmarks struct {
	id    string
	at    nostr.Timestamp
	names map[string]bool // ids of events, and addresses
	turns uint64          // how often they changed
	asked time.Time       // when the own relays last told; zero before
}

// of is what the owner did with a post, and a number that goes up when that changes.
func (d *deeds) of(e *nostr.Event) (timeline.View, uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, _ := d.marks.Get(e.ID)
	return timeline.View{
		Liked: m.like != "", LikeID: m.like, Boosted: m.boost != "", BoostID: m.boost,
		Bookmarked: d.saved.names[e.ID] || nostr.IsAddressableKind(e.Kind) && d.saved.names[addressOf(e)],
	}, m.turns + d.saved.turns
}

// addressOf is the name of an addressable event (NIP-01).
func addressOf(e *nostr.Event) string {
	return address{e.Kind, e.PubKey, e.Tags.GetD()}.String()
}

// set keeps m, and tells whether that changes anything. mu is held.
func (d *deeds) set(id string, m mark) bool {
	old, _ := d.marks.Peek(id)
	changed := m.like != old.like || m.boost != old.boost
	if changed {
		m.turns = old.turns + 1
	}
	if m != old {
		d.marks.Add(id, m)
	}
	return changed
}

// did notes an own like or boost of a post.
func (d *deeds) did(about string, e *nostr.Event) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acts++
	m, _ := d.marks.Peek(about)
	m.add(e)
	m.act = d.acts
	return d.set(about, m)
}

// add notes a like or boost where there is none yet.
func (m *mark) add(e *nostr.Event) {
	switch {
	case e.Kind == kindBoost || e.Kind == kindBoostAny:
		m.boost = cmp.Or(m.boost, e.ID)
	case e.Kind == kindLike && e.Content != "-": // NIP-25: "-" is a dislike
		m.like = cmp.Or(m.like, e.ID)
	}
}

// undid notes that own events were taken back, and returns the posts that they were
// about.
func (d *deeds) undid(gone []string) (about []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.acts++
	for _, id := range d.marks.Keys() {
		m, _ := d.marks.Peek(id)
		if slices.Contains(gone, m.like) {
			m.like, m.act = "", d.acts
		}
		if slices.Contains(gone, m.boost) {
			m.boost, m.act = "", d.acts
		}
		if d.set(id, m) {
			about = append(about, id)
		}
	}
	return about
}

// now is the moment at which a question is asked.
func (d *deeds) now() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acts
}

// told takes the answer to a question about posts that was asked at a moment: the
// owner's marks on them. Only a whole answer says that there are no others; gone
// tells which events were taken back for certain.
func (d *deeds) told(asked uint64, about []string, found map[string]mark, whole bool, gone func(id string) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, id := range about {
		m, _ := d.marks.Peek(id)
		if m.act > asked {
			continue
		}
		f := found[id]
		if f.like != "" || whole || gone(m.like) {
			m.like = f.like
		}
		if f.boost != "" || whole || gone(m.boost) {
			m.boost = f.boost
		}
		d.set(id, m)
	}
}

// keep takes a list of bookmarks and what it hides, unless a newer one was seen. It
// returns the names that came or went.
func (d *deeds) keep(list *nostr.Event, secret nostr.Tags) map[string]bool {
	names, entries := map[string]bool{}, slices.Concat(list.Tags, secret)
	for id := range ids(entries, "e") {
		names[id] = true
	}
	for t := range entries.FindAll("a") {
		if a, ok := parseAddress(t[1]); ok {
			names[a.String()] = true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &d.saved
	if s.id != "" && byTime(list, &nostr.Event{ID: s.id, CreatedAt: s.at}) >= 0 {
		return nil
	}
	changed := map[string]bool{}
	for name := range names {
		if !s.names[name] {
			changed[name] = true
		}
	}
	for name := range s.names {
		if !names[name] {
			changed[name] = true
		}
	}
	s.id, s.at, s.names = list.ID, list.CreatedAt, names
	if len(changed) > 0 {
		s.turns++
	}
	return changed
}

// lastAsked is when the bookmarks were last read.
func (d *deeds) lastAsked() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.saved.asked
}

// haveAsked notes that all own relays told of the bookmarks.
func (d *deeds) haveAsked(at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saved.asked = at
}
