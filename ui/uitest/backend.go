package uitest

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"time"

	"skein/timeline"
)

// Backend is a network that does what a test says. It is safe for several
// goroutines.
type Backend struct {
	account timeline.Account

	mu           sync.Mutex
	posts        []*timeline.Post // newest first
	threads      map[timeline.ID]*timeline.Thread
	people       map[string]*timeline.Profile
	failure      error
	pace         timeline.Pace
	homes        int
	looked       int
	events       chan timeline.Event
	dropped      chan struct{} // closed to end the stream
	slowness     time.Duration
	translations map[timeline.ID]timeline.Translation
	notices      []timeline.Notice // newest first
	marked       []timeline.Notice
	filters      []timeline.Filter
}

var (
	_ timeline.Streamer = (*Backend)(nil)
	_ timeline.Profiler = (*Backend)(nil)
	_ timeline.Pacer    = (*Backend)(nil)
)

// NewBackend makes the backend of an account named after its network.
func NewBackend(n timeline.Network) *Backend {
	return &Backend{
		account: timeline.Account{
			ID: timeline.AccountID("acct-" + string(n)), Network: n, Name: string(n),
			Handle: timeline.CleanLine("@me@" + string(n) + ".example"), Server: timeline.CleanLine(string(n) + ".example"),
		},
		threads: map[timeline.ID]*timeline.Thread{}, people: map[string]*timeline.Profile{},
	}
}

// Second makes the backend of another account of the network, with a name of its own.
func Second(n timeline.Network, name string) *Backend {
	b := NewBackend(n)
	b.account.ID, b.account.Name = timeline.AccountID("acct-"+name), name
	b.account.Handle = timeline.CleanLine("@" + name + "@" + string(n) + ".example")
	return b
}

// connect makes the channels, which must belong to the bubble that waits on them.
func (b *Backend) connect() {
	b.events, b.dropped = make(chan timeline.Event, 1000), make(chan struct{})
}

// Has puts posts, newest first, into the home timeline before the hub reads it.
func (b *Backend) Has(posts ...*timeline.Post) *Backend {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.posts = append(b.posts, posts...)
	return b
}

// Threads and Knows say what Thread and Profile answer.
func (b *Backend) Threads(t *timeline.Thread) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.threads[t.Focus] = t
}

// Knows says what Profile answers.
func (b *Backend) Knows(p *timeline.Profile) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.people[p.ID] = p
}

// Translates has the backend translate a post; it translates no other.
func (b *Backend) Translates(id timeline.ID, t timeline.Translation) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.translations == nil {
		b.translations = map[timeline.ID]timeline.Translation{}
	}
	b.translations[id] = t
}

// Translate implements timeline.Translator.
func (b *Backend) Translate(_ context.Context, id timeline.ID, _ string) (*timeline.Translation, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	t, ok := b.translations[id]
	if !ok {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "%s translates nothing", id.Network)
	}
	return &t, nil
}

// Slow makes every answer take d.
func (b *Backend) Slow(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.slowness = d
}

// Posts makes posts arrive on the stream, one after the other.
func (b *Backend) Posts(posts ...*timeline.Post) {
	for _, p := range posts {
		b.mu.Lock()
		b.posts = slices.Insert(b.posts, 0, p)
		b.mu.Unlock()
		b.events <- timeline.Event{Post: p}
	}
}

// Deletes makes a post go.
func (b *Backend) Deletes(id timeline.ID) { b.events <- timeline.Event{Deleted: &id} }

// Fails makes every request fail and ends the stream; nil mends it.
func (b *Backend) Fails(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failure = err
	if err != nil && b.dropped != nil { // nil: it has not been connected yet
		close(b.dropped)
		b.dropped = make(chan struct{})
	}
}

// Pace is what the backend was last told.
func (b *Backend) Pace() timeline.Pace {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.pace
}

// Homes counts the requests for the home timeline.
func (b *Backend) Homes() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.homes
}

// begin waits as long as the network is slow, and fails when it does.
func (b *Backend) begin(ctx context.Context) error {
	b.mu.Lock()
	wait, err := b.slowness, b.failure
	b.mu.Unlock()
	if wait > 0 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// Account implements timeline.Backend, as do the methods below.
func (b *Backend) Account() timeline.Account { return b.account }

// Limits are none.
func (b *Backend) Limits() timeline.Limits { return timeline.Limits{} }

// Home pages with the number of a post, counted from the oldest, as cursor.
func (b *Backend) Home(ctx context.Context, p timeline.Page) (timeline.Batch, error) {
	b.mu.Lock()
	b.homes++
	b.mu.Unlock()
	if err := b.begin(ctx); err != nil {
		return timeline.Batch{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	from, to := 0, len(b.posts)
	if n, err := strconv.Atoi(string(p.Before)); err == nil {
		from = len(b.posts) - n
	}
	if n, err := strconv.Atoi(string(p.After)); err == nil {
		to = len(b.posts) - n
	} else if p.Limit > 0 {
		to = min(to, from+p.Limit)
	}
	batch := timeline.Batch{Newer: timeline.Cursor(strconv.Itoa(len(b.posts)))}
	for _, post := range b.posts[from:to] {
		copied := *post
		batch.Posts = append(batch.Posts, &copied)
	}
	if left := len(b.posts) - to; left > 0 {
		batch.Older = timeline.Cursor(strconv.Itoa(left))
	}
	return batch, nil
}

// Post reads one post of the home timeline.
func (b *Backend) Post(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	if err := b.begin(ctx); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.posts {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "no such post")
}

// Thread answers what Threads said, or the post alone.
func (b *Backend) Thread(ctx context.Context, id timeline.ID) (*timeline.Thread, error) {
	p, err := b.Post(ctx, id)
	b.mu.Lock()
	defer b.mu.Unlock()
	if t, ok := b.threads[id]; ok && b.failure == nil {
		return t, nil
	}
	if err != nil {
		return nil, err
	}
	return &timeline.Thread{Focus: id, Roots: []*timeline.Node{{ID: id, Post: p}}}, nil
}

// Looked tells how often a profile was asked for.
func (b *Backend) Looked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.looked
}

// Profile answers what Knows said.
func (b *Backend) Profile(ctx context.Context, id string) (*timeline.Profile, error) {
	b.mu.Lock()
	b.looked++
	b.mu.Unlock()
	if err := b.begin(ctx); err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if p, ok := b.people[id]; ok {
		return p, nil
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "nobody of that name")
}

// ProfilePosts answers the author's posts in the home timeline.
func (b *Backend) ProfilePosts(ctx context.Context, id string, _ timeline.Page) (timeline.Batch, error) {
	if err := b.begin(ctx); err != nil {
		return timeline.Batch{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch timeline.Batch
	for _, p := range b.posts {
		if p.Author.ID == id {
			batch.Posts = append(batch.Posts, p)
		}
	}
	return batch, nil
}

// Stream hands over what Posts and Deletes bring.
func (b *Backend) Stream(ctx context.Context, _ timeline.Cursor, emit func(timeline.Event)) error {
	b.mu.Lock()
	dropped := b.dropped
	b.mu.Unlock()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-dropped:
			return timeline.Errorf(timeline.CodeOffline, "%s: connection lost", b.account.Server)
		case e := <-b.events:
			if e.Post != nil {
				copied := *e.Post
				e.Post = &copied
			}
			emit(e)
		}
	}
}

// SetPace remembers the pace.
func (b *Backend) SetPace(p timeline.Pace) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pace = p
}

// Close does nothing.
func (b *Backend) Close() error { return nil }
