package world

import "time"

// Does is what somebody does beside writing.
type Does string

// The deeds.
const (
	Like   Does = "like"
	Boost  Does = "boost"
	Follow Does = "follow"
	Zap    Does = "zap" // Nostr alone
)

// Deed is something that somebody does to you or to one of your posts: what a network
// tells you of.
type Deed struct {
	Network string
	By      string // Person.Key
	Does    Does
	Of      string // Post.Key; "" is your newest post there. A Follow is of you
	Age     time.Duration
	Sats    int    // of a Zap
	Says    string // with a Zap
}

// deeds are what was done before the sandbox starts, in no order.
func deeds() []Deed {
	list := []Deed{
		{Network: Mastodon, By: "ana", Does: Like, Of: "you-hello", Age: ago(0, 22)},
		{Network: Mastodon, By: "june", Does: Like, Of: "you-hello", Age: ago(0, 21)},
		{Network: Mastodon, By: "tamsin", Does: Like, Of: "you-hello", Age: ago(0, 18)},
		{Network: Mastodon, By: "dele", Does: Boost, Of: "you-hello", Age: ago(0, 17)},
		{Network: Mastodon, By: "pilar", Does: Like, Of: "you-hello", Age: ago(0, 12)},
		{Network: Mastodon, By: "mallory", Does: Follow, Age: ago(0, 40)},
		{Network: Mastodon, By: "otto", Does: Follow, Age: ago(3, 5)},
		{Network: Mastodon, By: "sumi", Does: Follow, Age: ago(5, 30)},
		{Network: Mastodon, By: "bram", Does: Like, Of: "you-note", Age: ago(30, 0)},
		{Network: Bluesky, By: "rosa", Does: Like, Of: "you-sky", Age: ago(0, 20)},
		{Network: Bluesky, By: "minji", Does: Like, Of: "you-sky", Age: ago(0, 16)},
		{Network: Bluesky, By: "ines", Does: Boost, Of: "you-sky", Age: ago(0, 14)},
		{Network: Bluesky, By: "noam", Does: Follow, Age: ago(2, 10)},
		{Network: Bluesky, By: "gazette", Does: Like, Of: "you-fete", Age: ago(22, 10)},
		{Network: Nostr, By: "fern", Does: Like, Of: "you-relay", Age: ago(0, 19)},
		{Network: Nostr, By: "hal", Does: Boost, Of: "you-relay", Age: ago(0, 15)},
		{Network: Nostr, By: "nadia", Does: Zap, Of: "you-disk", Age: ago(4, 30), Sats: 21, Says: "for the disk"},
	}
	return list
}

// laterDeeds are those of the trickle, in their order. Those of no post in particular
// come to whatever you have written last, on each network, so that one who tries it out
// sees the networks answer.
func laterDeeds() []Deed {
	round := []Deed{
		{Network: Mastodon, By: "margit", Does: Like},
		{Network: Bluesky, By: "tamsin", Does: Like},
		{Network: Nostr, By: "nadia", Does: Like},
		{Network: Mastodon, By: "layla", Does: Follow},
		{Network: Bluesky, By: "kit", Does: Boost},
		{Network: Mastodon, By: "kit", Does: Like},
		{Network: Nostr, By: "bo", Does: Zap, Sats: 42, Says: "one for each bee"},
		{Network: Bluesky, By: "sumi", Does: Follow},
		{Network: Mastodon, By: "ana", Does: Boost},
		{Network: Bluesky, By: "ana", Does: Like},
		{Network: Nostr, By: "pilar", Does: Boost},
		{Network: Mastodon, By: "gazette", Does: Like},
		{Network: Bluesky, By: "museum", Does: Like},
		{Network: Nostr, By: "kit", Does: Like},
	}
	return round
}

// deed holds one to what its network takes.
func (c *checker) deed(d Deed) {
	at := d.Network + "/" + d.By + " " + string(d.Does)
	of, known := c.posts[d.Network+"/"+d.Of]
	switch d.Does {
	case Like, Boost, Zap:
		if d.Of != "" && (!known || of.By != Viewer || of.Age < d.Age) {
			c.fail("%s: %q is no post of yours before it", at, d.Of)
		}
	case Follow:
		if d.Network == Nostr || d.Of != "" {
			c.fail("%s: nobody is told of a follow there", at)
		}
	default:
		c.fail("%s: there is no such deed", at)
	}
	if !c.people[d.Network+"/"+d.By] || d.By == Viewer || (d.Does == Zap) != (d.Network == Nostr && d.Sats > 0) {
		c.fail("%s: nobody there can do this", at)
	}
}
