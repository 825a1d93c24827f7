package ui

import (
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/overlay"
)

const glance = time.Second // on the screen, after which a post has been seen

// glanced is that what was on the screen has been there for a moment.
type glanced struct{ keys []timeline.Key }

// readUnread asks what is unread.
func (m *Model) readUnread() tea.Cmd {
	hub, ctx := m.o.Hub, m.ctx
	return func() tea.Msg {
		keys, err := hub.Unread(ctx)
		return unreadRead{keys, err}
	}
}

func (m *Model) takeUnread(u unreadRead) tea.Cmd {
	m.unread.Load(u.keys)
	if u.err != nil && m.ctx.Err() == nil {
		return m.tell("what is unread is not known: "+timeline.AsError(u.err).Error(), bad)
	}
	return nil
}

// looking tells whether somebody can see the feed.
func (m *Model) looking() bool {
	covered := slices.ContainsFunc(m.overlays, func(o overlay.Overlay) bool {
		_, line := o.(*overlay.Filter)
		return !line
	})
	fits := m.width >= leastWidth && m.height >= leastLines
	return m.o.Hub != nil && m.found == nil && !m.away && !covered && fits && (len(m.stack) == 0 || m.width >= twoPanes)
}

// watch waits for what has come into view to be seen.
func (m *Model) watch() tea.Cmd {
	m.feed.Settle()
	if m.watching || !m.looking() {
		return nil
	}
	keys := m.feed.InView()
	if len(keys) == 0 {
		return nil
	}
	m.watching = true
	return m.later(glance, glanced{keys})
}

// glance takes what has been in view all the while as seen.
func (m *Model) glance(g glanced) {
	m.watching = false
	if m.looking() {
		m.saw(slices.DeleteFunc(m.feed.InView(), func(k timeline.Key) bool {
			return !slices.ContainsFunc(g.keys, func(o timeline.Key) bool { return o.Compare(k) == 0 })
		}))
	}
}

// saw marks posts as read.
func (m *Model) saw(keys []timeline.Key) {
	if len(keys) > 0 {
		m.unread.Remove(keys...)
		m.feed.Seen(keys...)
		m.o.Hub.Seen(keys...)
	}
}

// nextUnread goes to the next post that nobody has read.
func (m *Model) nextUnread() tea.Cmd {
	k, ok := m.unread.Next(m.feed.At(), m.shows)
	if !ok {
		return m.tell("everything is read", plain)
	}
	if _, here := m.rows.Find(k); here {
		m.feed.GoTo(k, 0)
		return nil
	}
	return m.read(m.rows.Around(k, m.network), func() {
		if _, here := m.rows.Find(k); !here { // it is not kept any more: nobody will read it
			m.saw([]timeline.Key{k})
		}
		m.feed.GoTo(k, 0)
	})
}

// shows tells whether the filters leave a row.
func (m *Model) shows(k timeline.Key) bool {
	if m.filter != "" {
		_, here := m.rows.Find(k)
		return here
	}
	return m.network == "" || k.ID.Network == m.network
}

// readAll marks everything as read that the network filter leaves.
func (m *Model) readAll() tea.Cmd {
	keys := m.unread.All(m.network)
	m.saw(keys)
	m.o.Hub.SeenBelow(m.network)
	what := "posts are"
	if len(keys) == 1 {
		what = "post is"
	}
	return m.tell(fmt.Sprintf("%d %s marked as read", len(keys), what), good)
}

func (m *Model) nothingUnread() string {
	if m.o.Hub == nil {
		return "there is no account yet"
	}
	if m.unread.Len(m.network) == 0 {
		return "everything is read"
	}
	return ""
}
