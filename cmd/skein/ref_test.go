package main

import (
	"context"
	"strings"
	"testing"

	"skein/timeline"
)

// shelf is a Library of posts that all have the same short id.
type shelf struct {
	timeline.Library
	posts []*timeline.Post
}

func (s shelf) Short(context.Context, string) (ids []timeline.ID, err error) {
	for _, p := range s.posts {
		ids = append(ids, p.ID)
	}
	return ids, nil
}

func (s shelf) KeptPost(_ context.Context, id timeline.ID) (*timeline.Post, error) {
	for _, p := range s.posts {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "no such post")
}

// reader is a backend that is only known by its account.
type reader struct {
	timeline.Backend
	account timeline.Account
}

func (r reader) Account() timeline.Account { return r.account }

func kept(n timeline.Network, local, handle, text string, by ...timeline.AccountID) *timeline.Post {
	p := &timeline.Post{
		ID: timeline.ID{Network: n, Local: local}, Author: timeline.Author{Handle: timeline.CleanLine(handle)},
		Text: timeline.Text{{Text: timeline.Clean(text)}},
	}
	for _, a := range by {
		p.Views = append(p.Views, timeline.View{Account: a})
	}
	return p
}

func TestShortIDNamesOnePostOrSaysWhichThereAre(t *testing.T) {
	first, second := reader{account: timeline.Account{ID: "m1", Network: timeline.Mastodon}}, reader{account: timeline.Account{ID: "m2", Network: timeline.Mastodon}}
	all := []timeline.Backend{first, second}
	one := kept(timeline.Mastodon, "https://a.example/1", "@ana@a.example", "A heron on the jetty\nat last, and it stays for hours", "m2")
	other := kept(timeline.Mastodon, "https://a.example/2", "@bo@a.example", "Rain", "m1")
	boost := kept(timeline.Mastodon, "https://a.example/3", "@bo@a.example", "", "m1")
	boost.Boosted = one
	elsewhere := kept(timeline.Nostr, "00ff", "npub1", "nobody reads it here")

	for what, s := range map[string]shelf{
		"one post":                       {posts: []*timeline.Post{one}},
		"one that an account here reads": {posts: []*timeline.Post{elsewhere, one}},
		"the post that a boost is of":    {posts: []*timeline.Post{boost}},
	} {
		r, err := shortIn(t.Context(), s, all, "abcdefg")
		if err != nil || r.target.Post != one.ID || r.backend != timeline.Backend(second) {
			t.Errorf("%s: %+v, %v", what, r, err)
		}
	}
	_, err := shortIn(t.Context(), shelf{posts: []*timeline.Post{one, other}}, all, "abcdefg")
	if timeline.CodeOf(err) != timeline.CodeUsage {
		t.Fatal(err)
	}
	for _, part := range []string{"abcdefg", one.ID.Local, "@ana@a.example: A heron on the jetty", other.ID.Local, "@bo@a.example: Rain"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%v does not name %s", err, part)
		}
	}
	if _, err := shortIn(t.Context(), shelf{posts: []*timeline.Post{elsewhere}}, all, "abcdefg"); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Error(err)
	}
}
