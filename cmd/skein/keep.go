package main

import (
	"context"
	"errors"
	"fmt"

	"skein/outbox"
	"skein/timeline"
)

// keep tells why the post was not sent, and puts the draft aside.
func (w *writing) keep(ctx context.Context, err error) error {
	if errors.Is(err, errNothing) {
		return refusef("%w", err)
	}
	e := timeline.AsError(err)
	f := failure{Code: e.Code, Message: timeline.CleanLine(err.Error()).String()}
	if f.Code == timeline.CodeUsage {
		f.Code = timeline.CodeRefused
	}
	if ctx.Err() != nil {
		f.Code, f.Message = timeline.CodeRefused, "interrupted: nothing was sent"
	}
	return w.putAside(ctx, f)
}

// refused tells for each target why it would not take the draft, and puts that
// aside.
func (w *writing) refused(ctx context.Context, p outbox.Plan, targets []outbox.Target) error {
	signIn, others := 0, 0
	for _, t := range p.Targets {
		code := timeline.CodeRefused
		for _, asked := range targets {
			if asked.Account.ID == t.Account.ID && asked.Err != nil {
				code = asked.Err.Code
			}
		}
		for _, r := range t.Remarks {
			if r.Severity != timeline.Refuse {
				continue
			}
			if code == timeline.CodeAuth {
				signIn++
			} else {
				others++
			}
			w.report(failure{Code: code, Account: w.nameOf(t.Account), Network: t.Account.Network, Message: r.Message.Line().String()})
		}
	}
	f := failure{Code: timeline.CodeRefused, Message: "nothing was sent"}
	switch {
	case signIn == 0 && others == 0: // what is wrong is no single target's
		f.Message = timeline.CleanLine(p.Err().Error()).String()
	case others == 0:
		f.Code = timeline.CodeAuth
	}
	return w.putAside(ctx, f)
}

// putAside keeps the draft, tells the failure and where the draft is.
func (w *writing) putAside(ctx context.Context, f failure) error {
	switch {
	case w.flags.plan: // who only looks leaves no trace
	case w.draft.Text == "" && len(w.draft.For) == 0 && len(w.draft.Media) == 0 && w.draft.Poll == nil:
	default:
		id, err := w.box.SaveDraft(context.WithoutCancel(ctx), w.saved, w.draft)
		if err != nil {
			f.Message += "; and the draft cannot be kept: " + timeline.CleanLine(err.Error()).String()
			break
		}
		f.Draft = id
		f.Message += fmt.Sprintf("; the draft is kept: `skein post --draft %s` takes it up again", id)
	}
	w.report(f)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case f.Code == timeline.CodeAuth:
		return silent(exitSignIn)
	}
	return silent(exitRefused)
}

// nameOf is the person's own name for an account, or its id when it is gone.
func (d *desk) nameOf(a timeline.Account) string {
	if name := d.names[a.ID]; name != "" {
		return name
	}
	if a.Name != "" {
		return a.Name
	}
	return string(a.ID)
}
