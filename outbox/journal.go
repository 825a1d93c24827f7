package outbox

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
	"skein/timeline/sqlite"
)

// commitTime is how long one write waits for other processes and for the disk.
const commitTime = 20 * time.Second

// entry is one transaction on the journal.
type entry struct {
	o       *Outbox
	ctx     context.Context
	tx      *sql.Tx
	now     time.Time
	change  int64
	touched []timeline.Delivery
	quiet   bool // nothing can be taken up after it that could not before
}

// write changes the journal: all of do or nothing, and only one at a time in this
// process. Afterwards it tells who watches. point names the write for tests.
func (o *Outbox) write(ctx context.Context, point string, do func(*entry) error) error {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return fmt.Errorf("waiting for the journal: %w", ctx.Err())
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("writing to the journal: %w", err)
	}
	// From here on it is done or not, and known which: nobody calls it off half-way.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTime)
	defer cancel()
	e := &entry{o: o, ctx: ctx, now: o.now()}
	if err := o.pass(point + ".before"); err != nil {
		return err
	}
	err := sqlite.Write(ctx, o.db, func(tx *sql.Tx) error {
		e.tx = tx
		if err := tx.QueryRowContext(ctx, "UPDATE change SET n = n + 1 RETURNING n").Scan(&e.change); err != nil {
			return err
		}
		return do(e)
	})
	if errors.Is(err, context.DeadlineExceeded) { // commitTime, and nothing of the network
		err = timeline.Errorf(timeline.CodeInternal, "%s is held by another program; try again", o.path)
	}
	if err != nil {
		return sqlite.Explain(err, o.path)
	}
	if err := o.pass(point + ".after"); err != nil {
		return err
	}
	o.tell(e.change, e.touched)
	if !e.quiet {
		o.signal()
	}
	return nil
}

// pass is a point at which tests end the process, or pretend to.
func (o *Outbox) pass(point string) error {
	failpoint.Hit("outbox." + point)
	if trap := o.trap.Load(); trap != nil {
		return (*trap)("outbox." + point)
	}
	return nil
}

// tell hands deliveries to who watches, unless something newer was told of them.
func (o *Outbox) tell(change int64, deliveries []timeline.Delivery) {
	if o.opts.Sink == nil || len(deliveries) == 0 {
		return
	}
	o.telling.Lock()
	defer o.telling.Unlock()
	fresh := make([]timeline.Delivery, 0, len(deliveries))
	for _, d := range deliveries {
		if o.told[d.ID] <= change {
			o.told[d.ID] = change
			fresh = append(fresh, o.show(d))
		}
	}
	if len(fresh) > 0 {
		o.opts.Sink.Delivered(fresh...)
	}
}

// tellOthers tells what other processes have changed.
func (o *Outbox) tellOthers(ctx context.Context) error {
	o.hearing.Lock()
	defer o.hearing.Unlock()
	var last int64
	if o.opts.Sink == nil {
		return nil
	}
	if err := o.db.QueryRowContext(ctx, "SELECT n FROM change").Scan(&last); err != nil {
		return fmt.Errorf("reading what others did: %w", err)
	}
	rows, err := o.db.QueryContext(ctx, "SELECT "+shown+", d.change FROM delivery d WHERE d.change > ? AND d.by <> ? ORDER BY d.change", o.heard, o.owner.id)
	if err != nil {
		return fmt.Errorf("reading what others did: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	for rows.Next() {
		var d timeline.Delivery
		var change int64
		if err := scanShown(rows, &d, &change); err != nil {
			return err
		}
		o.tell(change, []timeline.Delivery{d})
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("reading what others did: %w", err)
	}
	o.heard = last // what is newer among these is told once more
	return nil
}

// account prefers what the config says now to what the journal kept.
func (o *Outbox) account(a timeline.Account) timeline.Account {
	if known, ok := o.known(a.ID); ok {
		return known
	}
	return a
}

// show is a delivery as others see it.
func (o *Outbox) show(d timeline.Delivery) timeline.Delivery {
	d.Account = o.account(d.Account)
	if d.State == timeline.Waiting {
		d.Due = time.Time{} // it goes on when something happens, not at a time
	}
	return d
}

// notes are the finished steps of one delivery's preparation.
type notes struct {
	o     *Outbox
	id    int64
	mu    sync.RWMutex
	known map[string]json.RawMessage
}

// Get implements timeline.Notes.
func (n *notes) Get(step string) (json.RawMessage, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	v, ok := n.known[step]
	return v, ok
}

// Put implements timeline.Notes. It fails when the delivery was taken out of this
// process's hands.
func (n *notes) Put(ctx context.Context, step string, value json.RawMessage) error {
	err := n.o.write(ctx, "note", func(e *entry) error {
		return e.note(n.id, step, value)
	})
	if err != nil {
		return fmt.Errorf("keeping step %s: %w", step, err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known[step] = value
	return nil
}

// errTaken says that a delivery is no longer this process's.
var errTaken = errors.New("the delivery was cancelled or taken over")

func (e *entry) note(id int64, step string, value json.RawMessage) error {
	e.quiet = true
	res, err := e.tx.ExecContext(e.ctx, `INSERT INTO note(delivery, step, value)
		SELECT id, ?, ? FROM delivery WHERE id = ? AND owner = ? AND state = 'preparing'
		ON CONFLICT DO UPDATE SET value = excluded.value`, step, string(value), id, e.o.owner.id)
	if err != nil {
		return fmt.Errorf("keeping a step: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(errTaken, err)
	}
	return nil
}

// notes reads what is known of a delivery's preparation.
func (e *entry) notes(id int64) (*notes, error) {
	rows, err := e.tx.QueryContext(e.ctx, "SELECT step, value FROM note WHERE delivery = ?", id)
	if err != nil {
		return nil, fmt.Errorf("reading steps: %w", err)
	}
	defer rows.Close() //nolint:errcheck // Err tells
	n := &notes{o: e.o, id: id, known: map[string]json.RawMessage{}}
	for rows.Next() {
		var step, value string
		if err := rows.Scan(&step, &value); err != nil {
			return nil, fmt.Errorf("reading steps: %w", err)
		}
		n.known[step] = json.RawMessage(value)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("reading steps: %w", err)
	}
	return n, nil
}

// newKey is 32 random hex digits.
func newKey() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// newID is short and without letters that are taken for others.
func newID() string {
	const letters = "23456789abcdefghjkmnpqrstuvwxyz"
	var b [8]byte
	_, _ = rand.Read(b[:])
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:])
}
