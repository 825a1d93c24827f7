package nostr

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// hastyFlow is a sign-in that waits for no signer for long.
func hastyFlow(t testing.TB, relay, how string) account.Flow {
	t.Helper()
	f := SignIn(SignInConfig{
		Client: loopback(t), Relays: []string{relay}, names: domains(nil), connectWait: 500 * time.Millisecond,
	}, account.Preset{stepHow: how})
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// TestFlowBunker: what a signer does wrong at a sign-in is told, and nothing is kept.
func TestFlowBunker(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	begin := func(t *testing.T) account.Flow {
		return hastyFlow(t, s.URL(), viaBunker)
	}
	for name, c := range map[string]struct {
		manner sandbox.BunkerManner
		code   timeline.Code
	}{
		"silence":     {sandbox.NeverAnswers, timeline.CodeOffline},
		"a refusal":   {sandbox.Declines, timeline.CodeAuth},
		"other token": {sandbox.OtherToken, timeline.CodeRefused},
		"NIP-04":      {sandbox.AnswersOld, timeline.CodeUnsupported},
		"junk first":  {sandbox.AnswersJunk, ""},
		"two answers": {sandbox.AnswersTwice, ""},
	} {
		t.Run(name, func(t *testing.T) {
			signer := startBunker(t, s)
			signer.Behave(c.manner)
			f := begin(t)
			if _, err := f.Next(t.Context(), account.Answer{}); err != nil {
				t.Fatal(err)
			}
			step, err := f.Next(t.Context(), account.Answer{Secret: account.NewSecret(signer.URI())})
			if timeline.CodeOf(err) != c.code {
				t.Fatalf("%v", err)
			}
			if q, ok := step.(account.Question); !ok || (err != nil) != (q.Name == stepBunker) {
				t.Errorf("the next step is %#v", step)
			}
		})
	}
	t.Run("wrong token", func(t *testing.T) {
		signer := startBunker(t, s)
		p := &newcomer{t: t, says: map[string][]string{stepBunker: {strings.Replace(signer.URI(), "reed-token", "guess", 1), signer.URI()}}}
		if _, err := p.signsIn(begin(t)); err != nil || len(p.told) != 1 || timeline.CodeOf(p.told[0]) != timeline.CodeAuth {
			t.Errorf("%v; told %v", err, p.told)
		}
	})
	t.Run("no relay", func(t *testing.T) {
		f := begin(t)
		_, _ = f.Next(t.Context(), account.Answer{})
		uri := "bunker://" + s.PubKey("fern") + "?relay=" + url.QueryEscape(nowhere(t))
		if _, err := f.Next(t.Context(), account.Answer{Secret: account.NewSecret(uri)}); timeline.CodeOf(err) != timeline.CodeOffline {
			t.Errorf("%v", err)
		}
	})
}

// TestFlowBunkerPage: a signer may send the person to a page; the sign-in goes on when
// they have allowed it.
func TestFlowBunkerPage(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer := startBunker(t, s)
	signer.Behave(sandbox.WantsPage)
	p := &newcomer{t: t, says: map[string][]string{stepHow: {viaBunker}, stepBunker: {signer.URI()}}}
	p.visit = func(v account.Visit) (account.Answer, error) {
		if v.URL != sandbox.Page || v.QR {
			t.Errorf("the page is %q", v.URL)
		}
		go func() { _ = signer.Allow(t.Context()) }()
		return v.Await(t.Context())
	}
	done, err := p.signsIn(newFlow(t, []string{s.URL()}, nil, nil))
	if err != nil || done.Record.PubKey != s.PubKey(world.Viewer) {
		t.Errorf("%+v, %v", done.Record, err)
	}
	if want := []string{stepHow, stepBunker, stepApprove, stepApprove, stepRelays, stepProfile}; !slices.Equal(p.seen, want) {
		t.Errorf("the steps were %v", p.seen)
	}
}

// TestFlowConnect: a signer that was shown the address comes, and only who knows the
// secret of it is believed.
func TestFlowConnect(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer, stranger := bunkerAt(t, s, s.SecretKey(world.Viewer)), bunkerAt(t, s, s.SecretKey("fern"))
	p := &newcomer{t: t, says: map[string][]string{stepHow: {viaConnect}}}
	p.visit = func(v account.Visit) (account.Answer, error) {
		u, err := url.Parse(v.URL)
		if err != nil || !v.QR || u.Scheme != connectScheme || u.Query().Get("relay") != s.URL() || len(u.Query().Get("secret")) < 20 {
			t.Errorf("the address is %q", v.URL)
		}
		if err := stranger.Accept(t.Context(), v.URL, "ack"); err != nil {
			return account.Answer{}, err
		}
		if err := signer.Accept(t.Context(), v.URL, ""); err != nil {
			return account.Answer{}, err
		}
		return v.Await(t.Context())
	}
	done, err := p.signsIn(newFlow(t, []string{s.URL()}, nil, nil))
	if err != nil || done.Record.PubKey != s.PubKey(world.Viewer) || len(asked(stranger, "get_public_key")) != 0 {
		t.Errorf("%+v, %v", done.Record, err)
	}
	if err != nil {
		t.FailNow()
	}
	b := me(t, []string{s.URL()}, func(c *Config) { c.PubKey = done.Record.PubKey })
	if err := b.cfg.Store.Save(t.Context(), "acct", done.Credentials); err != nil {
		t.Fatal(err)
	}
	do(t, b, posting("by whom was invited"))
}

// TestInvitationIsForWhoKnowsTheSecret: everybody at the relay can write to who invites.
func TestInvitationIsForWhoKnowsTheSecret(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	signer, stranger := bunkerAt(t, s, s.SecretKey(world.Viewer)), bunkerAt(t, s, s.SecretKey("fern"))
	b, err := newBunker(loopback(t), slog.New(slog.DiscardHandler), newClientKey(), bunkerAddress{relays: []string{s.URL()}})
	if err != nil {
		t.Fatal(err)
	}
	defer b.close()
	secret := account.NewSecret(randomID())
	w := b.await(secret)
	defer w.end()
	if err := w.open(t.Context(), time.Minute); err != nil {
		t.Fatal(err)
	}
	invitation := connectAddress(b.client, b.at.relays, secret)
	for _, guess := range []string{"ack", secret.Reveal()[1:]} {
		if err := stranger.Accept(t.Context(), invitation, guess); err != nil {
			t.Fatal(err)
		}
	}
	if who, err := w.wait(t.Context(), 300*time.Millisecond); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("%q came with a guess: %v", who, err)
	}
	if err := signer.Accept(t.Context(), invitation, ""); err != nil {
		t.Fatal(err)
	}
	if who, err := w.wait(t.Context(), time.Minute); err != nil || !strings.Contains(signer.URI(), who) {
		t.Errorf("%q came: %v", who, err)
	}
}

// TestFlowConnectGivenUp: whoever does not wait any longer leaves nothing open.
func TestFlowConnectGivenUp(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	ctx, cancel := context.WithCancel(t.Context())
	p := &newcomer{t: t}
	p.visit = func(v account.Visit) (account.Answer, error) {
		cancel()
		return v.Await(ctx)
	}
	_, err := p.signsIn(newFlow(t, []string{s.URL()}, account.Preset{stepHow: viaConnect}, nil))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	p = &newcomer{t: t}
	if _, err := p.signsIn(newFlow(t, nil, account.Preset{stepHow: viaConnect}, nil)); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("without any relay: %v", err)
	}
	p = &newcomer{t: t}
	if _, err := p.signsIn(hastyFlow(t, nowhere(t), viaConnect)); timeline.CodeOf(err) != timeline.CodeOffline {
		t.Errorf("without a relay that answers: %v", err)
	}
}
