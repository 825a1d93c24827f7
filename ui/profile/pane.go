package profile

import (
	"skein/timeline"
	"skein/ui/column"
	"skein/ui/post"
)

// Pane is one person with what they posted and who is around them, or one post with
// those who liked and boosted it: a head, and below it one of several parts. It is for
// one goroutine.
type Pane struct {
	*column.Column
	column.Reading
	look          post.Look
	width, height int

	of     *timeline.Post
	who    bool // of the post itself, not of its author
	person *timeline.Profile
	pinned []*timeline.Post
	names  []Part
	at     int // of names
	parts  map[Part]*content
	people map[int]*timeline.Profile // by the index of their item
}

// New makes a Pane for the author of p.
func New(p *timeline.Post, look post.Look) *Pane {
	p = p.Content()
	pane := &Pane{
		of: p, look: look, Column: column.New(look, nil), person: &timeline.Profile{Network: p.ID.Network, Author: p.Author},
		names: []Part{All, Posts, Media, Likes, Followers, Following},
	}
	pane.Reload()
	pane.arrange()
	return pane
}

// NewOf makes a Pane for a person of whom no post is at hand.
func NewOf(who *timeline.Profile, look post.Look) *Pane {
	return New(&timeline.Post{ID: timeline.ID{Network: who.Network}, Author: who.Author}, look)
}

// NewWho makes a Pane of those who liked p and of those who boosted it.
func NewWho(p *timeline.Post, look post.Look) *Pane {
	pane := &Pane{of: p.Content(), who: true, look: look, Column: column.New(look, nil), names: []Part{Liked, Boosted}}
	pane.Reload()
	pane.arrange()
	return pane
}

// Of is the post whose author, or whose likes, are shown.
func (p *Pane) Of() *timeline.Post { return p.of }

// OfPost tells whether the Pane is about the post itself and not about its author.
func (p *Pane) OfPost() bool { return p.who }

// Title is what the pane is called.
func (p *Pane) Title() string {
	if p.who {
		return "Who"
	}
	return "Profile"
}

// Status is one line on what is awaited or went wrong; "" when all is there.
func (p *Pane) Status() string {
	if p.part().busy {
		return "reading " + string(p.names[p.at])
	}
	return p.StatusOf("profile")
}

// Person is who is selected: of a list of people the one that the selection is on, at
// the head of a profile whose that is; nil where neither is.
func (p *Pane) Person() *timeline.Profile {
	if who := p.people[p.Selected()]; who != nil {
		return who
	}
	if p.who || p.Selected() != 0 {
		return nil
	}
	return p.person
}

// Listed is the person of a list that the selection is on; nil for none.
func (p *Pane) Listed() *timeline.Profile { return p.people[p.Selected()] }

// Relate notes what the account does about a person, before the network says so.
func (p *Pane) Relate(id string, kind timeline.Kind, undo bool) {
	change := func(who *timeline.Profile) *timeline.Profile {
		if who == nil || who.ID != id {
			return who
		}
		now := *who
		switch kind {
		case timeline.DoFollow:
			now.Followed, now.Requested = !undo && !who.Locked, !undo && who.Locked
		case timeline.DoMute:
			now.Muted = !undo
		case timeline.DoBlock:
			now.Blocked, now.Followed = !undo, who.Followed && undo
		}
		return &now
	}
	p.person = change(p.person)
	for _, c := range p.parts {
		for i, who := range c.people {
			c.people[i] = change(who)
		}
	}
	p.arrange()
}

// Reload says that all of it is read again.
func (p *Pane) Reload() {
	p.parts = map[Part]*content{}
	if !p.who {
		p.Reading.Reload()
	}
}

// Take takes the answer about the person. One that is for another changes nothing, nor
// does what was kept once the network has answered.
func (p *Pane) Take(l Loaded) {
	if p.who || l.Of != p.of.Author.ID || !p.Heard(l.Early, l.Err) || l.Got.Profile == nil {
		return
	}
	p.Show(l.Early, l.Got.Profile.Kept)
	p.person, p.pinned = l.Got.Profile, l.Got.Pinned
	p.parts[All] = &content{posts: l.Got.Posts, older: l.Got.Older, asked: true}
	p.arrange()
}

// Revise replaces every post with an ID by what revise makes of it, in all parts.
func (p *Pane) Revise(id timeline.ID, revise func(*timeline.Post) *timeline.Post) {
	all := [][]*timeline.Post{p.pinned}
	for _, c := range p.parts {
		all = append(all, c.posts)
	}
	for _, posts := range all {
		for i, t := range posts {
			if t.Content().ID == id {
				posts[i] = post.Revised(t, revise)
			}
		}
	}
	p.Column.Revise(id, revise)
}

// Resize sets the cells and lines that the pane may use.
func (p *Pane) Resize(width, height int) {
	p.width, p.height = width, height
	p.Column.Resize(width, height)
}

// SetLook changes how posts and people are drawn.
func (p *Pane) SetLook(l post.Look) {
	p.look = l
	p.Column.SetLook(l)
}

// head draws what stands above the parts.
func (p *Pane) head() func(post.Look) []string {
	return func(l post.Look) []string {
		if p.who {
			return p.strip(l)
		}
		return append(append(card(p.person)(l), ""), p.strip(l)...)
	}
}
