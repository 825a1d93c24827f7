package outbox

import (
	"slices"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
)

// The distances of attempts.
const (
	retryFirst  = time.Second
	retryLast   = 5 * time.Minute
	settleFirst = 500 * time.Millisecond
	settleLast  = 5 * time.Minute
	// untilLast is the furthest that a server can put an attempt off.
	untilLast = 24 * time.Hour
)

// chance is the moment of a transition, and the dice for its back-off.
type chance struct {
	now  time.Time
	rand func() float64
}

// apply moves a row on by what Send or Settle has told. It ends its owner's work
// on it.
func (r *row) apply(out timeline.Outcome, c chance) {
	r.Receipt = join(r.Receipt, out.Receipt)
	r.blame(out.Err, c)
	switch out.Verdict {
	case timeline.Published:
		r.published = true
		r.settle(timeline.Sent)
		r.Code, r.Message = "", timeline.Safe{}
	case timeline.Rejected:
		r.settle(timeline.Refused)
	case timeline.Hopeless:
		r.settle(timeline.Unconfirmed)
	case timeline.Absent:
		r.again(timeline.Ready, c)
	case timeline.Spent:
		if !r.published { // else its receipt is all that tells where it is
			r.drop()
		}
		r.again(timeline.Queued, c)
	default: // Uncertain, and whatever an adapter should not say
		asked := r.failed
		if r.State == timeline.Sending {
			asked = 0
		}
		r.failed = asked + 1
		r.State, r.owner = timeline.Unknown, ""
		d := settleFirst << min(asked, 20)
		if d > settleLast {
			d = settleLast
		}
		r.Due = r.notBefore(c.now.Add(failpoint.Scale(d/2 + time.Duration(c.rand()*float64(d/2)))))
	}
	if r.published && r.State != timeline.Sent {
		// It was there before this attempt, which was for the servers that lacked it.
		r.settle(timeline.Sent)
	}
}

// unprepared moves a row on after a preparation that failed. It ends its owner's
// work on it.
func (r *row) unprepared(e *timeline.Error, c chance) {
	r.blame(e, c)
	if e.Code == timeline.CodeAuth || e.Temporary() {
		r.again(timeline.Queued, c)
		return
	}
	r.settle(timeline.Refused)
}

// again puts a row back for another attempt; where a sign-in is lacking that is
// not a matter of time.
func (r *row) again(s timeline.DeliveryState, c chance) {
	r.failed++
	r.State, r.owner = s, ""
	if r.Code == timeline.CodeAuth {
		r.State, r.Due = timeline.Waiting, time.Time{}
		return
	}
	r.Due = r.notBefore(c.now.Add(backoff(r.failed, c.rand)))
}

func (r *row) settle(s timeline.DeliveryState) {
	r.State, r.owner, r.Due, r.until, r.failed = s, "", time.Time{}, time.Time{}, 0
}

// blame keeps why a row is not further.
func (r *row) blame(e *timeline.Error, c chance) {
	r.Code, r.Message, r.until = "", timeline.Safe{}, time.Time{}
	if e == nil {
		return
	}
	r.Code, r.Message = e.Code, timeline.CleanLine(e.Error())
	if e.Until.After(c.now) {
		r.until = e.Until
		if last := c.now.Add(untilLast); r.until.After(last) {
			r.until = last
		}
	}
}

func (r *row) notBefore(t time.Time) time.Time {
	if t.Before(r.until) {
		return r.until
	}
	return t
}

// backoff is the distance to the next attempt after n failures in a row: anything
// up to a bound that doubles, so that many who failed together do not come back
// together.
func backoff(n int, rand func() float64) time.Duration {
	bound := retryFirst << min(max(n-1, 0), 20)
	if bound > retryLast {
		bound = retryLast
	}
	return failpoint.Scale(bound/10 + time.Duration(rand()*float64(bound-bound/10)))
}

// join adds to what servers have answered what they answer now. What was taken
// once stays taken.
func join(old, now timeline.Receipt) timeline.Receipt {
	if len(now.Posts) > 0 {
		old.Posts = now.Posts
	}
	if !now.Note.Empty() {
		old.Note = now.Note
	}
	answers := slices.Clone(old.Answers)
	for _, a := range now.Answers {
		i := slices.IndexFunc(answers, func(o timeline.Answer) bool { return o.Server == a.Server })
		switch {
		case i < 0:
			answers = append(answers, a)
		case !answers[i].Taken || a.Taken:
			answers[i] = a
		}
	}
	old.Answers = answers
	return old
}

// lacking tells whether a server might still take what it has not.
func lacking(r timeline.Receipt) bool {
	return slices.ContainsFunc(r.Answers, func(a timeline.Answer) bool { return !a.Taken && !a.Final })
}

// partly tells whether a server has it.
func partly(r timeline.Receipt) bool {
	return slices.ContainsFunc(r.Answers, func(a timeline.Answer) bool { return a.Taken })
}
