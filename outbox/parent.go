package outbox

import "skein/timeline"

// ParentOf is a post as a draft refers to it, as account a has seen it.
func ParentOf(p *timeline.Post, a timeline.AccountID) Parent {
	seen, _ := p.View(a)
	on := p.ID.Network
	parent := Parent{
		Subject: timeline.Subject{ID: p.ID, ServerID: seen.ServerID}, Account: a, URL: p.URL.Line().String(),
		Author: timeline.Handle{
			Network: on, Handle: p.Author.Handle.Line().String(), ID: p.Author.ID, URL: p.Author.URL.Line().String(),
		},
	}
	for _, s := range p.Text {
		if s.Kind == timeline.SpanMention {
			parent.Mentions = append(parent.Mentions, timeline.Handle{Network: on, Handle: s.Text.Line().String(), ID: s.Target.String()})
		}
	}
	return parent
}
