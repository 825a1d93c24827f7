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
	if len(m.stack) == 0 {
		if row, ok := m.feed.Row(); ok && row.Gap != nil && m.found == nil {
			m.o.Hub.Fill(row.Gap.Key)
			return nil
		}
		if m.beside != nil && m.beside.Of().ID == m.selected { // it is there already
			d := m.beside
			m.stack, m.beside = append(m.stack, d), nil
			if d.Loading() && !m.asked { // nobody needs to wait until the selection has rested
				return m.load(d)
			}
			return nil
		}
	}
	p := m.focus().Post()
	if p == nil {
		return nil
	}
	return m.push(thread.New(p, m.look()))
}

// author opens the profile of who wrote the selected post.
func (m *Model) author() tea.Cmd { return m.push(profile.New(m.focus().Post(), m.look())) }

// push puts a pane on the stack and asks for what it shows.
func (m *Model) push(d detail) tea.Cmd {
	m.stack = append(m.stack, d)
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
		kept, read = profile.Recall(m.ctx, m.keptAuthor, d.Of()), profile.Load(m.ctx, m.readAuthor, d.Of())
	}
	if m.o.Library == nil {
		return read
	}
	return tea.Batch(kept, read)
}

// back leaves what was opened last, then the search; at home it ends the filters.
func (m *Model) back() tea.Cmd {
	if n := len(m.stack); n > 0 {
		m.stack = m.stack[:n-1]
		m.beside, m.selected = nil, timeline.ID{} // followed anew
		return nil
	}
	if m.found != nil {
		m.stopSearch()
		return nil
	}
	some := m.network != ""
	m.network, m.filter = "", ""
	if some {
		return m.refilter()
	}
	m.sift()
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
	for _, d := range m.stack {
		if t, ok := d.(*thread.Pane); ok {
			t.Take(l)
		}
	}
	if m.beside != nil {
		m.beside.Take(l)
	}
}

// follow notices, where there is a second column, that another post is selected,
// and reads its thread when the selection has rested there a moment.
func (m *Model) follow() tea.Cmd {
	if m.width < twoPanes {
		m.beside, m.selected = nil, timeline.ID{}
		return nil
	}
	p := m.base().Post()
	if p == nil {
		m.beside, m.selected = nil, timeline.ID{}
		return nil
	}
	id := p.Content().ID
	if id == m.selected {
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

func (m *Model) readAuthor(ctx context.Context, p *timeline.Post) (profile.Read, error) {
	b, err := m.o.Hub.Reader(ctx, p)
	if err != nil {
		return profile.Read{}, err
	}
	reader, ok := timeline.As[timeline.Profiler](b)
	if !ok {
		return profile.Read{}, timeline.Errorf(timeline.CodeUnsupported, "%s shows no profiles", p.ID.Network)
	}
	person, err := reader.Profile(ctx, p.Author.ID)
	if err != nil {
		return profile.Read{}, err
	}
	batch, err := reader.ProfilePosts(ctx, p.Author.ID, timeline.Page{Limit: profilePosts})
	return profile.Read{Profile: person, Posts: batch.Posts}, err
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
