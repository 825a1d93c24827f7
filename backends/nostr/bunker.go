package nostr

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// How long a remote signer has. A person may have to allow it there.
const (
	bunkerSigns = time.Minute
	bunkerReads = 5 * time.Second // while a page waits for what is hidden in a list
	bunkerPings = 10 * time.Second
)

// patience bounds the waiting for a remote signer.
type bunkerPatience struct{ signs, reads time.Duration }

var usualPatience = bunkerPatience{bunkerSigns, bunkerReads}

// bunker is a remote signer that holds the account's key (NIP-46). It is asked over
// relays of its own, with events that only the two can read (NIP-44), and known there by
// a key that is not the account's. It is trusted with no more than it must be: what it
// signs has to be what it was given.
type bunker struct {
	at       bunkerAddress
	account  string // public key whose signature is wanted; "" while it is not known
	key      account.Secret
	client   string // public key of key
	pool     *pool
	patience bunkerPatience
}

// newBunker makes a link to the signer at an address. It dials when something is asked.
func newBunker(client *transport.Client, log *slog.Logger, key account.Secret, at bunkerAddress) (*bunker, error) {
	public, err := publicOf(key)
	if err != nil {
		return nil, err
	}
	b := &bunker{at: at, key: key, client: public, patience: usualPatience}
	// These relays may ask who comes (NIP-42): the client's key says it, never the account's.
	b.pool = newPool(client, log, public, at.relays)
	b.pool.sign = keySigner{key, public}.sign
	return b, nil
}

// newClientKey makes the key that skein is known by at a signer.
func newClientKey() account.Secret { return account.NewSecret(nostr.GeneratePrivateKey()) }

func (b *bunker) close() { b.pool.close() }

// template is an event as a signer is given it: what it fills in is missing.
type template struct {
	Kind      int             `json:"kind"`
	CreatedAt nostr.Timestamp `json:"created_at"`
	Tags      nostr.Tags      `json:"tags"`
	Content   string          `json:"content"`
}

func templateOf(e *nostr.Event) template {
	return template{e.Kind, e.CreatedAt, slices.Concat(nostr.Tags{}, e.Tags), e.Content}
}

func (t template) event(public string) nostr.Event {
	return nostr.Event{PubKey: public, Kind: t.Kind, CreatedAt: t.CreatedAt, Tags: t.Tags, Content: t.Content}
}

// sign implements signer. What comes back counts only if it is the event that was sent,
// to the last character, by the account.
func (b *bunker) sign(ctx context.Context, e *nostr.Event) error {
	t := templateOf(e)
	raw, err := json.Marshal(t)
	if err != nil {
		return err
	}
	answer, err := b.ask(ctx, b.patience.signs, "sign_event", string(raw))
	if err != nil {
		return err
	}
	wanted := t.event(b.account)
	wanted.ID = wanted.GetID()
	if !json.Valid([]byte(answer)) || transport.Depth([]byte(answer)) > frameDepth {
		return errBunkerAnswer
	}
	got, err := parseEvent([]byte(answer))
	switch {
	case err != nil:
		return errBunkerAnswer
	case got.PubKey != b.account:
		return timeline.Errorf(timeline.CodeRefused, "the bunker signed with another account's key; nothing was sent")
	case got.ID != wanted.ID || !got.CheckID():
		return timeline.Errorf(timeline.CodeRefused, "the bunker signed something else than it was given; nothing was sent")
	case !b.pool.verify.signed(got):
		return timeline.Errorf(timeline.CodeRefused, "the bunker's signature is wrong; nothing was sent")
	}
	wanted.Sig = got.Sig
	*e = wanted
	return nil
}

var errBunkerAnswer = timeline.Errorf(timeline.CodeRefused, "the bunker answered with something that is no event; nothing was sent")

// seal implements signer.
func (b *bunker) seal(ctx context.Context, with, plain string, old bool) (string, error) {
	method := "nip44_encrypt"
	if old {
		method = "nip04_encrypt"
	}
	sealed, err := b.ask(ctx, b.patience.signs, method, with, plain)
	if err == nil && (sealed == "" || sealed == plain || old != wellSealed(sealed)) {
		return "", timeline.Errorf(timeline.CodeRefused, "the bunker did not encrypt what it was given; nothing was sent")
	}
	return sealed, err
}

// open implements signer.
func (b *bunker) open(ctx context.Context, with, sealed string, old bool) (string, error) {
	method := "nip44_decrypt"
	if old {
		method = "nip04_decrypt"
	}
	return b.ask(ctx, b.patience.reads, method, with, sealed)
}

// ping asks for nothing but an answer.
func (b *bunker) ping(ctx context.Context) error {
	_, err := b.ask(ctx, bunkerPings, "ping")
	return err
}

// ask sends a request and waits for the answer. A page that the signer wants to be
// visited first is an error that names it.
func (b *bunker) ask(ctx context.Context, limit time.Duration, method string, params ...string) (string, error) {
	c, err := b.call(method, params...) //nolint:contextcheck // what it starts ends with the call
	if err != nil {
		return "", err
	}
	defer c.end()
	answer, err := c.wait(ctx, limit)
	var page *permission
	if errors.As(err, &page) {
		return "", timeline.Errorf(timeline.CodeAuth, "the bunker wants to be asked at %s first; allow it there, then `skein outbox drain`", page.url)
	}
	return answer, err
}

// conversation is the secret that skein shares with somebody (NIP-44).
func (b *bunker) conversation(with string) ([32]byte, error) {
	shared, err := nip44.GenerateConversationKey(with, b.key.Reveal())
	if err != nil { // it prints the key
		return shared, timeline.Errorf(timeline.CodeUsage, "nothing can be encrypted to the signer's key")
	}
	return shared, nil
}

func randomID() string { return rand.Text() }
