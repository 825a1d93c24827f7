package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
	"skein/timeline/sqlite"
)

// The distances at which a runner looks around.
const (
	hearEvery   = 200 * time.Millisecond // have others committed something?
	ownersEvery = 2 * time.Second        // has a process died that was at something?
	restFirst   = time.Second            // after the journal could not be written
	restLast    = time.Minute
)

var errClosed = errors.New("the outbox is closed")

// runner sends for one Run or Drain.
type runner struct {
	o    *Outbox
	end  context.CancelFunc // of the work
	ops  []string           // nil: everything
	jobs sync.WaitGroup
	seen int64 // the journal's version that is known
	// patient: a journal that cannot be written is waited for.
	patient bool
	detach  func() bool // from the life of the outbox
}

// newRunner begins a runner, which has to be stopped, and returns the context of
// its work: it ends with the outbox too.
func (o *Outbox) newRunner(ctx context.Context, ops []string) (*runner, context.Context, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, nil, errClosed
	}
	o.runs.Add(1)
	r := &runner{o: o, ops: ops}
	ctx, r.end = context.WithCancel(ctx)
	r.detach = context.AfterFunc(o.life, r.end)
	return r, ctx, nil
}

// stop calls off what is being worked on, waits until it is written down how it
// stands, and leaves the rest to others.
func (r *runner) stop(ctx context.Context) error {
	defer r.o.runs.Done()
	r.end()
	r.jobs.Wait()
	r.detach()
	return r.o.disown(context.WithoutCancel(ctx), r.ops)
}

// Run sends whatever is due until ctx ends, and tells the Sink what this process
// and others do. It fails when the journal is damaged; a full disk it waits out.
func (o *Outbox) Run(ctx context.Context) (err error) {
	r, ctx, err := o.newRunner(ctx, nil)
	if err != nil {
		return err
	}
	r.patient = true
	defer func() { err = errors.Join(err, r.stop(ctx)) }()
	if err := o.hurry(ctx, nil); err != nil && ctx.Err() == nil {
		o.opts.Log.Warn("what failed before is not tried at once", "error", err)
	}
	if err := o.sweep(ctx); err != nil && ctx.Err() == nil {
		o.opts.Log.Warn("old files could not be removed", "error", err)
	}
	return r.loop(ctx, func(time.Time) (outlook, error) { return waits, nil })
}

// outlook is what a runner has before it when it has started all that may be
// worked on.
type outlook uint8

const (
	waits outlook = iota // something is under way, or will fall due
	again                // there is more to start
	over                 // nothing more will happen
)

// loop works until look says that it is over, or its context ends.
func (r *runner) loop(ctx context.Context, look func(now time.Time) (outlook, error)) error {
	for rest := restFirst; ctx.Err() == nil; {
		next, ahead, err := r.turn(ctx, look)
		switch {
		case err == nil && ahead == over:
			return nil
		case err == nil:
			rest = restFirst
			if ahead == waits {
				r.wait(ctx, next)
			}
		case ctx.Err() != nil: // called off half-way
		case !r.patient || sqlite.Damaged(err):
			return sqlite.Explain(err, r.o.path)
		default:
			r.o.opts.Log.Error("the outbox cannot go on", "error", err)
			r.rest(ctx, rest)
			rest = min(2*rest, restLast)
		}
	}
	return nil
}

func (r *runner) rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(failpoint.Scale(d))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// moment is what a runner waits for.
type moment struct {
	news <-chan struct{}
	at   time.Time // zero: nothing is planned
}

// turn starts all that may be worked on now, and tells what to wait for.
func (r *runner) turn(ctx context.Context, look func(time.Time) (outlook, error)) (next moment, ahead outlook, err error) {
	o := r.o
	next.news = o.await()
	if r.seen, err = o.version(ctx); err != nil {
		return next, waits, err
	}
	if err := o.tellOthers(ctx); err != nil {
		return next, waits, err
	}
	now := o.now()
	for {
		jobs, err := o.claim(ctx, now, r.ops)
		if err != nil {
			return next, waits, err
		}
		for _, j := range jobs {
			working := o.flies(ctx, j)
			r.jobs.Go(func() { o.work(working, j) })
		}
		if len(jobs) == 0 {
			break
		}
	}
	if ahead, err = look(now); err != nil || ahead != waits {
		return next, ahead, err
	}
	next.at, err = r.nextDue(ctx, now)
	return next, waits, err
}

// nextDue is when something falls due, or a process that is at something is to be
// looked after.
func (r *runner) nextDue(ctx context.Context, now time.Time) (time.Time, error) {
	var due int64
	var others bool
	err := r.o.db.QueryRowContext(ctx, `SELECT
		coalesce((SELECT min(due) FROM delivery WHERE settled = 0 AND due > ?1), 0),
		EXISTS(SELECT 1 FROM delivery WHERE settled = 0 AND owner <> '' AND owner <> ?2)`, millis(now), r.o.owner.id).Scan(&due, &others)
	if err != nil {
		return time.Time{}, fmt.Errorf("looking for what falls due: %w", err)
	}
	at := fromMillis(due)
	if look := now.Add(failpoint.Scale(ownersEvery)); others && (at.IsZero() || look.Before(at)) {
		at = look
	}
	return at, nil
}

// wait returns at the next thing to do.
func (r *runner) wait(ctx context.Context, next moment) {
	ticker := time.NewTicker(failpoint.Scale(hearEvery))
	defer ticker.Stop()
	var due <-chan time.Time
	if !next.at.IsZero() {
		t := time.NewTimer(next.at.Sub(r.o.now()))
		defer t.Stop()
		due = t.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.news:
			return
		case <-due:
			return
		case <-ticker.C:
			// The timer stands still while the machine sleeps, and knows nothing of a clock
			// that is set.
			if !next.at.IsZero() && !r.o.now().Before(next.at) {
				return
			}
			if v, err := r.o.version(ctx); err != nil || v != r.seen {
				return
			}
		}
	}
}

// disown gives what this process was at to whoever wants it: of these operations,
// or all of it.
func (o *Outbox) disown(ctx context.Context, ops []string) error {
	ids, err := columnOf[int64](ctx, o.db, `SELECT d.id FROM delivery d WHERE d.settled = 0 AND d.owner = ?
		AND (?2 IS NULL OR d.operation IN (SELECT value FROM json_each(?2)))`, o.owner.id, scope(ops))
	if err != nil || len(ids) == 0 {
		return err
	}
	return o.write(ctx, "disown", func(e *entry) error {
		flying := o.flying()
		return e.each(ids, func(r *row) (bool, error) {
			if r.owner != o.owner.id || flying[r.ID] {
				return false, nil
			}
			r.owner = ""
			switch r.State {
			case timeline.Sending:
				r.State = timeline.Unknown
			case timeline.Preparing:
				r.State = timeline.Queued
			}
			return true, nil
		})
	})
}

// flying are the deliveries that this process is at.
func (o *Outbox) flying() map[int64]bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	flying := make(map[int64]bool, len(o.flights))
	for id := range o.flights {
		flying[id] = true
	}
	return flying
}
