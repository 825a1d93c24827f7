package bluesky

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/ipfs/go-cid"
)

// The parts of a CAR file (https://ipld.io/specs/transport/car/carv1/) that a
// repository is exported as.
const (
	maxCARHeader = 4 << 10
	// maxCARBlock is what a record may have, with its name in front.
	maxCARBlock = atdata.MAX_CBOR_RECORD_SIZE + cidSize
	// cidSize is how long the name of a block is: version 1, DAG-CBOR, 32 bytes of
	// SHA-256. There are no others in a repository.
	cidSize = 4 + sha256.Size
)

var cidPrefix = []byte{1, cid.DagCBOR, 0x12, sha256.Size}

// blockID is what of a block's name tells it from others.
type blockID [sha256.Size]byte

// commit is the top of a repository (https://atproto.com/specs/repository).
type commit struct {
	CID string
	DID string
	Rev string // a TID: the higher, the later
}

// readCAR reads a repository's export to its end. It holds each block to its name,
// and all of them to the tree below the commit: it fails where a byte is not what it
// was, or a record is missing. The commit's signature is not looked at: who could
// forge it is the very server that was asked.
func readCAR(r io.Reader) (commit, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	root, err := carRoot(in)
	if err != nil {
		return commit{}, fmt.Errorf("the header: %w", err)
	}
	blocks := map[blockID][]blockID{} // and what they point at, as parts of the tree
	var top commit
	var tree blockID
	for buf := []byte(nil); ; {
		if buf, err = carSection(in, buf, maxCARBlock); errors.Is(err, io.EOF) {
			break
		}
		name, data, bad := carBlock(buf)
		switch {
		case err != nil:
			return commit{}, err
		case bad != nil:
			return commit{}, bad
		case name == root:
			top, tree, err = readCommit(data)
			top.CID = cid.NewCidV1(cid.DagCBOR, append([]byte{0x12, sha256.Size}, root[:]...)).String()
		default:
			blocks[name], err = pointsAt(data)
		}
		if err != nil {
			return commit{}, err
		}
	}
	if top.CID == "" {
		return commit{}, errors.New("the commit is missing")
	}
	if n := absent(blocks, tree); n > 0 {
		return commit{}, fmt.Errorf("%d parts are missing", n)
	}
	return top, nil
}

// carSection reads a part and its length in front. The buffer is used again where it
// is large enough. At the end of the file it fails with io.EOF.
func carSection(in *bufio.Reader, buf []byte, most uint64) ([]byte, error) {
	size, err := binary.ReadUvarint(in)
	switch {
	case err != nil:
		return nil, err // io.EOF where nothing was read, else io.ErrUnexpectedEOF
	case size > most:
		return nil, fmt.Errorf("a part of %d bytes, which is more than %d", size, most)
	case uint64(cap(buf)) < size:
		buf = make([]byte, size)
	}
	buf = buf[:size]
	if _, err := io.ReadFull(in, buf); err != nil {
		return nil, fmt.Errorf("it is cut off: %w", noEOF(err))
	}
	return buf, nil
}

// noEOF keeps an end where there should be none from passing for the end of the
// file.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// carRoot reads the header, which names the commit.
func carRoot(in *bufio.Reader) (blockID, error) {
	raw, err := carSection(in, nil, maxCARHeader)
	if err != nil {
		return blockID{}, noEOF(err)
	}
	header, err := atdata.UnmarshalCBOR(raw)
	if err != nil {
		return blockID{}, err
	}
	roots, _ := header["roots"].([]any)
	if version, ok := header["version"].(int64); !ok || version != 1 || len(roots) != 1 {
		return blockID{}, errors.New("it is no CAR file of version 1 with one root")
	}
	return linkTo(roots[0])
}

// carBlock parts a block from its name, which is its hash.
func carBlock(section []byte) (name blockID, data []byte, err error) {
	if len(section) < cidSize || !bytes.HasPrefix(section, cidPrefix) {
		return blockID{}, nil, errors.New("a part has a name that none has in a repository")
	}
	name, data = blockID(section[len(cidPrefix):cidSize]), section[cidSize:]
	if sha256.Sum256(data) != name {
		return blockID{}, nil, errors.New("a part is not what its name says")
	}
	return name, data, nil
}

// linkTo reads a link within a block.
func linkTo(v any) (blockID, error) {
	link, ok := v.(atdata.CIDLink)
	if !ok {
		return blockID{}, fmt.Errorf("a %T where a link should be", v)
	}
	raw := link.CID().Bytes()
	if len(raw) != cidSize || !bytes.HasPrefix(raw, cidPrefix) {
		return blockID{}, fmt.Errorf("a link to %s", link)
	}
	return blockID(raw[len(cidPrefix):]), nil
}

func readCommit(data []byte) (commit, blockID, error) {
	const version = 3
	value, err := atdata.UnmarshalCBOR(data)
	if err != nil {
		return commit{}, blockID{}, fmt.Errorf("the commit: %w", err)
	}
	var c commit
	c.DID, _ = value["did"].(string)
	c.Rev, _ = value["rev"].(string)
	if v, ok := value["version"].(int64); !ok || v != version {
		return commit{}, blockID{}, fmt.Errorf("a repository of version %v", value["version"])
	}
	tree, err := linkTo(value["data"])
	if err != nil {
		return commit{}, blockID{}, fmt.Errorf("the commit: %w", err)
	}
	return c, tree, nil
}

// pointsAt are the blocks that one in the tree points at; none where it is a record.
// A node is a map of e and l, which come first in its bytes.
func pointsAt(data []byte) ([]blockID, error) {
	if !bytes.HasPrefix(data, []byte{0xa2, 0x61, 'e'}) {
		return nil, nil
	}
	node, err := atdata.UnmarshalCBOR(data)
	if err != nil {
		return nil, fmt.Errorf("a part that cannot be read: %w", err)
	}
	entries, ok := node["e"].([]any)
	if left, there := node["l"]; !ok || !there || left != nil && !isLink(left) {
		return nil, nil // a record after all
	}
	links := []any{node["l"]}
	for _, e := range entries {
		entry, _ := e.(object)
		links = append(links, entry["v"], entry["t"])
	}
	var out []blockID
	for _, l := range links {
		if l == nil {
			continue
		}
		to, err := linkTo(l)
		if err != nil {
			return nil, fmt.Errorf("the tree of records: %w", err)
		}
		out = append(out, to)
	}
	return out, nil
}

func isLink(v any) bool {
	_, ok := v.(atdata.CIDLink)
	return ok
}

// absent counts what the tree points at that is not among the blocks.
func absent(blocks map[blockID][]blockID, tree blockID) int {
	n := 0
	met := map[blockID]bool{tree: true}
	for left := []blockID{tree}; len(left) > 0; {
		at := left[len(left)-1]
		left = left[:len(left)-1]
		below, ok := blocks[at]
		if !ok {
			n++
		}
		for _, d := range below {
			if !met[d] {
				met[d] = true
				left = append(left, d)
			}
		}
	}
	return n
}
