package ui_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"skein/outbox"
	"skein/timeline"
	"skein/ui"
	"skein/ui/uitest"
)

// screens are the frames in which what a command shows was accepted, as
// TEST/NAME in testdata; "" is one that shows nothing of its own: it moves, acts on
// a post at once, or goes where another goes.
func screens() map[string]string {
	return map[string]string{
		"down": "", "up": "", "half-down": "", "half-up": "", "page-down": "", "page-up": "", "top": "", "bottom": "",
		"unseen": "Reading/next-unread", "read-all": "",

		"open": "Screens/thread", "back": "", "author": "People/profile", "reveal": "Screens/revealed", "links": "Screens/links",
		"media": "Gallery/picture", "translate": "Screens/translated", "pipe": "Pipe/asks", "browser": "", "reply": "Writing/reply", "reply-all": "",
		"boost": "Screens/acted", "like": "Screens/acted", "bookmark": "Screens/acted", "quote": "Screens/quote", "vote": "Screens/vote",
		"edit": "Screens/edit", "delete": "Screens/delete", "mute": "Muting/mute", "follow": "", "block": "People/block", "report": "People/report",
		"who": "People/who", "part-next": "", "part-previous": "People/following", "copy-text": "Screens/copied", "copy-url": "",

		"compose": "Writing/compose", "take-back": "Screens/held", "outbox": "Writing/outbox", "notifications": "Notifications/all",
		"notice-kind": "Notifications/kind", "profile": "", "network": "Screens/one-network", "search": "Reading/search",
		"match-next": "Reading/search-list", "match-previous": "", "filter": "Screens/filter", "refresh": "", "messages": "Messages/list",
		"muted": "Muting/muted-list", "accounts": "Accounts/accounts", "account-next": "", "account-previous": "", "health": "Screens/health",
		"zoom": "Columns/zoom", "side": "Columns/notifications", "side-go": "Columns/person",

		"tab-next": "Tabs/tab", "tab-previous": "Tabs/sieved", "tab": "Tabs/last", "home": "Screens/home", "bookmarks": "",
		"feeds": "Tabs/picker", "tab-keep": "", "tab-close": "", "tab-left": "", "tab-right": "", "tab-filter": "Tabs/sieve",

		"palette": "Screens/palette", "help": "Screens/help", "quit": "Screens/quit",

		"compose-send": "Writing/sent", "compose-keep": "", "compose-editor": "", "compose-attach": "Sheets/attach", "compose-targets": "Sheets/targets",
		"compose-own-text": "Sheets/own-text", "compose-split": "Writing/preview", "compose-warning": "Writing/sheet", "compose-language": "Sheets/language",
		"compose-audience": "Sheets/audience", "compose-poll": "Sheets/poll", "compose-drafts": "Sheets/drafts", "compose-discard": "Sheets/discard",
		"compose-keys": "Sheets/compose-keys",
	}
}

// TestEveryScreenWasAccepted: a command that is added says which frame holds what it
// shows, in every width, or that it shows nothing.
func TestEveryScreenWasAccepted(t *testing.T) {
	known := screens()
	for _, row := range regexp.MustCompile("(?m)`([a-z0-9-]+)` \\|$").FindAllStringSubmatch(ui.KeyTable(), -1) {
		frame, ok := known[row[1]]
		if !ok {
			t.Errorf("nothing says how %s looks; add it to screens", row[1])
			continue
		}
		delete(known, row[1])
		if frame == "" {
			continue
		}
		test, name := filepath.Split(frame)
		for _, size := range uitest.Sizes() {
			pattern := filepath.Join("testdata", fmt.Sprintf("Test%s*Look*Accepted", filepath.Clean(test)), fmt.Sprintf("%s-%d.golden", name, size[0]))
			if found, err := filepath.Glob(pattern); err != nil || len(found) != 1 {
				t.Errorf("%s: there is no frame %s (%v)", row[1], pattern, err)
			}
		}
	}
	for name := range known {
		t.Errorf("there is no command %s", name)
	}
}

// TestScreensLookAsTheyWereAccepted holds what a reader meets in a day to what was
// accepted, where no test of its own does.
func TestScreensLookAsTheyWereAccepted(t *testing.T) {
	uitest.Accepted(t, func() uitest.Scene {
		nets, out := writing()
		poll := uitest.Post(timeline.Mastodon, "poll", 30*time.Second, "zoe", "What is in your cup, and why?")
		poll.Poll = &timeline.Poll{Options: []timeline.PollOption{{Text: timeline.CleanLine("tea"), Votes: 3}, {Text: timeline.CleanLine("coffee"), Votes: 4}}, Votes: 7, Voters: 7}
		poll.Text = append(poll.Text, link(" cups.example", "https://cups.example/a"), link(" the rules", "https://cups.example/rules"))
		hidden := uitest.Post(timeline.Bluesky, "hidden", 40*time.Second, "carol", "the last episode: nobody saw it coming")
		hidden.Sensitive, hidden.Warning = true, timeline.CleanLine("spoilers")
		nets[0].Has(mine(timeline.Mastodon), poll)
		nets[1].Has(hidden)
		nets[0].Threads(conversation())
		nets[0].Translates(poll.ID, timeline.Translation{Text: timeline.PlainText(timeline.Clean("Was ist in deiner Tasse?")), From: "en", Provider: timeline.CleanLine("DeepL")})
		out.Wrote(mine(timeline.Mastodon).ID, mine(timeline.Bluesky).ID)
		out.Left(outbox.Draft{Text: "half a thought"})
		return uitest.Scene{Options: ui.Options{Outbox: out}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			look("home")
			s.Press("o")
			look("links")
			s.Press("esc", "p")
			look("vote")
			s.Press("esc", "T")
			look("translated")
			s.Press("f", "b", "s")
			look("acted")
			s.Press("y")
			look("copied")
			s.Press("Q")
			look("quote")
			s.Press("esc", "j", "z")
			look("revealed")
			s.Press("j", "e")
			look("edit")
			s.Press("esc", "d")
			look("delete")
			s.Press("esc", "j", "enter")
			look("thread")
			s.Press("esc", "F")
			look("one-network")
			s.Press("F", "F", "F", `\`)
			s.Type("heron")
			look("filter")
			s.Press("esc", "?")
			look("help")
			s.Press("esc", ":")
			s.Type("acc")
			look("palette")
			s.Press("esc")
			nets[1].Fails(timeline.Errorf(timeline.CodeOffline, "bluesky does not answer"))
			s.Press("ctrl+r", "H")
			look("health")
			s.Press("esc", "c")
			s.Type("See you there.")
			s.Press("ctrl+s")
			look("held")
			s.Press("q")
			look("quit")
			s.Press("esc")
		}}
	})
}

// TestSheetsLookAsTheyWereAccepted does the same for what the compose screen asks.
func TestSheetsLookAsTheyWereAccepted(t *testing.T) {
	attach := func(path, alt string) (outbox.File, error) {
		return outbox.File{Path: path, Alt: alt, Type: "image/jpeg", Kind: timeline.Image}, nil
	}
	uitest.Accepted(t, func() uitest.Scene {
		nets, out := writing()
		out.Left(outbox.Draft{Text: "half a thought"}, outbox.Draft{Text: "another, longer one about what the tide left on the steps"})
		return uitest.Scene{Options: ui.Options{Outbox: out, Attach: attach}, Networks: nets, Story: func(s *uitest.Session, look func(string)) {
			s.Press("c")
			s.Type("all of it")
			for _, sheet := range []struct{ key, name string }{
				{"alt+t", "targets"}, {"alt+l", "language"}, {"alt+v", "audience"}, {"alt+p", "poll"}, {"alt+o", "drafts"}, {"alt+h", "compose-keys"}, {"alt+q", "discard"},
			} {
				s.Press(sheet.key)
				look(sheet.name)
				s.Press("esc")
			}
			s.Press("alt+a")
			s.Type("testdata/her")
			s.Press("tab")
			look("attach")
			s.Press("enter")
			look("attached")
			s.Press("esc", "alt+y")
			look("own-text")
			s.Press("alt+y")
		}}
	})
}
