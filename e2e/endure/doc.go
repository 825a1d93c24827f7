// Package endure holds the tests of what skein has to endure on the machine that it
// runs on: many of it at once in one home, a kill in the middle of any write, files
// that are cut, garbage or gone, a full disk, and servers that are away. What was
// read, where the reader was and what waits in the outbox is there afterwards.
//
// They run the built binary, with failpoints, on skein's own sandbox behind gates
// that can be closed. They look at the databases only to check that SQLite calls them
// sound; all else they learn as a person does, from commands and from the screen.
//
// SKEIN_ENDURE_WRITES says how much TestManyAtOnce writes, SKEIN_ENDURE_STORM how long
// posts arrive in TestStorm; see there.
package endure
