package nostr

import (
	"encoding/json"
	"strconv"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestReply answers a reply of another, and reads the thread back.
func TestReply(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	root := do(t, fern, posting("a question"))
	first := posting("an answer")
	first.ReplyTo = subjectOf(root)
	answer := do(t, b, first)
	second := posting("thanks")
	second.ReplyTo = subjectOf(answer)
	do(t, fern, second)

	thread, err := b.Thread(t.Context(), root.Receipt.Posts[0].ID)
	if err != nil || len(thread.Roots) != 1 || len(thread.Roots[0].Replies) != 1 || len(thread.Roots[0].Replies[0].Replies) != 1 {
		t.Fatalf("%+v, %v", thread, err)
	}
	e := stored(s, fern.cfg.PubKey, kindNote)
	last := e[0]
	if last.Content != "thanks" {
		last = e[1]
	}
	if last.Tags.FindWithValue("p", b.cfg.PubKey) == nil || last.Tags.FindWithValue("p", fern.cfg.PubKey) != nil {
		t.Errorf("people: %v", last.Tags)
	}
}

// TestReplyWaits: a parent that no answering relay has may be at one that is down.
func TestReplyWaits(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	i := posting("an answer")
	i.ReplyTo = timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: id(1)}}
	_, err := me(t, append(urls(servers), nowhere(t))).Prepare(t.Context(), i, &notes{})
	if timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("with a relay down: %v", err)
	}
	_, err = me(t, urls(servers)).Prepare(t.Context(), i, &notes{})
	if timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("with all relays there: %v", err)
	}
}

// TestThread publishes three parts, each as the answer to the last, over restarts.
func TestThread(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	var above, top timeline.Subject
	for n := range 3 {
		i := posting("part " + strconv.Itoa(n))
		i.ReplyTo = above
		above = subjectOf(do(t, again(t, b), i))
		if n == 0 {
			top = above
		}
	}
	thread, err := b.Thread(t.Context(), top.ID)
	if err != nil || len(thread.Roots[0].Replies) != 1 || len(thread.Roots[0].Replies[0].Replies) != 1 {
		t.Errorf("%+v, %v", thread, err)
	}
}

// TestQuote quotes a boost, which means the post in it.
func TestQuote(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	post := do(t, fern, posting("worth a look"))
	boost := do(t, fern, intent(timeline.Intent{Kind: timeline.DoBoost, On: subjectOf(post)}))
	if boost.Receipt.Posts[0].ID != post.Receipt.Posts[0].ID {
		t.Errorf("the receipt of a boost names %v", boost.Receipt.Posts)
	}
	boosts := stored(s, fern.cfg.PubKey, kindBoost)
	if len(boosts) != 1 {
		t.Fatalf("%d boosts", len(boosts))
	}
	i := posting("look")
	i.Quote = timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: boosts[0].ID}}
	got, err := b.Post(t.Context(), do(t, b, i).Receipt.Posts[0].ID)
	if err != nil || got.Quote == nil || got.Quote.Post == nil || got.Quote.ID != post.Receipt.Posts[0].ID || got.Text.Plain().String() != "look" {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBoost carries the post inside, as it was signed.
func TestBoost(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	post := subjectOf(do(t, fern, posting("<b> & \"c\"")))
	do(t, b, intent(timeline.Intent{Kind: timeline.DoBoost, On: post}))
	boost := stored(s, b.cfg.PubKey, kindBoost)[0]
	var inner nostr.Event
	if err := json.Unmarshal([]byte(boost.Content), &inner); err != nil || inner.ID != post.ID.Local || !inner.CheckID() {
		t.Errorf("inside: %s, %v", boost.Content, err)
	}
	if e := boost.Tags.FindWithValue("e", post.ID.Local); e == nil || item(e, 2) == "" {
		t.Errorf("tags %v", boost.Tags)
	}
	secret := nostr.Event{PubKey: fern.cfg.PubKey, Kind: kindNote, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"-"}}}
	if err := fern.sign(t.Context(), &secret); err != nil {
		t.Fatal(err)
	}
	s.Put(secret)
	do(t, b, intent(timeline.Intent{Kind: timeline.DoBoost, On: timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: secret.ID}}}))
	for _, e := range stored(s, b.cfg.PubKey, kindBoost) {
		if l, _ := target(e.Tags); l.id == secret.ID && e.Content != "" {
			t.Errorf("a protected post is copied: %s", e.Content)
		}
	}
}

// TestLikeAndBack likes, boosts, and takes both back, each in a new process.
func TestLikeAndBack(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	post := subjectOf(do(t, fern, posting("likeable")))
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost} {
		marked := func(b *Backend) bool {
			p, err := b.Post(t.Context(), post.ID)
			if err != nil {
				t.Fatal(err)
			}
			v := p.Views[0]
			return kind == timeline.DoLike && v.Liked || kind == timeline.DoBoost && v.Boosted
		}
		b = again(t, b)
		do(t, b, intent(timeline.Intent{Kind: kind, On: post}))
		if !marked(b) || !marked(again(t, b)) {
			t.Errorf("%s: not marked", kind)
		}
		b = again(t, b)
		o := do(t, b, intent(timeline.Intent{Kind: kind, On: post, Undo: true}))
		if marked(b) || marked(again(t, b)) {
			t.Errorf("%s: still marked", kind)
		}
		if o.Receipt.Note.Empty() {
			t.Errorf("%s: the receipt does not say that a delete is a request", kind)
		}
		before := s.Stats().Events.Load()
		do(t, b, intent(timeline.Intent{Kind: kind, On: post, Undo: true}))
		if s.Stats().Events.Load() != before {
			t.Errorf("%s: an event went out where nothing was to be taken back", kind)
		}
	}
	like := do(t, b, intent(timeline.Intent{Kind: timeline.DoLike, On: post}))
	e := stored(s, b.cfg.PubKey, kindLike)[0]
	if e.Content != "+" || value(e.Tags, "k") != "1" || value(e.Tags, "p") != fern.cfg.PubKey || like.Receipt.Posts[0].ID != post.ID {
		t.Errorf("%v, %+v", e, like.Receipt)
	}
}

// TestDelete deletes an own post and refuses another's.
func TestDelete(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	post := subjectOf(do(t, b, posting("a mistake")))
	_, err := fern.Prepare(t.Context(), intent(timeline.Intent{Kind: timeline.DoDelete, On: post}), &notes{})
	if timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("another's post: %v", err)
	}
	b = again(t, b)
	do(t, b, intent(timeline.Intent{Kind: timeline.DoDelete, On: post}))
	if _, err := b.Post(t.Context(), post.ID); timeline.CodeOf(err) != timeline.CodeNotFound {
		t.Errorf("a deleted post: %v", err)
	}
	e := stored(s, b.cfg.PubKey, kindDeletion)[0]
	if value(e.Tags, "e") != post.ID.Local || value(e.Tags, "k") != "1" {
		t.Errorf("%v", e.Tags)
	}
	gone := timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: id(3)}}
	do(t, b, intent(timeline.Intent{Kind: timeline.DoDelete, On: gone}))
}

// TestVote asks and answers a poll.
func TestVote(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	ask := posting("tea?")
	ask.Parts[0].Poll = &timeline.Ballot{Options: []string{"yes", "no"}, Lasts: time.Hour}
	poll := subjectOf(do(t, fern, ask))
	vote := func(choices ...int) timeline.Intent {
		return intent(timeline.Intent{Kind: timeline.DoVote, On: poll, Choices: choices})
	}
	do(t, b, vote(1))
	p, err := again(t, b).Post(t.Context(), poll.ID)
	if err != nil || p.Poll == nil || p.Poll.Options[1].Votes != 1 || !p.Poll.Options[1].Chosen {
		t.Fatalf("%+v, %v", p, err)
	}
	for _, i := range []timeline.Intent{vote(), vote(0, 1), vote(2), vote(-1)} {
		if _, err := b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("choices %v: %v", i.Choices, err)
		}
	}
	note := subjectOf(do(t, fern, posting("no poll")))
	i := vote(0)
	i.On = note
	if _, err := b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a post without a poll: %v", err)
	}
	over := again(t, b)
	over.cfg.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
	if _, err := over.Prepare(t.Context(), vote(0), &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a poll that is over: %v", err)
	}
}

// TestRefusedIntents: what Nostr has not is refused before anything is sent.
func TestRefusedIntents(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	private := posting("private")
	private.Visibility = timeline.Direct
	two := posting("two")
	two.Parts = append(two.Parts, two.Parts[0])
	for _, i := range []timeline.Intent{
		private, two,
		intent(timeline.Intent{Kind: timeline.DoEdit}),
		intent(timeline.Intent{Kind: timeline.DoDelete, On: timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: "x"}}}),
		intent(timeline.Intent{Kind: timeline.DoLike, On: timeline.Subject{ID: timeline.ID{Network: timeline.Mastodon, Local: "x"}}}),
		intent(timeline.Intent{Kind: timeline.DoFollow, Person: "ana"}),
	} {
		if _, err := b.Prepare(t.Context(), i, &notes{}); err == nil {
			t.Errorf("%+v was prepared", i)
		}
	}
	if n := s.Stats().Events.Load(); n != 0 {
		t.Errorf("%d events went out", n)
	}
}

// TestTwins: the same words in the same second are two posts when they were written
// twice.
func TestTwins(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	at := time.Now().Add(-time.Minute)
	for range 3 {
		i := posting("the same")
		i.Created = at
		do(t, again(t, b), i)
	}
	if got := stored(s, b.cfg.PubKey, kindNote); len(got) != 3 {
		t.Errorf("%d posts", len(got))
	}
}

// TestComment answers an article, which no note may do (NIP-22), and the answer is
// read in its thread.
func TestComment(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	fern, b := me(t, []string{s.URL()}), me(t, []string{s.URL()})
	article := listed(t, fern, kindArticle, time.Hour, "long", nostr.Tag{"d", "x"}, nostr.Tag{"title", "An article"})
	s.Put(article)
	i := posting("well said")
	i.ReplyTo = timeline.Subject{ID: timeline.ID{Network: timeline.Nostr, Local: article.ID}}
	o := do(t, b, i)
	if got := stored(s, b.cfg.PubKey, kindComment); len(got) != 1 {
		t.Fatalf("%d comments", len(got))
	}
	thread, err := b.Thread(t.Context(), i.ReplyTo.ID)
	if err != nil || len(thread.Roots[0].Replies) != 1 || thread.Roots[0].Replies[0].ID != o.Receipt.Posts[0].ID {
		t.Errorf("%+v, %v", thread, err)
	}
}
