package bluesky

import (
	"context"
	"encoding/json"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/timeline"
)

// shelf is a collection of the person's own repository, which is taken off record
// by record, the highest key first. Keys are times, so the newest comes first.
type shelf struct {
	collection string
	place
	page []keptRecord // what is left of the page in hand
	next string       // the server's cursor for the page after that; "" at the end
	read bool         // there is a page in hand
}

// place is how far a shelf was taken. At is the server's cursor of a page, which is
// read again if some of it was left: the server's cursors are its own affair, so
// none is made up that leads into the middle of a page.
type place struct {
	At    string `json:"at,omitempty"`
	Below string `json:"below,omitempty"` // the key of the last record that was taken
	End   bool   `json:"end,omitempty"`
}

// recordsBelow merges collections below a cursor, the highest key first.
func (b *Backend) recordsBelow(ctx context.Context, before timeline.Cursor, limit int, collections ...string) ([]keptRecord, timeline.Cursor, error) {
	places := make([]place, len(collections))
	if before != "" {
		if err := json.Unmarshal([]byte(before), &places); err != nil || len(places) != len(collections) {
			return nil, "", timeline.Errorf(timeline.CodeUsage, "%q is no place in this list", before)
		}
	}
	shelves := make([]*shelf, len(collections))
	for n, c := range collections {
		shelves[n] = &shelf{collection: c, place: places[n]}
	}
	var out []keptRecord
	for len(out) < limit {
		var first *shelf
		for _, s := range shelves {
			if err := b.fill(ctx, s, limit); err != nil {
				return nil, "", err
			}
			if len(s.page) > 0 && (first == nil || s.page[0].rkey() > first.page[0].rkey()) {
				first = s
			}
		}
		if first == nil {
			return out, "", nil
		}
		out = append(out, first.take())
	}
	end := true
	for n, s := range shelves {
		places[n] = s.left()
		end = end && places[n].End
	}
	if end {
		return out, "", nil
	}
	cursor, err := json.Marshal(places)
	return out, timeline.Cursor(cursor), err
}

// fill sees to it that a shelf has a page in hand unless it is at its end.
func (b *Backend) fill(ctx context.Context, s *shelf, limit int) error {
	for n := 0; len(s.page) == 0 && !s.End; n++ {
		if s.read {
			if s.next == "" {
				s.End = true
				return nil
			}
			s.At = s.next
		}
		page, next, err := b.listRecords(ctx, s.collection, s.At, limit)
		switch {
		case err != nil:
			return err
		case n == transport.MaxPages || next != "" && next == s.At:
			return timeline.Errorf(timeline.CodeMalformed, "%s repeats a page without end", b.host)
		}
		s.page, s.next, s.read = nil, next, true
		for _, r := range page {
			if s.Below == "" || r.rkey() < s.Below {
				s.page = append(s.page, r)
			}
		}
	}
	return nil
}

func (s *shelf) take() keptRecord {
	r := s.page[0]
	s.page, s.Below = s.page[1:], r.rkey()
	return r
}

// left is where to go on.
func (s *shelf) left() place {
	if s.read && len(s.page) == 0 {
		return place{At: s.next, Below: s.Below, End: s.next == ""}
	}
	return s.place
}

// listRecords reads a page of one of the person's own collections from the PDS
// (com.atproto.repo.listRecords). What has no name of that collection is left out.
func (b *Backend) listRecords(ctx context.Context, collection, cursor string, limit int) ([]keptRecord, string, error) {
	params := map[string]any{"repo": b.did, "collection": collection, "limit": limit}
	if cursor != "" {
		params["cursor"] = cursor
	}
	var out struct {
		Records []keptRecord `json:"records"`
		Cursor  string       `json:"cursor"`
	}
	if err := b.get(ctx, "com.atproto.repo.listRecords", params, &out); err != nil {
		return nil, "", err
	}
	var records []keptRecord
	for _, r := range out.Records {
		u, err := syntax.ParseATURI(r.URI)
		if err == nil && u.Authority().String() == b.did && u.Collection().String() == collection && u.RecordKey() != "" {
			records = append(records, r)
		}
	}
	return records, out.Cursor, nil
}
