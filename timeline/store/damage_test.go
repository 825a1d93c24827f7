package store_test

import (
	"database/sql"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver, to look at the file itself

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// sound checks the file as SQLite and the index check themselves.
func sound(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "cache.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var says string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&says); err != nil || says != "ok" {
		t.Errorf("integrity_check: %s, %v", says, err)
	}
	for what, query := range map[string]string{
		"posts that cannot be found":       "SELECT count(*) FROM post WHERE inner IS NULL AND place NOT IN (SELECT id FROM words_docsize)",
		"found posts that are gone":        "SELECT count(*) FROM words_docsize WHERE id NOT IN (SELECT place FROM post)",
		"boosts of nothing":                "SELECT count(*) FROM post WHERE inner NOT IN (SELECT place FROM post)",
		"posts of nobody":                  "SELECT count(*) FROM post WHERE author NOT IN (SELECT n FROM person)",
		"members that are no posts":        "SELECT count(*) FROM member WHERE place NOT IN (SELECT place FROM post)",
		"leads to nothing":                 "SELECT count(*) FROM leads WHERE place NOT IN (SELECT place FROM post)",
		"posts that no id leads to":        "SELECT count(*) FROM post WHERE place NOT IN (SELECT place FROM leads WHERE kind = 0)",
		"posts that no author leads to":    "SELECT count(*) FROM post WHERE (author, place) NOT IN (SELECT key, place FROM leads WHERE kind = 1)",
		"fresh leads that are not counted": "SELECT max(0, count(*) - (SELECT count FROM change WHERE what = 'fresh')) FROM fresh",
		"unread posts that are no members": "SELECT count(*) FROM unread WHERE (stream, place) NOT IN (SELECT stream, place FROM member)",
	} {
		var n int
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d %s, %v", n, what, err)
		}
	}
}

// execute runs a statement on the file itself.
func execute(t *testing.T, dir, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "cache.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// Whatever is in the file, the cache works, and if it was begun anew says so.
func TestDamagedFilesAreSetAside(t *testing.T) {
	from := closed(t, 400)
	r := rand.New(rand.NewPCG(3, 4))
	noise := func(b []byte, from, n int) []byte {
		for range n {
			b[from+r.IntN(len(b)-from)] ^= byte(1 + r.IntN(255))
		}
		return b
	}
	for what, damage := range map[string]struct {
		db  func([]byte) []byte
		wal []byte
		new bool
	}{
		"garbage":       {db: func([]byte) []byte { return []byte(strings.Repeat("no database at all\n", 3000)) }, new: true},
		"short garbage": {db: func([]byte) []byte { return []byte("x") }}, // too short to hold anything
		"empty":         {db: func([]byte) []byte { return nil }},
		"cut":           {db: func(b []byte) []byte { return b[:len(b)/2] }, new: true},
		"zeros":         {db: func(b []byte) []byte { return append(b[:8192], make([]byte, len(b)-8192)...) }, new: true},
		"noise":         {db: func(b []byte) []byte { return noise(b, 8192, 4000) }, new: true},
		"noisy schema":  {db: func(b []byte) []byte { return noise(b, 100, 4000) }, new: true},
		"noisy log":     {db: func(b []byte) []byte { return b }, wal: noise(make([]byte, 100_000), 0, 300_000)},
	} {
		t.Run(what, func(t *testing.T) {
			dir := copyTo(t, from, func(name string, b []byte) []byte {
				if name == "cache.db" {
					return damage.db(b)
				}
				return damage.wal
			})
			for _, precious := range []string{"state.db", "outbox.db"} {
				if err := os.WriteFile(filepath.Join(dir, precious), []byte("untouched"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var n notices
			use(t, dir, &n)
			if (n.count() > 0) != damage.new || n.count() > 1 {
				t.Errorf("told %q", n.told)
			}
			aside, err := filepath.Glob(filepath.Join(dir, "cache.db.damaged-*"))
			if err != nil || (len(aside) > 0) != damage.new {
				t.Errorf("set aside: %q, %v", aside, err)
			}
			for _, s := range n.told {
				if !strings.Contains(s, "begun anew") || !strings.Contains(s, "cache.db.damaged-") {
					t.Errorf("told %q", s)
				}
			}
			sound(t, dir)
			for _, precious := range []string{"state.db", "outbox.db"} {
				if b, err := os.ReadFile(filepath.Join(dir, precious)); err != nil || string(b) != "untouched" {
					t.Errorf("%s is %q, %v", precious, b, err)
				}
			}
		})
	}
}

// Many that find the damage at once set the file aside once, and all go on in the
// same new one.
func TestManyFindTheDamage(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cache.db"), []byte(strings.Repeat("garbage ", 5000)), 0o600); err != nil {
		t.Fatal(err)
	}
	var n notices
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			c, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: dir, Tell: n.tell})
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			if _, err := c.Keep(t.Context(), timeline.Haul{Feed: timeline.HomeOf("me"), Posts: []*timeline.Post{said(timeline.Nostr, "cy", i, "x")}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n.count() != 1 {
		t.Errorf("told %q", n.told)
	}
	found, err := openCache(t, dir).Page(t.Context(), timeline.Query{Feeds: []timeline.Feed{timeline.HomeOf("me")}})
	if err != nil || len(found.Posts) != 6 {
		t.Errorf("%d of 6 posts, %v", len(found.Posts), err)
	}
}

// Who finds the damage late leaves the new file alone.
func TestTheNewFileStays(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	var n notices
	c, err := store.OpenCache(ctx, store.CacheOptions{Dir: dir, Tell: n.tell})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	damaged, err := os.Stat(filepath.Join(dir, "cache.db"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.SetAside(ctx, damaged); err != nil {
			t.Fatal(err)
		}
		keep(t, c, said(timeline.Nostr, "cy", 1, "x"))
	}
	if got := home(t, c, 10); len(got) != 1 || n.count() != 1 {
		t.Errorf("%d posts, told %q", len(got), n.told)
	}
}

// Only the newest of damaged files is kept.
func TestFewDamagedFilesAreKept(t *testing.T) {
	dir, now := t.TempDir(), noon
	for range 4 {
		if err := os.WriteFile(filepath.Join(dir, "cache.db"), []byte(strings.Repeat("garbage ", 5000)), 0o600); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
		c, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: dir, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	aside, err := filepath.Glob(filepath.Join(dir, "cache.db.damaged-*"))
	if err != nil || len(aside) != 1 || !strings.Contains(aside[0], "20260314T160000") {
		t.Errorf("%q, %v", aside, err)
	}
}

func TestCacheOfANewerSkein(t *testing.T) {
	dir := t.TempDir()
	c := openCache(t, dir)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	execute(t, dir, "PRAGMA user_version = 1000")
	var n notices
	use(t, dir, &n)
	if n.count() != 1 || !strings.Contains(n.told[0], "newer skein") {
		t.Errorf("told %q", n.told)
	}
}

func TestFolderThatCannotBeMade(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: filepath.Join(file, "cache")})
	var e *timeline.Error
	if !errors.As(err, &e) || !strings.Contains(err.Error(), "cache.db") {
		t.Errorf("opened with %v", err)
	}
}

// On a full disk nothing new is kept, all else goes on, and there is an end to it.
func TestFullDisk(t *testing.T) {
	ctx := t.Context()
	c := openCache(t, t.TempDir())
	f := timeline.HomeOf("me")
	posts := slices.Collect(specimen.Posts(5, 1200))
	if _, err := c.Keep(ctx, timeline.Haul{Feed: f, Posts: posts[:200]}); err != nil {
		t.Fatal(err)
	}
	if err := c.Maintain(ctx, "PRAGMA max_page_count = 60"); err != nil {
		t.Fatal(err)
	}
	rest := timeline.Haul{Feed: f, Posts: posts[200:], Up: &timeline.ReachUp{Newest: posts[1199].Key(), Newer: "beyond"}}
	_, err := c.Keep(ctx, rest)
	if err == nil || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("told as %v", err)
	}
	held := func(want int, newer timeline.Cursor) {
		t.Helper()
		found, err := c.Page(ctx, timeline.Query{Feeds: []timeline.Feed{f}, Limit: 5000})
		r, err2 := c.Reach(ctx, f)
		if len(found.Posts) != want || r.Newer != newer || err != nil || err2 != nil {
			t.Errorf("%d posts instead of %d, reach %+v, %v, %v", len(found.Posts), want, r, err, err2)
		}
	}
	held(200, "")
	if err := c.MarkRead(ctx, posts[0].Key()); err != nil { // takes no room
		t.Error(err)
	}
	if err := c.Maintain(ctx, "PRAGMA max_page_count = 1000000"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Keep(ctx, rest); err != nil {
		t.Fatal(err)
	}
	held(1200, "beyond")
}
