package nostr

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// nowhere is the address of a relay that is down.
func nowhere(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return "ws://" + l.Addr().String()
}

func answerOf(t *testing.T, o timeline.Outcome, url string) timeline.Answer {
	t.Helper()
	for _, a := range o.Receipt.Answers {
		if a.Server.String() == serverName(url) {
			return a
		}
	}
	t.Fatalf("no answer of %s in %+v", url, o.Receipt.Answers)
	return timeline.Answer{}
}

// TestPublish posts, and reads the post back from the relay and by Post.
func TestPublish(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	b := me(t, urls(servers))
	const text = `a <b> & "c" \ é #Go 🪿`
	o := do(t, b, posting(text))
	for _, s := range servers {
		got := stored(s, b.cfg.PubKey, kindNote)
		if len(got) != 1 || got[0].Content != text {
			t.Fatalf("%s holds %v", s.URL(), got)
		}
		if got[0].Tags.FindWithValue("t", "go") == nil {
			t.Errorf("no t tag: %v", got[0].Tags)
		}
		if a := answerOf(t, o, s.URL()); !a.Taken {
			t.Errorf("answer %+v", a)
		}
	}
	if u := o.Receipt.Posts[0].URL.String(); !strings.HasPrefix(u, "https://njump.me/nevent1") {
		t.Errorf("address %q", u)
	}
	p, err := again(t, b).Post(t.Context(), o.Receipt.Posts[0].ID)
	if err != nil || p.Text.Plain().String() != text {
		t.Errorf("read back: %v, %v", p, err)
	}
}

// TestPrepareAgain shows that a preparation that is repeated, in another process
// and later, makes the same bytes.
func TestPrepareAgain(t *testing.T) {
	b := me(t, urls(empty(t, sandbox.Options{})))
	i, n := posting("once"), &notes{}
	first, err := b.Prepare(t.Context(), i, n)
	if err != nil {
		t.Fatal(err)
	}
	i.Parts[0].Text = rules{}.Mark("twice") // a difference that must not matter any more
	second, err := again(t, b).Prepare(t.Context(), i, n)
	if err != nil || string(second.Body) != string(first.Body) {
		t.Errorf("prepared again: %s, %v\nwant %s", second.Body, err, first.Body)
	}
}

// TestOneEvent goes through the ways in which a relay's answer is lost, a restart
// after each step among them: the post is there once.
func TestOneEvent(t *testing.T) {
	for _, manner := range []sandbox.Manner{sandbox.DropsOK, sandbox.Mute, sandbox.Deaf, sandbox.RateLimits, sandbox.Fails} {
		for _, times := range []int{1, 3} {
			servers := empty(t, sandbox.Options{}, sandbox.Options{})
			for _, s := range servers {
				s.Treat(manner, times)
			}
			b := me(t, urls(servers))
			r := prepare(t, b, posting("once"))
			o := timeline.Outcome{}
			for round := 0; round < 6 && o.Verdict != timeline.Published; round++ {
				b = again(t, b)
				if o.Verdict == timeline.Uncertain {
					o = b.Settle(t.Context(), r)
				} else {
					o = b.Send(t.Context(), r)
					r.Tries++
				}
				if o.Verdict == timeline.Rejected || o.Verdict == timeline.Spent || o.Verdict == timeline.Hopeless {
					t.Fatalf("manner %d: %s, %v", manner, o.Verdict, o.Err)
				}
				r.Known = o.Receipt
			}
			if o.Verdict != timeline.Published {
				t.Fatalf("manner %d: never published: %s, %v", manner, o.Verdict, o.Err)
			}
			ids := map[string]bool{}
			for _, s := range servers {
				for _, e := range stored(s, b.cfg.PubKey, kindNote) {
					ids[e.ID] = true
				}
			}
			if len(ids) != 1 {
				t.Errorf("manner %d, %d times: %d events", manner, times, len(ids))
			}
		}
	}
}

// TestVerdicts holds Send and Settle to what each mix of relays means.
func TestVerdicts(t *testing.T) {
	type relays = []sandbox.Manner
	for name, c := range map[string]struct {
		relays relays
		dead   int // own relays that are down, besides
		quorum int
		send   timeline.Verdict
		settle timeline.Verdict
		code   timeline.Code
	}{
		"one takes it, one is dead":        {relays{sandbox.Takes}, 1, 1, timeline.Published, timeline.Published, ""},
		"all refuse":                       {relays{sandbox.Blocks, sandbox.Blocks}, 0, 1, timeline.Rejected, timeline.Absent, timeline.CodeRefused},
		"one refuses, one is dead":         {relays{sandbox.Blocks}, 1, 1, timeline.Absent, timeline.Absent, timeline.CodeOffline},
		"all are dead":                     {nil, 2, 1, timeline.Absent, timeline.Uncertain, timeline.CodeOffline},
		"below the quorum":                 {relays{sandbox.Takes}, 1, 2, timeline.Absent, timeline.Absent, timeline.CodeOffline},
		"the quorum cannot be had":         {relays{sandbox.Takes, sandbox.Blocks}, 0, 2, timeline.Published, timeline.Absent, ""},
		"no answer, and nothing was taken": {relays{sandbox.Deaf}, 0, 1, timeline.Uncertain, timeline.Absent, timeline.CodeOffline},
		"no answer, but taken":             {relays{sandbox.Mute}, 0, 1, timeline.Published, timeline.Published, ""},
		"the answer is lost":               {relays{sandbox.DropsOK}, 0, 1, timeline.Published, timeline.Published, ""},
		"asked too often":                  {relays{sandbox.RateLimits}, 0, 1, timeline.Absent, timeline.Absent, timeline.CodeRateLimited},
		"it fails":                         {relays{sandbox.Fails}, 0, 1, timeline.Absent, timeline.Absent, timeline.CodeServer},
		"a liar beside an honest one":      {relays{sandbox.Lies, sandbox.Takes}, 0, 2, timeline.Published, timeline.Absent, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := append([]sandbox.Options{{}}, make([]sandbox.Options, len(c.relays))...)
			servers := empty(t, o...)
			var own []string
			for i, m := range c.relays {
				servers[i+1].Treat(m, 0)
				own = append(own, servers[i+1].URL())
			}
			for range c.dead {
				own = append(own, nowhere(t))
			}
			b := me(t, own, func(c *Config) { c.DefaultRelays = []string{servers[0].URL()} })
			b.cfg.Quorum, b.pool.wait = c.quorum, 10*time.Second // every relay that is asked answers, however busy the machine is
			r := prepare(t, b, posting("hello"))
			got := b.Send(t.Context(), r)
			if got.Verdict != c.send || codeOf(got) != c.code {
				t.Errorf("Send: %s, %v", got.Verdict, got.Err)
			}
			if len(got.Receipt.Answers) != len(own) {
				t.Errorf("answers %+v", got.Receipt.Answers)
			}
			if got := again(t, b).Settle(t.Context(), r); got.Verdict != c.settle {
				t.Errorf("Settle: %s, %v", got.Verdict, got.Err)
			}
		})
	}
}

// TestDeadRelayDelaysNothing: with a quorum reached, the others get a moment more.
func TestDeadRelayDelaysNothing(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	servers[1].Treat(sandbox.Deaf, 0)
	b := me(t, urls(servers))
	b.pace = pace{answer: time.Minute, grace: 50 * time.Millisecond, whole: time.Minute}
	r := prepare(t, b, posting("quick"))
	start := time.Now()
	o := b.Send(t.Context(), r)
	if took := time.Since(start); o.Verdict != timeline.Published || took > 5*time.Second {
		t.Errorf("%s after %s", o.Verdict, took)
	}
	if a := answerOf(t, o, servers[1].URL()); a.Taken || a.Final || a.Message != errSilent.Message {
		t.Errorf("the silent relay's answer is %+v", a)
	}
}

// TestRestIsGiven: a later Send goes to those alone that have not answered for good.
func TestRestIsGiven(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{}, sandbox.Options{})
	servers[1].Treat(sandbox.Fails, 2)
	servers[2].Treat(sandbox.Blocks, 0)
	b := me(t, urls(servers))
	b.cfg.Quorum = 2
	r := prepare(t, b, posting("to all"))
	o := b.Send(t.Context(), r)
	if o.Verdict != timeline.Absent || !answerOf(t, o, servers[0].URL()).Taken || !answerOf(t, o, servers[2].URL()).Final {
		t.Fatalf("%s, %v, %+v", o.Verdict, o.Err, o.Receipt.Answers)
	}
	before := servers[0].Stats().Events.Load() + servers[2].Stats().Events.Load()
	r.Known, r.Tries = o.Receipt, 1
	if o = again(t, b).Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Fatalf("%s, %v", o.Verdict, o.Err)
	}
	if after := servers[0].Stats().Events.Load() + servers[2].Stats().Events.Load(); after != before {
		t.Errorf("%d events went to relays that had answered", after-before)
	}
	if a := answerOf(t, o, servers[0].URL()); !a.Taken {
		t.Errorf("the first answer is forgotten: %+v", a)
	}
}

// TestPublishAfterSignIn: a relay of the own list gets one signature and then the
// event; another's gets neither.
func TestPublishAfterSignIn(t *testing.T) {
	for _, o := range []sandbox.Options{{WriteAuth: true}, {Auth: true}} {
		s := empty(t, o)[0]
		b := me(t, []string{s.URL()})
		do(t, b, posting("signed in"))
		if n := s.Stats().Auths.Load(); n != 1 {
			t.Errorf("%d signatures, want 1", n)
		}
		if got := stored(s, b.cfg.PubKey, kindNote); len(got) != 1 {
			t.Errorf("%d events", len(got))
		}
	}
	servers := empty(t, sandbox.Options{}, sandbox.Options{WriteAuth: true})
	fern := nostr.GeneratePrivateKey()
	public, _ := nostr.GetPublicKey(fern)
	list := nostr.Event{Kind: kindRelays, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"r", servers[1].URL()}}}
	if err := list.Sign(fern); err != nil {
		t.Fatal(err)
	}
	servers[0].Put(list)
	b := me(t, urls(servers[:1]))
	o := do(t, b, posting("hello nostr:"+npub(public)))
	if a := answerOf(t, o, servers[1].URL()); a.Taken || !a.Final {
		t.Errorf("the inbox that asks for a sign-in answered %+v", a)
	}
	if n := servers[1].Stats().Auths.Load(); n != 0 {
		t.Errorf("a foreign relay got %d signatures", n)
	}
}

// TestPublishBesideEvil: whatever one relay does, the other takes the post.
func TestPublishBesideEvil(t *testing.T) {
	for _, evil := range sandbox.Evils() {
		t.Run(evil.String(), func(t *testing.T) {
			servers := empty(t, sandbox.Options{}, sandbox.Options{Evil: evil})
			b := me(t, urls(servers))
			do(t, b, posting("beside evil"))
			if got := stored(servers[0], b.cfg.PubKey, kindNote); len(got) != 1 {
				t.Errorf("%d events", len(got))
			}
			if n := servers[1].Stats().Auths.Load(); n > 3 {
				t.Errorf("the evil relay got %d signatures", n)
			}
		})
	}
}

// TestInboxes: who is answered and mentioned gets the post where they read, though
// the own quorum is elsewhere.
func TestInboxes(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	fern := me(t, urls(servers[1:]))
	list := nostr.Event{Kind: kindRelays, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"r", servers[1].URL()}}}
	if err := fern.sign(t.Context(), &list); err != nil {
		t.Fatal(err)
	}
	servers[0].Put(list)
	b := me(t, urls(servers[:1]))
	do(t, b, posting("hello nostr:"+npub(fern.cfg.PubKey)))
	got := stored(servers[1], b.cfg.PubKey, kindNote)
	if len(got) != 1 {
		t.Fatalf("the inbox holds %d events", len(got))
	}
	if tag := got[0].Tags.FindWithValue("p", fern.cfg.PubKey); tag == nil || item(tag, 2) != servers[1].URL() {
		t.Errorf("tags %v", got[0].Tags)
	}
}

// TestStopped: a Send that is cut short does not claim to know.
func TestStopped(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	s.Treat(sandbox.Deaf, 0)
	b := me(t, []string{s.URL()})
	b.pace.answer = time.Minute
	r := prepare(t, b, posting("stopped"))
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if o := b.Send(ctx, r); o.Verdict != timeline.Uncertain || o.Err == nil {
		t.Errorf("%s, %v", o.Verdict, o.Err)
	}
}

// TestSettleAfterDeletion: a post that was deleted elsewhere while its answer was
// lost was there, and is not sent again.
func TestSettleAfterDeletion(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	r := prepare(t, b, posting("short-lived"))
	o := b.Send(t.Context(), r)
	do(t, b, intent(timeline.Intent{Kind: timeline.DoDelete, On: subjectOf(o)}))
	if got := stored(s, b.cfg.PubKey, kindNote); len(got) != 0 {
		t.Fatalf("still there: %v", got)
	}
	if o := again(t, b).Settle(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("Settle: %s, %v", o.Verdict, o.Err)
	}
}

// TestReadOnly: an account without its key says so and prepares nothing.
func TestReadOnly(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	if err := b.cfg.Store.Delete(t.Context(), "acct"); err != nil {
		t.Fatal(err)
	}
	if l := b.Limits(); !l.Assumed || !l.ReadOnly.Empty() {
		t.Errorf("before Learn: %+v", l)
	}
	if err := b.Learn(t.Context()); err != nil {
		t.Fatal(err)
	}
	if l := b.Limits(); l.Assumed || l.ReadOnly.Empty() {
		t.Errorf("after Learn: %+v", l)
	}
	_, err := b.Prepare(t.Context(), posting("no key"), &notes{})
	if timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("Prepare: %v", err)
	}
}

// TestLearn takes the strictest relay's limits, and bears one that is down.
func TestLearn(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{MaxContent: 900})
	b := me(t, append(urls(servers), nowhere(t)), func(c *Config) { c.MediaServer = "https://media.example" })
	if err := b.Learn(t.Context()); err != nil {
		t.Fatal(err)
	}
	l := b.Limits()
	if l.Bytes != 900 || l.Unit != "bytes" || l.Media != mostFiles || l.Assumed || l.Atomic {
		t.Errorf("%+v", l)
	}
	gone := me(t, []string{nowhere(t)})
	if err := gone.Learn(t.Context()); timeline.CodeOf(err) != timeline.CodeOffline || !gone.Limits().Assumed {
		t.Errorf("with no relay: %v", err)
	}
}

func codeOf(o timeline.Outcome) timeline.Code {
	if o.Err == nil {
		return ""
	}
	return o.Err.Code
}
