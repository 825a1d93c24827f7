package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"skein/backends"
	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
	"skein/timeline/store"
)

// desk is what a command writes at: the accounts, the outbox and a line of
// progress.
type desk struct {
	*app
	records  []account.Record
	names    map[timeline.AccountID]string
	pool     *pool
	box      *outbox.Outbox
	progress *progress
}

// atDesk runs do with the outbox open. It needs no account: those that write say
// when they lack one.
func (a *app) atDesk(ctx context.Context, do func(*desk) error) (err error) {
	if err := a.setup(); err != nil {
		return err
	}
	records, err := a.book.All()
	if err != nil {
		return err
	}
	d := &desk{app: a, records: records, names: namesOf(records), pool: newPool(a), progress: newProgress(a)}
	defer d.pool.close()
	d.box, err = outbox.Open(ctx, outbox.Options{
		Dir: a.paths.State, Open: d.pool.backend, Accounts: accountsOf(records), Sink: d.progress, Now: a.now, Log: a.log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.box.Close()) }() //nolint:contextcheck // what is open is given back whatever ended ctx
	return do(d)
}

func accountsOf(records []account.Record) []timeline.Account {
	accounts := make([]timeline.Account, len(records))
	for i, r := range records {
		accounts[i] = backends.Account(r)
	}
	return accounts
}

// addressBook is the address book as it is now.
func (a *app) addressBook(ctx context.Context) (*store.Book, error) {
	s, err := a.state(ctx)
	if err != nil {
		return nil, err
	}
	return s.Book(ctx)
}

// found is a post that a reference names, as one account sees it.
type found struct {
	account timeline.Account
	post    *timeline.Post
}

// find reads the post that ref names, with the account of the name as or with the
// first that understands it; those that can write are asked first. Where the server
// does not answer it is the post as it was read before.
func (d *desk) find(ctx context.Context, ref, as string) (found, error) {
	r, err := d.resolve(ctx, ref, as)
	if err != nil {
		return found{}, err
	}
	id, err := r.post(ref)
	if err != nil {
		return found{}, err
	}
	p, err := r.backend.Post(ctx, id)
	if err != nil {
		return found{}, err
	}
	return found{r.backend.Account(), p.Content()}, nil
}

// resolve finds the account that understands ref.
func (d *desk) resolve(ctx context.Context, ref, as string) (reading, error) {
	if len(d.records) == 0 {
		return reading{}, noAccounts()
	}
	records := slices.Clone(d.records)
	slices.SortStableFunc(records, func(a, b account.Record) int {
		switch {
		case a.ReadOnly == b.ReadOnly:
			return 0
		case b.ReadOnly:
			return -1
		}
		return 1
	})
	if as != "" {
		i, err := account.Find(records, as)
		if err != nil {
			return reading{}, timeline.Errorf(timeline.CodeUsage, "%w", err)
		}
		records = records[i : i+1]
	}
	var all []timeline.Backend
	for _, r := range records {
		b, err := d.pool.backend(ctx, timeline.AccountID(r.ID))
		if err != nil {
			return reading{}, err
		}
		all = append(all, d.remember(ctx, b))
	}
	return d.app.resolve(ctx, all, ref)
}

// subject is the post as an intent refers to it.
func (f found) subject() timeline.Subject { return f.parent().Subject }

// parent is the post as a draft refers to it.
func (f found) parent() outbox.Parent { return outbox.ParentOf(f.post, f.account.ID) }

// copies are the post itself and the posts of other networks that came of the same
// draft.
func (d *desk) copies(ctx context.Context, f found) ([]outbox.Parent, error) {
	placed, err := d.box.Copies(ctx, f.post.ID)
	if err != nil {
		return nil, err
	}
	parents := []outbox.Parent{f.parent()}
	for _, c := range placed {
		if c.ID != f.post.ID {
			parents = append(parents, outbox.Parent{
				Subject: timeline.Subject{ID: c.ID, ServerID: c.ServerID}, Account: c.Account, URL: c.URL.String(),
			})
		}
	}
	return parents, nil
}

// wait sends operations and waits for their answers, at most for limit, in which the
// person's passphrases do not count.
func (d *desk) wait(ctx context.Context, limit time.Duration, operations ...string) ([]timeline.Delivery, error) {
	if err := d.unlockFor(ctx, operations...); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer d.progress.clear()
	return d.box.Drain(ctx, operations...)
}
