// Package compose is the screen on which a post is written: the text, what each
// network will make of it, and what else belongs to it.
//
// It does nothing itself. Keys change a draft; whoever holds the screen plans it
// (outbox.NewPlan, off the path of the keys), saves it and sends it, and hands the
// results back. Version tells what a result belongs to, so that one that comes late
// is not mistaken for the present.
//
// The package knows no network: its words for a target come from the target's plan.
package compose
