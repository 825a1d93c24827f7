package pds

import (
	"cmp"
	"slices"
)

// listRecords answers com.atproto.repo.listRecords: a collection by record key,
// the highest first unless asked otherwise.
func (s *Server) listRecords(c *call) (any, error) {
	const usual, most = 50, 100
	collection, err := c.required("collection")
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit", usual, 1, most)
	if err != nil {
		return nil, err
	}
	order := func(a, b *record) int { return cmp.Compare(b.rkey, a.rkey) }
	if c.query.Get("reverse") == "true" {
		order = func(a, b *record) int { return cmp.Compare(a.rkey, b.rkey) }
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.lookup(c.query.Get("repo"))
	if p == nil {
		return nil, invalid("Could not find repo: %s", c.query.Get("repo"))
	}
	after := &record{rkey: c.query.Get("cursor")}
	var found []*record
	for _, r := range s.records {
		if r.did == p.did && r.collection == collection && (after.rkey == "" || order(after, r) < 0) {
			found = append(found, r)
		}
	}
	slices.SortFunc(found, order)
	out := object{}
	if len(found) > limit {
		found = found[:limit]
		out["cursor"] = found[limit-1].rkey
	}
	records := make([]object, len(found))
	for i, r := range found {
		records[i] = object{"uri": r.uri, "cid": r.cid, "value": r.value}
	}
	out["records"] = records
	return out, nil
}
