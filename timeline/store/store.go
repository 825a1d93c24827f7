package store

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"

	"skein/timeline/sqlite"
)

// fileName is the database's name in the folder that Open is given.
const fileName = "state.db"

// migrations make the schema; see sqlite.Options. A name's key is what it is
// compared by, and so is a handle's; place orders the handles of a person. A key is
// packed; first_seen.at counts nanoseconds. A mute's key is what of its kind it mutes,
// and its times are in nanoseconds, 0 for none.
func migrations() []string {
	return []string{`
CREATE TABLE person(
	id   INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	key  TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE handle(
	place     INTEGER PRIMARY KEY,
	person    INTEGER NOT NULL REFERENCES person(id) ON DELETE CASCADE,
	network   TEXT NOT NULL,
	handle    TEXT NOT NULL,
	key       TEXT NOT NULL,
	author_id TEXT NOT NULL,
	url       TEXT NOT NULL,
	UNIQUE(network, key)
) STRICT;
CREATE INDEX handle_person ON handle(person, place);
`, `
CREATE TABLE read_to(
	account TEXT NOT NULL,
	name    TEXT NOT NULL,
	at      BLOB NOT NULL,
	PRIMARY KEY(account, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE position(
	screen TEXT PRIMARY KEY,
	at     BLOB NOT NULL,
	line   INTEGER NOT NULL,
	pinned INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE first_seen(
	id TEXT PRIMARY KEY,
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX first_seen_at ON first_seen(at);
`, `
CREATE TABLE mute(
	id        INTEGER PRIMARY KEY,
	kind      TEXT NOT NULL,
	key       TEXT NOT NULL,
	person    INTEGER REFERENCES person(id) ON DELETE CASCADE,
	network   TEXT NOT NULL,
	handle    TEXT NOT NULL,
	author_id TEXT NOT NULL,
	url       TEXT NOT NULL,
	word      TEXT NOT NULL,
	created   INTEGER NOT NULL,
	until     INTEGER NOT NULL,
	UNIQUE(kind, key)
) STRICT;
CREATE INDEX mute_person ON mute(person);
CREATE TABLE change(
	what  TEXT PRIMARY KEY,
	count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO change(what, count) VALUES('mute', 1);
` + countingMutes("mute", "person", "handle"), noteSchema}
}

// countingMutes makes triggers that count a change of the mutes with every change of
// some tables, so that it makes no difference who writes.
func countingMutes(tables ...string) string {
	var b strings.Builder
	for _, t := range tables {
		for _, do := range []string{"INSERT", "UPDATE", "DELETE"} {
			fmt.Fprintf(&b, "CREATE TRIGGER mute_counts_%s_%s AFTER %s ON %s BEGIN UPDATE change SET count = count + 1 WHERE what = 'mute'; END;\n",
				t, strings.ToLower(do), do, t)
		}
	}
	return b.String()
}

// Store is an open state.db. All methods may be called at once, and fail with a
// *timeline.Error.
type Store struct {
	db   *sql.DB
	path string
}

// Open opens state.db in a folder, and makes both where they are missing.
func Open(ctx context.Context, dir string) (*Store, error) {
	path := filepath.Join(dir, fileName)
	db, err := sqlite.Open(ctx, sqlite.Options{Path: path, Migrations: migrations(), Precious: true})
	if err != nil {
		return nil, err
	}
	return &Store{db: db, path: path}, nil
}

// Close ends the connections.
func (s *Store) Close() error { return sqlite.Explain(s.db.Close(), s.path) }

// write runs do in a transaction.
func (s *Store) write(ctx context.Context, do func(*sql.Tx) error) error {
	return sqlite.Explain(sqlite.Write(ctx, s.db, do), s.path)
}
