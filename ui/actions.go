package ui

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/overlay"
	"skein/ui/post"
)

func (m *Model) down() tea.Cmd     { m.focus().Move(1); return nil }
func (m *Model) up() tea.Cmd       { m.focus().Move(-1); return nil }
func (m *Model) halfDown() tea.Cmd { m.focus().HalfPage(1); return nil }
func (m *Model) halfUp() tea.Cmd   { m.focus().HalfPage(-1); return nil }
func (m *Model) pageDown() tea.Cmd { m.focus().Page(1); return nil }
func (m *Model) pageUp() tea.Cmd   { m.focus().Page(-1); return nil }

func (m *Model) reveal() tea.Cmd { m.focus().Reveal(); return nil }

// links opens the post's link, or offers its links.
func (m *Model) links() tea.Cmd {
	links := post.Links(m.focus().Post())
	if len(links) == 1 {
		return m.openLink(links[0], false)
	}
	m.show(overlay.NewLinks(links))
	return nil
}

// openLink opens a link in the browser. It asks first where the link may not lead
// to where it says.
func (m *Model) openLink(l post.Link, sure bool) tea.Cmd {
	if l.Misleads && !sure {
		m.show(overlay.NewAsk(l))
		return nil
	}
	open, ctx := m.o.OpenURL, m.ctx
	return func() tea.Msg { return opened{l.Address, open(ctx, l.Address.URL)} }
}

func (m *Model) browse() tea.Cmd {
	a, _ := post.ParseAddress(m.focus().Post().Content().URL)
	return m.openLink(post.Link{Address: a}, true)
}

func (m *Model) copyText() tea.Cmd {
	text := m.focus().Post().Content().Text.Plain().String()
	return tea.Batch(tea.SetClipboard(text), m.tell("copied the text", good))
}

func (m *Model) copyURL() tea.Cmd {
	url := m.focus().Post().Content().URL.Line().String()
	return tea.Batch(tea.SetClipboard(url), m.tell("copied "+url, good))
}

// cycleNetwork shows one network, then the next that has an account, then all.
func (m *Model) cycleNetwork() tea.Cmd {
	r := m.reading()
	cycle := append([]timeline.Network{""}, m.networks()...)
	r.network = cycle[(slices.Index(cycle, r.network)+1)%len(cycle)]
	return m.refilter(r)
}

// networks are those that have an account.
func (m *Model) networks() []timeline.Network {
	var out []timeline.Network
	for _, n := range timeline.Networks() {
		if _, found := m.worst(n); found {
			out = append(out, n)
		}
	}
	return out
}

func (m *Model) startFilter() tea.Cmd {
	m.show(overlay.NewFilter(m.reading().filter))
	return nil
}

func (m *Model) setFilter(text string) {
	if r := m.reading(); r.filter != text {
		r.filter = text
		m.sift(r)
	}
}

// refilter shows what the filters leave of the rows that are loaded, and has those of
// the network read around the reader.
func (m *Model) refilter(r *reading) tea.Cmd {
	m.sift(r)
	return m.read(r, r.rows.Around(r.feed.At(), r.network), nil)
}

// sift shows what the filters leave of the rows that are loaded.
func (m *Model) sift(r *reading) {
	if !r.narrowed() && r.filter == "" {
		r.rows.Filter(nil, nil)
	} else {
		network, want, sieve := r.network, strings.ToLower(r.filter), r.sieve
		r.rows.Filter(func(p *timeline.Post) bool {
			return (network == "" || p.ID.Network == network) && (want == "" || mentions(p, want)) && sieve.Passes(p)
		}, func(g timeline.Gap) bool {
			return want == "" && (network == "" || g.Key.ID.Network == network)
		})
	}
	m.redraw(r)
}

// mentions tells whether an author or the text of p contains want, which is lower
// case.
func mentions(p *timeline.Post, want string) bool {
	has := func(s timeline.Safe) bool { return strings.Contains(strings.ToLower(s.String()), want) }
	c := p.Content()
	return has(c.Author.Name) || has(c.Author.Handle) || has(c.Text.Plain()) || has(c.Warning) ||
		p.Boosted != nil && (has(p.Author.Name) || has(p.Author.Handle))
}

// refresh asks for news, and again for what could not be read of what stands beside.
func (m *Model) refresh() tea.Cmd {
	if m.album != nil {
		m.album.Again()
	}
	cmds := []tea.Cmd{m.refreshFocus()}
	for _, p := range m.shown() {
		if d, ok := p.(detail); ok && p != m.focus() && d.Failed() != nil {
			d.Reload()
			cmds = append(cmds, m.load(d))
		}
	}
	return tea.Batch(cmds...)
}

// refreshFocus asks for news of what was opened, or of every account. A search is put in
// another order.
func (m *Model) refreshFocus() tea.Cmd {
	if d := m.opened(); d != nil {
		d.Reload()
		return m.load(d)
	}
	if m.front.board != nil {
		cmd, _ := m.front.board.refresh(m)
		return cmd
	}
	if m.reading().hub == nil {
		return m.openHub(m.front)
	}
	m.reading().hub.Refresh()
	return m.tell("asking for news", plain)
}

func (m *Model) showHealth() tea.Cmd {
	m.show(overlay.NewHealth(func() []timeline.Health { return m.health }, m.o.Now))
	return nil
}

// showPalette offers the commands for what is selected now, and keeps that so.
func (m *Model) showPalette() tea.Cmd {
	m.stay()
	m.show(overlay.NewPalette(append(m.entries(groupMove, groupPost, groupWrite, groupView, groupTabs, groupApp), m.actorEntries()...)))
	return nil
}

func (m *Model) showHelp() tea.Cmd { m.show(overlay.NewHelp(m.entries())); return nil }

// quit leaves, after what was written has been saved; a second time at once.
func (m *Model) quit() tea.Cmd {
	if m.leaving {
		return m.leave()
	}
	if cmd, wait := m.saveAll(); wait {
		m.leaving = true
		return cmd
	}
	return m.leave()
}

func (m *Model) leave() tea.Cmd {
	m.cancel()
	return tea.Sequence(m.endPictures(), tea.Quit)
}

// Below: why a command does not work now.

func (m *Model) noPane() string {
	if m.o.Hub == nil {
		return "there is no account yet"
	}
	return ""
}

func (m *Model) noTimeline() string {
	if m.o.Hub == nil || m.opened() != nil || m.reading() == nil {
		return "only in a timeline"
	}
	return ""
}

func (m *Model) noPost() string {
	if m.o.Hub == nil || m.focus().Post() == nil {
		return "no post is selected"
	}
	return ""
}

func (m *Model) nothingToOpen() string {
	if m.o.Hub == nil {
		return "there is no account yet"
	}
	if r := m.reading(); r != nil && m.opened() == nil {
		if _, ok := r.feed.Row(); ok {
			return ""
		}
	}
	if m.inNotices() {
		return m.noAuthor()
	}
	if pane := m.shownProfile(); pane != nil && pane.Listed() != nil {
		return ""
	}
	if m.found != nil && m.front.board == board(m.found) && m.opened() == nil && (m.found.Person() != nil || m.found.Tag() != "") {
		return ""
	}
	if d := m.opened(); d != nil && d.Post() != nil && d.Post().Content().ID == d.Of().ID {
		if t, ok := d.(interface{ Focused() bool }); ok && t.Focused() {
			return "this thread is open"
		}
	}
	return m.noPost()
}

func (m *Model) nothingToLeave() string {
	if r := m.reading(); r != nil && m.opened() == nil && r.filter == "" && r.network == "" && m.front.from == nil {
		return "nothing is open here"
	}
	return ""
}

func (m *Model) nothingHidden() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if !post.Hides(m.focus().Post(), m.look()) {
		return "nothing is hidden"
	}
	return ""
}

func (m *Model) noLinks() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if m.o.OpenURL == nil {
		return "no browser is known"
	}
	if len(post.Links(m.focus().Post())) == 0 {
		return "this post has no links"
	}
	return ""
}

func (m *Model) noBrowsing() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if m.o.OpenURL == nil {
		return "no browser is known"
	}
	if _, ok := post.ParseAddress(m.focus().Post().Content().URL); !ok {
		return "this post has no address in the web"
	}
	return ""
}

func (m *Model) noText() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if m.focus().Post().Content().Text.Empty() {
		return "this post has no text"
	}
	return ""
}

func (m *Model) noAddress() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if m.focus().Post().Content().URL.Line().Empty() {
		return "this post has no address"
	}
	return ""
}

func (m *Model) oneNetwork() string {
	if len(m.networks()) < 2 && (m.reading() == nil || m.reading().network == "") {
		return "there is one network"
	}
	return m.noTimeline()
}
