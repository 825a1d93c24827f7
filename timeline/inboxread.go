package timeline

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// Refresh asks accounts for what is new, all of them where none is named, and returns
// everything that is held then. It reads down to what it knows, for a few pages.
func (i *Inbox) Refresh(ctx context.Context, ids ...AccountID) (Noticed, error) {
	return i.read(ctx, ids, i.catchUp)
}

// Older asks all accounts for what is below what was read so far.
func (i *Inbox) Older(ctx context.Context) (Noticed, error) {
	i.mu.Lock()
	i.held = min(i.held+MaxPage, MaxKeptNotices)
	i.mu.Unlock()
	return i.read(ctx, nil, i.below)
}

// read asks accounts side by side.
func (i *Inbox) read(ctx context.Context, ids []AccountID, ask func(context.Context, Account, Notifier) ([]Notice, error)) (Noticed, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	failed := map[AccountID]*Error{}
	var found [][]Notice
	for _, a := range i.all() {
		if len(ids) > 0 && !slices.Contains(ids, a.ID) {
			continue
		}
		wg.Go(func() {
			notices, err := i.asked(ctx, a, ask)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, notices)
			if err != nil && CodeOf(err) != CodeUnsupported {
				failed[a.ID] = AsError(err)
				i.opts.Log.Warn("notices", "account", a.Name, "error", err)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return Noticed{}, err
	}
	all := MergeNotices(found...)
	var forgetful Safe
	if _, err := i.opts.Cache.KeepNotices(ctx, all...); err != nil {
		i.opts.Log.Error("notices are not kept", "error", err)
		forgetful = AsError(err).Message
	}
	kept, err := i.Kept(ctx)
	if err != nil || !forgetful.Empty() { // what was read can be shown all the same
		if kept, err = i.seen(ctx, MergeNotices(all, kept.Notices)); err != nil {
			return Noticed{}, err
		}
	}
	kept.Failed, kept.Forgetful = failed, forgetful
	return kept, nil
}

// asked asks one account. A mistake in one adapter is that account's failure.
func (i *Inbox) asked(ctx context.Context, a Account, ask func(context.Context, Account, Notifier) ([]Notice, error)) (found []Notice, err error) {
	defer func() {
		if r := recover(); r != nil {
			i.opts.Log.Error("panic", "account", a.Name, "cause", r)
			err = Errorf(CodeInternal, "a mistake in skein itself; the log file says more")
		}
	}()
	b, err := i.opts.Open(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	n, ok := As[Notifier](b)
	if !ok {
		return nil, Errorf(CodeUnsupported, "%s has no notices here", a.Network)
	}
	return ask(ctx, a, n)
}

// catchUp reads from the top down to what is kept.
func (i *Inbox) catchUp(ctx context.Context, a Account, n Notifier) ([]Notice, error) {
	kept, err := i.opts.Cache.KeptNotices(ctx, a.ID, MaxPage)
	if err != nil {
		i.opts.Log.Warn("notices that were kept", "account", a.Name, "error", err)
	}
	known := map[string]bool{}
	for _, k := range kept {
		known[k.ID] = true
	}
	var all []Notice
	at := Cursor("")
	for range noticePages {
		page, older, err := i.page(ctx, a, n, at)
		if err != nil {
			return all, err
		}
		all = append(all, page...)
		i.reached(a.ID, older, len(known) == 0 || at != "")
		if older == "" || len(known) == 0 || slices.ContainsFunc(page, func(n Notice) bool { return known[n.ID] }) {
			break
		}
		at = older
	}
	return all, nil
}

// below reads one page more.
func (i *Inbox) below(ctx context.Context, a Account, n Notifier) ([]Notice, error) {
	i.mu.Lock()
	at, ended := i.older[a.ID], i.ended[a.ID]
	i.mu.Unlock()
	if ended {
		return nil, nil
	}
	if kept, err := i.opts.Cache.KeptNotices(ctx, a.ID, MaxKeptNotices); err == nil && len(kept) == MaxKeptNotices {
		i.reached(a.ID, "", true) // nothing older would be kept
		return nil, nil
	}
	page, older, err := i.page(ctx, a, n, at)
	if err != nil {
		return nil, err
	}
	i.reached(a.ID, older, true)
	return page, nil
}

// reached notes where older notices follow. Where more is known than was read just now,
// only the first reading does.
func (i *Inbox) reached(a AccountID, older Cursor, further bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, known := i.older[a]; known && !further {
		return
	}
	i.older[a], i.ended[a] = older, older == ""
}

// page reads a page, of which no more is taken than may be sent, and a cursor that
// leads on.
func (i *Inbox) page(ctx context.Context, a Account, n Notifier, at Cursor) ([]Notice, Cursor, error) {
	batch, err := n.Notices(ctx, Page{Before: at, Limit: MaxPage})
	if err != nil {
		return nil, "", fmt.Errorf("notices of %s: %w", a.Name, err)
	}
	if batch.Older == at {
		batch.Older = "" // it goes in circles
	}
	notices := batch.Notices[:min(len(batch.Notices), MaxPage)]
	return i.believed(a, notices), batch.Older, nil
}

// believed makes notices of an account what they may be shown as.
func (i *Inbox) believed(a Account, notices []Notice) []Notice {
	out := make([]Notice, 0, len(notices))
	for _, n := range notices {
		if n.ID == "" {
			continue
		}
		n.Account, n.Network = a.ID, a.Network
		out = append(out, believedNotice(n, i.opts.Now()))
	}
	return out
}
