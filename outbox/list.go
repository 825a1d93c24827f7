package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// listLimit is how many deliveries are listed when no limit is asked for.
const listLimit = 200

// Deliveries lists.
func (o *Outbox) Deliveries(ctx context.Context, f Filter) ([]timeline.Delivery, error) {
	where, args := "1", []any{}
	if f.Open {
		where += " AND d.settled = 0"
	}
	if f.State != "" {
		where, args = where+" AND d.state = ?", append(args, f.State)
	}
	if f.Operation != "" {
		id, err := o.find(ctx, o.db, f.Operation)
		if err != nil {
			return nil, err
		}
		where, args = where+" AND d.operation = ?", append(args, id)
	}
	if f.Account != "" {
		where, args = where+" AND d.account = ?", append(args, f.Account)
	}
	if f.Limit <= 0 {
		f.Limit = listLimit
	}
	return o.list(ctx, where+" ORDER BY d.id DESC LIMIT ?", append(args, f.Limit)...)
}

// Operation finds one by its id or a unique beginning of it.
func (o *Outbox) Operation(ctx context.Context, id string) (Operation, error) {
	full, err := o.find(ctx, o.db, id)
	if err != nil {
		return Operation{}, err
	}
	return o.operation(ctx, o.db, full)
}

// Keyed finds the operation that was added under a key, whatever became of it: who
// repeats a command asks this first, for what the command needs may be gone by now.
func (o *Outbox) Keyed(ctx context.Context, key string) (op Operation, known bool, err error) {
	var id string
	err = o.db.QueryRowContext(ctx, "SELECT id FROM operation WHERE key = ?", key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return op, false, nil
	}
	if err != nil {
		return op, false, sqlite.Explain(fmt.Errorf("looking a key up: %w", err), o.path)
	}
	op, err = o.operation(ctx, o.db, id)
	op.Repeated = err == nil
	return op, op.Repeated, err
}

// Pending counts the deliveries of an account that are not over.
func (o *Outbox) Pending(ctx context.Context, account timeline.AccountID) (n int, err error) {
	err = o.db.QueryRowContext(ctx, "SELECT count(*) FROM delivery WHERE settled = 0 AND account = ?", account).Scan(&n)
	return n, sqlite.Explain(err, o.path)
}

// Copies lists the posts that came of the same draft as id, id's own among them;
// none when skein did not write it. Those that skein has deleted are left out.
func (o *Outbox) Copies(ctx context.Context, id timeline.ID) ([]Placed, error) {
	rows, err := o.db.QueryContext(ctx, `SELECT d.operation, d.account, c.network, c.local, c.server_id, c.url
		FROM copy c JOIN delivery d ON d.id = c.delivery
		WHERE d.operation IN (SELECT s.operation FROM copy m JOIN delivery s ON s.id = m.delivery WHERE m.network = ? AND m.local = ?)
		ORDER BY d.id, c.place`, id.Network, id.Local)
	if err != nil {
		return nil, sqlite.Explain(err, o.path)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var all []Placed
	for rows.Next() {
		var p Placed
		var url string
		if err := rows.Scan(&p.Operation, &p.Account, &p.ID.Network, &p.ID.Local, &p.ServerID, &url); err != nil {
			return nil, sqlite.Explain(err, o.path)
		}
		p.URL = timeline.CleanLine(url)
		all = append(all, p)
	}
	return all, sqlite.Explain(rows.Err(), o.path)
}

// list reads deliveries; where continues the query.
func (o *Outbox) list(ctx context.Context, where string, args ...any) ([]timeline.Delivery, error) {
	all, err := o.listIn(ctx, o.db, where, args...)
	return all, sqlite.Explain(err, o.path)
}

func (o *Outbox) listIn(ctx context.Context, q querier, where string, args ...any) ([]timeline.Delivery, error) {
	rows, err := q.QueryContext(ctx, "SELECT "+shown+" FROM delivery d WHERE "+where, args...)
	if err != nil {
		return nil, fmt.Errorf("listing deliveries: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	var all []timeline.Delivery
	for rows.Next() {
		var d timeline.Delivery
		if err := scanShown(rows, &d); err != nil {
			return nil, err
		}
		all = append(all, o.show(d))
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing deliveries: %w", err)
	}
	return all, nil
}

// find completes the beginning of an operation's id.
func (o *Outbox) find(ctx context.Context, q querier, beginning string) (string, error) {
	// The letters of an id are ASCII: whatever begins with the text is below its end.
	ids, err := columnOf[string](ctx, q, "SELECT id FROM operation WHERE id >= ?1 AND id < ?1 || '~' LIMIT 2", beginning)
	switch {
	case err != nil:
		return "", sqlite.Explain(err, o.path)
	case len(ids) == 0 || beginning == "":
		return "", timeline.Errorf(timeline.CodeNotFound, "there is no operation %q in the outbox", beginning)
	case len(ids) > 1:
		return "", timeline.Errorf(timeline.CodeUsage, "several operations begin with %q: say more of it", beginning)
	}
	return ids[0], nil
}

func (o *Outbox) operation(ctx context.Context, q querier, id string) (Operation, error) {
	op := Operation{ID: id}
	var key, draft sql.NullString
	var created int64
	err := q.QueryRowContext(ctx, "SELECT key, draft, created FROM operation WHERE id = ?", id).Scan(&key, &draft, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return op, timeline.Errorf(timeline.CodeNotFound, "there is no operation %q in the outbox", id)
	}
	if err != nil {
		return op, sqlite.Explain(err, o.path)
	}
	op.Key, op.Created = key.String, fromMillis(created)
	if draft.Valid {
		if err := json.Unmarshal([]byte(draft.String), &op.Draft); err != nil {
			return op, sqlite.Explain(fmt.Errorf("reading the draft of %s: %w", id, err), o.path)
		}
	}
	op.Deliveries, err = o.listIn(ctx, q, "d.operation = ? ORDER BY d.id", id)
	return op, sqlite.Explain(err, o.path)
}
