package ui_test

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// BenchmarkScreen draws the whole screen, header, feed and footer, with warm
// caches.
func BenchmarkScreen(b *testing.B) {
	hub := uitest.Hub(uitest.NewBackend(timeline.Mastodon).Has(uitest.Many(timeline.Mastodon, 200)...))
	defer hub.Close()
	m := ui.New(b.Context(), ui.Options{Hub: hub})
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 24})
	// The hub's first words come through the command that Init returns.
	cmds, ok := m.Init()().(tea.BatchMsg)
	if !ok {
		b.Fatal("Init returned no batch")
	}
	await := cmds[len(cmds)-1]
	for !strings.Contains(m.View().Content, "post 0") {
		_, next := m.Update(await())
		if batch, ok := next().(tea.BatchMsg); ok {
			await = batch[0]
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = m.View()
	}
}
