package relay

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/sandbox/world"
)

// Do has somebody do something to the Viewer now.
func (s *Server) Do(d world.Deed) error { return s.town.do(d, s.opts.Now()) }

// do signs what a deed is, and puts it where its author writes and the Viewer reads.
func (t *town) do(d world.Deed, at time.Time) error {
	by, ok := t.people[d.By]
	if !ok {
		return fmt.Errorf("a deed of %q, who does not live here", d.By)
	}
	you := t.people[world.Viewer]
	t.mu.Lock()
	of := t.posts[d.Of]
	t.mu.Unlock()
	if d.Of == "" {
		of = t.newestOf(you)
	}
	if of == nil {
		return nil
	}
	var e *nostr.Event
	var err error
	switch d.Does {
	case world.Like:
		e, err = sign(by, at, nostr.KindReaction, nostr.Tags{
			{"e", of.ID, t.hint(of), of.PubKey}, {"p", of.PubKey}, {"k", strconv.Itoa(of.Kind)},
		}, "+")
	case world.Boost:
		e, err = t.boost(by, of, at)
	case world.Zap:
		e, err = t.zap(by, of, d, at)
	default:
		return fmt.Errorf("a deed that is none on Nostr: %s", d.Does)
	}
	if err != nil {
		return err
	}
	t.spread(e, by, you)
	return nil
}

// spread stores an event on the relays of some people.
func (t *town) spread(e *nostr.Event, people ...citizen) {
	for _, c := range people {
		for _, i := range c.homes {
			t.servers[i].shelf.add(e)
		}
	}
}

// zap is the receipt that a wallet's server publishes (NIP-57): the request of who pays
// is in it, signed.
func (t *town) zap(by citizen, of *nostr.Event, d world.Deed, at time.Time) (*nostr.Event, error) {
	amount := strconv.Itoa(d.Sats * 1000)
	request, err := sign(by, at, nostr.KindZapRequest, nostr.Tags{
		{"p", of.PubKey}, {"e", of.ID}, {"amount", amount}, {"relays", t.servers[0].URL()},
	}, d.Says)
	if err != nil {
		return nil, err
	}
	wallet, err := newCitizen(world.Person{Key: "the wallet's server"})
	if err != nil {
		return nil, err
	}
	const perSat = 10 // nano-bitcoin
	return sign(wallet, at, nostr.KindZap, nostr.Tags{
		{"p", of.PubKey},
		{"P", by.public},
		{"e", of.ID},
		{"description", request.String()},
		{"bolt11", "lnbc" + strconv.Itoa(d.Sats*perSat) + "n1" + strings.Repeat("p", 40)},
	}, "")
}

// newestOf is the newest of what somebody wrote, on whichever relay it is.
func (t *town) newestOf(who citizen) *nostr.Event {
	var newest *nostr.Event
	for _, s := range t.servers {
		found := s.Find(nostr.Filter{Kinds: []int{nostr.KindTextNote, kindPoll}, Authors: []string{who.public}, Limit: 1})
		if len(found) > 0 && (newest == nil || byTime(&found[0], newest) < 0) {
			newest = &found[0]
		}
	}
	return newest
}
