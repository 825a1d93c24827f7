package outbox

import (
	"context"
	"errors"
)

var errDead = errors.New("the process is dead")

// Trap is called at every point at which the process may end.
func (o *Outbox) Trap(trap func(point string) error) { o.trap.Store(&trap) }

// Die is the end of the process as others see it: nothing more is written, and its
// lock is free.
func (o *Outbox) Die() {
	o.turn <- struct{}{} // a write that has begun is whole
	o.Trap(func(string) error { return errDead })
	<-o.turn
	o.end()
	o.runs.Wait()
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	lock := o.owner.lock
	o.owner = nil
	_ = o.release()
	_ = lock.Unlock()
}

// DB lets a test look into the journal.
func (o *Outbox) Query(query string, dest ...any) error { return o.db.QueryRow(query).Scan(dest...) }

// Look asks whether something may be worked on, as a runner does.
func (o *Outbox) Look(ctx context.Context) (bool, error) { return o.ready(ctx, o.now(), nil) }

// Multiply copies the newest delivery, which is to be settled, to n of them.
func (o *Outbox) Multiply(n int) error {
	const columns = `operation, account, network, name, handle, server, kind, undo, part, parts, summary, on_network, on_local, created, lane,
		intent, fingerprint, state, settled, due, until, tries, failed, first_sent, last_sent, published, request, digest, receipt, code,
		message, owner, updated, change, by`
	_, err := o.db.Exec(`WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?)
		INSERT INTO delivery(`+columns+`) SELECT `+columns+` FROM i, (SELECT * FROM delivery ORDER BY id DESC LIMIT 1)`, n)
	if err != nil {
		return err
	}
	_, err = o.db.Exec(`INSERT INTO copy SELECT 'a', 'copy-' || id, id, 0, '', '' FROM delivery`)
	return err
}

// Explain tells how SQLite would look for what may be worked on.
func (o *Outbox) Plan() (plan []string, err error) {
	args, err := o.claimArgs(context.Background(), o.db, o.now(), nil)
	if err != nil {
		return nil, err
	}
	rows, err := o.db.Query("EXPLAIN QUERY PLAN SELECT d.id "+claimable, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return nil, err
		}
		plan = append(plan, detail)
	}
	return plan, rows.Err()
}
