package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/notifications"
	"skein/ui/thread"
)

// Inbox is what the interface needs of *timeline.Inbox, whose methods say what each of
// these does. All but Group and Missed are called off the path of the keys.
type Inbox interface {
	Kept(ctx context.Context) (timeline.Noticed, error)
	Refresh(ctx context.Context, ids ...timeline.AccountID) (timeline.Noticed, error)
	Older(ctx context.Context) (timeline.Noticed, error)
	Take(ctx context.Context, notices ...timeline.Notice) (timeline.Noticed, error)
	Group(notices []timeline.Notice) []timeline.NoticeGroup
	MarkRead(ctx context.Context, notices ...timeline.Notice) error
	MarkAllRead(ctx context.Context, notices []timeline.Notice) (map[timeline.AccountID]*timeline.Error, error)
	Missed(health []timeline.Health) []timeline.AccountID
}

// The messages of notices.
type (
	noticed struct { // an Inbox has answered
		timeline.Noticed
		err   error
		fresh bool // it is what has just come, and not all there is
		kept  bool // nobody was asked for it
		older bool // older ones were asked for, beside the had that there were
		had   int
	}
	noticesMarked struct {
		untold map[timeline.AccountID]*timeline.Error
		err    error
	}
)

// noticing is the tab of what has happened to the accounts.
type noticing struct {
	*notifications.Pane
	model  *Model
	asking bool // the networks are being asked
	spent  bool // asking for older ones has brought nothing; a refresh tries again
	failed map[timeline.AccountID]*timeline.Error
}

// addNoticing puts the tab beside home.
func (m *Model) addNoticing() {
	if m.o.Hub == nil || m.o.Inbox == nil {
		return
	}
	m.notices = &noticing{Pane: notifications.New(m.look(), m.o.Inbox.Group), model: m}
	if a := m.o.Alert; a != nil {
		m.alerts.Kinds, m.alerts.Quiet = a.Kinds, a.Quiet
	}
	m.addTab(&tab{name: "notifications", title: "Notifications", board: m.notices})
}

// readNotices reads what was kept of them; the networks are asked when they are there.
func (m *Model) readNotices() tea.Cmd {
	if m.notices == nil {
		return nil
	}
	inbox, ctx := m.o.Inbox, m.ctx
	return func() tea.Msg {
		n, err := inbox.Kept(ctx)
		return noticed{Noticed: n, err: err, kept: true}
	}
}

// refreshNotices asks accounts, or all.
func (m *Model) refreshNotices(ids ...timeline.AccountID) tea.Cmd {
	inbox, ctx := m.o.Inbox, m.ctx
	m.notices.asking = true
	return func() tea.Msg {
		n, err := inbox.Refresh(ctx, ids...)
		return noticed{Noticed: n, err: err}
	}
}

// hearNotices takes what the streams have told, and asks the accounts that were away.
func (m *Model) hearNotices(c timeline.Changes) tea.Cmd {
	if m.notices == nil {
		return nil
	}
	var cmds []tea.Cmd
	if len(c.Notices) > 0 {
		inbox, ctx := m.o.Inbox, m.ctx
		cmds = append(cmds, func() tea.Msg {
			n, err := inbox.Take(ctx, c.Notices...)
			return noticed{Noticed: n, err: err, fresh: true}
		})
	}
	if back := m.o.Inbox.Missed(c.Health); len(back) > 0 {
		cmds = append(cmds, m.refreshNotices(back...))
	}
	return tea.Batch(cmds...)
}

// noticedNow takes what an Inbox brings.
func (m *Model) noticedNow(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case noticed:
		return m.takeNotices(msg)
	case noticesMarked:
		return m.noticesMarked(msg)
	}
	return nil
}

func (m *Model) takeNotices(n noticed) tea.Cmd {
	if !n.fresh && !n.kept {
		m.notices.asking = false
		m.notices.spent = n.older && (n.err != nil || len(n.Notices) <= n.had)
	}
	if n.err != nil {
		if m.ctx.Err() != nil {
			return nil
		}
		return m.tell("notifications: "+timeline.AsError(n.err).Error(), bad)
	}
	if n.fresh {
		m.notices.Add(n.Notices)
		return m.alert(n.Notices)
	}
	before := m.notices.All()
	m.notices.Set(n.Noticed)
	if !n.kept {
		m.notices.failed = n.Failed
	}
	if len(before) == 0 || n.kept {
		return nil // what happened before skein was there is no news
	}
	return m.alert(newer(n.Notices, before))
}

// newer are those notices that are not among others, nor older than the newest of them.
func newer(notices, others []timeline.Notice) []timeline.Notice {
	var out []timeline.Notice
	for _, n := range notices {
		if n.Key().Compare(others[0].Key()) <= 0 {
			break
		}
		out = append(out, n)
	}
	return out
}

// showNotices goes to the tab.
func (m *Model) showNotices() tea.Cmd { return m.switchTo(m.noticesTab()) }

func (m *Model) noticesTab() *tab {
	i := slices.IndexFunc(m.tabs, func(t *tab) bool { return t.board == board(m.notices) })
	return m.tabs[i]
}

// inNotices tells whether the notices are what the keys go to.
func (m *Model) inNotices() bool {
	if d := m.opened(); d != nil {
		_, ok := d.(noticesBeside)
		return ok
	}
	return m.notices != nil && m.front.board == board(m.notices)
}

func (m *Model) noNotices() string {
	if m.notices == nil {
		return "there is no account yet"
	}
	return ""
}

func (m *Model) notInNotices() string {
	if !m.inNotices() {
		return "only among the notifications"
	}
	return ""
}

// noUnread says why there is no next unread thing here.
func (m *Model) noUnread() string {
	if m.inNotices() {
		return ""
	}
	return m.noTimeline()
}

// noAuthor says why there is nobody here to be shown.
func (m *Model) noAuthor() string {
	if m.inNotices() {
		if _, ok := m.notices.Group(); ok {
			return ""
		}
	}
	return m.noPost()
}

// nextKind shows one kind of notices after the other.
func (m *Model) nextKind() tea.Cmd {
	m.notices.NextKind()
	return nil
}

// readAllNotices marks all of them as read, here and where the network keeps that.
func (m *Model) readAllNotices() tea.Cmd {
	inbox, ctx, all := m.o.Inbox, context.WithoutCancel(m.ctx), m.notices.All()
	m.notices.MarkRead()
	return tea.Batch(m.tell("marked as read", good), func() tea.Msg {
		untold, err := inbox.MarkAllRead(ctx, all)
		return noticesMarked{untold, err}
	})
}

// noticesMarked says what could not be marked.
func (m *Model) noticesMarked(r noticesMarked) tea.Cmd {
	if r.err != nil {
		return m.tell(timeline.AsError(r.err).Error(), bad)
	}
	if len(r.untold) == 0 {
		return nil
	}
	var names []string
	for _, h := range m.health {
		if e := r.untold[h.Account.ID]; e != nil {
			names = append(names, h.Account.Name+" ("+e.Error()+")")
		}
	}
	return m.tell("read here, but the network was not told: "+strings.Join(names, ", "), bad)
}

// readNotice marks what is selected as read on this machine.
func (m *Model) readNotice(g timeline.NoticeGroup) tea.Cmd {
	if g.Unread() == 0 {
		return nil
	}
	m.notices.MarkRead(g.Notices...)
	inbox, ctx := m.o.Inbox, context.WithoutCancel(m.ctx)
	return func() tea.Msg {
		if err := inbox.MarkRead(ctx, g.Notices...); err != nil {
			return noticesMarked{err: err}
		}
		return nil
	}
}

// noticePerson opens the profile of who did the newest of a row.
func (m *Model) noticePerson() tea.Cmd {
	g, ok := m.notices.Group()
	if !ok {
		return nil
	}
	p := m.noticedPerson()
	if p == nil {
		return m.tell("nobody in particular has done this", plain)
	}
	return tea.Batch(m.readNotice(g), m.openProfile(p))
}

// noticedPerson is who did the newest of a row, as the author of a post: a profile is
// opened from a post of whom it is of, and this one has not to be there. It is nil for
// nobody in particular.
func (m *Model) noticedPerson() *timeline.Post {
	g, _ := m.notices.Group()
	if len(g.Notices) == 0 || len(g.People()) == 0 {
		return nil
	}
	who := g.People()[0]
	return &timeline.Post{
		ID: timeline.ID{Network: who.Network}, Author: who.Author, Views: []timeline.View{{Account: g.Notices[0].Account}},
	}
}

// Below: noticing is a board.

// Line implements board: which kind is shown, and which account could not be asked.
func (n *noticing) Line(width int) string { return n.model.noticesLine(width) }

func (n *noticing) front(*Model) tea.Cmd { return nil }

// after reads on where the reader comes near the end.
func (n *noticing) after(m *Model, _ tea.Msg) tea.Cmd {
	if n.asking || n.spent || !n.WantsMore() {
		return nil
	}
	n.asking = true
	inbox, ctx, had := m.o.Inbox, m.ctx, len(n.All())
	return func() tea.Msg {
		more, err := inbox.Older(ctx)
		return noticed{Noticed: more, err: err, older: true, had: had}
	}
}

// open opens the thread of what a row is about, or who has done it where that is
// nothing.
func (n *noticing) open(m *Model) (tea.Cmd, bool) {
	g, ok := n.Group()
	if !ok {
		return nil, true
	}
	p := g.Post()
	if p == nil {
		return m.noticePerson(), true
	}
	return tea.Batch(m.readNotice(g), m.push(thread.New(p, m.look()))), true
}

func (n *noticing) back(*Model) (tea.Cmd, bool) {
	if n.Kind() != "" {
		n.SetKind("")
		return nil, true
	}
	return nil, false
}

func (n *noticing) refresh(m *Model) (tea.Cmd, bool) {
	return tea.Batch(m.refreshNotices(), m.tell("asking for news", plain)), true
}

// noticesLine says above the notices which are shown, and who could not be asked.
func (m *Model) noticesLine(width int) string {
	t := m.theme
	left, right := "", ""
	if k := m.notices.Kind(); k != "" {
		left = t.Dim.Paint("only " + string(k) + " " + t.Signs.Dot + " " + m.keys.key("notice-kind", &t.Signs) + " the next kind")
	}
	for _, h := range m.health {
		if e := m.notices.failed[h.Account.ID]; e != nil {
			right = t.Error.Paint(fmt.Sprintf("%s %s: %s", h.Account.Network.Letter(), h.Account.Name, e.Error())) + " "
			break
		}
	}
	if right == "" && m.notices.asking {
		right = t.Dim.Paint(m.spinner.frame(m.o.ASCII)+" asking") + " "
	}
	if left == "" {
		return cell.Fit(m.measure, cell.Blank(lead)+right, width, t.Signs.More)
	}
	return cell.Ends(m.measure, cell.Blank(lead)+left, right, width, t.Signs.More)
}
