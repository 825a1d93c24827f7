package main

import (
	"context"
	"strings"

	"github.com/nbd-wtf/go-nostr/nip19"
	"github.com/rogpeppe/go-internal/testscript"

	"skein/backends/sandbox"
	"skein/backends/sandbox/relay"
)

type bunkerKey struct{}

// bunkers is the script command bunker [other-content|silent]: a remote signer that holds
// the viewer's key, from then on with these manners. $BUNKER is its address.
func bunkers(s *sandbox.Sandbox) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, _ bool, args []string) {
		b, ok := ts.Value(bunkerKey{}).(**relay.Bunker)
		if !ok {
			ts.Fatalf("no place for a signer")
		}
		if *b == nil {
			_, key, err := nip19.Decode(s.Nostr.NSec)
			ts.Check(err)
			secret, _ := key.(string)
			*b, err = relay.StartBunker(context.Background(), s.Nostr.Relays[0], secret)
			ts.Check(err)
			ts.Defer(func() { ts.Check((*b).Close()) })
			ts.Setenv("BUNKER", (*b).URI())
		}
		manners := map[string]relay.BunkerManner{"": relay.Obliging, "other-content": relay.OtherContent, "silent": relay.NeverAnswers}
		(*b).Behave(manners[strings.Join(args, " ")])
	}
}
