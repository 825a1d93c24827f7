// Package outbox is the one way out: whatever skein writes to a network is first
// written here, and here it stays until the network has it exactly once or a
// person has been told why not.
//
//	Draft ──Plan──► Plan ──Add──► journal ──Run, Drain──► Publisher ──► network
//	(typed)  (pure)  (per target)  (SQLite)       │
//	                                              └──► timeline.Sink (what to show)
//
// # The promise
//
// A post is never lost after Add has returned, and never sent twice by skein on
// its own. What makes it so:
//
//   - Add commits the draft, copies of its files and a row for each target in one
//     transaction, flushed to the disk (synchronous=FULL).
//   - Preparation is kept step by step, so that a repeated one uploads nothing
//     twice.
//   - The exact bytes of the publishing request are committed before its first byte
//     leaves, and never change from then on.
//   - A delivery belongs to one process at a time. Each process holds a lock file
//     for as long as it lives; the deliveries of one that died are taken over, and
//     what it was sending is Unknown.
//   - What is Unknown is found out by asking the network, never by sending again on
//     a guess. Where nothing can be found out it is Unconfirmed, and shown.
//
// # What it does not know
//
// No network: what differs between them is in timeline.Rules, timeline.Limits and
// the Publisher's own Request. No screen either: progress goes to a timeline.Sink.
//
// Several processes may use one outbox at once; they notice each other's work.
//
// # Where it may end
//
// Built with -tags failpoints (see timeline/failpoint) it passes these points, each
// with .before and .after:
//
//	outbox.add        the commit of an operation      outbox.claim     taking up what is due
//	outbox.note       a finished step                 outbox.fit       a file made ready
//	outbox.prepare    the Publisher's Prepare         outbox.sending   the commit of the exact bytes
//	outbox.send       the Publisher's Send            outbox.outcome   the commit of what came of it
//	outbox.settle     the Publisher's Settle          outbox.postpone  putting back what failed before
//	outbox.retry      a person's retry                outbox.cancel    a person's cancel
//	outbox.hurry      a new start's retry             outbox.disown    leaving work to others
//	outbox.sweep      removing files                  outbox.draft     a draft put aside
package outbox
