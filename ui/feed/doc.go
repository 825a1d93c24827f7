// Package feed shows a timeline, newest first, and keeps the reader's place in it.
//
// The place is a post's Key and a screen line, never an index: posts that arrive
// above, late ones that are woven in, gaps that close and windows that change
// size do not move what is being read. Only what is visible is drawn; drawn posts
// sit in a bounded cache; no total height is ever computed. What a timeline holds
// comes through Source, so that a filter is only another Source.
//
// The package knows no hub and no key binding.
package feed
