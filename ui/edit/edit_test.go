package edit_test

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/edit"
	"skein/ui/uitest"
)

func press(t *edit.Text, keys ...string) {
	for _, k := range keys {
		t.Key(uitest.Key(k))
	}
}

func TestKeysEdit(t *testing.T) {
	for _, c := range []struct {
		name, text string
		keys       []string
		want       string
	}{
		{"a whole family goes", "hi 👩‍👩‍👧", []string{"backspace"}, "hi "},
		{"a word", "one two  ", []string{"ctrl+w"}, "one "},
		{"to the beginning", "one\ntwo", []string{"ctrl+u", "x"}, "one\nx"},
		{"to the end", "one two", []string{"home", "ctrl+k", "x"}, "x"},
		{"a line break", "one\ntwo", []string{"home", "backspace"}, "onetwo"},
		{"the break ahead", "one\ntwo", []string{"up", "end", "delete"}, "onetwo"},
		{"a word ahead", "one two", []string{"home", "alt+d", "x"}, "x two"},
		{"up and down keep the cell", "abcdef\nx\nabcdef", []string{"left", "left", "up", "up", "X"}, "abcdXef\nx\nabcdef"},
		{"words", "one two three", []string{"alt+left", "alt+left", "X"}, "one Xtwo three"},
		{"the very beginning", "one\ntwo", []string{"ctrl+home", "X", "ctrl+end", "Y"}, "Xone\ntwoY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := edit.New(c.text)
			e.SetWidth(cell.PerCluster, 40)
			press(e, c.keys...)
			if got := e.String(); got != c.want {
				t.Errorf("holds %q, not %q", got, c.want)
			}
		})
	}
}

// TestRoomThatIsWonShowsMore: a list below the text was closed.
func TestRoomThatIsWonShowsMore(t *testing.T) {
	e := edit.New("one\ntwo two\nthree\nfour")
	e.SetWidth(cell.PerCluster, 5)
	if lines, _, y := e.Lines(2); strings.Join(lines, "|") != "three|four" || y != 1 {
		t.Errorf("two lines are %q, the cursor is on %d", lines, y)
	}
	if lines, _, y := e.Lines(4); strings.Join(lines, "|") != "two |two|three|four" || y != 3 {
		t.Errorf("four lines are %q, the cursor is on %d", lines, y)
	}
	if lines, _, y := e.Lines(9); strings.Join(lines, "|") != "one|two |two|three|four" || y != 4 {
		t.Errorf("nine lines are %q, the cursor is on %d", lines, y)
	}
}

func TestWrapsAtWords(t *testing.T) {
	e := edit.New("one two three four\n日本語の長い文")
	e.SetWidth(cell.PerCluster, 8)
	lines, x, y := e.Lines(10)
	if got := strings.Join(lines, "|"); got != "one two |three |four|日本語の|長い文" {
		t.Errorf("lines are %s", got)
	}
	if x != 6 || y != 4 {
		t.Errorf("the cursor is at %d, %d", x, y)
	}
	press(e, "ctrl+home", "down", "down")
	if _, x, y := e.Lines(10); x != 0 || y != 2 {
		t.Errorf("two lines down the cursor is at %d, %d", x, y)
	}
}

func TestScrollsWithTheCursor(t *testing.T) {
	e := edit.New("a\nb\nc\nd\ne\nf")
	e.SetWidth(cell.PerCluster, 8)
	show := func() string { lines, _, _ := e.Lines(3); return strings.Join(lines, "") }
	if got := show(); got != "def" {
		t.Errorf("at the end it shows %s", got)
	}
	press(e, "up", "up")
	if got := show(); got != "def" {
		t.Errorf("within the screen it scrolled: %s", got)
	}
	press(e, "up")
	if got := show(); got != "cde" {
		t.Errorf("above the screen it shows %s", got)
	}
}

func TestMaxIsKept(t *testing.T) {
	e := &edit.Text{Max: 10}
	if !e.Insert("12345") || e.Insert("123456") || e.Insert(strings.Repeat("x", 1<<20)) {
		t.Error("the limit is not kept")
	}
	if got := e.String(); got != "12345" {
		t.Errorf("holds %q", got)
	}
	if _, room := e.Key(uitest.Key("x")); !room {
		t.Error("there was room")
	}
}

func TestPastedControlsAreNoText(t *testing.T) {
	e := edit.New("")
	e.Insert("a\x1b]0;OWNED\x07b\r\nc\u202e\td\x00")
	if got, want := e.String(), "a]0;OWNEDb\nc    d"; got != want {
		t.Errorf("holds %q, not %q", got, want)
	}
	line := &edit.Text{Line: true}
	line.Insert("two\nlines")
	if got := line.String(); got != "two lines" {
		t.Errorf("one line holds %q", got)
	}
}

// TestAnyKeysKeepTheTextWhole compares with a text that is wrapped afresh: whatever
// is typed, the lines are those, the length is right and the cursor is inside.
func TestAnyKeysKeepTheTextWhole(t *testing.T) {
	keys := []string{
		"a", "b", "space", "space", "enter", "日", "e", "\u0301", "👩", "backspace", "delete", "left", "right", "up", "down", "home", "end",
		"ctrl+w", "ctrl+k", "ctrl+u", "alt+d", "alt+left", "alt+right", "pgup", "pgdown", "ctrl+home", "ctrl+end",
	}
	rapid.Check(t, func(t *rapid.T) {
		e := edit.New(rapid.StringOf(rapid.RuneFrom([]rune("ab  \n日é👩🏽\u200d"))).Draw(t, "text"))
		width := rapid.IntRange(1, 12).Draw(t, "width")
		e.SetWidth(cell.PerCluster, width)
		for range rapid.IntRange(1, 40).Draw(t, "keys") {
			press(e, rapid.SampledFrom(keys).Draw(t, "key"))
			text := e.String()
			if len(text) != e.Len() {
				t.Fatalf("%d bytes, Len says %d", len(text), e.Len())
			}
			fresh := edit.New(text)
			fresh.SetWidth(cell.PerCluster, width)
			if timeline.Clean(text).String() == text && fresh.Rows(1000) != e.Rows(1000) {
				t.Fatalf("%d lines, wrapped afresh %d: %q", e.Rows(1000), fresh.Rows(1000), text)
			}
			lines, x, y := e.Lines(5)
			if y >= len(lines) || x >= width {
				t.Fatalf("the cursor is at %d, %d of %q", x, y, lines)
			}
			for _, l := range lines {
				if cell.Width(cell.PerCluster, l) > width {
					t.Fatalf("%q is wider than %d", l, width)
				}
			}
		}
	})
}

// TestHugeTextDoesNotSlowTheKeys types into the largest text there may be. The
// bound is a hundred times what it takes, and a hundredth of what redrawing takes.
func TestHugeTextDoesNotSlowTheKeys(t *testing.T) {
	for _, c := range []struct{ name, unit, at string }{
		{"one line", "some words on a line ", "ctrl+home"},
		{"the end of one line", "some words on a line ", "ctrl+end"},
		{"lines", "some words on a line\n", "ctrl+home"},
		{"no blanks", "日", "ctrl+end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := edit.New(strings.Repeat(c.unit, 1<<20/len(c.unit)))
			e.SetWidth(cell.PerCluster, 76)
			press(e, c.at)
			const keys = 200
			began := time.Now()
			for range keys {
				e.Key(tea.KeyPressMsg{Code: 'x', Text: "x"})
				e.Lines(10)
			}
			if each := time.Since(began) / keys; each > 50*time.Millisecond {
				t.Errorf("a key takes %s", each)
			}
		})
	}
}
