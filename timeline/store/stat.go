package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"skein/timeline"
)

// Stat is what a Cache holds.
type Stat struct {
	Path           string
	Posts          int // boosts, and what they boost, too
	People         int
	Networks       map[timeline.Network]int // posts of each
	Oldest, Newest time.Time                // zero where there are none
	File           int64                    // bytes of the file, its index included
	Index          int64                    // bytes of the full-text index
	Log            int64                    // bytes of the write-ahead log
	Aside          int64                    // bytes of damaged files that were set aside
}

// Stat counts. With a million posts it takes a second or so.
func (c *Cache) Stat(ctx context.Context) (st Stat, err error) {
	err = c.view(ctx, func(s *session) error {
		st, err = s.stat()
		return err
	})
	if err != nil {
		return Stat{}, err
	}
	st.Path = c.path
	var errs [3]error
	st.File, errs[0] = sizes(c.path)
	st.Log, errs[1] = sizes(c.path + "-wal")
	st.Aside, errs[2] = sizes(c.path + asideMark + "*")
	return st, c.explain(errors.Join(errs[:]...))
}

func (s *session) stat() (st Stat, err error) {
	st.Networks = map[timeline.Network]int{}
	err = s.each(`SELECT network, sum(posts) FROM (
	SELECT key AS writer, count(*) AS posts FROM lead WHERE kind = 1 GROUP BY key
	UNION ALL SELECT key, count(*) FROM fresh WHERE kind = 1 GROUP BY key)
LEFT JOIN person ON n = writer GROUP BY network`, nil, func(scan func(...any) error) error {
		var network *string
		var posts int
		if err := scan(&network, &posts); err != nil {
			return err
		}
		st.Posts += posts
		if network != nil {
			st.Networks[timeline.Network(*network)] = posts
		}
		return nil
	})
	if err != nil || st.Posts == 0 {
		return st, err
	}
	var oldest, newest place
	if _, err := s.one("SELECT (SELECT min(place) FROM post), (SELECT max(place) FROM post), (SELECT count(*) FROM person)", nil,
		&oldest, &newest, &st.People); err != nil {
		return st, err
	}
	st.Oldest, st.Newest = oldest.begin(), newest.begin()
	_, err = s.one("SELECT coalesce(sum(pgsize), 0) FROM dbstat('main', 1) WHERE name IN ('words_data', 'words_idx', 'words_docsize')", nil, &st.Index)
	return st, err
}

// sizes adds up the files of a pattern.
func sizes(pattern string) (total int64, err error) {
	names, err := filepath.Glob(pattern)
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil && !absent(err) {
			return total, err
		}
		if err == nil {
			total += info.Size()
		}
	}
	return total, err
}

// Clear forgets everything, and what was set aside. Other processes that have the
// cache open notice.
func (c *Cache) Clear(ctx context.Context) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	err := c.exclusively(ctx, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if err := c.retire(); err != nil {
			return err
		}
		names, err := filepath.Glob(c.path + asideMark + "*")
		if err != nil {
			return err
		}
		for _, part := range parts() {
			names = append(names, c.path+part)
		}
		for _, name := range names {
			if err := os.Remove(name); err != nil && !absent(err) {
				return err
			}
		}
		return nil
	})
	return c.explain(err)
}
