package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// add journals what is new as one operation, and sends it.
func (l *importingList) add(ctx context.Context, fresh []entry, whole bool) error {
	entries := map[int64]entry{} // by the delivery
	actions, first := l.actions(fresh, whole)
	op, err := l.desk.box.Act(ctx, outbox.Added{}, actions...)
	if err != nil {
		return err
	}
	for i, d := range op.Deliveries {
		if !whole {
			entries[d.ID] = first[i]
		}
	}
	wait := !l.flags.noWait && l.flags.wait > 0
	var failed error
	if wait {
		failed = l.send(ctx, op.ID)
	}
	// Whatever has ended the wait, the person learns what became of it: it is kept.
	now, err := l.desk.box.Operation(context.WithoutCancel(ctx), op.ID)
	if err := errors.Join(failed, err); err != nil && len(now.Deliveries) == 0 {
		return timeline.Errorf(timeline.CodeOf(err), "operation %s is safe in the outbox, but how it stands cannot be told: %w", op.ID, err)
	}
	if err := l.tellSent(now.Deliveries, entries, len(fresh)); err != nil {
		return err
	}
	if !l.app.flags.json {
		l.say(keptLine(op.ID, now.Deliveries))
	}
	switch {
	case failed != nil:
		return failed
	case ctx.Err() != nil:
		return ctx.Err()
	case !wait:
		return nil
	}
	return verdictOf(receipts(now.Deliveries))
}

// actions are what has to be done, and the first entry of each: one entry at a time,
// or many where the list is one document.
func (l *importingList) actions(fresh []entry, whole bool) (actions []outbox.Action, first []entry) {
	each := 1
	if whole {
		each = timeline.MaxEntries
	}
	for some := range slices.Chunk(fresh, each) {
		i := timeline.Intent{Kind: kindOf(l.kind)}
		for n, e := range some {
			post := timeline.Subject{ID: timeline.ID{Network: timeline.Network(l.record.Network), Local: e.id}}
			switch {
			case l.kind.OfPeople() && n == 0:
				i.Person = e.id
			case l.kind.OfPeople():
				i.People = append(i.People, e.id)
			case n == 0:
				i.On = post
			default:
				i.Posts = append(i.Posts, post)
			}
		}
		summary := some[0].Address
		if len(some) > 1 {
			summary = timeline.CleanLine(fmt.Sprintf("%s and %d more", summary, len(some)-1))
		}
		actions = append(actions, outbox.Action{Account: timeline.AccountID(l.record.ID), Intent: i, Summary: summary})
		first = append(first, some[0])
	}
	return actions, first
}

// send waits for what becomes of an operation, and draws how far it is.
func (l *importingList) send(ctx context.Context, operation string) error {
	if err := l.desk.unlockFor(ctx, operation); err != nil {
		return err
	}
	l.desk.progress.hide()
	progress := l.tally("adding")
	defer progress.clear()
	ctx, cancel := context.WithTimeout(ctx, l.flags.wait)
	defer cancel()
	watched := make(chan struct{})
	watching, stop := context.WithCancel(ctx)
	defer func() { stop(); <-watched }()
	go func() {
		defer close(watched)
		if progress.width > 0 {
			l.watch(watching, operation, progress)
		}
	}()
	_, err := l.desk.box.Drain(ctx, operation)
	return err
}

// watch draws how far an operation is, until it is stopped.
func (l *importingList) watch(ctx context.Context, operation string, progress tally) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		op, err := l.desk.box.Operation(ctx, operation)
		if err != nil {
			return // it is only looked at
		}
		settled := 0
		for _, d := range op.Deliveries {
			if d.State.Settled() {
				settled++
			}
		}
		progress.set(settled, len(op.Deliveries))
	}
}

// tellSent tells how many were added, and which were not. Those that were refused
// alone are left out of the list like those that nobody knows.
func (l *importingList) tellSent(deliveries []timeline.Delivery, entries map[int64]entry, all int) error {
	var failed []timeline.Delivery
	for _, d := range deliveries {
		if d.State != timeline.Sent {
			failed = append(failed, d)
		}
		if e, ok := entries[d.ID]; ok && d.State == timeline.Refused {
			l.leaveOut(e.Line, e.Raw, d.Message.String())
		}
	}
	if err := l.keepLeftOut(); err != nil {
		return err
	}
	if l.app.flags.json {
		return l.desk.printReceipts(receipts(deliveries))
	}
	if err := l.desk.printReceipts(receipts(failed)); err != nil {
		return err
	}
	if len(failed) > 0 {
		return nil
	}
	_, err := fmt.Fprintf(l.out, "%s %s: %s added: %s\n", l.sign(timeline.Sent), l.record.Name, l.kind, thousands(all))
	return err
}

// hide draws nothing from now on: something else draws.
func (p *progress) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.width = 0
}
