package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/config/account"
	"skein/e2e"
)

// states are how the receipts stand, by network.
func states(receipts map[string]e2e.Receipt) map[string]string {
	all := map[string]string{}
	for network, r := range receipts {
		all[network] = r.State
	}
	return all
}

// One person posts to the real Bluesky network, a real relay and the sandbox's
// Mastodon with one command.
func TestPost(t *testing.T) {
	w := newWorld(t)
	t.Run("one line to all", w.postsToAll)
	t.Run("letters of every sort", w.postsLetters)
	t.Run("an expired session", w.postsWithExpiredSession)
	t.Run("one network is down", w.postsWithOneDown)
	t.Run("all are down", w.postsWithAllDown)
}

// readsBack has skein read what a receipt names.
func (w *world) readsBack(t *testing.T, receipt e2e.Receipt, text string) {
	t.Helper()
	if receipt.State != "sent" || receipt.URL == "" {
		t.Errorf("%s: the receipt is %+v", receipt.Network, receipt)
		return
	}
	if receipt.Network == "bluesky" { // what reads it is another server than what took it
		if err := w.ana.HasIndexed(t.Context(), e2e.BlueskyRef{URI: receipt.ID}); err != nil {
			t.Fatalf("the AppView does not have %s: %v", receipt.ID, err)
		}
	}
	posts := w.home.Run(t, "show", receipt.URL, "--json").Exits(t, 0).Posts(t)
	if len(posts) != 1 || posts[0].Network != receipt.Network || posts[0].Text != text {
		t.Errorf("%s reads %+v", receipt.URL, posts)
	}
}

func (w *world) postsToAll(t *testing.T) {
	slowest := time.Duration(0)
	for _, network := range []string{"mastodon", "bluesky", "nostr"} {
		one := w.home.RunInput(t, "hi, "+network+" alone\n", "post", "--to", network, "--json").Exits(t, 0)
		t.Logf("to %s alone: %s", network, one.Took.Round(time.Millisecond))
		slowest = max(slowest, one.Took)
	}
	all := w.home.RunInput(t, "hi\n", "post", "--to", "all", "--json").Exits(t, 0)
	t.Logf("to all: %s, the slowest of them alone: %s", all.Took.Round(time.Millisecond), slowest.Round(time.Millisecond))
	receipts := all.Receipts(t)
	if len(receipts) != 3 {
		t.Fatalf("%d receipts\n%s", len(receipts), all)
	}
	for _, receipt := range receipts {
		w.readsBack(t, receipt, "hi")
	}
}

// letters has links, tags and a mention among letters of one to four bytes, and of
// several code points.
const letters = "🏳️‍🌈 東京 #鷺 — see https://example.com/ä?q=🦢 and @%s, e\u0301t\u00e9 #heron!"

// postFacet is a range of bytes and what it is (app.bsky.richtext.postFacet).
type postFacet struct {
	Index struct {
		ByteStart, ByteEnd int
	} `json:"index"`
	Features []struct {
		Type string `json:"$type"`
		URI  string `json:"uri"`
		Tag  string `json:"tag"`
		DID  string `json:"did"`
	} `json:"features"`
}

// bskyPost is a record as a server gives it back.
type bskyPost struct {
	Text   string      `json:"text"`
	Facets []postFacet `json:"facets"`
}

func (w *world) postsLetters(t *testing.T) {
	text := fmt.Sprintf(letters, w.ana.Handle)
	sent := w.home.RunInput(t, text+"\n", "post", "--to", "all", "--json").Exits(t, 0).Receipts(t)
	for _, network := range []string{"mastodon", "nostr"} {
		posts := w.home.Run(t, "show", sent[network].URL, "--json").Exits(t, 0).Posts(t)
		if len(posts) != 1 || !strings.Contains(posts[0].Text, "🏳️‍🌈 東京 #鷺") || !strings.Contains(posts[0].Text, "e\u0301t\u00e9 #heron!") {
			t.Errorf("%s reads %+v", sent[network].URL, posts)
		}
	}

	uri := sent["bluesky"].ID
	repo, rest, _ := strings.Cut(strings.TrimPrefix(uri, "at://"), "/")
	collection, key, _ := strings.Cut(rest, "/")
	var stored struct{ Value bskyPost }
	getJSON(t, w.bluesky.PDS+"/xrpc/com.atproto.repo.getRecord?"+url.Values{"repo": {repo}, "collection": {collection}, "rkey": {key}}.Encode(), &stored)
	w.checkFacets(t, "the PDS", stored.Value)

	if err := w.ana.HasIndexed(t.Context(), e2e.BlueskyRef{URI: uri}); err != nil {
		t.Fatalf("the AppView does not have it: %v", err)
	}
	var indexed struct {
		Posts []struct{ Record bskyPost }
	}
	getJSON(t, w.bluesky.AppView+"/xrpc/app.bsky.feed.getPosts?uris="+url.QueryEscape(uri), &indexed)
	w.checkFacets(t, "the AppView", indexed.Posts[0].Record)
}

// checkFacets looks at the bytes that each facet covers.
func (w *world) checkFacets(t *testing.T, server string, post bskyPost) {
	t.Helper()
	want := map[string]string{"#鷺": "鷺", "#heron": "heron", "@" + w.ana.Handle: w.ana.DID}
	links := 0
	for _, f := range post.Facets {
		if f.Index.ByteStart < 0 || f.Index.ByteStart >= f.Index.ByteEnd || f.Index.ByteEnd > len(post.Text) || len(f.Features) != 1 {
			t.Errorf("%s: a facet of %+v in %q", server, f, post.Text)
			continue
		}
		covered, is := post.Text[f.Index.ByteStart:f.Index.ByteEnd], f.Features[0]
		if is.URI != "" {
			links++
			if !strings.HasPrefix(covered, "example.com/") && !strings.HasPrefix(covered, "https://example.com/") {
				t.Errorf("%s: the link covers %q", server, covered)
			}
			if u, err := url.Parse(is.URI); err != nil || u.Host != "example.com" || u.Path != "/ä" {
				t.Errorf("%s: the link leads to %q", server, is.URI)
			}
			continue
		}
		if got := is.Tag + is.DID; want[covered] != got {
			t.Errorf("%s: %q is %q", server, covered, got)
		}
		delete(want, covered)
	}
	if len(want) != 0 || links != 1 {
		t.Errorf("%s: without a facet: %v; %d links: %+v in %q", server, want, links, post.Facets, post.Text)
	}
}

// A token that has run out is renewed before the post is sent, and one that the
// server refuses in the middle of it is renewed then: the post is there once.
func (w *world) postsWithExpiredSession(t *testing.T) {
	network, home := w.bluesky, e2e.NewHome(t)
	home.Configure(t, e2e.LoopbackConfig)
	me := network.Join(t, "late")
	home.RunInput(t, me.AppPassword(t, "skein")+"\n", "account", "add", "bluesky", "--name", "sky",
		"--handle", me.Handle, "--pds", network.PDS, "--app-password-stdin").Exits(t, 0)
	vault, id := openVault(t, home)
	for text, spoil := range map[string]func(){
		"after the night":       func() { expireAccess(t, vault, id) },
		"in the server's night": func() { garbleAccess(t, vault, id) },
	} {
		spoil()
		home.RunInput(t, text, "post", "--to", "sky", "--json").Exits(t, 0)
		if n := countRecords(t, network, me.DID, text); n != 1 {
			t.Errorf("%q is there %d times", text, n)
		}
	}
}

// garbleAccess makes the stored access token one that looks good and that its
// server does not take.
func garbleAccess(t *testing.T, vault *account.Vault, id string) {
	t.Helper()
	stored, err := vault.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("load the session: %v", err)
	}
	token := stored[account.AccessJWT].Reveal()
	head, signature := token[:strings.LastIndex(token, ".")+1], token[strings.LastIndex(token, ".")+1:]
	stored[account.AccessJWT] = account.NewSecret(head + strings.Repeat("A", len(signature)))
	if err := vault.Save(t.Context(), id, stored); err != nil {
		t.Fatalf("save the session: %v", err)
	}
}

func (w *world) postsWithOneDown(t *testing.T) {
	for _, outage := range w.outages() {
		t.Run(outage.network, func(t *testing.T) {
			text := "while " + outage.network + " is away"
			outage.stop(t)
			result := w.home.RunInput(t, text+"\n", "post", "--to", "all", "--json", "--wait=3s").Exits(t, 5)
			t.Logf("exit 5 after %s", result.Took.Round(time.Millisecond))
			receipts := result.Receipts(t)
			for network, receipt := range receipts {
				if network != outage.network {
					w.readsBack(t, receipt, text)
				} else if receipt.State == "sent" || receipt.State == "refused" || receipt.Error.Message == "" {
					t.Errorf("%s is away, and its receipt is %+v", network, receipt)
				}
			}
			outage.start(t)
			w.home.Run(t, "outbox", "drain").Exits(t, 0)
			open := w.home.Run(t, "outbox", "list", "--json").Exits(t, 0)
			if left := open.Receipts(t); len(left) != 0 {
				t.Errorf("still open: %v\n%s", states(left), open)
			}
			e2e.Eventually(t, 15*time.Second, text+" is there once", func(ctx context.Context) error {
				if n := w.count(ctx, outage.network, text); n != 1 {
					return fmt.Errorf("it is there %d times", n)
				}
				return nil
			})
		})
	}
}

// count is how often a text is on one of the real networks.
func (w *world) count(ctx context.Context, network, text string) int {
	n := 0
	switch network {
	case "nostr":
		events, err := w.relay.Read(ctx, nostr.Filter{Kinds: []int{nostr.KindTextNote}})
		if err != nil {
			return -1
		}
		for _, e := range events {
			if e.Content == text {
				n++
			}
		}
	case "bluesky":
		posts, err := w.me.Timeline(ctx)
		if err != nil {
			return -1
		}
		for _, p := range posts {
			if p.Record.Text == text {
				n++
			}
		}
	}
	return n
}

func (w *world) postsWithAllDown(t *testing.T) {
	if err := w.sandbox.Stop(); err != nil {
		t.Errorf("the sandbox ended with %v", err)
	}
	for _, outage := range w.outages() {
		outage.stop(t)
	}
	result := w.home.RunInput(t, "into the void\n", "post", "--to", "all", "--json", "--wait=3s").Exits(t, 4)
	for network, receipt := range result.Receipts(t) {
		if receipt.State == "sent" || receipt.State == "refused" || receipt.Error.Message == "" {
			t.Errorf("%s is away, and its receipt is %+v", network, receipt)
		}
	}
	for _, outage := range w.outages() {
		outage.start(t)
	}
	w.home.Run(t, "outbox", "drain", "--wait=5s").Exits(t, 5)
	for _, outage := range w.outages() {
		e2e.Eventually(t, 15*time.Second, outage.network+" has it once", func(ctx context.Context) error {
			if n := w.count(ctx, outage.network, "into the void"); n != 1 {
				return fmt.Errorf("it is there %d times", n)
			}
			return nil
		})
	}
}

// countRecords is how many posts of a repository have a text.
func countRecords(t *testing.T, network *e2e.Bluesky, did, text string) int {
	t.Helper()
	var list struct {
		Records []struct{ Value bskyPost }
	}
	getJSON(t, network.PDS+"/xrpc/com.atproto.repo.listRecords?"+url.Values{"repo": {did}, "collection": {"app.bsky.feed.post"}, "limit": {"100"}}.Encode(), &list)
	n := 0
	for _, r := range list.Records {
		if r.Value.Text == text {
			n++
		}
	}
	return n
}

// getJSON reads a public page of a server.
func getJSON(t *testing.T, address string, into any) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v", address, resp.Status, err)
	}
}
