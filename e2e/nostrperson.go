package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"
	"github.com/nbd-wtf/go-nostr/nip44"
	"github.com/nbd-wtf/go-nostr/nip59"
)

// publishWithin bounds one event's way to a relay and its OK.
const publishWithin = 10 * time.Second

// NostrPerson is somebody with a key, who uses another client than skein.
type NostrPerson struct {
	Npub   string
	Nsec   string
	Pubkey string // hex
	secret string // hex
}

// NewNostrPerson makes a key.
func NewNostrPerson(t testing.TB) *NostrPerson {
	t.Helper()
	secret := nostr.GeneratePrivateKey()
	pubkey, err := nostr.GetPublicKey(secret)
	if err != nil {
		t.Fatalf("public key: %v", err)
	}
	npub, errNpub := nip19.EncodePublicKey(pubkey)
	nsec, errNsec := nip19.EncodePrivateKey(secret)
	if errNpub != nil || errNsec != nil {
		t.Fatalf("bech32 of a key: %v, %v", errNpub, errNsec)
	}
	return &NostrPerson{Npub: npub, Nsec: nsec, Pubkey: pubkey, secret: secret}
}

// Names publishes a profile (kind 0, NIP-01).
func (p *NostrPerson) Names(t testing.TB, relay *Relay, name string) nostr.Event {
	t.Helper()
	content, err := json.Marshal(map[string]string{"name": name, "about": "a person in a test"})
	if err != nil {
		t.Fatalf("profile of %s: %v", name, err)
	}
	return p.publish(t, relay, nostr.KindProfileMetadata, string(content), nil)
}

// Lists publishes where this person writes and reads (kind 10002, NIP-65), at the
// first of these relays.
func (p *NostrPerson) Lists(t testing.TB, relay *Relay, others ...*Relay) nostr.Event {
	t.Helper()
	tags := nostr.Tags{{"r", relay.URL}}
	for _, other := range others {
		tags = append(tags, nostr.Tag{"r", other.URL})
	}
	return p.publish(t, relay, nostr.KindRelayListMetadata, "", tags)
}

// Follows publishes the list of people followed (kind 3, NIP-02).
func (p *NostrPerson) Follows(t testing.TB, relay *Relay, others ...*NostrPerson) nostr.Event {
	t.Helper()
	tags := nostr.Tags{}
	for _, other := range others {
		tags = append(tags, nostr.Tag{"p", other.Pubkey, relay.URL})
	}
	return p.publish(t, relay, nostr.KindFollowList, "", tags)
}

// Posts publishes a note (kind 1).
func (p *NostrPerson) Posts(t testing.TB, relay *Relay, text string) nostr.Event {
	t.Helper()
	return p.publish(t, relay, nostr.KindTextNote, text, nil)
}

// Replies answers the note that started a thread (NIP-10's marked tags).
func (p *NostrPerson) Replies(t testing.TB, relay *Relay, root nostr.Event, text string) nostr.Event {
	t.Helper()
	return p.publish(t, relay, nostr.KindTextNote, text, nostr.Tags{
		{"e", root.ID, relay.URL, "root", root.PubKey},
		{"p", root.PubKey},
	})
}

// publish signs an event, sends it and returns when the relay said OK.
func (p *NostrPerson) publish(t testing.TB, relay *Relay, kind int, content string, tags nostr.Tags) nostr.Event {
	t.Helper()
	event, err := p.Sign(nostr.Event{Kind: kind, Content: content, Tags: tags})
	if err != nil {
		t.Fatal(err)
	}
	relay.mustPublish(t, event)
	return event
}

// Sign makes an event this person's; without a time it is of now.
func (p *NostrPerson) Sign(event nostr.Event) (nostr.Event, error) {
	if event.CreatedAt == 0 {
		event.CreatedAt = nostr.Now()
	}
	if err := event.Sign(p.secret); err != nil {
		return event, fmt.Errorf("sign kind %d: %w", event.Kind, err)
	}
	return event, nil
}

// Note is the event's name as people pass it on (NIP-19).
func Note(t testing.TB, event nostr.Event) string {
	t.Helper()
	note, err := nip19.EncodeNote(event.ID)
	if err != nil {
		t.Fatalf("bech32 of %s: %v", event.ID, err)
	}
	return note
}

// Receives publishes where this person takes messages (kind 10050, NIP-17).
func (p *NostrPerson) Receives(t testing.TB, relay *Relay) nostr.Event {
	t.Helper()
	return p.publish(t, relay, nostr.KindDMRelayList, "", nostr.Tags{{"relay", relay.URL}})
}

// Wraps makes a direct message to somebody in a gift wrap (NIP-17, NIP-59), by the
// library and so by another hand than skein's.
func (p *NostrPerson) Wraps(to *NostrPerson, text string) (nostr.Event, error) {
	rumor := nostr.Event{
		PubKey: p.Pubkey, Kind: nostr.KindDirectMessage, CreatedAt: nostr.Now(), Content: text, Tags: nostr.Tags{{"p", to.Pubkey}},
	}
	rumor.ID = rumor.GetID()
	shared, err := nip44.GenerateConversationKey(to.Pubkey, p.secret)
	if err != nil {
		return nostr.Event{}, fmt.Errorf("a conversation of two: %w", err)
	}
	encrypt := func(plain string) (string, error) { return nip44.Encrypt(plain, shared) }
	return nip59.GiftWrap(rumor, to.Pubkey, encrypt, func(e *nostr.Event) error { return e.Sign(p.secret) }, nil)
}

// Unwraps opens a direct message of somebody else's, and returns its text.
func (p *NostrPerson) Unwraps(wrap nostr.Event) (string, error) {
	rumor, err := nip59.GiftUnwrap(wrap, func(from, sealed string) (string, error) {
		shared, err := nip44.GenerateConversationKey(from, p.secret)
		if err != nil {
			return "", err
		}
		return nip44.Decrypt(sealed, shared)
	})
	return rumor.Content, err
}
