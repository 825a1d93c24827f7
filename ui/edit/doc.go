// Package edit holds a text while it is being written: the text, the cursor, the
// lines that it is wrapped in, and the keys of line editing.
//
// It knows no post and no network. A key costs what it changes and what is on the
// screen, not what the text holds, so that a page pasted by mistake does not make
// the keyboard wait. What is deleted and stepped over is a whole cluster, never a
// part of an emoji. The text is always clean (timeline.Clean): a clipboard is no
// safer than a network.
//
// The textarea of bubbles is not used for it: it draws, wraps and hashes the whole
// text at each key (25 ms at 64 KiB, half a second at 1 MiB), drops without a word
// what is beyond 10,000 lines, and deletes runes.
package edit
