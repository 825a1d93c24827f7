// Package store keeps what the person alone knows and no network can give again:
// state.db. Its place is what outlives a session and is neither a post nor a
// setting. For now that is the address book: one person, and who they are on each
// network.
//
// It knows no network, so it checks the form of a handle and not whether anybody
// has it, and no screen. What can be read again from a network belongs elsewhere,
// into a file that may be thrown away; what is on its way out belongs to the outbox.
//
// Several processes may use one folder at once. A Book is what the address book
// held at one moment.
package store
