// Package messages draws direct messages: the list of conversations, and one of them as
// a log with a line for each day. It reads nothing itself: what is shown is asked of
// whoever holds it each time it is drawn, and what the person wants is an
// overlay.Action.
//
// It knows no network and no outbox.
package messages
