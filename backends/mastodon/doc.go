// Package mastodon speaks the Mastodon client API for one account: to Mastodon
// itself and to the servers that share its API (GoToSocial, Pleroma, Akkoma,
// Pixelfed, Friendica).
//
//	rest.go      one request: go-mastodon where it has the call, a raw GET where it lacks it
//	decode.go    JSON, item by item, so that one odd status never costs a page
//	post.go      a status becomes a timeline.Post; attach.go its media, poll, card and quote
//	html.go      HTML becomes spans
//	feed.go      pages and cursors, which are status ids
//	index.go     which server id belongs to which ActivityPub uri
//	stream.go    the websocket
//
// A post's ID is its ActivityPub uri, the same on every server; the number that
// this server gave it is View.ServerID. Missing fields are normal and mean what
// the type's zero value means.
//
// The package knows nothing of other networks, of storage or of a screen.
package mastodon
