package ui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/gallery"
	"skein/ui/overlay"
	"skein/ui/post"
)

// Media is what becomes of the media of posts outside skein. All of it is called off the
// path of the keys.
type Media interface {
	// Save writes a file into the person's folder and returns its path. Nothing is ever
	// written over.
	Save(ctx context.Context, i gallery.Item) (path string, err error)
	// View opens a picture with the system's viewer.
	View(ctx context.Context, i gallery.Item) error
	// Play hands an http or https address to the person's player.
	Play(ctx context.Context, address string) error
	// Player is the name of that program.
	Player() string
}

// handled is what became of something in the gallery.
type handled struct {
	did string
	err error
}

// media shows the media of the selected post.
func (m *Model) media() tea.Cmd {
	m.show(gallery.New(gallery.Items(m.focus().Post()), m.album, m.fit))
	return nil
}

func (m *Model) noMedia() string {
	if why := m.noPost(); why != "" {
		return why
	}
	if len(gallery.Items(m.focus().Post())) == 0 {
		return "this post has no pictures, videos or sounds"
	}
	return ""
}

// actMedia does what the gallery wants done.
func (m *Model) actMedia(a overlay.Action) (tea.Cmd, bool) {
	switch a := a.(type) {
	case gallery.View:
		return m.outside(func(ctx context.Context, media Media) (string, error) {
			return "opened the picture", media.View(ctx, a.Item)
		}), true
	case gallery.Save:
		return m.outside(func(ctx context.Context, media Media) (string, error) {
			path, err := media.Save(ctx, a.Item)
			return "saved as " + path, err
		}), true
	case gallery.Play:
		return m.play(a), true
	}
	return nil, false
}

func (m *Model) outside(do func(context.Context, Media) (string, error)) tea.Cmd {
	media, ctx := m.o.Media, m.ctx
	if media == nil {
		return m.tell("nothing here opens or saves files", plain)
	}
	return tea.Batch(m.tell("fetching it", plain), func() tea.Msg {
		did, err := do(ctx, media)
		return handled{did, err}
	})
}

func (m *Model) handledSo(h handled) tea.Cmd {
	if h.err != nil {
		m.o.Log.Warn("media", "err", h.err)
		return m.tell(timeline.AsError(h.err).Error(), bad)
	}
	return m.tell(h.did, good)
}

// play hands a video or a sound to the player. The player connects by itself, by no proxy
// of skein's; so it asks before the first connection to each host.
func (m *Model) play(a gallery.Play) tea.Cmd {
	address, ok := post.ParseAddress(a.Item.Media.URL)
	if !ok {
		return m.tell("it is at no web address", bad)
	}
	if m.o.Media == nil {
		return m.tell("no player is known", plain)
	}
	if !a.Sure && !m.played[address.Host] {
		m.show(overlay.NewConfirm("play this?", []string{
			fmt.Sprintf("%s connects to", m.o.Media.Player()), "  " + address.Host,
			"by itself, past any proxy that an account has here.",
		}, overlay.Answer{Key: "enter", Label: "plays it", Action: gallery.Play{Item: a.Item, Sure: true}}))
		return nil
	}
	if a.Sure {
		m.closeOverlay()
	}
	if m.played == nil {
		m.played = map[string]bool{}
	}
	m.played[address.Host] = true
	media, ctx := m.o.Media, m.ctx
	return func() tea.Msg {
		return handled{"playing " + address.Host + " with " + media.Player(), media.Play(ctx, address.URL)}
	}
}
