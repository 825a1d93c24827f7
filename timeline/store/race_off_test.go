//go:build !race

package store_test

// fewer divides the work of tests that write much.
const fewer = 1
