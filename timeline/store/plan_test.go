package store_test

import (
	"database/sql"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// Whoever reads or writes a few posts has no table looked through that grows with all
// that is kept, nor all leads of a kind.
func TestNothingLooksThroughAllThatIsKept(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	posts, home := talk(300), timeline.HomeOf("main")
	haul := timeline.Haul{Feed: home, Posts: posts, Removed: []timeline.ID{posts[0].ID}}
	if _, err := c.Keep(t.Context(), haul); err != nil {
		t.Fatal(err)
	}
	keep(t, c, slices.Collect(specimen.Posts(6, 100))...)
	p := posts[len(posts)-1]
	_, one := c.KeptPost(t.Context(), p.ID)
	_, thread := c.KeptThread(t.Context(), p.ID)
	_, by := c.KeptPostsBy(t.Context(), p.ID.Network, p.Author.ID, timeline.Key{}, 40)
	_, profile := c.KeptProfile(t.Context(), p.ID.Network, p.Author.ID)
	_, short := c.Short(t.Context(), p.ID.Short())
	_, page := c.Page(t.Context(), timeline.Query{Feeds: []timeline.Feed{home}, Limit: 40})
	unread, waits := c.Unread(t.Context(), []timeline.Feed{home}, 40)
	for _, err := range []error{one, thread, by, profile, short, page, waits, c.MarkRead(t.Context(), unread...)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Trim(t.Context(), store.TrimOptions{OlderThan: time.Hour}); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "cache.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	through := regexp.MustCompile(`SCAN (post|lead|leads|fresh|member|unread|boost)\b|(lead|fresh) USING PRIMARY KEY \(kind=\?\)$`)
	queries := c.Statements()
	if len(queries) < 20 {
		t.Errorf("only %d statements were looked at", len(queries))
	}
	for _, q := range queries {
		for _, step := range plan(t, db, q) {
			if through.MatchString(step) {
				t.Errorf("%s\n\t%s", q, step)
			}
		}
	}
}

// plan is how SQLite goes about a query.
func plan(t *testing.T, db *sql.DB, query string) (steps []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, 256)...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
