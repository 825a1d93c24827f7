package timeline_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"skein/timeline"
)

// talker is an account that has some conversations.
type talker struct {
	timeline.Backend
	list  []timeline.Conversation
	posts []*timeline.Post
	fail  error
}

func (k *talker) Conversations(context.Context, timeline.Page) (timeline.ConversationBatch, error) {
	if k.fail != nil {
		return timeline.ConversationBatch{}, k.fail
	}
	return timeline.ConversationBatch{Conversations: slices.Clone(k.list)}, nil
}

func (k *talker) Messages(context.Context, string, timeline.Page) (timeline.Batch, error) {
	return timeline.Batch{Posts: slices.Clone(k.posts)}, k.fail
}

func (k *talker) Correspond(context.Context, []string) (timeline.Conversation, error) {
	panic("a mistake")
}

// markingTalker keeps its marks on the network.
type markingTalker struct {
	talker
	marked []timeline.ID
}

func (k *markingTalker) MarkMessages(_ context.Context, _ string, upTo timeline.ID) error {
	k.marked = append(k.marked, upTo)
	return nil
}

// told is a message of some minutes ago.
func told(n timeline.Network, id string, minutes int) *timeline.Post {
	at := midday.Add(-time.Duration(minutes) * time.Minute)
	return &timeline.Post{ID: timeline.ID{Network: n, Local: id}, Created: at, Sorted: at, Visibility: timeline.Direct}
}

func messagesOf(backends map[timeline.AccountID]timeline.Backend, o timeline.MessagesOptions) *timeline.Messages {
	o.Open = func(_ context.Context, id timeline.AccountID) (timeline.Backend, error) { return backends[id], nil }
	o.Now = func() time.Time { return midday }
	return timeline.NewMessages(
		o,
		timeline.Account{ID: "m", Network: timeline.Mastodon, Name: "m"},
		timeline.Account{ID: "n", Network: timeline.Nostr, Name: "n"},
	)
}

// TestMessagesAreCounted: of a network that keeps no mark what was not read is counted
// here, and marked here; of one that does, there.
func TestMessagesAreCounted(t *testing.T) {
	old, late := told(timeline.Nostr, "old", 20), told(timeline.Nostr, "late", 10)
	hers := told(timeline.Mastodon, "hers", 15)
	m := &markingTalker{talker: talker{list: []timeline.Conversation{{ID: "1", Last: hers, Unread: 1}}}}
	n := &talker{list: []timeline.Conversation{{ID: "k", Last: late, Arrived: []timeline.Key{late.Key(), old.Key()}}}}
	all := messagesOf(map[timeline.AccountID]timeline.Backend{"m": m, "n": n}, timeline.MessagesOptions{})
	got, err := all.Refresh(t.Context())
	if err != nil || len(got.Conversations) != 2 || got.Conversations[0].ID != "k" || got.Conversations[0].Account != "n" {
		t.Fatalf("%+v, %v", got, err)
	}
	if got.Conversations[0].Unread != 2 || got.Unread() != 3 {
		t.Errorf("unread: %d of %d", got.Conversations[0].Unread, got.Unread())
	}
	for i, upTo := range []*timeline.Post{old, hers} {
		if err := all.MarkRead(t.Context(), got.Conversations[i], upTo); err != nil {
			t.Fatal(err)
		}
	}
	if got, err = all.Refresh(t.Context()); err != nil || got.Conversations[0].Unread != 1 {
		t.Errorf("after the older was read: %+v, %v", got, err)
	}
	if want := []timeline.ID{hers.ID}; !slices.Equal(m.marked, want) {
		t.Errorf("marked there: %v, want %v", m.marked, want)
	}
}

// TestMessagesFailAlone: an account that fails, or an adapter that is wrong, hides no
// other's conversations; who is muted is hidden, but not what they say among others.
func TestMessagesFailAlone(t *testing.T) {
	eve := timeline.Author{ID: "eve", Handle: timeline.Literal("eve")}
	n := &talker{list: []timeline.Conversation{
		{ID: "eve", People: []timeline.Author{eve}, Last: told(timeline.Nostr, "a", 1)},
		{ID: "more", People: []timeline.Author{eve, {ID: "bo"}}, Last: told(timeline.Nostr, "b", 2)},
	}}
	m := &talker{fail: timeline.Errorf(timeline.CodeAuth, "sign in again")}
	mutes := timeline.NewMemoryMutes()
	if _, err := mutes.Mute(t.Context(), timeline.Mute{Kind: timeline.MutePerson, Handles: []timeline.Handle{{Network: timeline.Nostr, Handle: "eve", ID: "eve"}}}); err != nil {
		t.Fatal(err)
	}
	all := messagesOf(map[timeline.AccountID]timeline.Backend{"m": m, "n": n}, timeline.MessagesOptions{Mutes: mutes})
	got, err := all.Refresh(t.Context())
	if err != nil || len(got.Conversations) != 1 || got.Conversations[0].ID != "more" || got.Hidden != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if timeline.CodeOf(got.Failed["m"]) != timeline.CodeAuth || got.Failed["n"] != nil {
		t.Errorf("failed: %v", got.Failed)
	}
	if _, err := all.With(t.Context(), "n", "bo"); timeline.CodeOf(err) != timeline.CodeInternal {
		t.Errorf("a panic is %v", err)
	}
	if _, err := all.With(t.Context(), "n"); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("with nobody: %v", err)
	}
}

// TestConversationNames: a short name is the same each time, and another for another
// account.
func TestConversationNames(t *testing.T) {
	c := timeline.Conversation{Account: "a", Network: timeline.Nostr, ID: "k"}
	other := c
	other.Account = "b"
	if !timeline.IsShort(c.Short()) || c.Short() == other.Short() || c.Short() != (timeline.Conversation{Account: "a", Network: timeline.Nostr, ID: "k", Unread: 3}).Short() {
		t.Errorf("%q, %q", c.Short(), other.Short())
	}
}
