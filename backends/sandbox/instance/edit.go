package instance

import (
	"slices"
)

// statusSourceEntity is what was typed.
type statusSourceEntity struct {
	ID      string `json:"id"`
	Text    string `json:"text"`
	Warning string `json:"spoiler_text"`
}

func getSource(c *call) (any, error) {
	p, err := c.own()
	if err != nil {
		return nil, err
	}
	return statusSourceEntity{ID: p.ID(), Text: p.source(), Warning: p.warning}, nil
}

// source is what a client sent, or would have sent.
func (d *draft) source() string {
	if d.typed != "" {
		return d.typed
	}
	return source(d.parts)
}

// own is the post in the path, if the viewer wrote it.
func (c *call) own() (*post, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	if p.by != c.viewer || p.boostOf != nil {
		return nil, errNotFound()
	}
	return p, nil
}

// editStatus changes a post. What the request leaves out is taken away, as on the
// real server: media and poll must be named again to stay.
func editStatus(c *call) (any, error) {
	p, err := c.own()
	if err != nil {
		return nil, err
	}
	w, err := c.wish()
	if err != nil {
		return nil, err
	}
	d, err := c.s.town.fromWish(w, c.viewer, p)
	if err != nil {
		return nil, err
	}
	now := c.s.opts.Now()
	switch {
	case d.poll == nil:
		p.votes = map[*person][]int{}
	case p.poll != nil && slices.Equal(d.poll.Options, p.poll.Options) && d.poll.Multiple == p.poll.Multiple:
		d.poll.Votes = p.poll.Votes
		d.poll.Open += now.Sub(p.created)
	default:
		p.votes = map[*person][]int{}
		d.poll.Open += now.Sub(p.created)
	}
	p.parts, p.typed, p.warning, p.sensitive = d.parts, d.typed, d.warning, d.sensitive
	p.lang, p.pictures, p.poll, p.card = d.lang, d.pictures, d.poll, nil
	if w.Quoting != "" {
		p.quoting = w.Quoting
	}
	p.edited = now.UTC()
	c.s.tell("status.update", p)
	for who := range p.boosted {
		c.s.town.notify(who, noticeEdit, p.by, p, now)
	}
	c.s.announceNotices()
	return c.status(p), nil
}
