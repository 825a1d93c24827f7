package pds

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/ipfs/go-cid"
)

// archive is a repository as a CAR file (https://ipld.io/specs/transport/car/carv1/).
type archive []byte

// signatureSize is what a signature takes. The sandbox signs nothing: its own are
// zeros.
const signatureSize = 64

// blocks are what a repository is made of, in the order in which they are written.
type blocks struct {
	written map[cid.Cid]bool
	car     archive
}

// add writes a value as a block and names it. What is there already is written once.
func (b *blocks) add(value object) (cid.Cid, error) {
	raw, err := atdata.MarshalCBOR(value)
	if err != nil {
		return cid.Undef, fmt.Errorf("a block: %w", err)
	}
	name, err := contentID(cid.DagCBOR, raw)
	if err != nil {
		return cid.Undef, err
	}
	id, err := cid.Decode(name)
	if err != nil || b.written[id] {
		return id, err
	}
	b.written[id] = true
	b.car = binary.AppendUvarint(b.car, uint64(id.ByteLen()+len(raw)))
	b.car = append(append(b.car, id.Bytes()...), raw...)
	return id, nil
}

// repository writes a person's repository as it is now: the records, the tree that
// names them, and the commit on top (https://atproto.com/specs/repository). The
// server's mu is held.
func (s *Server) repository(p *person) (commit cid.Cid, rev string, car archive, err error) {
	var records []*record
	for _, r := range s.records {
		if r.did == p.did {
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b *record) int { return cmp.Compare(a.path(), b.path()) })
	b := &blocks{written: map[cid.Cid]bool{}}
	leaves := make([]leaf, len(records))
	for n, r := range records {
		id, err := b.add(r.value)
		if err != nil {
			return cid.Undef, "", nil, fmt.Errorf("%s: %w", r.uri, err)
		}
		leaves[n] = leaf{key: r.path(), value: id}
	}
	tree, err := b.tree(leaves)
	if err != nil {
		return cid.Undef, "", nil, err
	}
	rev = s.revisions[p.did]
	commit, err = b.add(object{
		"did": p.did, "version": int64(3), "rev": rev, "prev": nil,
		"data": atdata.CIDLink(tree), "sig": atdata.Bytes(make([]byte, signatureSize)),
	})
	if err != nil {
		return cid.Undef, "", nil, err
	}
	header, err := atdata.MarshalCBOR(object{"version": int64(1), "roots": []any{atdata.CIDLink(commit)}})
	if err != nil {
		return cid.Undef, "", nil, fmt.Errorf("the header: %w", err)
	}
	head := append(binary.AppendUvarint(nil, uint64(len(header))), header...)
	return commit, rev, append(head, b.car...), nil
}

// archived finds the repository that a call of com.atproto.sync names. The server's
// mu is held.
func (s *Server) archived(c *call) (*person, error) {
	did, err := c.required("did")
	if err != nil {
		return nil, err
	}
	if p := s.people[did]; p != nil {
		return p, nil
	}
	return nil, &failure{http.StatusBadRequest, "RepoNotFound", "Could not find repo for DID: " + did}
}

func (s *Server) getRepo(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.archived(c)
	if err != nil {
		return nil, err
	}
	_, _, car, err := s.repository(p)
	return car, err
}

func (s *Server) getLatestCommit(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, err := s.archived(c)
	if err != nil {
		return nil, err
	}
	commit, rev, _, err := s.repository(p)
	if err != nil {
		return nil, err
	}
	return object{"cid": commit.String(), "rev": rev}, nil
}
