package overlay_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/overlay"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/uitest"
)

func entries() []overlay.Entry {
	return []overlay.Entry{
		{Name: "down", Group: "move", Keys: "j", Help: "next post"},
		{Name: "health", Group: "view", Keys: "H", Help: "how the accounts do"},
		{Name: "back", Group: "view", Keys: "esc", Help: "back", Why: "this is home"},
	}
}

func links(n int) []post.Link {
	out := make([]post.Link, n)
	for i := range out {
		a, _ := post.ParseAddress(timeline.CleanLine("https://lab.example/"))
		out[i] = post.Link{Label: timeline.CleanLine("日本 label"), Address: a, Misleads: i%2 == 0}
	}
	return out
}

// TestEndOfAHostIsNeverCut: the end of a host says whose it is, and its beginning
// may say anything.
func TestEndOfAHostIsNeverCut(t *testing.T) {
	long := strings.Repeat("bank.example.", 17)
	a, ok := post.ParseAddress(timeline.CleanLine("https://" + long + "evil.test/"))
	if !ok {
		t.Fatal("the address is not taken")
	}
	link := post.Link{Label: timeline.CleanLine("bank.example"), Address: a, Misleads: true}
	l := overlay.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster}
	for _, o := range []overlay.Overlay{overlay.NewAsk(link), overlay.NewLinks([]post.Link{link, link})} {
		lines := o.Lines(l, 38, 10)
		if len(lines) > 10 {
			t.Errorf("%T takes %d lines of 10", o, len(lines))
		}
		if s := ansi.Strip(strings.Join(lines, "\n")); !strings.Contains(s, "evil.test") || !strings.Contains(s, "…") {
			t.Errorf("%T hides where the link leads:\n%s", o, s)
		}
	}
}

// TestLinesFit: every overlay, at any size, stays within it and is rectangular.
func TestLinesFit(t *testing.T) {
	health := func() []timeline.Health {
		return []timeline.Health{
			{Account: timeline.Account{Network: timeline.Mastodon, Name: "work"}, State: timeline.Partial, Up: 2, Of: 3, Message: timeline.CleanLine("日本")},
			{State: timeline.SignIn},
			{State: timeline.Down, Retry: uitest.Start().Add(time.Minute)},
			{State: "odd"},
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom([]overlay.Overlay{
			overlay.NewHelp(entries()), overlay.NewPalette(entries()), overlay.NewLinks(links(12)), overlay.NewAsk(links(1)[0]),
			overlay.NewHealth(health, uitest.Start), overlay.NewFilter("text"), overlay.NewOutbox(deliveries, uitest.Start),
			overlay.NewVote(&timeline.Post{Poll: &timeline.Poll{Options: make([]timeline.PollOption, 12), Multiple: true}}),
			overlay.NewMute(mutables()), overlay.NewMuted(mutes, uitest.Start),
			overlay.NewConfirm("sure?", []string{strings.Repeat("quite sure 日本 ", 20)}, overlay.Answer{Key: "a", Label: "all"}),
		}).Draw(t, "overlay")
		for range rapid.IntRange(0, 10).Draw(t, "keys") {
			o.Key(uitest.Key(rapid.SampledFrom([]string{"j", "k", "down", "up", "G", "pgdown", "x", "backspace", "space", "enter", "tab"}).Draw(t, "key")))
		}
		w, h := rapid.IntRange(28, 200).Draw(t, "width"), rapid.IntRange(5, 60).Draw(t, "height")
		l := overlay.Look{Theme: theme.New("plain", true, rapid.Bool().Draw(t, "ascii")), Measure: cell.PerCluster}
		lines := o.Lines(l, w, h)
		for _, line := range lines {
			if got := cell.Width(l.Measure, line); got > w || got != cell.Width(l.Measure, lines[0]) {
				t.Fatalf("%d cells of %d, the first line has %d: %q", got, w, cell.Width(l.Measure, lines[0]), line)
			}
		}
	})
}

func deliveries() []timeline.Delivery {
	states := []timeline.DeliveryState{
		timeline.Queued, timeline.Sending, timeline.Sent, timeline.Refused, timeline.Unknown, timeline.Unconfirmed, timeline.Scheduled, timeline.Waiting, timeline.Cancelled,
	}
	var out []timeline.Delivery
	for i, s := range states {
		out = append(out, timeline.Delivery{
			ID: int64(i + 1), Operation: "op" + string(rune('a'+i/2)), Account: timeline.Account{Network: timeline.Nostr, Handle: timeline.CleanLine("@me@nostr.example")},
			Kind: timeline.DoPost, Part: 1, Of: 2, State: s, Due: uitest.Start().Add(time.Duration(i) * time.Hour), Summary: timeline.CleanLine("日本語 a long summary of what was written"),
			Receipt: timeline.Receipt{
				Posts:   []timeline.Copy{{URL: timeline.CleanLine("https://nostr.example/" + strings.Repeat("x", 90))}},
				Answers: []timeline.Answer{{Server: timeline.CleanLine("relay.example"), Taken: i%2 == 0, Message: timeline.CleanLine("rate-limited: slow down")}},
			},
		})
	}
	return out
}

// TestOutboxOffersWhatHelps: what may be sent again, withdrawn and opened depends on
// how a delivery stands.
func TestOutboxOffersWhatHelps(t *testing.T) {
	for i, d := range deliveries() {
		o := overlay.NewOutbox(func() []timeline.Delivery { return []timeline.Delivery{d} }, uitest.Start)
		_, resends := o.Key(uitest.Key("r")).(overlay.Resend)
		_, withdraws := o.Key(uitest.Key("x")).(overlay.Withdraw)
		_, opens := o.Key(uitest.Key("o")).(overlay.Open)
		lacking := d.State == timeline.Sent && i%2 == 1
		if want := d.State == timeline.Refused || d.State == timeline.Unconfirmed || d.State == timeline.Cancelled || d.State == timeline.Waiting || lacking; resends != want {
			t.Errorf("%s: resends %v", d.State, resends)
		}
		if withdraws == d.State.Settled() {
			t.Errorf("%s: withdraws %v", d.State, withdraws)
		}
		if !opens {
			t.Errorf("%s: does not open", d.State)
		}
		o.Key(uitest.Key("enter"))
		l := overlay.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster}
		if s := ansi.Strip(strings.Join(o.Lines(l, 80, 20), "\n")); !strings.Contains(s, "relay.example  rate-limited: slow down") {
			t.Errorf("%s: the details are\n%s", d.State, s)
		}
		if _, closed := o.Key(uitest.Key("esc")).(overlay.Close); closed {
			t.Error("esc closes instead of going back to the list")
		}
	}
}

// TestOutboxSaysWhatItIsTrying: what failed for now goes on by itself, or at once.
func TestOutboxSaysWhatItIsTrying(t *testing.T) {
	now := uitest.Start()
	all := []timeline.Delivery{
		{
			ID: 1, Operation: "post", Account: timeline.Account{Network: timeline.Bluesky}, Kind: timeline.DoPost, Of: 1, State: timeline.Queued,
			Code: timeline.CodeOffline, Message: timeline.CleanLine("no route"), Summary: timeline.CleanLine("hello"), Due: now.Add(5 * time.Second), Created: now,
		},
		{ID: 2, Operation: "like", Account: timeline.Account{Network: timeline.Mastodon}, Kind: timeline.DoLike, Of: 1, State: timeline.Sent, Summary: timeline.CleanLine("a heron"), Created: now},
		{ID: 3, Operation: "boost", Account: timeline.Account{Network: timeline.Nostr}, Kind: timeline.DoBoost, Undo: true, Of: 1, State: timeline.Refused, Message: timeline.CleanLine("blocked"), Created: now},
	}
	o := overlay.NewOutbox(func() []timeline.Delivery { return all }, uitest.Start)
	l := overlay.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster}
	want := strings.Join([]string{
		"╭─ outbox ───────────────────────────────────────────────────╮",
		"│ hello                                                  now │",
		"│ ▌ · B trying again in 5 s  no route                        │",
		"│                                                            │",
		"│   ✓ M like  a heron                                    now │",
		"│   ✗ N take the boost back refused  blocked             now │",
		"╰─ ⏎ details · r tries now · x withdraws · esc closes ───────╯",
	}, "\n")
	if got := ansi.Strip(strings.Join(o.Lines(l, 62, 20), "\n")); got != want {
		t.Errorf("it shows\n%s\nnot\n%s", got, want)
	}
	if r, ok := o.Key(uitest.Key("r")).(overlay.Resend); !ok || r.ID != 1 {
		t.Errorf("r is %+v", r)
	}
}

// TestOutboxKeepsThePlace: what changes above does not move the selection.
func TestOutboxKeepsThePlace(t *testing.T) {
	all := deliveries()
	o := overlay.NewOutbox(func() []timeline.Delivery { return all }, uitest.Start)
	o.Key(uitest.Key("j"))
	o.Key(uitest.Key("j"))
	o.Key(uitest.Key("j"))
	all = append([]timeline.Delivery{{ID: 99, Operation: "new", State: timeline.Queued}}, all...)
	if r, ok := o.Key(uitest.Key("r")).(overlay.Resend); !ok || r.ID != 4 {
		t.Errorf("selected is %+v", r)
	}
}

func TestConfirmActsOnItsAnswersAlone(t *testing.T) {
	for key, want := range map[string]overlay.Action{"enter": overlay.Retry{}, "y": overlay.Retry{}, "a": overlay.Search{}, "n": overlay.Close{}, "esc": overlay.Close{}} {
		c := overlay.NewConfirm("sure?", nil, overlay.Answer{Key: "x", Action: overlay.Retry{}}, overlay.Answer{Key: "a", Action: overlay.Search{}})
		if got := c.Key(uitest.Key(key)); got != want {
			t.Errorf("%s: %T, not %T", key, got, want)
		}
	}
}

func TestVoteChoosesOneOrSeveral(t *testing.T) {
	for _, c := range []struct {
		several bool
		keys    string
		want    []int
	}{
		{false, "1 3 enter", []int{2}}, {true, "1 3 enter", []int{0, 2}}, {true, "1 1 2 enter", []int{1}}, {false, "j j enter", []int{2}},
	} {
		v := overlay.NewVote(&timeline.Post{Poll: &timeline.Poll{Options: make([]timeline.PollOption, 3), Multiple: c.several}})
		var last overlay.Action
		for _, k := range strings.Fields(c.keys) {
			last = v.Key(uitest.Key(k))
		}
		if got, ok := last.(overlay.Voted); !ok || !slices.Equal(got.Choices, c.want) {
			t.Errorf("%s votes %v, not %v", c.keys, got, c.want)
		}
	}
}

func TestLinksAnswerNumbers(t *testing.T) {
	o := overlay.NewLinks(links(3))
	if _, ok := o.Key(uitest.Key("4")).(overlay.Open); ok {
		t.Error("a link that is not there was opened")
	}
	if _, ok := o.Key(uitest.Key("3")).(overlay.Open); !ok {
		t.Error("the third link was not opened")
	}
	if _, ok := o.Key(uitest.Key("esc")).(overlay.Close); !ok {
		t.Error("esc does not close")
	}
}

func TestAskOpensOnlyOnYes(t *testing.T) {
	for key, want := range map[string]bool{"enter": true, "y": true, "n": false, "esc": false, "x": false} {
		a, ok := overlay.NewAsk(links(1)[0]).Key(uitest.Key(key)).(overlay.Open)
		if ok != want || ok && !a.Sure {
			t.Errorf("%s: opens %v", key, ok)
		}
	}
}

func TestPaletteRunsWhatItFinds(t *testing.T) {
	for typed, want := range map[string]string{"": "down", "acc": "health", "hw": "health", "nxpst": "down", "back": "", "zzz": ""} {
		p := overlay.NewPalette(entries())
		for _, r := range typed {
			p.Key(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		got := ""
		if run, ok := p.Key(uitest.Key("enter")).(overlay.Run); ok {
			got = run.Name
		}
		if got != want {
			t.Errorf("%q runs %q, not %q", typed, got, want)
		}
	}
}

func TestInput(t *testing.T) {
	var in overlay.Input
	in.Paste("two words\x1b[31m\nand more 👩‍👩‍👧")
	in.Key(uitest.Key("backspace"))
	if got := in.Text(); got != "two words[31m and more " {
		t.Errorf("holds %q", got)
	}
	in.Key(uitest.Key("ctrl+w"))
	if got := in.Text(); got != "two words[31m and " {
		t.Errorf("holds %q", got)
	}
	in.Key(uitest.Key("ctrl+u"))
	for range 1000 {
		in.Key(tea.KeyPressMsg{Code: 'é', Text: "é"})
	}
	if n := len(in.Text()); n == 0 || n > 202 {
		t.Errorf("takes %d bytes", n)
	}
}
