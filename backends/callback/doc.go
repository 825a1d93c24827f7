// Package callback is where a sign-in in the browser comes back to: a listener on
// loopback that serves one page, once.
//
//	l, err := callback.Listen(ctx, callback.Options{})
//	… send the person to the server, with l.URL() and l.State() …
//	query, err := l.Await(ctx)
//	err = l.Close()
//
// It listens on 127.0.0.1 alone, on a port that the system picks. Not on [::1]: that
// is missing where a machine has no IPv6, and a server takes back only the very
// address that it was told. Not on "localhost" either: that is a name, and others may
// say where it leads.
//
// Anybody on this machine, and any page in its browser, can knock at that port. Heard
// is only a navigation of the browser to the one path, under the one Host, with the
// state that this sign-in made; whatever else comes is turned away and changes
// nothing, but for the answer to another sign-in, which ends this one.
//
// Source: RFC 8252 section 7.3 and 8, RFC 9700 section 4.7.
//
// The package knows no network and imports nothing of skein's.
package callback
