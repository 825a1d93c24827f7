// Package files brings the pictures that posts name, and keeps them on the disk for as
// long as there is room.
//
// A picture comes from wherever a stranger says, so it is fetched by the transport, with
// its caps and its check of where names lead, by the way of the account that shows it, and
// without any credentials. What is kept is keyed by the address alone and private to the
// person; all of it can be thrown away at any time.
package files
