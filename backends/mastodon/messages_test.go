package mastodon

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// TestMessagesOfTheirOwn: of a thread in which some speak in public, and others apart,
// only what is for the same people is a conversation.
func TestMessagesOfTheirOwn(t *testing.T) {
	h := settle(t, world.New(world.Options{}), instance.Options{})
	post := func(form url.Values) string {
		id, err := h.send(t.Context(), form)
		if err != nil {
			t.Fatal(err)
		}
		return id.Local[strings.LastIndexByte(id.Local, '/')+1:]
	}
	public := post(url.Values{"status": {"@you in the open"}})
	first := post(url.Values{"status": {"@you for you"}, "visibility": {"direct"}, "in_reply_to_id": {public}})
	post(url.Values{"status": {"@you @june for both"}, "visibility": {"direct"}, "in_reply_to_id": {first}})
	post(url.Values{"status": {"@you for you again"}, "visibility": {"direct"}, "in_reply_to_id": {first}})
	list, err := h.backend.Conversations(t.Context(), timeline.Page{Limit: 2})
	if err != nil || len(list.Conversations) != 2 || list.Older == "" {
		t.Fatalf("%+v, %v", list, err)
	}
	c := list.Conversations[0]
	page, err := h.backend.Messages(t.Context(), c.ID, timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, p := range page.Posts {
		texts = append(texts, p.Text.Plain().String())
	}
	if want := []string{"@you for you again", "@you for you"}; !slices.Equal(texts, want) {
		t.Errorf("the conversation reads %q, want %q", texts, want)
	}
	if both := list.Conversations[1]; len(both.People) != 2 || both.Last.Text.Plain().String() != "@you @june for both" {
		t.Errorf("with two others: %+v", both)
	}
	older, err := h.backend.Conversations(t.Context(), timeline.Page{Before: list.Older})
	if err != nil || len(older.Conversations) == 0 || older.Conversations[0].ID == c.ID {
		t.Errorf("below: %+v, %v", older, err)
	}
	if c, err := h.backend.Correspond(t.Context(), []string{"margit@" + h.Host()}); timeline.CodeOf(err) != timeline.CodeNotFound && (err != nil || c.ID != "") {
		t.Errorf("with nobody known: %+v, %v", c, err)
	}
}

// TestMessageIsDirect: a message is sent for those who are mentioned, and for nobody else
// even where the intent forgets to say so.
func TestMessageIsDirect(t *testing.T) {
	h := settle(t, world.New(world.Options{}), instance.Options{})
	i := timeline.Intent{
		Kind: timeline.DoMessage, Key: strings.Repeat("ab", 16), People: []string{"ana@" + h.Host()},
		Parts: []timeline.Part{{Text: h.backend.Rules().Mark("@ana psst")}},
	}
	if _, err := h.backend.Prepare(t.Context(), i, memory{}); err == nil {
		t.Error("prepared without a visibility")
	}
	i.Visibility = timeline.Direct
	r, err := h.backend.Prepare(t.Context(), i, memory{})
	if err != nil {
		t.Fatal(err)
	}
	o := h.backend.Send(t.Context(), r)
	again := h.backend.Send(t.Context(), r)
	if o.Verdict != timeline.Published || again.Verdict != timeline.Published || o.Receipt.Posts[0].ID != again.Receipt.Posts[0].ID {
		t.Fatalf("sent twice: %+v, %+v", o, again)
	}
	p, err := h.backend.Post(t.Context(), o.Receipt.Posts[0].ID)
	if err != nil || p.Visibility != timeline.Direct {
		t.Errorf("it is %+v, %v", p, err)
	}
}
