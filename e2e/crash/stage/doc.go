// Package stage is where a crash run plays: one person's accounts on three
// networks, each behind fault proxies, with a way past them to see what is really
// there.
//
// What skein is told are the proxies' addresses, and nothing on the networks leads
// around them. What this package reads itself it asks the servers directly, in
// plain HTTP and websocket messages: it shares no code with skein, so that no
// mistake of skein's can hide itself.
package stage
