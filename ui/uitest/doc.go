// Package uitest drives the interface in tests: real panes, a real hub, networks
// and an outbox that are scripts, a clock that is the test's own, and a terminal emulator that
// is looked at instead of a screen. A Shelf stands for the hub where a test is about
// what is kept, a Library for all that was ever read.
//
// Everything runs in a testing/synctest bubble. A Session waits until nothing is
// left to do before it looks, and sleeping moves the clock, so that no test waits
// for real time and none can race it.
package uitest
