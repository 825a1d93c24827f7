package mastodon

import (
	"fmt"
	"net/http"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/timeline"
)

func TestResolveWithoutARequest(t *testing.T) {
	b := stub(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) })
	for ref, want := range map[string]string{ // "" is not mine
		"@ana@far.example": "ana@far.example", "ana@far.example": "ana@far.example", " @ana ": "ana@stub.example",
		"https://far.example/@ana": "ana@far.example", "https://far.example/users/ana": "ana@far.example",
		"https://stub.example/@bo@far.example": "bo@far.example", b.base.String() + "/@ana": "ana@stub.example",
		"": "", "@name.tld": "", "name.tld": "", "@": "", "@@": "", "a@b": "", "at://did:plc:x/app.bsky.feed.post/1": "", "did:plc:x": "",
		"https://bsky.app/profile/a.example/post/3k": "", "nostr:npub1xyz": "", "npub1xyz": "", "https://njump.me/nevent1abc": "",
		"https://far.example/notes/nevent1abc": "", "https://bsky.app/@ana/5": "",
		"https://far.example/": "", "https://far.example/blog/2026/post": "", "https://far.example/about": "", "ftp://far.example/@ana": "",
		"https://": "", "hello world": "", "javascript:alert(1)": "", "@ana@far.example/x": "", "https://far.example/profile/did:plc:x/post/3k": "",
	} {
		got, err := b.Resolve(t.Context(), ref)
		switch {
		case want == "" && timeline.CodeOf(err) != timeline.CodeNotMine:
			t.Errorf("%q: %+v, %v; want not-mine", ref, got, err)
		case want != "" && (err != nil || got != timeline.Target{Person: want}):
			t.Errorf("%q: %+v, %v; want %s", ref, got, err, want)
		}
	}
}

func TestResolvePosts(t *testing.T) {
	paths := map[string]bool{}
	b := stub(t, func(w http.ResponseWriter, r *http.Request) {
		paths[r.URL.Path] = true
		st := `{"id":"5","uri":"https://far.example/objects/5","account":{"acct":"a"}}`
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/api/v2/search" {
			if q := r.URL.Query(); q.Get("resolve") != "true" || q.Get("q") == "" {
				t.Errorf("searched with %s", r.URL.RawQuery)
			}
			st = `{"accounts":[],"statuses":[` + st + `],"hashtags":[]}`
		}
		fmt.Fprint(w, st)
	})
	want := timeline.Target{Post: timeline.ID{Network: timeline.Mastodon, Local: "https://far.example/objects/5"}}
	for ref, path := range map[string]string{
		"https://stub.example/@ana/5": "/api/v1/statuses/5", "https://stub.example/users/ana/statuses/5": "/api/v1/statuses/5",
		"https://stub.example/@bo@far.example/5": "/api/v1/statuses/5", "https://stub.example/ap/users/1/statuses/5/activity": "/api/v1/statuses/5",
		"https://stub.example/@ana/statuses/01HX": "/api/v1/statuses/01HX", "https://stub.example/notice/Ab1": "/api/v1/statuses/Ab1",
		"https://stub.example/objects/abc-def": "/api/v2/search", "https://far.example/@ana/5": "/api/v2/search",
		"https://far.example/users/ana/statuses/5": "/api/v2/search", "https://far.example/notes/9x": "/api/v2/search",
		"https://far.example/p/ana/5": "/api/v2/search", "https://far.example/notice/x": "/api/v2/search",
	} {
		clear(paths)
		b.decode.index = newIndex(10)
		got, err := b.Resolve(t.Context(), ref)
		if err != nil || got != want || !paths[path] || len(paths) != 1 {
			t.Errorf("%s: %+v, %v, by %v; want %s", ref, got, err, paths, path)
		}
	}
}

func TestResolveNotFound(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	for _, ref := range []string{"https://" + h.Host() + "/@ana/1", "https://far.example/@ana/1"} {
		if _, err := h.backend.Resolve(t.Context(), ref); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestProfile(t *testing.T) {
	h := settle(t, town(say("a", "ana", "a")), instance.Options{})
	p, err := h.backend.Profile(t.Context(), "ana@"+h.Host())
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != "ana@"+h.Host() || p.Posts != 1 || p.Followers != 1 || p.Following != 1 || !p.Followed || !p.FollowedBy ||
		p.Bio.Plain().String() != "hello #typography" || len(p.Fields) != 1 || !p.Fields[0].Verified || len(p.Fields[0].Value.Links()) != 1 {
		t.Errorf("got %+v", p)
	}
	for id, code := range map[string]timeline.Code{
		"nobody@" + h.Host(): timeline.CodeNotFound, "": timeline.CodeUsage, "a b@c": timeline.CodeUsage, "\x1b[2J": timeline.CodeUsage,
	} {
		if _, err := h.backend.Profile(t.Context(), id); timeline.CodeOf(err) != code {
			t.Errorf("%q: %v, want %s", id, err, code)
		}
		if _, err := h.backend.ProfilePosts(t.Context(), id, timeline.Page{}); timeline.CodeOf(err) != code {
			t.Errorf("posts of %q: %v, want %s", id, err, code)
		}
	}
}

func TestPersonID(t *testing.T) {
	d := testDecoder()
	for acct, want := range map[string]string{
		"ana": "ana@home.example", "Bo@FAR.example": "Bo@far.example", "@ana": "ana@home.example",
		"": "", "a b": "", "a@b@c": "", "a@": "", "@a@": "", "a\x1b@b": "", "a@b/c": "", "a@b?x": "",
	} {
		if got := d.personID(acct); got != want {
			t.Errorf("%q is %q, want %q", acct, got, want)
		}
	}
}
