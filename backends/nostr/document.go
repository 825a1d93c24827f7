package nostr

import "github.com/nbd-wtf/go-nostr"

// document names a list of the account's: a kind, and of those kinds of which there are
// several the d tag.
type document struct {
	Kind int    `json:"kind"`
	D    string `json:"d,omitempty"`
}

// documentOf is the list that an event is a version of.
func documentOf(e *nostr.Event) document {
	if nostr.IsAddressableKind(e.Kind) {
		return document{e.Kind, e.Tags.GetD()}
	}
	return document{Kind: e.Kind}
}

// filter asks for the newest version of the list.
func (l document) filter(author string) nostr.Filter {
	f := nostr.Filter{Kinds: []int{l.Kind}, Authors: []string{author}, Limit: 1}
	if nostr.IsAddressableKind(l.Kind) {
		f.Tags = nostr.TagMap{"d": {l.D}}
	}
	return f
}
