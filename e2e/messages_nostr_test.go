package e2e_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"

	"skein/e2e"
)

// TestMessagesOnRealRelays: two people write to each other over a real relay, one of them
// with skein and one with another program: the relay learns neither from whom nor what.
func TestMessagesOnRealRelays(t *testing.T) {
	relay := e2e.StartRelay(t)
	me, fern := e2e.NewNostrPerson(t), e2e.NewNostrPerson(t)
	for name, who := range map[string]*e2e.NostrPerson{"myself": me, "fern": fern} {
		who.Names(t, relay, name)
		who.Lists(t, relay)
	}
	home := e2e.NewHome(t)
	home.RunInput(t, me.Nsec, "account", "add", "nostr", "--name", "me", "--relay", relay.URL, "--nsec-stdin").Exits(t, 0)

	// Nobody who has not said where is written to.
	if early := home.Run(t, "dm", "send", fern.Npub, "too early").Exits(t, 1, 6); !strings.Contains(early.Stderr, "cannot receive messages") {
		t.Fatalf("before fern takes messages:\n%s", early)
	}
	fern.Receives(t, relay)
	home.Run(t, "dm", "receive", "--yes").Exits(t, 0)
	const said = "see you at <eight> & bring tea"
	home.Run(t, "dm", "send", fern.Npub, said).Exits(t, 0)

	wraps, err := relay.Read(t.Context(), nostr.Filter{Kinds: []int{nostr.KindGiftWrap}, Tags: nostr.TagMap{"p": {fern.Pubkey}}})
	if err != nil || len(wraps) != 1 {
		t.Fatalf("%d wraps for fern, want 1: %v", len(wraps), err)
	}
	if w := wraps[0]; w.PubKey == me.Pubkey || strings.Contains(w.String(), "eight") {
		t.Errorf("the relay learns too much: %s", w)
	}
	if text, err := fern.Unwraps(wraps[0]); err != nil || text != said {
		t.Errorf("fern reads %q, %v", text, err)
	}
	answer, err := fern.Wraps(me, "gladly")
	if err != nil {
		t.Fatal(err)
	}
	if err := relay.Publish(t.Context(), answer); err != nil {
		t.Fatal(err)
	}
	e2e.Eventually(t, patience, "the conversation", func(context.Context) error {
		out := home.Run(t, "dm", "show", fern.Npub, "--template", "{{.author.id}} {{.text}}").Exits(t, 0).Stdout
		if !strings.Contains(out, me.Pubkey+" "+said) || !strings.Contains(out, fern.Pubkey+" gladly") {
			return errors.New("the conversation reads:\n" + out)
		}
		return nil
	})
}
