package main

import (
	"context"
	"testing"

	"skein/config"
	"skein/timeline"
	"skein/ui"
)

// TestATabOfTheConfiguration becomes what the screen shows; what is no feed is told.
func TestATabOfTheConfiguration(t *testing.T) {
	no := false
	got, err := configuredTab(config.Tab{Feed: "#Birds", Boosts: &no, Lang: []string{"en"}})
	if err != nil || got.Name != "#birds" || got.Feed != "tag:birds" || !got.Sieve.NoBoosts || got.Sieve.NoReplies {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := configuredTab(config.Tab{Feed: "homes"}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("a feed that is none: %v", err)
	}
}

// TestATabReadsItsAccounts, those that come later, too, and none that is not its own.
func TestATabReadsItsAccounts(t *testing.T) {
	account := func(n timeline.Network, name string) timeline.Account {
		return timeline.Account{ID: timeline.AccountID(name), Network: n, Name: name}
	}
	open := func(context.Context, timeline.AccountID) (timeline.Backend, error) {
		return nil, timeline.Errorf(timeline.CodeOffline, "nobody is asked")
	}
	home := timeline.NewHub(timeline.HubOptions{Open: open}, account(timeline.Mastodon, "masto"), account(timeline.Nostr, "fern"))
	defer home.Close()
	f := &ownFeeds{home: home, open: open, hubs: map[*timeline.Hub]ui.Tab{}}
	defer f.close()
	for _, tab := range []ui.Tab{{Feed: "tag:go"}, {Feed: "tag:go", Networks: []string{"nostr"}}, {Feed: "tag:go", Accounts: []string{"masto"}}} {
		if _, _, err := f.Open(t.Context(), tab); err != nil {
			t.Errorf("%+v: %v", tab, err)
		}
	}
	if _, _, err := f.Open(t.Context(), ui.Tab{Name: "Sky", Feed: "tag:go", Networks: []string{"bluesky"}}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("a tab for nobody: %v", err)
	}
	if err := f.add(t.Context(), account(timeline.Nostr, "moss")); err != nil {
		t.Fatal(err)
	}
	f.remove(t.Context(), "fern")
	for hub, tab := range f.all() {
		got := ""
		for _, a := range hub.Accounts() {
			got += a.Name + " "
		}
		want := "masto moss "
		if tab.Networks != nil {
			want = "moss "
		} else if tab.Accounts != nil {
			want = "masto "
		}
		if got != want {
			t.Errorf("%+v reads %q, want %q", tab, got, want)
		}
	}
}
