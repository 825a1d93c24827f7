package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
)

// conversationJSON is a conversation as a program reads it.
type conversationJSON struct {
	Type    string           `json:"type"` // "conversation"
	ID      string           `json:"id"`
	Short   string           `json:"short"`
	Network timeline.Network `json:"network"`
	Account string           `json:"account"`
	People  []authorJSON     `json:"people"` // the others
	Unread  int              `json:"unread"`
	Last    *postJSON        `json:"last,omitempty"`
	Muted   bool             `json:"muted,omitempty"`
	Request bool             `json:"request,omitempty"`
	Old     bool             `json:"old,omitempty"`
	Closed  timeline.Safe    `json:"closed,omitzero"`
}

func (p *printer) conversation(c timeline.Conversation) error {
	if p.layout == nil && !p.json {
		return p.readableConversation(c)
	}
	j := conversationJSON{
		Type: "conversation", ID: c.ID, Short: c.Short(), Network: c.Network, Account: p.names[c.Account],
		People: []authorJSON{}, Unread: c.Unread, Muted: c.Muted, Request: c.Request, Old: c.Old, Closed: c.Closed,
	}
	for _, who := range c.People {
		j.People = append(j.People, asAuthor(who))
	}
	if c.Last != nil {
		last := p.asJSON(c.Last)
		last.Conversation = j.Short
		j.Last = &last
	}
	return p.object(j)
}

func (p *printer) readableConversation(c timeline.Conversation) error {
	bold, dim := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true)
	about := p.names[c.Account]
	if c.Last != nil {
		about += "  " + c.Last.Created.Local().Format("2006-01-02 15:04")
	}
	for _, said := range []struct {
		is   bool
		text string
	}{
		{c.Unread > 0, fmt.Sprintf("%d unread", c.Unread)},
		{c.Muted, "muted"},
		{c.Request, "not answered yet"},
		{c.Old, "old form, shows who writes to whom"},
	} {
		if said.is {
			about += "  " + said.text
		}
	}
	var last string
	if c.Last != nil {
		last = cmp.Or(c.Last.Text.Plain().Line().String(), c.Last.Note.Line().String())
		if by := c.Last.Author; !slices.ContainsFunc(c.People, func(a timeline.Author) bool { return a.ID == by.ID }) {
			last = "you: " + last
		} else if len(c.People) > 1 {
			last = by.Name.Line().String() + ": " + last
		}
	}
	if p.width > 0 {
		last = ansi.Truncate(last, p.width-3, "…")
	}
	names := cmp.Or(c.Names().Line().String(), "yourself")
	_, err := fmt.Fprintf(p.w, "%-2s %s  %s\n   %s\n   %s\n\n", c.Network.Letter(), bold.Render(names), dim.Render(about), last, dim.Render(c.Short()))
	return err
}

// message prints one message of a conversation.
func (p *printer) message(m *timeline.Post, conversation string) error {
	if p.layout == nil && !p.json {
		return p.readable(m, 0, false)
	}
	j := p.asJSON(m)
	j.Conversation = conversation
	return p.object(j)
}

// listMessages prints conversations.
func (a *app) listMessages(ctx context.Context, f dmFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	return a.atDesk(ctx, func(d *desk) error {
		m, err := d.mailbox(ctx, f.account)
		if err != nil {
			return err
		}
		p, err := a.printer(d.names, f.template)
		if err != nil {
			return err
		}
		found, err := m.Refresh(ctx)
		if err != nil {
			return err
		}
		for _, c := range found.Conversations[:min(f.number, len(found.Conversations))] {
			if err := p.conversation(c); err != nil {
				return err
			}
		}
		if err := p.flush(); err != nil {
			return err
		}
		return d.conversed(found, f)
	})
}

// conversed tells what could not be read, and turns it into an exit code.
func (d *desk) conversed(found timeline.Conversed, f dmFlags) error {
	asked, signIn := 0, 0
	for _, r := range d.records {
		id := timeline.AccountID(r.ID)
		if len(f.account) > 0 && !slices.ContainsFunc(f.account, func(n string) bool { return strings.EqualFold(n, r.Name) }) {
			continue
		}
		asked++
		if e := found.Failed[id]; e != nil {
			d.report(failure{Code: e.Code, Account: r.Name, Network: timeline.Network(r.Network), Message: e.Error()})
			if e.Code == timeline.CodeAuth {
				signIn++
			}
		}
		if note := found.Notes[id]; !note.Empty() && !d.flags.json {
			d.say("skein: " + r.Name + ": " + note.Line().String() + "\n")
		}
	}
	if len(found.Failed) == 0 && len(found.Conversations) == 0 && !d.flags.json && f.template == "" {
		d.say("skein: there are no messages; `skein dm send` begins a conversation\n")
	}
	return partly(asked, len(found.Failed), signIn)
}

// showMessages prints a conversation, the oldest message first.
func (a *app) showMessages(ctx context.Context, ref string, f dmFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	return a.atDesk(ctx, func(d *desk) error {
		m, err := d.mailbox(ctx, f.account)
		if err != nil {
			return err
		}
		as := ""
		if len(f.account) == 1 {
			as = f.account[0]
		}
		c, err := d.conversation(ctx, m, ref, as)
		if err != nil {
			return err
		}
		p, err := a.printer(d.names, f.template)
		if err != nil {
			return err
		}
		var page timeline.Batch
		if c.ID != "" {
			if page, err = m.Read(ctx, c, timeline.Page{Limit: f.number}); err != nil {
				return err
			}
		}
		for _, post := range slices.Backward(page.Posts) {
			if err := p.message(post, c.Short()); err != nil {
				return err
			}
		}
		if err := p.flush(); err != nil {
			return err
		}
		if len(page.Posts) == 0 && !a.flags.json && f.template == "" {
			a.say("skein: nothing was written there yet\n")
		}
		if f.read && len(page.Posts) > 0 {
			return m.MarkRead(ctx, c, page.Posts[0])
		}
		return nil
	})
}
