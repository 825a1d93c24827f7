package main

import (
	"context"

	"skein/timeline"
	"skein/ui"
)

// letKeep gives the full screen what was read before, and how far. What cannot be
// opened becomes a notice.
func (a *app) letKeep(ctx context.Context, o *ui.Options, hub *timeline.HubOptions) {
	notice := func(text string) { o.Notices = append(o.Notices, text) }
	a.toldOfCache = func(what timeline.Safe) { notice(what.Line().String()) }
	cache, err := a.cache(ctx)
	a.toldOfCache = func(timeline.Safe) {} // the log has it; the hub tells what is lost
	state, serr := a.state(ctx)
	if serr != nil {
		a.log.Error("state.db cannot be opened", "error", serr)
		notice("where you were and what you have read is not remembered: " + timeline.CleanLine(serr.Error()).String())
	} else {
		hub.Marks, o.Marks = state, state
	}
	if err != nil {
		a.log.Error("the cache cannot be opened", "error", err)
		notice("what is read now is not kept: " + timeline.CleanLine(err.Error()).String())
		return
	}
	hub.Cache, o.Library = cache, cache
}
