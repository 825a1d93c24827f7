package ui_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// book is an address book with one person in it.
type book struct{}

func (book) Find(name string) (timeline.Person, bool) {
	return timeline.Person{Name: "Ana", Handles: []timeline.Handle{{Network: timeline.Mastodon, Handle: "@ana@hachyderm.example"}}}, strings.EqualFold(name, "ana")
}

func (b book) Complete(prefix string) []timeline.Person {
	if p, _ := b.Find("ana"); strings.HasPrefix("ana", strings.ToLower(prefix)) {
		return []timeline.Person{p}
	}
	return nil
}

func TestNamesTagsAndEmojiAreCompleted(t *testing.T) {
	nets, out := writing()
	p := uitest.Post(timeline.Bluesky, "tagged", time.Second, "carol", "seeds")
	p.Author.Handle = timeline.CleanLine("@carol.example")
	p.Text = append(p.Text, timeline.Span{Kind: timeline.SpanTag, Text: timeline.CleanLine("#Gardening"), Target: timeline.CleanLine("Gardening")})
	nets[1].Has(p)
	uitest.Play(t, ui.Options{Outbox: out, People: book{}}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("hi @an")
		s.See("▌ @Ana  M @ana@hachyderm.example", "@ana@mastodon.example")
		s.Press("tab")
		s.Type("and (@car")
		s.See("▌ @carol.example  carol")
		s.Press("tab")
		s.Type("#gar")
		s.See("▌ #Gardening")
		s.Press("tab")
		s.Type(":tada")
		s.See("▌ 🎉  :tada:")
		s.Press("enter") // a line break: nobody has moved in the list
		s.Type(":tad")
		s.Press("down", "enter")
		s.See("hi @Ana and (@carol.example #Gardening :tada", "│ 🎉")
		s.Type("@")
		s.Press("esc")
		s.See("the draft is kept")
	})
}

func TestEscClosesTheListFirst(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type(":hear")
		s.See(":heart:")
		s.Press("esc")
		s.See("compose", ":hear")
		s.DontSee(":heart:")
	})
}

// TestPastedTextIsOnlyText: a clipboard is no safer than a network.
func TestPastedTextIsOnlyText(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Send(tea.PasteMsg{Content: "one\x1b]0;OWNED\x07\x1b[2J\r\ntwo\u202e\x00"})
		if frame := s.Frame(); strings.Contains(frame, "\x07") || strings.Contains(frame, "\u202e") || strings.Contains(frame, "\x1b]0") {
			t.Errorf("the frame is %q", frame)
		}
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		if got := out.Plans()[0].Draft.Text; got != "one]0;OWNED[2J\ntwo" {
			t.Errorf("the text is %q", got)
		}
	})
}

func TestHugePasteIsRefusedAndTheDraftStays(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("mine")
		s.Send(tea.PasteMsg{Content: strings.Repeat("word ", 2<<20)})
		s.See("more than a draft may hold (1 MiB)", "mine")
		s.Send(tea.PasteMsg{Content: strings.Repeat("line of text\n", outbox.MaxText/13-1)})
		s.Type("still quick")
		s.See("still quick")
	})
}

func TestOneTargetHasATextOfItsOwn(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("long and careful")
		s.Press("alt+y", "alt+y")
		s.See("for B @me@bluesky.example alone", "long and careful")
		s.Press("ctrl+u")
		s.Type("short")
		s.Press("alt+y", "alt+y")
		s.Type("!")
		s.Sleep(200 * time.Millisecond)
		s.See("long and careful!", "M @me@mastodon.example 17/500", "B @me@bluesky.example* 5/300")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		d := out.Plans()[0].Draft
		if d.Text != "long and careful!" || len(d.For) != 1 || d.For["acct-bluesky"] != "short" {
			t.Errorf("the draft is %+v", d)
		}
	})
}

func TestSheetsFillTheDraft(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Undo: -1}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("all of it")
		s.Press("alt+w")
		s.Type("spoilers")
		s.Press("enter", "space", "esc", "alt+l")
		s.Type("en, pt-BR zz1")
		s.See("zz1 is no code of a language")
		s.Press("esc", "alt+v", "right", "right", "down", "left", "esc", "alt+p")
		s.Type("tea")
		s.Press("down")
		s.Type("coffee")
		s.Press("up", "up", "up", "right", "esc", "alt+t", "down", "down", "space", "esc")
		s.Sleep(200 * time.Millisecond)
		s.See("B: the warning becomes text in front of the post", "warning: spoilers", "a poll of 2", "unlisted")
		s.DontSee("N @me")
		s.Press("ctrl+s")
		s.Sleep(time.Second)
		d := out.Plans()[0].Draft
		if d.Warning != "spoilers" || !d.Sensitive || strings.Join(d.Languages, " ") != "en pt-BR" || d.Visibility != timeline.Unlisted ||
			d.Replies != timeline.Nobody || d.Poll == nil || strings.Join(d.Poll.Options, " ") != "tea coffee" || d.Poll.Lasts != 72*time.Hour || len(d.To) != 2 {
			t.Errorf("the draft is %+v, its poll %+v", d, d.Poll)
		}
	})
}

func TestFilesAreFoundAttachedAndDescribed(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"heron.jpg", "heron-2.jpg", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	look := func(path, _ string) (outbox.File, error) {
		if strings.HasSuffix(path, ".txt") {
			return outbox.File{}, timeline.Errorf(timeline.CodeRefused, "notes.txt is no picture")
		}
		return outbox.File{Path: path, Type: "image/jpeg", Kind: timeline.Image}, nil
	}
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out, Attach: look}, nets, func(s *uitest.Session) {
		s.Press("c", "alt+a")
		s.Type(filepath.Join(dir, "h"))
		s.Press("tab")
		s.See("heron-2.jpg heron.jpg")
		s.Type(".j")
		s.Press("tab", "enter")
		s.See("heron.jpg", "file")
		s.Type("a heron at dawn")
		s.Press("enter")
		s.Type(filepath.Join(dir, "notes.txt"))
		s.Press("enter")
		s.See("notes.txt is no picture")
		s.Press("esc")
		s.See("1 attachment")
		s.DontSee("without a description")
		s.Sleep(2 * time.Second)
		if all := drafts(t, out); len(all) != 1 || len(all[0].Draft.Media) != 1 || all[0].Draft.Media[0].Alt != "a heron at dawn" {
			t.Errorf("drafts are %+v", all)
		}
		s.Press("alt+a", "up", "ctrl+u", "esc")
		s.See("1 attachment without a description: A-a adds it")
		s.Press("alt+a", "up", "ctrl+x", "esc")
		s.DontSee("attachment")
	})
}

func TestEditorGetsTheText(t *testing.T) {
	nets, out := writing()
	var given string
	editor := func(text string, done func(string, error) tea.Msg) tea.Cmd {
		given = text
		return func() tea.Msg {
			time.Sleep(time.Second)
			if text == "fails" {
				return done("", errors.New("exit status 1"))
			}
			return done(text+" by hand\n", nil)
		}
	}
	uitest.Play(t, ui.Options{Outbox: out, Editor: editor}, nets, func(s *uitest.Session) {
		s.Press("c")
		s.Type("written")
		s.Press("alt+e", "x")
		s.See("your editor has the text")
		s.Sleep(2 * time.Second)
		s.See("written by hand")
		s.DontSee("written by handx", "your editor has")
		if given != "written" {
			t.Errorf("the editor got %q", given)
		}
		s.Press("ctrl+u")
		s.Type("fails")
		s.Press("alt+e")
		s.Sleep(2 * time.Second)
		s.See("the editor: exit status 1", "fails")
	})
}

// TestCursorStandsWhereOneWrites: it is the terminal's own.
func TestCursorStandsWhereOneWrites(t *testing.T) {
	nets, out := writing()
	uitest.Play(t, ui.Options{Outbox: out}, nets, func(s *uitest.Session) {
		if s.Cursor() != nil {
			t.Error("there is a cursor though nothing is written")
		}
		s.Press("c")
		s.Type("abc")
		c := s.Cursor()
		if c == nil || c.Y != s.Line("abc") || !strings.HasPrefix(s.Screen.Row(c.Y)[strings.Index(s.Screen.Row(c.Y), "abc"):], "abc") {
			t.Fatalf("the cursor is at %+v", c)
		}
		s.Press("alt+w")
		s.Type("sp")
		if c := s.Cursor(); c == nil || c.Y != s.Line("warning  sp") {
			t.Errorf("the cursor is at %+v", c)
		}
	})
}
