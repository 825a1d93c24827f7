package timeline_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// server is a feed kept in memory. Cursors are indexes from the oldest post.
type server struct {
	account timeline.Account
	mu      sync.Mutex
	posts   []*timeline.Post // oldest first
	lost    int              // posts below this index are no longer served
	err     error            // Home fails with it
	slow    time.Duration
	asked   []timeline.Page
	stream  chan timeline.Event
	cut     chan error
	pace    timeline.Pace
}

func newServer(n timeline.Network, count int, every time.Duration) *server {
	s := &server{
		account: timeline.Account{ID: timeline.AccountID(n), Network: n, Name: string(n)},
		stream:  make(chan timeline.Event), cut: make(chan error),
	}
	for i := range count {
		s.posts = append(s.posts, post(n, fmt.Sprintf("%s%03d", n.Letter(), i), time.Duration(count-i)*every))
	}
	return s
}

func (s *server) add(p *timeline.Post) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.posts = append(s.posts, p)
}

func (s *server) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func (s *server) Account() timeline.Account { return s.account }
func (s *server) Limits() timeline.Limits   { return timeline.Limits{} }
func (s *server) Close() error              { return nil }
func (s *server) SetPace(p timeline.Pace)   { s.mu.Lock(); s.pace = p; s.mu.Unlock() }

func (s *server) Post(context.Context, timeline.ID) (*timeline.Post, error) {
	return nil, timeline.Errorf(timeline.CodeNotFound, "no")
}

func (s *server) Thread(context.Context, timeline.ID) (*timeline.Thread, error) {
	return nil, timeline.Errorf(timeline.CodeNotFound, "no")
}

func (s *server) Home(ctx context.Context, p timeline.Page) (timeline.Batch, error) {
	if s.slow > 0 {
		select {
		case <-time.After(s.slow):
		case <-ctx.Done():
			return timeline.Batch{}, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, p)
	if s.err != nil {
		return timeline.Batch{}, s.err
	}
	hi := len(s.posts)
	if p.Before != "" {
		hi = s.index(p.Before)
	}
	lo := max(hi-p.Limit, s.lost)
	gap := false
	if p.After != "" {
		gap = lo > s.index(p.After)
		lo = max(lo, s.index(p.After))
	}
	b := timeline.Batch{Newer: timeline.Cursor(fmt.Sprint(hi)), Gap: gap}
	if lo > s.lost {
		b.Older = timeline.Cursor(fmt.Sprint(lo))
	}
	for i := hi - 1; i >= lo; i-- {
		c := *s.posts[i]
		b.Posts = append(b.Posts, &c)
	}
	return b, nil
}

func (s *server) index(c timeline.Cursor) (n int) {
	if _, err := fmt.Sscan(string(c), &n); err != nil {
		panic(err)
	}
	return n
}

// streaming is a server with live updates.
type streaming struct{ *server }

func (s streaming) Unwrap() timeline.Backend { return s.server }

func (s streaming) Stream(ctx context.Context, _ timeline.Cursor, emit func(timeline.Event)) error {
	for {
		select {
		case e := <-s.stream:
			emit(e)
		case err := <-s.cut:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// reader collects what a hub says, as a screen would.
type reader struct {
	t    *testing.T
	hub  *timeline.Hub
	rows timeline.Rows
	last timeline.Changes
	told int // how often the hub had something to say
}

func options(backends ...timeline.Backend) (timeline.HubOptions, []timeline.Account) {
	var accounts []timeline.Account
	for _, b := range backends {
		accounts = append(accounts, b.Account())
	}
	return timeline.HubOptions{
		Page: 10,
		Now:  func() time.Time { return noon.Add(time.Since(noon2000())) },
		Rand: func() float64 { return 0.999 },
		Open: func(_ context.Context, id timeline.AccountID) (timeline.Backend, error) {
			i := slices.IndexFunc(backends, func(b timeline.Backend) bool { return b.Account().ID == id })
			return backends[i], nil
		},
	}, accounts
}

// noon2000 is when every synctest bubble begins.
func noon2000() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func read(t *testing.T, backends ...timeline.Backend) *reader {
	o, accounts := options(backends...)
	r := &reader{t: t, hub: timeline.NewHub(o, accounts...)}
	r.hub.Start()
	t.Cleanup(r.hub.Close)
	return r
}

// sync waits until the hub has nothing to do but to wait for time or servers, and
// takes what it has to say.
func (r *reader) sync() *reader {
	for {
		synctest.Wait()
		ctx, cancel := context.WithTimeout(r.t.Context(), time.Nanosecond)
		c, err := r.hub.Next(ctx)
		cancel()
		if err != nil {
			return r
		}
		r.rows.Insert(c.Posts...)
		for _, id := range c.Removed {
			r.rows.Remove(id)
		}
		r.rows.SetGaps(c.Gaps)
		inOrder(r.t, &r.rows)
		r.last = c
		r.told++
	}
}

// shown lists rows newest first; a gap is "-".
func (r *reader) shown() string {
	var out []string
	for i := r.rows.Len() - 1; i >= 0; i-- {
		if p := r.rows.At(i).Post; p != nil {
			out = append(out, p.ID.Local)
		} else {
			out = append(out, "-")
		}
	}
	return strings.Join(out, " ")
}

func (r *reader) posts() int {
	n := 0
	for i := range r.rows.Len() {
		if r.rows.At(i).Post != nil {
			n++
		}
	}
	return n
}

func (r *reader) state(i int) timeline.State { return r.last.Health[i].State }
