package timeline

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	// keepTime bounds one writing; a busy disk is not a reason to stop showing posts.
	keepTime = 15 * time.Second
	// keepAgain is how long a Cache that failed is left alone.
	keepAgain = 10 * time.Second
	// maxBacklog is how many posts wait for a Cache that fails; later ones are shown
	// but not kept.
	maxBacklog = 20_000
)

// keeper is a Cache that does not fail: what the real one does not take is held in
// memory beside it, and offered again. All methods are safe for concurrent use.
type keeper struct {
	cache Cache
	now   func() time.Time
	log   *slog.Logger

	turn    sync.Mutex // one writing at a time; guards backlog and stuck
	backlog []Haul
	waiting int           // posts in backlog
	stuck   map[Feed]bool // feeds whose reach in the cache may not be carried on any more

	mu    sync.Mutex
	aside *Memory // what the cache has not taken; nil while it has taken all
	why   Safe    // it failed; empty while all is well
	again time.Time
}

func newKeeper(o HubOptions) *keeper {
	return &keeper{cache: o.Cache, now: o.Now, log: o.Log, stuck: map[Feed]bool{}}
}

// reach is Cache.Reach. What a feed whose reach is not known brings from now on
// does not carry it on, for it would skip what lies between.
func (k *keeper) reach(ctx context.Context, f Feed) Reach {
	r, err := k.cache.Reach(ctx, f)
	if err != nil {
		k.failed(err)
		k.turn.Lock()
		k.stuck[f] = true
		k.turn.Unlock()
		return Reach{}
	}
	return r
}

// keep is Cache.Keep with what an earlier one could not write.
func (k *keeper) keep(ctx context.Context, hauls ...Haul) Kept {
	k.turn.Lock()
	defer k.turn.Unlock()
	for i := range hauls {
		if k.stuck[hauls[i].Feed] {
			hauls[i] = withoutReach(hauls[i])
		}
	}
	if len(hauls)+len(k.backlog) == 0 {
		return Kept{}
	}
	if k.resting() {
		return k.putAside(ctx, hauls)
	}
	kept, err := k.cache.Keep(ctx, slices.Concat(k.backlog, hauls)...)
	if err != nil {
		k.failed(err)
		return k.putAside(ctx, hauls)
	}
	if k.waiting > 0 || len(k.backlog) > 0 {
		k.catchUpReading(ctx, kept.Unread)
	}
	kept.Posts = kept.Posts[k.waiting:]
	k.backlog, k.waiting = nil, 0
	k.recovered()
	return kept
}

// wake has the next keep tried whatever has failed before.
func (k *keeper) wake() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.again = time.Time{}
}

// resting tells whether the cache failed just now.
func (k *keeper) resting() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return !k.why.Empty() && k.now().Before(k.again)
}

// putAside holds hauls in memory and queues them as long as there is room.
func (k *keeper) putAside(ctx context.Context, hauls []Haul) Kept {
	k.mu.Lock()
	if k.aside == nil {
		k.aside = NewMemory()
	}
	aside := k.aside
	k.mu.Unlock()
	for _, h := range hauls {
		switch {
		case k.waiting+len(h.Posts) <= maxBacklog:
			k.backlog = append(k.backlog, h)
			k.waiting += len(h.Posts)
		case h.Feed != (Feed{}) && !k.stuck[h.Feed]:
			k.stuck[h.Feed] = true
			k.log.Warn("what is read is not kept any more", "account", h.Feed.Account)
		}
	}
	kept, _ := aside.Keep(context.WithoutCancel(ctx), hauls...) // memory alone does not fail
	return kept
}

// catchUpReading marks what was read by the person while it waited to be kept.
func (k *keeper) catchUpReading(ctx context.Context, unread []Key) {
	aside := k.besides()
	if aside == nil {
		return
	}
	var read []Key
	for _, key := range unread {
		if aside.knows(key.ID) && !aside.unread(key.ID) {
			read = append(read, key)
		}
	}
	if err := k.cache.MarkRead(ctx, read...); err != nil {
		k.log.Warn("marking as read", "posts", len(read), "error", err)
	}
}

func (k *keeper) besides() *Memory {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.aside
}

// failed notes why nothing is kept; it is told once.
func (k *keeper) failed(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.why.Empty() {
		k.log.Error("what is read is not kept", "error", err)
	}
	k.why = AsError(err).Message
	if k.why.Empty() {
		k.why = Literal("what is read cannot be kept")
	}
	k.again = k.now().Add(keepAgain)
}

func (k *keeper) recovered() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.why.Empty() {
		return
	}
	k.log.Info("what is read is kept again")
	k.why = Safe{}
	if len(k.stuck) == 0 { // else it is the only place of what found no room
		k.aside = nil
	}
}

// forgetful says why nothing is kept at present.
func (k *keeper) forgetful() Safe {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.why
}

// page is Cache.Page, with what is held beside it. It fails when there is nothing
// to answer from.
func (k *keeper) page(ctx context.Context, q Query) (Stretch, error) {
	found, err := k.cache.Page(ctx, q)
	aside := k.besides()
	if aside == nil {
		return found, err
	}
	if err != nil && ctx.Err() == nil {
		return aside.Page(ctx, q)
	}
	more, err := aside.Page(ctx, q)
	return joinStretches(q, found, more), err
}

// joinStretches makes one answer of two: no further than the nearer end of those
// that have more, and no more than was asked for.
func joinStretches(q Query, a, b Stretch) Stretch {
	posts := Merge(a.Posts, b.Posts)
	limit := q.Limit
	if limit <= 0 {
		limit = MaxPage
	}
	out := Stretch{Posts: posts, More: a.More || b.More}
	for _, s := range []Stretch{a, b} {
		if !s.More || len(s.Posts) == 0 {
			continue
		}
		first, last := s.Posts[0].Key(), s.Posts[len(s.Posts)-1].Key()
		out.Posts = slices.DeleteFunc(out.Posts, func(p *Post) bool {
			return q.Newer && last.Less(p.Key()) || !q.Newer && p.Key().Less(first)
		})
	}
	if extra := len(out.Posts) - limit; extra > 0 {
		out.More = true
		if q.Newer {
			out.Posts = out.Posts[:limit]
		} else {
			out.Posts = out.Posts[extra:]
		}
	}
	return out
}

// unread is Cache.Unread, with what is held beside it.
func (k *keeper) unread(ctx context.Context, feeds []Feed, limit int) ([]Key, error) {
	keys, err := k.cache.Unread(ctx, feeds, limit)
	aside := k.besides()
	if aside == nil {
		return keys, err
	}
	more, err := aside.Unread(ctx, feeds, limit)
	keys = slices.Concat(keys, more)
	slices.SortFunc(keys, Key.Compare)
	keys = slices.CompactFunc(keys, func(a, b Key) bool { return a.Compare(b) == 0 })
	return keys[max(0, len(keys)-limit):], err
}

// markRead is Cache.MarkRead, also for what is held beside it.
func (k *keeper) markRead(ctx context.Context, keys []Key) error {
	err := k.cache.MarkRead(ctx, keys...)
	if aside := k.besides(); aside != nil {
		err = errors.Join(err, aside.MarkRead(ctx, keys...))
	}
	return err
}

// markReadTo is Cache.MarkReadTo, also for what is held beside it.
func (k *keeper) markReadTo(ctx context.Context, f Feed, to Key) ([]Key, error) {
	keys, err := k.cache.MarkReadTo(ctx, f, to)
	if aside := k.besides(); aside != nil {
		more, failed := aside.MarkReadTo(ctx, f, to)
		return append(keys, more...), errors.Join(err, failed)
	}
	return keys, err
}

func withoutReach(h Haul) Haul {
	h.Up, h.Down, h.Opened, h.Closed = nil, nil, nil, nil
	return h
}
