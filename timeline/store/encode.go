package store

import "skein/timeline"

// packPost packs what a row does not hold in columns of its own: all but Author.
// Of Sorted it packs what its place does not tell. The boosted and the shown quoted
// post have rows of their own: quoted is the place of the latter. Revision is packed
// without those of the two, see revisions.
func (p *packer) packPost(v *timeline.Post, at, quoted place) {
	p.id(v.ID)
	p.uint(uint64(v.Sorted.Sub(at.begin())))
	p.uint(v.Revision - revisions(v))
	p.time(v.Created)
	p.time(v.Edited)
	p.safe(v.URL)
	p.flags(v.Sensitive, v.MediaOnly, v.Future, v.Poll != nil, v.Card != nil, v.Quote != nil, v.ReplyTo != nil, v.Root != nil)
	p.text(string(v.Visibility))
	p.spans(v.Text)
	p.safe(v.Warning)
	p.safe(v.Note)
	packList(p, v.Labels, p.safe)
	packList(p, v.Languages, p.text)
	packList(p, v.Tags, p.safe)
	packList(p, v.Media, p.media)
	if v.Poll != nil {
		p.poll(v.Poll)
	}
	if v.Card != nil {
		p.card(v.Card)
	}
	if v.Quote != nil {
		p.quote(v.Quote, quoted)
	}
	if v.ReplyTo != nil {
		p.ref(v.ReplyTo)
	}
	if v.Root != nil {
		p.ref(v.Root)
	}
	p.counts(v.Counts)
	packList(p, v.Views, p.view)
}

// revisions are those of the posts inside a post. A post's own Revision is kept
// without them: when one of them goes on, so does whoever shows it.
func revisions(v *timeline.Post) uint64 {
	var sum uint64
	if v.Boosted != nil {
		sum += v.Boosted.Revision
	}
	if v.Quote != nil && v.Quote.Post != nil {
		sum += v.Quote.Post.Revision
	}
	return sum
}

func (p *packer) spans(t timeline.Text) {
	packList(p, t, func(s timeline.Span) {
		p.uint(uint64(s.Kind))
		p.safe(s.Text)
		p.safe(s.Target)
	})
}

func (p *packer) media(m timeline.Media) {
	p.text(string(m.Kind))
	p.safe(m.URL)
	p.safe(m.Preview)
	p.safe(m.Alt)
	p.int(int64(m.Width))
	p.int(int64(m.Height))
	p.int(int64(m.Duration))
	p.text(m.Blurhash)
}

func (p *packer) poll(v *timeline.Poll) {
	p.text(v.ID)
	p.flags(v.Multiple, v.Closed, v.Voted)
	p.time(v.Closes)
	p.int(int64(v.Votes))
	p.int(int64(v.Voters))
	packList(p, v.Options, func(o timeline.PollOption) {
		p.safe(o.Text)
		p.int(int64(o.Votes))
		p.flags(o.Chosen)
	})
}

func (p *packer) card(c *timeline.Card) {
	for _, s := range []timeline.Safe{c.URL, c.Title, c.Description, c.Site, c.Image} {
		p.safe(s)
	}
}

func (p *packer) quote(q *timeline.Quote, at place) {
	p.text(string(q.State))
	p.id(q.ID)
	p.safe(q.Title)
	p.flags(q.Post != nil)
	if q.Post != nil {
		p.int(int64(at))
		p.uint(q.Post.ID.Hash())
	}
}

func (p *packer) ref(r *timeline.Ref) {
	p.id(r.ID)
	p.safe(r.Handle)
}

func (p *packer) counts(c timeline.Counts) {
	for _, n := range []int{c.Replies, c.Boosts, c.Quotes, c.Likes} {
		p.int(int64(n))
	}
}

func (p *packer) view(v timeline.View) {
	p.text(string(v.Account))
	p.text(v.ServerID)
	p.flags(v.Liked, v.Boosted, v.Bookmarked)
	p.text(v.LikeID)
	p.text(v.BoostID)
	p.safe(v.Filtered)
}

func (p *packer) author(a timeline.Author) {
	p.text(a.ID)
	for _, s := range []timeline.Safe{a.Handle, a.Name, a.Avatar, a.URL} {
		p.safe(s)
	}
	p.flags(a.Verified, a.Bot)
}

func (p *packer) profile(v *timeline.Profile) {
	p.spans(v.Bio)
	p.safe(v.Banner)
	packList(p, v.Fields, func(f timeline.Field) {
		p.safe(f.Name)
		p.spans(f.Value)
		p.flags(f.Verified)
	})
	p.time(v.Created)
	for _, n := range []int{v.Posts, v.Following, v.Followers} {
		p.int(int64(n))
	}
	p.flags(v.Locked, v.FollowedBy, v.Followed, v.Muted, v.Blocked, v.Requested)
	p.safe(v.Moved)
}

func (p *packer) reach(r timeline.Reach) {
	p.key(r.Newest)
	p.text(string(r.Newer))
	p.key(r.Oldest)
	p.text(string(r.Older))
	p.flags(r.Done)
	packList(p, r.Holes, func(h timeline.Hole) {
		p.key(h.Key)
		p.safe(h.Reason)
		p.text(string(h.Cursor))
		p.key(h.Lower)
	})
}
