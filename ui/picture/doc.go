// Package picture draws pictures in cells.
//
// What a terminal can show decides how (see Protocol): cells of two colours each, which
// every terminal with colours has, or the pixels themselves where the terminal takes them
// by kitty's protocol and finds their place by placeholders. Both are ordinary cells to
// the renderer, so that a picture scrolls, is covered and goes as text does. Sixels and
// iTerm2's protocol paint over the cells and know nothing of them: a terminal that has
// them is recognised (see Terminal.Alone), and is given cells of two colours all the same.
//
//	Fit    how many cells a picture takes, before a byte of it is there
//	Album  its rows: a blur, or the picture once it is loaded; asks for what it lacks
//
// An Album's pictures are fetched and decoded by commands, a few at once, never while a
// frame is drawn. Files are hostile: outbox/media holds the caps.
package picture
