package relay

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/nbd-wtf/go-nostr"
)

// shelf is one relay's events. Only the newest of a replaceable event is kept, and
// nothing that its author deleted.
type shelf struct {
	mu       sync.Mutex
	events   []*nostr.Event // newest first, then by id, as NIP-01 orders them
	byID     map[string]*nostr.Event
	newest   map[string]*nostr.Event // by address
	gone     map[string]string       // id → who deleted it
	watchers map[*session]struct{}   // told of every new event, with mu held
}

func newShelf() *shelf {
	return &shelf{
		byID: map[string]*nostr.Event{}, newest: map[string]*nostr.Event{},
		gone: map[string]string{}, watchers: map[*session]struct{}{},
	}
}

// add stores e and shows it to who watches. It tells whether e was there already,
// and why it was not stored otherwise, as NIP-01 words it.
func (s *shelf) add(e *nostr.Event) (duplicate bool, refused string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.byID[e.ID]; ok {
		return true, ""
	}
	if s.gone[e.ID] == e.PubKey {
		return false, "blocked: its author deleted it"
	}
	if !nostr.IsEphemeralKind(e.Kind) {
		if address, ok := addressOf(e); ok {
			if old := s.newest[address]; old != nil {
				if byTime(e, old) > 0 {
					return true, ""
				}
				s.remove(old)
			}
			s.newest[address] = e
		}
		at, _ := slices.BinarySearchFunc(s.events, e, byTime)
		s.events = slices.Insert(s.events, at, e)
		s.byID[e.ID] = e
	}
	if e.Kind == nostr.KindDeletion {
		s.forget(e)
	}
	for w := range s.watchers {
		w.offer(e)
	}
	return false, ""
}

// byTime orders events newest first; of two at the same second the lower id comes
// first.
func byTime(a, b *nostr.Event) int {
	if c := cmp.Compare(b.CreatedAt, a.CreatedAt); c != 0 {
		return c
	}
	return strings.Compare(a.ID, b.ID)
}

// addressOf names what a replaceable or addressable event replaces.
func addressOf(e *nostr.Event) (string, bool) {
	name := strconv.Itoa(e.Kind) + ":" + e.PubKey
	switch {
	case nostr.IsReplaceableKind(e.Kind):
		return name, true
	case nostr.IsAddressableKind(e.Kind):
		return name + ":" + e.Tags.GetD(), true
	}
	return "", false
}

// forget does what a NIP-09 deletion asks, for its author's own events.
func (s *shelf) forget(deletion *nostr.Event) {
	for tag := range deletion.Tags.FindAll("e") {
		if e := s.byID[tag[1]]; e == nil || e.PubKey == deletion.PubKey && e.Kind != nostr.KindDeletion {
			s.gone[tag[1]] = deletion.PubKey
			if e != nil {
				s.remove(e)
			}
		}
	}
	for tag := range deletion.Tags.FindAll("a") {
		if e := s.newest[tag[1]]; e != nil && e.PubKey == deletion.PubKey && e.CreatedAt <= deletion.CreatedAt {
			s.remove(e)
		}
	}
}

func (s *shelf) remove(e *nostr.Event) {
	delete(s.byID, e.ID)
	if address, ok := addressOf(e); ok && s.newest[address] == e {
		delete(s.newest, address)
	}
	if at, ok := slices.BinarySearchFunc(s.events, e, byTime); ok {
		s.events = slices.Delete(s.events, at, at+1)
	}
}

// query finds stored events, newest first, each once, at most limit a filter.
// While it holds the lock it calls ready, so that what comes later is not missed.
func (s *shelf) query(filters nostr.Filters, limit int, ready func()) []*nostr.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	ready()
	found := map[*nostr.Event]bool{}
	for _, f := range filters {
		left := limit
		if f.Limit > 0 || f.LimitZero {
			left = min(f.Limit, limit)
		}
		for _, e := range s.events {
			if left == 0 {
				break
			}
			if matches(f, e) {
				found[e] = true
				left--
			}
		}
	}
	all := make([]*nostr.Event, 0, len(found))
	for e := range found {
		all = append(all, e)
	}
	slices.SortFunc(all, byTime)
	return all
}

// matches is the library's test and NIP-50's search by plain substring.
func matches(f nostr.Filter, e *nostr.Event) bool {
	return f.Matches(e) && (f.Search == "" || strings.Contains(strings.ToLower(e.Content), strings.ToLower(f.Search)))
}

func (s *shelf) watch(w *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watchers[w] = struct{}{}
}

func (s *shelf) unwatch(w *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.watchers, w)
}
