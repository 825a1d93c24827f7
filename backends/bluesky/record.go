package bluesky

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"skein/timeline"
)

// sealed is a record that will never change, with the names that follow from it.
type sealed struct {
	URI        string          `json:"uri"`
	CID        string          `json:"cid"`
	Collection string          `json:"collection"`
	RKey       string          `json:"rkey"`
	Value      json.RawMessage `json:"value"`
}

// reference is com.atproto.repo.strongRef.
type reference struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

func (s sealed) ref() reference { return reference{s.URI, s.CID} }

// seal writes a record's bytes and works out its CID as the server will: the
// SHA-256 of the value as DAG-CBOR (https://atproto.com/specs/data-model).
func seal(did, collection, rkey string, value object) (sealed, error) {
	value["$type"] = collection
	raw, err := json.Marshal(value)
	if err != nil {
		return sealed{}, timeline.Errorf(timeline.CodeInternal, "record of %s: %w", collection, err)
	}
	name, err := recordCID(raw)
	if err != nil {
		return sealed{}, timeline.Errorf(timeline.CodeRefused, "record of %s: %w", collection, err)
	}
	return sealed{
		URI: "at://" + did + "/" + collection + "/" + rkey, CID: name,
		Collection: collection, RKey: rkey, Value: raw,
	}, nil
}

// recordCID is the content identifier of a record given as JSON.
func recordCID(raw []byte) (string, error) {
	value, err := atdata.UnmarshalJSON(raw)
	if err != nil {
		return "", err
	}
	cbor, err := atdata.MarshalCBOR(value)
	if err != nil {
		return "", err
	}
	if len(cbor) > atdata.MAX_CBOR_RECORD_SIZE {
		return "", fmt.Errorf("%d bytes are more than a record may have", len(cbor))
	}
	sum := sha256.Sum256(cbor)
	mh, err := multihash.Encode(sum[:], multihash.SHA2_256)
	if err != nil {
		return "", err
	}
	return cid.NewCidV1(cid.DagCBOR, mh).String(), nil
}

// stamp is when and under which key the records of an intent are made. Both follow
// from the intent alone, so that every preparation comes to the same.
type stamp struct {
	at    time.Time     // to the millisecond
	extra time.Duration // microseconds of the key that the time itself does not show
	clock uint
}

// stampOf reads an intent's Created and Key. The key gives the clock's number and
// the microseconds: what is planned for the same minute still gets keys of its own.
func stampOf(i timeline.Intent) (stamp, error) {
	const clocks, micros = 1 << 10, 1000
	raw, err := hex.DecodeString(i.Key)
	if err != nil || len(raw) < 4 || i.Created.IsZero() {
		return stamp{}, timeline.Errorf(timeline.CodeInternal, "an intent without key or time")
	}
	clock := uint(raw[0])<<8 | uint(raw[1])
	extra := uint(raw[2])<<8 | uint(raw[3])
	return stamp{
		at:    i.Created.UTC().Truncate(time.Millisecond),
		extra: time.Duration(extra%micros) * time.Microsecond,
		clock: clock % clocks,
	}, nil
}

// part is the key (https://atproto.com/specs/tid) and the createdAt of the n-th
// post, a millisecond after the one before, for feeds to keep their order.
func (s stamp) part(n int) (rkey, createdAt string) {
	at := s.at.Add(time.Duration(n) * time.Millisecond)
	return syntax.NewTIDFromTime(at.Add(s.extra), s.clock).String(), at.Format("2006-01-02T15:04:05.000Z")
}
