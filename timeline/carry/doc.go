// Package carry knows the forms of the files in which people take their lists along:
// NDJSON as skein prints it, and the CSV files of Mastodon, which other programs read
// and write too. It reads and writes them and finds out which of them a file is.
//
// It is pure: it knows no network, no account, no file system and no terminal. What a
// file names is not looked up here. A file is as hostile as a network: what leaves the
// package is within its bounds and can be printed.
//
// The CSV forms are those of Mastodon's own export (app/models/export.rb): follows and
// mutes have a header, blocks and bookmarks have none. Cells are written as they are,
// for an address that was changed names nobody: a cell that begins with =, +, - or @ is
// text, and a spreadsheet has to be told so when it opens the file.
package carry
