package outbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// offlineEnough is how often in a row an account may be out of reach before Drain
// gives it up.
const offlineEnough = 2

// Drain sends the deliveries of these operations, or everything that is due, until
// each is settled, or ctx ends, or what is left cannot go on before ctx's deadline:
// offline twice, asked to come later, planned for later, in want of a sign-in. It
// returns how all of them stand, and an error only when the journal fails.
func (o *Outbox) Drain(ctx context.Context, operations ...string) (_ []timeline.Delivery, err error) {
	var ops []string
	for _, id := range operations {
		op, err := o.find(ctx, o.db, id)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	asked := ops
	if ops == nil {
		open, err := columnOf[string](ctx, o.db, "SELECT DISTINCT operation FROM delivery WHERE settled = 0")
		if err != nil || len(open) == 0 {
			return nil, sqlite.Explain(err, o.path)
		}
		asked = open
	}
	r, working, err := o.newRunner(ctx, ops)
	if err != nil {
		return nil, err
	}
	err = o.hurry(working, ops)
	if err == nil {
		err = r.loop(working, func(now time.Time) (outlook, error) { return r.ahead(working, now) })
	}
	if ctx.Err() != nil {
		err = nil // ended as it was asked to
	}
	if err := errors.Join(err, r.stop(ctx)); err != nil {
		return nil, sqlite.Explain(err, o.path)
	}
	return o.list(context.WithoutCancel(ctx), "d.operation IN (SELECT value FROM json_each(?)) ORDER BY d.id", list(asked))
}

// hurry makes due what waits for its next attempt, or for a sign-in, unless a
// server has asked for patience: a person or a new process has come to try. What
// was put off by a clock that was ahead does not wait for that time.
func (o *Outbox) hurry(ctx context.Context, ops []string) error {
	const late = `settled = 0 AND state IN ('queued', 'ready', 'unknown', 'waiting') AND (due IS NULL OR due > ?1)
		AND (code <> '' AND until <= ?1 OR updated > ?1 + 60000) AND owner = '' AND (?2 IS NULL OR operation IN (SELECT value FROM json_each(?2)))`
	ids, err := columnOf[int64](ctx, o.db, "SELECT id FROM delivery WHERE "+late, millis(o.now()), scope(ops))
	if err != nil || len(ids) == 0 {
		return err
	}
	return o.write(ctx, "hurry", func(e *entry) error {
		ids, err := columnOf[int64](e.ctx, e.tx, "SELECT id FROM delivery WHERE "+late, millis(e.now), scope(ops))
		if err != nil {
			return err
		}
		return e.each(ids, func(r *row) (bool, error) {
			r.retry(e.now)
			return true, nil
		})
	})
}

// retry makes an open row due.
func (r *row) retry(now time.Time) {
	r.Due, r.failed = now, 0
	if r.State == timeline.Waiting && r.Code == timeline.CodeAuth {
		r.State = timeline.Queued
		if r.request != nil {
			r.State = timeline.Ready
		}
	}
}

// ahead tells what a Drain still has to do or to wait for.
func (r *runner) ahead(ctx context.Context, now time.Time) (outlook, error) {
	if err := r.widen(ctx); err != nil {
		return waits, err
	}
	deadline, limited := ctx.Deadline()
	// Asked before the rows are read: what lands in between is looked at again.
	flying := r.o.flying()
	open, err := r.o.openRows(ctx, r.ops)
	if err != nil {
		return waits, err
	}
	for _, d := range open {
		switch {
		case d.owner != "" && d.owner != r.o.owner.id, flying[d.ID], r.o.full(d.account):
			return waits, nil // somebody is at it, or at others of the account
		case d.State == timeline.Waiting, !d.due.After(now):
			// It waits for another delivery, or a sign-in.
		case d.State == timeline.Scheduled && !limited, limited && d.due.After(deadline):
		case d.Code == timeline.CodeOffline && d.failed >= offlineEnough:
		default:
			return waits, nil
		}
	}
	// Something may have become free since it was looked for, or is new in sight.
	found, err := r.o.ready(ctx, r.o.now(), r.ops)
	if err != nil || found {
		return again, err
	}
	return over, nil
}

// widen adds the operations that those of the Drain have to wait for.
func (r *runner) widen(ctx context.Context) error {
	if r.ops == nil {
		return nil
	}
	more, err := columnOf[string](ctx, r.o.db, `
		SELECT b.operation FROM delivery d JOIN delivery b ON b.account = d.account AND b.lane = d.lane AND b.id < d.id
			WHERE d.settled = 0 AND d.lane <> '' AND b.settled = 0 AND b.lane <> '' AND d.operation IN (SELECT value FROM json_each(?1))
		UNION
		SELECT b.operation FROM delivery d JOIN delivery b ON b.account = d.account AND b.fingerprint = d.fingerprint AND b.id <> d.id
			WHERE d.settled = 0 AND b.settled = 0 AND (b.state IN ('sending', 'unknown') OR b.first_sent > 0) AND d.operation IN (SELECT value FROM json_each(?1))`, list(r.ops))
	if err != nil {
		return err
	}
	for _, op := range more {
		if !slices.Contains(r.ops, op) {
			r.ops = append(r.ops, op)
		}
	}
	return nil
}

// standing is how an open delivery stands, as a Drain has to know it.
type standing struct {
	ID      int64
	State   timeline.DeliveryState
	Code    timeline.Code
	account timeline.AccountID
	due     time.Time // zero: nothing is planned
	failed  int
	owner   string
}

func (o *Outbox) openRows(ctx context.Context, ops []string) ([]standing, error) {
	rows, err := o.db.QueryContext(ctx, `SELECT id, account, state, code, coalesce(due, 0), failed, owner FROM delivery
		WHERE settled = 0 AND (?1 IS NULL OR operation IN (SELECT value FROM json_each(?1)))`, scope(ops))
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var all []standing
	for rows.Next() {
		var s standing
		var due int64
		if err := rows.Scan(&s.ID, &s.account, &s.State, &s.Code, &due, &s.failed, &s.owner); err != nil {
			return nil, fmt.Errorf("reading the journal: %w", err)
		}
		s.due = fromMillis(due)
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	return all, nil
}
