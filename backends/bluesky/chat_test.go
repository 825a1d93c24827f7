package bluesky

import (
	"slices"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// letter is a message to ana.
func (st *stage) letter(text string) timeline.Intent {
	return timeline.Intent{
		Kind: timeline.DoMessage, Visibility: timeline.Direct, Key: key(2), People: []string{st.ana.did},
		Created: st.now, Parts: []timeline.Part{{Text: st.b.Rules().Mark(text)}},
	}
}

// saidToAna are the texts of the conversation with ana, newest first.
func (st *stage) saidToAna() []string {
	st.t.Helper()
	c, err := st.b.Correspond(st.t.Context(), []string{st.ana.did})
	if err != nil {
		st.t.Fatalf("Correspond: %v", err)
	}
	if c.ID == "" {
		return nil
	}
	page, err := st.b.Messages(st.t.Context(), c.ID, timeline.Page{})
	if err != nil {
		st.t.Fatalf("Messages: %v", err)
	}
	var texts []string
	for _, p := range page.Posts {
		texts = append(texts, p.Text.Plain().String())
	}
	return texts
}

// TestMessageOnce: the service knows no key and no name of the sender's, so that a
// message whose answer was lost is looked for before anything is sent again.
func TestMessageOnce(t *testing.T) {
	for name, c := range map[string]struct {
		spoil spoiler
		there bool
	}{
		"there, answer lost":   {commitAndDrop, true},
		"there, answer cut":    {cutBody, true},
		"lost on its way":      {dropBefore, false},
		"the service is ill":   {answer(502, `{"error":"UpstreamFailure"}`), false},
		"an answer of nothing": {answer(200, `{}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			st := newStage(t, pds.Options{})
			st.publish(st.letter("the same words")) // before the watermark
			spoil := st.meddle()
			r := st.prepare(st.letter("the same words"))
			spoil(c.spoil)
			if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Uncertain {
				t.Fatalf("without an answer: %s, %v", o.Verdict, o.Err)
			}
			spoil(nil)
			r.First, r.Last, r.Tries = st.now, st.now, 1
			o := st.b.Settle(t.Context(), r)
			if c.there && (o.Verdict != timeline.Published || len(o.Receipt.Posts) != 1) {
				t.Fatalf("it is there: %s, %v", o.Verdict, o.Err)
			}
			if !c.there {
				if o.Verdict != timeline.Uncertain {
					t.Fatalf("at once: %s, %v", o.Verdict, o.Err)
				}
				st.now = st.now.Add(chatPatience)
				if o = st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
					t.Fatalf("later: %s, %v", o.Verdict, o.Err)
				}
				if o = st.b.Send(t.Context(), r); o.Verdict != timeline.Published {
					t.Fatalf("again: %s, %v", o.Verdict, o.Err)
				}
			}
			if got := st.saidToAna(); !slices.Equal(got, []string{"the same words", "the same words"}) {
				t.Errorf("the conversation reads %q", got)
			}
			r.Taken = []timeline.ID{o.Receipt.Posts[0].ID}
			if o := st.b.Settle(t.Context(), r); o.Verdict == timeline.Published {
				t.Error("another delivery's message was taken for this one")
			}
		})
	}
}

// TestMessageGoesToNobodyElse: a message is for those who are named, whatever
// conversation it is said to belong to.
func TestMessageGoesToNobodyElse(t *testing.T) {
	st := newStage(t, pds.Options{})
	st.publish(st.letter("hello"))
	c, err := st.b.Correspond(t.Context(), []string{st.ana.did})
	if err != nil {
		t.Fatal(err)
	}
	i := st.letter("for somebody else")
	i.Conversation, i.People = c.ID, []string{"did:plc:somebodyelse"}
	if _, err := st.b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("into the conversation with ana: %v", err)
	}
	i = st.letter("for two")
	i.People = append(i.People, "did:plc:somebodyelse")
	if _, err := st.b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("to two: %v", err)
	}
	i = st.letter("in the open")
	i.Visibility = timeline.Public
	if _, err := st.b.Prepare(t.Context(), i, &notes{}); err == nil {
		t.Error("a message that is not direct was prepared")
	}
}

// TestMessagesNeedLeave: an app password, or a sign-in, without leave to read messages
// says so, and all else goes on.
func TestMessagesNeedLeave(t *testing.T) {
	s := startPDS(t, smallWorld(world.Post{Key: "first", Text: says("hello")}), pds.Options{PlainPasswords: true})
	c, _ := signIn(t, s)
	b := open(t, c)
	for range 3 {
		_, err := b.Conversations(t.Context(), timeline.Page{})
		if timeline.CodeOf(err) != timeline.CodeAuth || !strings.Contains(err.Error(), "this app password may not read messages") {
			t.Fatalf("Conversations: %v", err)
		}
	}
	i := timeline.Intent{
		Kind: timeline.DoMessage, Visibility: timeline.Direct, Key: key(3), People: []string{s.DID("ana")}, Created: time.Now(),
		Parts: []timeline.Part{{Text: b.Rules().Mark("hello")}},
	}
	if _, err := b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("Prepare: %v", err)
	}
	home(t, b)
	if n := s.Calls("com.atproto.server.refreshSession"); n != 0 {
		t.Errorf("the session was renewed %d times for it", n)
	}
}

// TestChatScope: messages are asked for where the server knows of them, and a sign-in
// without them is a good one.
func TestChatScope(t *testing.T) {
	if got := scopeFor(authServer{Scopes: []string{"atproto", "transition:generic", chatScope}}); got != oauthScope+" "+chatScope {
		t.Errorf("where it is known: %q", got)
	}
	if got := scopeFor(authServer{Scopes: []string{"atproto"}}); got != oauthScope || !enough(got) {
		t.Errorf("where it is not: %q", got)
	}
}
