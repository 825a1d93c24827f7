package world

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// DefaultSize is how many posts a World has when Options does not say.
const DefaultSize = 300

// Options for New.
type Options struct {
	Seed int64 // the same seed gives the same world
	Size int   // how many posts; 0 means DefaultSize; what was written by hand is always in it, even when that is more
}

// New populates the three networks. It does no I/O.
func New(o Options) *World {
	if o.Size <= 0 {
		o.Size = DefaultSize
	}
	seed := uint64(o.Seed)                                  // any bit pattern is a good seed
	d := newDeck(rand.New(rand.NewPCG(seed, 0x736b65696e))) //nolint:gosec // G404: a demo's small talk, not a secret
	posts := written()
	posts = append(posts, filler(d, o.Size-len(posts))...)
	slices.SortStableFunc(posts, func(a, b Post) int { return cmp.Compare(b.Age, a.Age) })

	w := &World{
		People: people(), Posts: posts, Later: later(d), Deeds: deeds(), LaterDeeds: laterDeeds(),
		Lists: lists(), Feeds: feeds(), Tags: followed(), Messages: messages(),
	}
	for _, network := range []string{Mastodon, Bluesky, Nostr} {
		follow(w.People, network)
	}
	applaud(w)
	return w
}

// applaud settles who of those who live here are among the likes of a post. Who likes
// yours is left open. On Nostr strangers do it.
func applaud(w *World) {
	const most, stride = 3, 5
	audience := map[string][]string{}
	for _, p := range w.People {
		if p.Network != Nostr && p.Key != Viewer {
			audience[p.Network] = append(audience[p.Network], p.Key)
		}
	}
	for i := range w.Posts {
		p := &w.Posts[i]
		here := audience[p.Network]
		left := p.Likes
		if p.LikedByYou {
			left--
		}
		for n := 0; n < len(here) && len(p.LikedBy) < min(left, most) && p.By != Viewer && p.BoostOf == ""; n++ {
			if key := here[(i+n*stride)%len(here)]; key != p.By && !slices.Contains(p.LikedBy, key) {
				p.LikedBy = append(p.LikedBy, key)
			}
		}
	}
}

// written is everything that was written by hand.
func written() []Post {
	return slices.Concat(lastHalfHour(), labTalk(), marsh(), letters(), sounds(), table(), sky(), relays(), oddities(), hostile())
}
