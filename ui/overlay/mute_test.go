package overlay_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/theme"
	"skein/ui/uitest"
)

func mutables() []overlay.Mutable {
	return []overlay.Mutable{
		{Label: strings.Repeat("日本 name ", 9), About: "here", Mute: timeline.Mute{Kind: timeline.MutePerson, Name: "ana"}},
		{Label: "Ana", About: "by mastodon itself", There: &timeline.Post{ID: timeline.ID{Local: "x"}}},
		{Label: "a word", About: "here", Mute: timeline.Mute{Kind: timeline.MuteWord}},
		{Label: "not this", Mute: timeline.Mute{Kind: timeline.MuteNetwork}, Why: strings.Repeat("for many reasons ", 9)},
	}
}

func mutes() []timeline.Mute {
	until := uitest.Start().Add(time.Hour)
	return []timeline.Mute{
		{ID: 1, Kind: timeline.MuteWord, Word: strings.Repeat("長い words ", 9), Until: until},
		{ID: 2, Kind: timeline.MuteNetwork, Network: timeline.Nostr},
		{ID: 3, Kind: timeline.MutePerson, Name: "ana", Handles: []timeline.Handle{{Network: timeline.Mastodon, Handle: "@ana"}, {Network: timeline.Bluesky, Handle: "@ana"}}},
		{ID: 4, Kind: timeline.MutePerson, Handles: []timeline.Handle{{Network: timeline.Bluesky, Handle: "@bo.example"}}, Until: until.AddDate(1, 0, 0)},
	}
}

func TestMuteChoosesWhatAndForHowLong(t *testing.T) {
	for _, c := range []struct {
		keys string
		want string
	}{
		{"enter", "ana 0s"},
		{"tab tab enter", "ana 168h0m0s"},
		{"left enter", "ana 720h0m0s"},
		{"2", "there x"},
		{"j enter", "there x"},
		{"4", ""},
		{"3 r a i n enter", `"rain" 0s`},
		{"3 tab # r enter", "#r 24h0m0s"},
		{"3 enter", ""},
		{"3 x esc 1", "ana 0s"},
		{"m", "list"},
		{"esc", "close"},
		{"M", "close"},
	} {
		o, got := overlay.NewMute(mutables()), ""
		for _, k := range strings.Fields(c.keys) {
			switch a := o.Key(key(k)).(type) {
			case overlay.MuteThis:
				got = a.Mute.What().String() + " " + a.Lasts.String()
			case overlay.MuteThere:
				got = "there " + a.Post.ID.Local
			case overlay.ShowMuted:
				got = "list"
			case overlay.Close:
				got = "close"
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, not %q", c.keys, got, c.want)
		}
	}
}

// key is uitest.Key for keys and letters alike.
func key(name string) tea.KeyPressMsg { return uitest.Key(name) }

func TestMutedTakesBackWhatIsChosen(t *testing.T) {
	list := mutes()
	o := overlay.NewMuted(func() []timeline.Mute { return list }, uitest.Start)
	l := overlay.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster}
	want := strings.Join([]string{
		"╭─ muted here ─────────────────────────╮",
		"│ ▌ \"長い words 長い word… until 01:00 │",
		"│   nostr  everything on it            │",
		"│   ana  M B                           │",
		"│   @bo.example  B    until 1 Jan 2001 │",
		"╰─ x takes it back · esc closes ───────╯",
	}, "\n")
	if got := ansi.Strip(strings.Join(o.Lines(l, 40, 20), "\n")); got != want {
		t.Errorf("it shows\n%s\nnot\n%s", got, want)
	}
	o.Key(key("j"))
	o.Key(key("G"))
	if a, ok := o.Key(key("x")).(overlay.Unmute); !ok || a.Mute.ID != 2 {
		t.Errorf("taken back is %+v", a)
	}
	list = list[:1]
	if a, ok := o.Key(key("x")).(overlay.Unmute); !ok || a.Mute.ID != 1 {
		t.Errorf("of the one that is left taken back is %+v", a)
	}
	list = nil
	if a := o.Key(key("x")); a != nil {
		t.Errorf("of nothing taken back is %+v", a)
	}
}
