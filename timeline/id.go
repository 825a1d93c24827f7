package timeline

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"
)

// Network names a protocol. It is shown and compared for equality; what a
// network can do is told by its Limits and its interfaces, not by its name.
type Network string

// The networks.
const (
	Mastodon Network = "mastodon" // and the servers that speak its API
	Bluesky  Network = "bluesky"  // the AT Protocol
	Nostr    Network = "nostr"
)

// Networks lists all networks in the order in which they are shown.
func Networks() []Network { return []Network{Mastodon, Bluesky, Nostr} }

// Letter is the network's one-letter mark.
func (n Network) Letter() string {
	if n == "" {
		return "?"
	}
	return strings.ToUpper(string(n[:1]))
}

// AccountID names one account for as long as it exists. It is made once, when
// the account is added, and never reused; the name a person gives an account may
// change.
type AccountID string

// Account says who a backend speaks for.
type Account struct {
	ID      AccountID
	Network Network
	Name    string // the person's own short name for it, from config
	Handle  Safe   // @user@host, @handle or npub1…
	Server  Safe   // host of the instance, PDS or first relay
	Author  string // Author.ID of whose it is; "" where that is not known
}

// ID names a post on its network, the same for every account that sees it.
// Local is the ActivityPub uri, the at:// URI, or the Nostr event id in hex.
type ID struct {
	Network Network `json:"network"`
	Local   string  `json:"local"`
}

// String is "network:local"; it is what ParseID reads.
func (id ID) String() string { return string(id.Network) + ":" + id.Local }

// Short is a name for id that a person can type: seven letters and digits, the
// same on every machine. Two posts of a million may share one.
func (id ID) Short() string { return shortAlphabet.EncodeToString(id.digest())[:shortLen] }

// Hash is what Short is the beginning of: 64 bits that tell posts apart, for
// indexes.
func (id ID) Hash() uint64 { return binary.BigEndian.Uint64(id.digest()) }

// digest cannot be steered by who makes up a Local.
func (id ID) digest() []byte {
	sum := sha256.Sum256([]byte(id.String()))
	return sum[:8]
}

// IsShort tells whether s has the form of a Short, in either case.
func IsShort(s string) bool {
	return len(s) == shortLen && strings.Trim(strings.ToLower(s), shortLetters) == ""
}

// ShortRange returns the least and the greatest Hash of the posts whose Short is s,
// in either case; ok is false where s has not the form of one.
func ShortRange(s string) (low, high uint64, ok bool) {
	if !IsShort(s) {
		return 0, 0, false
	}
	for _, r := range strings.ToLower(s) {
		low = low<<5 | uint64(strings.IndexRune(shortLetters, r))
	}
	const rest = 64 - 5*shortLen
	return low << rest, low<<rest | (1<<rest - 1), true
}

const (
	shortLen     = 7
	shortLetters = "0123456789abcdefghjkmnpqrstvwxyz" // Crockford's: no i, l, o or u
)

var shortAlphabet = base32.NewEncoding(shortLetters).WithPadding(base32.NoPadding)

// Zero tells whether id names nothing.
func (id ID) Zero() bool { return id == ID{} }

// Key is a row's place in a timeline: by time, and between equal times by ID, so
// that the order is total and the same in every process.
type Key struct {
	Time time.Time // min(claimed, first seen), because clocks lie
	ID   ID
}

// Compare is negative when k is older than o, positive when it is newer.
func (k Key) Compare(o Key) int {
	if c := k.Time.Compare(o.Time); c != 0 {
		return c
	}
	if c := strings.Compare(k.ID.Local, o.ID.Local); c != 0 {
		return c
	}
	return strings.Compare(string(k.ID.Network), string(o.ID.Network))
}

// Less tells whether k is older than o.
func (k Key) Less(o Key) bool { return k.Compare(o) < 0 }
