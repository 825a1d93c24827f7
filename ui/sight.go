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
type glanced struct {
	of   *reading
	keys []timeline.Key
}

// readUnread asks what is unread.
func (m *Model) readUnread(r *reading) tea.Cmd {
	ctx := m.ctx
	return func() tea.Msg {
		keys, err := r.hub.Unread(ctx)
		return unreadRead{r, keys, err}
	}
}

func (m *Model) takeUnread(u unreadRead) tea.Cmd {
	u.of.unread.Load(u.keys)
	if u.err != nil && m.ctx.Err() == nil {
		return m.tell("what is unread is not known: "+timeline.AsError(u.err).Error(), bad)
	}
	return nil
}

// looking tells whether somebody can see the posts of a timeline.
func (m *Model) looking() bool {
	covered := slices.ContainsFunc(m.overlays, func(o overlay.Overlay) bool {
		_, line := o.(*overlay.Filter)
		return !line
	})
	fits := m.width >= leastWidth && m.height >= leastLines
	return m.o.Hub != nil && m.reading() != nil && !m.away && !covered && fits && (m.opened() == nil || m.columns().n > 1)
}

// watch waits for what has come into view to be seen.
func (m *Model) watch() tea.Cmd {
	r := m.reading()
	if r == nil {
		return nil
	}
	r.feed.Settle()
	if r.watching || !m.looking() {
		return nil
	}
	keys := r.feed.InView()
	if len(keys) == 0 {
		return nil
	}
	r.watching = true
	return m.later(glance, glanced{r, keys})
}

// glance takes what has been in view all the while as seen.
func (m *Model) glance(g glanced) {
	r := g.of
	r.watching = false
	if r == m.reading() && m.looking() {
		r.saw(slices.DeleteFunc(r.feed.InView(), func(k timeline.Key) bool {
			return !slices.ContainsFunc(g.keys, func(o timeline.Key) bool { return o.Compare(k) == 0 })
		}))
	}
}

// nextUnread goes to the next post that nobody has read.
func (m *Model) nextUnread() tea.Cmd {
	if m.inNotices() {
		if !m.notices.NextUnread() {
			return m.tell("everything below is read", plain)
		}
		return nil
	}
	r := m.reading()
	k, ok := r.unread.Next(r.feed.At(), r.shows)
	if !ok {
		return m.tell("everything is read", plain)
	}
	if _, here := r.rows.Find(k); here {
		r.feed.GoTo(k, 0)
		return nil
	}
	return m.read(r, r.rows.Around(k, r.network), func() {
		if _, here := r.rows.Find(k); !here { // it is not kept any more: nobody will read it
			r.saw([]timeline.Key{k})
		}
		r.feed.GoTo(k, 0)
	})
}

// readAll marks everything as read that the network filter leaves.
func (m *Model) readAll() tea.Cmd {
	if m.inNotices() {
		return m.readAllNotices()
	}
	r := m.reading()
	keys := r.unread.All(r.network)
	r.saw(keys)
	r.hub.SeenBelow(r.network)
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
	if m.inNotices() {
		if m.notices.Unread() == 0 {
			return "everything is read"
		}
		return ""
	}
	if r := m.reading(); r == nil {
		return "only in a timeline"
	} else if r.unread.Len(r.network) == 0 {
		return "everything is read"
	}
	return ""
}
