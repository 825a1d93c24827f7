package nostr

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// A direct message (NIP-17) is an event that is never signed, the rumor. It is encrypted
// into a seal, which its author signs, and that into a gift wrap (NIP-59) for each who
// gets it, which a key signs that is used for nothing else. Relays see for whom a wrap
// is, and neither from whom, nor when, nor what.
//
// The library's own wrapping is not used: it dates wraps back by ten hours at most and
// not by two days, takes the times from a source that can be foretold, and, when it
// opens one, replaces the author that a rumor claims instead of refusing a false one.
// Its NIP-44 is.

// blur is how far back the times of seals and wraps are put at most (NIP-59).
const blur = 2 * 24 * time.Hour

// mostWrap is the longest message with a wrap that is sent, in bytes: most relays take no
// longer event.
const mostWrap = 64 << 10

// wrapped is a gift wrap on its way to somebody.
type wrapped struct {
	To     string   `json:"to"`     // hex public key
	Event  string   `json:"event"`  // its exact bytes
	Relays []string `json:"relays"` // where To takes messages
}

// letter is a direct message that was opened.
type letter struct {
	rumor *nostr.Event // unsigned; of an old one the event with its text decrypted
	old   bool         // NIP-04
}

// people are all of a letter's conversation but me, sorted.
func (l letter) people(me string) []string {
	people := slices.DeleteFunc(append(named(l.rumor.Tags), l.rumor.PubKey), func(k string) bool { return k == me })
	slices.Sort(people)
	return slices.Compact(people)
}

// conversation names the conversation that a letter belongs to: the keys of the others,
// or the own one. NIP-17 has no other name for it.
func (l letter) conversation(me string) string {
	name := conversationOf(l.people(me), me)
	if l.old {
		return oldPrefix + name
	}
	return name
}

const oldPrefix = "old:" // of a conversation in NIP-04, which is read alone

func conversationOf(people []string, me string) string {
	if len(people) == 0 {
		return me
	}
	return strings.Join(people, ",")
}

// correspondents reads the name of a conversation.
func correspondents(conversation, me string) (people []string, old, ok bool) {
	name, old := strings.CutPrefix(conversation, oldPrefix)
	for k := range strings.SplitSeq(name, ",") {
		if !isHex(k, 64) {
			return nil, old, false
		}
		if k != me {
			people = append(people, k)
		}
	}
	return people, old, slices.IsSorted(people)
}

// wrap59 seals a rumor as the account and wraps it for somebody.
func (b *Backend) wrap59(ctx context.Context, s signer, rumor *nostr.Event, to string) (*nostr.Event, error) {
	plain := rumor.String()
	if len(plain) > nip44.MaxPlaintextSize {
		return nil, errTooLong
	}
	sealed, err := s.seal(ctx, to, plain, false)
	if err != nil {
		return nil, err
	}
	seal := nostr.Event{PubKey: b.cfg.PubKey, Kind: nostr.KindSeal, CreatedAt: b.blurred(), Tags: nostr.Tags{}, Content: sealed}
	if err := s.sign(ctx, &seal); err != nil {
		return nil, err
	}
	text := seal.String()
	if len(text) > nip44.MaxPlaintextSize {
		return nil, errTooLong
	}
	once := keySigner{key: account.NewSecret(nostr.GeneratePrivateKey())}
	if once.public, err = publicOf(once.key); err != nil {
		return nil, err
	}
	e := nostr.Event{PubKey: once.public, Kind: nostr.KindGiftWrap, CreatedAt: b.blurred(), Tags: nostr.Tags{{"p", to}}}
	if e.Content, err = once.seal(ctx, to, text, false); err != nil {
		return nil, err
	}
	if err := once.sign(ctx, &e); err != nil {
		return nil, err
	}
	if len(e.String())+envelope/4 > mostWrap {
		return nil, errTooLong
	}
	return &e, nil
}

var errTooLong = timeline.Errorf(timeline.CodeRefused, "the message is too long: encrypted, it would be more than relays take")

// blurred is a time of the last two days that says nothing.
func (b *Backend) blurred() nostr.Timestamp {
	n, err := rand.Int(rand.Reader, big.NewInt(int64(blur/time.Second)))
	if err != nil { // there is no randomness: nothing could be encrypted either
		return b.stamp() - nostr.Timestamp(blur/time.Second)
	}
	return b.stamp() - nostr.Timestamp(n.Int64())
}

var errWrap = errors.New("not a message to this account")

// unwrap59 opens a verified gift wrap. What it holds must have been sealed by its own
// author: else anybody could write in anybody's name.
func (b *Backend) unwrap59(ctx context.Context, s signer, e *nostr.Event) (letter, error) {
	text, err := s.open(ctx, e.PubKey, e.Content, false)
	if err != nil {
		return letter{}, err
	}
	seal, err := innerEvent(text)
	if err != nil || seal.Kind != nostr.KindSeal || !isHex(seal.Sig, 128) || !seal.CheckID() || !b.pool.verify.signed(seal) {
		return letter{}, errWrap
	}
	if text, err = s.open(ctx, seal.PubKey, seal.Content, false); err != nil {
		return letter{}, err
	}
	rumor, err := innerEvent(text)
	switch {
	case err != nil || rumor.PubKey != seal.PubKey:
		return letter{}, errWrap
	case rumor.Kind != nostr.KindDirectMessage && rumor.Kind != kindFileMessage:
		return letter{}, errWrap
	case rumor.ID != "" && !rumor.CheckID():
		return letter{}, errWrap
	}
	rumor.ID, rumor.Sig = rumor.GetID(), ""
	l := letter{rumor: rumor}
	if people := l.people(""); !slices.Contains(people, b.cfg.PubKey) || len(people) > maxNotified {
		return letter{}, errWrap // it was wrapped for the account and is for others
	}
	return l, nil
}

// innerEvent reads a seal or a rumor, which need not be signed.
func innerEvent(text string) (*nostr.Event, error) {
	raw := []byte(text)
	if !json.Valid(raw) || transport.Depth(raw) > frameDepth || len(raw) == 0 || raw[0] != '{' {
		return nil, errWrap
	}
	var e nostr.Event
	if err := e.UnmarshalJSON(raw); err != nil {
		return nil, errWrap
	}
	if !isHex(e.PubKey, 64) || e.Kind < 0 || e.Kind > maxKind || e.CreatedAt < 0 || e.CreatedAt > maxTime || len(e.Tags) > maxTags {
		return nil, errWrap
	}
	return &e, nil
}

// openOld decrypts a message of NIP-04.
func (b *Backend) openOld(ctx context.Context, s signer, e *nostr.Event) (letter, error) {
	other := e.PubKey
	if other == b.cfg.PubKey {
		if other = value(e.Tags, "p"); !isHex(other, 64) {
			return letter{}, errWrap
		}
	}
	text, err := s.open(ctx, other, e.Content, true)
	if err != nil {
		return letter{}, err
	}
	plain := *e
	plain.Content, plain.Tags = text, nostr.Tags{{"p", other}}
	return letter{rumor: &plain, old: true}, nil
}
