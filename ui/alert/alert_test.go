package alert_test

import (
	"strings"
	"testing"
	"time"

	"skein/timeline"
	"skein/ui/alert"
)

func TestSequence(t *testing.T) {
	title, text := timeline.CleanLine("4;Bo\x1b]0;x\x07 mentioned you"), timeline.CleanLine("a; b\u009c\nc")
	for way, want := range map[alert.Way]string{
		alert.OSC9:   "\x1b]9;Bo]0;x mentioned you: a; b c\x07",
		alert.OSC777: "\x1b]777;notify;4,Bo]0,x mentioned you;a, b c\x1b\\",
		alert.OSC99:  "\x1b]99;i=skein:d=0:e=1;NDtCb10wO3ggbWVudGlvbmVkIHlvdQ==\x1b\\\x1b]99;i=skein:d=1:e=1:p=body;YTsgYiBj\x1b\\",
	} {
		if got := alert.Sequence(way, false, title, text); got != want {
			t.Errorf("%s: %q, want %q", way, got, want)
		}
		wrapped := alert.Sequence(way, true, title, text)
		if inner, ok := strings.CutPrefix(wrapped, "\x1bPtmux;"); !ok || strings.ReplaceAll(strings.TrimSuffix(inner, "\x1b\\"), "\x1b\x1b", "\x1b") != want {
			t.Errorf("%s through tmux: %q", way, wrapped)
		}
	}
	long := alert.Sequence(alert.OSC9, false, timeline.CleanLine(strings.Repeat("é", 5000)), timeline.CleanLine(strings.Repeat("x", 5000)))
	if len(long) > 600 {
		t.Errorf("%d bytes", len(long))
	}
}

// FuzzSequence: whatever somebody is called and says, the sequence ends where it ends.
func FuzzSequence(f *testing.F) {
	f.Add("Bo", "hi")
	f.Add("\x1b\\", "\x07\x9c\u009c;")
	f.Fuzz(func(t *testing.T, title, text string) {
		for _, w := range []alert.Way{alert.OSC9, alert.OSC777, alert.OSC99} {
			s := alert.Sequence(w, false, timeline.CleanLine(title), timeline.CleanLine(text))
			inside := strings.NewReplacer("\x1b]99;", "", "\x1b\\", "", "\x1b]9;", "", "\x1b]777;", "", "\x07", "").Replace(s)
			if strings.ContainsFunc(inside, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
				t.Fatalf("%s of %q and %q: %q", w, title, text, s)
			}
		}
	})
}

func TestWayOf(t *testing.T) {
	for want, envs := range map[alert.Way][]map[string]string{
		alert.OSC99:  {{"KITTY_WINDOW_ID": "1", "TERM": "tmux-256color"}, {"TERM": "xterm-kitty"}},
		alert.OSC777: {{"TERM": "foot"}, {"VTE_VERSION": "7000"}, {"TERM_PROGRAM": "WezTerm"}, {"TERM_PROGRAM": "ghostty"}},
		alert.OSC9:   {{"TERM_PROGRAM": "iTerm.app"}, {}},
	} {
		for _, env := range envs {
			got := alert.WayOf(func(name string) (string, bool) { v, ok := env[name]; return v, ok })
			if got != want {
				t.Errorf("%v: %s, want %s", env, got, want)
			}
		}
	}
}

func TestQuiet(t *testing.T) {
	at := func(h, m int) time.Time { return time.Date(2026, 12, 1, h, m, 0, 0, time.UTC) }
	night := alert.Quiet{From: 22 * time.Hour, To: 7*time.Hour + 30*time.Minute}
	noon := alert.Quiet{From: 12 * time.Hour, To: 13 * time.Hour}
	for _, tt := range []struct {
		quiet alert.Quiet
		at    time.Time
		want  bool
	}{
		{night, at(23, 0), true},
		{night, at(7, 29), true},
		{night, at(7, 30), false},
		{night, at(21, 59), false},
		{noon, at(12, 0), true},
		{noon, at(13, 0), false},
		{alert.Quiet{}, at(0, 0), false},
	} {
		if got := tt.quiet.Holds(tt.at); got != tt.want {
			t.Errorf("%v at %s: %v", tt.quiet, tt.at.Format("15:04"), got)
		}
	}
}

func TestPending(t *testing.T) {
	now := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	n := func(k timeline.NoticeKind) timeline.Notice { return timeline.Notice{Kind: k, ID: string(k)} }
	p := alert.Pending{}
	if _, ok := p.Add(now, n(timeline.NoticeLike)); ok {
		t.Error("a like is told unasked")
	}
	if wait, ok := p.Add(now, n(timeline.NoticeReply)); !ok || wait != 0 || len(p.Take(now)) != 1 {
		t.Error("the first is told at once")
	}
	now = now.Add(time.Second)
	if wait, ok := p.Add(now, n(timeline.NoticeReply)); !ok || wait != 9*time.Second || p.Take(now) != nil {
		t.Errorf("the next waits %s", wait)
	}
	if got := p.Take(now.Add(9 * time.Second)); len(got) != 1 {
		t.Errorf("then %v", got)
	}
	quiet := alert.Pending{Kinds: []timeline.NoticeKind{timeline.NoticeLike}, Quiet: alert.Quiet{To: 20 * time.Hour}}
	if _, ok := quiet.Add(now, n(timeline.NoticeLike)); ok {
		t.Error("it is quiet")
	}
}
