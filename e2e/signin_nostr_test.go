package e2e_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	signer "skein/backends/sandbox/relay"
	"skein/e2e"
)

// unguarded is a home that keeps the key of its secrets in a file.
func unguarded(t *testing.T) *e2e.Home {
	t.Helper()
	home := e2e.NewHome(t)
	home.Configure(t, e2e.LoopbackConfig)
	return home
}

// startBunker runs a remote signer with a person's key at a real relay.
func startBunker(t *testing.T, at *e2e.Relay, p *e2e.NostrPerson) *signer.Bunker {
	t.Helper()
	_, key, err := nip19.Decode(p.Nsec)
	if err != nil {
		t.Fatal(err)
	}
	secret, _ := key.(string)
	b, err := signer.StartBunker(t.Context(), at.URL, secret)
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

// holdsNote waits until a relay has a note, signed by whom it is of.
func holdsNote(t *testing.T, r *e2e.Relay, text string) nostr.Event {
	t.Helper()
	var found nostr.Event
	e2e.Eventually(t, 10*time.Second, "the note "+text, func(ctx context.Context) error {
		events, err := r.Read(ctx, nostr.Filter{Kinds: []int{nostr.KindTextNote}})
		for _, e := range events {
			if e.Content == text {
				found = e
				return nil
			}
		}
		return errors.Join(err, errors.New("it is not there"))
	})
	if ok, err := found.CheckSignature(); !found.CheckID() || !ok || err != nil {
		t.Errorf("the note is not signed well: %v, %v", found, err)
	}
	return found
}

// A remote signer on a relay of its own signs what is posted; what it makes up, and what
// it only promises, is not sent.
func TestBunkerSignsPosts(t *testing.T) {
	home, me := unguarded(t), e2e.NewNostrPerson(t)
	relay, meeting := e2e.StartRelay(t), e2e.StartRelay(t)
	me.Lists(t, relay, relay)
	bunker := startBunker(t, meeting, me)
	home.RunInput(t, bunker.URI()+"\n", "account", "add", "nostr", "--bunker-stdin", "--relay", relay.URL).Exits(t, 0)
	home.Run(t, "post", "signed by a machine next door").Exits(t, 0)
	first := holdsNote(t, relay, "signed by a machine next door")

	bunker.Behave(signer.OtherContent)
	if refused := home.Run(t, "post", "changed on the way").Exits(t, 1); !strings.Contains(refused.Stdout, "signed something else") {
		t.Errorf("refused: %s", refused)
	}
	bunker.Behave(signer.NeverAnswers)
	home.Run(t, "post", "later", "--wait", "2s").Exits(t, 4)
	bunker.Behave(signer.Obliging)
	home.Run(t, "outbox", "drain").Exits(t, 0)
	later := holdsNote(t, relay, "later")
	events, err := relay.Read(t.Context(), nostr.Filter{Kinds: []int{nostr.KindTextNote}})
	if err != nil || len(events) != 2 || later.PubKey != first.PubKey {
		t.Errorf("%d notes (%v)", len(events), err)
	}
	if events, err := meeting.Read(t.Context(), nostr.Filter{Authors: []string{first.PubKey}}); err != nil || len(events) != 0 {
		t.Errorf("the signer's relay learned of the account: %v, %v", events, err)
	}
}

// A signer that scans is shown an address as a code, and comes by itself.
func TestSignerScansTheCode(t *testing.T) {
	home, me, relay := unguarded(t), e2e.NewNostrPerson(t), e2e.StartRelay(t)
	me.Lists(t, relay, relay)
	bunker := startBunker(t, relay, me)
	term := home.Terminal(t, 1000, 80, "account", "add", "nostr", "--relay", relay.URL)
	term.WaitFor(t, "How to sign in")
	term.SendKeys(t, "connect", "Enter")
	screen := term.WaitFor(t, "nostrconnect://")
	if !strings.Contains(string(screen), "▄") && !strings.Contains(string(term.WaitFor(t, "Waiting for you")), "▄") {
		t.Error("no code is drawn")
	}
	invitation := regexp.MustCompile(`nostrconnect://\S+`).FindString(string(screen))
	if err := bunker.Accept(t.Context(), invitation, "a guess"); err != nil {
		t.Fatal(err)
	}
	if err := bunker.Accept(t.Context(), invitation, ""); err != nil {
		t.Fatal(err)
	}
	term.WaitFor(t, "Enter goes on")
	term.SendKeys(t, "Enter")
	term.WaitFor(t, `is here as "nostr"`)
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if after := term.State(t); after != term.Before() {
		t.Errorf("the terminal is left as %+v, it was %+v", after, term.Before())
	}
	home.Run(t, "post", "by a phone").Exits(t, 0)
	holdsNote(t, relay, "by a phone")
}

// A key under a passphrase opens before the screen does, and what waited is sent; left
// locked, the screen only reads.
func TestLockedKeyOpensBeforeTheScreen(t *testing.T) {
	home, me, relay := unguarded(t), e2e.NewNostrPerson(t), e2e.StartRelay(t)
	me.Lists(t, relay, relay)
	me.Posts(t, relay, "an old note")
	term := home.Terminal(t, 100, 40, "account", "add", "nostr", "--relay", relay.URL)
	term.WaitFor(t, "How to sign in")
	term.SendKeys(t, "key", "Enter")
	term.WaitFor(t, "Private key (not shown)")
	term.SendKeys(t, me.Nsec, "Enter")
	term.WaitFor(t, "How to keep the key")
	term.SendKeys(t, "locked", "Enter")
	term.WaitFor(t, "New passphrase (not shown)")
	term.SendKeys(t, "reeds", "Enter")
	term.WaitFor(t, "The same passphrase again (not shown)")
	term.SendKeys(t, "reeds", "Enter")
	term.WaitFor(t, "Enter goes on")
	term.SendKeys(t, "Enter")
	if screen := term.WaitFor(t, `is here as "nostr"`); strings.Contains(string(screen), me.Nsec) || strings.Contains(string(screen), "reeds") {
		t.Errorf("a secret is on the screen: %s", screen)
	}
	term.WaitExit(t)
	home.Run(t, "post", "from behind a lock").Exits(t, 3)

	left := home.Terminal(t, 100, 30)
	left.WaitFor(t, "Passphrase of nostr")
	left.SendKeys(t, "Enter")
	left.WaitFor(t, "an old note")
	left.SendKeys(t, "q", "y")
	left.WaitExit(t)
	if events, err := relay.Read(t.Context(), nostr.Filter{Kinds: []int{nostr.KindTextNote}}); err != nil || len(events) != 1 {
		t.Errorf("%d notes (%v)", len(events), err)
	}

	opened := home.Terminal(t, 100, 30)
	opened.WaitFor(t, "Passphrase of nostr")
	opened.SendKeys(t, "reed", "Enter")
	opened.WaitFor(t, "that passphrase does not open the key")
	opened.SendKeys(t, "reeds", "Enter")
	opened.WaitFor(t, "an old note")
	holdsNote(t, relay, "from behind a lock")
	opened.SendKeys(t, "q")
	if code := opened.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
