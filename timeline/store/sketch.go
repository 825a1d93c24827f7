package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"skein/timeline"
)

// sheetSize is how many sketches are made ready at a time.
const sheetSize = 32

// sketch is a post on its way into the database, with what can be made of it without
// looking there.
type sketch struct {
	post   *timeline.Post // settled no later than latest
	latest time.Time
	hash   uint64
	sought bool // the database has been asked for hash: session.kept tells

	sheet *sheet // makes what follows ready; nil where it is not made beforehand
	body  []byte // the packed row, shrunk
	text  string // what the index is given but for the author
}

// sheet is sketches that are made ready together, by whoever comes first: the
// transaction that needs them, or a goroutine that runs ahead of it.
type sheet struct {
	once     sync.Once
	sketches []*sketch
}

func (s *sheet) ready(c codec) {
	s.once.Do(func() {
		var p packer
		for _, d := range s.sketches {
			p.b = p.b[:0]
			p.packPost(d.post, placeOf(d.post.Sorted), 0)
			d.body, d.text = c.shrink(p.b), described(d.post)
		}
	})
}

// draw sketches all posts of hauls and asks at once which of them are kept
// already. Those that are not are made ready while the first are written; finish
// waits for that to end.
func (s *session) draw(hauls []timeline.Haul) (finish func(), err error) {
	s.sketches, s.kept = map[*timeline.Post]*sketch{}, map[int64][]place{}
	var all []*sketch
	for _, h := range hauls {
		for _, p := range h.Posts {
			all = s.gather(all, p, p.Sorted, 0)
		}
	}
	if err := s.seek(all); err != nil {
		return nil, err
	}
	var sheets []*sheet
	for _, d := range all {
		if _, there := s.kept[shortened(d.hash)]; there || d.post.Boosted != nil || d.post.Quote != nil && d.post.Quote.Post != nil {
			continue // what stands inside decides about the row
		}
		if n := len(sheets); n == 0 || len(sheets[n-1].sketches) == sheetSize {
			sheets = append(sheets, &sheet{})
		}
		d.sheet = sheets[len(sheets)-1]
		d.sheet.sketches = append(d.sheet.sketches, d)
	}
	if len(sheets) < 2 || runtime.GOMAXPROCS(0) < 2 {
		return func() {}, nil
	}
	var ahead sync.WaitGroup
	var stop atomic.Bool
	ahead.Go(func() {
		for _, sheet := range sheets {
			if stop.Load() {
				return
			}
			sheet.ready(s.cache.codec)
		}
	})
	return func() { stop.Store(true); ahead.Wait() }, nil
}

// gather sketches a post and of those inside it, as keep will go through
// them.
func (s *session) gather(all []*sketch, p *timeline.Post, latest time.Time, depth int) []*sketch {
	if _, twice := s.sketches[p]; twice {
		return all
	}
	d := &sketch{post: settled(p, latest), latest: latest, hash: p.ID.Hash(), sought: true}
	s.sketches[p] = d
	if p.Boosted != nil && depth < maxDepth {
		all = s.gather(all, p.Boosted, d.post.Sorted, depth+1)
	}
	if q := p.Quote; q != nil && q.Post != nil && depth < maxDepth {
		all = s.gather(all, q.Post, d.post.Sorted, maxDepth)
	}
	return append(all, d)
}

// seek notes which of the hashes are kept.
func (s *session) seek(all []*sketch) error {
	hashes := make([]int64, len(all))
	for i, d := range all {
		hashes[i] = shortened(d.hash)
	}
	slices.Sort(hashes) // the index is walked once
	list, err := json.Marshal(hashes)
	if err != nil {
		return fmt.Errorf("a list of hashes: %w", err)
	}
	found, err := s.numbers("SELECT key FROM leads WHERE kind = 0 AND key IN (SELECT value FROM json_each(?))", string(list))
	for _, h := range found {
		s.kept[h] = nil
	}
	return err
}

// sketch returns what is drawn of a post, once, or a sketch of which nothing is ready.
func (s *session) sketch(p *timeline.Post, latest time.Time) *sketch {
	d, ok := s.sketches[p]
	if !ok || !d.latest.Equal(latest) {
		return &sketch{post: settled(p, latest), latest: latest, hash: p.ID.Hash()}
	}
	delete(s.sketches, p) // whoever takes it changes it
	if d.sheet != nil {
		d.sheet.ready(s.cache.codec)
	}
	return d
}

// insert writes a post that was not kept before.
func (s *session) insert(d *sketch, inner sql.NullInt64, quoted place) (keptPost, error) {
	p := d.post
	author, err := s.person(p.ID.Network, p.Author)
	if err != nil {
		return keptPost{}, err
	}
	at, body := placeOf(p.Sorted)+slot(d.hash), d.body
	for step := time.Duration(1); ; step *= 2 {
		if body == nil {
			body = s.cache.codec.shrink(s.pack(p, at, quoted))
		}
		for range slots { // most often the first is free
			n, err := s.exec("INSERT OR IGNORE INTO post(place, author, inner, read, body) VALUES(?, ?, ?, ?, ?)",
				int64(at), author, inner, s.cache.opts.Now().Unix(), body)
			if err != nil {
				return keptPost{}, err
			}
			if n > 0 {
				hash := shortened(d.hash)
				s.kept[hash] = append(s.kept[hash], at)
				s.index(d, at, author)
				s.lead(byHash, hash, at)
				s.lead(byAuthor, author, at)
				if parent := parent(p); parent.Valid {
					s.lead(byParent, parent.Int64, at)
				}
				return keptPost{p, at, true}, nil
			}
			at = at.unit() + (at+1-at.unit())%slots
		}
		// The cache decides about places: of a unit that is full the post leaves for an
		// earlier one.
		p.Sorted, body = at.begin().Add(-step*unit), nil
		at = placeOf(p.Sorted) + slot(d.hash)
	}
}
