package store_test

import (
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// found fails unless each post is found by its ID, its author, and what it replies to.
func found(t *testing.T, c *store.Cache, posts []*timeline.Post) {
	t.Helper()
	by := map[timeline.ID]int{}
	for _, p := range posts {
		kept, err := c.KeptPost(t.Context(), p.ID)
		if err != nil || kept.ID != p.ID {
			t.Fatalf("%s: %v", p.ID, err)
		}
		theirs, err := c.KeptPostsBy(t.Context(), p.ID.Network, p.Author.ID, timeline.Key{}, timeline.MaxPage)
		if err != nil || !theirs.More && !slices.ContainsFunc(theirs.Posts, func(q *timeline.Post) bool { return q.ID == p.ID }) {
			t.Fatalf("%s is none of %d posts of %s; %v", p.ID, len(theirs.Posts), p.Author.Handle, err)
		}
		if r := p.ReplyTo; r != nil && !r.ID.Zero() {
			by[r.ID]++
		}
	}
	asked := 0
	for id, n := range by {
		thread, err := c.KeptThread(t.Context(), id)
		if timeline.CodeOf(err) == timeline.CodeNotFound { // only replies to it are kept
			continue
		}
		if err != nil || len(thread.Roots) != 1 {
			t.Fatalf("%s: %v", id, err)
		}
		asked++
		if replies := repliesTo(thread.Roots, id); replies != n {
			t.Errorf("%s has %d replies, not %d", id, replies, n)
		}
	}
	if asked == 0 {
		t.Error("nobody replied to what is kept")
	}
}

func repliesTo(nodes []*timeline.Node, id timeline.ID) int {
	for _, n := range nodes {
		if n.ID == id {
			return len(n.Replies)
		}
		if r := repliesTo(n.Replies, id); r > 0 {
			return r
		}
	}
	return 0
}

// talk is posts of which each fourth replies to the one before.
func talk(n int) []*timeline.Post {
	posts := slices.Collect(specimen.Posts(5, n))
	for i, p := range posts {
		if i%4 == 3 && p.Boosted == nil && posts[i-1].Boosted == nil && posts[i-1].ID.Network == p.ID.Network {
			q := *p
			q.ReplyTo = &timeline.Ref{ID: posts[i-1].ID}
			posts[i] = &q
		}
	}
	seen := map[timeline.ID]bool{}
	return slices.DeleteFunc(posts, func(p *timeline.Post) bool {
		again := seen[p.ID] || p.Quote != nil // some stand in two feeds, or inside another
		seen[p.ID] = true
		return again || p.Boosted != nil
	})
}

// Whether what leads to a post was carried over already makes no difference, and
// nothing leads to a post that is gone.
func TestLeadsAreCarriedOver(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	c.CarryAt(700)
	posts := talk(1000)
	for chunk := range slices.Chunk(posts, 90) {
		keep(t, c, chunk...)
	}
	sound(t, dir)
	if n := leadsCarried(t, dir); n < len(posts) {
		t.Errorf("%d leads were carried over", n)
	}
	found(t, c, posts)
	keep(t, c, posts[:200]...) // once more
	gone, rest := posts[:300], posts[300:]
	ids := make([]timeline.ID, len(gone))
	for i, p := range gone {
		ids[i] = p.ID
	}
	if _, err := c.Keep(t.Context(), timeline.Haul{Removed: ids}); err != nil {
		t.Fatal(err)
	}
	sound(t, dir)
	found(t, c, rest)
	for _, p := range gone {
		if _, err := c.KeptPost(t.Context(), p.ID); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Fatalf("%s is gone and kept: %v", p.ID, err)
		}
	}
}

func leadsCarried(t *testing.T, dir string) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "cache.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM lead").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Whatever one Keep says of a post, the last word counts, and it leads to one row.
func TestLeadsOfWhatIsRemovedAndComesAgain(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	root, before := said(timeline.Mastodon, "ana", 1, "one"), reply("bo", 2, said(timeline.Mastodon, "ana", 1, "").ID)
	keep(t, c, root, before)
	fresh := reply("cy", 3, root.ID)
	again, other := *fresh, *before
	gone := timeline.Haul{Removed: []timeline.ID{before.ID, fresh.ID}}
	_, err := c.Keep(t.Context(), timeline.Haul{Posts: []*timeline.Post{fresh}}, gone, timeline.Haul{Posts: []*timeline.Post{&again, &other}},
		gone, timeline.Haul{Posts: []*timeline.Post{fresh, before}})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, dir)
	found(t, c, []*timeline.Post{root, before, fresh})
	brief := reply("di", 4, root.ID)
	gone.Removed = append(gone.Removed, brief.ID)
	if _, err := c.Keep(t.Context(), timeline.Haul{Posts: []*timeline.Post{fresh, brief}}, gone); err != nil {
		t.Fatal(err)
	}
	sound(t, dir)
	if thread, err := c.KeptThread(t.Context(), root.ID); err != nil || repliesTo(thread.Roots, root.ID) != 0 {
		t.Errorf("replies are left, %v", err)
	}
}

// A post that turns out to be by somebody else, in reply to something else, is found
// by that.
func TestLeadsFollowChanges(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	root, other := said(timeline.Mastodon, "ana", 1, "one"), said(timeline.Mastodon, "ana", 2, "two")
	answer := reply("bo", 3, root.ID)
	keep(t, c, root, other, answer)
	moved := *answer
	moved.Author, moved.ReplyTo = said(timeline.Mastodon, "cy", 1, "").Author, &timeline.Ref{ID: other.ID}
	keep(t, c, &moved)
	sound(t, dir)
	for id, want := range map[timeline.ID]int{root.ID: 0, other.ID: 1} {
		thread, err := c.KeptThread(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if n := repliesTo(thread.Roots, id); n != want {
			t.Errorf("%s has %d replies, not %d", id, n, want)
		}
	}
	for author, want := range map[string]int{answer.Author.ID: 0, moved.Author.ID: 1} {
		theirs, err := c.KeptPostsBy(t.Context(), timeline.Mastodon, author, timeline.Key{}, 10)
		if err != nil || len(theirs.Posts) != want {
			t.Errorf("%d posts of %s, not %d; %v", len(theirs.Posts), author, want, err)
		}
	}
}

// A file of the first schema, in which posts were found by indexes, goes on.
func TestCacheOfTheFirstSchema(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	posts := talk(300)
	keep(t, c, posts...)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, dir, `
ALTER TABLE post ADD COLUMN hash INTEGER NOT NULL DEFAULT 0;
ALTER TABLE post ADD COLUMN parent INTEGER;
UPDATE post SET hash = (SELECT key FROM leads WHERE kind = 0 AND leads.place = post.place),
	parent = (SELECT key FROM leads WHERE kind = 2 AND leads.place = post.place);
CREATE INDEX post_hash ON post(hash);
CREATE INDEX post_author ON post(author);
CREATE INDEX post_parent ON post(parent) WHERE parent IS NOT NULL;
DROP VIEW leads; DROP TABLE lead; DROP TABLE fresh; DROP TABLE notice;
DELETE FROM change WHERE what = 'fresh';
PRAGMA user_version = 1`)
	c = openCache(t, dir)
	sound(t, dir)
	found(t, c, posts)
}
