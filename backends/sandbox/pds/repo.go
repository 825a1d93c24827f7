package pds

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"slices"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/ipfs/go-cid"
)

// write is the input of createRecord and putRecord, and one of applyWrites.
type write struct {
	Type       string          `json:"$type"`
	Repo       string          `json:"repo"`
	Collection string          `json:"collection"`
	RKey       string          `json:"rkey"`
	Record     json.RawMessage `json:"record"`
	Value      json.RawMessage `json:"value"`
	SwapRecord json.RawMessage `json:"swapRecord"` // absent, null and a CID mean three things
}

// owns checks that a caller writes to their own repository.
func (s *Server) owns(c *call, repo string) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p := s.lookup(repo); p == nil || p != c.viewer {
		return &failure{http.StatusForbidden, "InvalidRequest", "Could not find repo: " + repo}
	}
	return nil
}

// admit checks a record on its way in.
func (s *Server) admit(c *call, w write, raw json.RawMessage) (*record, error) {
	value, err := atdata.UnmarshalJSON(raw)
	if err != nil {
		return nil, invalid("Bad record: %v", err)
	}
	if w.RKey == "" {
		w.RKey = s.revision.Next().String()
	}
	r, err := s.newRecord(c.viewer.did, w.Collection, w.RKey, value)
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, b := range atdata.ExtractBlobs(value) {
		if s.blobs[b.Ref.String()] == nil {
			return nil, &failure{http.StatusBadRequest, "BlobNotFound", "Could not find blob: " + b.Ref.String()}
		}
	}
	return r, nil
}

func (s *Server) createRecord(c *call) (any, error) {
	var in write
	if err := c.input(&in); err != nil {
		return nil, err
	}
	if err := s.owns(c, in.Repo); err != nil {
		return nil, err
	}
	r, err := s.admit(c, in, in.Record)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.records[r.uri] != nil {
		return nil, errTaken()
	}
	s.store(r)
	return s.written(r), nil
}

// errTaken is the bare 500 with which a PDS answers a taken record key.
func errTaken() error {
	return &failure{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"}
}

// putRecord keeps what is there when the same bytes come again, and with
// swapRecord refuses when what is there is not what the caller thinks.
func (s *Server) putRecord(c *call) (any, error) {
	var in write
	if err := c.input(&in); err != nil {
		return nil, err
	}
	if err := s.owns(c, in.Repo); err != nil {
		return nil, err
	}
	if in.RKey == "" {
		return nil, invalid("Input must have the property \"rkey\"")
	}
	r, err := s.admit(c, in, in.Record)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.records[r.uri]
	if was != nil && was.cid == r.cid {
		return object{"uri": r.uri, "cid": r.cid, "validationStatus": "valid"}, nil // no commit
	}
	if err := checkSwap(in.SwapRecord, was); err != nil {
		return nil, err
	}
	s.store(r)
	return s.written(r), nil
}

func checkSwap(swap json.RawMessage, was *record) error {
	if len(swap) == 0 {
		return nil
	}
	var want string
	if !bytes.Equal(swap, []byte("null")) {
		if err := json.Unmarshal(swap, &want); err != nil {
			return invalid("Input/swapRecord must be a cid string")
		}
	}
	got := ""
	if was != nil {
		got = was.cid
	}
	if got != want {
		return &failure{http.StatusBadRequest, "InvalidSwap", "Record was at " + got}
	}
	return nil
}

func (s *Server) deleteRecord(c *call) (any, error) {
	var in write
	if err := c.input(&in); err != nil {
		return nil, err
	}
	if err := s.owns(c, in.Repo); err != nil {
		return nil, err
	}
	uri := "at://" + c.viewer.did + "/" + in.Collection + "/" + in.RKey
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.records[uri]
	if err := checkSwap(in.SwapRecord, was); err != nil {
		return nil, err
	}
	if was == nil {
		return object{}, nil
	}
	s.drop(uri)
	return object{"commit": s.commit(c.viewer.did)}, nil
}

// applyWrites does all or nothing.
func (s *Server) applyWrites(c *call) (any, error) {
	var in struct {
		Repo   string
		Writes []write
	}
	if err := c.input(&in); err != nil {
		return nil, err
	}
	if err := s.owns(c, in.Repo); err != nil {
		return nil, err
	}
	made := make([]*record, len(in.Writes))
	for i, w := range in.Writes {
		if w.Type == "com.atproto.repo.applyWrites#delete" {
			continue
		}
		r, err := s.admit(c, w, w.Value)
		if err != nil {
			return nil, err
		}
		made[i] = r
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.checkWrites(c.viewer.did, in.Writes, made); err != nil {
		return nil, err
	}
	results := make([]object, len(in.Writes))
	for i, w := range in.Writes {
		switch w.Type {
		case "com.atproto.repo.applyWrites#delete":
			s.drop("at://" + c.viewer.did + "/" + w.Collection + "/" + w.RKey)
			results[i] = object{"$type": w.Type + "Result"}
		default:
			s.store(made[i])
			results[i] = object{"$type": w.Type + "Result", "uri": made[i].uri, "cid": made[i].cid, "validationStatus": "valid"}
		}
	}
	return object{"commit": s.commit(c.viewer.did), "results": results}, nil
}

// checkWrites tells why a batch cannot be applied as a whole. The server's mu is
// held.
func (s *Server) checkWrites(did string, writes []write, made []*record) error {
	taken := map[string]bool{}
	for i, w := range writes {
		switch w.Type {
		case "com.atproto.repo.applyWrites#create":
			if uri := made[i].uri; s.records[uri] != nil || taken[uri] {
				return errTaken()
			}
			taken[made[i].uri] = true
		case "com.atproto.repo.applyWrites#update":
			if s.records[made[i].uri] == nil {
				return errTaken() // an update of nothing fails in the same bare way
			}
		case "com.atproto.repo.applyWrites#delete":
			if s.records["at://"+did+"/"+w.Collection+"/"+w.RKey] == nil {
				return errTaken() // likewise
			}
		default:
			return invalid("Input/writes/%d must be a create, an update or a delete", i)
		}
	}
	return nil
}

func (s *Server) getRecord(c *call) (any, error) {
	collection, rkey := c.query.Get("collection"), c.query.Get("rkey")
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.lookup(c.query.Get("repo"))
	if p == nil {
		return nil, invalid("Could not find repo: %s", c.query.Get("repo"))
	}
	uri := "at://" + p.did + "/" + collection + "/" + rkey
	r := s.records[uri]
	if want := c.query.Get("cid"); r == nil || want != "" && want != r.cid {
		return nil, &failure{http.StatusBadRequest, "RecordNotFound", "Could not locate record: " + uri}
	}
	return object{"uri": r.uri, "cid": r.cid, "value": r.value}, nil
}

// written is the answer to a write that made a commit. The server's mu is held.
func (s *Server) written(r *record) object {
	return object{"uri": r.uri, "cid": r.cid, "commit": s.commit(r.did), "validationStatus": "valid"}
}

// commit names a new state of a repository.
func (s *Server) commit(did string) object {
	rev := s.revisions[did]
	head := object{"did": did, "version": int64(3), "rev": rev}
	cbor, err := atdata.MarshalCBOR(head)
	if err != nil {
		return nil // strings and an integer always encode
	}
	name, err := contentID(cid.DagCBOR, cbor)
	if err != nil {
		return nil
	}
	return object{"cid": name, "rev": rev}
}

// resolveHandle answers com.atproto.identity.resolveHandle.
func (s *Server) resolveHandle(c *call) (any, error) {
	handle, err := c.required("handle")
	if err != nil {
		return nil, err
	}
	h, err := syntax.ParseHandle(handle)
	if err != nil {
		return nil, invalid("Error: handle must be a valid handle")
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.handles[h.Normalize().String()]
	if p == nil {
		return nil, invalid("Unable to resolve handle")
	}
	return object{"did": p.did}, nil
}

// describeRepo answers com.atproto.repo.describeRepo.
func (s *Server) describeRepo(c *call) (any, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.lookup(c.query.Get("repo"))
	if p == nil {
		return nil, &failure{http.StatusBadRequest, "RepoNotFound", "Could not find user: " + c.query.Get("repo")}
	}
	collections := map[string]bool{}
	for _, r := range s.records {
		if r.did == p.did {
			collections[r.collection] = true
		}
	}
	return object{
		"handle": p.handle, "did": p.did, "didDoc": s.document(p), "handleIsCorrect": true,
		"collections": slices.Sorted(maps.Keys(collections)),
	}, nil
}
