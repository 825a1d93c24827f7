package nostr

import (
	"context"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// Settle implements timeline.Publisher: the own relays are asked for the event. One
// that was deleted since was there.
func (b *Backend) Settle(ctx context.Context, r timeline.Request) timeline.Outcome {
	q, err := thaw(r)
	switch {
	case err != nil:
		return broken(r, err)
	case len(q.Letters) > 0:
		return b.settle17(ctx, q, r)
	case q.event == nil:
		return b.Send(ctx, r)
	case q.List != nil:
		return b.settleList(ctx, q, r)
	}
	all := standings{}
	all.recall(q, r.Known.Answers)
	answers := b.askOwn(ctx, q, append(holding(q.event.ID), b.deletionOf(q.event.ID)))
	for url, a := range answers {
		if len(a.events) > 0 {
			all[url] = standing{taken: true, text: timeline.Literal("it has it")}
		}
	}
	return b.settled(ctx, q, all, answers)
}

// askOwn asks the own relays of a request and waits for all of them.
func (b *Backend) askOwn(ctx context.Context, q *request, filters nostr.Filters) map[string]answer {
	want := map[string]nostr.Filters{}
	for _, url := range q.Own {
		want[url] = filters
	}
	return b.pool.ask(ctx, want, -1)
}

// settled weighs what the own relays hold. Only where none of them tells, nothing
// is known: a relay that was not asked in time may be given the event again.
func (b *Backend) settled(ctx context.Context, q *request, all standings, answers map[string]answer) timeline.Outcome {
	told := false
	for _, url := range q.Own {
		a := answers[url]
		told = told || a.complete() || all[url].taken
		if s := all[url]; !s.taken && !s.final {
			all[url] = standing{code: timeline.CodeOffline, text: timeline.Literal("it does not have it")}
			if !a.complete() {
				all[url] = standing{code: timeline.CodeOffline, text: errSilent.Message}
			}
		}
	}
	o := all.outcome(q)
	switch {
	case o.Verdict == timeline.Published:
		b.done(ctx, q)
	case ctx.Err() != nil || !told:
		err := allFailed(answers)
		if err == nil {
			err = errSilent
		}
		o = timeline.Outcome{Verdict: timeline.Uncertain, Err: timeline.AsError(err)}
	}
	return o
}
