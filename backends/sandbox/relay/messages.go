package relay

import (
	"fmt"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip44"
	"github.com/nbd-wtf/go-nostr/nip59"

	"skein/backends/sandbox/world"
)

// mailbox is where somebody takes messages (NIP-17), dated with their other lists.
func (t *town) mailbox(c citizen) nostr.Tags {
	var tags nostr.Tags
	for _, url := range t.relays(c) {
		tags = append(tags, nostr.Tag{"relay", url})
	}
	return tags
}

// deliverAll stocks the relays with the messages of the world.
func (t *town) deliverAll(all []world.Message, now time.Time) error {
	for _, l := range all {
		if l.Network != world.Nostr {
			continue
		}
		if err := t.deliver(l, now.Add(-l.Age)); err != nil {
			return err
		}
	}
	return nil
}

// deliver writes a direct message: a gift wrap for everybody in it, made by the library
// and so by another hand than skein's.
func (t *town) deliver(l world.Message, at time.Time) error {
	author, ok := t.people[l.By]
	if !ok {
		return fmt.Errorf("a letter by %q, who does not live here", l.By)
	}
	rumor := nostr.Event{
		PubKey: author.public, Kind: nostr.KindDirectMessage, CreatedAt: nostr.Timestamp(at.Unix()), Content: l.Text, Tags: nostr.Tags{},
	}
	for _, key := range l.To {
		if _, ok := t.people[key]; !ok {
			return fmt.Errorf("a letter to %q, who does not live here", key)
		}
		rumor.Tags = append(rumor.Tags, nostr.Tag{"p", t.people[key].public})
	}
	rumor.ID = rumor.GetID()
	for _, key := range append([]string{l.By}, l.To...) {
		to := t.people[key]
		encrypt := func(plain string) (string, error) {
			shared, err := nip44.GenerateConversationKey(to.public, author.secret)
			if err != nil {
				return "", err
			}
			return nip44.Encrypt(plain, shared)
		}
		sign := func(e *nostr.Event) error { return e.Sign(author.secret) }
		date := func(e *nostr.Event) { e.CreatedAt = nostr.Timestamp(at.Unix()) }
		wrap, err := nip59.GiftWrap(rumor, to.public, encrypt, sign, date)
		if err != nil {
			return fmt.Errorf("wrap a letter to %s: %w", key, err)
		}
		for _, i := range to.homes {
			t.servers[i].shelf.add(&wrap)
		}
	}
	return nil
}

// Write has a person of the world write a direct message now.
func (s *Server) Write(l world.Message) error { return s.town.deliver(l, s.opts.Now()) }
