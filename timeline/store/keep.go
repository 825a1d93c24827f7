package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
)

// Keep writes all hauls, or none of them. A post that is kept as it was costs no
// write.
func (c *Cache) Keep(ctx context.Context, hauls ...timeline.Haul) (kept timeline.Kept, err error) {
	err = c.update(ctx, func(s *session) error {
		kept = timeline.Kept{} // of an attempt that met a damaged file
		if err := s.meet(); err != nil {
			return err
		}
		finish, err := s.draw(hauls)
		if err != nil {
			return err
		}
		defer finish()
		latest := map[timeline.ID]*timeline.Post{}
		for _, h := range hauls {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := s.haul(h, &kept, latest); err != nil {
				return err
			}
		}
		for i, p := range kept.Posts { // two hauls may have told of the same post
			kept.Posts[i] = latest[p.ID]
		}
		if err := errors.Join(s.tie(), s.flush()); err != nil {
			return err
		}
		failpoint.Hit("store.keep.before")
		return s.part()
	})
	if err != nil {
		return timeline.Kept{}, err
	}
	failpoint.Hit("store.keep.after")
	return kept, nil
}

// haul writes one haul: the posts, what is gone, and how far they reach.
func (s *session) haul(h timeline.Haul, kept *timeline.Kept, latest map[timeline.ID]*timeline.Post) error {
	streams := map[timeline.Network]int64{}
	for _, p := range h.Posts {
		k, err := s.keep(p, p.Sorted, 0)
		if err != nil {
			return err
		}
		kept.Posts = append(kept.Posts, k.post)
		latest[k.post.ID] = k.post
		if h.Feed == (timeline.Feed{}) {
			continue
		}
		unread, err := s.join(h, streams, k)
		if err != nil {
			return err
		}
		if unread {
			kept.Unread = append(kept.Unread, k.post.Key())
		}
	}
	for _, id := range h.Removed {
		if err := s.remove(id); err != nil {
			return err
		}
	}
	if h.Feed == (timeline.Feed{}) {
		return nil
	}
	return s.advance(h)
}

// join makes a post a member of its haul's feed, and tells whether it is one that
// nobody has read.
func (s *session) join(h timeline.Haul, streams map[timeline.Network]int64, k keptPost) (unread bool, err error) {
	network := k.post.ID.Network
	n, ok := streams[network]
	if !ok {
		if n, err = s.stream(h.Feed, network); err != nil {
			return false, err
		}
		streams[network] = n
	}
	joined, err := s.exec("INSERT OR IGNORE INTO member(stream, place) VALUES(?, ?)", n, int64(k.at))
	switch {
	case err != nil:
		return false, err
	case joined == 0:
		_, err = s.one("SELECT EXISTS(SELECT 1 FROM unread WHERE stream = ? AND place = ?)", []any{n, int64(k.at)}, &unread)
		return unread, err
	case !h.ReadTo.Less(k.post.Key()):
		return false, nil
	}
	if !k.isNew { // another feed may hold it, in which it was read
		var read bool
		if _, err := s.one(readElsewhere, []any{n, int64(k.at)}, &read); read || err != nil {
			return false, err
		}
	}
	_, err = s.exec("INSERT OR IGNORE INTO unread(stream, place) VALUES(?, ?)", n, int64(k.at))
	return true, err
}

const readElsewhere = `
SELECT EXISTS(SELECT 1 FROM member WHERE stream IN (SELECT n FROM stream WHERE n <> ?1) AND place = ?2)
AND NOT EXISTS(SELECT 1 FROM unread WHERE stream IN (SELECT n FROM stream) AND place = ?2)`

// stream returns the row of a feed's posts of one network, made where it is missing.
func (s *session) stream(f timeline.Feed, network timeline.Network) (n int64, err error) {
	args := []any{string(f.Account), f.Name, string(network)}
	found, err := s.one("SELECT n FROM stream WHERE account = ? AND name = ? AND network = ?", args, &n)
	if found || err != nil {
		return n, err
	}
	_, err = s.one("INSERT INTO stream(account, name, network) VALUES(?, ?, ?) RETURNING n", args, &n)
	return n, err
}

// keptPost is a post as it is kept, and where.
type keptPost struct {
	post  *timeline.Post
	at    place
	isNew bool
}

// keep writes one post and those inside it. What nobody has placed stands no later
// than latest.
func (s *session) keep(in *timeline.Post, latest time.Time, depth int) (k keptPost, err error) {
	d := s.sketch(in, latest)
	next := d.post
	var inner sql.NullInt64
	var quoted place
	if depth >= maxDepth {
		next.Boosted = nil
	}
	if next.Boosted != nil {
		if k, err = s.keep(next.Boosted, next.Sorted, depth+1); err != nil {
			return k, err
		}
		next.Boosted, inner = k.post, sql.NullInt64{Int64: int64(k.at), Valid: true}
	}
	if q := next.Quote; q != nil && q.Post != nil {
		quote := *q
		next.Quote = &quote
		if quote.Post = nil; depth < maxDepth {
			if k, err = s.keep(q.Post, next.Sorted, maxDepth); err != nil {
				return k, err
			}
			quote.Post, quoted = flat(k.post), k.at
		}
	}
	if _, there := s.kept[shortened(d.hash)]; !there && d.sought {
		return s.insert(d, inner, quoted)
	}
	old, ok, err := s.find(next.ID)
	if err != nil {
		return k, err
	}
	if !ok {
		return s.insert(d, inner, quoted)
	}
	return s.combine(old, next, inner, quoted, depth)
}

// pack packs a post into the session's buffer.
func (s *session) pack(p *timeline.Post, at, quoted place) []byte {
	k := packer{b: s.buffer[:0]}
	k.packPost(p, at, quoted)
	s.buffer = k.b
	return k.b
}

// parent is what a reply is found by from the post that it replies to.
func parent(p *timeline.Post) sql.NullInt64 {
	if p.ReplyTo == nil || p.ReplyTo.ID.Zero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: short(p.ReplyTo.ID), Valid: true}
}

// combine brings a row up to date with a newer reading of its post.
func (s *session) combine(r row, next *timeline.Post, inner sql.NullInt64, quoted place, depth int) (keptPost, error) {
	old, link, err := s.before(r, next)
	if err != nil {
		return keptPost{}, err
	}
	if link != nil && unopened(old.Quote, next.Quote, depth) {
		next.Quote, quoted = old.Quote, link.at
	}
	if !inner.Valid && r.inner.Valid { // a boost stays one
		next.Boosted, inner = old.Boosted, r.inner
	}
	post := timeline.Combine(old, next)
	if post == old {
		return keptPost{post: old, at: r.at}, nil
	}
	revision := post.Revision
	post.Revision = old.Revision
	if bytes.Equal(s.pack(post, r.at, quoted), r.packed) && post.Author == old.Author {
		return keptPost{post: old, at: r.at}, nil // it differs in nothing that is kept
	}
	post.Revision = revision
	author, err := s.person(post.ID.Network, post.Author)
	if err != nil {
		return keptPost{}, err
	}
	_, err = s.exec("UPDATE post SET author = ?, inner = ?, read = ?, body = ? WHERE place = ?",
		author, inner, s.cache.opts.Now().Unix(), s.cache.codec.shrink(s.pack(post, r.at, quoted)), int64(r.at))
	if err != nil {
		return keptPost{}, err
	}
	s.reindex(old, post, r.at, author)
	if author != r.writer {
		err = s.relink(byAuthor, r.at, sql.NullInt64{Int64: r.writer, Valid: true}, sql.NullInt64{Int64: author, Valid: true})
	}
	if before, now := parent(old), parent(post); err == nil && before != now {
		err = s.relink(byParent, r.at, before, now)
	}
	if err != nil {
		return keptPost{}, err
	}
	return keptPost{post: post, at: r.at}, nil
}

// unopened tells whether next is the same quote as old, but read from inside another
// post, where quotes are not opened or not told at all.
func unopened(old, next *timeline.Quote, depth int) bool {
	if next == nil {
		return depth == maxDepth
	}
	return next.Post == nil && next.ID == old.ID && next.State == old.State
}

// before is the post of a row, around the posts that next has inside it: those have
// been kept just now. It also returns where what it quotes is kept.
func (s *session) before(r row, next *timeline.Post) (old *timeline.Post, quoted *quotedAt, err error) {
	if old, quoted, err = r.bare(); err != nil {
		return nil, nil, err
	}
	old.Boosted = next.Boosted
	if next.Boosted == nil && r.inner.Valid {
		if old.Boosted, err = s.at(place(r.inner.Int64), 1); err != nil {
			return nil, nil, err
		}
	}
	if quoted != nil {
		if next.Quote != nil && next.Quote.Post != nil && next.Quote.Post.ID.Hash() == quoted.hash {
			old.Quote.Post = next.Quote.Post
		} else if old.Quote.Post, err = s.quoted(*quoted, 1); err != nil {
			return nil, nil, err
		}
	}
	old.Revision += revisions(old)
	return old, quoted, nil
}

// remove forgets a post, and the boosts of it with it.
func (s *session) remove(id timeline.ID) error {
	r, ok, err := s.find(id)
	if err != nil || !ok {
		return err
	}
	boosts, err := s.numbers("SELECT place FROM post WHERE inner = ?", int64(r.at))
	if err != nil {
		return err
	}
	s.entries = slices.DeleteFunc(s.entries, func(e entry) bool { return e.at == r.at })
	for _, at := range append(boosts, int64(r.at)) {
		if err := s.drop(place(at)); err != nil {
			return err
		}
	}
	return nil
}

// drop deletes one row and all that refers to it, but for boosts.
func (s *session) drop(at place) error {
	rows, err := s.rows("place = ?", int64(at))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.forsake(r); err != nil {
			return err
		}
	}
	for _, query := range []string{
		"DELETE FROM member WHERE stream IN (SELECT n FROM stream) AND place = ?",
		"DELETE FROM unread WHERE stream IN (SELECT n FROM stream) AND place = ?",
		"DELETE FROM words WHERE rowid = ?",
		"DELETE FROM post WHERE place = ?",
	} {
		if _, err := s.exec(query, int64(at)); err != nil {
			return err
		}
	}
	return nil
}
