package nostr

import (
	"iter"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"
)

// The kinds that are read and written.
const (
	kindProfile   = nostr.KindProfileMetadata   // 0
	kindNote      = nostr.KindTextNote          // 1
	kindFollows   = nostr.KindFollowList        // 3
	kindDeletion  = nostr.KindDeletion          // 5, NIP-09
	kindBoost     = nostr.KindRepost            // 6, NIP-18
	kindLike      = nostr.KindReaction          // 7, NIP-25
	kindBoostAny  = nostr.KindGenericRepost     // 16, NIP-18
	kindComment   = 1111                        // NIP-22
	kindVote      = 1018                        // NIP-88
	kindPoll      = 1068                        // NIP-88
	kindMutes     = nostr.KindMuteList          // 10000, NIP-51
	kindPinned    = 10001                       // NIP-51, on top of a profile
	kindRelays    = nostr.KindRelayListMetadata // 10002, NIP-65
	kindSaved     = 10003                       // NIP-51, bookmarks
	kindInterests = 10015                       // NIP-51, followed tags
	kindFollowSet = 30000                       // NIP-51
	kindReport    = 1984                        // NIP-56
	kindArticle   = 30023                       // NIP-23

	kindFileMessage = 15                   // NIP-17
	kindZapRequest  = nostr.KindZapRequest // 9734, NIP-57
	kindZap         = nostr.KindZap        // 9735
)

const (
	labelLanguage  = "ISO-639-1"      // NIP-32
	multipleChoice = "multiplechoice" // NIP-88
)

// homeKinds are what a timeline shows.
func homeKinds() []int { return []int{kindNote, kindBoost, kindBoostAny, kindPoll, kindArticle} }

// value is the second item of the first tag of a name, "" without one.
func value(tags nostr.Tags, name string) string {
	if t := tags.Find(name); t != nil {
		return t[1]
	}
	return ""
}

// ids are the well-formed event ids among the tags of a name. (The library's
// pointers from tags index past the end of short ones.)
func ids(tags nostr.Tags, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for t := range tags.FindAll(name) {
			if isHex(t[1], 64) && !yield(t[1]) {
				return
			}
		}
	}
}

// item is the tag's item at i, "" when it has fewer.
func item(t nostr.Tag, i int) string {
	if i < len(t) {
		return t[i]
	}
	return ""
}

// link10 is an event that a NIP-10 tag refers to.
type link10 struct {
	id, relay, author string
}

func newLink10(t nostr.Tag) link10 {
	l := link10{id: t[1]}
	l.relay, _ = relayURL(item(t, 2))
	if a := item(t, 4); isHex(a, 64) {
		l.author = a
	}
	return l
}

// thread reads NIP-10: marked e tags where there are any, else by position (the
// first is the root, the last the parent). Mentions are no parents. Both are nil
// for what is no reply.
func thread(tags nostr.Tags) (parent, root *link10) {
	var plain []link10
	for t := range tags.FindAll("e") {
		if !isHex(t[1], 64) {
			continue
		}
		l := newLink10(t)
		switch item(t, 3) {
		case "root":
			root = &l
		case "reply":
			parent = &l
		case "mention":
		default:
			plain = append(plain, l)
		}
	}
	if root == nil && parent == nil {
		if len(plain) == 0 {
			return nil, nil
		}
		return &plain[len(plain)-1], &plain[0]
	}
	if parent == nil { // a direct reply to the root
		parent = root
	}
	return parent, root
}

// target is the event that a boost, like, vote or deletion is about: by NIP-25 the
// last e tag.
func target(tags nostr.Tags) (link10, bool) {
	for _, t := range slices.Backward(tags) {
		if len(t) >= 2 && t[0] == "e" && isHex(t[1], 64) {
			return newLink10(t), true
		}
	}
	return link10{}, false
}

// quote is what the first q tag names: an event's id, or the address of something
// that is no post.
func quote(tags nostr.Tags) (l link10, a address, ok bool) {
	for t := range tags.FindAll("q") {
		if isHex(t[1], 64) {
			l = newLink10(t)
			if author := item(t, 3); isHex(author, 64) {
				l.author = author
			}
			return l, address{}, true
		}
		if addr, good := parseAddress(t[1]); good {
			return link10{}, addr, true
		}
	}
	return link10{}, address{}, false
}

// warning reads NIP-36.
func warning(tags nostr.Tags) (reason string, ok bool) {
	for _, t := range tags {
		if len(t) > 0 && t[0] == "content-warning" {
			return item(t, 1), true
		}
	}
	return "", false
}

// languages reads NIP-32's ISO-639-1 labels.
func languages(tags nostr.Tags) []string {
	const most = 3
	var langs []string
	for t := range tags.FindAll("l") {
		code := strings.ToLower(t[1])
		if item(t, 2) == labelLanguage && len(code) == 2 && code[0] >= 'a' && code[0] <= 'z' && code[1] >= 'a' && code[1] <= 'z' && len(langs) < most {
			langs = append(langs, code)
		}
	}
	return langs
}
