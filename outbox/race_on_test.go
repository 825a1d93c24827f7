//go:build race

package outbox_test

// raced tells that the race detector watches: SQLite, which is Go here, is some
// thirty times slower then, and races are found without great numbers.
const raced = true
