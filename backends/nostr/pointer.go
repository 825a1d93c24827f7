package nostr

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/btcsuite/btcd/btcutil/bech32"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/timeline"
)

// pointer is what a NIP-19 reference names. Exactly one of event, person and
// address is set.
type pointer struct {
	event   string // hex id
	person  string // hex public key
	address address
	author  string // of the event, when told
	relays  []string
}

// address names an addressable event.
type address struct {
	kind   int
	pubkey string
	d      string
}

func (a address) String() string {
	return strconv.Itoa(a.kind) + ":" + a.pubkey + ":" + a.d
}

const (
	maxReference = 1500 // bytes of a reference that is looked at
	maxHints     = 3    // relays that are taken from one
	keySize      = 32
)

// parsePointer reads npub, nprofile, note, nevent and naddr. It stands in for
// nip19.Decode, which panics on an naddr whose kind has less than four bytes; an
// nsec is not a reference.
func parsePointer(s string) (pointer, error) {
	bad := func(why string) (pointer, error) { return pointer{}, fmt.Errorf("NIP-19 reference: %s", why) }
	if len(s) > maxReference {
		return bad("too long")
	}
	prefix, bits, err := bech32.DecodeNoLimit(s)
	if err != nil {
		return bad("not bech32")
	}
	data, err := bech32.ConvertBits(bits, 5, 8, false)
	if err != nil {
		return bad("not bech32")
	}
	switch prefix {
	case "npub", "note":
		if len(data) != keySize {
			return bad("wrong length")
		}
		if prefix == "npub" {
			return pointer{person: hex.EncodeToString(data)}, nil
		}
		return pointer{event: hex.EncodeToString(data)}, nil
	case "nprofile", "nevent", "naddr":
		p, ok := tlv(prefix, data)
		if !ok {
			return bad("incomplete")
		}
		return p, nil
	}
	return bad("an unknown kind")
}

// tlv reads the entries of a shareable identifier: type, length, value.
func tlv(prefix string, data []byte) (pointer, bool) {
	var p pointer
	var author string
	hasD := false
	for len(data) >= 2 {
		typ, n := data[0], int(data[1])
		if len(data) < 2+n {
			break
		}
		v := data[2 : 2+n]
		data = data[2+n:]
		switch {
		case typ == nip19.TLVDefault && prefix == "naddr":
			p.address.d, hasD = string(v), true
		case typ == nip19.TLVDefault && n == keySize && prefix == "nprofile":
			p.person = hex.EncodeToString(v)
		case typ == nip19.TLVDefault && n == keySize:
			p.event = hex.EncodeToString(v)
		case typ == nip19.TLVRelay && len(p.relays) < maxHints:
			p.relays = append(p.relays, relayURLs([]string{string(v)}, 1)...)
		case typ == nip19.TLVAuthor && n == keySize:
			author = hex.EncodeToString(v)
		case typ == nip19.TLVKind && n == 4:
			p.address.kind = int(binary.BigEndian.Uint32(v))
		}
	}
	if prefix == "naddr" {
		p.address.pubkey = author
		return p, hasD && author != "" && p.address.kind > 0 && p.address.kind <= maxKind
	}
	p.address, p.author = address{}, author
	return p, p.event != "" || p.person != ""
}

// parseAddress reads the value of an "a" tag, kind:pubkey:d.
func parseAddress(s string) (address, bool) {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 || !isHex(parts[1], 64) {
		return address{}, false
	}
	kind, err := strconv.Atoi(parts[0])
	if err != nil || kind < 0 || kind > maxKind {
		return address{}, false
	}
	return address{kind: kind, pubkey: parts[1], d: parts[2]}, true
}

// npub encodes a public key; "" for what is none.
func npub(pubkey string) string {
	s, err := nip19.EncodePublicKey(pubkey)
	if err != nil {
		return ""
	}
	return s
}

// shortNpub is npub1abcd…wxyz.
func shortNpub(pubkey string) string {
	s := npub(pubkey)
	const head, tail = 9, 4
	if len(s) <= head+tail {
		return s
	}
	return s[:head] + "…" + s[len(s)-tail:]
}

// njump is the address at which a browser shows a reference.
const njump = "https://njump.me/"

// eventURL is where a browser shows an event.
func eventURL(id, author, relay string) string {
	var hints []string
	if relay != "" {
		hints = append(hints, relay)
	}
	s, err := nip19.EncodeEvent(id, hints, author)
	if err != nil {
		return ""
	}
	return njump + s
}

// addressURL is where a browser shows an addressable event; empty for an address
// that NIP-19 cannot write.
func addressURL(a address) timeline.Safe {
	const longest = 255 // the length has one byte
	if len(a.d) > longest {
		return timeline.Safe{}
	}
	s, err := nip19.EncodeEntity(a.pubkey, a.kind, a.d, nil)
	if err != nil {
		return timeline.Safe{}
	}
	return timeline.CleanLine(njump + s)
}
