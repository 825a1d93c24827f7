package nostr

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// TestEvilRelay puts each kind of evil relay beside an honest one: nothing forged
// is shown, nothing honest is lost, memory stays and signatures are few.
func TestEvilRelay(t *testing.T) {
	for _, evil := range sandbox.Evils() {
		t.Run(evil.String(), func(t *testing.T) {
			servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{Evil: evil})
			honest := idsOfHome(t, reader(t, servers[:1]))
			before := heap()
			b := reader(t, servers)
			got := idsOfHome(t, b)
			for id := range honest {
				if !got[id] {
					t.Errorf("the honest relay's %s is lost", id)
				}
			}
			streamBeside(t, b, servers)
			if grown := int64(heap()) - int64(before); grown > 20<<20 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
			if n := servers[1].Stats().Auths.Load(); n > 3 {
				t.Errorf("the evil relay got %d signatures", n)
			}
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// idsOfHome walks the whole home timeline and checks that nothing forged is in it.
func idsOfHome(t *testing.T, b *Backend) map[string]bool {
	t.Helper()
	got := map[string]bool{}
	p := timeline.Page{Limit: 50}
	for range 20 {
		batch, err := b.Home(t.Context(), p)
		if err != nil {
			t.Fatalf("Home: %v", err)
		}
		for _, post := range batch.Posts {
			checkHonest(t, post)
			got[post.ID.Local] = true
		}
		if batch.Older == "" {
			return got
		}
		p.Before = batch.Older
	}
	t.Fatal("the timeline has no end")
	return nil
}

func checkHonest(t *testing.T, p *timeline.Post) {
	t.Helper()
	if s := p.Content().Text.Plain().String(); strings.Contains(s, sandbox.Forged) {
		t.Errorf("a forged post is shown: %q", s)
	}
	if p.Sorted.After(time.Now().Add(timeline.FutureSlack)) {
		t.Errorf("post %s is sorted at %s", p.ID, p.Sorted)
	}
	if p.Created.After(time.Now().Add(timeline.FutureSlack)) && !p.Future {
		t.Errorf("post %s claims %s and is not marked", p.ID, p.Created)
	}
}

// streamBeside streams while the honest relay gets a post, which must arrive.
func streamBeside(t *testing.T, b *Backend, servers []*sandbox.Server) {
	t.Helper()
	events := make(chan timeline.Event, 1024)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	fresh := signed(t, servers[0], "fern", kindNote, nil, "live beside evil")
	servers[0].Put(fresh)
	deadline := time.After(10 * time.Second)
	for {
		select {
		case e := <-events:
			if e.Post != nil {
				checkHonest(t, e.Post)
				if e.Cursor != "" {
					c, err := parseCursor(e.Cursor)
					if err != nil || c.at > nostr.Now()+1 {
						t.Errorf("cursor %q is ahead of the clock (%v)", e.Cursor, err)
					}
				}
				if e.Post.ID.Local == fresh.ID {
					return
				}
			}
		case err := <-ended:
			t.Fatalf("Stream ended: %v", err)
		case <-deadline:
			t.Fatal("the honest relay's post did not arrive")
		}
	}
}

// TestSignsForOwnRelaysOnly has a relay that asks for NIP-42: of the own list it
// gets one signature and answers; another's gets none.
func TestSignsForOwnRelaysOnly(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{Auth: true})
	b := reader(t, servers)
	if got := idsOfHome(t, b); len(got) < 30 {
		t.Errorf("%d posts were read after the sign-in", len(got))
	}
	if n := servers[0].Stats().Auths.Load(); n != 1 {
		t.Errorf("the own relay got %d signatures, want 1", n)
	}
	open := startRelays(t, small(), sandbox.Options{})
	stranger := startRelays(t, small(), sandbox.Options{Auth: true})
	b = reader(t, open)
	answers := b.pool.ask(t.Context(), map[string]nostr.Filters{stranger[0].URL(): {{Kinds: []int{kindNote}}}}, -1)
	if err := answers[stranger[0].URL()].err; timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("a foreign relay that asks for a sign-in: %v", err)
	}
	if n := stranger[0].Stats().Auths.Load(); n != 0 {
		t.Errorf("a foreign relay got %d signatures", n)
	}
	readOnly := reader(t, servers, func(c *Config) { c.Store = nil })
	if _, err := readOnly.Home(t.Context(), timeline.Page{}); timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("without a key: %v, want an error that asks for a sign-in", err)
	}
}

// TestWorldSurvives reads the demo's whole world, hostile posts and all.
func TestWorldSurvives(t *testing.T) {
	w := world.New(world.Options{Seed: 7})
	servers := startRelays(t, w, sandbox.Options{}, sandbox.Options{}, sandbox.Options{})
	got := idsOfHome(t, reader(t, servers))
	read := map[string]bool{world.Viewer: true}
	for _, p := range w.People {
		if p.Network == world.Nostr && p.Key == world.Viewer {
			for _, key := range p.Follows {
				read[key] = true
			}
		}
	}
	for _, p := range w.Posts {
		if p.Network == world.Nostr && read[p.By] != got[servers[0].EventID(p.Key)] {
			t.Errorf("post %s of %s: in the home timeline is %t", p.Key, p.By, !read[p.By])
		}
	}
}

// TestFloodIsCutOff: a relay that sends much that nobody asked for is dropped.
func TestFloodIsCutOff(t *testing.T) {
	for _, evil := range []sandbox.Evil{sandbox.NoticeFlood, sandbox.AuthFlood} {
		servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{Evil: evil})
		b := reader(t, servers)
		lost := make(chan int, 64)
		b.pool.backoff = func(failures int) time.Duration {
			lost <- failures
			return time.Hour
		}
		ended := runStream(t, b, "", func(timeline.Event) {})
		select {
		case <-lost:
			// The relay's lock is held while the back-off is chosen: after it the reason is there.
			if _, why := b.pool.relay(servers[1].URL()).state(); !errors.Is(why, errFlood) {
				t.Errorf("%s: dropped because of %v", evil, why)
			}
		case err := <-ended:
			t.Fatalf("%s: Stream ended: %v", evil, err)
		case <-time.After(10 * time.Second):
			t.Errorf("%s: the relay is still connected", evil)
		}
	}
}
