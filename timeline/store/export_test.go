package store

import (
	"context"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"skein/timeline"
)

// Maintain runs a pragma on a connection of the cache, for tests that make its life
// hard.
func (c *Cache) Maintain(ctx context.Context, pragma string) error { return c.maintain(ctx, pragma) }

// CarryAt makes the cache carry its leads over when there are so many of them.
func (c *Cache) CarryAt(fresh int64) { c.mostFresh = fresh }

// Statements are those that were prepared.
func (c *Cache) Statements() (queries []string) {
	for _, l := range c.file.idle {
		queries = slices.AppendSeq(queries, maps.Keys(l.statements))
	}
	return queries
}

// SetAside is what a process does that has found a file damaged.
func (c *Cache) SetAside(ctx context.Context, damaged os.FileInfo) error {
	return c.setAside(ctx, damaged, timeline.Errorf(timeline.CodeInternal, "damaged"))
}

// BeforeMutes are statements that make state.db what it was before it held mutes.
func BeforeMutes() []string {
	out := []string{"DROP TABLE mute", "DROP TABLE note", "DROP TABLE change", "PRAGMA user_version = 2"}
	for _, line := range strings.Split(countingMutes("person", "handle"), "\n") {
		if name, ok := strings.CutPrefix(line, "CREATE TRIGGER "); ok {
			name, _, _ = strings.Cut(name, " ")
			out = append([]string{"DROP TRIGGER " + name}, out...)
		}
	}
	return out
}

// FillMutes mutes n words in one go.
func FillMutes(t *testing.T, s *Store, n int) {
	t.Helper()
	_, err := s.db.ExecContext(t.Context(), `
WITH RECURSIVE filler(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM filler WHERE i + 1 < ?)
INSERT INTO mute(kind, key, network, handle, author_id, url, word, created, until)
SELECT 'word', 'filler' || i, '', '', '', '', 'filler' || i, 1, 0 FROM filler`, n)
	if err != nil {
		t.Fatal(err)
	}
}
