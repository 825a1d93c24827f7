// Command gale serves the sandbox's three networks, prints where they are as one JSON
// object, and publishes when it is told to: each line of standard input is a rate, in
// posts a second, and for how long, such as "1000 60s"; the answer is a line with how
// many posts that were. It ends with standard input.
//
// The bench runs it as a process of its own, so that serving and measuring do not share
// a scheduler.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"skein/backends/sandbox"
	"skein/backends/sandbox/world"
)

func main() {
	if err := serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gale:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, in io.Reader, out io.Writer) (err error) {
	s, err := sandbox.Start(ctx, sandbox.Options{Seed: 1})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	e := json.NewEncoder(out)
	if err := e.Encode(map[string]any{ // as `skein demo --serve` does, and the handle on Bluesky
		"mastodon": s.Mastodon.URL, "bluesky": s.Bluesky.URL, "handle": s.Bluesky.Handle, "nostr": s.Nostr.Relays,
		"tokens": map[string]string{"mastodon": s.Mastodon.Token, "bluesky": s.Bluesky.AppPassword, "nostr": s.Nostr.NSec},
	}); err != nil {
		return err
	}
	w := world.New(world.Options{Seed: 1})
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var rate int
		var blows string
		if _, err := fmt.Sscan(lines.Text(), &rate, &blows); err != nil {
			return fmt.Errorf("%q is no rate and duration: %w", lines.Text(), err)
		}
		d, err := time.ParseDuration(blows)
		if err != nil {
			return err
		}
		n, err := blow(s, followed(w), rate, d)
		if err != nil {
			return err
		}
		if err := e.Encode(n); err != nil {
			return err
		}
	}
	return nil
}

// followed is somebody whom the person follows, by network.
func followed(w *world.World) map[string]string {
	authors := map[string]string{}
	for _, p := range w.People {
		if p.Key == world.Viewer {
			authors[p.Network] = p.Follows[0]
		}
	}
	return authors
}

// gusts is how often posts come, a second.
const gusts = 100

// blow publishes on the networks in turn, as many a second as it can up to rate.
func blow(s *sandbox.Sandbox, authors map[string]string, rate int, d time.Duration) (n int, err error) {
	networks := []string{world.Mastodon, world.Bluesky, world.Nostr}
	gust := time.NewTicker(time.Second / gusts)
	defer gust.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); <-gust.C {
		for range max(1, rate/gusts) {
			network := networks[n%len(networks)]
			text := fmt.Sprintf("Blown in by the gale, leaf %d of the morning.", n)
			err := s.Publish(world.Post{Key: fmt.Sprint("gale-", n), Network: network, By: authors[network], Lang: "en", Text: []world.Part{{Text: text}}})
			if err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
