package store

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"skein/timeline"
)

// unkept is what a reader is told of something that was never read.
func unkept(what string) error {
	return timeline.Errorf(timeline.CodeNotFound, "%s was not read before, so nothing of it is kept", what)
}

// KeptPost returns one post.
func (c *Cache) KeptPost(ctx context.Context, id timeline.ID) (p *timeline.Post, err error) {
	err = c.view(ctx, func(s *session) error {
		p, _, err = s.known(id)
		if err == nil && p == nil {
			err = unkept("this post")
		}
		return err
	})
	return p, err
}

// known returns a post and when it was read; nil where it was not.
func (s *session) known(id timeline.ID) (*timeline.Post, time.Time, error) {
	r, ok, err := s.find(id)
	if err != nil || !ok {
		return nil, time.Time{}, err
	}
	p, err := s.post(r, 0)
	return p, time.Unix(r.read, 0).UTC(), err
}

// KeptPostsBy returns what a person posted, newest first, below a key; its boosts
// are of it. No more than MaxPage are returned at once.
func (c *Cache) KeptPostsBy(ctx context.Context, n timeline.Network, id string, below timeline.Key, limit int) (found timeline.Stretch, err error) {
	if limit <= 0 || limit > timeline.MaxPage {
		limit = timeline.MaxPage
	}
	err = c.view(ctx, func(s *session) error {
		author, ok, err := s.author(n, id)
		if err != nil || !ok {
			return err
		}
		found, err = s.by(author, below, limit)
		return err
	})
	return found, err
}

// author returns the row of a person.
func (s *session) author(network timeline.Network, id string) (n int64, ok bool, err error) {
	ok, err = s.one("SELECT n FROM person WHERE network = ? AND id = ?", []any{string(network), id}, &n)
	return n, ok, err
}

func (s *session) by(author int64, below timeline.Key, limit int) (found timeline.Stretch, err error) {
	high := place(math.MaxInt64)
	if below != (timeline.Key{}) {
		high = placeOf(settle(below.Time)).next() - 1
	}
	const query = "SELECT place FROM leads WHERE kind = 1 AND key = ? AND place BETWEEN ? AND ? ORDER BY place DESC LIMIT ?"
	for low := place(math.MinInt64); high >= low && len(found.Posts) <= limit; {
		places, err := s.numbers(query, author, int64(low), int64(high), limit+1)
		if err != nil {
			return found, err
		}
		if len(places) == 0 {
			break
		}
		last := place(places[len(places)-1]).unit()
		rest, err := s.numbers(query, author, int64(last), int64(min(high, last.next()-1)), slots)
		if err != nil {
			return found, err
		}
		places = append(slices.DeleteFunc(places, func(at int64) bool { return place(at) < last.next() }), rest...)
		for _, at := range places {
			p, err := s.at(place(at), 0)
			if err != nil {
				return found, err
			}
			if p != nil && (below == (timeline.Key{}) || p.Key().Less(below)) {
				found.Posts = append(found.Posts, p)
			}
		}
		high = last - 1
	}
	slices.SortFunc(found.Posts, func(a, b *timeline.Post) int { return b.Key().Compare(a.Key()) })
	if len(found.Posts) > limit {
		found.Posts, found.More = found.Posts[:limit], true
	}
	return found, nil
}

// KeptProfile returns a person by Author.ID. Kept is when the profile was read; of
// one who was only met as an author, when a post of theirs was.
func (c *Cache) KeptProfile(ctx context.Context, n timeline.Network, id string) (p *timeline.Profile, err error) {
	err = c.view(ctx, func(s *session) error {
		p, err = s.profile(n, id)
		return err
	})
	return p, err
}

// SQLite looks through all of a view for a max of it, but not for its last row.
const selectProfile = `
SELECT author, coalesce(body, x''), coalesce(profile.read, (
	SELECT post.read FROM post WHERE place = (SELECT place FROM leads WHERE kind = 1 AND key = n ORDER BY place DESC LIMIT 1)), 0)
FROM person LEFT JOIN profile ON person = n WHERE network = ? AND id = ?`

func (s *session) profile(network timeline.Network, id string) (*timeline.Profile, error) {
	var author, body []byte
	var read int64
	ok, err := s.one(selectProfile, []any{string(network), id}, &author, &body, &read)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, unkept("this person")
	}
	p := &timeline.Profile{}
	if len(body) > 0 {
		expanded, err := s.cache.codec.expand(body)
		if err != nil {
			return nil, err
		}
		u := unpacker{b: expanded}
		if p = u.profile(); u.err != nil {
			return nil, u.err
		}
	}
	u := unpacker{b: author}
	p.Network, p.Author, p.Kept = network, u.author(), time.Unix(read, 0).UTC()
	return p, u.err
}

// keepProfile remembers a person's profile.
func (c *Cache) keepProfile(ctx context.Context, p *timeline.Profile) error {
	return c.update(ctx, func(s *session) error {
		if err := s.meet(); err != nil {
			return err
		}
		n, err := s.person(p.Network, p.Author)
		if err != nil {
			return err
		}
		var k packer
		k.profile(p)
		_, err = s.exec("INSERT OR REPLACE INTO profile(person, read, body) VALUES(?, ?, ?)",
			n, c.opts.Now().Unix(), c.codec.shrink(k.b))
		if err != nil {
			return fmt.Errorf("keeping a profile: %w", err)
		}
		return s.part()
	})
}

// Short returns the posts whose ShortID is short.
func (c *Cache) Short(ctx context.Context, short string) (ids []timeline.ID, err error) {
	low, high, ok := timeline.ShortRange(short)
	if !ok {
		return nil, nil
	}
	err = c.view(ctx, func(s *session) error {
		ids = nil
		rows, err := s.rows(hashed+" LIMIT 100", shortened(low)) // a Short tells more than that
		for _, r := range rows {
			if id := (&unpacker{b: r.packed}).id(); id.Hash() >= low && id.Hash() <= high {
				ids = append(ids, id)
			}
		}
		return err
	})
	return ids, err
}
