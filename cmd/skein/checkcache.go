package main

import (
	"context"
	"fmt"

	"skein/config"
	"skein/timeline"
)

// checkCache tells how much was read, and whether it can be used.
func (a *app) checkCache(ctx context.Context) checkResult {
	r := checkResult{What: "cache", Result: good}
	cache, err := a.cache(ctx)
	if err == nil {
		s, serr := cache.Stat(ctx)
		err = serr
		r.Message = timeline.CleanLine(fmt.Sprintf("%s, %v", count(s.Posts, "post"), config.Size(onDisk(s))))
		if most := a.config.Cache.MaxSize; most > 0 && config.Size(s.File) > most {
			r.Result = warning
			r.Message = timeline.CleanLine(fmt.Sprintf("%s: more than cache.max_size = %v; `skein cache trim` makes it less", r.Message, most))
		}
	}
	if err != nil { // nothing is lost by it
		r.Result, r.Code = warning, timeline.CodeOf(err)
		r.Message = timeline.CleanLine("nothing that is read is kept: " + err.Error())
	}
	return r
}

// checkState tells whether the address book and the read marks can be used.
func (a *app) checkState(ctx context.Context) checkResult {
	r := checkResult{What: "state", Result: good}
	s, err := a.state(ctx)
	var people []timeline.Person
	if err == nil {
		people, err = s.People(ctx)
	}
	if err != nil {
		r.Result, r.Code, r.Message = bad, timeline.CodeOf(err), timeline.CleanLine(err.Error())
		return r
	}
	r.Message = timeline.CleanLine(fmt.Sprintf("in the address book: %d", len(people)))
	return r
}
