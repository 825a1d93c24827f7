package search

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"skein/timeline"
	"skein/ui/column"
	"skein/ui/overlay"
	"skein/ui/profile"
)

const (
	widePage   = 20 // posts of a network
	widePeople = 5
	wideTags   = 5
)

// Resolve is that the question names a post or a person, which is to be opened.
type Resolve struct{ Ref string }

// IsAction makes it an overlay.Action.
func (Resolve) IsAction() {}

var _ overlay.Action = Resolve{}

// IsReference tells whether s is no question but names one post or person: an address, a
// handle with its host, a Nostr name, an at:// URI.
func IsReference(s string) bool {
	const longest = 2000
	s = strings.TrimSpace(s)
	if s == "" || len(s) > longest || strings.ContainsAny(s, " \n\t") {
		return false
	}
	lower := strings.ToLower(s)
	for _, begin := range []string{"https://", "http://", "at://", "did:", "nostr:", "npub1", "nprofile1", "note1", "nevent1", "naddr1"} {
		if rest, ok := strings.CutPrefix(lower, begin); ok {
			return rest != ""
		}
	}
	handle, marked := strings.CutPrefix(s, "@")
	return marked && strings.Contains(handle, ".") && !strings.HasSuffix(handle, ".")
}

// WideAsk is a question for the networks.
type WideAsk struct {
	n        int
	question string
}

// WideAnswer is what the networks found.
type WideAnswer struct {
	WideAsk
	posts, people, tags []timeline.Inquiry
}

// Find asks the networks for posts, people and tags.
func (a WideAsk) Find(ctx context.Context, all []timeline.Backend) WideAnswer {
	return WideAnswer{
		WideAsk: a,
		posts:   timeline.Inquire(ctx, all, timeline.SoughtPosts, a.question, nil, widePage),
		people:  timeline.Inquire(ctx, all, timeline.SoughtPeople, a.question, nil, widePeople),
		tags:    timeline.Inquire(ctx, all, timeline.SoughtTags, a.question, nil, wideTags),
	}
}

// wide is the networks' part of a search.
type wide struct {
	due, busy bool
	answer    *WideAnswer
}

// Wide is what the networks are to be asked now; there may be nothing to ask.
func (p *Pane) Wide() (WideAsk, bool) {
	if !p.wide.due {
		return WideAsk{}, false
	}
	p.wide.due, p.wide.busy = false, true
	p.show(p.hits, p.more)
	return WideAsk{p.n, strings.TrimSpace(p.input.Text())}, true
}

// TakeWide takes what the networks found. To another question it changes nothing.
func (p *Pane) TakeWide(a WideAnswer) {
	if a.n != p.n {
		return
	}
	p.wide = wide{answer: &a}
	p.show(p.hits, p.more)
	if len(p.hits) == 0 && len(p.named)+len(p.tagged)+len(timeline.FoundPosts(a.posts)) > 0 {
		p.typing = false
	}
}

// Person is who is selected among what the networks found, nil for nobody; Tag is the
// tag.
func (p *Pane) Person() *timeline.Profile { return p.named[p.Selected()] }

// Tag is the tag that is selected among what the networks found; "" for none.
func (p *Pane) Tag() string { return p.tagged[p.Selected()] }

// Seek asks the networks another question.
func (p *Pane) Seek(question string) {
	p.input = overlay.Input{}
	p.input.Paste(question)
	p.typing = false
	p.changed()
	p.wide.due, p.sure = true, true
}

// networks are the items of what the networks found, below those of what was read.
func (p *Pane) networks(before int) []column.Item {
	p.named, p.tagged = map[int]*timeline.Profile{}, map[int]string{}
	if p.wide.busy {
		return []column.Item{profile.Heading("asking the networks")}
	}
	a := p.wide.answer
	if a == nil {
		return nil
	}
	items := []column.Item{profile.Heading(a.says()...)}
	for _, who := range timeline.FoundPeople(a.people) {
		p.named[before+len(items)] = who.Profile
		items = append(items, column.Item{Lines: profile.Row(who.Profile)})
	}
	for _, q := range a.tags {
		for _, t := range q.Tags[:min(wideTags, len(q.Tags))] {
			p.tagged[before+len(items)] = "#" + t.Name.Line().String()
			about := "#" + t.Name.Line().String() + "  on " + string(q.Account.Network)
			if t.Uses > 0 {
				about += fmt.Sprintf(", used %d times lately", t.Uses)
			}
			items = append(items, profile.Heading(about))
		}
	}
	for _, found := range timeline.FoundPosts(a.posts) {
		if !slices.ContainsFunc(p.hits, func(h timeline.Hit) bool { return h.Post.Content().ID == found.Content().ID }) {
			items = append(items, column.Item{Post: found})
		}
	}
	return items
}

// says is a line of each network: how much it found, or why nothing.
func (a *WideAnswer) says() []string {
	lines := []string{"found by the networks:"}
	for _, q := range a.posts {
		line := string(q.Account.Network) + "  "
		switch {
		case q.Err != nil:
			line += q.Err.Message.Line().String()
		case len(q.Posts) == 1:
			line += "1 post"
		default:
			line += fmt.Sprintf("%d posts", len(q.Posts))
		}
		if note := q.Note.Line().String(); note != "" {
			line += "; " + note
		}
		lines = append(lines, line)
	}
	return lines
}
