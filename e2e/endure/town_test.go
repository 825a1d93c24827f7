package endure_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/e2e"
)

// town is the three networks, each behind gates.
type town struct {
	instance  *instance.Server
	servers   map[string]publisher
	gates     []*gate
	furnish   [][]string        // a secret, and the arguments of signing in with it
	authors   map[string]string // somebody who is followed, by network
	residents []string          // handles of people on Mastodon
	count     atomic.Int64      // posts published
	signedIn  string            // the folder of a home that is signed in
}

// publisher is a server, as its people's other clients use it.
type publisher interface {
	Publish(p world.Post) error
	Close() error
}

// remembered is how many posts Mastodon keeps of a home timeline: more than are
// published while skein cannot listen, so that nothing is gone for good.
const remembered = 100_000

// startTown runs the networks with that many posts until the test ends.
func startTown(t *testing.T, size int) *town {
	t.Helper()
	w := world.New(world.Options{Size: size})
	tw := &town{servers: map[string]publisher{}, authors: map[string]string{}}
	for _, p := range w.People {
		if p.Key == world.Viewer {
			tw.authors[p.Network] = p.Follows[0]
		} else if p.Network == world.Mastodon {
			tw.residents = append(tw.residents, p.Handle)
		}
	}
	var err error
	if tw.instance, err = instance.Start(w, instance.Options{HomeSize: remembered}); err != nil {
		t.Fatal(err)
	}
	tw.serve(t, world.Mastodon, tw.instance)
	for i, handle := range tw.residents {
		tw.residents[i] = "@" + handle + "@" + tw.instance.Host()
	}
	sky, err := pds.Start(w, pds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tw.serve(t, world.Bluesky, sky)
	relays, err := relay.StartAll(w, make([]relay.Options, 3)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range relays {
		tw.serve(t, world.Nostr, r)
	}
	door, above := newGate(t, tw.instance.URL()), newGate(t, sky.URL())
	tw.gates = []*gate{door, above}
	tw.furnish = [][]string{
		{tw.instance.Token(world.Viewer), "mastodon", "--server", "http://" + door.addr, "--token-stdin"},
		{sky.AppPassword(world.Viewer), "bluesky", "--handle", sky.Handle(world.Viewer), "--pds", "http://" + above.addr, "--app-password-stdin"},
		append([]string{relays[0].SecretKey(world.Viewer), "nostr", "--nsec-stdin"}, tw.gateRelays(t, w, relays)...),
	}
	tw.signedIn = tw.signIn(t).Dir
	return tw
}

// serve ends a server with the test.
func (tw *town) serve(t *testing.T, network string, s publisher) {
	t.Helper()
	if tw.servers[network] == nil {
		tw.servers[network] = s
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("end a server of %s: %v", network, err)
		}
	})
}

// gateRelays puts a gate before each relay, has everybody's list of relays name them,
// and returns the arguments that do so, too.
func (tw *town) gateRelays(t *testing.T, w *world.World, relays []*relay.Server) (args []string) {
	t.Helper()
	list := nostr.Event{Kind: nostr.KindRelayListMetadata, CreatedAt: nostr.Now()}
	for _, r := range relays {
		g := newGate(t, r.URL())
		tw.gates = append(tw.gates, g)
		list.Tags = append(list.Tags, nostr.Tag{"r", "ws://" + g.addr})
		args = append(args, "--relay", "ws://"+g.addr)
	}
	for _, p := range w.People {
		if p.Network != world.Nostr {
			continue
		}
		signed := list
		if err := signed.Sign(relays[0].SecretKey(p.Key)); err != nil {
			t.Fatal(err)
		}
		for _, r := range relays {
			r.Put(signed)
		}
	}
	return args
}

// signIn makes a home that is signed in everywhere.
func (tw *town) signIn(t *testing.T) *e2e.Home {
	t.Helper()
	home := e2e.NewHome(t)
	var hosts strings.Builder
	for _, g := range tw.gates {
		fmt.Fprintf(&hosts, "%q, ", g.host)
	}
	home.Configure(t, "[network]\nallow = ["+hosts.String()+"]\n[nostr]\nrelays = []\n[secrets]\nkey = \"file\"\n")
	for _, args := range tw.furnish {
		name := []string{"account", "add", args[1], "--name", args[1]}
		home.RunInput(t, args[0]+"\n", append(name, args[2:]...)...).Exits(t, 0)
	}
	return home
}

// home makes a home that is signed in, and empty but for that.
func (tw *town) home(t *testing.T) *e2e.Home {
	t.Helper()
	return copyHome(t, tw.signedIn)
}

// copyHome makes a home with all that is in another.
func copyHome(t *testing.T, from string) *e2e.Home {
	t.Helper()
	home := e2e.NewHome(t)
	if err := os.RemoveAll(home.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(home.Dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return home
}

// away closes every gate.
func (tw *town) away() {
	for _, g := range tw.gates {
		g.close()
	}
}

// back opens them.
func (tw *town) back(t *testing.T) {
	t.Helper()
	for _, g := range tw.gates {
		if err := g.open(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// says publishes a post of somebody who is followed there, and returns its text: no
// other has the last word of it.
func (tw *town) says(t *testing.T, network, text string) string {
	t.Helper()
	said, err := tw.publish(network, text)
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func (tw *town) publish(network, text string) (string, error) {
	n := tw.count.Add(1)
	text = fmt.Sprintf("%s number%06d", text, n)
	return text, tw.servers[network].Publish(world.Post{
		Key: fmt.Sprint("endure-", n), Network: network, By: tw.authors[network], Lang: "en",
		Text: []world.Part{{Text: text}},
	})
}

// chatter publishes on all networks in turn until stop is called.
func (tw *town) chatter(t *testing.T, pause time.Duration, text string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for i := 0; ctx.Err() == nil; i++ {
			if _, err := tw.publish(networks()[i%3], text); err != nil {
				t.Errorf("publish: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

// burst publishes n posts at once on Mastodon and Bluesky. Of Nostr, where a moment is
// a second, so many at once would be another test.
func (tw *town) burst(t *testing.T, n int, text string) {
	t.Helper()
	for i := range n {
		tw.says(t, networks()[i%2], text)
	}
}

func networks() []string { return []string{world.Mastodon, world.Bluesky, world.Nostr} }

// row is what tells rows of a timeline apart: a post and a boost of it are two.
func row(p e2e.Post) string { return p.ID + " " + p.Boost.ID }

// rows are those of a page.
func rows(posts e2e.Posts) map[string]e2e.Post {
	set := make(map[string]e2e.Post, len(posts))
	for _, p := range posts {
		set[row(p)] = p
	}
	return set
}

// kept is all that a home has read, asked without a network.
func kept(t *testing.T, home *e2e.Home) map[string]e2e.Post {
	t.Helper()
	return rows(home.Run(t, "timeline", "--cached", "--json", "-n", "10000").Exits(t, 0).Posts(t))
}

// marker is the mark that the Mastodon server keeps of the home timeline, "" for none.
func (tw *town) marker(ctx context.Context) (string, error) {
	var markers map[string]struct {
		LastRead string `json:"last_read_id"`
	}
	err := e2e.Call(ctx, http.MethodGet, tw.instance.URL()+"/api/v1/markers?timeline[]=home", tw.instance.Token(world.Viewer), nil, &markers)
	return markers["home"].LastRead, err
}

// mark moves it, as another client of the person does.
func (tw *town) mark(t *testing.T, id string) {
	t.Helper()
	body := map[string]map[string]string{"home": {"last_read_id": id}}
	if err := e2e.Call(t.Context(), http.MethodPost, tw.instance.URL()+"/api/v1/markers", tw.instance.Token(world.Viewer), body, nil); err != nil {
		t.Fatal(err)
	}
}

// status is a post as Mastodon tells it.
type status struct {
	ID      string `json:"id"`
	Content string `json:"content"`
}

// statuses is the newest page of the home timeline on the Mastodon server.
func (tw *town) statuses(t *testing.T) []status {
	t.Helper()
	var page []status
	if err := e2e.Call(t.Context(), http.MethodGet, tw.instance.URL()+"/api/v1/timelines/home?limit=40", tw.instance.Token(world.Viewer), nil, &page); err != nil {
		t.Fatal(err)
	}
	return page
}

// file is the path of a file of a home.
func file(home *e2e.Home, folder, name string) string { return filepath.Join(home.Dir, folder, name) }

// commandOf is a skein that ctx kills.
func commandOf(ctx context.Context, home *e2e.Home, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, home.Binary(), args...)
	cmd.Env = home.Environment()
	return cmd
}
