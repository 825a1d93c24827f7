package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"skein/backends"
	"skein/config/account"
	"skein/timeline"
)

// signOutWithin bounds how long a server is waited for that should end a sign-in.
const signOutWithin = 15 * time.Second

// adder signs in and returns what to keep.
type adder func(ctx context.Context) (account.Record, account.Credentials, error)

// add signs in, then keeps record and secrets; when one of them cannot be kept,
// nothing is, here or on the server.
func (a *app) add(ctx context.Context, name string, sign adder) error {
	if err := a.setup(); err != nil {
		return err
	}
	r, creds, err := sign(ctx)
	if err != nil {
		return err
	}
	r.Name = name
	r, renewed, err := a.take(ctx, r, creds)
	if err != nil {
		return err
	}
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(accountJSON{Type: "account", Record: r})
	}
	how := ""
	if r.ReadOnly {
		how = ", to read only"
	}
	if renewed {
		_, err = fmt.Fprintf(a.out, "%s was here as %q; its sign-in is renewed.\n", r.Handle, r.Name)
	} else {
		_, err = fmt.Fprintf(a.out, "%s is here as %q%s.\n", r.Handle, r.Name, how)
	}
	return err
}

// take keeps what a sign-in brought; for an account that is here already it renews the
// sign-in, unless it is to have another name. When it fails, the sign-in is given back.
func (a *app) take(ctx context.Context, r account.Record, creds account.Credentials) (kept account.Record, renewed bool, err error) {
	known, here, err := a.book.Same(r)
	if err == nil && here && len(creds) > 0 && (r.Name == "" || r.Name == known.Name) {
		kept, err = a.renew(ctx, known, r, creds)
		return kept, true, err
	}
	if err == nil {
		kept, err = a.keep(ctx, r, creds)
	}
	if err != nil {
		a.giveBack(ctx, r, creds)
	}
	return kept, false, err
}

// keep stores a new record and its secrets, or neither.
func (a *app) keep(ctx context.Context, r account.Record, creds account.Credentials) (account.Record, error) {
	kept, err := a.book.Add(ctx, r)
	if err != nil || len(creds) == 0 {
		return kept, err
	}
	if err := a.vault.Save(ctx, kept.ID, creds); err != nil {
		_, back := a.book.Remove(context.WithoutCancel(ctx), kept.ID)
		return r, errors.Join(err, back)
	}
	return kept, nil
}

// renew signs in again to an account that is here: it stays the same account, so
// that what waits for its sign-in can go on. The sign-in that it had is ended.
func (a *app) renew(ctx context.Context, known, r account.Record, creds account.Credentials) (account.Record, error) {
	before, err := a.replace(ctx, known.ID, creds)
	if err != nil {
		a.giveBack(ctx, r, creds)
		return r, err
	}
	if r, err = a.book.Renew(ctx, r); err != nil {
		return r, err
	}
	if !maps.Equal(before, creds) {
		a.giveBack(ctx, known, before)
	}
	return r, nil
}

// replace puts new secrets in the place of an account's own, which it returns. A process
// that renews a session meanwhile would save it over the new one, so it is waited for.
func (a *app) replace(ctx context.Context, id string, creds account.Credentials) (before account.Credentials, err error) {
	unlock, err := a.vault.Lock(ctx, id)
	if err != nil {
		return nil, err
	}
	defer unlock()
	before, err = a.vault.Load(ctx, id)
	if err != nil && !errors.Is(err, account.ErrNoCredentials) {
		return nil, err
	}
	return before, a.vault.Save(ctx, id, creds)
}

// dropSecrets forgets an account's secrets. A process that renews its session meanwhile would
// bring them back, so it is waited for.
func (a *app) dropSecrets(ctx context.Context, id string) error {
	unlock, err := a.vault.Lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	return a.vault.Delete(ctx, id)
}

// giveBack ends a sign-in that nobody has any use for. What the server does not end
// stays as it is: nothing that was asked for depends on it.
func (a *app) giveBack(ctx context.Context, r account.Record, creds account.Credentials) {
	store := account.NewMemory()
	if len(creds) == 0 || store.Save(ctx, r.ID, creds) != nil {
		return
	}
	if _, err := a.signOut(ctx, r, store); err != nil {
		a.log.Warn("a sign-in that is not kept is not ended", "server", r.Server, "error", err)
	}
}

// signOut has the server end the sign-in of an account; with its secrets in store. It
// tells whether the network has such a thing.
func (a *app) signOut(ctx context.Context, r account.Record, store account.Store) (bool, error) {
	d := a.depsOf(r)
	d.Store = store
	b, err := backends.Open(r, d)
	if err != nil {
		return false, err
	}
	defer func() { _ = b.Close() }()
	out, ok := timeline.As[timeline.SignOuter](b)
	if !ok {
		return false, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), signOutWithin)
	defer cancel()
	return true, out.SignOut(ctx)
}
