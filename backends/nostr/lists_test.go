package nostr

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// following is an intent to follow somebody.
func following(key string) timeline.Intent {
	return intent(timeline.Intent{Kind: timeline.DoFollow, Person: key})
}

// listed signs a list of b's owner, as another program would, that long ago.
func listed(t testing.TB, b *Backend, kind int, ago time.Duration, content string, tags ...nostr.Tag) nostr.Event {
	t.Helper()
	return listedAt(t, b, kind, time.Now().Add(-ago), content, tags...)
}

// listedAt is an event of a moment.
func listedAt(t testing.TB, b *Backend, kind int, at time.Time, content string, tags ...nostr.Tag) nostr.Event {
	t.Helper()
	e := nostr.Event{Kind: kind, CreatedAt: nostr.Timestamp(at.Unix()), Tags: tags, Content: content}
	if err := b.sign(t.Context(), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

// edits are an intent for each kind of list, each of which adds the last of tags. The
// post that is bookmarked is at s.
func edits(t testing.TB, s *sandbox.Server, b *Backend) map[int]timeline.Intent {
	t.Helper()
	post := nostr.Event{Kind: kindNote, CreatedAt: nostr.Now(), Content: "worth keeping"}
	if err := b.sign(t.Context(), &post); err != nil {
		t.Fatal(err)
	}
	s.Put(post)
	return map[int]timeline.Intent{
		kindFollows: following(key(3)),
		kindMutes:   intent(timeline.Intent{Kind: timeline.DoMute, Person: key(3)}),
		kindSaved:   intent(timeline.Intent{Kind: timeline.DoBookmark, On: timeline.Subject{ID: nostrID(post.ID)}}),
	}
}

// TestListKeepsAll: of one relay that is empty, one that is stale, one that lies and
// one that has the newest, the newest is kept to the last unknown item.
func TestListKeepsAll(t *testing.T) {
	for _, kind := range []int{kindFollows, kindMutes, kindSaved} {
		t.Run(strconv.Itoa(kind), func(t *testing.T) {
			servers := empty(t, sandbox.Options{}, sandbox.Options{}, sandbox.Options{}, sandbox.Options{Evil: sandbox.ForgedSignature})
			b := me(t, urls(servers))
			stale := listed(t, b, kind, time.Hour, "", nostr.Tag{"p", key(1)})
			newest := listed(t, b, kind, time.Minute, `{"wss://r.example":{"read":true}}`,
				nostr.Tag{"p", key(1), "", "ana"}, nostr.Tag{"p", key(2)}, nostr.Tag{"odd"}, nostr.Tag{"t", "<&>", "x"}, nostr.Tag{})
			servers[1].Put(stale)
			servers[2].Put(newest)
			servers[3].Put(stale)
			n := &notes{}
			r, err := b.Prepare(t.Context(), edits(t, servers[0], b)[kind], n)
			if err != nil {
				t.Fatal(err)
			}
			if o := b.Send(t.Context(), r); o.Verdict != timeline.Published {
				t.Fatalf("%s, %v", o.Verdict, o.Err)
			}
			var backup string
			raw, _ := n.Get("list before")
			if err := json.Unmarshal(raw, &backup); err != nil || backup != newest.String() {
				t.Errorf("the backup is %s, %v", backup, err)
			}
			for _, s := range servers[:3] {
				got := stored(s, b.cfg.PubKey, kind)
				if len(got) != 1 || got[0].Content != newest.Content || got[0].CreatedAt <= newest.CreatedAt ||
					len(got[0].Tags) != len(newest.Tags)+1 || !slices.EqualFunc(got[0].Tags[:len(newest.Tags)], newest.Tags, slices.Equal) {
					t.Errorf("%s holds %v", s.URL(), got)
				}
			}
		})
	}
}

// TestListBehindTheCap: one relay is empty, one stale, one lies, and the newest may be
// behind a frame over the cap. No list is touched, nor read as if it were whole.
func TestListBehindTheCap(t *testing.T) {
	for kind, l := range map[int]timeline.List{kindFollows: timeline.ListFollows, kindMutes: timeline.ListMutes, kindSaved: timeline.ListBookmarks} {
		t.Run(string(l), func(t *testing.T) {
			servers := empty(t, sandbox.Options{}, sandbox.Options{}, sandbox.Options{Evil: sandbox.ForgedID}, sandbox.Options{}, sandbox.Options{Evil: sandbox.HugeFrame})
			b := me(t, urls(servers))
			stale := listed(t, b, kind, time.Hour, "", nostr.Tag{"p", key(1)})
			for _, s := range servers[1:4] {
				s.Put(stale)
			}
			i := edits(t, servers[0], b)[kind]
			before := sent(servers)
			if _, err := b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
				t.Errorf("Prepare: %s, %v", timeline.CodeOf(err), err)
			}
			if _, err := b.List(t.Context(), l, timeline.Page{}); timeline.CodeOf(err) != timeline.CodeRefused {
				t.Errorf("List: %s, %v", timeline.CodeOf(err), err)
			}
			if sent(servers) != before {
				t.Error("something was published")
			}
		})
	}
}

// sent is how many events were published at relays.
func sent(servers []*sandbox.Server) (n int64) {
	for _, s := range servers {
		n += s.Stats().Events.Load()
	}
	return n
}

// TestListIsNotTouched: where something may have been missed, nothing is sent.
func TestListIsNotTouched(t *testing.T) {
	type relays = []sandbox.Options
	for name, c := range map[string]struct {
		relays relays
		dead   int
		code   timeline.Code
	}{
		"a frame over the cap":        {relays{{}, {}, {Evil: sandbox.HugeFrame}}, 0, timeline.CodeRefused},
		"half of them down":           {relays{{}}, 1, timeline.CodeOffline},
		"most of them never finish":   {relays{{}, {Evil: sandbox.NeverEOSE}, {Evil: sandbox.NeverEOSE}}, 0, timeline.CodeOffline},
		"most of them ask for a name": {relays{{}, {Evil: sandbox.AuthFlood}, {Evil: sandbox.AuthFlood}}, 0, timeline.CodeOffline},
	} {
		t.Run(name, func(t *testing.T) {
			servers := empty(t, c.relays...)
			own := urls(servers)
			for range c.dead {
				own = append(own, nowhere(t))
			}
			b := me(t, own)
			servers[0].Put(listed(t, b, kindFollows, time.Hour, "", nostr.Tag{"p", key(1)}))
			_, err := b.Prepare(t.Context(), following(key(3)), &notes{})
			if timeline.CodeOf(err) != c.code {
				t.Errorf("%s, %v", timeline.CodeOf(err), err)
			}
			if got := stored(servers[0], b.cfg.PubKey, kindFollows); len(got) != 1 || got[0].Tags.FindWithValue("p", key(1)) == nil {
				t.Errorf("the list is %v", got)
			}
		})
	}
}

// TestFirstList: a first list is written only where every own relay says that there
// is none.
func TestFirstList(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{}, sandbox.Options{})
	b := me(t, append(urls(servers), nowhere(t)))
	if _, err := b.Prepare(t.Context(), following(key(1)), &notes{}); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("with a relay down: %v", err)
	}
	b = me(t, urls(servers))
	do(t, b, following(key(1)))
	if got := stored(servers[0], b.cfg.PubKey, kindFollows); len(got) != 1 || len(got[0].Tags) != 1 {
		t.Errorf("%v", got)
	}
}

// TestFirstListElsewhere: somebody who is new at a relay of their own may have a list
// at the relays that everybody uses. When those are down, nothing is written.
func TestFirstListElsewhere(t *testing.T) {
	own, usual := empty(t, sandbox.Options{}), empty(t, sandbox.Options{}, sandbox.Options{})
	with := func(relays ...string) *Backend {
		return me(t, urls(own), func(c *Config) { c.DefaultRelays = relays })
	}
	_, err := with(nowhere(t), nowhere(t), usual[0].URL()).Prepare(t.Context(), following(key(1)), &notes{})
	if timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("most are down: %v", err)
	}
	do(t, with(nowhere(t), usual[0].URL(), usual[1].URL()), following(key(1)))
}

// TestListForgotten: relays that have lost what was seen before make no new base.
func TestListForgotten(t *testing.T) {
	servers := empty(t, sandbox.Options{})
	b := me(t, urls(servers))
	do(t, b, following(key(1)))
	b.own = urls(empty(t, sandbox.Options{}))
	b.fallback = b.own
	if _, err := b.Prepare(t.Context(), following(key(2)), &notes{}); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("%v", err)
	}
}

// TestListConflict: another program writes between Prepare and Send, or while the
// answer is lost. Its work stays, and ours is done afresh.
func TestListConflict(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	b := me(t, urls(servers))
	for _, s := range servers {
		s.Put(listed(t, b, kindFollows, time.Hour, "", nostr.Tag{"p", key(1)}))
	}
	r := prepare(t, b, following(key(3)))
	other := listed(t, b, kindFollows, time.Minute, "", nostr.Tag{"p", key(1)}, nostr.Tag{"p", key(2)})
	servers[0].Put(other)
	if o := again(t, b).Settle(t.Context(), r); o.Verdict != timeline.Spent {
		t.Errorf("Settle: %s, %v", o.Verdict, o.Err)
	}
	if o := again(t, b).Send(t.Context(), r); o.Verdict != timeline.Spent || o.Err == nil {
		t.Errorf("Send: %s, %v", o.Verdict, o.Err)
	}
	if got := stored(servers[0], b.cfg.PubKey, kindFollows); got[0].ID != other.ID {
		t.Errorf("the other program's list is gone: %v", got)
	}
	do(t, b, following(key(3)))
	for _, s := range servers {
		got := stored(s, b.cfg.PubKey, kindFollows)[0]
		for n := byte(1); n <= 3; n++ {
			if got.Tags.FindWithValue("p", key(n)) == nil {
				t.Errorf("%s has lost key %d: %v", s.URL(), n, got.Tags)
			}
		}
	}
}

// TestListLostAnswer: an edit whose answer was lost is found, and sent no second
// time; one that did not arrive is sent again.
func TestListLostAnswer(t *testing.T) {
	for manner, want := range map[sandbox.Manner]timeline.Verdict{
		sandbox.Mute: timeline.Published, sandbox.DropsOK: timeline.Published, sandbox.Deaf: timeline.Absent,
	} {
		s := empty(t, sandbox.Options{})[0]
		b := me(t, []string{s.URL()})
		r := prepare(t, b, following(key(1)))
		s.Treat(manner, 0)
		b.Send(t.Context(), r)
		if o := again(t, b).Settle(t.Context(), r); o.Verdict != want {
			t.Errorf("manner %d: Settle: %s, %v", manner, o.Verdict, o.Err)
		}
		s.Treat(sandbox.Takes, 0)
		if o := again(t, b).Send(t.Context(), r); o.Verdict != timeline.Published {
			t.Errorf("manner %d: Send: %s, %v", manner, o.Verdict, o.Err)
		}
	}
}

// TestListsAtOnce has eight follow at the same time, in two processes that share a
// vault, and prepare afresh where another was faster: nobody is lost.
func TestListsAtOnce(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	b := me(t, urls(servers))
	processes := []*Backend{b, again(t, b)}
	const people = 8
	var wg sync.WaitGroup
	for n := range byte(people) {
		wg.Go(func() {
			for range 10 * people {
				i := following(key(n + 1))
				r, err := processes[n%2].Prepare(context.Background(), i, &notes{})
				if err != nil {
					continue // a relay had just been written to by another: tried again
				}
				if o := processes[n%2].Send(context.Background(), r); o.Verdict == timeline.Published {
					return
				}
			}
			t.Errorf("key %d was never followed", n+1)
		})
	}
	wg.Wait()
	got := stored(servers[0], b.cfg.PubKey, kindFollows)[0]
	for n := range byte(people) {
		if got.Tags.FindWithValue("p", key(n+1)) == nil {
			t.Errorf("key %d is lost", n+1)
		}
	}
}

// TestUnfollow takes all entries of a person off, and does nothing twice.
func TestUnfollow(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	s.Put(listed(t, b, kindFollows, time.Hour, "", nostr.Tag{"p", key(1)}, nostr.Tag{"p", key(2)}, nostr.Tag{"p", key(1), "wss://x.example"}))
	off := func() timeline.Intent {
		return intent(timeline.Intent{Kind: timeline.DoFollow, Person: key(1), Undo: true})
	}
	do(t, b, off())
	got := stored(s, b.cfg.PubKey, kindFollows)
	if len(got) != 1 || len(got[0].Tags) != 1 || value(got[0].Tags, "p") != key(2) {
		t.Errorf("%v", got)
	}
	before := s.Stats().Events.Load()
	do(t, again(t, b), off())
	do(t, again(t, b), following(key(2)))
	if s.Stats().Events.Load() != before {
		t.Error("an event went out where nothing was to be done")
	}
}

// TestBookmark puts a post on the list and off again; what is kept there in secret
// stays.
func TestBookmark(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	post := subjectOf(do(t, b, posting("worth keeping")))
	s.Put(listed(t, b, kindSaved, time.Hour, "encrypted", nostr.Tag{"e", id(1)}, nostr.Tag{"r", "https://a.example"}))
	o := do(t, b, intent(timeline.Intent{Kind: timeline.DoBookmark, On: post}))
	if len(o.Receipt.Posts) != 1 || o.Receipt.Posts[0].ID != post.ID {
		t.Errorf("receipt %+v", o.Receipt)
	}
	got := stored(s, b.cfg.PubKey, kindSaved)[0]
	if got.Content != "encrypted" || len(got.Tags) != 3 || got.Tags.FindWithValue("e", post.ID.Local) == nil {
		t.Errorf("%v", got)
	}
	do(t, again(t, b), intent(timeline.Intent{Kind: timeline.DoBookmark, On: post, Undo: true}))
	got = stored(s, b.cfg.PubKey, kindSaved)[0]
	if got.Content != "encrypted" || len(got.Tags) != 2 {
		t.Errorf("%v", got)
	}
}

// TestLongList follows one more than 3,000, which is over what a post may have.
func TestLongList(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	if err := b.Learn(t.Context()); err != nil {
		t.Fatal(err)
	}
	many := func(n int) (tags []nostr.Tag) {
		for i := range n {
			tags = append(tags, nostr.Tag{"p", key(1)[:56] + leftPad(strconv.FormatInt(int64(i), 16)), "wss://relay.example"})
		}
		return tags
	}
	s.Put(listed(t, b, kindFollows, time.Hour, "", many(3000)...))
	do(t, b, following(key(2)))
	if got := stored(s, b.cfg.PubKey, kindFollows)[0]; len(got.Tags) != 3001 {
		t.Errorf("%d entries", len(got.Tags))
	}
	s.Put(listed(t, b, kindFollows, -time.Minute, "", many(6000)...))
	if _, err := b.Prepare(t.Context(), following(key(3)), &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a list over what the relay takes: %v", err)
	}
}

func leftPad(s string) string { return "00000000"[len(s):] + s }

// TestListReplaced: a relay that refuses an edit because it has a newer version just
// got makes it prepared afresh; one that refuses it as such ends it.
func TestListReplaced(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	r := prepare(t, b, following(key(1)))
	s.Treat(sandbox.Blocks, 0)
	if o := b.Send(t.Context(), r); o.Verdict != timeline.Rejected {
		t.Errorf("blocked: %s, %v", o.Verdict, o.Err)
	}
	s.Put(listed(t, b, kindFollows, -time.Second, "", nostr.Tag{"p", key(2)}))
	if o := again(t, b).Send(t.Context(), r); o.Verdict != timeline.Spent {
		t.Errorf("replaced: %s, %v", o.Verdict, o.Err)
	}
}
