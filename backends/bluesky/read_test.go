package bluesky

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

func TestRichPostFromTheWorld(t *testing.T) {
	s := startPDS(t, smallWorld(
		world.Post{Key: "root", By: "kit", Text: says("the root"), Likes: 4, LikedByYou: true},
		world.Post{Key: "rich", ReplyTo: "root", QuoteOf: "root", Lang: "en", Sensitive: true, Text: []world.Part{
			{Kind: world.Plain, Text: "héron by "},
			{Kind: world.Mention, Target: "kit"},
			{Kind: world.Plain, Text: " "},
			{Kind: world.Tag, Text: "birds"},
			{Kind: world.Plain, Text: " "},
			{Kind: world.Link, Target: "https://marsh.example/a/very/long/path?x=1"},
		}, Pictures: []world.Picture{{Seed: 1, Width: 80, Height: 60, Alt: "a heron"}}},
		world.Post{Key: "boost", BoostOf: "root"},
	), pds.Options{})
	c, _ := signIn(t, s)
	b := open(t, c)
	got, err := b.Home(t.Context(), timeline.Page{})
	if err != nil || len(got.Posts) != 2 {
		t.Fatalf("Home: %s, %v", texts(got.Posts), err)
	}
	boost, rich := got.Posts[0], got.Posts[1]
	if want := "0:héron by →|2:@kit.bsky.example→" + s.DID("kit") + "|0: →|3:#birds→birds|0: →|1:marsh.example/a/very/long/...→https://marsh.example/a/very/long/path?x=1"; show(rich.Text) != want {
		t.Errorf("text %s, want %s", show(rich.Text), want)
	}
	if rich.ReplyTo == nil || rich.ReplyTo.Handle.String() != "@kit.bsky.example" || rich.Root == nil || rich.Root.ID != rich.ReplyTo.ID {
		t.Errorf("reply to %+v, root %+v", rich.ReplyTo, rich.Root)
	}
	if rich.Quote == nil || rich.Quote.Post == nil || rich.Quote.Post.Text.Plain().String() != "the root" {
		t.Errorf("quote %+v", rich.Quote)
	}
	if len(rich.Media) != 1 || rich.Media[0].Alt.String() != "a heron" || rich.Media[0].Width != 80 || !rich.Sensitive || !rich.MediaOnly {
		t.Errorf("media %+v, sensitive %t", rich.Media, rich.Sensitive)
	}
	if v, _ := boost.Boosted.View(c.Account.ID); !v.Liked || v.LikeID == "" || boost.Boosted.Counts.Likes != 4 || boost.Author.ID != s.DID("ana") {
		t.Errorf("boost by %s, view %+v, counts %+v", boost.Author.ID, v, boost.Boosted.Counts)
	}
	again, err := b.Post(t.Context(), boost.ID)
	if err != nil || again.ID != boost.ID || again.Boosted == nil || again.Boosted.ID != boost.Boosted.ID || again.Author != boost.Author {
		t.Errorf("Post(boost) is %+v, %v", again, err)
	}
	if th, err := b.Thread(t.Context(), boost.ID); err != nil || th.Focus != boost.Boosted.ID {
		t.Errorf("Thread(boost) is %+v, %v", th, err)
	}
}

func TestThreadWithMissingPosts(t *testing.T) {
	s := startPDS(t, smallWorld(
		world.Post{Key: "root", Text: says("root")},
		world.Post{Key: "gone", By: "kit", ReplyTo: "root", Text: says("gone")},
		world.Post{Key: "focus", ReplyTo: "gone", Text: says("focus")},
		world.Post{Key: "first", By: "kit", ReplyTo: "focus", Text: says("first")},
		world.Post{Key: "second", By: "kit", ReplyTo: "focus", Text: says("second")},
	), pds.Options{})
	c, _ := signIn(t, s)
	b := open(t, c)
	kit, ctx := newWriter(t, s, "kit"), t.Context()
	posts, err := b.ProfilePosts(ctx, s.DID("ana"), timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	focus := posts.Posts[0]
	if err := kit.remove(ctx, focus.ReplyTo.ID); err != nil {
		t.Fatal(err)
	}
	th, err := b.Thread(ctx, focus.ID)
	if err != nil {
		t.Fatal(err)
	}
	top := th.Roots[0]
	if len(th.Roots) != 1 || top.Post != nil || top.Missing.Empty() || top.ID != focus.ReplyTo.ID || len(top.Replies) != 1 {
		t.Fatalf("the top is %+v, want the missing parent", top)
	}
	n := top.Replies[0]
	if n.ID != focus.ID || len(n.Replies) != 2 || n.Replies[0].Post.Text.Plain().String() != "first" || n.Replies[0].Post.ReplyTo.Handle.String() != "@ana.bsky.example" {
		t.Errorf("below it %+v", n)
	}
	if _, err := b.Thread(ctx, focus.ReplyTo.ID); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("thread of a deleted post: %v, want code not-found", err)
	}
}

// A thread may not send the reader in a circle.
func TestThreadThatRepeatsItself(t *testing.T) {
	post := string(view(t, m{"replyCount": 1}))
	node := `{"$type":"app.bsky.feed.defs#threadViewPost","post":` + post
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if _, err := w.Write([]byte(`{"thread":` + node + `,"parent":` + node + `},"replies":[` + node + `},null,{"$type":"x"}]}}`)); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	b := open(t, Config{Account: timeline.Account{ID: "a", Network: timeline.Bluesky}, Client: newClient(t)})
	b.api.host = srv.URL
	th, err := b.Thread(t.Context(), timeline.ID{Network: timeline.Bluesky, Local: uri1})
	if err != nil || len(th.Roots) != 1 || len(th.Roots[0].Replies) != 0 {
		t.Errorf("thread %+v, %v", th, err)
	}
}

func TestResolve(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	c, _ := signIn(t, s)
	b := open(t, c)
	did := s.DID("ana")
	person := timeline.Target{Person: did}
	post := timeline.Target{Post: timeline.ID{Network: timeline.Bluesky, Local: "at://" + did + "/app.bsky.feed.post/3jui7kd54zh2y"}}
	for ref, want := range map[string]timeline.Target{
		"at://" + did: person, "at://ana.bsky.example": person,
		"at://ana.bsky.example/app.bsky.feed.post/3jui7kd54zh2y": post, post.Post.Local: post,
		"https://bsky.app/profile/ana.bsky.example/post/3jui7kd54zh2y": post, "https://bsky.app/profile/" + did + "/post/3jui7kd54zh2y?ref=x": post,
		"https://bsky.app/profile/ana.bsky.example/": person, "@ana.bsky.example": person, " Ana.bsky.example\n": person, did: person,
	} {
		if got, err := b.Resolve(t.Context(), ref); err != nil || got != want {
			t.Errorf("Resolve(%q) = %+v, %v", ref, got, err)
		}
	}
	calls := s.Calls("com.atproto.identity.resolveHandle")
	for ref, code := range map[string]timeline.Code{
		"@ana@mastodon.example": timeline.CodeNotMine, "ana": timeline.CodeNotMine, "npub1x": timeline.CodeNotMine, "did:key:zabc": timeline.CodeNotMine,
		"https://mastodon.example/@ana/1": timeline.CodeNotMine, "https://evil.example/profile/ana.bsky.example": timeline.CodeNotMine,
		"https://bsky.app/": timeline.CodeUnsupported, "https://bsky.app/profile/ana.bsky.example/lists/3jui7kd54zh2y": timeline.CodeUnsupported,
		"at://" + did + "/app.bsky.graph.list/3jui7kd54zh2y": timeline.CodeUnsupported, "at://?": timeline.CodeUsage,
	} {
		if got, err := b.Resolve(t.Context(), ref); timeline.CodeOf(err) != code {
			t.Errorf("Resolve(%q) = %+v, %v; want code %s", ref, got, err, code)
		}
	}
	if n := s.Calls("com.atproto.identity.resolveHandle") - calls; n != 0 {
		t.Errorf("%d requests for what is not ours", n)
	}
	if _, err := b.Resolve(t.Context(), "@nobody.bsky.example"); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("an unknown handle: %v, want code not-found", err)
	}
}

func TestServerErrors(t *testing.T) {
	var status int
	var body, kind string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		if _, err := w.Write([]byte(body)); err != nil {
			t.Error(err)
		}
	}))
	defer srv.Close()
	for _, c := range []struct {
		status     int
		body, kind string
		code       timeline.Code
	}{
		{500, `{"error":"InternalServerError","message":"\u001b[31moops"}`, "application/json", timeline.CodeServer},
		{502, `<html>bad gateway</html>`, "text/html", timeline.CodeServer},
		{400, `{"error":"InvalidRequest","message":"Profile not found"}`, "application/json", timeline.CodeNotFound},
		{400, `{"error":"InvalidRequest","message":"no"}`, "application/json", timeline.CodeRefused},
		{400, `{"error":"AccountTakedown"}`, "application/json", timeline.CodeAuth},
		{401, ``, "application/json", timeline.CodeAuth},
		{501, `{"error":"MethodNotImplemented"}`, "application/json", timeline.CodeUnsupported},
		{200, `<html>a portal</html>`, "text/html", timeline.CodeMalformed},
		{200, `{"did":`, "application/json", timeline.CodeMalformed},
		{200, `{"did":17}`, "application/json", timeline.CodeMalformed},
		{200, `{"did":"did:plc:somebodyelse"}`, "application/json", timeline.CodeMalformed},
		{200, strings.Repeat("[", 100), "application/json", timeline.CodeTooLarge},
	} {
		status, body, kind = c.status, c.body, c.kind
		b := open(t, Config{Account: timeline.Account{ID: "a", Network: timeline.Bluesky}, Client: newClient(t)})
		b.api.host = srv.URL
		_, err := b.Profile(t.Context(), did1)
		if timeline.CodeOf(err) != c.code {
			t.Errorf("%d %s: %v has code %s, want %s", c.status, c.body, err, timeline.CodeOf(err), c.code)
		}
		if strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%d: the message holds an escape", c.status)
		}
	}
}

func TestNewRefusesNonsense(t *testing.T) {
	for _, c := range []Config{
		{PDS: "ftp://pds.example"}, {PDS: "https://"}, {PDS: "https://user:pw@pds.example"}, {PDS: "https://pds.example", DID: "ana"}, {},
	} {
		if b, err := New(c); err == nil {
			t.Errorf("New(%+v) made %v", c, b)
		}
	}
}

// The unknown is stored by servers too: a record of another application in the
// home timeline's form must come through as a note.
func TestUnknownEmbedFromTheServer(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	c, _ := signIn(t, s)
	ana := newWriter(t, s, "ana")
	record := m{"$type": postNSID, "text": "see this", "createdAt": syntax.DatetimeNow().String(), "embed": m{"$type": "com.example.hologram", "x": 1}}
	id, err := ana.create(t.Context(), postNSID, record)
	if err != nil {
		t.Fatal(err)
	}
	p, err := open(t, c).Post(t.Context(), id)
	if err != nil || p.Text.Plain().String() != "see this" {
		raw, _ := json.Marshal(p)
		t.Errorf("%s, %v", raw, err)
	}
}
