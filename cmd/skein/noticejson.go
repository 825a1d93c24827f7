package main

import (
	"context"

	"skein/outbox"
	"skein/timeline"
)

// noticeJSON is a row of notices.
type noticeJSON struct {
	Type      string              `json:"type"` // "notification"
	Kind      timeline.NoticeKind `json:"kind"`
	CreatedAt stamp               `json:"created_at"` // of the newest of it
	Who       timeline.Safe       `json:"who"`
	What      timeline.Safe       `json:"what"`
	Text      timeline.Safe       `json:"text,omitzero"` // of the post it is about
	Unread    int                 `json:"unread"`
	Networks  []networkCountJSON  `json:"networks"`
	Amount    int64               `json:"amount_msat,omitempty"`
	Post      *postJSON           `json:"post,omitempty"`
	Members   []noticeMemberJSON  `json:"members"`
}

type networkCountJSON struct {
	Network timeline.Network `json:"network"`
	People  int              `json:"people"`
}

// noticeMemberJSON is one thing that has happened.
type noticeMemberJSON struct {
	ID        string              `json:"id"`
	Network   timeline.Network    `json:"network"`
	Account   string              `json:"account"`
	Kind      timeline.NoticeKind `json:"kind"`
	Author    *authorJSON         `json:"author,omitempty"`
	CreatedAt stamp               `json:"created_at"`
	Post      string              `json:"post,omitempty"` // its id
	Text      timeline.Safe       `json:"text,omitzero"`  // a sign, a zap's message, what an "other" is
	Amount    int64               `json:"amount_msat,omitempty"`
	Read      bool                `json:"read"`
}

func (p *printer) asNotice(g timeline.NoticeGroup) noticeJSON {
	j := noticeJSON{
		Type: "notification", Kind: g.Kind, CreatedAt: stamp(g.At()), Who: g.Who(), What: g.What(), Unread: g.Unread(), Amount: g.Amount(),
	}
	for _, n := range g.Networks() {
		j.Networks = append(j.Networks, networkCountJSON{n.Network, n.People})
	}
	if post := g.Post(); post != nil {
		about := p.asJSON(post)
		j.Post, j.Text = &about, about.Text
	}
	for _, n := range g.Notices {
		m := noticeMemberJSON{
			ID: n.ID, Network: n.Network, Account: p.names[n.Account], Kind: n.Kind, CreatedAt: stamp(n.At),
			Post: n.Subject.Local, Text: n.Text, Amount: n.Amount, Read: n.Read,
		}
		if n.By.ID != "" {
			by := asAuthor(n.By)
			m.Author = &by
		}
		j.Members = append(j.Members, m)
	}
	return j
}

// copiesIn tells of which draft posts are copies, as the outbox knows.
func copiesIn(box *outbox.Outbox) func(context.Context, timeline.ID) ([]timeline.ID, error) {
	return func(ctx context.Context, id timeline.ID) ([]timeline.ID, error) {
		placed, err := box.Copies(ctx, id)
		if err != nil {
			return nil, err
		}
		ids := make([]timeline.ID, len(placed))
		for i, p := range placed {
			ids[i] = p.ID
		}
		return ids, nil
	}
}
