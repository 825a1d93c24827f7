package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// writingTo is a direct message of masto() to people.
func writingTo(text string, handles ...string) outbox.Draft {
	l := &outbox.Letter{Conversation: "c1", Last: timeline.Subject{ServerID: "77"}}
	for _, h := range handles {
		l.People = append(l.People, timeline.Handle{Network: timeline.Mastodon, Handle: h, ID: strings.TrimPrefix(h, "@")})
	}
	return outbox.Draft{Text: text, To: []timeline.AccountID{"m1"}, Letter: l}
}

func TestPlanOfAMessage(t *testing.T) {
	m := target(t, plan(writingTo(" see you at 8\n---\nbring tea ", "@bo@masto.example", "@ana@other.example")), "m1")
	if err := says(m, timeline.Refuse); len(err) > 0 {
		t.Fatalf("refused: %q", err)
	}
	in := m.Intent
	if in.Kind != timeline.DoMessage || in.Visibility != timeline.Direct || in.Conversation != "c1" || in.ReplyTo.ServerID != "77" ||
		!slices.Equal(in.People, []string{"bo@masto.example", "ana@other.example"}) {
		t.Errorf("the intent is %+v", in)
	}
	if got, want := texts(m), []string{"@bo@masto.example @ana@other.example see you at 8\n---\nbring tea"}; !slices.Equal(got, want) {
		t.Errorf("it reads %q, want %q", got, want)
	}
	if got := says(m, timeline.Note); len(got) != 1 || !strings.Contains(got[0], "for 2 people") || !strings.Contains(got[0], "@ana@other.example") {
		t.Errorf("who gets it is told as %q", got)
	}
	if m.Limits.Media != 0 || m.Limits.PollOptions != 0 {
		t.Errorf("a message has room for %+v", m.Limits)
	}
}

// TestMessageIsNotWidened: a message that would reach anybody else, or that nobody would
// get, is refused before anything is sent.
func TestMessageIsNotWidened(t *testing.T) {
	const bo = "@bo@masto.example"
	picture := writingTo("look", bo)
	picture.Media = []outbox.File{{Path: "/x.jpg", Type: "image/jpeg"}}
	public := writingTo("psst", bo)
	public.Visibility = timeline.Unlisted
	twice := writingTo("psst", bo)
	twice.To = both
	many := writingTo("psst", slices.Repeat([]string{bo}, timeline.MaxCorrespondents+1)...)
	unknown := writingTo("psst", bo)
	unknown.Letter.People[0].ID = ""
	for name, c := range map[string]struct {
		draft outbox.Draft
		want  string
	}{
		"names another":  {writingTo("ask @carol@other.example", bo), "@carol@other.example would get it, too"},
		"to nobody":      {writingTo("psst"), "somebody to get it"},
		"to too many":    {many, "20 people at most"},
		"to who knows":   {unknown, "who is to get it"},
		"empty":          {writingTo(" \n ", bo), "nothing to send"},
		"a picture":      {picture, "text alone"},
		"visible to all": {public, "cannot be unlisted"},
		"by two":         {twice, "by one account"},
		"too long":       {writingTo(strings.Repeat("x", 500), bo), "of 500 characters"},
	} {
		got := says(target(t, plan(c.draft), "m1"), timeline.Refuse)
		if !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("%s: refused with %q, want %q", name, got, c.want)
		}
	}
	if got := says(target(t, plan(writingTo("me@@ and @bo@masto.example, again; and @me@masto.example", bo)), "m1"), timeline.Refuse); len(got) > 0 {
		t.Errorf("who gets it anyway may be named: %q", got)
	}
}

// TestMessagesKeepTheirOrder: messages of one conversation go one after the other, each
// of a second of its own, and are no posts to be acted upon.
func TestMessagesKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		for _, text := range []string{"one", "two", "three"} {
			p := planOf(outbox.Draft{Text: text, Letter: &outbox.Letter{}}, n)
			p.Targets[0].Intent.Kind, p.Targets[0].Intent.People = timeline.DoMessage, []string{"bo"}
			if _, err := o.Add(t.Context(), p, outbox.Added{}); err != nil {
				t.Fatal(err)
			}
		}
		drain(t, o)
		equal(t, "sent", n.published(), []string{"one", "two", "three"})
		seen := map[string]bool{}
		for _, i := range n.intents {
			second := i.Created.Format(time.DateTime)
			if seen[second] {
				t.Errorf("two are of %s", second)
			}
			seen[second] = true
		}
	})
}

// TestMessageKey: what was written last in the conversation is of no matter to a command
// that is repeated; to whom it goes is.
func TestMessageKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		o := openAt(t, t.TempDir(), n)
		send := func(last, who string) (outbox.Operation, error) {
			d := outbox.Draft{Text: "hello", Letter: &outbox.Letter{
				Last: timeline.Subject{ServerID: last}, People: []timeline.Handle{{ID: who}},
			}}
			p := planOf(d, n)
			p.Targets[0].Intent.Kind = timeline.DoMessage
			return o.Add(t.Context(), p, outbox.Added{Key: "k"})
		}
		if _, err := send("1", "bo"); err != nil {
			t.Fatal(err)
		}
		if op, err := send("2", "bo"); err != nil || !op.Repeated {
			t.Errorf("the same again: %+v, %v", op, err)
		}
		if _, err := send("2", "ana"); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("to somebody else: %v", err)
		}
		drain(t, o)
	})
}
