// Package sqlite opens the SQLite files that skein keeps on the person's machine,
// all in the same careful way: write-ahead log, migrations that only go forward
// and with a copy before each, files that nobody else may read, and errors that
// say what to do.
//
// It knows neither tables nor what they are for: the packages that own a file
// bring their migrations along. It is pure Go (modernc.org/sqlite).
//
// An open database must not be opened by other means in the same process, not
// even to read its bytes: on POSIX systems closing such a second descriptor drops
// SQLite's own locks.
package sqlite
