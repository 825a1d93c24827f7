// Package history finds where three stories disagree: what people asked for, what
// the outbox says came of it, and what the networks really have.
//
// It is how "exactly once" is checked after a run full of crashes. It runs nothing
// and asks nobody: all three stories are given to it, so that a test can make up
// one that is wrong and see it found.
//
// Texts are told apart by marks. Each word of a post that matters carries the mark
// of its command and a number, so that a post tells which command it is of, and
// which piece of its text it holds, wherever skein has split it.
package history
