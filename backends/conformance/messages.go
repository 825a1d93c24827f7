package conformance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"skein/timeline"
)

// testMessages is written to, answers, and reads both: each message once, in order, and
// for nobody but the two.
func (c *suite) testMessages(t *testing.T) {
	c.needs(t, "Messenger")
	if c.Message == nil {
		if c.NoMessages == "" {
			t.Fatal("conformance: a Setup needs a Message, or NoMessages that says why there is none")
		}
		t.Skip(c.NoMessages)
	}
	m, _ := timeline.As[timeline.Messenger](c.Backend)
	said := "are you there, " + time.Now().Format("15:04:05.000000")
	if err := c.Message(t.Context(), said); err != nil {
		t.Fatalf("Message: %v", err)
	}
	with := c.conversation(t, m, said)
	if len(with.People) != 1 || with.People[0].ID == "" || with.Unread == 0 && len(with.Arrived) == 0 {
		t.Fatalf("the conversation of a new message is %+v", with)
	}
	answer := "yes, " + time.Now().Format("15:04:05.000000")
	r := c.does(t, c.letter(t, with, answer))
	if len(r.Posts) != 1 || r.Posts[0].ID.Zero() {
		t.Fatalf("the receipt of a message is %+v", r)
	}
	c.readsBoth(t, m, with.ID, said, answer)
	same, err := m.Correspond(t.Context(), []string{with.People[0].ID})
	if err != nil || same.ID != with.ID || same.Last == nil {
		t.Errorf("Correspond: %+v, %v; want %q", same, err, with.ID)
	}
	if marker, ok := timeline.As[timeline.MessageMarker](c.Backend); ok {
		if err := marker.MarkMessages(t.Context(), with.ID, r.Posts[0].ID); err != nil {
			t.Fatalf("MarkMessages: %v", err)
		}
		c.eventually(t, func(ctx context.Context) error {
			b, err := m.Conversations(ctx, timeline.Page{})
			i := slices.IndexFunc(b.Conversations, func(c timeline.Conversation) bool { return c.ID == with.ID })
			if err == nil && (i < 0 || b.Conversations[i].Unread > 0) {
				err = errors.New("it was marked as read and is not")
			}
			return err
		})
	}
	for _, odd := range []string{"\x00", "../../x", "at://?#", strings.Repeat("z", 5000)} {
		var te *timeline.Error
		if _, err := m.Messages(t.Context(), odd, timeline.Page{}); !errors.As(err, &te) {
			t.Errorf("Messages(%.20q): %v", odd, err)
		}
		if _, err := m.Conversations(t.Context(), timeline.Page{Before: timeline.Cursor(odd)}); !errors.As(err, &te) {
			t.Errorf("Conversations before %.20q: %v", odd, err)
		}
	}
}

// conversation is the one whose newest message says text.
func (c *suite) conversation(t *testing.T, m timeline.Messenger, text string) (found timeline.Conversation) {
	t.Helper()
	c.eventually(t, func(ctx context.Context) error {
		b, err := m.Conversations(ctx, timeline.Page{})
		if err != nil {
			return err
		}
		for _, found = range b.Conversations {
			if found.Last != nil && strings.Contains(found.Last.Text.Plain().String(), text) {
				return nil
			}
		}
		return fmt.Errorf("nothing in %d conversations says %q", len(b.Conversations), text)
	})
	return found
}

// letter is a message into a conversation, with those in front for whom it is where that
// is what sends it to them.
func (c *suite) letter(t *testing.T, to timeline.Conversation, text string) timeline.Intent {
	t.Helper()
	p, ok := timeline.As[timeline.Publisher](c.Backend)
	if !ok {
		t.Fatal("this backend publishes nothing")
	}
	i := timeline.Intent{Kind: timeline.DoMessage, Visibility: timeline.Direct, Conversation: to.ID}
	var words timeline.Text
	for _, who := range to.People {
		i.People = append(i.People, who.ID)
		if c.Backend.Limits().Address {
			words = append(words, p.Rules().Mention(who.Handle.String(), who.ID), timeline.Span{Text: timeline.Literal(" ")})
		}
	}
	i.Parts = []timeline.Part{{Text: append(words, p.Rules().Mark(text)...)}}
	i.ReplyTo = timeline.Subject{ID: to.Last.ID}
	if v, ok := to.Last.View(c.account.ID); ok {
		i.ReplyTo.ServerID = v.ServerID
	}
	return i
}

// readsBoth pages through a conversation by ones and meets two texts, each once, the
// newer first.
func (c *suite) readsBoth(t *testing.T, m timeline.Messenger, conversation, older, newer string) {
	t.Helper()
	c.eventually(t, func(ctx context.Context) error {
		var texts []string
		var at []time.Time
		seen := map[timeline.ID]bool{}
		page := timeline.Page{Limit: 1}
		for range maxPages {
			b, err := m.Messages(ctx, conversation, page)
			if err != nil {
				return err
			}
			for _, p := range b.Posts {
				checkPost(t, c.account, p)
				if p.Visibility != timeline.Direct || seen[p.ID] {
					return fmt.Errorf("message %s is %s, or comes twice", p.ID, p.Visibility)
				}
				seen[p.ID] = true
				texts, at = append(texts, p.Text.Plain().String()), append(at, p.Created)
			}
			if page.Before = b.Older; b.Older == "" {
				break
			}
		}
		above := slices.IndexFunc(texts, func(s string) bool { return strings.HasSuffix(s, newer) })
		below := slices.IndexFunc(texts, func(s string) bool { return strings.HasSuffix(s, older) })
		// Where clocks tell no less than a second, two of one second have no order.
		if above < 0 || below < 0 || below < above && !at[above].Equal(at[below]) {
			return fmt.Errorf("%q and below it %q are not in %q", newer, older, texts)
		}
		return nil
	})
}
