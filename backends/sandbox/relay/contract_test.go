package relay

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip11"
	"github.com/nbd-wtf/go-nostr/nip19"

	adapter "skein/backends/nostr"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/timeline"
)

// The NIPs have no machine-readable description, so their rules stand here as code.

// TestContractEvents holds every event on the relays to NIP-01, 10, 18, 36, 65, 88
// and 92.
func TestContractEvents(t *testing.T) {
	all := start(t, Options{}, Options{})
	checked := 0
	kinds := map[int]int{}
	for _, s := range all {
		for _, e := range dial(t, s).query(nostr.Filter{}) { // next() has checked id, signature and shape
			checked++
			kinds[e.Kind]++
			for _, why := range nipErrors(e) {
				t.Errorf("kind %d, %s: %s", e.Kind, e.ID, why)
			}
		}
	}
	for _, kind := range []int{0, 1, 3, 6, 7, 1018, 1068, 10002} {
		if kinds[kind] == 0 {
			t.Errorf("no event of kind %d", kind)
		}
	}
	t.Logf("contract: checked %d responses", checked)
}

func nipErrors(e nostr.Event) (errs []string) {
	bad := func(why string) { errs = append(errs, why) }
	isHex := func(s string) bool { return len(s) == 64 && nostr.IsValid32ByteHex(s) }
	roots, replies := 0, 0
	for _, t := range e.Tags {
		switch t[0] {
		case "e", "p", "q":
			if len(t) < 2 || !isHex(t[1]) {
				bad(t[0] + " tag without an id")
			}
			if e.Kind == 1 && t[0] == "e" && len(t) > 3 {
				roots += strings.Count(t[3], "root")
				replies += strings.Count(t[3], "reply")
			}
		case "r":
			if e.Kind == 10002 && (len(t) < 2 || !nostr.IsValidRelayURL(t[1])) {
				bad("NIP-65: an r tag that is no relay")
			}
		case "imeta":
			if len(t) < 3 || !strings.HasPrefix(t[1], "url http") {
				bad("NIP-92: imeta needs a url and one more field")
			} else if !strings.Contains(e.Content, strings.TrimPrefix(t[1], "url ")) {
				bad("NIP-92: imeta of an address that the content lacks")
			}
		case "t":
			if t[1] != strings.ToLower(t[1]) {
				bad("NIP-24: a t tag in upper case")
			}
		}
	}
	if roots > 1 || replies > 1 || replies == 1 && roots == 0 {
		bad("NIP-10: a reply marks one root, and at most one parent")
	}
	return append(errs, kindErrors(e)...)
}

func kindErrors(e nostr.Event) (errs []string) {
	switch e.Kind {
	case 0:
		if !json.Valid([]byte(e.Content)) {
			errs = append(errs, "NIP-01: the profile is no JSON")
		}
	case 6, 16:
		var inner nostr.Event
		target := e.Tags.Find("e")
		if err := inner.UnmarshalJSON([]byte(e.Content)); err != nil || eventShape(inner) != nil || target == nil || inner.ID != target[1] {
			errs = append(errs, "NIP-18: the boost does not hold what it names")
		}
		if e.Tags.Find("p") == nil || target == nil || len(target) < 3 {
			errs = append(errs, "NIP-18: the boost lacks a p tag or a relay hint")
		}
		if (e.Kind == 6) != (inner.Kind == 1) || e.Kind == 16 && e.Tags.FindWithValue("k", strconv.Itoa(inner.Kind)) == nil {
			errs = append(errs, "NIP-18: kind 6 is for kind 1, 16 with a k tag for others")
		}
	case 1018:
		if e.Tags.Find("e") == nil || e.Tags.Find("response") == nil {
			errs = append(errs, "NIP-88: a vote names a poll and an option")
		}
	case 1068:
		n := 0
		for range e.Tags.FindAll("option") {
			n++
		}
		if kind := e.Tags.Find("polltype"); n < 2 || kind == nil || !slices.Contains([]string{"singlechoice", "multiplechoice"}, kind[1]) {
			errs = append(errs, "NIP-88: a poll has options and a type")
		}
	}
	if ref := e.Tags.Find("q"); ref != nil && !strings.Contains(e.Content, "nostr:nevent1") {
		errs = append(errs, "NIP-18: a quote has the reference in its content")
	}
	return errs
}

// TestContractQueries holds answers to NIP-01: newest first, each event once,
// within the filter and the limit.
func TestContractQueries(t *testing.T) {
	s := start(t, Options{Limit: 25})[0]
	p := dial(t, s)
	fern := s.PubKey("fern")
	some := p.query(nostr.Filter{Kinds: []int{1}})
	since, until := some[len(some)-1].CreatedAt, some[0].CreatedAt
	checked := 0
	for _, f := range []nostr.Filter{
		{},
		{Limit: 5},
		{Limit: 1000},
		{Kinds: []int{1, 6}},
		{Authors: []string{fern}},
		{IDs: []string{some[0].ID, some[1].ID}},
		{Since: &since, Until: &until},
		{Until: &since},
		{Since: &until},
		{Tags: nostr.TagMap{"e": {some[0].ID}}},
		{Tags: nostr.TagMap{"p": {fern}}},
		{Tags: nostr.TagMap{"t": {"birds"}}},
		{Tags: nostr.TagMap{"q": {some[0].ID}}},
		{Search: "THE"},
	} {
		events := p.query(f)
		checked += len(events) + 1
		limit := 25
		if f.Limit > 0 {
			limit = min(limit, f.Limit)
		}
		if len(events) > limit {
			t.Errorf("%s: %d events", f, len(events))
		}
		seen := map[string]bool{}
		for i, e := range events {
			if !matches(f, &e) || seen[e.ID] || i > 0 && byTime(&events[i-1], &e) > 0 {
				t.Errorf("%s: event %d is out of place", f, i)
			}
			seen[e.ID] = true
		}
	}
	t.Logf("contract: checked %d responses", checked)
}

func TestContractInformation(t *testing.T) {
	s := start(t, Options{Limit: 25, MaxContent: 1000})[0]
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.HTTP(), nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/nostr+json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer resp.Body.Close()
	var doc nip11.RelayInformationDocument
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if resp.Header.Get("Access-Control-Allow-Origin") != "*" || doc.Limitation.MaxLimit != 25 || doc.Limitation.MaxContentLength != 1000 {
		t.Errorf("the document is %+v, %+v", doc, doc.Limitation)
	}
	t.Log("contract: checked 1 responses")
}

// proxy passes frames between the adapter and a relay, and keeps the adapter's.
type proxy struct {
	mu       sync.Mutex
	requests [][]byte
}

func (p *proxy) serve(t *testing.T, to *Server) *httptest.Server {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		near, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer near.CloseNow()
		far, resp, err := websocket.Dial(r.Context(), to.URL(), nil)
		if err != nil {
			return
		}
		if resp.Body != nil {
			_ = resp.Body.Close()
		}
		far.SetReadLimit(4 << 20)
		defer far.CloseNow()
		ctx, cancel := context.WithCancel(r.Context())
		var wg sync.WaitGroup
		defer wg.Wait()
		defer cancel()
		wg.Go(func() {
			defer cancel()
			pass(ctx, far, near, func([]byte) {})
		})
		pass(ctx, near, far, func(b []byte) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.requests = append(p.requests, b)
		})
	}))
	t.Cleanup(srv.Close)
	return srv
}

func pass(ctx context.Context, from, to *websocket.Conn, seen func([]byte)) {
	for {
		kind, b, err := from.Read(ctx)
		if err != nil || to.Write(ctx, kind, b) != nil {
			return
		}
		seen(b)
	}
}

// TestContractRequests holds what the adapter sends to NIP-01 and to the limits in
// the NIP-11 document.
func TestContractRequests(t *testing.T) {
	s := start(t)[0]
	p := &proxy{}
	srv := p.serve(t, s)
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	defer client.Close()
	b, err := adapter.New(adapter.Config{
		Account: timeline.Account{ID: "a", Network: timeline.Nostr, Name: "n"},
		PubKey:  s.PubKey(world.Viewer), Relays: []string{"ws" + strings.TrimPrefix(srv.URL, "http")}, Client: client,
	})
	if err != nil {
		t.Fatal(err)
	}
	exercise(t, b)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	open := map[string]bool{}
	for _, msg := range p.requests {
		for _, why := range requestErrors(msg, open) {
			t.Errorf("%.200s: %s", msg, why)
		}
	}
	if len(open) > maxSubscriptions {
		t.Errorf("%d subscriptions were left open", len(open))
	}
	t.Logf("contract: checked %d requests", len(p.requests))
}

func exercise(t *testing.T, b *adapter.Backend) {
	t.Helper()
	page, err := b.Home(t.Context(), timeline.Page{Limit: 30})
	if err != nil || len(page.Posts) == 0 {
		t.Fatalf("Home: %d posts, %v", len(page.Posts), err)
	}
	_, err1 := b.Home(t.Context(), timeline.Page{Before: page.Older})
	_, err2 := b.Home(t.Context(), timeline.Page{After: page.Newer})
	_, err3 := b.Thread(t.Context(), page.Posts[0].Content().ID)
	_, err4 := b.Profile(t.Context(), page.Posts[0].Author.ID)
	_, err5 := b.ProfilePosts(t.Context(), page.Posts[0].Author.ID, timeline.Page{})
	for _, err := range []error{err1, err2, err3, err4, err5} {
		if err != nil {
			t.Error(err)
		}
	}
}

func requestErrors(msg []byte, open map[string]bool) (errs []string) {
	var parts []json.RawMessage
	var id string
	if err := json.Unmarshal(msg, &parts); err != nil || len(parts) < 2 || json.Unmarshal(parts[1], &id) != nil || id == "" || len(id) > maxSubID {
		return []string{"not a message with a subscription id"}
	}
	if len(msg) > maxMessage {
		errs = append(errs, "over max_message_length")
	}
	switch label(parts) {
	case "CLOSE":
		if !open[id] {
			errs = append(errs, "closes what is not open")
		}
		delete(open, id)
	case "REQ":
		open[id] = true
		if len(parts) < 3 || len(parts) > maxFilters+2 {
			errs = append(errs, "no filters or too many")
		}
		for _, raw := range parts[2:] {
			errs = append(errs, filterErrors(raw)...)
		}
	default:
		errs = append(errs, "an unknown message")
	}
	return errs
}

func filterErrors(raw json.RawMessage) (errs []string) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return []string{"a filter that is no object"}
	}
	for name, v := range fields {
		var list []string
		var n int64
		switch {
		case name == "since" || name == "until" || name == "limit":
			if json.Unmarshal(v, &n) != nil || n < 0 || name == "limit" && n > 500 {
				errs = append(errs, name+" is out of range")
			}
		case name == "kinds":
			var kinds []int
			if json.Unmarshal(v, &kinds) != nil || len(kinds) == 0 {
				errs = append(errs, "no kinds")
			}
		case name == "ids" || name == "authors" || len(name) == 2 && name[0] == '#':
			if json.Unmarshal(v, &list) != nil || len(list) == 0 {
				errs = append(errs, name+" is empty")
			}
			for _, s := range list {
				if name != "#d" && !nostr.IsValid32ByteHex(s) {
					errs = append(errs, name+" holds what is no id")
				}
			}
		default:
			errs = append(errs, "unknown field "+name)
		}
	}
	return errs
}

// TestContractReferences: the references in the texts are NIP-19 and lead to people
// and posts that are there.
func TestContractReferences(t *testing.T) {
	s := start(t)[0]
	p := dial(t, s)
	checked := 0
	for _, e := range p.query(nostr.Filter{Kinds: []int{1, 1068}}) {
		for _, word := range strings.Fields(e.Content) {
			ref, ok := strings.CutPrefix(word, "nostr:")
			if !ok || !strings.HasPrefix(ref, "nevent1") {
				continue
			}
			checked++
			_, v, err := nip19.Decode(ref)
			pointer, ok := v.(nostr.EventPointer)
			if err != nil || !ok || len(p.query(nostr.Filter{IDs: []string{pointer.ID}})) != 1 {
				t.Errorf("%s leads nowhere (%v)", ref, err)
			}
		}
	}
	if checked == 0 {
		t.Error("no quotes in the world")
	}
	t.Logf("contract: checked %d responses", checked)
}
