package endure_test

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"testing"

	_ "modernc.org/sqlite" // the driver, to look at the files themselves

	"skein/e2e"
)

// sound checks each database of a home as SQLite checks itself, and that cache.db
// fits together. A file that was never made is sound.
func sound(t *testing.T, home *e2e.Home) {
	t.Helper()
	for _, path := range []string{file(home, "cache", "cache.db"), file(home, "state", "state.db"), file(home, "state", "outbox.db")} {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		db, err := sql.Open("sqlite", "file:"+path+"?mode=ro&_pragma=busy_timeout(5000)")
		if err != nil {
			t.Fatal(err)
		}
		checks(t, db, path, path == file(home, "cache", "cache.db"))
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func checks(t *testing.T, db *sql.DB, path string, cache bool) {
	t.Helper()
	var says string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&says); err != nil || says != "ok" {
		t.Errorf("integrity_check of %s: %s, %v", path, says, err)
	}
	if !cache {
		return
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
			t.Errorf("%s: %d %s, %v", path, n, what, err)
		}
	}
}
