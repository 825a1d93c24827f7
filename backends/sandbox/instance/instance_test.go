package instance

import (
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"skein/backends/sandbox/world"
)

func TestPaging(t *testing.T) {
	var posts []world.Post
	for i := range 7 {
		posts = append(posts, say(fmt.Sprint(i), "ana", fmt.Sprint(i)))
	}
	s := start(t, village(posts...), Options{})
	id := func(key string) string { return s.statusID(t, key) }
	for _, c := range []struct {
		query string
		want  string
	}{
		{"", "6543210"},
		{"limit=3", "654"},
		{"limit=2&max_id=" + id("4"), "32"},
		{"limit=2&min_id=" + id("1"), "32"},
		{"limit=2&since_id=" + id("1"), "65"},
		{"max_id=" + id("0"), ""},
		{"limit=0", "6543210"},
		{"limit=x&max_id=y", "6543210"},
	} {
		g := s.do(t, http.MethodGet, "/api/v1/timelines/home?"+c.query, s.Token(world.Viewer), nil)
		text := strings.NewReplacer("<p>", "", "</p>", "").Replace(strings.Join(g.contents(), ""))
		if text != c.want {
			t.Errorf("home?%s is %q, want %q", c.query, text, c.want)
		}
	}
	g := s.do(t, http.MethodGet, "/api/v1/timelines/home?limit=2", s.Token(world.Viewer), nil)
	want := fmt.Sprintf(`<%[1]s/api/v1/timelines/home?limit=2&max_id=%[2]s>; rel="next", <%[1]s/api/v1/timelines/home?limit=2&min_id=%[3]s>; rel="prev"`,
		s.URL(), id("5"), id("6"))
	if link := g.header.Get("Link"); link != want {
		t.Errorf("Link is %s\nwant    %s", link, want)
	}
}

func TestWhoSeesWhat(t *testing.T) {
	secret := func(key, by, visibility string, text ...world.Part) world.Post {
		return world.Post{Key: key, By: by, Visibility: visibility, Text: append([]world.Part{{Text: key}}, text...)}
	}
	toYou := world.Part{Kind: world.Mention, Text: "@you", Target: world.Viewer}
	reply := say("reply to a stranger", "ana", "reply to a stranger")
	reply.ReplyTo = "stranger"
	s := start(t, village(
		secret("public", "ana", ""), secret("followers", "ana", "followers"), secret("direct", "ana", "direct"),
		secret("direct to you", "ana", "direct", toYou), say("stranger", "eve", "stranger"), reply, say("mine", "you", "mine"),
		secret("stranger's followers", "eve", "followers"),
	), Options{})
	home := func(who string) string {
		return strings.Join(s.do(t, http.MethodGet, "/api/v1/timelines/home", s.Token(who), nil).contents(), "")
	}
	for who, want := range map[string][]string{
		world.Viewer: {"public", "followers", "direct to you", "mine"},
		"bo":         {"public", "followers"},
		"eve":        {"stranger", "stranger's followers"},
	} {
		page := home(who)
		for _, key := range []string{"public", "followers", "direct", "direct to you", "stranger", "reply to a stranger", "mine", "stranger's followers"} {
			wanted := false
			for _, w := range want {
				wanted = wanted || w == key
			}
			if has := strings.Contains(page, "<p>"+escape(key)+"<"); has != wanted {
				t.Errorf("%s's home has %q: %v, want %v", who, key, has, wanted)
			}
		}
	}
	for who, want := range map[string]int{"": 404, "eve": 404, "bo": 200, "ana": 200} {
		token := ""
		if who != "" {
			token = s.Token(who)
		}
		if g := s.do(t, http.MethodGet, "/api/v1/statuses/"+s.statusID(t, "followers"), token, nil); g.status != want {
			t.Errorf("%q reads a followers-only post: %d, want %d", who, g.status, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	s := start(t, village(say("p", "ana", "p")), Options{})
	for _, c := range []struct {
		method, path, token string
		status              int
		message             string
	}{
		{http.MethodGet, "/api/v1/timelines/home", "", 401, "The access token is invalid"},
		{http.MethodGet, "/api/v1/accounts/verify_credentials", "sandbox-nobody", 401, "The access token is invalid"},
		{http.MethodGet, "/api/v1/statuses/1", "", 404, "Record not found"},
		{http.MethodGet, "/api/v9/nothing", "", 404, "Record not found"},
		{http.MethodDelete, "/api/v1/statuses/" + s.statusID(t, "p"), s.Token("bo"), 404, "Record not found"},
		{http.MethodPost, "/api/v1/statuses", s.Token("bo"), 422, "Validation failed: Text can't be blank"},
		{http.MethodGet, "/api/v1/streaming?stream=user", "wrong", 401, "Missing access token"},
	} {
		g := s.do(t, c.method, c.path, c.token, nil)
		if g.status != c.status || g.text("error") != c.message {
			t.Errorf("%s %s: %d %q, want %d %q", c.method, c.path, g.status, g.text("error"), c.status, c.message)
		}
	}
}

func TestHTMLIsMastodons(t *testing.T) {
	s := start(t, village(), Options{})
	for _, c := range []struct{ text, want string }{
		{"a < b & \"c\"\nd\n\n\ne", "<p>a &lt; b &amp; &quot;c&quot;<br />d</p><p>e</p>"},
		{
			"@ana hi", `<p><span class="h-card" translate="no"><a href="https://hachyderm.example/@ana" class="u-url mention">@<span>ana</span></a></span> hi</p>`,
		},
		{"@nobody hi", "<p>@nobody hi</p>"},
		{"mail a@ana.example", "<p>mail a@ana.example</p>"},
		{"#Über", `<p><a href="https://hachyderm.example/tags/%C3%BCber" class="mention hashtag" rel="tag">#<span>Über</span></a></p>`},
		{
			"see https://www.ana.example/a.", `<p>see <a href="https://www.ana.example/a" target="_blank" rel="nofollow noopener" translate="no">` +
				`<span class="invisible">https://www.</span><span class="">ana.example/a</span><span class="invisible"></span></a>.</p>`,
		},
		{
			"https://ana.example/" + strings.Repeat("x", 30),
			`<p><a href="https://ana.example/` + strings.Repeat("x", 30) + `" target="_blank" rel="nofollow noopener" translate="no">` +
				`<span class="invisible">https://</span><span class="ellipsis">ana.example/` + strings.Repeat("x", 18) +
				`</span><span class="invisible">` + strings.Repeat("x", 12) + `</span></a></p>`,
		},
	} {
		if d := cmp.Diff(c.want, s.html(s.town.parse(c.text))); d != "" {
			t.Errorf("%q (-want +got):\n%s", c.text, d)
		}
	}
	odd := []world.Part{{Kind: world.Link, Text: "https://bank.example", Target: "https://evil.example"}, {Kind: world.Link, Text: "x", Target: "javascript:y"}}
	if got, want := s.html(odd), `<p><a href="https://evil.example" target="_blank" rel="nofollow noopener" translate="no">https://bank.example</a>x</p>`; got != want {
		t.Errorf("another label: %s, want %s", got, want)
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := start(t, village(), Options{})
	post := func(who, key, text string) string {
		b := formBody(url.Values{"status": {text}})
		b.key = key
		return s.do(t, http.MethodPost, "/api/v1/statuses", s.Token(who), b).text("id")
	}
	first := post("ana", "k", "one")
	if first == "" {
		t.Fatal("no id")
	}
	if again := post("ana", "k", "two"); again != first {
		t.Errorf("the same key made %s, want %s", again, first)
	}
	if other := post("ana", "l", "one"); other == first {
		t.Error("another key made the same post")
	}
	if other := post("bo", "k", "one"); other == first {
		t.Error("another person's key made the same post")
	}
	s.Delete(first)
	if again := post("ana", "k", "three"); again != "" {
		t.Errorf("after its post was deleted the key made %q", again)
	}
}

func TestPostingFormAndJSON(t *testing.T) {
	s := start(t, village(say("up", "bo", "up")), Options{})
	up := s.statusID(t, "up")
	form := formBody(url.Values{
		"status": {"hi"}, "in_reply_to_id": {up}, "spoiler_text": {"warn"}, "visibility": {"unlisted"}, "language": {"de"},
		"poll[options][]": {"a", "b"}, "poll[expires_in]": {"3600"}, "poll[multiple]": {"true"},
	})
	asJSON := jsonBody(`{"status":"hi","in_reply_to_id":"` + up + `","spoiler_text":"warn","visibility":"unlisted","language":"de",
		"poll":{"options":["a","b"],"expires_in":3600,"multiple":true}}`)
	for name, b := range map[string]*body{"form": form, "json": asJSON} {
		g := s.do(t, http.MethodPost, "/api/v1/statuses", s.Token("ana"), b)
		poll, _ := g.object["poll"].(map[string]any)
		if g.text("in_reply_to_id") != up || g.text("spoiler_text") != "warn" || g.text("visibility") != "unlisted" ||
			g.text("language") != "de" || g.object["sensitive"] != true || poll["multiple"] != true {
			t.Errorf("%s: %v", name, g.object)
		}
	}
	long := s.do(t, http.MethodPost, "/api/v1/statuses", s.Token("ana"), formBody(url.Values{"status": {strings.Repeat("x", 501)}}))
	if long.status != http.StatusUnprocessableEntity {
		t.Errorf("501 characters: %d", long.status)
	}
}

func TestActionsAreIdempotent(t *testing.T) {
	s := start(t, village(say("p", "ana", "p")), Options{})
	path, you := "/api/v1/statuses/"+s.statusID(t, "p"), s.Token(world.Viewer)
	act := func(verb string) got { return s.do(t, http.MethodPost, path+"/"+verb, you, nil) }
	act("favourite")
	if g := act("favourite"); g.object["favourites_count"] != 1.0 || g.object["favourited"] != true {
		t.Errorf("favourited twice: %v %v", g.object["favourites_count"], g.object["favourited"])
	}
	if g := act("unfavourite"); g.object["favourites_count"] != 0.0 || g.object["favourited"] != false {
		t.Errorf("unfavourited: %v", g.object["favourites_count"])
	}
	first, second := act("reblog"), act("reblog")
	if first.text("id") != second.text("id") || first.object["reblog"] == nil {
		t.Errorf("boosted twice: %s and %s", first.text("id"), second.text("id"))
	}
	if g := act("unreblog"); g.object["reblogs_count"] != 0.0 || g.object["reblogged"] != false {
		t.Errorf("unboosted: %v", g.object["reblogs_count"])
	}
	act("reblog")
	if !s.Delete(s.statusID(t, "p")) {
		t.Error("nothing was deleted")
	}
	if g := s.do(t, http.MethodGet, "/api/v1/timelines/home", you, nil); len(g.list) != 0 {
		t.Errorf("the boost of a deleted post stays: %v", g.contents())
	}
}

func TestPictures(t *testing.T) {
	p := say("p", "ana", "p")
	p.Pictures = []world.Picture{{Seed: 3, Width: 1280, Height: 960, Alt: "a jetty"}}
	s := start(t, village(p), Options{})
	g := s.do(t, http.MethodGet, "/api/v1/timelines/public", "", nil)
	var statuses []statusEntity
	if err := json.Unmarshal(g.raw, &statuses); err != nil || len(statuses) != 1 || len(statuses[0].MediaAttachments) != 1 {
		t.Fatalf("%v: %s", err, g.raw)
	}
	media := statuses[0].MediaAttachments[0]
	if media.Description == nil || *media.Description != "a jetty" {
		t.Errorf("described as %v", media.Description)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for address, want := range map[string]int{*media.URL: 1280, *media.PreviewURL: 640} {
		resp, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		c, err := png.DecodeConfig(resp.Body)
		resp.Body.Close()
		if err != nil || c.Width != want {
			t.Errorf("%s is %d wide (%v), want %d", address, c.Width, err, want)
		}
	}
}

func TestTheWholeWorld(t *testing.T) {
	w := world.New(world.Options{})
	s := start(t, w, Options{})
	g := s.do(t, http.MethodGet, "/api/v1/timelines/home?limit=40", s.Token(world.Viewer), nil)
	if len(g.list) != maxPage {
		t.Errorf("the first page has %d posts, want %d", len(g.list), maxPage)
	}
	for _, p := range w.Later {
		if p.Network == world.Mastodon {
			if err := s.Publish(p); err != nil {
				t.Errorf("%s: %v", p.Key, err)
			}
		}
	}
	if err := s.Publish(world.Post{Key: "x", By: "nobody"}); err == nil {
		t.Error("nobody published")
	}
}

func BenchmarkStart(b *testing.B) {
	w := world.New(world.Options{})
	for b.Loop() {
		s, err := Start(w, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
