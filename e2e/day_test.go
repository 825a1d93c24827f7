package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"skein/e2e"
)

// A person's day in the terminal, on the sandbox: each part of the client once, the
// way people use it, and what the networks or the command line say of it afterwards.
func TestADayInTheTerminal(t *testing.T) {
	d := newDay(t)
	t.Run("notifications are read and marked", d.notifications)
	t.Run("a search goes further than what was read", d.search)
	t.Run("an address opens here", d.address)
	t.Run("somebody is looked at and followed", d.profile)
	t.Run("a tag becomes a tab that stays", d.tabs)
	t.Run("a word is muted and comes back", d.muting)
	t.Run("a picture is looked at", d.pictures)
	t.Run("a vote is cast", d.vote)
	t.Run("a post is copied, and given to a command", d.copies)
	t.Run("a post of one's own is edited and deleted", d.ownPost)
	t.Run("a message is answered", d.message)
	t.Run("what arrives does not move the reader", d.arrival)
	t.Run("the palette knows every command, and why one does not work", d.palette)
}

// day is a sandbox and who reads it.
type day struct {
	sandbox *e2e.Sandbox
	home    *e2e.Home
}

func newDay(t *testing.T) *day {
	t.Helper()
	e2e.Require(t, e2e.ToolTmux)
	sandbox := e2e.NewHome(t).Serve(t)
	return &day{sandbox: sandbox, home: e2e.NewHome(t).With("SKEIN_CONFIG=" + sandbox.Config)}
}

func (d *day) notifications(t *testing.T) {
	r := opens(t, d.home)
	r.sees(`Notifications \d+`)
	r.presses("g", "n")
	r.sees(`(liked|boosted) your post`)
	r.finds(`replied to you`)
	r.presses("Enter")
	r.sees(`Thread`)
	r.leaves(`Thread`)
	r.presses("g", "r")
	r.sees(`Notifications  `) // no number
	for _, line := range strings.Split(d.home.Run(t, "notifications", "--json").Exits(t, 0).Stdout, "\n") {
		if strings.Contains(line, `"unread":true`) {
			t.Errorf("marked as read, and yet unread: %s", line)
		}
	}
}

func (d *day) search(t *testing.T) {
	r := opens(t, d.home)
	r.presses("/", "breakfast")
	r.sees(`\d+ found`)
	r.presses("Enter")
	r.sees(`(?i)breakfast`)
	r.leaves(`\d+ found`)
	r.presses("/", "#birds", "Enter")
	r.sees(`#birds`)
}

func (d *day) address(t *testing.T) {
	var url string
	for _, p := range d.home.Run(t, "timeline", "--json", "-n", "60", "--network", "bluesky").Exits(t, 0).Posts(t) {
		if strings.Contains(p.Text, "standing there since five") {
			url = p.URL
		}
	}
	r := opens(t, d.home)
	r.presses("/", url, "Enter")
	r.sees(`Thread`)
	r.sees(`standing there since five`)
}

func (d *day) profile(t *testing.T) {
	r := opens(t, d.home)
	r.finds(`M  Ana`)
	r.presses("u")
	r.sees(`Profile`)
	r.sees(`\[all\]`)
	r.sees(`you follow them`)
	r.presses("]", "]")
	r.sees(`\[media\]`)
	r.presses("+")
	r.loses(`you follow them`)
	r.presses("+")
	r.sees(`you follow them`)
	r.leaves(`Profile`)
}

func (d *day) tabs(t *testing.T) {
	r := opens(t, d.home)
	r.presses("g", "l")
	r.sees(`feeds`)
	r.presses("#golang", "Enter")
	r.sees(`(?s)#golang.*a nil is not nil`)
	r.presses("g", "k")
	r.goesHome()
	r.presses("q")
	if code := r.term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	again := opens(t, d.home)
	again.sees(`Home.*#golang`)
	again.presses("4") // after home, the notifications and the bookmarks of the configuration
	again.sees(`a nil is not nil`)
}

func (d *day) muting(t *testing.T) {
	r := opens(t, d.home)
	r.finds(`standing there since five`)
	r.presses("M")
	r.sees(`mute`)
	r.presses("3") // a word
	r.presses("standing", "Enter")
	r.sees(`"?standing"? is muted here`)
	r.loses(`standing there since five`)
	muted := d.home.Run(t, "mute", "list", "--json").Exits(t, 0)
	if !strings.Contains(muted.Stdout, "standing") {
		t.Errorf("the word is not in the list: %s", muted)
	}
	r.presses("g", "m")
	r.sees(`standing`)
	r.presses("x")
	r.leaves(`╭`)
	r.finds(`standing there since five`)
}

func (d *day) pictures(t *testing.T) {
	r := opens(t, d.home)
	r.finds(`standing there since five`)
	r.presses("m")
	r.sees(`(?s)picture.*alt:`)
	r.leaves(`╭`)
}

func (d *day) vote(t *testing.T) {
	r := opens(t, d.home)
	r.finds(`one kettle`)
	r.presses("p")
	r.sees(`vote`)
	r.presses("1", "Enter")
	r.selectsUntil(`✓`)
}

func (d *day) copies(t *testing.T) {
	r := opens(t, d.home)
	r.finds(`We moved the lab`)
	r.presses("y")
	r.sees(`copied`)
	if buffers := r.term.State(t).Buffers; !strings.Contains(buffers, "moved the lab") {
		t.Errorf("the clipboard has %q", buffers)
	}
	said := filepath.Join(t.TempDir(), "said")
	r.presses("|")
	r.presses("cat > "+said+" && echo heard", "Enter")
	r.sees(`heard`)
	if given, err := os.ReadFile(said); err != nil || !strings.Contains(string(given), "We moved the lab") {
		t.Errorf("the command was given %q, %v", given, err)
	}
}

func (d *day) ownPost(t *testing.T) {
	r := opens(t, d.home)
	r.presses("c")
	r.sees(`compose`)
	r.presses("A day in the terminal")
	r.presses("C-s")
	r.term.WaitUntilWithin(t, recoverWithin, "sent everywhere", func(s e2e.Screen) bool {
		return strings.Contains(string(s), "M sent ✓")
	})
	r.presses("g", "g")
	r.finds(`M  You[^\n]*\n(?s).*A day in the terminal`)
	r.presses("e")
	r.sees(`edit`)
	r.presses(", once more", "C-s")
	r.selectsUntil(`once more`)
	r.presses("d")
	r.sees(`delete this post\?`)
	r.presses("a") // all copies
	r.term.WaitUntilWithin(t, recoverWithin, "it has gone", func(s e2e.Screen) bool {
		return !strings.Contains(string(s), "A day in the terminal")
	})
}

func (d *day) message(t *testing.T) {
	r := opens(t, d.home)
	r.presses("g", "d")
	r.sees(`│ ▌ N Hal on 40 metres`) // in the list, once it has been read
	r.presses("Enter")
	r.sees(`╭─ N Hal on 40 metres`)
	r.sees(`faint but cheerful`)
	r.presses("r")
	r.sees(`╭─ compose`)
	r.presses("Loud and clear here", "C-s")
	r.term.WaitUntilWithin(t, recoverWithin, "it is in the conversation", func(s e2e.Screen) bool {
		return strings.Contains(string(s), "Loud and clear here") && !strings.Contains(string(s), "compose")
	})
}

func (d *day) arrival(t *testing.T) {
	r := opens(t, d.home)
	r.presses("j", "j", "j", "C-d")
	selected := waitSelectionSettles(t, r.term)
	row := rowOf(r.term.Capture(t), selected)
	d.sandbox.Posts(t, "just in, from the sandbox")
	screen := r.sees(`↑ \d+ new`)
	if screen.Selected() != selected || rowOf(screen, selected) != row {
		t.Errorf("the reader was moved from row %d to %d:\n%s", row, rowOf(screen, selected), screen.Framed())
	}
	r.presses("g", "g")
	r.sees(`just in, from the sandbox`)
}

func (d *day) palette(t *testing.T) {
	r := opens(t, d.home)
	r.presses(":")
	r.sees(`commands`)
	r.presses("how the accounts")
	r.sees(`how the accounts do`)
	r.presses("Enter")
	r.sees(`live since`)
	r.leaves(`live since`)
	r.presses(":")
	r.presses("take back")
	r.sees(`take back.*\(nothing`)
}

// rowOf is the row in which the selection begins, or -1.
func rowOf(s e2e.Screen, selected string) int {
	for i, row := range s.Rows() {
		if strings.Contains(row, firstLine(selected)) && strings.Contains(row, "▌") {
			return i
		}
	}
	return -1
}
