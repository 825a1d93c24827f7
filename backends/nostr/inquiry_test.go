package nostr

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestWaitForTheRest: how long an inquiry waits once some have answered.
func TestWaitForTheRest(t *testing.T) {
	const never = time.Hour
	type relay struct {
		after      time.Duration
		slow, away bool
		fails      bool
	}
	for name, c := range map[string]struct {
		relays []relay
		grace  time.Duration
		want   time.Duration
	}{
		"all have answered":               {[]relay{{after: 30 * time.Millisecond}, {after: 40 * time.Millisecond}}, time.Second, 40 * time.Millisecond},
		"the others were fast":            {[]relay{{after: 10 * time.Millisecond}, {after: never}}, time.Second, 260 * time.Millisecond},
		"the others took a while":         {[]relay{{after: 200 * time.Millisecond}, {after: never}}, time.Second, 800 * time.Millisecond},
		"the others took long":            {[]relay{{after: 2 * time.Second}, {after: never}}, time.Second, 3 * time.Second},
		"one was late before":             {[]relay{{after: 200 * time.Millisecond}, {after: never, slow: true}}, time.Second, 450 * time.Millisecond},
		"one is away":                     {[]relay{{after: 10 * time.Millisecond}, {after: never, slow: true, away: true}}, time.Second, 10 * time.Millisecond},
		"most are away":                   {[]relay{{after: 10 * time.Millisecond}, {after: never, away: true}, {after: never, away: true}}, time.Second, 10 * time.Millisecond},
		"nobody but those away answers":   {[]relay{{after: 700 * time.Millisecond, away: true}}, time.Second, 700 * time.Millisecond},
		"those who answer have failed":    {[]relay{{after: 10 * time.Millisecond, fails: true}, {after: never, away: true}}, time.Second, askTimeout},
		"everybody is to be waited for":   {[]relay{{after: 10 * time.Millisecond}, {after: 3 * time.Second, slow: true, away: true}}, -1, 3 * time.Second},
		"less than half have answered":    {[]relay{{after: time.Millisecond}, {after: never}, {after: never}}, time.Second, askTimeout},
		"the last but those who are slow": {[]relay{{after: time.Millisecond}, {after: 100 * time.Millisecond}, {after: never, slow: true}}, time.Second, 350 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &inquiry{answers: map[string]*answer{}, settled: make(chan struct{}, len(c.relays))}
				for i, r := range c.relays {
					a := &answer{late: true, slow: r.slow, away: r.away}
					q.answers[key(byte(i))] = a
					var err error
					if r.fails {
						err = errClosed
					}
					if r.after != never {
						time.AfterFunc(r.after, func() { q.settle(a, err) })
					}
				}
				start := time.Now()
				q.wait(t.Context(), len(c.relays), askTimeout, c.grace)
				if took := time.Since(start); took != c.want {
					t.Errorf("it took %s, want %s", took, c.want)
				}
			})
		})
	}
}

// TestHomeWaitsForNobodyAway: once a relay that is down has failed, or one that says
// nothing has been waited for, no request waits for it again, however long it would.
func TestHomeWaitsForNobodyAway(t *testing.T) {
	var lc net.ListenConfig
	mute, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	for name, away := range map[string]string{"down": nowhere(t), "silent": "ws://" + mute.Addr().String()} {
		t.Run(name, func(t *testing.T) {
			servers := startRelays(t, small(), sandbox.Options{}, sandbox.Options{})
			b := reader(t, servers, func(c *Config) { c.Relays = append(c.Relays, away) })
			b.pool.wait, b.pauses = time.Hour, pauses{lookup: time.Hour, deeds: time.Hour}
			if _, err := b.readers(t.Context()); err != nil { // this waits, for a grace
				t.Fatal(err)
			}
			if _, isAway := b.pool.relay(away).lately(); !isAway {
				t.Error("it does not count as away")
			}
			b.pool.grace = time.Hour
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // a dial would give up after 15 s
			defer cancel()
			if batch, err := b.Home(ctx, timeline.Page{Limit: 40}); err != nil || len(batch.Posts) == 0 {
				t.Errorf("%d posts, %v", len(batch.Posts), err)
			}
		})
	}
}
