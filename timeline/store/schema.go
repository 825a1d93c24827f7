package store

// cacheMigrations are the steps to the schema of cache.db; see sqlite.Options. A
// later one may begin by dropping everything, for all of it can be read again.
func cacheMigrations() []string { return []string{cacheSchema, leadSchema, noticeSchema} }

// A post's rowid is its place: see there. inner is the place of what it boosts, author
// a row of person; what else posts are found by is in leads, see leadSchema. A post is a member of streams, which are feeds split by network. The bodies are
// packed, see codec. change counts how often the rows of person changed, so that
// processes know when to forget theirs. words is the full-text index of the posts
// that boost nothing; it holds no copy of them.
const cacheSchema = `
CREATE TABLE person(
	n       INTEGER PRIMARY KEY,
	network TEXT NOT NULL,
	id      TEXT NOT NULL,
	find    TEXT NOT NULL,
	author  BLOB NOT NULL,
	UNIQUE(network, id)
) STRICT;
CREATE TABLE profile(
	person INTEGER PRIMARY KEY,
	read   INTEGER NOT NULL,
	body   BLOB NOT NULL
) STRICT;
CREATE TABLE post(
	place  INTEGER PRIMARY KEY,
	hash   INTEGER NOT NULL,
	author INTEGER NOT NULL,
	parent INTEGER,
	inner  INTEGER,
	read   INTEGER NOT NULL,
	body   BLOB NOT NULL
) STRICT;
CREATE INDEX post_hash ON post(hash);
CREATE INDEX post_author ON post(author);
CREATE INDEX post_parent ON post(parent) WHERE parent IS NOT NULL;
CREATE INDEX post_inner ON post(inner) WHERE inner IS NOT NULL;
CREATE TABLE stream(
	n       INTEGER PRIMARY KEY,
	account TEXT NOT NULL,
	name    TEXT NOT NULL,
	network TEXT NOT NULL,
	UNIQUE(account, name, network)
) STRICT;
CREATE TABLE member(
	stream INTEGER NOT NULL,
	place  INTEGER NOT NULL,
	PRIMARY KEY(stream, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE unread(
	stream INTEGER NOT NULL,
	place  INTEGER NOT NULL,
	PRIMARY KEY(stream, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE change(
	what  TEXT PRIMARY KEY,
	count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO change VALUES('person', 0);
CREATE TABLE reach(
	account TEXT NOT NULL,
	name    TEXT NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY(account, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE bookmark(
	account TEXT NOT NULL,
	name    TEXT NOT NULL,
	place   INTEGER NOT NULL,
	body    BLOB NOT NULL,
	PRIMARY KEY(account, name, place)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE words USING fts5(
	word,
	content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO words(words, rank) VALUES('automerge', 8);
INSERT INTO words(words, rank) VALUES('pgsz', 8000);
`

// What posts are found by moves out of their rows, from indexes that SQLite changes
// all over to leads, which are collected in fresh before they are carried over. change
// counts the fresh ones, too.
const leadSchema = `
CREATE TABLE lead(
	kind  INTEGER NOT NULL,
	key   INTEGER NOT NULL,
	place INTEGER NOT NULL,
	PRIMARY KEY(kind, key, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE fresh(
	kind  INTEGER NOT NULL,
	key   INTEGER NOT NULL,
	place INTEGER NOT NULL,
	PRIMARY KEY(kind, key, place)
) STRICT, WITHOUT ROWID;
CREATE VIEW leads AS SELECT kind, key, place FROM lead UNION ALL SELECT kind, key, place FROM fresh;
INSERT INTO lead SELECT 0, hash, place FROM post ORDER BY hash, place;
INSERT INTO lead SELECT 1, author, place FROM post ORDER BY author, place;
INSERT INTO lead SELECT 2, parent, place FROM post WHERE parent IS NOT NULL ORDER BY parent, place;
INSERT INTO change VALUES('fresh', 0);
DROP INDEX post_hash;
DROP INDEX post_author;
DROP INDEX post_parent;
ALTER TABLE post DROP COLUMN hash;
ALTER TABLE post DROP COLUMN parent;
INSERT INTO words(words, rank) VALUES('automerge', 16);
INSERT INTO words(words, rank) VALUES('crisismerge', 24);
`
