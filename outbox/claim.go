package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"skein/timeline"
)

// perAccount is how many deliveries of one account a process works on at once;
// claimBatch how many it takes in one transaction.
const (
	perAccount = 4
	claimBatch = 32
)

// step is what a job begins with.
type step uint8

const (
	toPrepare step = iota
	toSend
	toSettle
)

// job is a delivery that this process has claimed, and all that the network calls
// need; nothing of it changes while the job runs, but for its journal row.
type job struct {
	*row
	step  step
	notes *notes
	req   timeline.Request
}

// claimable chooses what may be worked on now by process ?2 at time ?1: what is
// due and nobody's, or belongs to the dead ?3 or to the process itself, unless it
// works on it already (?4) or on enough of that account (?5); of the operations ?6,
// or of all when that is NULL. Not what waits for another delivery, nor what comes
// after another in its lane, nor what would be sent while a twin of it is: settling
// could take one for the other.
const claimable = `FROM delivery d WHERE d.settled = 0 AND d.due <= ?1
	AND (d.owner = '' OR d.owner = ?2 OR d.owner IN (SELECT value FROM json_each(?3)))
	AND d.id NOT IN (SELECT value FROM json_each(?4))
	AND d.account NOT IN (SELECT value FROM json_each(?5))
	AND (?6 IS NULL OR d.operation IN (SELECT value FROM json_each(?6)))
	AND NOT EXISTS (SELECT 1 FROM need n JOIN delivery o ON o.id = n.other
		WHERE n.delivery = d.id AND o.published = 0 AND o.state NOT IN ('refused', 'cancelled'))
	AND (d.lane = '' OR NOT EXISTS (SELECT 1 FROM delivery o WHERE o.settled = 0 AND o.lane <> ''
		AND o.account = d.account AND o.lane = d.lane AND o.id < d.id))
	AND (d.request IS NULL OR d.state IN ('sending', 'unknown') OR NOT EXISTS (SELECT 1 FROM delivery o
		WHERE o.settled = 0 AND o.account = d.account AND o.fingerprint = d.fingerprint AND o.id <> d.id AND ` + underWay + `))`

// underWay tells of a twin o of d that it may still arrive: it is being sent, or
// its answer is awaited, or it was sent before d ever was and is to be sent again.
// An attempt that was surely not taken may yet be by the time that d is settled, for
// a slow server or network, and would be taken for d.
const underWay = `(o.state IN ('sending', 'unknown') OR o.first_sent > 0 AND
	(d.first_sent = 0 OR o.first_sent < d.first_sent OR o.first_sent = d.first_sent AND o.id < d.id))`

// claimArgs are the arguments of claimable.
func (o *Outbox) claimArgs(ctx context.Context, q querier, now time.Time, ops []string) ([]any, error) {
	owners, err := columnOf[string](ctx, q, "SELECT DISTINCT owner FROM delivery WHERE settled = 0 AND owner <> ''")
	if err != nil {
		return nil, err
	}
	dead := []string{}
	for _, id := range owners {
		if o.owner.dead(id) {
			dead = append(dead, id)
		}
	}
	o.mu.Lock()
	flying, full := []int64{}, []timeline.AccountID{}
	for id := range o.flights {
		flying = append(flying, id)
	}
	for a, n := range o.busy {
		if n >= perAccount {
			full = append(full, a)
		}
	}
	o.mu.Unlock()
	return []any{millis(now), o.owner.id, list(dead), list(flying), list(full), scope(ops)}, nil
}

// list is a slice as json_each takes it.
func list[T any](s []T) string {
	b, _ := json.Marshal(s) // strings and numbers
	return string(b)
}

func scope(ops []string) any {
	if ops == nil {
		return nil
	}
	return list(ops)
}

// ready tells whether something may be worked on. It does not write, so that
// processes with nothing to do leave each other alone.
func (o *Outbox) ready(ctx context.Context, now time.Time, ops []string) (bool, error) {
	args, err := o.claimArgs(ctx, o.db, now, ops)
	if err != nil {
		return false, err
	}
	var found bool
	if err := o.db.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 "+claimable+")", args...).Scan(&found); err != nil {
		return false, fmt.Errorf("looking for what is due: %w", err)
	}
	return found, nil
}

// claim takes what may be worked on and begins it. What it returns is counted as
// being worked on until land.
func (o *Outbox) claim(ctx context.Context, now time.Time, ops []string) (jobs []*job, err error) {
	if found, err := o.ready(ctx, now, ops); err != nil || !found {
		return nil, err
	}
	err = o.write(ctx, "claim", func(e *entry) error {
		args, err := o.claimArgs(e.ctx, e.tx, now, ops)
		if err != nil {
			return err
		}
		ids, err := columnOf[int64](e.ctx, e.tx, fmt.Sprintf("SELECT d.id %s ORDER BY d.due, d.id LIMIT %d", claimable, claimBatch), args...)
		if err != nil {
			return err
		}
		for _, id := range ids {
			j, err := e.begin(id)
			if err != nil {
				return err
			}
			if j != nil {
				jobs = append(jobs, j)
			}
		}
		return nil
	})
	if err != nil {
		for _, j := range jobs {
			o.land(j.ID)
		}
		return nil, err
	}
	return jobs, nil
}

// begin takes one delivery and does the first transition of its way. It returns
// nil where there is nothing for the network to do.
func (e *entry) begin(id int64) (*job, error) {
	r, err := load(e.ctx, e.tx, id)
	if err != nil {
		return nil, err
	}
	j := &job{row: r}
	switch {
	case r.State == timeline.Sending || r.State == timeline.Unknown:
		// Sending: its sender died, or could not write down what came of it.
		r.State, j.step = timeline.Unknown, toSettle
	case r.request != nil:
		twin, err := e.twin(r)
		if err != nil || twin {
			return nil, err
		}
		j.step = toSend
	default:
		if refused, err := e.resolve(r); err != nil || refused {
			return nil, err
		}
		r.State, j.step, r.Code, r.Message = timeline.Preparing, toPrepare, "", timeline.Safe{}
	}
	if !e.o.takeOff(j) {
		return nil, nil
	}
	if err := e.start(j); err != nil {
		e.o.land(id)
		return nil, err
	}
	return j, nil
}

// start writes down that this process is at the job, and reads what it needs.
func (e *entry) start(j *job) (err error) {
	j.owner = e.o.owner.id
	if j.step == toPrepare {
		if j.notes, err = e.notes(j.ID); err != nil {
			return err
		}
		return e.save(j.row)
	}
	if err := e.fill(j); err != nil {
		return err
	}
	if j.step == toSend {
		j.launch(e.now)
	}
	return e.save(j.row)
}

// fill is what the network calls get of a row.
func (e *entry) fill(j *job) (err error) {
	j.req = timeline.Request{Body: j.request, First: j.first, Last: j.last, Tries: j.Tries, Known: j.Receipt}
	j.req.Taken, err = e.taken(j.row)
	return err
}

// launch is the transition to sending.
func (r *row) launch(now time.Time) {
	r.State, r.Due = timeline.Sending, now
	r.Tries++
	r.last = now
	if r.first.IsZero() {
		r.first = now
	}
}

// twin tells whether a delivery is on its way that settling could take for r.
func (e *entry) twin(r *row) (found bool, err error) {
	err = e.tx.QueryRowContext(e.ctx, `SELECT EXISTS(SELECT 1 FROM delivery d JOIN delivery o
		ON o.settled = 0 AND o.account = d.account AND o.fingerprint = d.fingerprint AND o.id <> d.id
		WHERE d.id = ? AND `+underWay+")", r.ID).Scan(&found)
	if err != nil {
		return false, fmt.Errorf("looking for twins: %w", err)
	}
	return found, nil
}

// takenSlack is how far the clock may have been put back; takenMost how many posts
// an adapter is told at most, the latest.
const (
	takenSlack = time.Hour
	takenMost  = 500
)

// taken are the posts that others of the account's deliveries became since this
// one was begun.
func (e *entry) taken(r *row) ([]timeline.ID, error) {
	since := r.Created
	if r.intent.Created.After(since) {
		since = r.intent.Created // it was planned for later
	}
	if !r.first.IsZero() && r.first.Before(since) {
		since = r.first
	}
	rows, err := e.tx.QueryContext(e.ctx, `SELECT c.network, c.local FROM delivery d JOIN copy c ON c.delivery = d.id
		WHERE d.published = 1 AND d.kind IN ('post', 'message') AND d.account = ? AND d.updated >= ? AND d.id <> ?
		ORDER BY d.updated DESC LIMIT ?`, r.Account.ID, millis(since.Add(-takenSlack)), r.ID, takenMost)
	if err != nil {
		return nil, fmt.Errorf("reading other posts: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var ids []timeline.ID
	for rows.Next() {
		var id timeline.ID
		if err := rows.Scan(&id.Network, &id.Local); err != nil {
			return nil, fmt.Errorf("reading other posts: %w", err)
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// takeOff counts a job as being worked on, unless its account has enough.
func (o *Outbox) takeOff(j *job) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.busy[j.Account.ID] >= perAccount {
		return false
	}
	o.busy[j.Account.ID]++
	o.flights[j.ID] = flight{account: j.Account.ID, cancel: func() {}}
	return true
}

// flies returns the context in which a job is done: it ends when the person
// cancels the delivery, too.
func (o *Outbox) flies(ctx context.Context, j *job) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.flights[j.ID] = flight{account: j.Account.ID, cancel: cancel}
	return ctx
}

// full tells whether no more of an account may be worked on now.
func (o *Outbox) full(id timeline.AccountID) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.busy[id] >= perAccount
}

// land ends what takeOff began.
func (o *Outbox) land(id int64) {
	o.mu.Lock()
	f, ok := o.flights[id]
	if ok {
		delete(o.flights, id)
		o.busy[f.account]--
	}
	o.mu.Unlock()
	if ok {
		f.cancel()
		o.signal()
	}
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// columnOf reads one column.
func columnOf[T any](ctx context.Context, q querier, query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var all []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("reading the journal: %w", err)
		}
		all = append(all, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	return all, nil
}
