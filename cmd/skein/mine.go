package main

import (
	"context"
	"slices"
	"strings"

	"skein/outbox"
	"skein/timeline"
)

// copyFlags say what becomes of a post's copies on other networks.
type copyFlags struct{ all, only bool }

// mine are a post of the person's own and its copies, each with the account that
// wrote it, as far as the person wants them: who gave no flag is asked at a
// terminal, and means this one elsewhere.
func (d *desk) mine(ctx context.Context, f found, c copyFlags, verb string) ([]outbox.Parent, error) {
	placed, err := d.box.Copies(ctx, f.post.ID)
	if err != nil {
		return nil, err
	}
	this := f.parent()
	var others []outbox.Parent
	known := false
	for _, p := range placed {
		if p.ID == f.post.ID {
			this.Account, known = p.Account, true
			continue
		}
		others = append(others, outbox.Parent{Subject: timeline.Subject{ID: p.ID, ServerID: p.ServerID}, Account: p.Account, URL: p.URL.String()})
	}
	if !known {
		if this.Account, err = d.own(f); err != nil {
			return nil, err
		}
	}
	if this.Account != f.account.ID {
		this.ServerID = "" // another server's name for it
	}
	all := append([]outbox.Parent{this}, others...)
	switch {
	case len(others) == 0, c.only, !c.all && !d.typing():
		return all[:1], nil
	case c.all:
		return all, nil
	}
	var where []string
	for _, o := range others {
		if name := d.nameOf(timeline.Account{ID: o.Account}); !slices.Contains(where, name) {
			where = append(where, name)
		}
	}
	answer, err := d.ask(ctx, "The post went out %d times, also with %s. %s all of them, only this one, or none? [a/o/N]", len(all), strings.Join(where, ", "), verb)
	if err != nil {
		return nil, err
	}
	switch answer {
	case "a", "all":
		return all, nil
	case "o", "only":
		return all[:1], nil
	}
	return nil, refusef("nothing was changed")
}

// own is the account that wrote the post.
func (d *desk) own(f found) (timeline.AccountID, error) {
	for _, r := range d.records {
		if r.Network != string(f.post.ID.Network) {
			continue
		}
		who := f.post.Author
		if r.DID != "" && who.ID == r.DID || r.PubKey != "" && who.ID == r.PubKey || strings.EqualFold(who.Handle.String(), r.Handle) {
			return timeline.AccountID(r.ID), nil
		}
	}
	return "", refusef("the post is %s's: only who wrote it can change it", f.post.Author.Handle)
}
