package outbox

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"skein/timeline"
)

// Retry takes deliveries up again that are refused, unconfirmed, cancelled or
// waiting; and one that is sent where some servers have not taken it. For what is
// unconfirmed this may publish twice: the caller has asked the person. What waits
// for its next attempt is tried at once. It returns how the operation stands then.
func (o *Outbox) Retry(ctx context.Context, operation string, accounts ...timeline.AccountID) ([]timeline.Delivery, error) {
	return o.alter(ctx, "retry", operation, accounts, func(e *entry, r *row) (bool, error) {
		if r.owner != "" && r.owner != o.owner.id || o.flying()[r.ID] {
			return false, nil // somebody is at it
		}
		switch r.State {
		case timeline.Refused, timeline.Cancelled:
			return true, e.anew(r)
		case timeline.Unconfirmed:
			// The very same bytes: where the first attempt did arrive after all, a server that
			// remembers them makes no second post of it.
			r.State, r.Due, r.failed = timeline.Ready, e.now, 0
			r.first, r.last = time.Time{}, time.Time{}
			return true, nil
		case timeline.Sent:
			if r.request == nil || !lacking(r.Receipt) {
				return false, nil
			}
			r.State, r.Due = timeline.Ready, e.now
			return true, nil
		case timeline.Scheduled, timeline.Preparing, timeline.Sending:
			return false, nil
		}
		if r.Code == "" {
			return false, nil // nothing has failed: it is held back, or waits for its turn
		}
		r.retry(e.now)
		return true, nil
	})
}

// anew begins a row again that surely is not there: with a new key and a new
// preparation, and as written now, whatever time it was planned for.
func (e *entry) anew(r *row) error {
	for _, p := range r.intent.Parts {
		for _, m := range p.Media {
			if _, err := os.Stat(m.Path); err != nil {
				return timeline.Errorf(timeline.CodeUsage, "its attachments were cleared away: write it again")
			}
			if err := e.hold(r.ID, m.Path); err != nil {
				return err
			}
		}
	}
	if _, err := e.tx.ExecContext(e.ctx, "DELETE FROM note WHERE delivery = ? AND step NOT GLOB ?", r.ID, ownSteps+"*"); err != nil {
		return fmt.Errorf("forgetting steps: %w", err)
	}
	r.drop()
	r.State, r.Due, r.failed, r.Code, r.Message = timeline.Queued, e.now, 0, "", timeline.Safe{}
	r.date(e.now, e.now)
	needs, err := columnOf[int64](e.ctx, e.tx, "SELECT other FROM need WHERE delivery = ?", r.ID)
	if err != nil {
		return err
	}
	for _, id := range needs {
		other, err := load(e.ctx, e.tx, id)
		if err != nil {
			return err
		}
		r.State = timeline.Waiting
		if other.Account.ID == r.Account.ID { // the post before it in its thread
			r.after(other.intent.Created)
		}
	}
	return e.apart(r)
}

// Cancel stops what has not been sent. What may have been sent already it leaves
// and fails with CodeRefused, which says what; the rest is cancelled nevertheless.
// It returns how the operation stands then.
func (o *Outbox) Cancel(ctx context.Context, operation string, accounts ...timeline.AccountID) ([]timeline.Delivery, error) {
	var kept []string
	stands, err := o.alter(ctx, "cancel", operation, accounts, func(_ *entry, r *row) (bool, error) {
		name := accountName(r.Account)
		switch {
		case r.State == timeline.Cancelled || r.State == timeline.Refused:
			return false, nil
		case r.State == timeline.Sent:
			kept = append(kept, name+" has it already")
			return false, nil
		case r.State == timeline.Sending || r.State == timeline.Unknown || r.State == timeline.Unconfirmed:
			kept = append(kept, name+" may have it already")
			return false, nil
		case r.published || partly(r.Receipt):
			kept = append(kept, "some servers of "+name+" have it already")
			return false, nil
		}
		r.Code, r.Message = "", timeline.Safe{}
		r.settle(timeline.Cancelled)
		return true, nil
	})
	if err != nil {
		return nil, err
	}
	for _, d := range stands {
		if d.State == timeline.Cancelled {
			o.callOff(d.ID)
		}
	}
	if err := o.sweep(ctx); err != nil {
		o.opts.Log.Warn("files could not be removed", "error", err)
	}
	if len(kept) > 0 {
		slices.Sort(kept)
		kept = slices.Compact(kept)
		return stands, timeline.Errorf(timeline.CodeRefused, "not cancelled: %s", strings.Join(kept, ", "))
	}
	return stands, nil
}

// alter changes the deliveries of an operation, of all accounts or these.
func (o *Outbox) alter(ctx context.Context, point, operation string, accounts []timeline.AccountID, do func(*entry, *row) (bool, error)) (stands []timeline.Delivery, err error) {
	err = o.write(ctx, point, func(e *entry) error {
		id, err := o.find(e.ctx, e.tx, operation)
		if err != nil {
			return err
		}
		ids, err := columnOf[int64](e.ctx, e.tx, "SELECT id FROM delivery WHERE operation = ? ORDER BY id", id)
		if err != nil {
			return err
		}
		err = e.each(ids, func(r *row) (bool, error) {
			if len(accounts) > 0 && !slices.Contains(accounts, r.Account.ID) {
				return false, nil
			}
			return do(e, r)
		})
		if err != nil {
			return err
		}
		stands, err = o.listIn(e.ctx, e.tx, "d.operation = ? ORDER BY d.id", id)
		return err
	})
	return stands, err
}

// callOff ends the work on a delivery that the person has cancelled: nothing of it
// was sent.
func (o *Outbox) callOff(id int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if f, ok := o.flights[id]; ok {
		f.cancel()
	}
}
