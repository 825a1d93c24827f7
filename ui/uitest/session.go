package uitest

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"skein/timeline"
	"skein/ui"
	"skein/ui/theme"
)

// Session is a person in front of the interface.
type Session struct {
	Screen    *Screen
	Clipboard string   // what was copied last
	Opened    []string // addresses that a browser was asked for
	Left      bool     // the program has quit
	Raw       []string // what the terminal was sent beside the frames

	t     testing.TB
	ascii bool
	model *ui.Model
	msgs  chan tea.Msg
}

// Play runs a test in a bubble of its own: an interface of 80×24 on the given
// networks, which has shown all it can when play is called.
func Play(t *testing.T, o ui.Options, networks []*Backend, play func(s *Session)) {
	t.Helper()
	Again(t, o, nil, networks, play)
}

// Again is Play with a cache that an earlier run may have filled. The marks are
// those of the options.
func Again(t *testing.T, o ui.Options, cache timeline.Cache, networks []*Backend, play func(s *Session)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &Session{t: t, msgs: make(chan tea.Msg, 1000)}
		defer time.Sleep(time.Hour) // what is left then are timers, and they are let run out
		if len(networks) > 0 {
			hub := hub(hubOptions(cache, o), networks)
			defer hub.Close()
			o.Hub = hub
			if box := inbox(hub, networks); box != nil {
				o.Inbox = box
			}
			if out, ok := o.Outbox.(*Outbox); ok {
				out.set(func() { out.hub = hub })
			}
		}
		if o.OpenURL == nil {
			o.OpenURL = func(_ context.Context, url string) error {
				s.Opened = append(s.Opened, url)
				return nil
			}
		}
		s.play(o, play)
	})
}

// Recall runs a test as Play does, on posts that were kept, some of them unread.
func Recall(t *testing.T, o ui.Options, posts []*timeline.Post, play func(s *Session, shelf *Shelf), unread ...*timeline.Post) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &Session{t: t, msgs: make(chan tea.Msg, 1000)}
		defer time.Sleep(time.Hour)
		shelf := NewShelf(posts...)
		shelf.IsUnread(unread...)
		defer shelf.Close()
		o.Hub = shelf
		s.play(o, func(s *Session) { play(s, shelf) })
	})
}

func (s *Session) play(o ui.Options, play func(s *Session)) {
	s.ascii = o.ASCII
	s.model = ui.New(s.t.Context(), o)
	s.start(s.model.Init())
	s.Send(tea.BackgroundColorMsg{Color: ansi.Black})
	s.Send(tea.ModeReportMsg{Mode: ansi.ModeUnicodeCore, Value: ansi.ModeReset})
	s.Resize(80, 24)
	play(s)
	s.Press("ctrl+c") // ends the commands that wait
	if !s.Left {
		s.t.Error("the program did not quit")
	}
	if err := s.model.Close(s.t.Context()); err != nil {
		s.t.Error(err)
	}
}

// Hub makes a real hub that reads networks. In a bubble it must be made there.
func Hub(networks ...*Backend) *timeline.Hub { return hub(timeline.HubOptions{}, networks) }

// hubOptions are those of a hub beside an interface.
func hubOptions(cache timeline.Cache, o ui.Options) timeline.HubOptions {
	h := timeline.HubOptions{Cache: cache, Marks: o.Marks}
	if o.Mutes != nil { // a nil one in an interface would be another
		h.Mutes = o.Mutes
	}
	return h
}

func hub(o timeline.HubOptions, networks []*Backend) *timeline.Hub {
	accounts := make([]timeline.Account, len(networks))
	byID := map[timeline.AccountID]*Backend{}
	for i, b := range networks {
		accounts[i] = b.account
		byID[b.account.ID] = b
		b.connect()
	}
	o.Open = func(_ context.Context, id timeline.AccountID) (timeline.Backend, error) { return byID[id], nil }
	o.Rand = func() float64 { return 1 }
	return timeline.NewHub(o, accounts...)
}

// Send gives the interface a message and waits until nothing is left to do.
func (s *Session) Send(msg tea.Msg) {
	s.settle()
	s.msgs <- msg
	s.settle()
}

// settle handles messages until every command waits for the world, and draws when
// there were any, as Bubble Tea does: time alone draws nothing.
func (s *Session) settle() {
	handled := false
	for {
		synctest.Wait()
		select {
		case msg := <-s.msgs:
			s.handle(msg)
			handled = true
		default:
			if handled {
				s.draw()
			}
			return
		}
	}
}

func (s *Session) handle(msg tea.Msg) {
	switch msg := msg.(type) {
	case nil:
		return
	case tea.BatchMsg:
		for _, cmd := range msg {
			s.start(cmd)
		}
		return
	case tea.QuitMsg:
		s.Left = true
		return
	case tea.RawMsg:
		s.Raw = append(s.Raw, fmt.Sprint(msg.Msg))
		return
	}
	if cmds, ok := sequence(msg); ok { // each of them answers at once
		go func() {
			for _, cmd := range cmds {
				s.msgs <- cmd()
			}
		}()
		return
	}
	// What sets the clipboard is a string type of Bubble Tea's own.
	if v := reflect.ValueOf(msg); v.Type().PkgPath() == reflect.TypeFor[tea.WindowSizeMsg]().PkgPath() && v.Kind() == reflect.String {
		s.Clipboard = v.String()
		return
	}
	_, cmd := s.model.Update(msg)
	s.start(cmd)
}

func (s *Session) start(cmd tea.Cmd) {
	if cmd != nil && !s.Left {
		go func() { s.msgs <- cmd() }()
	}
}

// sequence is the commands of a tea.Sequence, whose type Bubble Tea keeps to itself.
func sequence(msg tea.Msg) (cmds []tea.Cmd, ok bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	for i := range v.Len() {
		if cmd, _ := v.Index(i).Interface().(tea.Cmd); cmd != nil {
			cmds = append(cmds, cmd)
		}
	}
	return cmds, true
}

func (s *Session) draw() {
	if s.Screen != nil {
		s.Screen.Draw(s.Frame())
	}
}

// Frame is what the interface draws, with its escapes.
func (s *Session) Frame() string { return s.model.View().Content }

// Cursor is where the terminal's cursor stands; nil where it is hidden.
func (s *Session) Cursor() *tea.Cursor { return s.model.View().Cursor }

// Resize changes the size of the terminal.
func (s *Session) Resize(width, lines int) {
	s.Screen = NewScreen(width, lines)
	s.Send(tea.WindowSizeMsg{Width: width, Height: lines})
}

// Press presses keys, named as Bubble Tea names them, one after the other.
func (s *Session) Press(keys ...string) {
	for _, k := range keys {
		s.Send(Key(k))
	}
}

// Type types a text.
func (s *Session) Type(text string) {
	for _, r := range text {
		s.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// Sleep lets time pass, and what is due in it happen.
func (s *Session) Sleep(d time.Duration) {
	const step = 50 * time.Millisecond
	for ; d > 0; d -= step {
		time.Sleep(min(d, step))
		s.settle()
	}
}

// Settle waits until what the test has done to the networks is on the screen.
func (s *Session) Settle() { s.settle() }

// See fails unless every text is on the screen.
func (s *Session) See(texts ...string) {
	s.t.Helper()
	s.settle()
	screen := s.Screen.Text()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			s.t.Fatalf("%q is not on the screen:\n%s", text, framed(screen))
		}
	}
}

// DontSee fails when a text is on the screen.
func (s *Session) DontSee(texts ...string) {
	s.t.Helper()
	s.settle()
	screen := s.Screen.Text()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			s.t.Fatalf("%q is on the screen:\n%s", text, framed(screen))
		}
	}
}

// Line is the number of the first line that holds a text, or -1.
func (s *Session) Line(text string) int {
	for y := range s.Screen.Lines {
		if strings.Contains(s.Screen.Row(y), text) {
			return y
		}
	}
	return -1
}

// Selected is the first line of the selected post, without its bar.
func (s *Session) Selected() string {
	bar := theme.New(theme.Auto, true, s.ascii).Signs.Selected
	for y := range s.Screen.Lines {
		if rest, ok := strings.CutPrefix(strings.TrimLeft(s.Screen.Row(y), " "), bar); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// Result is what the person decided.
func (s *Session) Result() ui.Result { return s.model.Result() }

func framed(screen string) string {
	rule := strings.Repeat("-", 80)
	return fmt.Sprintf("%s\n%s\n%s", rule, screen, rule)
}

// Key makes the message of a key from its name: "j", "G", "ctrl+d", "enter".
func Key(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "backspace": tea.KeyBackspace,
		"up": tea.KeyUp, "down": tea.KeyDown, "home": tea.KeyHome, "end": tea.KeyEnd,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "left": tea.KeyLeft, "right": tea.KeyRight, "delete": tea.KeyDelete,
	}
	var mod uv.KeyMod
	for _, m := range []struct {
		name string
		mod  uv.KeyMod
	}{{"ctrl+", uv.ModCtrl}, {"alt+", uv.ModAlt}, {"shift+", uv.ModShift}} {
		if rest, ok := strings.CutPrefix(name, m.name); ok {
			name, mod = rest, mod|m.mod
		}
	}
	if r, ok := special[name]; ok {
		return tea.KeyPressMsg{Code: r, Mod: mod}
	}
	if name == "space" {
		return tea.KeyPressMsg{Code: tea.KeySpace, Text: " "}
	}
	if mod != 0 {
		return tea.KeyPressMsg{Code: []rune(name)[0], Mod: mod}
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}
