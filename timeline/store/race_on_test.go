//go:build race

package store_test

// fewer divides the work of tests that write much: the race detector makes SQLite,
// in which it has nothing to find, many times slower.
const fewer = 4
