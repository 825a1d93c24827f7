package outbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// keyBytes is the longest Added.Key; summaryRunes how much of a text Summary shows.
const (
	keyBytes     = 200
	summaryRunes = 80
)

// Add journals a plan and returns; Run, Drain or a later process sends it. It
// fails with CodeRefused when a target refuses the draft, and then has added
// nothing.
func (o *Outbox) Add(ctx context.Context, p Plan, a Added) (Operation, error) {
	draft := p.Draft
	return o.add(ctx, a, asked(&draft, nil), &draft, func(ctx context.Context) ([]*row, error) {
		if err := p.sendable(); err != nil {
			return nil, err
		}
		return o.planned(ctx, p)
	})
}

// Act journals actions as one operation: a like, a boost, the delete of all copies.
func (o *Outbox) Act(ctx context.Context, a Added, actions ...Action) (Operation, error) {
	return o.add(ctx, a, asked(nil, actions), nil, func(context.Context) ([]*row, error) {
		var rows []*row
		for _, act := range actions {
			account, ok := o.known(act.Account)
			if !ok {
				return nil, timeline.Errorf(timeline.CodeUsage, "there is no account %q", act.Account)
			}
			if act.Intent.Kind == "" || act.Intent.Kind == timeline.DoPost || act.Intent.Kind == timeline.DoMessage {
				return nil, timeline.Errorf(timeline.CodeUsage, "%q is no action on a post", act.Intent.Kind)
			}
			r := newRow(account, act.Intent)
			r.Summary, r.url = act.Summary.Line(), act.URL.Line().String()
			r.lane = course(r.intent)
			rows = append(rows, r)
		}
		return rows, nil
	})
}

// sendable says why a plan cannot be added.
func (p Plan) sendable() error {
	if err := p.Err(); err != nil {
		return err
	}
	for _, t := range p.Targets {
		if len(t.Intent.Parts) == 0 || slices.ContainsFunc(t.Parts, func(p PartPlan) bool { return p.Over }) {
			return timeline.Errorf(timeline.CodeRefused, "%s: there is nothing to send, or too much", accountName(t.Account))
		}
	}
	return nil
}

// add journals the rows that plan returns, unless the key is known.
func (o *Outbox) add(ctx context.Context, a Added, asked string, draft *Draft, plan func(context.Context) ([]*row, error)) (Operation, error) {
	if len(a.Key) > keyBytes {
		return Operation{}, timeline.Errorf(timeline.CodeUsage, "the key is longer than %d bytes", keyBytes)
	}
	// Asked before plan, which refuses what could be sent when the key was new.
	op, err := o.byKey(ctx, o.db, a.Key, asked)
	if err != nil || op.Repeated {
		return op, sqlite.Explain(err, o.path)
	}
	for try := 1; ; try++ {
		rows, err := plan(ctx)
		if err != nil {
			return Operation{}, sqlite.Explain(err, o.files)
		}
		if len(rows) == 0 {
			return Operation{}, timeline.Errorf(timeline.CodeUsage, "there is nothing to do")
		}
		op, err := o.enter(ctx, a, asked, draft, rows)
		if err == nil || try == 5 || !errors.Is(err, errGone) {
			return op, err
		}
	}
}

// enter commits an operation.
func (o *Outbox) enter(ctx context.Context, a Added, asked string, draft *Draft, rows []*row) (op Operation, err error) {
	err = o.write(ctx, "add", func(e *entry) error {
		if op, err = o.byKey(e.ctx, e.tx, a.Key, asked); err != nil || op.Repeated {
			return err
		}
		op = Operation{ID: newID(), Key: a.Key, Draft: draft, Created: fromMillis(millis(e.now))}
		if err := e.operation(op, asked); err != nil {
			return err
		}
		for _, r := range rows {
			r.Operation = op.ID
			r.begin(e.now, a.Hold, draft)
			r.owner = o.owner.id
			if before := r.needs[needParent]; before != nil {
				r.after(before.intent.Created)
			}
			if err := e.apart(r); err != nil {
				return err
			}
			if err := e.insert(r); err != nil {
				return err
			}
			if err := e.address(r); err != nil {
				return err
			}
			for _, p := range r.intent.Parts {
				for _, m := range p.Media {
					if err := e.hold(r.ID, m.Path); err != nil {
						return err
					}
				}
			}
		}
		for _, r := range rows {
			if err := e.needs(r); err != nil {
				return err
			}
			op.Deliveries = append(op.Deliveries, o.show(r.Delivery))
		}
		return nil
	})
	return op, err
}

func (e *entry) operation(op Operation, asked string) error {
	var key, draft any
	if op.Key != "" {
		key = op.Key
	}
	if op.Draft != nil {
		b, err := json.Marshal(op.Draft)
		if err != nil {
			return fmt.Errorf("journaling a draft: %w", err)
		}
		draft = string(b)
	}
	_, err := e.tx.ExecContext(e.ctx, "INSERT INTO operation(id, key, asked, draft, created) VALUES(?, ?, ?, ?, ?)",
		op.ID, key, asked, draft, millis(op.Created))
	if err != nil {
		return fmt.Errorf("journaling an operation: %w", err)
	}
	return nil
}

func (e *entry) needs(r *row) error {
	for how, other := range r.needs {
		_, err := e.tx.ExecContext(e.ctx, "INSERT INTO need(delivery, how, other) VALUES(?, ?, ?)", r.ID, how, other.ID)
		if err != nil {
			return fmt.Errorf("journaling what a delivery waits for: %w", err)
		}
	}
	return nil
}

// planned makes the rows of a plan, in the order of its targets.
func (o *Outbox) planned(ctx context.Context, p Plan) ([]*row, error) {
	var rows []*row
	firsts, lasts := map[timeline.AccountID]*row{}, map[timeline.AccountID]*row{}
	copied := map[string]timeline.Attachment{}
	for _, t := range p.Targets {
		if firsts[t.Account.ID] != nil {
			return nil, timeline.Errorf(timeline.CodeUsage, "%s is chosen twice", accountName(t.Account))
		}
		intent := t.Intent
		intent.Parts = slices.Clone(intent.Parts)
		if err := o.take(ctx, &intent, copied); err != nil {
			return nil, err
		}
		for i, r := range rowsOf(t.Account, intent, t.Limits.Atomic) {
			r.url = addressOf(p.Draft.Edit, intent.On.ID)
			if i == 0 {
				firsts[t.Account.ID] = r
			} else {
				r.needs = map[string]*row{needParent: lasts[t.Account.ID]}
			}
			lasts[t.Account.ID] = r
			rows = append(rows, r)
		}
	}
	for _, t := range p.Targets {
		if t.After == "" {
			continue
		}
		other, ok := firsts[t.After]
		if !ok || t.After == t.Account.ID {
			return nil, timeline.Errorf(timeline.CodeInternal, "%s is to link to a post that is not in the plan", t.Account.Name)
		}
		firsts[t.Account.ID].needs = map[string]*row{needLink: other}
	}
	return rows, nil
}

// rowsOf gives each part of a thread a row of its own where the network does not
// publish a thread at once.
func rowsOf(a timeline.Account, intent timeline.Intent, atomic bool) []*row {
	if atomic || len(intent.Parts) < 2 {
		return []*row{newRow(a, intent)}
	}
	var rows []*row
	for i, part := range intent.Parts {
		one := intent
		one.Parts = []timeline.Part{part}
		one.Publish = time.Time{} // the next part answers a post that has to be there
		if i > 0 {
			one.ReplyTo, one.Quote = timeline.Subject{}, timeline.Subject{}
		}
		r := newRow(a, one)
		r.Part, r.Of = i+1, len(intent.Parts)
		rows = append(rows, r)
	}
	return rows
}

func newRow(a timeline.Account, i timeline.Intent) *row {
	r := &row{intent: i}
	r.Account, r.Kind, r.Undo, r.On, r.Part, r.Of = a, i.Kind, i.Undo, i.On.ID, 1, 1
	if len(i.Parts) > 0 {
		r.Summary = summary(i.Parts[0])
	}
	if i.Kind == timeline.DoEdit || i.Kind == timeline.DoMessage {
		r.lane = course(i)
	}
	return r
}

func summary(p timeline.Part) timeline.Safe {
	text := []rune(p.Text.Plain().Line().String())
	if len(text) > summaryRunes {
		text = append(text[:summaryRunes-1], '…')
	}
	return timeline.CleanLine(string(text))
}

// begin settles all that must not change any more: the key, and when the post was
// written.
func (r *row) begin(now time.Time, hold time.Duration, draft *Draft) {
	r.Created = fromMillis(millis(now))
	r.intent.Key = newKey()
	r.State, r.Due = timeline.Queued, r.Created.Add(hold)
	at := now
	// A draft that was put aside may have been planned for a time that is past now.
	if draft != nil && draft.At.After(now) {
		if at = draft.At; r.intent.Publish.IsZero() && at.After(r.Due) {
			r.State, r.Due = timeline.Scheduled, at
		}
	}
	r.date(now, at)
	if len(r.needs) > 0 {
		r.State = timeline.Waiting
	}
	r.print()
}

// date says when the post is written: at, or when its server is to publish it.
// Later posts of a thread are later by a second each, for some networks have no
// other order.
func (r *row) date(now, at time.Time) {
	if r.intent.Publish.After(now) {
		at = r.intent.Publish
	} else {
		r.intent.Publish = time.Time{} // past: no server would keep it
	}
	r.intent.Created = fromMillis(millis(at)).Add(time.Duration(r.Part-1) * time.Second)
}

// after dates a post later than the one before it in its thread.
func (r *row) after(before time.Time) {
	if !r.intent.Created.After(before) {
		r.intent.Created = before.Add(time.Second)
	}
}

// byKey finds the operation that was added under a key. It fails when the key
// stood for something else.
func (o *Outbox) byKey(ctx context.Context, q querier, key, asked string) (Operation, error) {
	if key == "" {
		return Operation{}, nil
	}
	var id, then string
	err := q.QueryRowContext(ctx, "SELECT id, asked FROM operation WHERE key = ?", key).Scan(&id, &then)
	if errors.Is(err, sql.ErrNoRows) {
		return Operation{}, nil
	}
	if err != nil {
		return Operation{}, fmt.Errorf("looking a key up: %w", err)
	}
	if then != asked {
		e := timeline.Errorf(timeline.CodeUsage, "the key %s was used for something else (operation %s); take another", key, id)
		e.Err = ErrKeyUsed
		return Operation{}, e
	}
	op, err := o.operation(ctx, q, id)
	op.Repeated = err == nil
	return op, err
}

// asked is a digest of what a person asked for, without what may differ when they
// ask again: a time counted from now, where a file lay, how an account is named.
func asked(d *Draft, actions []Action) string {
	var b []byte
	if d != nil {
		same := *d
		same.At, same.Media = time.Time{}, slices.Clone(d.Media)
		for i := range same.Media {
			same.Media[i].Path = ""
		}
		same.ReplyTo, same.Quote, same.Edit = bare(d.ReplyTo), bare(d.Quote), bare(d.Edit)
		if d.Letter != nil { // what was written last may be another by then
			same.Letter = &Letter{Conversation: d.Letter.Conversation}
			for _, h := range d.Letter.People {
				same.Letter.People = append(same.Letter.People, timeline.Handle{Network: h.Network, ID: h.ID})
			}
		}
		b, _ = json.Marshal(same) // holds nothing that cannot be written
	}
	for _, a := range actions {
		one, _ := json.Marshal([]any{a.Account, a.Intent.Kind, a.Intent.Undo, a.Intent.On.ID, a.Intent.Person, a.Intent.Choices})
		b = append(b, one...)
		b = append(b, a.Intent.Tag...)
		if a.Intent.List+a.Intent.Title != "" {
			list, _ := json.Marshal([]any{a.Intent.List, a.Intent.Title})
			b = append(b, list...)
		}
		if len(a.Intent.People)+len(a.Intent.Posts) > 0 {
			more, _ := json.Marshal([]any{a.Intent.People, a.Intent.Posts})
			b = append(b, more...)
		}
	}
	return hash(b)
}

func bare(parents []Parent) []Parent {
	var ids []Parent
	for _, p := range parents {
		ids = append(ids, Parent{Subject: timeline.Subject{ID: p.ID}, Account: p.Account})
	}
	return ids
}
