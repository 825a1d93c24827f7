package store

import (
	"cmp"
	"database/sql"
	"errors"
	"time"

	"skein/timeline"
)

// maxDepth is how many posts may stand inside each other: a boost, what it boosts,
// what that quotes. What lies deeper is not put together.
const maxDepth = 3

// row is a row of post, with its author's.
type row struct {
	at     place
	inner  sql.NullInt64
	read   int64 // when it was last written, in Unix seconds
	writer int64 // the row of person
	author []byte
	packed []byte // the body, expanded
}

const selectRow = "SELECT place, inner, read, post.author, author.author, body FROM post LEFT JOIN person AS author ON author.n = post.author WHERE "

func (s *session) scan(scan func(...any) error) (r row, err error) {
	var body []byte
	if err := scan(&r.at, &r.inner, &r.read, &r.writer, &r.author, &body); err != nil {
		return r, err
	}
	r.packed, err = s.cache.codec.expand(body)
	return r, err
}

// rows reads rows of post.
func (s *session) rows(where string, args ...any) (out []row, err error) {
	err = s.each(selectRow+where, args, func(scan func(...any) error) error {
		r, err := s.scan(scan)
		out = append(out, r)
		return err
	})
	return out, err
}

// hashed are the rows whose IDs have the same short.
const hashed = "place IN (SELECT place FROM leads WHERE kind = 0 AND key = ?)"

// short is what rows are found by from an ID: half of its Hash, which keeps the
// indexes small. One in thousands of posts shares it with another.
func short(id timeline.ID) int64 { return shortened(id.Hash()) }

func shortened(hash uint64) int64 { return int64(int32(hash >> 32)) }

// find returns the row of a post; ok is false where it was not kept.
func (s *session) find(id timeline.ID) (r row, ok bool, err error) {
	rows, err := s.rows(hashed, short(id))
	for _, at := range s.kept[short(id)] { // of which the leads may not be tied yet
		more, failed := s.rows("place = ?", int64(at))
		rows, err = append(rows, more...), errors.Join(err, failed)
	}
	for _, r := range rows {
		if (&unpacker{b: r.packed}).id() == id {
			return r, true, nil
		}
	}
	return row{}, false, err
}

// at returns the post at a place; nil where there is none, or none that can be
// shown, as when what it boosts is gone.
func (s *session) at(p place, depth int) (*timeline.Post, error) {
	rows, err := s.rows("place = ?", int64(p))
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return s.post(rows[0], depth)
}

// post makes the post of a row, with the posts that stand inside it; nil where it
// cannot be shown.
func (s *session) post(r row, depth int) (*timeline.Post, error) {
	p, quoted, err := r.bare()
	if err != nil || depth >= maxDepth && r.inner.Valid {
		return nil, err
	}
	if r.inner.Valid {
		if p.Boosted, err = s.at(place(r.inner.Int64), depth+1); err != nil || p.Boosted == nil {
			return nil, err
		}
	}
	if quoted != nil && depth < maxDepth {
		if p.Quote.Post, err = s.quoted(*quoted, depth+1); err != nil {
			return nil, err
		}
	}
	p.Revision += revisions(p)
	return p, nil
}

// key is the key of a row's post.
func (r row) key() timeline.Key {
	u := unpacker{b: r.packed}
	id := u.id()
	return timeline.Key{Time: r.at.begin().Add(time.Duration(u.uint())), ID: id}
}

// quoted returns a post as it stands inside a quote; nil where it is gone.
func (s *session) quoted(l quotedAt, depth int) (*timeline.Post, error) {
	p, err := s.at(l.at, depth)
	if err != nil || p == nil || p.ID.Hash() != l.hash {
		return nil, err
	}
	return flat(p), nil
}

// bare is the post of a row without the posts inside it, whose revisions Revision
// lacks.
func (r row) bare() (p *timeline.Post, quoted *quotedAt, err error) {
	u := unpacker{b: r.packed}
	p, quoted = u.post(r.at)
	a := unpacker{b: r.author}
	if r.author != nil { // else the person's row is gone, which is a pity but no reason to hide the post
		p.Author = a.author()
	}
	return p, quoted, cmp.Or(u.err, a.err)
}

// flat is a post as it stands inside a quote: what it quotes itself is told, but not
// opened.
func flat(p *timeline.Post) *timeline.Post {
	if p.Quote == nil || p.Quote.Post == nil {
		return p
	}
	q, quote := *p, *p.Quote
	quote.Post = nil
	q.Quote = &quote
	return &q
}
