package store

import (
	"time"

	"skein/timeline"
)

// quotedAt is where a quoted post was kept, and its ID.Hash: another post may stand there
// since.
type quotedAt struct {
	at   place
	hash uint64
}

// post reads what packPost wrote of the post at a place; quoted is nil where it
// quotes none that was kept.
func (u *unpacker) post(at place) (v *timeline.Post, quoted *quotedAt) {
	v = &timeline.Post{ID: u.id()}
	v.Sorted = at.begin().Add(time.Duration(u.uint()))
	v.Revision = u.uint()
	v.Created = u.time()
	v.Edited = u.time()
	v.URL = u.safe()
	var poll, card, quote, reply, root bool
	u.flags(&v.Sensitive, &v.MediaOnly, &v.Future, &poll, &card, &quote, &reply, &root)
	v.Visibility = timeline.Visibility(u.text())
	v.Text = u.spans()
	v.Warning = u.safe()
	v.Note = u.safe()
	v.Labels = unpackList(u, u.safe)
	v.Languages = unpackList(u, u.text)
	v.Tags = unpackList(u, u.safe)
	v.Media = unpackList(u, u.media)
	if poll {
		v.Poll = u.poll()
	}
	if card {
		v.Card = u.card()
	}
	if quote {
		v.Quote, quoted = u.quote()
	}
	if reply {
		v.ReplyTo = u.ref()
	}
	if root {
		v.Root = u.ref()
	}
	v.Counts = u.counts()
	v.Views = unpackList(u, u.view)
	return v, quoted
}

func (u *unpacker) spans() timeline.Text {
	return unpackList(u, func() timeline.Span {
		s := timeline.Span{Kind: timeline.SpanKind(u.uint())}
		s.Text = u.safe()
		s.Target = u.safe()
		return s
	})
}

func (u *unpacker) media() timeline.Media {
	m := timeline.Media{Kind: timeline.MediaKind(u.text())}
	m.URL = u.safe()
	m.Preview = u.safe()
	m.Alt = u.safe()
	m.Width = int(u.int())
	m.Height = int(u.int())
	m.Duration = time.Duration(u.int())
	m.Blurhash = u.text()
	return m
}

func (u *unpacker) poll() *timeline.Poll {
	v := &timeline.Poll{ID: u.text()}
	u.flags(&v.Multiple, &v.Closed, &v.Voted)
	v.Closes = u.time()
	v.Votes = int(u.int())
	v.Voters = int(u.int())
	v.Options = unpackList(u, func() timeline.PollOption {
		o := timeline.PollOption{Text: u.safe()}
		o.Votes = int(u.int())
		u.flags(&o.Chosen)
		return o
	})
	return v
}

func (u *unpacker) card() *timeline.Card {
	c := &timeline.Card{}
	for _, s := range []*timeline.Safe{&c.URL, &c.Title, &c.Description, &c.Site, &c.Image} {
		*s = u.safe()
	}
	return c
}

func (u *unpacker) quote() (q *timeline.Quote, quoted *quotedAt) {
	q = &timeline.Quote{State: timeline.QuoteState(u.text())}
	q.ID = u.id()
	q.Title = u.safe()
	var kept bool
	if u.flags(&kept); kept {
		quoted = &quotedAt{at: place(u.int())}
		quoted.hash = u.uint()
	}
	return q, quoted
}

func (u *unpacker) ref() *timeline.Ref {
	r := &timeline.Ref{ID: u.id()}
	r.Handle = u.safe()
	return r
}

func (u *unpacker) counts() (c timeline.Counts) {
	for _, n := range []*int{&c.Replies, &c.Boosts, &c.Quotes, &c.Likes} {
		*n = int(u.int())
	}
	return c
}

func (u *unpacker) view() timeline.View {
	v := timeline.View{Account: timeline.AccountID(u.text())}
	v.ServerID = u.text()
	u.flags(&v.Liked, &v.Boosted, &v.Bookmarked)
	v.LikeID = u.text()
	v.BoostID = u.text()
	v.Filtered = u.safe()
	return v
}

func (u *unpacker) author() timeline.Author {
	a := timeline.Author{ID: u.text()}
	for _, s := range []*timeline.Safe{&a.Handle, &a.Name, &a.Avatar, &a.URL} {
		*s = u.safe()
	}
	u.flags(&a.Verified, &a.Bot)
	return a
}

func (u *unpacker) profile() *timeline.Profile {
	v := &timeline.Profile{Bio: u.spans()}
	v.Banner = u.safe()
	v.Fields = unpackList(u, func() timeline.Field {
		f := timeline.Field{Name: u.safe()}
		f.Value = u.spans()
		u.flags(&f.Verified)
		return f
	})
	v.Created = u.time()
	for _, n := range []*int{&v.Posts, &v.Following, &v.Followers} {
		*n = int(u.int())
	}
	u.flags(&v.Locked, &v.FollowedBy, &v.Followed, &v.Muted, &v.Blocked, &v.Requested)
	v.Moved = u.safe()
	return v
}

func (u *unpacker) reach() (r timeline.Reach) {
	r.Newest = u.key()
	r.Newer = timeline.Cursor(u.text())
	r.Oldest = u.key()
	r.Older = timeline.Cursor(u.text())
	u.flags(&r.Done)
	r.Holes = unpackList(u, func() timeline.Hole {
		h := timeline.Hole{Key: u.key()}
		h.Reason = u.safe()
		h.Cursor = timeline.Cursor(u.text())
		h.Lower = u.key()
		return h
	})
	return r
}
