// Package instance is the sandbox's Mastodon server: the client API over the
// world's people and posts, in memory, on a free port of 127.0.0.1.
//
//	server.go    life, routing, what each call needs a token for
//	oauth.go     signing in: apps, scopes; consent.go the page that asks; token.go tokens
//	town.go      who lives there and what was written: the only state
//	compose.go   how a post comes to be, from a client or from the world
//	repeat.go    what an Idempotency-Key does, by kind of server; slow commits
//	edit.go upload.go scheduled.go vote.go    the rest of writing
//	reading.go statuses.go accounts.go search.go about.go    the API, by subject
//	relations.go ties.go markers.go    who follows, mutes and blocks whom; lists; read marks
//	notices.go    who is told of what
//	entity.go render.go    what is sent: JSON entities, HTML as Mastodon writes it
//	stream.go    the websocket
//	pictures.go  files
//
// Answers have the form, the headers and the errors of the real server, so that a
// client's ordinary code runs against it. It federates with nobody, forgets
// everything at Close and checks no password: tokens are made from names, and whoever
// opens the page that asks for consent is taken for who the form says.
//
// Source: docs.joinmastodon.org/methods, and Mastodon's own source where the
// documentation leaves a choice.
package instance
