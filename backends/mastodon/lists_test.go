package mastodon

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// names reads a list to its end and names what is in it, newest first.
func (h *home) names(t *testing.T, b *Backend, l timeline.List, size int) (names []string, pages int) {
	t.Helper()
	p := timeline.Page{Limit: size}
	for {
		got, err := b.List(t.Context(), l, p)
		if err != nil {
			t.Fatalf("List(%s, %+v): %v", l, p, err)
		}
		pages++
		for _, who := range got.People {
			names = append(names, who.ID)
		}
		names = append(names, plain(got.Posts)...)
		if got.Older == "" {
			return names, pages
		}
		p.Before = got.Older
	}
}

// TestListOfMany reads more follows than the server gives at once, some of people
// from elsewhere, by as few requests as can be.
func TestListOfMany(t *testing.T) {
	w := town()
	var want []string
	for n := range 2*mostPeople + 5 {
		key := fmt.Sprintf("p%03d", n)
		handle, id := key, key+"@"+instance.DefaultHost
		if n%3 == 0 {
			handle, id = key+"@far.example", key+"@far.example"
		}
		w.People = append(w.People, world.Person{Key: key, Network: world.Mastodon, Name: key, Handle: handle})
		w.People[0].Follows = append(w.People[0].Follows, key)
		want = append(want, id)
	}
	slices.Reverse(want) // newest first
	want = append(want, "bo@"+instance.DefaultHost, "ana@"+instance.DefaultHost)
	f := front(t, instance.Options{})
	f.home = settle(t, w, instance.Options{})
	b := newBackend(t, newClient(t), f.proxy, "@you@"+f.Host(), f.Token(world.Viewer))
	got, pages := f.names(t, b, timeline.ListFollows, 0)
	if !slices.Equal(got, want) {
		t.Errorf("got %d, want %d: %v", len(got), len(want), got)
	}
	if me := f.count(http.MethodGet, "/api/v1/accounts/verify_credentials"); pages != 3 || me != 1 {
		t.Errorf("%d pages, and asked %d times who we are", pages, me)
	}
	got, pages = f.names(t, b, timeline.ListFollows, 50)
	if !slices.Equal(got, want) || pages != 4 {
		t.Errorf("in %d pages of 50: %d", pages, len(got))
	}
}

// TestOwnPosts has replies and boosts in it, and a page that the server has left
// something out of is not the last.
func TestOwnPosts(t *testing.T) {
	h := settle(t, town(
		say("a", "ana", "hers"),
		say("one", "you", "one"),
		world.Post{Key: "re", By: "you", ReplyTo: "a", Text: []world.Part{{Text: "reply"}}},
		world.Post{Key: "bo", By: "you", BoostOf: "a"},
		say("two", "you", "two"),
	), instance.Options{})
	got, _ := h.names(t, h.backend, timeline.ListPosts, 2)
	if want := []string{"two", "hers", "reply", "one"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}

	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "verify_credentials"):
			fmt.Fprint(w, `{"id":"1"}`)
		case r.URL.Query().Get("max_id") == "":
			fmt.Fprint(w, `[{"id":"9","uri":"https://a.example/9"}]`) // asked for two, and no Link
		case r.URL.Query().Get("max_id") == "9":
			fmt.Fprint(w, `[{"id":"8","uri":"https://a.example/8"}]`)
		default:
			fmt.Fprint(w, `[]`)
		}
	}))
	defer s.Close()
	b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
	if got, pages := h.names(t, b, timeline.ListPosts, 2); len(got) != 2 || pages != 3 {
		t.Errorf("%d posts in %d pages", len(got), pages)
	}
}

// TestListsThatAreOdd are read as far as can be, and no further.
func TestListsThatAreOdd(t *testing.T) {
	person := func(n int) string { return fmt.Sprintf(`{"id":"%d","acct":"p%d@far.example"}`, n, n) }
	next := func(query string) string { return `<https://evil.example/api/v1/mutes?` + query + `>; rel="next"` }
	for name, c := range map[string]struct {
		link   func(page int) string
		status int
		body   string
		want   string
		code   timeline.Code
	}{
		"no link":              {body: "[" + person(1) + "]", want: "1 people, 0 unread"},
		"a link to elsewhere":  {link: func(n int) string { return map[int]string{0: next("max_id=5")}[n] }, body: "[" + person(1) + "]", want: "2 people, 0 unread"},
		"the same page again":  {link: func(int) string { return next("max_id=5") }, body: "[" + person(1) + "]", code: timeline.CodeMalformed},
		"upwards":              {link: func(n int) string { return next(fmt.Sprint("max_id=", 5+n)) }, body: "[" + person(1) + "]", code: timeline.CodeMalformed},
		"pages by number":      {link: func(n int) string { return map[int]string{0: next("limit=9&page=2"), 1: next("page=3")}[n] }, body: "[" + person(1) + "]", want: "3 people, 0 unread"},
		"entries that are odd": {body: `[null, 5, {"id":"7","acct":"\u001b[31m"}, {"acct":"no@id.example"}, {"id":"../x","acct":"a@b.example"},` + person(1) + `]`, want: "1 people, 5 unread"},
		"no list":              {body: `{"error":"x"}`, code: timeline.CodeMalformed},
		"not there":            {status: http.StatusNotFound, body: `{"error":"x"}`, code: timeline.CodeUnsupported},
		"not built":            {status: http.StatusNotImplemented, body: ``, code: timeline.CodeUnsupported},
		"not with this token":  {status: http.StatusForbidden, body: `{"error":"This action is outside the authorized scopes"}`, code: timeline.CodeAuth},
		"broken":               {status: http.StatusBadGateway, body: `<html>`, code: timeline.CodeServer},
	} {
		t.Run(name, func(t *testing.T) {
			page := 0
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.link != nil {
					if l := c.link(page); l != "" {
						w.Header().Set("Link", l)
					}
				}
				page++
				if c.status != 0 {
					w.WriteHeader(c.status)
				}
				_, _ = io.WriteString(w, c.body)
			}))
			defer s.Close()
			b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
			people, unread := 0, 0
			p := timeline.Page{}
			var err error
			for range 10 {
				var got timeline.Listing
				if got, err = b.List(t.Context(), timeline.ListMutes, p); err != nil {
					break
				}
				people, unread = people+len(got.People), unread+len(got.Unread)
				for _, u := range got.Unread {
					if u.Empty() || u != u.Line() {
						t.Errorf("an entry is told as %q", u)
					}
				}
				if p.Before = got.Older; p.Before == "" {
					break
				}
			}
			if got := fmt.Sprintf("%d people, %d unread", people, unread); timeline.CodeOf(err) != c.code || err == nil && got != c.want {
				t.Errorf("%s, %v; want %s %s", got, err, c.want, c.code)
			}
		})
	}
}

func TestLinked(t *testing.T) {
	for _, c := range []struct {
		links []string
		want  timeline.Cursor
	}{
		{nil, ""},
		{[]string{`<https://a.example/api/v1/blocks?limit=2&max_id=7>; rel="next", <https://a.example/x?since_id=9>; rel="prev"`}, "max_id=7"},
		{[]string{`<https://a.example/x?since_id=9>; rel="prev", <https://a.example/api/v1/blocks?max_id=7>; rel="next"`}, "max_id=7"},
		{[]string{`<https://a.example/x?min_id=9>; rel="prev"`}, ""},
		{[]string{`<https://a.example/x?a=1,2&max_id=7>;rel=next`}, "max_id=7"},
		{[]string{`<https://a.example/x>; rel="prev"`, `</api?cursor=eyJpZCI6MX0=>; rel="next"`}, "cursor=eyJpZCI6MX0="},
		{[]string{`<https://a.example/x?page=2>; rel="next"`}, "page=2"},
		{[]string{`<https://a.example/x?max_id=01HXYZABCDEFGHJKMNPQRSTVWX&limit=40>; rel="next"`}, "max_id=01HXYZABCDEFGHJKMNPQRSTVWX"},
		{[]string{`<https://a.example/x?max_id=%00>; rel="next"`}, ""},
		{[]string{`<https://a.example/x?max_id=7; rel="next"`}, ""},
		{[]string{`<:>; rel="next", <`}, ""},
	} {
		h := http.Header{"Link": c.links}
		if got := linked(h); got != c.want {
			t.Errorf("%q: %q, want %q", c.links, got, c.want)
		}
	}
}

// FuzzList reads whatever a server sends for a list.
func FuzzList(f *testing.F) {
	f.Add([]byte(`[{"id":"1","acct":"a@b.example","note":"<p>x</p>"}]`), `<https://a.example/x?max_id=7>; rel="next"`)
	f.Add([]byte(`[{"id":"1","uri":"https://a.example/1","content":"x"},null]`), `<`)
	b, err := New(Config{Server: "https://home.example", Store: unusedStore{}, Client: newClient(f)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, link string) {
		if c := linked(http.Header{"Link": {link}}); c != "" {
			if _, err := b.aim(list{most: 1}, timeline.Page{Before: c}); err != nil {
				t.Errorf("the cursor %q of %q is not taken back: %v", c, link, err)
			}
		}
		var raws []json.RawMessage
		_ = json.Unmarshal(body, &raws) // what is no list has no entries
		for _, l := range []list{{}, {is: func(p *timeline.Profile) { p.Muted = true }}} {
			got := b.entries(l, raws)
			if len(got.People)+len(got.Posts)+len(got.Unread) != len(raws) {
				t.Errorf("of %d entries %d people, %d posts and %d unread are left", len(raws), len(got.People), len(got.Posts), len(got.Unread))
			}
		}
	})
}
