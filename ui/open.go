package ui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/profile"
	"skein/ui/thread"
)

const (
	rememberFor  = time.Minute // how long a conversation is taken to be up to date
	profilePosts = 20
)

// open opens the thread of the selected post, or fills the selected gap.
func (m *Model) open() tea.Cmd {
	if m.inNotices() {
		cmd, _ := m.notices.open(m)
		return cmd
	}
	if m.opened() == nil {
		if cmd, done := m.openRow(); done {
			return cmd
		}
		if m.beside != nil && m.beside.Of().ID == m.selected { // it is there already
			return m.enterBeside()
		}
	}
	if pane := m.shownProfile(); pane != nil && pane.Listed() != nil {
		return m.push(profile.NewOf(pane.Listed(), m.look()))
	}
	p := m.focus().Post()
	if p == nil {
		return nil
	}
	return m.push(thread.New(p, m.look()))
}

// enterBeside gives the keys to the thread beside the feed.
func (m *Model) enterBeside() tea.Cmd {
	d := m.beside
	m.beside = nil
	return m.enter(d, m.asked)
}

// enter gives the keys to a pane that stood beside, and reads it where it was not asked for
// yet: nobody needs to wait until the selection has rested.
func (m *Model) enter(d detail, asked bool) tea.Cmd {
	m.front.stack = append(m.front.stack, d)
	if d.Loading() && !asked {
		return m.load(d)
	}
	return nil
}

// openRow opens what is selected in a board in a way of its own, or fills the gap that
// is selected in a timeline.
func (m *Model) openRow() (cmd tea.Cmd, done bool) {
	if m.front.board != nil {
		return m.front.board.open(m)
	}
	r := m.reading()
	row, ok := r.feed.Row()
	if !ok || row.Gap == nil {
		return nil, false
	}
	r.hub.Fill(row.Gap.Key)
	return nil, true
}

// author opens the profile of who wrote the selected post.
func (m *Model) author() tea.Cmd {
	if m.inNotices() {
		return m.noticePerson()
	}
	return m.openProfile(m.focus().Post())
}

// push puts a pane on the stack and asks for what it shows.
func (m *Model) push(d detail) tea.Cmd {
	m.front.stack = append(m.front.stack, d)
	m.resize()
	if t, ok := d.(*thread.Pane); ok {
		m.recall(t)
	}
	if !d.Loading() {
		return nil
	}
	return m.load(d)
}

// load asks the network for what a pane shows, and what is kept for what to show
// until then.
func (m *Model) load(d detail) tea.Cmd {
	var kept, read tea.Cmd
	switch d := d.(type) {
	case *thread.Pane:
		kept, read = thread.Recall(m.ctx, m.keptThread, d.Of()), thread.Load(m.ctx, m.readThread, d.Of())
	case *profile.Pane:
		if d.OfPost() {
			return nil // it wants its parts by itself
		}
		kept, read = profile.Recall(m.ctx, m.keptAuthor, d.Of()), profile.Load(m.ctx, m.readAuthor, d.Of())
	case noticesBeside:
		return m.refreshNotices()
	}
	if m.o.Library == nil {
		return read
	}
	return tea.Batch(kept, read)
}

// back leaves what was opened last, then a board; in a timeline it ends the filters.
func (m *Model) back() tea.Cmd {
	if n := len(m.front.stack); n > 0 {
		if d, ok := m.front.stack[n-1].(noticesBeside); ok && d.Kind() != "" {
			d.SetKind("")
			return nil
		}
		m.front.stack = m.front.stack[:n-1]
		return nil
	}
	if m.front.board != nil {
		if cmd, done := m.front.board.back(m); done {
			return cmd
		}
		return m.switchTo(m.tabs[0])
	}
	r := m.reading()
	if r.network == "" && r.filter == "" && m.front.from != nil {
		return m.closeTab(m.front)
	}
	some := r.network != ""
	r.network, r.filter = "", ""
	if some {
		return m.refilter(r)
	}
	m.sift(r)
	return nil
}

// recall gives a pane the conversation that was read a moment ago.
func (m *Model) recall(t *thread.Pane) {
	if r, ok := m.known.Get(t.Of().ID); ok && m.o.Now().Sub(r.at) < rememberFor {
		t.Take(thread.Loaded{Of: t.Of().ID, Thread: r.thread})
	}
}

func (m *Model) takeThread(l thread.Loaded) {
	if l.Err == nil && !l.Early && l.Thread != nil && l.Thread.Kept.IsZero() {
		m.known.Add(l.Of, remembered{l.Thread, m.o.Now()})
	}
	for _, d := range m.details() {
		if t, ok := d.(*thread.Pane); ok {
			t.Take(l)
		}
	}
}

// follow notices, where there is a second column, that another post is selected,
// and reads its thread when the selection has rested there a moment.
func (m *Model) follow() tea.Cmd {
	if m.columns().n < 2 {
		m.unfollow()
		return nil
	}
	if m.openedSecond() != nil {
		return nil
	}
	p := m.base().Post()
	if p == nil {
		m.unfollow()
		return nil
	}
	id := p.Content().ID
	if id == m.selected && m.beside != nil {
		return nil
	}
	m.selected, m.asked = id, false
	m.beside = thread.New(p, m.look())
	m.recall(m.beside)
	m.resize()
	if !m.beside.Loading() {
		return nil
	}
	return m.later(settling, besideDue{id})
}

// readBeside reads the thread beside the feed, if it is still that post's.
func (m *Model) readBeside(id timeline.ID) tea.Cmd {
	if m.beside == nil || m.selected != id || m.asked {
		return nil
	}
	m.asked = true
	return m.load(m.beside)
}

// Below: what is read of a network, and what is kept of it.

func (m *Model) readThread(ctx context.Context, p *timeline.Post) (*timeline.Thread, error) {
	b, err := m.o.Hub.Reader(ctx, p)
	if err != nil {
		return nil, err
	}
	return b.Thread(ctx, p.ID)
}

func (m *Model) keptThread(ctx context.Context, p *timeline.Post) (*timeline.Thread, error) {
	return m.o.Library.KeptThread(ctx, p.ID)
}

func (m *Model) keptAuthor(ctx context.Context, p *timeline.Post) (profile.Read, error) {
	person, err := m.o.Library.KeptProfile(ctx, p.ID.Network, p.Author.ID)
	if err != nil {
		return profile.Read{}, err
	}
	posts, err := m.o.Library.KeptPostsBy(ctx, p.ID.Network, p.Author.ID, timeline.Key{}, profilePosts)
	slices.SortFunc(posts.Posts, func(a, b *timeline.Post) int { return b.Key().Compare(a.Key()) })
	return profile.Read{Profile: person, Posts: posts.Posts}, err
}
