package main

import (
	"context"

	"skein/e2e"
	"skein/e2e/crash/stage"
	"skein/e2e/stand"
)

// relaysOfAPerson is how many real relays there are.
const relaysOfAPerson = 2

// real starts a Bluesky network and relays, and has two people join.
func (t *theatre) real(ctx context.Context) error {
	s := stand.New(ctx)
	t.end = s.End
	return s.Do(func() { //nolint:contextcheck // the helpers take their context from s
		network := e2e.StartBluesky(s)
		me, ana := network.Join(s, "myself"), network.Join(s, "ana")
		t.stage.Bluesky = &stage.Server{
			URL:      network.PDS,
			Person:   stage.Login{Handle: me.Handle, Password: me.AppPassword(s, "skein")},
			Somebody: stage.Login{Handle: ana.Handle, Password: ana.Password},
		}
		for range relaysOfAPerson {
			t.stage.Nostr = append(t.stage.Nostr, e2e.StartRelay(s).URL)
		}
	})
}
