// Package ui is the terminal interface: timelines in tabs, read with the keyboard.
//
// Model is the only tea.Model. A tab holds a timeline (reading) or something else
// (board), and what was opened from it; over the tabs lies a stack of overlays. Accounts,
// health, deliveries and mutes are the home timeline's hub's, whatever is in front. A message takes one way through it: what
// the terminal says, then what the hub and the readers bring, then the topmost
// overlay, then the focused pane and the keys that work everywhere. Update and
// View do no input or output: that is for commands.
//
// Run shows the Model; package frames draws it when a message has come, and not by a
// clock.
//
// It opens on what was kept, at the place where the reader left, before any network
// is asked: New reads the first rows, the rest is read in pages as the reader moves.
//
// What is written leaves through the Outbox alone. A key shows its effect at once;
// the journal and the networks are waited for in commands, and what they refuse is
// put back with the reason.
//
// The package never speaks to a network and does not know which networks there
// are beyond what a post says.
package ui
