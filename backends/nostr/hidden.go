package nostr

import (
	"context"
	"crypto/aes"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip04"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// The mute list and the bookmarks may have a part that nobody but their owner reads
// (NIP-51): items like the tags, encrypted to the owner's own key as the content. It
// is read and edited in the encryption that it was found in, so that the program that
// wrote it can still read it.

// hidden is that part of a list. Items of no known form are kept as they are.
type hidden struct {
	items []json.RawMessage
	old   bool // NIP-04, else NIP-44
}

const ivMark = "?iv=" // of NIP-04

var errHidden = timeline.Errorf(timeline.CodeMalformed, "the hidden part of the list could not be read")

// hides tells of a kind of list whose content may be a hidden part. That of a follow
// list is for anybody.
func hides(kind int) bool { return kind == kindMutes || kind == kindSaved }

// hidden reads the hidden part of an own list; the zero one where there is none. It
// needs the account's key.
func (b *Backend) hidden(ctx context.Context, list *nostr.Event) (hidden, error) {
	if list.Content == "" || !hides(list.Kind) {
		return hidden{}, nil
	}
	if h, ok := b.opened.Get(list.ID); ok {
		return h, nil
	}
	key, err := b.key(ctx)
	if err != nil {
		return hidden{}, err
	}
	h := hidden{old: strings.Contains(list.Content, ivMark)}
	plain, err := h.decrypt(list.Content, b.cfg.PubKey, key)
	if err != nil || transport.Depth([]byte(plain)) > frameDepth || json.Unmarshal([]byte(plain), &h.items) != nil {
		return hidden{}, errHidden
	}
	b.opened.Add(list.ID, h)
	return h, nil
}

// decrypt reads what was encrypted to the owner's own key. The libraries' errors are
// dropped: some print the key.
func (h hidden) decrypt(content, pubkey string, key account.Secret) (string, error) {
	if !h.old {
		shared, err := nip44.GenerateConversationKey(pubkey, key.Reveal())
		if err != nil {
			return "", errHidden
		}
		return nip44.Decrypt(content, shared)
	}
	text, iv, _ := strings.Cut(content, ivMark)
	blocks, err := base64.StdEncoding.DecodeString(text)
	start, errStart := base64.StdEncoding.DecodeString(iv)
	if err != nil || errStart != nil || len(start) != aes.BlockSize || len(blocks) == 0 || len(blocks)%aes.BlockSize != 0 {
		return "", errHidden // the library panics on these
	}
	shared, err := nip04.ComputeSharedSecret(pubkey, key.Reveal())
	if err != nil {
		return "", errHidden
	}
	return nip04.Decrypt(content, shared)
}

// seal encrypts the part again.
func (b *Backend) seal(ctx context.Context, h hidden) (string, error) {
	key, err := b.key(ctx)
	if err != nil {
		return "", err
	}
	if len(h.items) == 0 {
		h.items = []json.RawMessage{}
	}
	plain, err := json.Marshal(h.items)
	if err != nil {
		return "", err
	}
	var sealed string
	if h.old {
		var shared []byte
		if shared, err = nip04.ComputeSharedSecret(b.cfg.PubKey, key.Reveal()); err == nil {
			sealed, err = nip04.Encrypt(string(plain), shared)
		}
	} else {
		if len(plain) > nip44.MaxPlaintextSize {
			return "", timeline.Errorf(timeline.CodeRefused, "the hidden part of the list is full: it has room for %d bytes", nip44.MaxPlaintextSize)
		}
		var shared [32]byte
		if shared, err = nip44.GenerateConversationKey(b.cfg.PubKey, key.Reveal()); err == nil {
			sealed, err = nip44.Encrypt(string(plain), shared)
		}
	}
	if err != nil {
		return "", timeline.Errorf(timeline.CodeAuth, "the key of %s does not encrypt", b.cfg.Account.Name)
	}
	return sealed, nil
}

// tags are the items that have the form of one.
func (h hidden) tags() nostr.Tags {
	var all nostr.Tags
	for _, raw := range h.items {
		if t, ok := hiddenTag(raw); ok {
			all = append(all, t)
		}
	}
	return all
}

func hiddenTag(raw json.RawMessage) (nostr.Tag, bool) {
	var t nostr.Tag
	err := json.Unmarshal(raw, &t)
	return t, err == nil && len(t) > 0
}

// with is the part with an entry more.
func (h hidden) with(entry nostr.Tag) (hidden, error) {
	raw, err := json.Marshal(entry)
	h.items = append(slices.Clone(h.items), raw)
	return h, err
}

// without is the part without some tags.
func (h hidden) without(gone func(nostr.Tag) bool) hidden {
	h.items = slices.DeleteFunc(slices.Clone(h.items), func(raw json.RawMessage) bool {
		t, ok := hiddenTag(raw)
		return ok && gone(t)
	})
	return h
}
