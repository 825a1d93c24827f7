package outbox

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
)

// The longest that one call of a Publisher may take; its own time-outs are
// shorter, these keep a broken one from holding an account up for ever.
const (
	prepareTime = 30 * time.Minute // uploads of video among it
	sendTime    = 5 * time.Minute
	settleTime  = 5 * time.Minute
	showTime    = 15 * time.Second
)

// rewrite is the distance of attempts to write an outcome down, and farewell how
// many there are when the work was called off.
const (
	rewrite  = time.Second
	farewell = 3
)

// work carries a job as far as it goes now.
func (o *Outbox) work(ctx context.Context, j *job) {
	defer o.land(j.ID)
	defer o.survive(ctx, j)
	b, p, err := o.publisher(ctx, j.Account.ID)
	if err == nil && j.step == toPrepare {
		err = o.prepare(ctx, j, b, p)
	}
	if err != nil {
		o.postpone(ctx, j, timeline.AsError(err))
		return
	}
	switch j.step {
	case toSend:
		o.send(ctx, j, p)
	case toSettle:
		o.settle(ctx, j, p)
	case toPrepare: // a twin is on its way, or the person has cancelled it
		return
	}
	if j.State == timeline.Sent {
		o.finish(ctx, j, b)
	}
}

// publisher opens an account for writing.
func (o *Outbox) publisher(ctx context.Context, id timeline.AccountID) (timeline.Backend, timeline.Publisher, error) {
	b, err := o.opts.Open(ctx, id)
	if err != nil {
		e := timeline.AsError(err)
		if !e.Temporary() {
			// It cannot be opened, which says nothing against the post: the person has to see to
			// the account first.
			e = &timeline.Error{Code: timeline.CodeAuth, Message: e.Message, Err: err}
		}
		return nil, nil, e
	}
	p, ok := timeline.As[timeline.Publisher](b)
	if !ok {
		return nil, nil, timeline.Errorf(timeline.CodeUnsupported, "skein cannot write to %s", o.account(timeline.Account{ID: id}).Name)
	}
	return b, p, nil
}

// prepare does what comes before the publishing request, and freezes that. The
// job's next step is then toSend, or still toPrepare when nothing more is to be
// done now.
func (o *Outbox) prepare(ctx context.Context, j *job, b timeline.Backend, p timeline.Publisher) error {
	ctx, cancel := context.WithTimeout(ctx, failpoint.Scale(prepareTime))
	defer cancel()
	intent := j.intent
	if attached(intent) {
		if err := learn(ctx, b); err != nil {
			return err
		}
		intent.Parts = append([]timeline.Part(nil), intent.Parts...)
		if err := o.fit(ctx, &intent, j.notes, b.Limits()); err != nil {
			return err
		}
	}
	if err := o.pass("prepare.before"); err != nil {
		return err
	}
	req, err := p.Prepare(ctx, intent, j.notes)
	if err != nil {
		return err
	}
	if len(req.Body) == 0 {
		return timeline.Errorf(timeline.CodeInternal, "an empty request was prepared")
	}
	if err := o.pass("prepare.after"); err != nil {
		return err
	}
	return o.freeze(ctx, j, req.Body)
}

func attached(i timeline.Intent) bool {
	for _, p := range i.Parts {
		if len(p.Media) > 0 {
			return true
		}
	}
	return false
}

// learn makes sure that a server's limits are its own.
func learn(ctx context.Context, b timeline.Backend) error {
	l, ok := timeline.As[timeline.Learner](b)
	if !ok || !b.Limits().Assumed {
		return nil
	}
	return l.Learn(ctx)
}

// freeze commits the exact bytes of a request together with the transition to
// sending: nothing of them has left before, and nothing of them changes after.
func (o *Outbox) freeze(ctx context.Context, j *job, body []byte) error {
	next := job{notes: j.notes}
	err := o.write(ctx, "sending", func(e *entry) error {
		r, err := e.mine(j.ID, timeline.Preparing)
		if err != nil {
			return err
		}
		r.seal(body)
		twin, err := e.twin(r)
		if err != nil {
			return err
		}
		next.row = r
		if twin {
			r.State, r.owner, r.Due = timeline.Ready, "", e.now
			return e.save(r)
		}
		next.step, e.quiet = toSend, true
		if err := e.fill(&next); err != nil {
			return err
		}
		r.launch(e.now)
		return e.save(r)
	})
	if err == nil {
		*j = next // not before it is committed
	}
	return err
}

// mine loads a row that this process is at; errTaken when it is no longer.
func (e *entry) mine(id int64, states ...timeline.DeliveryState) (*row, error) {
	r, err := load(e.ctx, e.tx, id)
	if err != nil {
		return nil, err
	}
	for _, s := range states {
		if r.owner == e.o.owner.id && r.State == s {
			return r, nil
		}
	}
	return nil, errTaken
}

// send sends a frozen request. It must be committed, with its row sending.
func (o *Outbox) send(ctx context.Context, j *job, p timeline.Publisher) {
	if hash(j.req.Body) != j.digest {
		o.conclude(ctx, j, damaged(j.req))
		return
	}
	if o.pass("send.before") != nil {
		return
	}
	if err := ctx.Err(); err != nil { // called off after the commit: nothing has left
		o.postpone(ctx, j, timeline.AsError(err))
		return
	}
	sending, cancel := context.WithTimeout(ctx, failpoint.Scale(sendTime))
	defer cancel()
	out := p.Send(sending, j.req)
	if o.pass("send.after") != nil {
		return
	}
	o.conclude(ctx, j, out)
}

// damaged is the outcome of a request that is not what was frozen.
func damaged(r timeline.Request) timeline.Outcome {
	err := timeline.Errorf(timeline.CodeRefused, "the journal is damaged: the request is not what was prepared")
	if r.First.IsZero() {
		return timeline.Outcome{Verdict: timeline.Rejected, Err: err}
	}
	return timeline.Outcome{Verdict: timeline.Hopeless, Err: err}
}

// settle finds out what became of a request.
func (o *Outbox) settle(ctx context.Context, j *job, p timeline.Publisher) {
	if hash(j.req.Body) != j.digest {
		o.conclude(ctx, j, damaged(j.req))
		return
	}
	if o.pass("settle.before") != nil {
		return
	}
	settling, cancel := context.WithTimeout(ctx, failpoint.Scale(settleTime))
	defer cancel()
	out := p.Settle(settling, j.req)
	if o.pass("settle.after") != nil {
		return
	}
	o.conclude(ctx, j, out)
}

// conclude commits what a network has told. It does not give up until the work is
// called off: as long as it has not succeeded nobody else touches the delivery, and
// after that whoever takes it up asks the network.
func (o *Outbox) conclude(work context.Context, j *job, out timeline.Outcome) {
	ctx, late := context.WithoutCancel(work), 0
	for {
		err := o.write(ctx, "outcome", func(e *entry) error {
			r, err := e.mine(j.ID, timeline.Sending, timeline.Unknown)
			if err != nil {
				return err
			}
			r.apply(out, chance{now: e.now, rand: o.opts.Rand})
			if out.Verdict == timeline.Absent && j.step == toSend {
				r.first = j.req.First // this attempt was in vain, and surely so
			}
			j.row = r
			if err := e.arrive(r, out); err != nil {
				return err
			}
			if err := e.save(r); err != nil || r.State != timeline.Unconfirmed {
				return err
			}
			return e.hang(r)
		})
		if err == nil {
			return
		}
		o.opts.Log.Error("an outcome could not be written down", "delivery", j.ID, "error", err)
		j.State = timeline.Unknown // as far as anybody knows
		if work.Err() != nil {
			late++
		}
		if errors.Is(err, errTaken) || late == farewell || !o.pause(rewrite) {
			return
		}
	}
}

// pause waits, and tells whether the outbox still lives.
func (o *Outbox) pause(d time.Duration) bool {
	t := time.NewTimer(failpoint.Scale(d))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-o.life.Done():
		return false
	}
}

// arrive keeps what follows from an outcome beside the row itself.
func (e *entry) arrive(r *row, out timeline.Outcome) error {
	if out.Verdict == timeline.Spent {
		// What was uploaded for the old request belongs to it; files made ready do not.
		_, err := e.tx.ExecContext(e.ctx, "DELETE FROM note WHERE delivery = ? AND step NOT GLOB ?", r.ID, ownSteps+"*")
		if err != nil {
			return fmt.Errorf("forgetting steps: %w", err)
		}
	}
	if out.Verdict != timeline.Published {
		return nil
	}
	if err := e.addressed(r); err != nil {
		return err
	}
	if _, err := e.tx.ExecContext(e.ctx, "DELETE FROM note WHERE delivery = ?", r.ID); err != nil {
		return fmt.Errorf("forgetting steps: %w", err) // it is prepared no more
	}
	switch r.Kind {
	case timeline.DoPost, timeline.DoMessage:
		for i, c := range r.Receipt.Posts {
			_, err := e.tx.ExecContext(e.ctx, `INSERT INTO copy(network, local, delivery, place, server_id, url) VALUES(?, ?, ?, ?, ?, ?)
				ON CONFLICT DO NOTHING`, c.ID.Network, c.ID.Local, r.ID, i, c.ServerID, c.URL.String())
			if err != nil {
				return fmt.Errorf("keeping where a post is: %w", err)
			}
		}
	case timeline.DoDelete:
		_, err := e.tx.ExecContext(e.ctx, "DELETE FROM copy WHERE network = ? AND local = ?", r.On.Network, r.On.Local)
		if err != nil {
			return fmt.Errorf("forgetting a deleted post: %w", err)
		}
	}
	if !lacking(r.Receipt) {
		r.request = nil // nothing will ask for it again
	}
	return nil
}

// survive is what is left to do when an adapter panics. What it was sending may
// have left.
func (o *Outbox) survive(ctx context.Context, j *job) {
	v := recover()
	if v == nil {
		return
	}
	o.opts.Log.Error("an adapter panicked", "delivery", j.ID, "kind", j.Kind, "account", j.Account.ID, "panic", v, "stack", string(debug.Stack()))
	cause := timeline.Errorf(timeline.CodeInternal, "skein failed at it, which is skein's own fault: %v", v)
	switch {
	case j.step == toPrepare:
		o.postpone(ctx, j, cause)
	case j.State != timeline.Sent:
		o.conclude(ctx, j, timeline.Outcome{Verdict: timeline.Uncertain, Err: cause})
	}
}

// postpone puts a job back whose account could not be opened, whose preparation
// failed, or which was called off before its request was touched.
func (o *Outbox) postpone(ctx context.Context, j *job, cause *timeline.Error) {
	called := ctx.Err() != nil // off: the failure is ours, not the network's
	if called {
		cause = nil
	}
	err := o.write(context.WithoutCancel(ctx), "postpone", func(e *entry) error {
		r, err := e.mine(j.ID, timeline.Preparing, timeline.Sending, timeline.Unknown)
		if err != nil {
			return err
		}
		switch {
		case j.step == toSettle:
			r.apply(timeline.Outcome{Verdict: timeline.Uncertain, Err: cause}, chance{e.now, o.opts.Rand})
		case j.step == toSend:
			// The request was not touched: it is as it was before it was taken up.
			r.Tries, r.first, r.last = r.Tries-1, j.req.First, j.req.Last
			r.apply(timeline.Outcome{Verdict: timeline.Absent, Err: cause}, chance{e.now, o.opts.Rand})
			if called && !r.State.Settled() {
				r.Due = e.now
			}
		case called:
			r.State, r.owner, r.Due = timeline.Queued, "", e.now
		default:
			r.unprepared(cause, chance{e.now, o.opts.Rand})
		}
		return e.save(r)
	})
	if err != nil && !errors.Is(err, errTaken) {
		o.opts.Log.Error("a delivery could not be put back", "delivery", j.ID, "error", err)
		o.pause(rewrite) // it is still ours, and would be taken up again at once
	}
}

// finish does what is pleasant but not vital after a delivery has arrived.
func (o *Outbox) finish(ctx context.Context, j *job, b timeline.Backend) {
	if attached(j.intent) {
		if err := o.sweep(ctx); err != nil {
			o.opts.Log.Warn("files could not be removed", "error", err)
		}
	}
	screen, ok := o.opts.Sink.(timeline.Screen)
	if !ok {
		return
	}
	if j.Kind == timeline.DoDelete {
		screen.Retract(j.On)
		return
	}
	ids := []timeline.ID{j.On}
	if j.Kind == timeline.DoPost {
		ids = nil
		for _, c := range j.Receipt.Posts {
			ids = append(ids, c.ID)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, failpoint.Scale(showTime))
	defer cancel()
	for _, id := range ids {
		if id.Zero() {
			continue
		}
		post, err := b.Post(ctx, id)
		if err != nil {
			o.opts.Log.Debug("a written post could not be read back", "post", id.String(), "error", err)
			continue
		}
		screen.Publish(post)
	}
}
