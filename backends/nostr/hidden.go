package nostr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/backends/transport"
	"skein/timeline"
)

// The mute list, the bookmarks and sets of people may have a part that nobody but their owner reads
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
func hides(kind int) bool { return kind == kindMutes || kind == kindSaved || kind == kindFollowSet }

// hidden reads the hidden part of an own list; the zero one where there is none. It
// takes the account's key.
func (b *Backend) hidden(ctx context.Context, list *nostr.Event) (hidden, error) {
	if list.Content == "" || !hides(list.Kind) {
		return hidden{}, nil
	}
	if h, ok := b.opened.Get(list.ID); ok {
		return h, nil
	}
	s, err := b.signer(ctx)
	if err != nil {
		return hidden{}, err
	}
	h := hidden{old: strings.Contains(list.Content, ivMark)}
	plain, err := s.open(ctx, b.cfg.PubKey, list.Content, h.old)
	if err != nil || transport.Depth([]byte(plain)) > frameDepth || json.Unmarshal([]byte(plain), &h.items) != nil {
		return hidden{}, errHidden
	}
	b.opened.Add(list.ID, h)
	return h, nil
}

// seal encrypts the part again.
func (b *Backend) seal(ctx context.Context, h hidden) (string, error) {
	s, err := b.signer(ctx)
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
	if !h.old && len(plain) > nip44.MaxPlaintextSize {
		return "", timeline.Errorf(timeline.CodeRefused, "the hidden part of the list is full: it has room for %d bytes", nip44.MaxPlaintextSize)
	}
	sealed, err := s.seal(ctx, b.cfg.PubKey, string(plain), h.old)
	if err != nil {
		return "", fmt.Errorf("encrypt the hidden part of the list: %w", err)
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
