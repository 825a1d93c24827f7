package store_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver, to look at the file itself
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
