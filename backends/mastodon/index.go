package mastodon

import (
	"container/list"
	"hash/maphash"
	"sync"
	"time"
)

// indexSize is how many posts, and how many people, a Backend remembers by id:
// ten times what a home timeline holds.
const indexSize = 8192

// lru is a map of bounded size that forgets what was not asked for longest. It
// is safe for concurrent use.
type lru[V any] struct {
	mu    sync.Mutex
	max   int
	order *list.List // of *lruItem[V], newest first
	items map[string]*list.Element
}

type lruItem[V any] struct {
	key   string
	value V
}

func newLRU[V any](limit int) *lru[V] {
	return &lru[V]{max: limit, order: list.New(), items: map[string]*list.Element{}}
}

func (l *lru[V]) get(key string) (V, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.items[key]; ok {
		l.order.MoveToFront(e)
		return e.Value.(*lruItem[V]).value, true
	}
	var none V
	return none, false
}

func (l *lru[V]) put(key string, value V) {
	l.update(key, func(V, bool) V { return value })
}

// update replaces what key holds, in one step, and returns what it holds then.
func (l *lru[V]) update(key string, change func(old V, ok bool) V) V {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.items[key]; ok {
		l.order.MoveToFront(e)
		item := e.Value.(*lruItem[V])
		item.value = change(item.value, true)
		return item.value
	}
	var none V
	item := &lruItem[V]{key, change(none, false)}
	l.items[key] = l.order.PushFront(item)
	if l.order.Len() > l.max {
		oldest := l.order.Remove(l.order.Back()).(*lruItem[V])
		delete(l.items, oldest.key)
	}
	return item.value
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
	print    uint64
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
func (x *index) revision(uri string, print uint64, now time.Time) uint64 {
	return x.seen.update(uri, func(old edition, ok bool) edition {
		if ok && old.print == print {
			return old
		}
		return edition{print, max(old.revision+1, uint64(max(now.UnixMilli(), 0)))}
	}).revision
}
