package uitest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"skein/timeline"
)

// Library is posts in memory, found by their words. It is safe for several
// goroutines.
type Library struct {
	mu       sync.Mutex
	posts    []*timeline.Post // newest first
	people   []*timeline.Profile
	threads  map[timeline.ID]*timeline.Thread
	asked    []timeline.Search
	failure  error
	slowness time.Duration
}

// NewLibrary makes a Library of posts.
func NewLibrary(posts ...*timeline.Post) *Library {
	l := &Library{posts: slices.Clone(posts), threads: map[timeline.ID]*timeline.Thread{}}
	slices.SortFunc(l.posts, func(a, b *timeline.Post) int { return byKey(b, a) })
	return l
}

// Keeps says what KeptThread answers.
func (l *Library) Keeps(t *timeline.Thread) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.threads[t.Focus] = t
}

// Met says what KeptProfile answers.
func (l *Library) Met(p *timeline.Profile) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.people = append(l.people, p)
}

// Breaks makes searching fail; nil mends it.
func (l *Library) Breaks(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failure = err
}

// Drags makes every search take d, though it is not wanted any more.
func (l *Library) Drags(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slowness = d
}

// Asked are the searches so far.
func (l *Library) Asked() []timeline.Search {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.asked)
}

// Search implements timeline.Library, as do the methods below. A post that is longer
// than its neighbours is the better one.
func (l *Library) Search(_ context.Context, q timeline.Search) (timeline.Found, error) {
	l.mu.Lock()
	l.asked = append(l.asked, q)
	wait, err := l.slowness, l.failure
	posts := slices.Clone(l.posts)
	l.mu.Unlock()
	time.Sleep(wait)
	if err != nil {
		return timeline.Found{}, err
	}
	if q.Ranked {
		slices.SortStableFunc(posts, func(a, b *timeline.Post) int {
			return len(b.Text.Plain().String()) - len(a.Text.Plain().String())
		})
	}
	var out timeline.Found
	for _, p := range posts {
		h, ok := match(p, q)
		if !ok || q.Below != (timeline.Key{}) && !p.Key().Less(q.Below) {
			continue
		}
		if len(out.Hits) == q.Limit {
			out.More = true
			break
		}
		out.Hits = append(out.Hits, h)
	}
	return out, nil
}

// match marks the words of a search in a post's text.
func match(p *timeline.Post, q timeline.Search) (timeline.Hit, bool) {
	text := p.Content().Text.Plain().Line()
	h := timeline.Hit{Post: p, Snippet: text}
	words := slices.Clone(q.Words)
	if q.Begins != "" {
		words = append(words, q.Begins)
	}
	for _, w := range words {
		at := strings.Index(strings.ToLower(text.String()), strings.ToLower(w))
		if at < 0 {
			return h, false
		}
		h.Marks = append(h.Marks, [2]int{at, at + len(w)})
	}
	for _, from := range q.From {
		if !strings.Contains(strings.ToLower(p.Content().Author.Handle.String()), strings.ToLower(from)) {
			return h, false
		}
	}
	return h, len(q.On) == 0 || slices.Contains(q.On, p.ID.Network)
}

// KeptPost returns one post.
func (l *Library) KeptPost(_ context.Context, id timeline.ID) (*timeline.Post, error) {
	for _, p := range l.posts {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, unknown()
}

func unknown() error { return timeline.Errorf(timeline.CodeNotFound, "that was never read") }

// KeptThread answers what Keeps said.
func (l *Library) KeptThread(_ context.Context, id timeline.ID) (*timeline.Thread, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t, ok := l.threads[id]; ok {
		return t, nil
	}
	return nil, unknown()
}

// KeptProfile answers what Met said.
func (l *Library) KeptProfile(_ context.Context, n timeline.Network, id string) (*timeline.Profile, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.people {
		if p.Network == n && p.ID == id {
			return p, nil
		}
	}
	return nil, unknown()
}

// KeptPostsBy returns what a person posted.
func (l *Library) KeptPostsBy(_ context.Context, n timeline.Network, id string, _ timeline.Key, limit int) (timeline.Stretch, error) {
	var out timeline.Stretch
	for _, p := range l.posts {
		if p.ID.Network == n && p.Author.ID == id && len(out.Posts) < limit {
			out.Posts = append(out.Posts, p)
		}
	}
	slices.Reverse(out.Posts)
	return out, nil
}

// Short finds nothing.
func (*Library) Short(context.Context, string) ([]timeline.ID, error) { return nil, nil }
