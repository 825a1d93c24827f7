package stage_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"skein/e2e/crash/fault"
	"skein/e2e/crash/stage"
)

// A home made on the stage is signed in through the proxies, and reads through
// them what somebody wrote on each network.
func TestStage(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	program, err := stage.Program(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	counts := &fault.Counts{}
	s, err := stage.Open(ctx, stage.Options{Program: program, Counts: counts})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, v := range stage.Variants() {
		if err := s.Renew(ctx, stage.Servers{Mastodon: v, ShortSessions: v == stage.IgnoreKey}); err != nil {
			t.Fatal(err)
		}
		home, err := s.Home(filepath.Join(t.TempDir(), "home"), program)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range s.Networks {
			subject, err := n.Write(ctx, "to be read")
			if err != nil {
				t.Fatal(err)
			}
			show := func() (string, error) {
				out, err := home.Command(ctx, "show", subject.Ref).CombinedOutput()
				return string(out), err
			}
			if out, err := show(); err != nil {
				t.Errorf("%s: skein does not find %s: %v: %s", n.Name(), subject.Ref, err, out)
			}
			if n.Name() == stage.Nostr {
				continue // an event that was read is looked for at further relays
			}
			for _, p := range n.Proxies() {
				p.Down()
			}
			if out, err := show(); err == nil {
				t.Errorf("%s: there is a way around the proxies: %s", n.Name(), out)
			}
		}
		if err := s.Lift(ctx); err != nil {
			t.Error(err)
		}
		if truth, err := s.Read(ctx, 1); err != nil || len(truth.Posts)+len(truth.Reactions) != 0 {
			t.Errorf("nothing was published, and there is %+v, %v", truth, err)
		}
	}
}
