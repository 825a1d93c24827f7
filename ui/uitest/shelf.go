package uitest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"skein/timeline"
)

// Shelf is a hub that asks no network: it has what was kept, and hands over what a
// test says. What it hands over is kept first, as with the real one. It is safe for
// several goroutines.
type Shelf struct {
	mu       sync.Mutex
	posts    []*timeline.Post // oldest first
	unread   []timeline.Key
	seen     []timeline.Key
	failure  error
	slowness time.Duration
	pages    int
	olders   int
	started  bool
	changes  chan timeline.Changes
	closed   chan struct{}
}

// NewShelf makes a Shelf of posts in any order. In a bubble it must be made there.
func NewShelf(posts ...*timeline.Post) *Shelf {
	s := &Shelf{posts: slices.Clone(posts), changes: make(chan timeline.Changes, 1000), closed: make(chan struct{})}
	slices.SortFunc(s.posts, byKey)
	return s
}

func byKey(a, b *timeline.Post) int { return a.Key().Compare(b.Key()) }

// Brings keeps posts and hands them over, unread.
func (s *Shelf) Brings(posts ...*timeline.Post) {
	s.Reports(timeline.Changes{Posts: posts, Settled: true, Unread: keys(posts)})
}

// Reports hands over any changes.
func (s *Shelf) Reports(c timeline.Changes) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range c.Posts {
		i, there := slices.BinarySearchFunc(s.posts, p, byKey)
		if there {
			s.posts[i] = p
		} else {
			s.posts = slices.Insert(s.posts, i, p)
		}
	}
	s.posts = slices.DeleteFunc(s.posts, func(p *timeline.Post) bool { return slices.Contains(c.Removed, p.ID) })
	s.changes <- c
}

// IsUnread says that posts were unread at the start.
func (s *Shelf) IsUnread(posts ...*timeline.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unread = append(s.unread, keys(posts)...)
}

func keys(posts []*timeline.Post) []timeline.Key {
	var out []timeline.Key
	for _, p := range posts {
		out = append(out, p.Key())
	}
	return out
}

// Breaks makes reading fail, nil mends it; Drags makes it take a while.
func (s *Shelf) Breaks(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failure = err
}

// Drags makes reading take d.
func (s *Shelf) Drags(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slowness = d
}

// Tally is what a Shelf was asked for.
type Tally struct {
	Started bool
	Pages   int            // of what is kept
	Olders  int            // times that the networks were to be asked for older posts
	Seen    []timeline.Key // what was marked as read
}

// Tally is what the Shelf was asked for so far.
func (s *Shelf) Tally() Tally {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Tally{s.started, s.pages, s.olders, slices.Clone(s.seen)}
}

// Start implements ui.Hub, as do the methods below.
func (s *Shelf) Start() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started = true
}

// Next waits for the changes that a test reports.
func (s *Shelf) Next(ctx context.Context) (timeline.Changes, error) {
	select {
	case c := <-s.changes:
		return c, nil
	case <-ctx.Done():
		return timeline.Changes{}, ctx.Err()
	case <-s.closed:
		return timeline.Changes{}, errors.New("the shelf is closed")
	}
}

// Close ends Next.
func (s *Shelf) Close() { close(s.closed) }

// History reads what is kept.
func (s *Shelf) History(ctx context.Context, from timeline.Key, newer bool, only timeline.Network, limit int) (timeline.Stretch, error) {
	s.mu.Lock()
	s.pages++
	found, err, wait := s.page(from, newer, only, limit), s.failure, s.slowness
	s.mu.Unlock()
	if wait > 0 { // what changes meanwhile is not in the page
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return timeline.Stretch{}, ctx.Err()
		}
	}
	if err != nil {
		return timeline.Stretch{}, err
	}
	return found, nil
}

func (s *Shelf) page(from timeline.Key, newer bool, only timeline.Network, limit int) timeline.Stretch {
	at, there := slices.BinarySearchFunc(s.posts, from, func(p *timeline.Post, k timeline.Key) int { return p.Key().Compare(k) })
	step := -1
	switch zero := (from == timeline.Key{}); {
	case newer:
		step = 1
		if !there {
			at--
		}
	case zero:
		at = len(s.posts)
	}
	var out timeline.Stretch
	for at += step; at >= 0 && at < len(s.posts); at += step {
		p := s.posts[at]
		if only != "" && p.ID.Network != only {
			continue
		}
		if len(out.Posts) == limit {
			out.More = true
			break
		}
		out.Posts = append(out.Posts, p)
	}
	if !newer {
		slices.Reverse(out.Posts)
	}
	return out
}

// Unread is what IsUnread said.
func (s *Shelf) Unread(context.Context) ([]timeline.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unread), s.failure
}

// Seen notes what was marked as read.
func (s *Shelf) Seen(keys ...timeline.Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, keys...)
}

// SeenBelow does nothing: all that a Shelf holds was handed over.
func (*Shelf) SeenBelow(timeline.Network) {}

// Older counts.
func (s *Shelf) Older() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.olders++
}

// Refresh does nothing.
func (*Shelf) Refresh() {}

// Fill does nothing.
func (*Shelf) Fill(timeline.Key) {}

// SetPace does nothing.
func (*Shelf) SetPace(timeline.Pace) {}

// Retract takes a post away.
func (s *Shelf) Retract(id timeline.ID) {
	s.Reports(timeline.Changes{Removed: []timeline.ID{id}, Settled: true})
}

// Mutes are none: what a test says is handed over.
func (*Shelf) Mutes() *timeline.Mutes { return nil }

// ReadMutes does nothing.
func (*Shelf) ReadMutes(context.Context) error { return nil }

// Reader reads nothing.
func (*Shelf) Reader(context.Context, *timeline.Post) (timeline.Backend, error) {
	return nil, errors.New("no network is read here")
}
