package nostr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"
	"github.com/nbd-wtf/go-nostr/nip49"

	sandbox "skein/backends/sandbox/relay"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// TestFlowNewKey: a new key is shown once, and goes on only when it was kept. Nothing is
// written anywhere.
func TestFlowNewKey(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	p := &newcomer{t: t, says: map[string][]string{stepBackup: {"0000", "", lastFour}}}
	done, err := p.signsIn(newFlow(t, []string{s.URL()}, nil, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.told) != 2 {
		t.Errorf("wrong backups: %v", p.told)
	}
	want := []string{stepHow, stepNewKey, stepBackup, stepBackup, stepBackup, stepKeep, stepRelays, stepProfile}
	if !slices.Equal(p.seen, want) {
		t.Errorf("the steps were %v", p.seen)
	}
	key, err := parseKey(p.notice(stepNewKey).Keep.Reveal())
	if err != nil || done.Credentials[account.PrivateKey].Reveal() != key || len(done.Credentials) != 1 {
		t.Errorf("another key is kept than was shown (%v)", err)
	}
	public, err := nostr.GetPublicKey(key)
	r := done.Record
	if err != nil || r.PubKey != public || r.ReadOnly || r.Locked || r.Relays != nil || r.Handle != shortNpub(public) || r.Network != "nostr" {
		t.Errorf("the record is %+v (%v)", r, err)
	}
	if n := s.Stats().Events.Load(); n != 0 {
		t.Errorf("%d events went out", n)
	}
}

// TestFlowKeys: every form of a key is taken, and kept as the person wants.
func TestFlowKeys(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	secret := s.SecretKey(world.Viewer)
	weak, err := nip49.Encrypt(secret, "reeds", 2, nip49.ClientDoesNotTrackThisData)
	if err != nil {
		t.Fatal(err)
	}
	strong, err := lock(account.NewSecret(secret), account.NewSecret("reeds"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key, passphrase, keep []string
		locked                bool
		wrong                 int
	}{
		"nsec":              {key: []string{nsecOf(t, secret)}},
		"hex":               {key: []string{" " + strings.ToUpper(secret) + "\n"}},
		"second try":        {key: []string{"nsec1canary", "", strings.Repeat("0", 64), strings.Repeat("f", 64), secret}, wrong: 4},
		"ncryptsec":         {key: []string{strong.Reveal()}, passphrase: []string{"reed", "reeds"}, locked: true, wrong: 1},
		"ncryptsec, weak":   {key: []string{strings.ToUpper(weak)}, passphrase: []string{"reeds"}, locked: true},
		"ncryptsec, opened": {key: []string{weak}, passphrase: []string{"reeds"}, keep: []string{keepOpen}},
		"nsec, locked":      {key: []string{secret}, keep: []string{keepLocked}, locked: true, wrong: 2},
	} {
		t.Run(name, func(t *testing.T) {
			p := &newcomer{t: t, says: map[string][]string{
				stepHow: {viaKey}, stepKey: c.key, stepPassphrase: c.passphrase, stepKeep: c.keep,
				stepLock: {"", "reeds", "reeds"}, stepLockAgain: {"other", "reeds"},
			}}
			done, err := p.signsIn(newFlow(t, []string{s.URL()}, nil, nil))
			if err != nil {
				t.Fatal(err)
			}
			if len(p.told) != c.wrong || strings.Contains(fmt.Sprint(p.told), "canary") {
				t.Errorf("told: %v", p.told)
			}
			if r := done.Record; r.PubKey != s.PubKey(world.Viewer) || r.Locked != c.locked || r.ReadOnly || r.Handle != "you@nostr.example" {
				t.Errorf("the record is %+v", r)
			}
			got := done.Credentials[account.PrivateKey].Reveal()
			if c.locked {
				locked := done.Credentials[account.EncryptedKey]
				if logN, err := lockOf(locked.Reveal()); err != nil || logN < leastLock || got != "" {
					t.Errorf("kept with log_n %d (%v), or in the clear", logN, err)
				}
				opened, err := unlock(locked, account.NewSecret("reeds"))
				if err != nil {
					t.Fatal(err)
				}
				got = opened.Reveal()
			}
			if done.Unlocked.Empty() == c.locked || c.locked && done.Unlocked.Reveal() != secret {
				t.Error("what is unlocked for this process is not the locked key")
			}
			if got != secret || len(done.Credentials) != 1 {
				t.Error("another key was kept")
			}
		})
	}
}

// TestFlowReadOnly: somebody is found by key, pointer or name; the key is what is kept.
func TestFlowReadOnly(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	fern := s.PubKey("fern")
	pointer, err := nip19.EncodeProfile(fern, []string{s.URL()})
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]string{
		"relay.example": fmt.Sprintf(`{"names":{"fern":%q,"_":%q},"relays":{%q:[%q,"http://no"]}}`, fern, fern, fern, s.URL()),
		"moved.example": "https://relay.example/.well-known/nostr.json",
		"large.example": `{"names":{` + strings.Repeat(" ", maxNIP05) + `}}`,
	}
	for said, relays := range map[string][]string{
		npub(fern): {s.URL()}, "nostr:" + npub(fern): {s.URL()}, strings.ToUpper(fern): {s.URL()},
		pointer: nil, "fern@relay.example": nil, "relay.example": nil,
	} {
		p := &newcomer{t: t, says: map[string][]string{stepHow: {viaNpub}, stepNpub: {
			"", "npub1", nsecOf(t, s.SecretKey("fern")), strings.Repeat("f", 64),
			"nobody@relay.example", "fern@moved.example", "fern@large.example", "fern@nowhere.example", said,
		}}}
		done, err := p.signsIn(newFlow(t, relays, nil, documents))
		if err != nil || len(p.told) != 8 {
			t.Fatalf("%s: %v; told %q", said, err, p.told)
		}
		if strings.Contains(fmt.Sprint(p.told), "nsec1") {
			t.Error("a private key is in an error")
		}
		if r := done.Record; r.PubKey != fern || !r.ReadOnly || len(done.Credentials) != 0 || r.Handle != "fern@nostr.example" {
			t.Errorf("%s: the record is %+v", said, r)
		}
	}
}

// TestFlowRelays: the person's own list is proposed, what is typed is checked, and one
// relay that answers is enough.
func TestFlowRelays(t *testing.T) {
	servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{}, sandbox.Options{WriteAuth: true})
	list, away := urls(servers), nowhere(t)
	slices.Sort(list)
	sorted := func(urls []string) []string {
		urls = slices.Clone(urls)
		slices.Sort(urls)
		return urls
	}
	fern := account.Preset{stepNpub: npub(servers[0].PubKey(world.Viewer))}
	t.Run("found", func(t *testing.T) {
		p := &newcomer{t: t, says: map[string][]string{}}
		done, err := p.signsIn(newFlow(t, []string{list[0]}, fern, nil))
		if err != nil || len(done.Record.Relays) < 2 || !slices.Equal(p.seen, []string{stepRelays, stepProfile}) {
			t.Fatalf("%+v, %v, %v", done.Record, p.seen, err)
		}
		if help := p.notice(stepProfile).Help; strings.Count(help, " answers") != len(done.Record.Relays) {
			t.Errorf("told: %s", help)
		}
	})
	t.Run("edited", func(t *testing.T) {
		p := &newcomer{t: t, says: map[string][]string{stepRelays: {
			"http://relay.example", "wss://", strings.Repeat("a.example ", 1) + strings.Repeat("x", 300), away, list[0] + " ,\t" + away + "," + list[0] + "/",
		}}}
		done, err := p.signsIn(newFlow(t, []string{list[0]}, fern, nil))
		if err != nil || len(p.told) != 4 {
			t.Fatalf("%v; told %q", err, p.told)
		}
		if got := done.Record.Relays; !slices.Equal(got, []string{list[0], away}) {
			t.Errorf("kept %v", got)
		}
		if help := p.notice(stepProfile).Help; strings.Count(help, " answers") != 1 || !strings.Contains(help, "could not connect") {
			t.Errorf("told: %s", help)
		}
	})
	t.Run("found at those typed", func(t *testing.T) {
		p := &newcomer{t: t, says: map[string][]string{stepRelays: {list[0]}}}
		done, err := p.signsIn(newFlow(t, nil, fern, nil))
		if err != nil || len(p.told) != 0 || !slices.Equal(p.seen, []string{stepRelays, stepRelays, stepProfile}) {
			t.Fatalf("%v, %v, %q", p.seen, err, p.told)
		}
		if got := sorted(done.Record.Relays); len(got) < 2 {
			t.Errorf("kept %v", got)
		}
	})
	t.Run("none answers", func(t *testing.T) {
		p := &newcomer{t: t, says: map[string][]string{stepRelays: {"", list[0]}}}
		_, err := p.signsIn(newFlow(t, []string{away}, fern, nil))
		q, ok := p.shown[stepRelays].(account.Question)
		if err != nil || len(p.told) != 1 || timeline.CodeOf(p.told[0]) != timeline.CodeOffline || !ok || q.Name == "" {
			t.Errorf("%v; told %q", err, p.told)
		}
	})
}

// TestFlowPreset: what is known beforehand is not asked for, and ends the sign-in where
// it does not serve.
func TestFlowPreset(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	who := npub(s.PubKey("fern"))
	for name, c := range map[string]struct {
		preset account.Preset
		relays []string // configured
		keeps  int      // relays
		fails  bool
	}{
		"own relay":      {account.Preset{stepNpub: who, stepRelays: s.URL()}, nil, 1, false},
		"the same":       {account.Preset{stepNpub: who, stepRelays: s.URL()}, []string{s.URL()}, 1, false},
		"usual":          {account.Preset{stepNpub: who, stepRelays: ""}, []string{s.URL()}, 0, false},
		"no relay":       {account.Preset{stepNpub: who, stepRelays: ""}, nil, 0, true},
		"no such relay":  {account.Preset{stepNpub: who, stepRelays: nowhere(t)}, nil, 0, true},
		"no address":     {account.Preset{stepNpub: who, stepRelays: "http://relay.example"}, nil, 0, true},
		"usual is away":  {account.Preset{stepNpub: who, stepRelays: ""}, []string{nowhere(t)}, 0, true},
		"no key":         {account.Preset{stepNpub: "npub1", stepRelays: s.URL()}, nil, 0, true},
		"no way":         {account.Preset{stepHow: "smoke"}, nil, 0, true},
		"no way to keep": {account.Preset{stepHow: viaKey, stepKeep: "loose"}, nil, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := &newcomer{t: t, says: map[string][]string{stepKey: {s.SecretKey("fern")}}}
			done, err := p.signsIn(newFlow(t, c.relays, c.preset, nil))
			if (err != nil) != c.fails || len(done.Record.Relays) != c.keeps {
				t.Errorf("%+v, %v", done.Record, err)
			}
			if slices.Contains(p.seen, stepRelays) || slices.Contains(p.seen, stepNpub) {
				t.Errorf("asked for what was preset: %v", p.seen)
			}
		})
	}
}

// TestFlowChecksName: the domain of a profile's name is asked, and the handle is what it
// confirms.
func TestFlowChecksName(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	fern := s.PubKey("fern")
	for name, c := range map[string]struct{ document, handle, says string }{
		"confirmed":  {fmt.Sprintf(`{"names":{"fern":%q}}`, fern), "fern@nostr.example", "confirms"},
		"somebody":   {fmt.Sprintf(`{"names":{"fern":%q}}`, s.PubKey("ada")), shortNpub(fern), "does not confirm"},
		"nobody":     {`{"names":{}}`, shortNpub(fern), "does not confirm"},
		"no answer":  {"", "fern@nostr.example", "could not be asked"},
		"redirected": {"https://fern.example/", "fern@nostr.example", "could not be asked"},
	} {
		t.Run(name, func(t *testing.T) {
			documents := map[string]string{"nostr.example": c.document}
			if c.document == "" {
				documents = nil
			}
			p := &newcomer{t: t}
			done, err := p.signsIn(newFlow(t, []string{s.URL()}, account.Preset{stepNpub: fern}, documents))
			if err != nil || done.Record.Handle != c.handle {
				t.Errorf("the handle is %q (%v)", done.Record.Handle, err)
			}
			if n := p.notice(stepProfile); !strings.Contains(n.Help, c.says) || !strings.Contains(n.Title, "Fern") {
				t.Errorf("told: %s, %s", n.Title, n.Help)
			}
		})
	}
}

// TestFlowGivenUp: whoever leaves a sign-in leaves nothing in it.
func TestFlowGivenUp(t *testing.T) {
	s := startRelays(t, small(), sandbox.Options{})[0]
	began := SignIn(SignInConfig{Client: loopback(t), Relays: []string{s.URL()}, names: domains(nil)}, account.Preset{stepHow: viaKey, stepKeep: keepOpen})
	f, ok := began.(*flow)
	if !ok {
		t.Fatalf("a sign-in is a %T", began)
	}
	if _, err := f.Next(t.Context(), account.Answer{}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(t.Context(), account.Answer{Secret: account.NewSecret(s.SecretKey("fern"))}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if !f.key.Empty() || f.creds != nil {
		t.Error("the key is still there")
	}
	if _, err := f.Next(t.Context(), account.Answer{}); err == nil || errors.Is(err, account.ErrNoCredentials) {
		t.Errorf("going on: %v", err)
	}
}
