// Package e2e drives the built skein binary the way people do: on a command
// line and in a real terminal, against real servers.
//
// The helpers in this package start those servers and play the other people on
// them. Everything is thrown away at the end of a test, listens on loopback
// only, and ends by itself when the test process dies:
//
//	Bluesky   a whole network (PLC, PDS, AppView) from npm, in network/,
//	          on a private PostgreSQL and Redis
//	Relay     a khatru relay on a badger store, in this process
//	Sandbox   skein's own stand-in for Mastodon, from `skein demo --serve`
//	Terminal  a tmux server of its own, with keys in and screens out
//	Home      a private SKEIN_HOME and the binary to run in it
//	Process   a skein that was started there and may still run
//	Meddler   stands before an HTTP server, counts, delays or spoils
//
// The helpers know skein only from outside: its flags, its exit codes, its JSON
// and its screen. They import none of skein's packages. A few tests do: those that
// hold the adapters to the conformance suite and have them publish on real servers,
// and those that age or break a session in the vault. The command e2e/run installs
// what is missing and runs the tests.
//
// Whether a post gets to each network exactly once is not a matter of a few tests:
// the command in crash/ plays hundreds of runs in which skein is killed and networks
// fail, on the sandbox or on the servers above. The tests in endure/ are of many
// processes, kills and broken files in one home; the command in bench/ measures
// skein beside other programs.
package e2e
