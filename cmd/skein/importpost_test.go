package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/specimen"
)

// specimenViews knows the accounts of the specimen by their names.
func specimenViews() (names map[timeline.AccountID]string, views func(timeline.Network, string) (timeline.AccountID, bool)) {
	names = map[timeline.AccountID]string{}
	for _, a := range specimen.Accounts() {
		names[a.ID] = a.Name
	}
	return names, func(n timeline.Network, name string) (timeline.AccountID, bool) {
		for _, a := range specimen.Accounts() {
			if a.Network == n && a.Name == name {
				return a.ID, true
			}
		}
		return "", false
	}
}

func encoded(t testing.TB, p *timeline.Post, names map[timeline.AccountID]string) string {
	t.Helper()
	b, err := json.Marshal(asJSON(p, names))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestPostsReadBackAsTheyWereWritten: whatever the schema carries of a post survives.
func TestPostsReadBackAsTheyWereWritten(t *testing.T) {
	names, views := specimenViews()
	posts := slices.Collect(specimen.Posts(7, 2000))
	posts = append(posts, oddPost(posts[0]))
	boosts, quotes := 0, 0
	for _, p := range posts {
		want := encoded(t, p, names)
		back, err := parsePost([]byte(want), views)
		if err != nil {
			t.Fatalf("%v\n%s", err, want)
		}
		if back.ID != p.ID || back.Content().ID != p.Content().ID {
			t.Errorf("%v became %v", p.ID, back.ID)
		}
		if diff := cmp.Diff(want, encoded(t, back, names)); diff != "" {
			t.Fatalf("(-written +read and written):\n%s", diff)
		}
		if p.Boosted != nil {
			boosts++
		}
		if p.Content().Quote != nil {
			quotes++
		}
	}
	if boosts == 0 || quotes == 0 {
		t.Errorf("of the specimen %d are boosts and %d quote", boosts, quotes)
	}
}

// oddPost has what the specimen has not.
func oddPost(like *timeline.Post) *timeline.Post {
	p := *like.Content()
	p.Edited, p.Sorted = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), p.Created
	p.Text = timeline.Text{
		{Text: timeline.CleanLine("see example and ")},
		{Kind: timeline.SpanLink, Text: timeline.CleanLine("example"), Target: timeline.CleanLine("https://example.example/1")},
		{Text: timeline.CleanLine(" @ana ")},
		{Kind: timeline.SpanMention, Text: timeline.CleanLine("@ana"), Target: timeline.CleanLine("ana@marsh.example")},
		{Kind: timeline.SpanLink, Text: timeline.CleanLine("@ana"), Target: timeline.CleanLine("https://example.example/2")},
	}
	p.Poll = &timeline.Poll{Options: []timeline.PollOption{{Text: timeline.CleanLine("yes"), Votes: -1}, {Text: timeline.CleanLine("no"), Votes: 3, Chosen: true}}, Multiple: true, Votes: 3}
	p.Quote = &timeline.Quote{State: timeline.QuoteOther, Title: timeline.CleanLine("a list")}
	p.Note, p.Warning, p.Sensitive, p.Future = timeline.CleanLine("a note"), timeline.CleanLine("careful"), true, true
	return &p
}

func TestPostsOfHostileFilesAreRefused(t *testing.T) {
	names, views := specimenViews()
	good := encoded(t, slices.Collect(specimen.Posts(7, 1))[0], names)
	for what, change := range map[string][2]string{
		"another type":       {`"type":"post"`, `"type":"profile"`},
		"no such network":    {`"network":"`, `"network":"not `},
		"an escape in an id": {`"id":"`, `"id":"\u001b[2J`},
		"no id":              {`"id":"`, `"id":"","was":"`},
		"no time":            {`"sort_time":"`, `"sort_time":"0001-01-01T00:00:00Z","was":"`},
		"a year too many":    {`"created_at":"`, `"created_at":"99999-01-01T00:00:00Z","was":"`},
		"cut":                {`}`, ``},
		"no such visibility": {`"visibility":"`, `"visibility":"\u001b]0;`},
		"a long id":          {`"id":"`, `"id":"` + strings.Repeat("a", longestID)},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing was changed in %s", what, good)
		}
		if p, err := parsePost([]byte(bad), views); err == nil {
			t.Errorf("%s became %+v", what, p)
		}
	}
	if _, err := parsePost([]byte(good), views); err != nil {
		t.Error(err)
	}
}

// FuzzParsePost: no panic, and what is accepted can be printed and reads back the same.
func FuzzParsePost(f *testing.F) {
	names, views := specimenViews()
	for p := range specimen.Posts(7, 20) {
		f.Add([]byte(encoded(f, p, names)))
	}
	f.Add([]byte(`{"type":"post","network":"nostr","id":"a","created_at":"2026-01-01T00:00:00Z","sort_time":"2026-01-01T00:00:00Z","visibility":"public","text":"a a","links":[{"text":"","target":"x"},{"text":"a","target":"y"}],"mentions":[{"text":"a","target":"z"}],"boost":{"id":"b"}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		p, err := parsePost(line, views)
		if err != nil {
			return
		}
		for _, s := range []string{p.ID.Local, p.Content().ID.Local, p.Author.ID, string(p.Content().Visibility)} {
			if timeline.CleanLine(s).String() != s {
				t.Errorf("%q can be in no id", s)
			}
		}
		once := encoded(t, p, names)
		again, err := parsePost([]byte(once), views)
		if err != nil {
			t.Fatalf("%v\n%s", err, once)
		}
		if twice := encoded(t, again, names); !bytes.Equal([]byte(once), []byte(twice)) {
			t.Errorf("(-once +twice):\n%s", cmp.Diff(once, twice))
		}
	})
}
