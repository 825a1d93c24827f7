package specimen

import (
	"iter"
	"math/rand/v2"
	"time"

	"skein/timeline"
)

// Newest is where Posts ends.
func Newest() time.Time { return time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC) }

// Accounts are those that have seen what Posts makes, one a network.
func Accounts() []timeline.Account {
	return []timeline.Account{
		{ID: "mastodon-1", Network: timeline.Mastodon, Name: "masto", Handle: timeline.Literal("@ana@fosstodon.example"), Server: timeline.Literal("fosstodon.example")},
		{ID: "bluesky-1", Network: timeline.Bluesky, Name: "sky", Handle: timeline.Literal("@ana.bsky.example"), Server: timeline.Literal("bsky.example")},
		{ID: "nostr-1", Network: timeline.Nostr, Name: "nostr", Handle: timeline.Literal("npub1kade5vf37snr4hv5hgstav6j5ygry6z09kkq0flp47p8cmeuz5zs7zz2an"), Server: timeline.Literal("relay.example")},
	}
}

// Posts yields n posts of Accounts, oldest first, the last one at Newest.
func Posts(seed uint64, n int) iter.Seq[*timeline.Post] {
	return Maker{Seed: seed, Count: n, Accounts: Accounts(), Newest: Newest(), Step: 5 * time.Second}.Posts()
}

// Maker says which posts to make.
type Maker struct {
	Seed     uint64
	Count    int
	Accounts []timeline.Account // who has seen them; a network with several shares its posts out
	Newest   time.Time          // of the last post
	Step     time.Duration      // from one post to the next, on average
}

// Feed is the home timeline that a post of a Maker belongs to.
func Feed(p *timeline.Post) timeline.Feed { return timeline.HomeOf(p.Views[0].Account) }

// Posts yields the posts, oldest first. Each is placed: Sorted is set.
func (m Maker) Posts() iter.Seq[*timeline.Post] {
	return func(yield func(*timeline.Post) bool) {
		if len(m.Accounts) == 0 {
			return
		}
		w := newWorld(m)
		at := m.Newest.Add(-m.Step * time.Duration(m.Count)).UTC()
		for i := range m.Count {
			at = at.Add(time.Duration((0.2 + 1.6*w.rand.Float64()) * float64(m.Step)))
			if i == m.Count-1 || at.After(m.Newest) {
				at = m.Newest.UTC()
			}
			if !yield(w.post(at)) {
				return
			}
		}
	}
}

// Of a hundred posts that somebody reads, so many are…
const (
	boosts       = 30
	boostsOfSeen = 45 // of a hundred boosts: of a post that the reader has met before
	replies      = 28
	quotes       = 4
	pictures     = 22
	cards        = 14
	warned       = 4
	polls        = 1
)

const (
	authors = 5000
	recent  = 2048 // posts a network that replies, quotes and boosts refer to
	shares  = 100
)

// world is the state of a Maker at work.
type world struct {
	rand    *rand.Rand
	who     *rand.Zipf
	words   *rand.Zipf
	langs   []*language
	people  []*person
	byShare [shares]timeline.Account
	recent  map[timeline.Network][]*timeline.Post
}

func newWorld(m Maker) *world {
	r := rand.New(rand.NewPCG(m.Seed, 0x736b65696e)) //nolint:gosec // the same posts each time is what it is for
	w := &world{
		rand: r, who: rand.NewZipf(r, 1.15, 12, authors-1), words: rand.NewZipf(r, 1.12, 4, vocabulary-1),
		langs: languages(), recent: map[timeline.Network][]*timeline.Post{},
	}
	weight := map[timeline.Network]int{timeline.Mastodon: 45, timeline.Bluesky: 40, timeline.Nostr: 15}
	total := 0
	for _, a := range m.Accounts {
		total += weight[a.Network]
	}
	at := 0
	for i, a := range m.Accounts { // the last takes what rounding leaves
		end := at + weight[a.Network]*shares/max(total, 1)
		if i == len(m.Accounts)-1 {
			end = shares
		}
		for ; at < end; at++ {
			w.byShare[at] = a
		}
	}
	for i := range authors {
		w.people = append(w.people, w.person(i))
	}
	return w
}

func (w *world) chance(percent int) bool { return w.rand.IntN(100) < percent }

func pick[T any](w *world, from []T) T { return from[w.rand.IntN(len(from))] }

// post makes what somebody sees at that moment.
func (w *world) post(at time.Time) *timeline.Post {
	account := w.byShare[w.rand.IntN(shares)]
	if w.chance(boosts) {
		if p := w.boost(account, at); p != nil {
			return p
		}
	}
	p := w.plain(account, w.author(account.Network), at)
	w.remember(p)
	return p
}

// author draws somebody of a network; some post far more than others.
func (w *world) author(n timeline.Network) *person {
	for {
		if p := w.people[w.who.Uint64()]; p.network == n {
			return p
		}
	}
}

// remember makes a post one to refer to.
func (w *world) remember(p *timeline.Post) {
	n := p.ID.Network
	if len(w.recent[n]) < recent {
		w.recent[n] = append(w.recent[n], p)
		return
	}
	w.recent[n][w.rand.IntN(recent)] = p
}

// boost boosts a post that was there before, or one that the reader has not met.
func (w *world) boost(account timeline.Account, at time.Time) *timeline.Post {
	n := account.Network
	var inner *timeline.Post
	if seen := w.recent[n]; len(seen) > 0 && w.chance(boostsOfSeen) {
		inner = pick(w, seen)
	} else {
		inner = w.plain(account, w.author(n), at.Add(-time.Duration(w.rand.ExpFloat64()*float64(6*time.Hour))))
		w.remember(inner)
	}
	p := w.shell(account, w.author(n), at, true)
	p.Boosted = inner
	return p
}
