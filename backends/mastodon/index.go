package mastodon

import (
	"hash/maphash"
	"sync"
	"time"
)

// indexSize is how many posts, and how many people, a Backend remembers by id:
// some ten times what a home timeline holds.
const indexSize = 8192

// lru is a map of bounded size. It keeps two generations: what is asked for moves
// into the younger one, and when that is full the older one is forgotten. So at
// least the limit's half of the keys used last are there. It is safe for
// concurrent use.
type lru[V any] struct {
	mu         sync.Mutex
	half       int
	young, old map[string]V
}

func newLRU[V any](limit int) *lru[V] {
	return &lru[V]{half: max(limit/2, 1), young: map[string]V{}}
}

func (l *lru[V]) get(key string) (V, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.find(key)
}

// clear forgets everything.
func (l *lru[V]) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.young, l.old = map[string]V{}, nil
}

func (l *lru[V]) put(key string, value V) {
	l.update(key, func(V, bool) V { return value })
}

// update replaces what key holds, in one step, and returns what it holds then.
func (l *lru[V]) update(key string, change func(was V, ok bool) V) V {
	l.mu.Lock()
	defer l.mu.Unlock()
	value := change(l.find(key))
	l.keep(key, value)
	return value
}

func (l *lru[V]) find(key string) (V, bool) {
	value, ok := l.young[key]
	if ok {
		return value, true
	}
	if value, ok = l.old[key]; ok {
		l.keep(key, value)
	}
	return value, ok
}

func (l *lru[V]) keep(key string, value V) {
	l.young[key] = value
	if len(l.young) >= l.half {
		l.young, l.old = map[string]V{}, l.young
	}
}

// index remembers what this server calls the posts that were read from it, and
// how each looked, which is how a Revision is told.
type index struct {
	ids  *lru[string] // uri → server id
	uris *lru[string] // server id → uri
	seen *lru[edition]
	seed maphash.Seed // drawn afresh, so that hostile text cannot aim at a collision
}

// edition is the state in which a post was last seen.
type edition struct {
	look     uint64 // its fingerprint
	revision uint64
}

func newIndex(limit int) *index {
	return &index{
		ids: newLRU[string](limit), uris: newLRU[string](limit), seen: newLRU[edition](limit), seed: maphash.MakeSeed(),
	}
}

func (x *index) remember(uri, id string) {
	x.ids.put(uri, id)
	x.uris.put(id, uri)
}

// revision is the same for a post that looks the same, and higher when it does
// not. A post not seen before takes the time, in milliseconds, so that it counts
// as newer than what an earlier run stored.
func (x *index) revision(uri string, look uint64, now time.Time) uint64 {
	return x.seen.update(uri, func(was edition, ok bool) edition {
		if ok && was.look == look {
			return was
		}
		return edition{look, max(was.revision+1, uint64(max(now.UnixMilli(), 0)))}
	}).revision
}
