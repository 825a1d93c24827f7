package world

import (
	"math/rand/v2"
	"slices"
)

// DefaultSize is how many posts a World has when Options does not say.
const DefaultSize = 300

// Options for New.
type Options struct {
	Seed int64 // the same seed gives the same world
	Size int   // about how many posts; 0 means DefaultSize; never fewer than were written by hand
}

// New populates the three networks. It does no I/O.
func New(o Options) *World {
	if o.Size <= 0 {
		o.Size = DefaultSize
	}
	seed := uint64(o.Seed)                           //nolint:gosec // G115: any bit pattern is a good seed
	rng := rand.New(rand.NewPCG(seed, 0x736b65696e)) //nolint:gosec // G404: a demo's small talk, not a secret
	w := &World{People: people(), Posts: written(), Later: later(rng)}
	for _, network := range []string{Mastodon, Bluesky, Nostr} {
		follow(w.People, network)
	}
	w.Posts = append(w.Posts, filler(rng, o.Size-len(w.Posts))...)
	slices.SortStableFunc(w.Posts, func(a, b Post) int { return int(b.Age - a.Age) })
	return w
}
