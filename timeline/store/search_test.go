package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"skein/timeline"
	"skein/timeline/store"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// said makes a post of somebody, some minutes after noon.
func said(n timeline.Network, by string, minutes int, text string) *timeline.Post {
	at := noon.Add(time.Duration(minutes) * time.Minute)
	return &timeline.Post{
		ID: timeline.ID{Network: n, Local: fmt.Sprintf("%s/%d", by, minutes)}, Created: at, Sorted: at, Visibility: timeline.Public,
		Author: timeline.Author{ID: by, Handle: timeline.CleanLine("@" + by), Name: timeline.CleanLine("The " + by)},
		Text:   timeline.PlainText(timeline.Clean(text)), Views: []timeline.View{{Account: "me"}},
	}
}

func library(t testing.TB) (*store.Cache, []*timeline.Post) {
	c := openCache(t, t.TempDir())
	p := []*timeline.Post{
		said(timeline.Mastodon, "ana@host.example", 0, "Rain in the garden, café au lait"),
		said(timeline.Bluesky, "bo.example", 1, "The open source garden of rain!"),
		said(timeline.Nostr, "cy", 2, "東京は今日も雨です。Tokyo"),
		said(timeline.Nostr, "cy", 3, "open for business; source unknown"),
		said(timeline.Mastodon, "ana@host.example", 4, "สวัสดีครับ วันนี้ฝนตก"),
		said(timeline.Mastodon, "dora@other.example", 5, "nothing here but a picture"),
		said(timeline.Mastodon, "dora@other.example", 6, "НОВОСТИ дня"),
	}
	p[0].Languages = []string{"en-GB"}
	p[1].Languages = []string{"en"}
	p[2].Languages = []string{"ja"}
	p[5].Media = []timeline.Media{{Kind: timeline.Image, URL: timeline.Literal("https://files.example/1.jpg"), Alt: timeline.Literal("A heron in the reeds")}}
	p[6].Card = &timeline.Card{URL: timeline.Literal("https://www.lwn.example/Articles/kernel-news/12345"), Title: timeline.Literal("Linux ships")}
	boost := said(timeline.Mastodon, "ana@host.example", 7, "")
	boost.Boosted = p[5]
	for _, q := range append(slices.Clone(p), boost) {
		if _, err := c.Keep(t.Context(), timeline.Haul{Feed: timeline.HomeOf("me"), Posts: []*timeline.Post{q}}); err != nil {
			t.Fatal(err)
		}
	}
	return c, p
}

func TestSearchFinds(t *testing.T) {
	c, p := library(t)
	for query, want := range map[string][]int{
		"":                           {6, 5, 4, 3, 2, 1, 0},
		"rain":                       {1, 0},
		"RAIN Garden":                {1, 0},
		"cafe":                       {0},
		"CAFÉ":                       {0},
		"open source":                {3, 1},
		`"open source"`:              {1},
		"source -open":               {},
		"rain -source":               {0},
		"-rain -open":                {6, 5, 4, 2},
		"東京":                         {2},
		"京東":                         {},
		"雨":                          {2},
		"今日も":                        {2},
		"ฝน":                         {4},
		"heron":                      {5},
		"linux":                      {6},
		"lwn.example":                {6},
		"12345":                      {},
		"новости":                    {6},
		"from:ana":                   {4, 0},
		"from:@ana@host.example":     {4, 0},
		"from:host.example rain":     {0},
		"from:ana from:bo rain":      {1, 0},
		"from:nobody":                {},
		"from:the":                   {6, 5, 4, 3, 2, 1, 0},
		"on:bluesky":                 {1},
		"on:b on:nostr open":         {3, 1},
		"lang:en":                    {1, 0},
		"lang:en-gb":                 {0},
		"has:image":                  {5},
		"has:media has:alt":          {5},
		"has:link":                   {6},
		"has:poll":                   {},
		"since:2026-03-15":           {},
		"until:2026-03-13":           {},
		"rain until:2026-03-14":      {1, 0},
		`onmastodon`:                 {},
		`on mastodon`:                {},
		`bysomebody OR rain`:         {},
		`rain*`:                      {1, 0}, // a sign, not an operator
		`"ra" NEAR`:                  {},
		`word:rain`:                  {},
		`text : rain`:                {},
		"\U0001f600":                 {},
		"rain \U0001f600":            {},
		`"`:                          {6, 5, 4, 3, 2, 1, 0},
		"a AND b OR (c NOT \"d) ^e*": {},
	} {
		q, err := timeline.ParseSearch(query, noon.Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Search(t.Context(), q)
		if err != nil {
			t.Errorf("%q: %v", query, err)
			continue
		}
		var got []int
		for _, h := range found.Hits {
			got = append(got, slices.IndexFunc(p, func(o *timeline.Post) bool { return o.ID == h.Post.ID }))
		}
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q finds %v, not %v", query, got, want)
		}
	}
}

func TestSearchWhileTyping(t *testing.T) {
	c, p := library(t)
	for query, want := range map[string]int{"gard": 2, "open sour": 2, "ga": 7, "東": 1, "xyz": 0, "café a": 1} {
		q, err := timeline.ParseTyping(query, noon)
		if err != nil {
			t.Fatal(err)
		}
		found, err := c.Search(t.Context(), q)
		if err != nil || len(found.Hits) != want {
			t.Errorf("%q finds %d of %d, not %d, %v", query, len(found.Hits), len(p), want, err)
		}
	}
}

// Pages of a search join, though posts share their moment.
func TestSearchPagesJoin(t *testing.T) {
	c := openCache(t, t.TempDir())
	var all []*timeline.Post
	for i := range 90 {
		p := said(timeline.Nostr, "cy", i/30, "rain")
		p.ID.Local = fmt.Sprintf("%03d", (i*37)%90)
		all = append(all, p)
	}
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: all}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b *timeline.Post) int { return b.Key().Compare(a.Key()) })
	for _, words := range [][]string{nil, {"rain"}} {
		for _, limit := range []int{1, 7, 29, 30, 31, 90, 91} {
			var got []timeline.Key
			q := timeline.Search{Words: words, Limit: limit}
			for more := true; more; {
				found, err := c.Search(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				if more = found.More; len(found.Hits) == 0 {
					break
				}
				for _, h := range found.Hits {
					got = append(got, h.Post.Key())
				}
				q.Below = got[len(got)-1]
			}
			if !slices.EqualFunc(got, all, func(k timeline.Key, p *timeline.Post) bool { return k == p.Key() }) {
				t.Errorf("pages of %d for %q give %d of %d", limit, words, len(got), len(all))
			}
		}
	}
}

func TestSearchRanked(t *testing.T) {
	c := openCache(t, t.TempDir())
	once := said(timeline.Nostr, "cy", 5, "a garden, and many other words that have nothing to do with what is looked for")
	often := said(timeline.Nostr, "cy", 1, "garden garden garden")
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: []*timeline.Post{once, often}}); err != nil {
		t.Fatal(err)
	}
	for ranked, want := range map[bool]timeline.ID{true: often.ID, false: once.ID} {
		found, err := c.Search(t.Context(), timeline.Search{Words: []string{"garden"}, Ranked: ranked, Limit: 1})
		if err != nil || len(found.Hits) != 1 || found.Hits[0].Post.ID != want || !found.More {
			t.Errorf("ranked %v: %+v, %v", ranked, found, err)
		}
	}
}

// What is changed or gone is found as it is now.
func TestSearchFollowsChanges(t *testing.T) {
	c, p := library(t)
	edited := *p[0]
	edited.Text = timeline.PlainText(timeline.Literal("sunshine instead"))
	liked := *p[1]
	liked.Counts.Likes = 7
	haul := timeline.Haul{Posts: []*timeline.Post{&edited, &liked}, Removed: []timeline.ID{p[5].ID}}
	if _, err := c.Keep(t.Context(), haul, haul); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]int{"café": 0, "sunshine": 1, "rain": 1, "heron": 0} {
		found, err := c.Search(t.Context(), timeline.Search{Words: []string{word}})
		if err != nil || len(found.Hits) != want {
			t.Errorf("%s is found %d times, not %d, %v", word, len(found.Hits), want, err)
		}
	}
}

func TestSnippets(t *testing.T) {
	c := openCache(t, t.TempDir())
	long := strings.Repeat("some words before it ", 20) + "then a Gärden,\nand gardens " + strings.Repeat("after it words ", 30)
	japanese := strings.Repeat("今日は天気がとても良いです。", 20) + "東京" + strings.Repeat("雨が降る。", 40)
	hidden := said(timeline.Nostr, "cy", 3, "the secret garden of an ending")
	hidden.Warning, hidden.Sensitive = timeline.Literal("spoiler"), true
	posts := []*timeline.Post{
		said(timeline.Nostr, "cy", 1, long), said(timeline.Nostr, "cy", 2, japanese), hidden,
		said(timeline.Nostr, "cy", 4, "e\u0301te\u0301 garden "+strings.Repeat("e\u0301", 400)),
	}
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: posts}); err != nil {
		t.Fatal(err)
	}
	check := func(q timeline.Search, want ...string) {
		t.Helper()
		found, err := c.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range found.Hits {
			s := h.Snippet.String()
			if n := utf8.RuneCountInString(s); n > 160 || strings.Contains(s, "\n") || timeline.CleanLine(s) != h.Snippet {
				t.Errorf("a snippet of %d characters: %q", n, s)
			}
			for _, m := range h.Marks {
				got = append(got, s[m[0]:m[1]])
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v is marked at %q, not %q", q, got, want)
		}
	}
	check(timeline.Search{Words: []string{"garden"}}, "garden", "Gärden") // but nothing behind the warning
	check(timeline.Search{Begins: "gard"}, "garden", "Gärden", "gardens")
	check(timeline.Search{Words: []string{"東京"}}, "東京")
	check(timeline.Search{Phrases: []string{"garden and gardens"}}, "Gärden, and gardens")
	check(timeline.Search{Words: []string{"été"}}, "e\u0301te\u0301")
	check(timeline.Search{Words: []string{"spoiler"}}, "spoiler")
}

// Nothing that is typed is an error of the index, and what matches is marked.
func FuzzSearch(f *testing.F) {
	c, _ := library(f)
	for _, s := range []string{`rain "open source" -x from:ana has:media`, `"`, `a"b*`, "NEAR(a b)", "rain\x00", "{word} : x", "\ue000onmastodon", "東京", "e\u0301", "^a + b"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, ranked bool) {
		q, err := timeline.ParseTyping(s, noon)
		if err != nil {
			return
		}
		q.Ranked = ranked
		found, err := c.Search(t.Context(), q)
		if err != nil && timeline.CodeOf(err) != timeline.CodeUsage {
			t.Fatalf("%q: %v", s, err)
		}
		for _, h := range found.Hits {
			for _, m := range h.Marks {
				if m[0] < 0 || m[1] > len(h.Snippet.String()) || m[0] >= m[1] || !utf8.ValidString(h.Snippet.String()[m[0]:m[1]]) {
					t.Fatalf("%q: mark %v in %q", s, m, h.Snippet)
				}
			}
		}
		if strings.Contains(s, "\ue000") && len(q.From)+len(q.On)+len(q.Has)+len(q.Language)+len(q.Without) == 0 {
			for _, h := range found.Hits {
				if len(h.Marks) == 0 {
					t.Fatalf("%q finds by a fact", s)
				}
			}
		}
	})
}

// A beginning is found the same way whether the newest posts are enough to answer or
// the index is asked.
func TestBeginningsAreFoundAnyhow(t *testing.T) {
	c := openCache(t, t.TempDir())
	var want []timeline.ID
	var all []*timeline.Post
	for i := range 1500 {
		p := said(timeline.Nostr, "cy", i, "nothing of note")
		if i == 3 || i == 700 || i > 1450 {
			p = said(timeline.Nostr, "cy", i, "he saw GÄRDENS everywhere")
			want = append([]timeline.ID{p.ID}, want...)
		}
		all = append(all, p)
	}
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: all}); err != nil {
		t.Fatal(err)
	}
	for limit, more := range map[int]bool{10: true, len(want) - 1: true, len(want): false, 1000: false} {
		found, err := c.Search(t.Context(), timeline.Search{Begins: "gard", Limit: limit})
		var got []timeline.ID
		for _, h := range found.Hits {
			got = append(got, h.Post.ID)
		}
		if err != nil || !slices.Equal(got, want[:min(limit, len(want))]) || found.More != more {
			t.Errorf("of %d at most %d: %d are found, more %v, %v", len(want), limit, len(got), found.More, err)
		}
	}
}
