package nostr

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip44"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// startBunker runs a signer that holds the viewer's key, at a relay of its own.
func startBunker(t testing.TB, s *sandbox.Server) *sandbox.Bunker {
	t.Helper()
	meeting := empty(t, sandbox.Options{})[0]
	return bunkerAt(t, meeting, s.SecretKey(world.Viewer))
}

func bunkerAt(t testing.TB, relay *sandbox.Server, key string) *sandbox.Bunker {
	t.Helper()
	b, err := sandbox.StartBunker(t.Context(), relay.URL(), key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// signedInto makes an account with a remote signer.
func signedInto(t testing.TB, s *sandbox.Server, signer *sandbox.Bunker) account.Finished {
	t.Helper()
	p := &newcomer{t: t, says: map[string][]string{stepHow: {viaBunker}, stepBunker: {signer.URI()}}}
	done, err := p.signsIn(newFlow(t, []string{s.URL()}, nil, nil))
	if err != nil {
		t.Fatalf("%v; told %v", err, p.told)
	}
	return done
}

// bunkered is a Backend whose key a remote signer holds.
func bunkered(t testing.TB, s *sandbox.Server, signer *sandbox.Bunker) *Backend {
	t.Helper()
	done := signedInto(t, s, signer)
	b := me(t, []string{s.URL()}, func(c *Config) { c.PubKey = done.Record.PubKey })
	if err := b.cfg.Store.Save(t.Context(), "acct", done.Credentials); err != nil {
		t.Fatal(err)
	}
	hasty(t, b)
	return b
}

// hasty shortens how long the remote signer is waited for.
func hasty(t testing.TB, b *Backend) {
	t.Helper()
	s, err := b.signer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	far, ok := s.(*bunker)
	if !ok {
		t.Fatalf("the signer is a %T", s)
	}
	far.patience = bunkerPatience{signs: 500 * time.Millisecond, reads: 500 * time.Millisecond}
}

func asked(signer *sandbox.Bunker, method string) (params []string) {
	for _, q := range signer.Requests() {
		if q.Method == method {
			params = append(params, strings.Join(q.Params, " "))
		}
	}
	return params
}

// TestBunkerSignsIn: the address is all that is needed; what is kept is no key of the
// account and no token, and nothing of the account is told to the signer's relay.
func TestBunkerSignsIn(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer := startBunker(t, s)
	done := signedInto(t, s, signer)
	if r := done.Record; r.PubKey != s.PubKey(world.Viewer) || r.ReadOnly || r.Locked || r.Handle != "you@nostr.example" {
		t.Errorf("the record is %+v", r)
	}
	creds := done.Credentials
	kept, token, err := parseBunker(creds[account.Bunker].Reveal())
	if err != nil || !token.Empty() || len(creds) != 2 || !strings.Contains(signer.URI(), kept.signer) || !isHex(creds[account.BunkerKey].Reveal(), 64) {
		t.Errorf("kept: %v, %v, %d things", kept, err, len(creds))
	}
	for _, r := range []string{asked(signer, "connect")[0], asked(signer, "get_public_key")[0]} {
		if strings.Contains(r, s.SecretKey(world.Viewer)) {
			t.Error("the key was sent")
		}
	}
}

// TestBunkerAddress: what is no address is refused, and not repeated.
func TestBunkerAddress(t *testing.T) {
	const signer = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
	at, token, err := parseBunker("  bunker://" + strings.ToUpper(signer) + "?relay=wss%3A%2F%2Frelay.example%2F&secret=canary&relay=http%3A%2F%2Fno ")
	if err != nil || at.signer != signer || !slices.Equal(at.relays, []string{"wss://relay.example"}) || token.Reveal() != "canary" {
		t.Errorf("%+v, %v", at, err)
	}
	if again, _, err := parseBunker(at.String()); err != nil || again.String() != at.String() {
		t.Errorf("%v, %v", again, err)
	}
	for _, bad := range []string{
		"", "canary", "bunker://canary?relay=wss://relay.example", "bunker://" + signer + "?secret=canary",
		"https://" + signer + "?relay=wss://relay.example&canary", "bunker://" + strings.Repeat("f", 64) + "?relay=wss://relay.example",
		"bunker://" + signer + "?relay=wss://relay.example&canary=" + strings.Repeat("x", maxBunker), "bunker://%zz-canary",
	} {
		if _, _, err := parseBunker(bad); timeline.CodeOf(err) != timeline.CodeUsage || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.80q: %v", bad, err)
		}
	}
}

// TestBunkerPosts: a post is signed once, whatever happens, and sent as it was signed.
func TestBunkerPosts(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer := startBunker(t, s)
	b := bunkered(t, s, signer)
	do(t, b, posting("signed elsewhere <&> \"quoted\" \\n 🪶"))
	got := stored(s, b.cfg.PubKey, kindNote)[0]
	if ok, err := got.CheckSignature(); got.Content != "signed elsewhere <&> \"quoted\" \\n 🪶" || !ok || err != nil {
		t.Errorf("stored %v (%v)", got, err)
	}
	kept := &notes{}
	i := posting("again")
	first, err := b.Prepare(t.Context(), i, kept)
	if err != nil {
		t.Fatal(err)
	}
	second, err := again(t, b).Prepare(t.Context(), i, kept)
	if err != nil || string(first.Body) != string(second.Body) || len(asked(signer, "sign_event")) != 2 {
		t.Errorf("prepared again: %v; %d signatures", err, len(asked(signer, "sign_event")))
	}
}

// TestBunkerIsSlow: while the signer does not answer the post is kept, and what is asked
// of it later is the very same event.
func TestBunkerIsSlow(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer := startBunker(t, s)
	b := bunkered(t, s, signer)
	signer.Behave(sandbox.NeverAnswers)
	i, kept := posting("patience"), &notes{}
	i.Created = time.Time{} // now, whenever that is
	if _, err := b.Prepare(t.Context(), i, kept); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Fatalf("a silent signer: %v", err)
	}
	b.cfg.Now = func() time.Time { return time.Now().Add(time.Minute) }
	later := again(t, b)
	hasty(t, later)
	signer.Behave(sandbox.Obliging)
	r, err := later.Prepare(t.Context(), i, kept)
	if err != nil {
		t.Fatal(err)
	}
	if o := later.Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("%v", o.Err)
	}
	if all := asked(signer, "sign_event"); len(all) != 2 || all[0] != all[1] {
		t.Errorf("it was asked to sign %q", all)
	}
}

// TestEvilBunker: nothing but the event that was sent, signed by the account, goes out.
func TestEvilBunker(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer := startBunker(t, s)
	b := bunkered(t, s, signer)
	for name, c := range map[string]struct {
		manner sandbox.BunkerManner
		code   timeline.Code // "": it is published
	}{
		"another content": {sandbox.OtherContent, timeline.CodeRefused},
		"another time":    {sandbox.OtherTime, timeline.CodeRefused},
		"another key":     {sandbox.OtherKey, timeline.CodeRefused},
		"bad signature":   {sandbox.BadSignature, timeline.CodeRefused},
		"no event":        {sandbox.NoEvent, timeline.CodeRefused},
		"silence":         {sandbox.NeverAnswers, timeline.CodeOffline},
		"a refusal":       {sandbox.Declines, timeline.CodeAuth},
		"a page":          {sandbox.WantsPage, timeline.CodeAuth},
		"NIP-04":          {sandbox.AnswersOld, timeline.CodeUnsupported},
		"junk first":      {sandbox.AnswersJunk, ""},
		"two answers":     {sandbox.AnswersTwice, ""},
	} {
		t.Run(name, func(t *testing.T) {
			signer.Behave(c.manner)
			text := "to a signer with " + name
			r, err := b.Prepare(t.Context(), posting(text), &notes{})
			if timeline.CodeOf(err) != c.code {
				t.Fatalf("Prepare: %v", err)
			}
			if err != nil {
				if strings.ContainsRune(err.Error(), '\x1b') {
					t.Errorf("it steers the terminal: %q", err)
				}
				return
			}
			if o := b.Send(t.Context(), r); o.Verdict != timeline.Published {
				t.Errorf("Send: %v", o.Err)
			}
		})
	}
	for _, e := range stored(s, b.cfg.PubKey, kindNote) {
		if strings.Contains(e.Content, sandbox.Forged) {
			t.Errorf("published: %s", e.Content)
		}
	}
}

// TestStrangerIsNoBunker: who is not the signer cannot answer for it, even who knows what
// was asked.
func TestStrangerIsNoBunker(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer := startBunker(t, s)
	b := bunkered(t, s, signer)
	signer.Behave(sandbox.NeverAnswers)
	c, err := b.remote.call("ping")
	if err != nil {
		t.Fatal(err)
	}
	defer c.end()
	stranger := newClientKey()
	shared, err := nip44.GenerateConversationKey(b.remote.client, stranger.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(message{ID: c.id, Result: "pong"})
	if err != nil {
		t.Fatal(err)
	}
	e := nostr.Event{Kind: kindConnect, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"p", b.remote.client}}}
	if e.Content, err = nip44.Encrypt(string(raw), shared); err != nil {
		t.Fatal(err)
	}
	if err := e.Sign(stranger.Reveal()); err != nil {
		t.Fatal(err)
	}
	if err := dial(t, b.remote.at.relays[0]).publish(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got, err := c.wait(t.Context(), 300*time.Millisecond); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("a stranger was heard: %q, %v", got, err)
	}
}

// TestBunkerHidesLists: the hidden part of a list is read and written by the signer, in
// the encryption in which it was found.
func TestBunkerHidesLists(t *testing.T) {
	for name, old := range map[string]bool{"NIP-44": false, "NIP-04": true} {
		t.Run(name, func(t *testing.T) {
			s := startRelays(t, small(), sandbox.Options{})[0]
			b, near := bunkered(t, s, startBunker(t, s)), reader(t, []*sandbox.Server{s})
			s.Put(listed(t, near, kindMutes, time.Hour, concealed(t, near, old, `["p","`+key(7)+`"]`)))
			do(t, again(t, b), muting(key(8), false))
			got := stored(s, b.cfg.PubKey, kindMutes)[0]
			if items := revealed(t, again(t, near), got); len(items) != 2 || !strings.Contains(items[1], key(8)) || strings.Contains(got.Content, ivMark) != old {
				t.Errorf("hidden: %v in %q", items, got.Content)
			}
		})
	}
}

// TestBunkerSignsInToRelays: a relay of the account that asks who comes is answered by
// the signer, once for a challenge, and reading goes on meanwhile.
func TestBunkerSignsInToRelays(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{WriteAuth: true})
	s := servers[0]
	signer := startBunker(t, s)
	b := bunkered(t, s, signer)
	b.pace.answer, b.pace.whole = 5*time.Second, 5*time.Second
	do(t, b, posting("with a name"))
	do(t, b, posting("with the same name"))
	if n := s.Stats().Auths.Load(); n != 1 {
		t.Errorf("%d answers to challenges", n)
	}
	signatures := 0
	for _, e := range asked(signer, "sign_event") {
		if strings.Contains(e, `"kind":22242`) {
			signatures++
		}
	}
	if signatures != 1 {
		t.Errorf("%d signatures for challenges", signatures)
	}
}

// TestBunkerTakesNoMoreThanItCan: NIP-46 has room for 64 KiB.
func TestBunkerTakesNoMoreThanItCan(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	b := bunkered(t, s, startBunker(t, s))
	e := nostr.Event{Kind: kindNote, CreatedAt: nostr.Now(), Content: strings.Repeat("x", 66_000)}
	if err := b.sign(t.Context(), &e); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("%v", err)
	}
}
