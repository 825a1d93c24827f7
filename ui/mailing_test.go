package ui_test

import (
	"context"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// mail are direct messages of two accounts.
type mail struct {
	list   []timeline.Conversation
	posts  map[string][]*timeline.Post // by Conversation.ID, the newest first
	fail   error                       // of a conversation
	reads  int
	marked []timeline.ID
}

func (m *mail) Refresh(context.Context, ...timeline.AccountID) (timeline.Conversed, error) {
	failed := map[timeline.AccountID]*timeline.Error{}
	if m.fail != nil {
		failed["acct-bluesky"] = timeline.AsError(m.fail)
	}
	return timeline.Conversed{Conversations: append([]timeline.Conversation(nil), m.list...), Failed: failed}, nil
}

func (m *mail) Read(_ context.Context, c timeline.Conversation, p timeline.Page) (timeline.Batch, error) {
	all := m.posts[c.ID]
	m.reads++
	const page = 4
	if p.Before != "" {
		return timeline.Batch{Posts: all[page:]}, m.fail
	}
	if len(all) > page {
		return timeline.Batch{Posts: all[:page], Older: "more"}, m.fail
	}
	return timeline.Batch{Posts: all}, m.fail
}

func (m *mail) MarkRead(_ context.Context, _ timeline.Conversation, upTo *timeline.Post) error {
	m.marked = append(m.marked, upTo.ID)
	return nil
}

// letters are three conversations: one of two people, one of three, one that is old.
func letters() *mail {
	m := &mail{posts: map[string][]*timeline.Post{}}
	add := func(c timeline.Conversation, said ...*timeline.Post) {
		for _, p := range said {
			p.Visibility = timeline.Direct
		}
		c.Last = said[0]
		m.posts[c.ID] = said
		m.list = append(m.list, c)
	}
	post := func(n timeline.Network, id string, ago time.Duration, who, text string) *timeline.Post {
		return uitest.Post(n, id, ago, who, text)
	}
	who := func(n timeline.Network, names ...string) (people []timeline.Author) {
		for _, name := range names {
			people = append(people, uitest.Post(n, "x"+name, 0, name, "x").Author)
		}
		return people
	}
	const hour = time.Hour
	add(timeline.Conversation{Account: "acct-nostr", Network: timeline.Nostr, ID: "n1", People: who(timeline.Nostr, "fern", "bo"), Unread: 2},
		post(timeline.Nostr, "l9", 20*time.Minute, "fern", "Six it is. The bees have been told."),
		post(timeline.Nostr, "l8", 2*hour, "me", "I can bring courage at six."),
		post(timeline.Nostr, "l7", 2*hour+time.Minute, "bo", "I do not have the courage."),
		post(timeline.Nostr, "l6", 2*hour+2*time.Minute, "bo", "I have the ladder."),
		post(timeline.Nostr, "l5", 27*hour, "fern", "Swarm on the north hive. Who has the ladder? It is a long way up, and the rope of last year went to the goat."),
	)
	add(timeline.Conversation{Account: "acct-mastodon", Network: timeline.Mastodon, ID: "m1", People: who(timeline.Mastodon, "ana"), Request: true, Unread: 1},
		post(timeline.Mastodon, "l4", 3*hour, "ana", "@me the book is in"))
	old := post(timeline.Nostr, "l3", 400*24*hour, "zoe", "as of old")
	old.Note = timeline.Literal("an old form")
	add(timeline.Conversation{
		Account: "acct-nostr", Network: timeline.Nostr, ID: "old:n2", People: who(timeline.Nostr, "zoe"), Old: true,
		Closed: timeline.Literal("skein only reads this old form"),
	}, old)
	return m
}

// TestMessagesLookAsTheyWereAccepted holds the list, a conversation and what is written
// into it to what was read and accepted.
func TestMessagesLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, out := writing()
		return uitest.Scene{Options: ui.Options{Outbox: out, Undo: -1, Messages: letters()}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("g", "d")
			look("list")
			s.Press("enter")
			look("log")
			s.Press("r")
			s.Type("On my way")
			look("write")
			s.Press("esc", "esc", "j", "j", "enter")
			look("old")
		}}
	})
}

// TestMessagesAreRead: who opens a conversation has read it, and may go back in it; a
// message goes to those in it.
func TestMessagesAreRead(t *testing.T) {
	nets, out := writing()
	m := letters()
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1, Messages: m}, nets, func(s *uitest.Session) {
		s.Press("g", "d")
		s.See("fern, bo", "2 unread", "fern: Six it is", "new to you", "old form")
		s.Press("enter")
		s.See("Six it is", "I have the ladder", "you", "yesterday")
		s.DontSee("Swarm on the north hive")
		if len(m.marked) != 1 || m.marked[0].Local != m.posts["n1"][0].ID.Local {
			t.Errorf("marked as read: %v", m.marked)
		}
		s.Press("g")
		s.See("Swarm on the north hive", "Thu 30 Dec")
		s.Press("r")
		s.Type("And I the rope")
		m.posts["n1"] = append([]*timeline.Post{uitest.Post(timeline.Nostr, "l10", 0, "me", "And I the rope")}, m.posts["n1"]...)
		reads := m.reads
		s.Press("ctrl+s")
		s.Sleep(10 * time.Second)
		if plans := out.Plans(); len(plans) != 1 || len(plans[0].Targets) != 1 || len(plans[0].Targets[0].Intent.People) != 2 ||
			plans[0].Targets[0].Intent.Kind != timeline.DoMessage {
			t.Fatalf("sent: %+v", plans)
		}
		if m.reads == reads {
			t.Error("what was sent is not read")
		}
		s.See("And I the rope")
		s.Press("esc")
		s.DontSee("2 unread")
		s.Press("j", "j", "r") // the old form
		s.Press("enter")
		s.See("skein only reads this old form")
		s.Press("r")
		s.See("skein only reads this old form")
	})
}

// TestMessagesThatFail: what cannot be read is told, and hides nothing else.
func TestMessagesThatFail(t *testing.T) {
	nets, out := writing()
	m := letters()
	m.fail = timeline.Errorf(timeline.CodeAuth, "this app password may not read messages")
	uitest.Play(t, ui.Options{Outbox: out, Messages: m}, nets, func(s *uitest.Session) {
		s.Press("g", "d")
		s.See("fern, bo", "this app password may not read messages")
		s.Press("enter")
		s.See("this app password may not read messages")
	})
	uitest.Play(t, ui.Options{}, three(), func(s *uitest.Session) {
		s.Press("g", "d")
		s.See("nothing here can read messages")
	})
}
