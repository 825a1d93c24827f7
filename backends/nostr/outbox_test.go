package nostr

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

func never(string) bool { return false }

func TestCoverReadsEverybodyTwiceOnFewRelays(t *testing.T) {
	lists := map[string][]string{}
	var authors []string
	for i := range 600 {
		a := fmt.Sprintf("author%03d", i)
		authors = append(authors, a)
		lists[a] = []string{"wss://big.example", fmt.Sprintf("wss://mid%d.example", i%12), fmt.Sprintf("wss://tiny%d.example", i)}
	}
	p := cover(authors, lists, []string{"wss://own.example"}, never)
	if len(p) != 13 {
		t.Errorf("the plan uses %d relays, want the big one and the 12 middle ones", len(p))
	}
	reads := map[string]int{}
	for _, list := range p {
		for _, a := range list {
			reads[a]++
		}
	}
	for _, a := range authors {
		if reads[a] != coverEach {
			t.Fatalf("%s is read at %d relays", a, reads[a])
		}
	}
}

func TestCoverFallsBack(t *testing.T) {
	lists := map[string][]string{
		"one":  {"wss://one.example"},
		"dead": {"wss://dead.example", "wss://spare.example"},
		"lost": {"wss://dead.example"},
	}
	own := []string{"wss://own.example"}
	p := cover([]string{"one", "dead", "lost", "none"}, lists, own, func(u string) bool { return u == "wss://dead.example" })
	for author, want := range map[string]string{
		"one": "wss://one.example", "dead": "wss://spare.example", "lost": own[0], "none": own[0],
	} {
		if !slices.Contains(p[want], author) {
			t.Errorf("%s is not read at %s: %v", author, want, p)
		}
	}
	if _, ok := p["wss://dead.example"]; ok {
		t.Error("a dead relay is asked")
	}
}

func TestCoverIsBounded(t *testing.T) {
	lists := map[string][]string{}
	var authors []string
	for i := range 500 {
		a := fmt.Sprintf("author%03d", i)
		authors = append(authors, a)
		for j := range 100 {
			lists[a] = append(lists[a], fmt.Sprintf("wss://r%d-%d.example", i, j))
		}
	}
	p := cover(authors, lists, []string{"wss://own.example"}, never)
	if len(p) > coverMax {
		t.Errorf("the plan uses %d relays", len(p))
	}
	read := map[string]bool{}
	for _, list := range p {
		for _, a := range list {
			read[a] = true
		}
	}
	if len(read) != len(authors) {
		t.Errorf("%d of %d people are read", len(read), len(authors))
	}
}

// crowd is a world in which you follow n people who posted once each.
func crowd(n int) *world.World {
	w := &world.World{}
	you := world.Person{Key: world.Viewer, Network: world.Nostr, Handle: "you"}
	for i := range n {
		key := fmt.Sprintf("p%d", i)
		you.Follows = append(you.Follows, key)
		w.People = append(w.People, world.Person{Key: key, Network: world.Nostr, Name: key, Handle: key})
		w.Posts = append(w.Posts, world.Post{
			Key: "post" + key, Network: world.Nostr, By: key, Age: time.Duration(n-i) * time.Minute,
			Text: []world.Part{{Text: "hello from " + key}},
		})
	}
	w.People = append(w.People, you)
	return w
}

// TestCrowdCostsFewRequests follows 500 people on 20 relays: a page costs a few
// requests a relay, not one a person.
func TestCrowdCostsFewRequests(t *testing.T) {
	const people, count = 500, 20
	servers := startRelays(t, crowd(people), make([]sandbox.Options, count)...)
	b := unhurried(reader(t, servers, func(c *Config) { c.Relays = urls(servers)[:2] }))
	batch, err := b.Home(t.Context(), timeline.Page{Limit: 50})
	if err != nil {
		t.Fatal(err)
	}
	if len(batch.Posts) != 50 {
		t.Errorf("the page has %d posts", len(batch.Posts))
	}
	named := 0
	for _, p := range batch.Posts {
		if p.Author.Name != p.Author.Handle {
			named++
		}
	}
	if named != len(batch.Posts) {
		t.Errorf("%d of %d authors have a name", named, len(batch.Posts))
	}
	total, asked := int64(0), 0
	for _, s := range servers {
		total += s.Stats().Requests.Load()
		if s.Stats().Requests.Load() > 0 {
			asked++
		}
		if n := s.Stats().Connections.Load(); n > 1 {
			t.Errorf("a relay got %d connections", n)
		}
	}
	t.Logf("%d people on %d relays: %d requests", people, asked, total)
	if total > 6*count {
		t.Errorf("%d requests for %d relays", total, count)
	}
	if got := idsOfHome(t, b); len(got) != people {
		t.Errorf("%d posts of %d people were found", len(got), people)
	}
}

// TestOneRelayAway: what the others have is shown; only without any it is an error.
func TestOneRelayAway(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{}, sandbox.Options{})
	want := len(idsOfHome(t, reader(t, servers)))
	b := reader(t, servers)
	if err := servers[2].Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(idsOfHome(t, b)); got != want {
		t.Errorf("with one relay away %d posts are found, with all %d", got, want)
	}
	for _, s := range servers[:2] {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.Home(t.Context(), timeline.Page{})
	if timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("without relays: %v", err)
	}
}

// TestNoFollowList shows one's own posts and says so.
func TestNoFollowList(t *testing.T) {
	w := small()
	servers := startRelays(t, w, sandbox.Options{})
	key := nostr.GeneratePrivateKey()
	pub, err := nostr.GetPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	mine := nostr.Event{CreatedAt: nostr.Now(), Kind: kindNote, Content: "first"}
	if err := mine.Sign(key); err != nil {
		t.Fatal(err)
	}
	servers[0].Put(mine)
	b := reader(t, servers, func(c *Config) { c.PubKey, c.Store = pub, nil })
	if got := idsOfHome(t, b); len(got) != 1 || !got[mine.ID] {
		t.Errorf("a newcomer sees %v", got)
	}
	events := make(chan timeline.Event, 8)
	ended := runStream(t, b, "", func(e timeline.Event) { events <- e })
	st := until(t, events, ended, "the status", up(1))
	if st.Status.Detail.Empty() {
		t.Error("nothing says that there is no follow list")
	}
}
