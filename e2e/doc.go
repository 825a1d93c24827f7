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
//
// The package knows skein only from outside: its flags, its exit codes, its
// JSON and its screen. It imports none of skein's packages. The command e2e/run
// installs what is missing and runs the tests.
package e2e
