package outbox

// migrations are the steps of outbox.db; see sqlite.Options. Times are
// milliseconds since 1970, 0 for none; what has a structure is JSON.
//
// A delivery's settled is 1 in the states that are over, and what most indices
// leave out: the journal keeps everything, and only what is open is looked for
// often. change grows with each commit and tells the other processes what is new;
// by is the process that wrote it.
func migrations() []string { return []string{first, messages} }

// messages has what looks for posts look for direct messages, too: on some networks
// they are posts.
const messages = `
DROP INDEX delivery_second;
DROP INDEX delivery_posts;
CREATE INDEX delivery_second ON delivery(account, fingerprint, substr(intent ->> '$.created', 1, 19)) WHERE kind IN ('post', 'message');
CREATE INDEX delivery_talk ON delivery(account, lane, substr(intent ->> '$.created', 1, 19)) WHERE kind = 'message';
CREATE INDEX delivery_posts ON delivery(account, updated) WHERE published = 1 AND kind IN ('post', 'message');
`

// first makes a new journal.
const first = `
CREATE TABLE operation(
	id      TEXT PRIMARY KEY,
	key     TEXT UNIQUE,
	asked   TEXT NOT NULL, -- digest of what was asked for, to tell a key that was used twice
	draft   TEXT,
	created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery(
	id          INTEGER PRIMARY KEY AUTOINCREMENT,
	operation   TEXT NOT NULL REFERENCES operation(id),
	account     TEXT NOT NULL,
	network     TEXT NOT NULL,
	name        TEXT NOT NULL,
	handle      TEXT NOT NULL,
	server      TEXT NOT NULL,
	kind        TEXT NOT NULL,
	undo        INTEGER NOT NULL,
	part        INTEGER NOT NULL,
	parts       INTEGER NOT NULL,
	summary     TEXT NOT NULL,
	on_network  TEXT NOT NULL,
	on_local    TEXT NOT NULL,
	created     INTEGER NOT NULL,
	lane        TEXT NOT NULL, -- deliveries of one account and lane go one after the other; '': on its own

	intent      TEXT NOT NULL,
	fingerprint TEXT NOT NULL, -- the same for what settling could mix up
	state       TEXT NOT NULL,
	settled     INTEGER NOT NULL,
	due         INTEGER, -- NULL: nothing is planned
	until       INTEGER NOT NULL, -- the server does not want to be asked before
	tries       INTEGER NOT NULL, -- Sends
	failed      INTEGER NOT NULL, -- failures in a row
	first_sent  INTEGER NOT NULL, -- 0 while each attempt was surely in vain
	last_sent   INTEGER NOT NULL,
	published   INTEGER NOT NULL, -- was there once
	request     BLOB, -- the exact bytes; they change only by being dropped
	digest      TEXT NOT NULL, -- SHA-256 of request
	receipt     TEXT NOT NULL,
	code        TEXT NOT NULL,
	message     TEXT NOT NULL,
	owner       TEXT NOT NULL, -- the process that is at it; '': nobody
	updated     INTEGER NOT NULL,
	change      INTEGER NOT NULL,
	by          TEXT NOT NULL
) STRICT;
CREATE INDEX delivery_operation ON delivery(operation);
CREATE INDEX delivery_change ON delivery(change);
CREATE INDEX delivery_open ON delivery(due) WHERE settled = 0;
CREATE INDEX delivery_owner ON delivery(owner) WHERE settled = 0 AND owner <> '';
CREATE INDEX delivery_lane ON delivery(account, lane, id) WHERE settled = 0 AND lane <> '';
CREATE INDEX delivery_twin ON delivery(account, fingerprint) WHERE settled = 0;
CREATE INDEX delivery_second ON delivery(account, fingerprint, substr(intent ->> '$.created', 1, 19)) WHERE kind = 'post';
CREATE INDEX delivery_posts ON delivery(account, updated) WHERE published = 1 AND kind = 'post';

CREATE TABLE need(
	delivery INTEGER NOT NULL REFERENCES delivery(id),
	how      TEXT NOT NULL, -- parent: answers it; link: ends with its address
	other    INTEGER NOT NULL REFERENCES delivery(id),
	PRIMARY KEY(delivery, how)
) STRICT, WITHOUT ROWID;
CREATE INDEX need_other ON need(other);

CREATE TABLE note(
	delivery INTEGER NOT NULL REFERENCES delivery(id),
	step     TEXT NOT NULL,
	value    TEXT NOT NULL,
	PRIMARY KEY(delivery, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE file(
	name     TEXT NOT NULL,
	delivery INTEGER NOT NULL REFERENCES delivery(id),
	PRIMARY KEY(name, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_delivery ON file(delivery);

CREATE TABLE copy(
	network   TEXT NOT NULL,
	local     TEXT NOT NULL,
	delivery  INTEGER NOT NULL REFERENCES delivery(id),
	place     INTEGER NOT NULL,
	server_id TEXT NOT NULL,
	url       TEXT NOT NULL,
	PRIMARY KEY(network, local, delivery)
) STRICT, WITHOUT ROWID;
CREATE INDEX copy_delivery ON copy(delivery);

CREATE TABLE draft(
	id      TEXT PRIMARY KEY,
	draft   TEXT NOT NULL,
	updated INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE change(
	one INTEGER PRIMARY KEY CHECK(one = 1),
	n   INTEGER NOT NULL
) STRICT;
INSERT INTO change VALUES(1, 0);
`
