package account

import (
	"context"
	"errors"
)

// Answering takes the answer to a step and gives the next one, as Flow.Next does.
type Answering func(context.Context, Answer) (Step, error)

// errOver is what Next says after the end.
var errOver = errors.New("this sign-in is over")

// Talk is the frame of a Flow: what was asked last, and who takes the answer. A flow
// embeds it and ends each of its Answerings with one of Ask, Again, Unserved, Fail and
// Done. Close is the flow's own.
type Talk struct {
	Preset Preset
	// Failed is called when the sign-in ends with an error, to drop what it holds; nil:
	// nothing is.
	Failed func()

	asked Step      // the last step; nil before the first
	next  Answering // takes its answer; nil when the sign-in is over
}

// Begin has begin, which takes no answer, give the first step.
func (t *Talk) Begin(begin Answering) { t.next = begin }

// Next implements Flow.
func (t *Talk) Next(ctx context.Context, a Answer) (Step, error) {
	if t.next == nil {
		return nil, errOver
	}
	return t.next(ctx, a)
}

// Asked is the last step; nil before the first.
func (t *Talk) Asked() Step { return t.asked }

// Ask makes s the next step.
func (t *Talk) Ask(s Step, next Answering) (Step, error) {
	t.asked, t.next = s, next
	return s, nil
}

// Again has the last step answered again; where all was preset it is the end.
func (t *Talk) Again(err error) (Step, error) {
	if t.asked == nil {
		return t.Fail(err)
	}
	return t.asked, err
}

// Unserved is for the answer to the step of that name, which does not serve: one that
// was preset ends the sign-in.
func (t *Talk) Unserved(name string, err error) (Step, error) {
	if _, ok := t.Preset[name]; ok {
		return t.Fail(err)
	}
	return t.Again(err)
}

// Fail ends the sign-in.
func (t *Talk) Fail(err error) (Step, error) {
	t.End()
	if t.Failed != nil {
		t.Failed()
	}
	return nil, err
}

// Done ends it well.
func (t *Talk) Done(f Finished) (Step, error) {
	t.End()
	return f, nil
}

// End has Next answer no more.
func (t *Talk) End() { t.next = nil }
