package nostr

import (
	"strings"
	"sync"
	"testing"

	"github.com/nbd-wtf/go-nostr"
)

// TestSigned holds the verifier to what the event library says of events that are
// right, and of those in which one digit of the id, the key or the signature is not.
func TestSigned(t *testing.T) {
	v := newVerifier()
	flip := func(s string, at int) string {
		return s[:at] + string("123456789abcdef0"[strings.IndexByte("0123456789abcdef", s[at])]) + s[at+1:]
	}
	for i := range 32 {
		e := nostr.Event{CreatedAt: nostr.Timestamp(i), Kind: kindNote, Content: "hi", Tags: nostr.Tags{{"n", strings.Repeat("x", i)}}}
		if err := e.Sign(nostr.GeneratePrivateKey()); err != nil {
			t.Fatal(err)
		}
		key, r, s := e, e, e
		key.PubKey = flip(e.PubKey, 2*i)
		key.ID = key.GetID()
		r.Sig, s.Sig = flip(e.Sig, i), flip(e.Sig, 127-i)
		other := e
		other.Content = "forged"
		other.ID = other.GetID()
		for name, c := range map[string]nostr.Event{"true": e, "another key": key, "another R": r, "another s": s, "another text": other} {
			want, _ := c.CheckSignature()
			for range 2 {
				if got := v.signed(&c); got != want || want != (name == "true") {
					t.Errorf("%s: %t, the library says %t", name, got, want)
				}
			}
		}
	}
	for _, sig := range []string{strings.Repeat("0", 128), strings.Repeat("f", 128), "", "x"} {
		e := *sample(t, nil, "hi")
		e.Sig = sig
		if v.signed(&e) {
			t.Errorf("signed by %q", sig)
		}
		e.PubKey = sig[:len(sig)/2]
		if v.signed(&e) {
			t.Errorf("signed by the key %q", e.PubKey)
		}
	}
}

// TestSignedAtOnce: of the same event from many relays at once, some of them with a
// forged signature, the true ones count and the others do not.
func TestSignedAtOnce(t *testing.T) {
	v := newVerifier()
	good := sample(t, nil, "hi")
	forged := *good
	forged.Sig = strings.Repeat("1", 128)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			e, want := good, true
			if i%2 == 0 {
				e, want = &forged, false
			}
			if v.signed(e) != want {
				t.Errorf("signed: %t", !want)
			}
		})
	}
	wg.Wait()
}
