// Package store keeps on the person's machine what a session should find again, in
// two files: state.db, what the person alone knows and no network can give again
// (the address book, what is muted here, how far was read, where a screen was left),
// and cache.db, all that was ever read, which may be thrown away.
//
// A Store is state.db: the address book, timeline.MuteBook and timeline.Marks. A Book
// is what the address book held at one moment. A Cache is cache.db: timeline.Cache,
// what the hub reads is kept there before it is shown, and timeline.Library, all of it
// can be searched. Remembering puts that memory behind a backend.
//
// It knows no network, so it checks the form of a handle and not whether anybody
// has it, and no screen. What is on its way out belongs to the outbox.
//
// Several processes may use one folder at once. A cache.db that is damaged, or of a
// newer skein, is set aside as cache.db.damaged-<time> and begun anew, also while
// other processes have it open; they notice by the file's identity. state.db is
// never touched by that.
//
// # How posts lie in cache.db
//
// A post has a place, which is its rowid: its time, and a few bits to tell posts of
// one moment apart. So rows, members of feeds and the full-text index are all in the
// order of time, and a page or a search reads from its end and stops. A boost, and
// what it boosts, are two rows; so are a quote and what it quotes. Authors are rows
// of their own. The rest of a post is packed and shrunk into one column.
//
// Built with -tags failpoints (see timeline/failpoint) it passes these points, each
// before and after a commit: store.keep, store.unread and store.trim of cache.db,
// store.read, store.seen and store.mute of state.db.
package store
