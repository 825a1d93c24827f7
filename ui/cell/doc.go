// Package cell lays text out in terminal cells: how wide it is, where it is cut,
// how it wraps.
//
// It counts as the renderer counts. A terminal that joins graphemes draws a
// family emoji in two cells, one that does not draws it in eight; Bubble Tea asks
// the terminal and so every function here takes the Measure that holds now.
//
// It knows no post and no colour: styles are opaque escape sequences that open
// and close around a run.
package cell
