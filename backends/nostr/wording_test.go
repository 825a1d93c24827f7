package nostr

import (
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/timeline"
)

// TestArticleName: an article that somebody names stands in the post as it was typed,
// however long its name.
func TestArticleName(t *testing.T) {
	for _, d := range []string{"x", strings.Repeat("x", 255)} {
		name, err := nip19.EncodeEntity(anaKey, kindArticle, d, []string{"wss://relay.example"})
		if err != nil {
			t.Fatal(err)
		}
		text := rules{}.Mark("read nostr:" + name + " now")
		if got, want := draftOf(text, nil).Content, "read nostr:"+name+" now"; got != want {
			t.Errorf("published as %q", got)
		}
		if n := (rules{}).Count(text, "").Bytes; n != len("read nostr:"+name+" now") {
			t.Errorf("%d bytes", n)
		}
	}
	link := timeline.Span{Kind: timeline.SpanLink, Text: timeline.Literal("words")}
	if got := published(link); got != "words" {
		t.Errorf("a link that leads nowhere reads %q", got)
	}
}

// TestReviewTellsAll: no language is dropped without a word, and nothing that is not
// known to be public becomes so.
func TestReviewTellsAll(t *testing.T) {
	i := posting("hello")
	i.Languages = []string{"en", "de", "fr", "es"}
	if got := (rules{}).Review(i, timeline.Limits{}); len(got) != 1 || got[0].Severity != timeline.Loss {
		t.Errorf("four languages: %v", got)
	}
	i.Languages, i.Visibility = nil, "friends"
	if got := (rules{}).Review(i, timeline.Limits{}); len(got) != 1 || got[0].Severity != timeline.Refuse {
		t.Errorf("an unknown visibility: %v", got)
	}
}

// TestReplyToHalfMarked: a parent that names what it answers and no root is itself in
// that post's conversation.
func TestReplyToHalfMarked(t *testing.T) {
	e := draftOf(rules{}.Mark("yes"), func(s *essay) { s.parent = note1(2, 2, nostr.Tag{"e", id(1), "", "reply"}) })
	parent, root := thread(e.Tags)
	if root == nil || root.id != id(1) || parent.id != id(2) {
		t.Errorf("tags %v", e.Tags)
	}
}

// TestHostileComment: who answers a comment takes over what it is about, and not what
// else its author has put there.
func TestHostileComment(t *testing.T) {
	c := &nostr.Event{ID: id(2), PubKey: key(2), Kind: kindComment, Tags: nostr.Tags{{"E", id(1), "", key(1)}, {"K", "30023"}}}
	for range 1000 {
		c.Tags = append(c.Tags, nostr.Tag{"E", id(3)}, nostr.Tag{"I", strings.Repeat("x", 10_000)})
	}
	e := draftOf(rules{}.Mark("yes"), func(s *essay) { s.parent = c })
	if n := weight(&e); n > 2000 || e.Tags.FindWithValue("E", id(1)) == nil || e.Tags.FindWithValue("E", id(3)) != nil {
		t.Errorf("%d bytes of tags", n)
	}
}

// TestLongNames: two names that begin alike are two people.
func TestLongNames(t *testing.T) {
	b := me(t, []string{nowhere(t)})
	name := func(end string) string { return strings.Repeat("a", 300) + end + "@x.invalid" }
	n := &notes{}
	for end, k := range map[string]string{"1": key(1), "2": key(2)} {
		if err := n.Put(t.Context(), "mention "+name(end), []byte(`"`+k+`"`)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := b.addressed(t.Context(), timeline.Text{rules{}.Mention(name("1"), ""), rules{}.Mention(name("2"), "")}, n)
	if err != nil || text[0].Target.String() != key(1) || text[1].Target.String() != key(2) {
		t.Errorf("%v, %v", text, err)
	}
}
