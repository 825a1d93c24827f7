// Package feed shows a timeline, newest first, and keeps the reader's place in it.
//
// The place is a post's Key and a screen line, never an index: posts that arrive
// above, late ones that are woven in, gaps that close, pages that are added or let go
// of, and windows that change size do not move what is being read. Only what is
// visible is drawn; drawn posts sit in a bounded cache; no total height is ever
// computed.
//
// A timeline may be longer than memory. A Window holds the rows around the reader and
// says which page it wants next; whoever holds it has that read, and gives it the
// answer. Unread knows which posts nobody has read, wherever they are kept.
//
// The package knows no hub, no database and no key binding.
package feed
