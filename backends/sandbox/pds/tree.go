package pds

import (
	"crypto/sha256"
	"math/bits"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/ipfs/go-cid"
)

// leaf is a record in the tree of a repository.
type leaf struct {
	key   string // collection/rkey
	value cid.Cid
}

// layer is how high in the tree a key stands: half the zero bits that its hash
// begins with.
func (l leaf) layer() int {
	sum := sha256.Sum256([]byte(l.key))
	zeros := 0
	for _, b := range sum {
		zeros += bits.LeadingZeros8(b)
		if b != 0 {
			break
		}
	}
	return zeros / 2
}

// tree writes the Merkle search tree of leaves, sorted by key, and returns its root
// (https://atproto.com/specs/repository#mst-structure).
func (b *blocks) tree(leaves []leaf) (cid.Cid, error) {
	top := 0
	for _, l := range leaves {
		top = max(top, l.layer())
	}
	return b.node(leaves, top)
}

// node writes the node of a layer for leaves that stand on it or below.
func (b *blocks) node(leaves []leaf, layer int) (cid.Cid, error) {
	out := object{"l": nil}
	entries := []any{}
	var last object // the entry whose right neighbour is being gathered; nil at the left end
	before, from := "", 0
	between := func(to int) error { // what stands between two entries is a tree of its own
		if from == to {
			return nil
		}
		below, err := b.node(leaves[from:to], layer-1)
		if last == nil {
			out["l"] = atdata.CIDLink(below)
		} else {
			last["t"] = atdata.CIDLink(below)
		}
		return err
	}
	for i, l := range leaves {
		if l.layer() < layer {
			continue
		}
		if err := between(i); err != nil {
			return cid.Undef, err
		}
		shared := 0
		for shared < min(len(before), len(l.key)) && before[shared] == l.key[shared] {
			shared++
		}
		last = object{"p": int64(shared), "k": atdata.Bytes(l.key[shared:]), "v": atdata.CIDLink(l.value), "t": nil}
		entries = append(entries, last)
		before, from = l.key, i+1
	}
	if err := between(len(leaves)); err != nil {
		return cid.Undef, err
	}
	out["e"] = entries
	return b.add(out)
}
