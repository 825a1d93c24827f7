package main

import (
	"context"
	"fmt"
	"strings"

	"skein/outbox"
	"skein/timeline"
)

// checkOutbox tells what waits in the outbox, and what needs the person.
func (a *app) checkOutbox(ctx context.Context) checkResult {
	r := checkResult{What: "outbox", Result: good, Message: timeline.Literal("nothing is waiting")}
	var listed []receipt
	err := a.atDesk(ctx, func(d *desk) (err error) {
		listed, err = d.unfinished(ctx, outbox.Filter{})
		return err
	})
	if err != nil {
		r.Result, r.Code, r.Message = bad, timeline.CodeOf(err), timeline.CleanLine(err.Error())
		return r
	}
	open, signIn, unconfirmed := 0, 0, 0
	for _, l := range listed {
		switch at := l.decisive(); {
		case at.State == timeline.Unconfirmed:
			unconfirmed++
		case at.Code == timeline.CodeAuth:
			signIn++
		default:
			open++
		}
	}
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{
		{open, "on the way: `skein outbox drain` sends what can be sent"},
		{signIn, "waiting for a sign-in"},
		{unconfirmed, "of which nothing tells whether they arrived: `skein outbox list` shows them"},
	} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	if len(parts) > 0 {
		r.Result, r.Message = warning, timeline.CleanLine(strings.Join(parts, "; "))
	}
	return r
}
