package ui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/overlay"
)

// filtersRead is what the networks hide by themselves, a line each.
type filtersRead struct {
	of    *overlay.Muted
	lines []string
}

// readFilters asks the networks what they hide, for the list of what is muted.
func (m *Model) readFilters(o *overlay.Muted) tea.Cmd {
	ctx, backends, now := m.ctx, m.eachNetwork(), m.o.Now
	return func() tea.Msg {
		var lines []string
		for _, b := range backends(ctx) {
			lines = append(lines, filterLines(ctx, b, now)...)
		}
		if len(lines) > 0 {
			lines = append([]string{"", "hidden by what the networks keep:"}, lines...)
		}
		return filtersRead{o, lines}
	}
}

// filterLines is what one account's network hides; a failure is a line, too.
func filterLines(ctx context.Context, b timeline.Backend, now func() time.Time) []string {
	f, ok := timeline.As[timeline.Filterer](b)
	if !ok {
		return nil
	}
	letter := b.Account().Network.Letter() + " "
	all, err := f.Filters(ctx)
	switch {
	case timeline.CodeOf(err) == timeline.CodeUnsupported:
		return nil
	case err != nil:
		return []string{letter + timeline.AsError(err).Message.Line().String()}
	}
	var lines []string
	for _, f := range all {
		parts := []string{letter + f.What.Line().String()}
		for _, s := range []timeline.Safe{f.Title, f.Where} {
			if !s.Empty() && s != f.What {
				parts = append(parts, s.Line().String())
			}
		}
		if ends := (timeline.Mute{Until: f.Until}).Ends(now()); ends != "" {
			parts = append(parts, ends)
		}
		lines = append(lines, strings.Join(parts, "  "))
	}
	return lines
}

func (m *Model) takeFilters(r filtersRead) { r.of.Tell(r.lines) }
