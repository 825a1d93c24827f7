package mastodon

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/timeline"
)

// shape writes a tree as text: a(b c(d)), ? for a missing post.
func shape(nodes []*timeline.Node) string {
	var parts []string
	for _, n := range nodes {
		s := "?"
		if n.Post != nil {
			s = n.Post.Text.Plain().String()
		}
		if len(n.Replies) > 0 {
			s += "(" + shape(n.Replies) + ")"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func TestTree(t *testing.T) {
	for _, c := range []struct{ name, replies, want string }{
		{"chain", "1 2:1 3:2", "1(2(3))"},
		{"branches", "1 2:1 3:1 4:2", "1(2(4) 3)"},
		{"root not sent", "2:1 3:2", "?(2(3))"},
		{"two replies to what was not sent", "2:1 3:1", "?(2 3)"},
		{"hole in the middle", "1 2:1 4:3", "1(2) ?(4)"},
		{"reply before its parent", "3:2 2:1 1", "1(2(3))"},
		{"reply to itself", "1:1 2:1", "1(2)"},
		{"circle", "1:2 2:1 3:2", "1(2(3))"},
		{"twice", "1 2:1 2:1", "1(2)"},
		{"two tops", "1 5", "1 5"},
	} {
		tr := newTree(testDecoder())
		for item := range strings.FieldsSeq(c.replies) {
			id, parent, _ := strings.Cut(item, ":")
			raw := fmt.Sprintf(`{"id":%q,"uri":"https://x.example/%s","content":%q,"in_reply_to_id":%q,"account":{"acct":"a"}}`, id, id, id, parent)
			tr.add([]json.RawMessage{json.RawMessage(raw)})
		}
		if got := shape(tr.build()); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.name, c.replies, got, c.want)
		}
	}
}

// TestThreadAroundAHiddenPost has the middle of a conversation hidden from us.
func TestThreadAroundAHiddenPost(t *testing.T) {
	hidden, below := say("hidden", "eve", "hidden"), say("below", "ana", "below")
	hidden.Visibility, hidden.ReplyTo, below.ReplyTo = "followers", "top", "hidden"
	h := settle(t, town(say("top", "ana", "top"), hidden, below), instance.Options{})
	id := timeline.ID{}
	b, err := h.backend.ProfilePosts(t.Context(), "ana@"+h.Host(), timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range b.Posts {
		if p.Text.Plain().String() == "below" {
			id = p.ID
		}
	}
	th, err := h.backend.Thread(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got := shape(th.Roots); got != "top ?(below)" || th.Focus != id {
		t.Errorf("the thread is %s around %s", got, th.Focus)
	}
}

func TestReplyKnowsItsParentBeforeItWasRead(t *testing.T) {
	reply := say("reply", "ana", "reply")
	reply.ReplyTo = "parent"
	h := settle(t, town(say("parent", "bo", "parent"), reply), instance.Options{})
	p := h.read(t.Context(), t, timeline.Page{Limit: 1}).Posts[0]
	if p.ReplyTo == nil {
		t.Fatal("no parent")
	}
	parent, err := h.backend.Post(t.Context(), p.ReplyTo.ID)
	if err != nil || parent.Text.Plain().String() != "parent" {
		t.Errorf("%s is %v, %v", p.ReplyTo.ID, parent, err)
	}
}

func TestGuess(t *testing.T) {
	d := testDecoder()
	for acct, want := range map[string]string{
		"ana": "https://home.example/users/ana/statuses/5", "bo@far.example": "https://home.example/@bo@far.example/5",
		"": "https://home.example/statuses/5",
	} {
		if got := d.guess("5", acct); got != want || localStatusID(strings.TrimPrefix(got, "https://home.example")) != "5" {
			t.Errorf("%q: %s, want %s", acct, got, want)
		}
	}
}
