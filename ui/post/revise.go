package post

import "skein/timeline"

// Revised is p with what revise makes of its content.
func Revised(p *timeline.Post, revise func(*timeline.Post) *timeline.Post) *timeline.Post {
	next := revise(p.Content())
	if p.Boosted == nil || next == p.Boosted {
		return next
	}
	boost := *p
	boost.Boosted = next
	boost.Revision++
	return &boost
}
