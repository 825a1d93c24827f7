package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
	"go.uber.org/goleak"

	"skein/backends/sandbox/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t testing.TB, o ...Options) []*Server {
	t.Helper()
	if len(o) == 0 {
		o = []Options{{}}
	}
	all, err := StartAll(world.New(world.Options{Seed: 3}), o...)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
	}
	return all
}

// peer is a bare websocket.
type peer struct {
	t    testing.TB
	conn *websocket.Conn
}

func dial(t testing.TB, s *Server) *peer {
	t.Helper()
	conn, resp, err := websocket.Dial(t.Context(), s.URL(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	conn.SetReadLimit(4 << 20)
	t.Cleanup(func() { _ = conn.CloseNow() })
	return &peer{t, conn}
}

func (p *peer) send(parts ...any) {
	p.t.Helper()
	b, err := json.Marshal(parts)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.conn.Write(p.t.Context(), websocket.MessageText, b); err != nil {
		p.t.Fatal(err)
	}
}

// next reads one message and holds it to the shapes of NIP-01.
func (p *peer) next() []json.RawMessage {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 5*time.Second)
	defer cancel()
	_, b, err := p.conn.Read(ctx)
	if err != nil {
		p.t.Fatalf("no message: %v", err)
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		p.t.Fatalf("%s is no message: %v", b, err)
	}
	if err := shape(parts); err != nil {
		p.t.Errorf("%.200s: %v", b, err)
	}
	return parts
}

// query asks and returns what comes before EOSE.
func (p *peer) query(filters ...nostr.Filter) []nostr.Event {
	p.t.Helper()
	parts := []any{"REQ", "q"}
	for _, f := range filters {
		parts = append(parts, f)
	}
	p.send(parts...)
	var events []nostr.Event
	for {
		msg := p.next()
		switch label(msg) {
		case "EVENT":
			var e nostr.Event
			if err := e.UnmarshalJSON(msg[2]); err != nil {
				p.t.Fatal(err)
			}
			events = append(events, e)
		case "EOSE":
			p.send("CLOSE", "q")
			return events
		case "CLOSED":
			p.t.Fatalf("closed: %s", msg)
		}
	}
}

func label(parts []json.RawMessage) string {
	var s string
	if len(parts) > 0 {
		_ = json.Unmarshal(parts[0], &s)
	}
	return s
}

// shape is NIP-01's and NIP-42's "from relay to client".
func shape(parts []json.RawMessage) error {
	want, ok := map[string]string{"EVENT": "so", "OK": "sbs", "EOSE": "s", "CLOSED": "ss", "NOTICE": "s", "AUTH": "s"}[label(parts)]
	if !ok || len(parts) != len(want)+1 {
		return fmt.Errorf("not a message with a known label and %d parts", len(parts))
	}
	for i, kind := range want {
		switch first := parts[i+1][0]; {
		case kind == 's' && first != '"', kind == 'o' && first != '{', kind == 'b' && first != 't' && first != 'f':
			return fmt.Errorf("part %d is out of shape", i+1)
		}
	}
	if label(parts) != "EVENT" {
		return prefix(parts)
	}
	var e nostr.Event
	if err := e.UnmarshalJSON(parts[2]); err != nil {
		return err
	}
	return eventShape(e)
}

// prefix: the words of OK false and CLOSED begin with a machine-readable one.
func prefix(parts []json.RawMessage) error {
	kind := label(parts)
	if kind != "CLOSED" && (kind != "OK" || string(parts[2]) == "true") {
		return nil
	}
	var why string
	if err := json.Unmarshal(parts[len(parts)-1], &why); err != nil {
		return err
	}
	word, _, ok := strings.Cut(why, ": ")
	if !ok || !strings.Contains("duplicate pow blocked rate-limited invalid restricted mute error auth-required", word) {
		return fmt.Errorf("%q has no machine-readable prefix", why)
	}
	return nil
}

func eventShape(e nostr.Event) error {
	if !e.CheckID() {
		return fmt.Errorf("event %s: the id is not its hash", e.ID)
	}
	if ok, err := e.CheckSignature(); !ok || err != nil {
		return fmt.Errorf("event %s: the signature is wrong: %w", e.ID, err)
	}
	if e.Kind < 0 || e.Kind > 65535 || e.CreatedAt <= 0 {
		return fmt.Errorf("event %s: kind %d at %d", e.ID, e.Kind, e.CreatedAt)
	}
	for _, t := range e.Tags {
		if len(t) == 0 || t[0] == "" {
			return fmt.Errorf("event %s: an empty tag", e.ID)
		}
	}
	return nil
}

func TestWritesAreHeldToLimits(t *testing.T) {
	s := start(t, Options{MaxContent: 100})[0]
	p := dial(t, s)
	event := func(change func(*nostr.Event)) nostr.Event {
		e := nostr.Event{CreatedAt: nostr.Now(), Kind: 1, Content: "hello"}
		if change != nil {
			change(&e)
		}
		if err := e.Sign(s.SecretKey(world.Viewer)); err != nil {
			t.Fatal(err)
		}
		return e
	}
	good := event(nil)
	forged := event(nil)
	forged.Content = "changed"
	sig := event(nil)
	sig.Sig = strings.Repeat("0", 128)
	for name, tc := range map[string]struct {
		e    nostr.Event
		want bool
	}{
		"too long": {event(func(e *nostr.Event) { e.Content = strings.Repeat("x", 101) }), false},
		"future":   {event(func(e *nostr.Event) { e.CreatedAt += 7200 }), false},
		"forged":   {forged, false},
		"bad sig":  {sig, false},
		"good":     {good, true},
	} {
		p.send("EVENT", tc.e)
		if msg := p.next(); label(msg) != "OK" || string(msg[2]) != fmt.Sprint(tc.want) {
			t.Errorf("%s: %s", name, msg)
		}
	}
	p.send("EVENT", good)
	if msg := p.next(); string(msg[2]) != "true" || !strings.Contains(string(msg[3]), "duplicate:") {
		t.Errorf("again: %s", msg)
	}
	for _, bad := range []string{`x`, `[]`, `["REQ"]`, `["REQ",1,{}]`, `["EVENT",1]`, `["WHAT","x"]`} {
		if err := p.conn.Write(t.Context(), websocket.MessageText, []byte(bad)); err != nil {
			t.Fatal(err)
		}
		if msg := p.next(); label(msg) != "NOTICE" {
			t.Errorf("%s is answered with %s", bad, msg)
		}
	}
}

// TestReplaceAndDelete: the newest of a replaceable event is kept, and only its
// author deletes an event.
func TestReplaceAndDelete(t *testing.T) {
	s := start(t)[0]
	put := func(by string, at nostr.Timestamp, kind int, tags nostr.Tags) nostr.Event {
		e := nostr.Event{CreatedAt: at, Kind: kind, Tags: tags}
		if err := e.Sign(s.SecretKey(by)); err != nil {
			t.Fatal(err)
		}
		s.Put(e)
		return e
	}
	you, fern, now := s.PubKey(world.Viewer), s.PubKey("fern"), nostr.Now()
	newer := put(world.Viewer, now, 3, nostr.Tags{{"p", fern}})
	put(world.Viewer, now-10, 3, nil)
	p := dial(t, s)
	if got := p.query(nostr.Filter{Kinds: []int{3}, Authors: []string{you}}); len(got) != 1 || got[0].ID != newer.ID {
		t.Errorf("kind 3: %v", got)
	}
	a := put("fern", now, 30023, nostr.Tags{{"d", "a"}})
	b := put("fern", now, 30023, nostr.Tags{{"d", "b"}})
	put(world.Viewer, now, 5, nostr.Tags{{"e", a.ID}})
	put("fern", now, 5, nostr.Tags{{"a", "30023:" + fern + ":b"}})
	if got := p.query(nostr.Filter{Kinds: []int{30023}, Authors: []string{fern}}); len(got) != 1 || got[0].ID != a.ID {
		t.Errorf("articles: %v, want the one that a stranger tried to delete, not %s", got, b.ID)
	}
	put("fern", now, 5, nostr.Tags{{"e", a.ID}})
	s.Put(a)
	if got := p.query(nostr.Filter{IDs: []string{a.ID}}); len(got) != 0 {
		t.Errorf("a deleted event came back")
	}
}

func TestPublishReachesSubscribers(t *testing.T) {
	s := start(t)[0]
	p := dial(t, s)
	p.send("REQ", "live", nostr.Filter{Kinds: []int{1}, Authors: []string{s.PubKey("fern")}, LimitZero: true})
	if msg := p.next(); label(msg) != "EOSE" {
		t.Fatalf("limit 0 gets %s", msg)
	}
	post := world.Post{Key: "new", Network: world.Nostr, By: "fern", Text: []world.Part{{Text: "just now"}}}
	if err := s.Publish(post); err != nil {
		t.Fatal(err)
	}
	if msg := p.next(); label(msg) != "EVENT" || !strings.Contains(string(msg[2]), s.EventID("new")) {
		t.Errorf("the subscriber gets %s", msg)
	}
	if err := s.Publish(world.Post{Key: "x", Network: world.Nostr, By: "nobody"}); err == nil {
		t.Error("nobody can publish")
	}
}

// TestSpread: with three relays everybody's posts are on the two that their relay
// list names, and what names the Viewer on theirs, and nowhere else.
func TestSpread(t *testing.T) {
	all := start(t, Options{}, Options{}, Options{})
	lists, you := map[string]map[string]bool{}, all[0].PubKey(world.Viewer)
	for _, e := range dial(t, all[0]).query(nostr.Filter{Kinds: []int{10002}}) {
		lists[e.PubKey] = map[string]bool{}
		for tag := range e.Tags.FindAll("r") {
			lists[e.PubKey][tag[1]] = true
		}
		if len(lists[e.PubKey]) != 2 {
			t.Errorf("%s names %d relays", e.PubKey, len(lists[e.PubKey]))
		}
	}
	for _, s := range all {
		for _, e := range dial(t, s).query(nostr.Filter{Kinds: []int{1, 1068}}) {
			read := lists[you][s.URL()] && e.Tags.FindWithValue("p", you) != nil // NIP-65: whom it names reads there
			if lists[e.PubKey] != nil && !lists[e.PubKey][s.URL()] && !read {
				t.Errorf("%s is on a relay that its author does not name", e.ID)
			}
		}
	}
}

func TestPicture(t *testing.T) {
	s := start(t)[0]
	for path, want := range map[string]int{"/picture/3-60x40.png": 200, "/picture/x.png": 404, "/picture/1-0x0.png": 404} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.HTTP()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want {
			t.Errorf("%s answers %s", path, resp.Status)
		}
		if img, err := png.DecodeConfig(resp.Body); want == 200 && (err != nil || img.Width != 60 || img.Height != 40) {
			t.Errorf("%s is %d×%d (%v)", path, img.Width, img.Height, err)
		}
		_ = resp.Body.Close()
	}
	http.DefaultClient.CloseIdleConnections()
}

func BenchmarkStart(b *testing.B) {
	w := world.New(world.Options{Seed: 3})
	for b.Loop() {
		all, err := StartAll(w, Options{}, Options{}, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := closeAll(all); err != nil {
			b.Fatal(err)
		}
	}
}
