// Package mastodon speaks the Mastodon client API for one account: to Mastodon
// itself and to the servers that share its API (GoToSocial, Pleroma, Akkoma,
// Pixelfed, Friendica).
//
//	signin.go    the sign-in as a Flow: server.go finds the server, oauth.go gets a token
//	rest.go      one request: go-mastodon where it has the call, a raw GET where it lacks it
//	decode.go    JSON, item by item, so that one odd status never costs a page
//	post.go      a status becomes a timeline.Post; attach.go its media, poll, card and quote
//	html.go      HTML becomes spans
//	feed.go      pages and cursors, which are status ids
//	index.go     which server id belongs to which ActivityPub uri
//	lists.go     the account's own lists; marker.go how far home was read
//	stream.go    the websocket
//	program.go   which software the server runs, and what it makes of a repeat
//	rules.go     how a text is read and counted; scan.go the addresses, mentions, tags in it
//	publish.go   Prepare: publish_post.go a new post, upload.go its media, edit.go,
//	             act.go what is done to a post, relate.go to a person
//	send.go      Send: the frozen bytes, once, and what an answer means
//	settle.go    Settle: what became of it; match.go is a post the one that was sent?
//
// What is written goes out as raw requests, not through go-mastodon: that one builds
// its own bodies and sends them again by itself, while here the very bytes that were
// journaled have to leave, and once.
//
// A post's ID is its ActivityPub uri, the same on every server; the number that
// this server gave it is View.ServerID. Missing fields are normal and mean what
// the type's zero value means.
//
// What the API has not is not here either: it gives no archive of an account's data,
// so a Backend is no timeline.Archiver.
//
// The package knows nothing of other networks, of storage or of a screen.
package mastodon
