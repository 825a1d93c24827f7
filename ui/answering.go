package ui

import (
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/compose"
	"skein/ui/overlay"
)

// copiesFound are the posts that came of the same draft as one.
type copiesFound struct {
	of     *timeline.Post
	copies []outbox.Placed
	err    error
	then   func(m *Model, p *timeline.Post, copies []outbox.Placed) tea.Cmd
}

// deleting is the answer that a post is to be deleted.
type deleting struct{ actions []outbox.Action }

// IsAction makes it an overlay.Action.
func (deleting) IsAction() {}

// leaving is the answer that skein is to end.
type leaving struct{}

// IsAction makes it an overlay.Action.
func (leaving) IsAction() {}

// resending is the answer that a delivery is to be sent again though it may be there.
type resending struct{ timeline.Delivery }

// IsAction makes it an overlay.Action.
func (resending) IsAction() {}

// composeNew opens the compose screen for a new post.
func (m *Model) composeNew() tea.Cmd { return m.startWriting(outbox.Draft{}, compose.About{}) }

func (m *Model) reply() tea.Cmd { return m.answer(m.focus().Post().Content(), nil) }

// answer opens the compose screen for a reply to a post and its copies. The reply
// is read by no more people than the post.
func (m *Model) answer(p *timeline.Post, copies []outbox.Placed) tea.Cmd {
	d := outbox.Draft{ReplyTo: m.parents(p, copies, timeline.DoPost), Warning: p.Warning.Line().String()}
	if p.Visibility != timeline.Public {
		d.Visibility = p.Visibility
	}
	d.To = accountsOf(d.ReplyTo)
	return m.startWriting(d, about(p))
}

func (m *Model) quote() tea.Cmd {
	p := m.focus().Post().Content()
	d := outbox.Draft{Quote: m.parents(p, nil, timeline.DoPost)}
	d.To = accountsOf(d.Quote)
	return m.startWriting(d, about(p))
}

// parents are a post, for the account that does kind to it, and its copies on other
// networks.
func (m *Model) parents(p *timeline.Post, copies []outbox.Placed, kind timeline.Kind) []outbox.Parent {
	v, _ := m.doer(p, kind)
	out := []outbox.Parent{outbox.ParentOf(p, v.Account)}
	for _, c := range copies {
		if c.ID != p.ID {
			out = append(out, outbox.Parent{
				Subject: timeline.Subject{ID: c.ID, ServerID: c.ServerID}, Account: c.Account, URL: c.URL.Line().String(),
				Author: timeline.Handle{Network: c.ID.Network, Handle: m.handle(c.Account)},
			})
		}
	}
	return out
}

// handle is that of one of the person's own accounts.
func (m *Model) handle(a timeline.AccountID) string {
	t, _ := m.targetOf(a)
	return t.Account.Handle.Line().String()
}

func accountsOf(parents []outbox.Parent) []timeline.AccountID {
	var out []timeline.AccountID
	for _, p := range parents {
		if p.Account != "" && !slices.Contains(out, p.Account) {
			out = append(out, p.Account)
		}
	}
	return out
}

func about(p *timeline.Post) compose.About {
	who := p.Author.Name.Line()
	if who.Empty() {
		who = p.Author.Handle.Line()
	}
	return compose.About{Who: who, Text: p.Text.Plain()}
}

// copies asks for the copies of the selected post.
func (m *Model) copies(then func(*Model, *timeline.Post, []outbox.Placed) tea.Cmd) tea.Cmd {
	p := m.focus().Post().Content()
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg {
		found, err := out.Copies(ctx, p.ID)
		return copiesFound{p, found, err, then}
	}
}

func (m *Model) takeCopies(c copiesFound) tea.Cmd {
	if c.err != nil {
		return m.tell(timeline.AsError(c.err).Error(), bad)
	}
	return c.then(m, c.of, c.copies)
}

func (m *Model) replyAll() tea.Cmd {
	return m.copies(func(m *Model, p *timeline.Post, copies []outbox.Placed) tea.Cmd {
		if len(copies) < 2 {
			return m.tell("skein knows no copies of this post on other networks", plain)
		}
		return m.answer(p, copies)
	})
}

// editPost opens the compose screen with the post's text, for it and its copies.
func (m *Model) editPost() tea.Cmd {
	return m.copies(func(m *Model, p *timeline.Post, copies []outbox.Placed) tea.Cmd {
		d := outbox.Draft{
			Edit: m.parents(p, copies, timeline.DoEdit), Text: source(p.Text), Warning: p.Warning.Line().String(), Sensitive: p.Sensitive && p.MediaOnly,
			Languages: p.Languages, Visibility: p.Visibility,
		}
		for _, a := range accountsOf(d.Edit) {
			if t, ok := m.targetOf(a); ok && t.Rules != nil && t.Rules.Takes(timeline.DoEdit, false).Empty() {
				d.To = append(d.To, a)
			}
		}
		return m.startWriting(d, about(p))
	})
}

// source is a text as somebody would type it: links and mentions in full.
func source(t timeline.Text) string {
	var b strings.Builder
	for _, s := range t {
		switch target := s.Target.String(); {
		case s.Kind == timeline.SpanLink && target != "":
			b.WriteString(target)
		case s.Kind == timeline.SpanMention && strings.Contains(target, "@"):
			b.WriteString("@" + strings.TrimPrefix(target, "@"))
		default:
			b.WriteString(s.Text.String())
		}
	}
	return b.String()
}

// deletePost asks whether the post, or all its copies, are to be deleted.
func (m *Model) deletePost() tea.Cmd {
	return m.copies(func(m *Model, p *timeline.Post, copies []outbox.Placed) tea.Cmd {
		v, _ := m.doer(p, timeline.DoDelete)
		one := []outbox.Action{deletion(p, v.Account, timeline.Subject{ID: p.ID, ServerID: v.ServerID})}
		var all []outbox.Action
		var letters []string
		for _, c := range copies {
			all = append(all, deletion(p, c.Account, timeline.Subject{ID: c.ID, ServerID: c.ServerID}))
			letters = append(letters, c.ID.Network.Letter())
		}
		lines := []string{`"` + summary(p).String() + `"`}
		answers := []overlay.Answer{{Key: "enter", Label: "deletes it", Action: deleting{one}}}
		if len(all) > 1 {
			lines = append(lines, fmt.Sprintf("There are %d copies of it: %s.", len(all), strings.Join(letters, " ")))
			answers = append(answers, overlay.Answer{Key: "a", Label: "deletes all copies", Action: deleting{all}})
		}
		m.show(overlay.NewConfirm("delete this post?", lines, answers...))
		return nil
	})
}

// deleted deletes a post, or its copies.
func (m *Model) deleted(actions []outbox.Action) tea.Cmd {
	done, over := "deleting it", "it is deleted"
	if n := len(actions); n > 1 {
		done, over = fmt.Sprintf("deleting %d copies", n), fmt.Sprintf("%d copies are deleted", n)
	}
	return m.queue(act{done: done + m.theme.Signs.More, over: over, actions: actions})
}

func deletion(p *timeline.Post, a timeline.AccountID, on timeline.Subject) outbox.Action {
	return outbox.Action{Account: a, Summary: summary(p), Intent: timeline.Intent{Kind: timeline.DoDelete, On: on}}
}

func (m *Model) vote() tea.Cmd {
	m.show(overlay.NewVote(m.focus().Post().Content()))
	return nil
}

// voted votes in the poll of a post.
func (m *Model) voted(p *timeline.Post, choices []int) tea.Cmd {
	v, _ := m.actor(p)
	return m.queue(act{done: "your vote is on its way", over: "you have voted", actions: []outbox.Action{{
		Account: v.Account, Summary: summary(p),
		Intent: timeline.Intent{Kind: timeline.DoVote, On: timeline.Subject{ID: p.ID, ServerID: v.ServerID}, Choices: choices},
	}}})
}

// showOutbox lists what is on its way, and reads it anew.
func (m *Model) showOutbox() tea.Cmd {
	m.show(overlay.NewOutbox(m.deliveries, m.o.Now))
	return m.readDeliveries()
}

// resend takes a delivery up again; where that may publish twice it asks.
func (m *Model) resend(d timeline.Delivery, sure bool) tea.Cmd {
	if d.State == timeline.Unconfirmed && !sure {
		m.show(overlay.NewConfirm("send it again?", []string{"Nobody could tell whether this was published: sending it again may publish it twice. Look whether it is there first."},
			overlay.Answer{Key: "enter", Label: "sends it", Action: resending{d}}))
		return nil
	}
	what := "it is queued again"
	if overlay.Trying(d) {
		what = "trying now"
	}
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg {
		all, err := out.Retry(ctx, d.Operation, d.Account.ID)
		return moved{what, all, err}
	}
}

func (m *Model) withdraw(d timeline.Delivery) tea.Cmd {
	out, ctx := m.o.Outbox, m.ctx
	return func() tea.Msg {
		all, err := out.Cancel(ctx, d.Operation, d.Account.ID)
		return moved{"it is withdrawn", all, err}
	}
}

func (m *Model) takeMoved(v moved) tea.Cmd {
	m.delivered(v.deliveries...)
	if v.err != nil {
		return m.tell(timeline.AsError(v.err).Error(), bad)
	}
	return m.tell(v.what, plain)
}

// askToQuit quits, but asks when something is still on its way.
func (m *Model) askToQuit() tea.Cmd {
	n, posts := m.underWay()
	if n == 0 {
		return m.quit()
	}
	what, are := "post", "are"
	if posts < n {
		what = "thing"
	}
	if n == 1 {
		are = "is"
	} else {
		what += "s"
	}
	m.show(overlay.NewConfirm("quit?", []string{fmt.Sprintf("%d %s %s still on the way. What is not sent now is sent at the next start.", n, what, are)},
		overlay.Answer{Key: "enter", Label: "quits", Action: leaving{}}))
	return nil
}
