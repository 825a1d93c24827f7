package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// memory keeps the steps of a preparation.
type memory map[string]json.RawMessage

func (m memory) Get(step string) (json.RawMessage, bool) {
	raw, ok := m[step]
	return raw, ok
}

func (m memory) Put(_ context.Context, step string, value json.RawMessage) error {
	m[step] = value
	return nil
}

const testKey = "0123456789abcdef0123456789abcdef"

// note is an intent to post a text.
func note(b *Backend, text string) timeline.Intent {
	return timeline.Intent{
		Kind: timeline.DoPost, Key: testKey, Created: time.Now(),
		Parts: []timeline.Part{{Text: b.Rules().Mark(text)}},
	}
}

// file is a picture to attach.
func file(t *testing.T, alt string) timeline.Attachment {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 6))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "secret-name.png")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return timeline.Attachment{Path: path, Type: "image/png", Kind: timeline.Image, Alt: alt, Size: int64(b.Len())}
}

func prepare(t *testing.T, b *Backend, i timeline.Intent) timeline.Request {
	t.Helper()
	r, err := b.Prepare(t.Context(), i, memory{})
	if err != nil {
		t.Fatalf("prepare: %v", err)
	}
	return r
}

// do prepares and sends, and wants it done.
func do(t *testing.T, b *Backend, i timeline.Intent) timeline.Receipt {
	t.Helper()
	out := b.Send(t.Context(), prepare(t, b, i))
	if out.Verdict != timeline.Published || out.Err != nil {
		t.Fatalf("%s: %s, %v", i.Kind, out.Verdict, out.Err)
	}
	return out.Receipt
}

// publish posts a text and returns where it is.
func publish(t *testing.T, b *Backend, i timeline.Intent) timeline.Copy {
	t.Helper()
	r := do(t, b, i)
	if len(r.Posts) != 1 || r.Posts[0].ID.Zero() || r.Posts[0].ServerID == "" || r.Posts[0].URL.Empty() {
		t.Fatalf("the receipt is %+v", r)
	}
	return r.Posts[0]
}

func onPost(kind timeline.Kind, c timeline.Copy) timeline.Intent {
	return timeline.Intent{Kind: kind, Key: testKey, Created: time.Now(), On: timeline.Subject{ID: c.ID, ServerID: c.ServerID}}
}

func TestPostWithEverything(t *testing.T) {
	h := settle(t, town(say("up", "ana", "up")), instance.Options{})
	parent := h.read(t.Context(), t, timeline.Page{}).Posts[0]
	i := note(h.backend, "@ana hello https://skein.org/a #tag")
	i.Warning, i.Languages, i.Visibility, i.Quotes = "careful", []string{"de"}, timeline.Unlisted, timeline.Nobody
	i.ReplyTo = timeline.Subject{ID: parent.ID}
	i.Parts[0].Media = []timeline.Attachment{file(t, "a dot"), file(t, "")}
	c := publish(t, h.backend, i)
	p, err := h.backend.Post(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	if p.Warning.String() != "careful" || p.Languages[0] != "de" || p.Visibility != timeline.Unlisted || p.ReplyTo == nil || p.ReplyTo.ID != parent.ID ||
		len(p.Media) != 2 || p.Media[0].Alt.String() != "a dot" || !p.Media[1].Alt.Empty() || p.Media[0].Width != 8 ||
		!strings.Contains(p.Text.Plain().String(), "hello") || len(p.Tags) != 1 {
		t.Errorf("it became %+v", p)
	}
	if p.Views[0].ServerID != c.ServerID || p.URL != c.URL {
		t.Errorf("the receipt says %+v, the post %s %s", c, p.Views[0].ServerID, p.URL)
	}
}

func TestPollAndQuote(t *testing.T) {
	h := settle(t, town(say("quoted", "ana", "quoted")), instance.Options{})
	quoted := h.read(t.Context(), t, timeline.Page{}).Posts[0]
	i := note(h.backend, "which?")
	i.Parts[0].Poll = &timeline.Ballot{Options: []string{"a", "b"}, Multiple: true, Lasts: time.Hour}
	p, err := h.backend.Post(t.Context(), publish(t, h.backend, i).ID)
	if err != nil || p.Poll == nil || !p.Poll.Multiple || len(p.Poll.Options) != 2 || p.Poll.Closes.Sub(p.Created) != time.Hour {
		t.Errorf("poll: %v, %+v", err, p.Poll)
	}
	i = note(h.backend, "look at this")
	i.Key = "fedcba9876543210fedcba9876543210"
	i.Quote = timeline.Subject{ID: quoted.ID, ServerID: quoted.Views[0].ServerID}
	p, err = h.backend.Post(t.Context(), publish(t, h.backend, i).ID)
	if err != nil || p.Quote == nil || p.Quote.ID != quoted.ID {
		t.Errorf("quote: %v, %+v", err, p.Quote)
	}
	private := note(h.signIn(t, h.Token("ana")), "not to be quoted")
	private.Quotes = timeline.Nobody
	i.Quote.ID = publish(t, h.signIn(t, h.Token("ana")), private).ID
	i.Quote.ServerID = ""
	if _, err := h.backend.Prepare(t.Context(), i, memory{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("quoting what may not be quoted: %v", err)
	}
}

// TestARepeatedPreparationDoesNothingTwice breaks off after each step in turn.
func TestARepeatedPreparationDoesNothingTwice(t *testing.T) {
	f := front(t, instance.Options{AsyncMedia: true})
	f.backend.mediaWait = time.Millisecond
	i := note(f.backend, "with pictures")
	i.Parts[0].Media = []timeline.Attachment{file(t, "one"), file(t, "two")}
	kept := memory{}
	for range 20 {
		r, err := f.backend.Prepare(t.Context(), i, &failing{memory: kept, left: 1})
		if err != nil {
			continue
		}
		if n := f.count(http.MethodPost, "/api/v2/media"); n != 3 { // the second was lost with its note, once
			t.Errorf("%d uploads", n)
		}
		again, err := f.backend.Prepare(t.Context(), i, kept)
		if err != nil || !bytes.Equal(again.Body, r.Body) {
			t.Errorf("prepared once more: %v\n%s\n%s", err, again.Body, r.Body)
		}
		if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Published {
			t.Errorf("sent: %s %v", out.Verdict, out.Err)
		}
		return
	}
	t.Fatal("it was never prepared")
}

// failing is a memory whose disk is full after some steps.
type failing struct {
	memory
	left int
}

func (f *failing) Put(ctx context.Context, step string, value json.RawMessage) error {
	if f.left--; f.left < 0 {
		return errors.New("no space left")
	}
	return f.memory.Put(ctx, step, value)
}

func TestTheRequestHoldsNoSecretAndNoFileName(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	i := note(h.backend, "<tag> & \u2028")
	i.Parts[0].Media = []timeline.Attachment{file(t, "x")}
	r := prepare(t, h.backend, i)
	for _, secret := range []string{h.Token(world.Viewer), "secret-name", "Bearer"} {
		if bytes.Contains(r.Body, []byte(secret)) {
			t.Errorf("%q is in %s", secret, r.Body)
		}
	}
	f, err := thaw(r)
	if err != nil || f.Key != testKey || !json.Valid([]byte(f.Body)) {
		t.Errorf("%v: %+v", err, f)
	}
}

func TestPrepareRefuses(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	missing := file(t, "")
	missing.Path += ".gone"
	text := file(t, "")
	if err := os.WriteFile(text.Path, []byte("only text"), 0o600); err != nil {
		t.Fatal(err)
	}
	with := func(change func(*timeline.Intent)) timeline.Intent {
		i := note(h.backend, "x")
		change(&i)
		return i
	}
	for name, c := range map[string]struct {
		intent timeline.Intent
		code   timeline.Code
	}{
		"a thread": {with(func(i *timeline.Intent) { i.Parts = append(i.Parts, i.Parts...) }), timeline.CodeUsage},
		"nothing":  {with(func(i *timeline.Intent) { i.Parts = nil }), timeline.CodeUsage},
		"no such parent": {with(func(i *timeline.Intent) {
			i.ReplyTo.ID = timeline.ID{Network: timeline.Mastodon, Local: "https://far.example/9"}
		}), timeline.CodeNotFound},
		"another network":   {with(func(i *timeline.Intent) { i.ReplyTo.ID = timeline.ID{Network: timeline.Nostr, Local: "ab"} }), timeline.CodeNotMine},
		"a lost file":       {with(func(i *timeline.Intent) { i.Parts[0].Media = []timeline.Attachment{missing} }), timeline.CodeRefused},
		"a type not taken":  {with(func(i *timeline.Intent) { i.Parts[0].Media = []timeline.Attachment{text} }), timeline.CodeRefused},
		"an odd visibility": {with(func(i *timeline.Intent) { i.Visibility = "friends" }), timeline.CodeUnsupported},
		"too soon":          {with(func(i *timeline.Intent) { i.Publish = time.Now().Add(5 * time.Minute) }), timeline.CodeRefused},
		"an unknown kind":   {with(func(i *timeline.Intent) { i.Kind = "dance" }), timeline.CodeUnsupported},
		"an undone delete":  {with(func(i *timeline.Intent) { i.Kind, i.Undo = timeline.DoDelete, true }), timeline.CodeUnsupported},
		"a vote without one": {with(func(i *timeline.Intent) {
			i.Kind = timeline.DoVote
			i.On.ID = timeline.ID{Network: timeline.Mastodon, Local: "x"}
		}), timeline.CodeNotMine},
		"nobody to follow": {with(func(i *timeline.Intent) { i.Kind = timeline.DoFollow; i.Person = "nobody@far.example" }), timeline.CodeNotFound},
	} {
		_, err := h.backend.Prepare(t.Context(), c.intent, memory{})
		if timeline.CodeOf(err) != c.code {
			t.Errorf("%s: %v (%s), want %s", name, err, timeline.CodeOf(err), c.code)
		}
	}
	if _, err := h.signIn(t, "wrong").Prepare(t.Context(), note(h.backend, "x"), memory{}); timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("without a token: %v", err)
	}
}
