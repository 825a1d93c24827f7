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

// marking is a streaming server that keeps a mark of what was read. A post's
// ServerID is its name.
type marking struct {
	streaming
	mu   sync.Mutex
	mark string
	sets []string
	err  error
	slow time.Duration
}

func (m *marking) Marker(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.mark, m.err
}

func (m *marking) SetMarker(ctx context.Context, id string) error {
	select {
	case <-time.After(m.slow):
	case <-ctx.Done():
		return ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark = id
	m.sets = append(m.sets, id)
	return m.err
}

func (m *marking) told() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.sets, " ")
}

func (m *marking) set(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mark = id
}

func newMarking(count int) *marking {
	m := &marking{streaming: streaming{newServer("mastodon", count, time.Minute)}}
	for _, p := range m.posts {
		p.Views = []timeline.View{{Account: "mastodon", ServerID: p.ID.Local}}
	}
	return m
}

// arrive streams a new post.
func (m *marking) arrive(local string, age time.Duration) *timeline.Post {
	p := post("mastodon", local, age)
	p.Views = []timeline.View{{Account: "mastodon", ServerID: local}}
	m.add(p)
	m.stream <- timeline.Event{Post: p, Cursor: timeline.Cursor(fmt.Sprint(len(m.posts)))}
	return p
}

// keys are those of the posts that are shown.
func (r *reader) keys() (keys []timeline.Key) {
	for i := range r.rows.Len() {
		if p := r.rows.At(i).Post; p != nil {
			keys = append(keys, p.Key())
		}
	}
	return keys
}

func (r *reader) wantUnread(want string) {
	r.t.Helper()
	if got := strings.Join(r.unread(), " "); got != want {
		r.t.Errorf("unread: %s\nwant:   %s", got, want)
	}
}

func locale(keys []timeline.Key) string {
	var out []string
	for _, k := range keys {
		out = append(out, k.ID.Local)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestHubFirstPageIsUnreadAndOlderOnesAreNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(25)
		r := d.sit(t, m).start()
		const first = "M015 M016 M017 M018 M019 M020 M021 M022 M023 M024"
		r.wantUnread(first)
		r.hub.Older()
		r.sync()
		r.wantUnread(first)
		if len(r.last.Unread) != 0 {
			t.Errorf("older posts are called unread: %v", r.last.Unread)
		}
		m.arrive("new", -time.Millisecond)
		r.sync()
		if got := locale(r.last.Unread); got != "new" {
			t.Errorf("unread by the arrival: %s", got)
		}
		r.hub.Close()
		r = d.sit(t, m).load()
		r.wantUnread(first + " new")
	})
}

// Who has lost the marks but not the cache is not told that all older posts are new.
func TestHubWithoutItsMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(25)
		r := d.sit(t, m).start()
		r.hub.Seen(m.posts[24].Key())
		r.hub.Close()
		d.MemoryMarks = timeline.NewMemoryMarks()
		r = d.sit(t, m).load().start()
		r.hub.Older()
		r.sync()
		r.wantUnread("M015 M016 M017 M018 M019 M020 M021 M022 M023")
	})
}

func TestHubSeenIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(3)
		r := d.sit(t, m).start()
		r.hub.Seen(m.posts[1].Key())
		r.wantUnread("M000 M002") // at once
		edited := *m.posts[1]
		edited.Counts.Likes = 9
		m.stream <- timeline.Event{Post: &edited}
		if r.sync(); len(r.last.Unread) != 0 {
			t.Errorf("what was seen is unread again: %v", r.last.Unread)
		}
		time.Sleep(2 * time.Second)
		r.sync()
		if keys, _ := d.Unread(t.Context(), []timeline.Feed{timeline.HomeOf("mastodon")}, 9); locale(keys) != "M000 M002" {
			t.Errorf("the cache has %s as unread", locale(keys))
		}
		if to, _ := d.ReadTo(t.Context(), timeline.HomeOf("mastodon")); to != m.posts[1].Key() {
			t.Errorf("read to %v", to)
		}
		r.hub.Seen(m.posts[0].Key()) // at the latest when it closes
		r.hub.Close()
		r = d.sit(t, m).load()
		r.wantUnread("M002")
		if to, _ := d.ReadTo(t.Context(), timeline.HomeOf("mastodon")); to != m.posts[1].Key() {
			t.Errorf("read to %v: the mark went back", to)
		}
	})
}

// What waits below the rows that are shown is not counted until it is shown.
func TestHubUnreadBelowWhatIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, busy, calm := newDesk(), newServer("mastodon", 100, time.Minute), newServer("bluesky", 30, 7*time.Minute)
		r := d.sit(t, streaming{busy}, streaming{calm}).start()
		if got := locale(r.last.Unread); got == "" || len(r.unread()) != r.posts() {
			t.Errorf("unread are %v of %s", r.unread(), r.shown())
		}
		r.hub.Older()
		r.sync()
		if got := locale(r.last.Unread); got != "B028" {
			t.Errorf("with what is shown now, %s have become unread", got)
		}
	})
}

// Marks of each account move by its own posts.
func TestHubSeenMovesTheMarkOfItsAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, a, b := newDesk(), newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, 61*time.Second)
		r := d.sit(t, a, b).start()
		r.hub.Seen(a.posts[4].Key(), b.posts[2].Key(), b.posts[1].Key())
		r.hub.Close()
		for f, want := range map[timeline.AccountID]timeline.Key{"mastodon": a.posts[4].Key(), "bluesky": b.posts[2].Key()} {
			if to, _ := d.ReadTo(t.Context(), timeline.HomeOf(f)); to != want {
				t.Errorf("%s is read to %v, want %v", f, to, want)
			}
		}
	})
}

func TestHubTellsTheNetworkWhatWasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(5)
		r := d.sit(t, m).start()
		r.hub.Seen(m.posts[1].Key())
		time.Sleep(5 * time.Second)
		r.hub.Seen(m.posts[3].Key(), m.posts[2].Key())
		time.Sleep(4 * time.Second)
		if m.told() != "" {
			t.Errorf("told at once: %s", m.told())
		}
		time.Sleep(10 * time.Second)
		r.hub.Seen(m.posts[0].Key()) // further down
		time.Sleep(20 * time.Second)
		if r.sync(); m.told() != "M003" {
			t.Errorf("told: %s, want the newest once", m.told())
		}
		r.hub.Seen(m.posts[4].Key())
		r.hub.Close()
		if m.told() != "M003 M004" {
			t.Errorf("told after closing: %s", m.told())
		}
	})
}

func TestHubTakesOverWhatWasReadElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(6)
		m.set("M003")
		r := d.sit(t, m).start()
		time.Sleep(5 * time.Second)
		r.sync()
		if got := locale(r.last.Read); got != "M000 M001 M002 M003" {
			t.Errorf("read elsewhere: %s", got)
		}
		r.wantUnread("M004 M005")
		m.set("M001") // another client's mark is behind
		r.hub.Refresh()
		r.sync()
		time.Sleep(5 * time.Second)
		r.sync()
		if to, _ := d.ReadTo(t.Context(), timeline.HomeOf("mastodon")); to != m.posts[3].Key() {
			t.Errorf("read to %v", to)
		}
		r.hub.Seen(m.posts[2].Key()) // which everybody knows
		time.Sleep(30 * time.Second)
		if m.told() != "" {
			t.Errorf("told: %s, which takes the mark back", m.told())
		}
		r.hub.Seen(m.posts[4].Key())
		time.Sleep(2 * time.Second)
		m.set("M005")                                         // before M004 was told
		m.cut <- timeline.Errorf(timeline.CodeOffline, "cut") // each catching up asks again
		time.Sleep(5 * time.Second)
		r.sync()
		time.Sleep(20 * time.Second)
		r.sync()
		r.wantUnread("")
		if m.told() != "" {
			t.Errorf("told: %s, which takes the mark back", m.told())
		}
	})
}

// A server without marks is asked once; one that does not answer holds up no end.
func TestHubMarksThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(3)
		m.slow = time.Hour
		r := d.sit(t, m).start()
		r.hub.Seen(m.posts[2].Key())
		began := time.Now()
		r.hub.Close()
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("closing took %v", took)
		}
		m.err, m.slow = timeline.Errorf(timeline.CodeUnsupported, "no marks here"), 0
		r = d.sit(t, m).start()
		r.hub.Seen(m.posts[2].Key())
		time.Sleep(time.Minute)
		if r.sync(); m.told() != "" || r.state(0) != timeline.Live {
			t.Errorf("told %q, %s", m.told(), r.state(0))
		}
	})
}

// What the person writes is theirs: it is kept, and not unread, whoever is faster.
func TestHubOwnPostIsRead(t *testing.T) {
	for _, first := range []string{"stream", "outbox"} {
		t.Run(first, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, m := newDesk(), newMarking(0)
				r := d.sit(t, m).start()
				own := post("mastodon", "own", 0)
				own.Views = []timeline.View{{Account: "mastodon", ServerID: "own"}}
				if first == "stream" {
					m.stream <- timeline.Event{Post: own, Cursor: "0"}
					r.sync()
					r.hub.Publish(own)
				} else {
					r.hub.Publish(own)
					r.sync()
					m.stream <- timeline.Event{Post: own, Cursor: "0"}
				}
				r.sync()
				r.want("own")
				r.wantUnread("")
				if told := locale(r.last.Read); first == "stream" && told != "own" {
					t.Errorf("read: %s", told)
				}
				r.hub.Close()
				r = d.sit(t, m).load()
				r.want("own")
				r.wantUnread("")
				r.start()
				r.hub.Retract(own.ID)
				r.sync().hub.Close()
				d.sit(t, m).load().want("")
			})
		})
	}
}

// A post that came and went before anybody looked is not unread.
func TestHubRemovedPostsAreNotUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(3)
		r := d.sit(t, m).start()
		p := m.arrive("gone", -time.Millisecond)
		m.stream <- timeline.Event{Deleted: &p.ID}
		if r.sync(); len(r.last.Unread) != 0 {
			t.Errorf("unread: %v", r.last.Unread)
		}
		r.wantUnread("M000 M001 M002")
	})
}

// The mark that the network keeps is often this program's own. It says nothing of
// posts that were passed over.
func TestHubItsOwnMarkMarksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(5)
		r := d.sit(t, m).start()
		r.hub.Seen(m.posts[3].Key())
		time.Sleep(time.Minute)
		r.sync()
		r.hub.Close()
		if m.told() != "M003" {
			t.Fatalf("told: %s", m.told())
		}
		r = d.sit(t, m).load().start()
		time.Sleep(time.Minute)
		r.sync()
		r.wantUnread("M000 M001 M002 M004")
	})
}

// What was read elsewhere is read, although something newer has been seen here before
// the network could say so.
func TestHubReadElsewhereBelowWhatWasSeenHere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, m := newDesk(), newMarking(5)
		r := d.sit(t, m).start()
		m.set("M002")
		r.hub.Seen(m.posts[4].Key())
		time.Sleep(2 * time.Second) // marked here, and not told yet
		r.hub.Refresh()
		r.sync()
		time.Sleep(2 * time.Second)
		r.sync()
		r.wantUnread("M003")
	})
}

// Who marks everything as read does not find more of it further down.
func TestHubSeenBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, calm := newServer("mastodon", 40, time.Minute), newServer("bluesky", 8, time.Hour)
		r := newDesk().sit(t, busy, calm).start()
		if n := len(r.unread()); n != 10 {
			t.Fatalf("%d are unread in what is shown", n)
		}
		r.hub.Seen(r.keys()...)
		r.hub.SeenBelow(timeline.Bluesky)
		for range 10 {
			r.hub.Older()
			if r.sync(); len(r.last.Unread) != 0 {
				t.Fatalf("unread further down: %v", r.last.Unread)
			}
		}
		if r.posts() != 48 {
			t.Fatalf("%d posts", r.posts())
		}
		time.Sleep(time.Minute)
		r.wantUnread("")
	})
}
