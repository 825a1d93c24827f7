package nostr

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

func nostrID(local string) timeline.ID { return timeline.ID{Network: timeline.Nostr, Local: local} }

// TestHomeShowsEveryKind reads the small world's special posts.
func TestHomeShowsEveryKind(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	s := servers[0]
	batch, err := unhurried(reader(t, servers)).Home(t.Context(), timeline.Page{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	posts := map[string]*timeline.Post{}
	for _, p := range batch.Posts {
		posts[p.ID.Local] = p
	}
	get := func(key string) *timeline.Post {
		p := posts[s.EventID(key)]
		if p == nil {
			t.Fatalf("post %s is not in the timeline", key)
		}
		return p
	}
	if posts[s.EventID("stray")] != nil {
		t.Error("somebody who is not followed is in the timeline")
	}
	if p := get("boost"); p.Boosted == nil || p.Boosted.ID.Local != s.EventID("stray") || p.Boosted.Author.Name.String() != "Stray" {
		t.Errorf("the boost is %+v", p)
	}
	if q := get("quote").Quote; q == nil || q.State != timeline.QuoteShown || q.Post.Author.Name.String() != "Stray" {
		t.Errorf("the quote is %+v", q)
	}
	if p := get("quote"); p.Text.Plain().String() != "look at this" {
		t.Errorf("the quoting text is %q", p.Text.Plain())
	}
	if p := get("warned"); !p.Hidden() || p.Warning.String() != "spoiler" {
		t.Errorf("the warned post is %+v", p)
	}
	if p := get("poll").Poll; p == nil || p.Options[0].Votes != 3 || p.Voters != 4 || p.Closed {
		t.Errorf("the poll is %+v", p)
	}
	p := get("picture")
	if len(p.Media) != 1 || p.Media[0].Alt.String() != "reeds at dawn" || p.Text.Plain().String() != "the marsh, for @Fern #Birds" {
		t.Errorf("the picture post is %q with %+v", p.Text.Plain(), p.Media)
	}
	if v, _ := get("root").View("acct"); !v.Liked || v.LikeID == "" {
		t.Errorf("the own like is not shown: %+v", v)
	}
	if r := get("answer"); r.ReplyTo.ID.Local != s.EventID("reply") || r.Root.ID.Local != s.EventID("root") {
		t.Errorf("the answer replies to %+v in %+v", r.ReplyTo, r.Root)
	}
	fetchPicture(t, p.Media[0].URL.String())
}

func fetchPicture(t *testing.T, url string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture answers %s, %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestPostCounts(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
	b := reader(t, servers)
	p, err := b.Post(t.Context(), nostrID(servers[0].EventID("root")))
	if err != nil {
		t.Fatal(err)
	}
	if want := (timeline.Counts{Replies: 1, Likes: 3}); p.Counts != want {
		t.Errorf("the counts are %+v, want %+v", p.Counts, want)
	}
	stray, err := b.Post(t.Context(), nostrID(servers[0].EventID("stray")))
	if err != nil {
		t.Fatal(err)
	}
	if stray.Counts.Boosts != 1 || stray.Counts.Quotes != 1 {
		t.Errorf("the counts are %+v", stray.Counts)
	}
}

// TestThreadWithMissingParent hangs a reply below the place of a post that nobody
// has.
func TestThreadWithMissingParent(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	root := servers[0].EventID("root")
	lost := strings.Repeat("5", 64)
	orphan := signed(t, servers[0], "ada", kindNote, nostr.Tags{{"e", root, "", "root"}, {"e", lost, "", "reply"}}, "to a lost post")
	servers[0].Put(orphan)
	th, err := reader(t, servers).Thread(t.Context(), nostrID(orphan.ID))
	if err != nil {
		t.Fatal(err)
	}
	if len(th.Roots) != 1 || th.Roots[0].ID.Local != root || th.Roots[0].Post == nil {
		t.Fatalf("the thread hangs from %+v", th.Roots)
	}
	var found bool
	for _, n := range th.Roots[0].Replies {
		if n.ID.Local == lost {
			found = n.Post == nil && !n.Missing.Empty() && len(n.Replies) == 1 && n.Replies[0].ID.Local == orphan.ID
		}
	}
	if !found {
		t.Errorf("the replies are %+v", th.Roots[0].Replies)
	}
}

func TestProfile(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
	b := reader(t, servers)
	p, err := b.Profile(t.Context(), servers[0].PubKey("ada"))
	if err != nil {
		t.Fatal(err)
	}
	if p.Name.String() != "Ada" || p.Handle.String() != "ada@nostr.example" || !p.Followed || !p.FollowedBy || p.Following != 1 || p.Verified {
		t.Errorf("the profile is %+v", p)
	}
	if _, err := b.Profile(t.Context(), "nobody"); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("an impossible key: %v", err)
	}
	batch, err := b.ProfilePosts(t.Context(), servers[0].PubKey("stray"), timeline.Page{})
	if err != nil || len(batch.Posts) != 1 {
		t.Errorf("a stranger has %d posts (%v)", len(batch.Posts), err)
	}
}

// Without an account everything can be read but a home timeline.
func TestPublicReading(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	b := reader(t, servers, func(c *Config) { c.PubKey, c.Store = "", nil })
	id := nostrID(servers[0].EventID("root"))
	if p, err := b.Post(t.Context(), id); err != nil || p.ID != id {
		t.Errorf("post %+v, %v", p, err)
	}
	if th, err := b.Thread(t.Context(), id); err != nil || th.Focus != id {
		t.Errorf("thread %+v, %v", th, err)
	}
	if who, err := b.Profile(t.Context(), servers[0].PubKey("fern")); err != nil || who.Followed {
		t.Errorf("profile %+v, %v", who, err)
	}
	if _, err := b.Home(t.Context(), timeline.Page{}); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("home: %v", err)
	}
}

func TestResolve(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	b := reader(t, servers)
	fern, id := servers[0].PubKey("fern"), servers[0].EventID("root")
	essay := signed(t, servers[0], "fern", kindArticle, nostr.Tags{{"d", "essay"}, {"title", "On cupboards"}, {"summary", "Warm ones."}}, "…")
	servers[0].Put(essay)
	nevent, err1 := nip19.EncodeEvent(id, []string{servers[0].URL()}, fern)
	note, err2 := nip19.EncodeNote(id)
	nprofile, err3 := nip19.EncodeProfile(fern, nil)
	naddr, err4 := nip19.EncodeEntity(fern, kindArticle, "essay", nil)
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	either := timeline.Target{Post: nostrID(id), Person: id}
	aPost, aPerson := timeline.Target{Post: nostrID(id)}, timeline.Target{Person: fern}
	for ref, want := range map[string]timeline.Target{
		nevent: aPost, "nostr:" + note: aPost, "https://njump.me/" + nevent: aPost, "nostr:" + id: either, id: either, " " + strings.ToUpper(note) + " ": aPost,
		npub(fern): aPerson, "web+nostr": {}, "nostr:" + nprofile: aPerson, "https://njump.me/" + npub(fern): aPerson,
		naddr: {Post: nostrID(essay.ID)},
	} {
		got, err := b.Resolve(t.Context(), ref)
		if want == (timeline.Target{}) {
			if timeline.CodeOf(err) != timeline.CodeNotMine {
				t.Errorf("%q: %+v, %v", ref, got, err)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q is %+v (%v), want %+v", ref, got, err, want)
		}
	}
	for _, ref := range []string{"fern@nostr.example", "https://example.com/" + nevent, "nsec1qqqq"} {
		if got, err := b.Resolve(t.Context(), ref); timeline.CodeOf(err) != timeline.CodeNotMine {
			t.Errorf("%q: %+v, %v", ref, got, err)
		}
	}
}

// TestGetJSONIsBounded reads a NIP-05 document that is over its cap.
func TestGetJSONIsBounded(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, `{"names":{"x":"%s"}}`, strings.Repeat("a", maxNIP05))
	}))
	defer srv.Close()
	var doc map[string]any
	err := getJSON(t.Context(), loopback(t).HTTP(), srv.URL, "application/json", maxNIP05, &doc)
	if timeline.CodeOf(err) != timeline.CodeMalformed {
		t.Errorf("a document over the limit: %v", err)
	}
}

func TestCheck(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{MaxContent: 1000})
	b := reader(t, servers)
	if got := b.Limits().Bytes; got != defaultBytes {
		t.Errorf("before Check a post may have %d bytes", got)
	}
	r, err := b.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.ReadOnly || len(r.Facts) != 2 || r.Handle.String() != "you@nostr.example" {
		t.Errorf("the report is %+v", r)
	}
	if got := b.Limits().Bytes; got != 1000 {
		t.Errorf("after Check a post may have %d bytes", got)
	}
}

func TestAddAccounts(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
	s, ctx, client := servers[0], t.Context(), loopback(t)
	secret := s.SecretKey(world.Viewer)
	nsec, err := nip19.EncodePrivateKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{nsec, secret, " " + strings.ToUpper(secret) + "\n"} {
		r, creds, err := AddKey(ctx, client, account.NewSecret(key), []string{s.URL()})
		if err != nil {
			t.Fatal(err)
		}
		if r.PubKey != s.PubKey(world.Viewer) || r.Handle != "you@nostr.example" || r.ReadOnly || creds[account.PrivateKey].Reveal() != secret {
			t.Errorf("the record is %+v", r)
		}
		if len(r.Relays) != 2 {
			t.Errorf("the relays are %v, want the given one and the other of the person's list", r.Relays)
		}
	}
	const canary = "nsec1canarycanarycanary"
	if _, _, err := AddKey(ctx, client, account.NewSecret(canary), nil); err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, err), "canary") {
		t.Errorf("a broken key: %v", err)
	}
	if _, _, err := AddKey(ctx, client, account.NewSecret(secret), []string{"ws://127.0.0.1:1"}); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("a relay that is not there: %v", err)
	}
}

// TestForgedBoost: what a boost carries inside is verified like any other event.
func TestForgedBoost(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{})
	true1 := signed(t, servers[0], "stray", kindNote, nil, "what was said")
	fake := true1
	fake.Content = sandbox.Forged
	servers[0].Put(signed(t, servers[0], "ada", kindBoost, nostr.Tags{{"e", true1.ID}, {"p", true1.PubKey}}, fake.String()))
	batch, err := reader(t, servers).Home(t.Context(), timeline.Page{Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range batch.Posts {
		checkHonest(t, p)
	}
	if p := batch.Posts[0]; p.Boosted != nil || p.Note.Empty() {
		t.Errorf("the forged boost shows %+v", p)
	}
}
