package thread_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"pgregory.net/rapid"

	"skein/timeline"
	"skein/ui/cell"
	"skein/ui/post"
	"skein/ui/theme"
	"skein/ui/thread"
	"skein/ui/uitest"
)

func look() post.Look {
	return post.Look{Theme: theme.New("plain", true, false), Measure: cell.PerCluster, Keys: post.Keys{Reveal: "z", Open: "⏎"}}
}

func of(local string) *timeline.Post {
	return uitest.Post(timeline.Mastodon, local, time.Minute, "ana", "says "+local+";")
}

func node(local string, replies ...*timeline.Node) *timeline.Node {
	p := of(local)
	return &timeline.Node{ID: p.ID, Post: p, Replies: replies}
}

// text is the pane without escapes, line by line.
func text(p *thread.Pane) []string {
	lines := p.Lines(uitest.Start(), true)
	for i, l := range lines {
		lines[i] = strings.TrimRight(ansi.Strip(l), " ")
	}
	return lines
}

// column is the cell at which a text begins, -1 when it is not shown.
func column(p *thread.Pane, s string) int {
	for _, l := range text(p) {
		if before, _, ok := strings.Cut(l, s); ok {
			return cell.Width(cell.PerCluster, before)
		}
	}
	return -1
}

func TestTreeIsSetInAsItBranches(t *testing.T) {
	p := thread.New(of("focus"), look())
	p.Resize(80, 60)
	p.Take(thread.Loaded{Of: of("focus").ID, Thread: &timeline.Thread{
		Focus: of("focus").ID, Truncated: true,
		Roots: []*timeline.Node{node("root", node("focus", node("a", node("a1")), node("b")))},
	}})
	at := map[string]int{}
	for _, s := range []string{"root", "focus", "a", "a1", "b"} {
		if at[s] = column(p, "says "+s+";"); at[s] < 0 {
			t.Fatalf("%s is not shown:\n%s", s, strings.Join(text(p), "\n"))
		}
	}
	if at["root"] != at["focus"] || at["a"] <= at["focus"] || at["b"] != at["a"] || at["a1"] <= at["a"] {
		t.Errorf("the posts begin at %v:\n%s", at, strings.Join(text(p), "\n"))
	}
	if column(p, "the server holds back a part") < 0 {
		t.Error("a cut thread does not say so")
	}
	if p.Post().ID.Local != "focus" || !p.Focused() {
		t.Errorf("selected is %s", p.Post().ID.Local)
	}
}

func TestAnswerForAnotherPostIsNotTaken(t *testing.T) {
	p := thread.New(of("focus"), look())
	p.Resize(80, 20)
	p.Take(thread.Loaded{Of: of("other").ID, Thread: &timeline.Thread{Focus: of("other").ID, Roots: []*timeline.Node{node("other")}}})
	if column(p, "says other;") >= 0 || !p.Loading() {
		t.Error("the answer for another post was taken")
	}
}

func TestHostileTreeIsDrawnExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := 0
		var grow func(depth int) *timeline.Node
		grow = func(depth int) *timeline.Node {
			n++
			made := node(fmt.Sprint(n))
			switch rapid.IntRange(0, 5).Draw(t, "kind") {
			case 0:
				made.Post, made.Missing = nil, timeline.Clean(rapid.String().Draw(t, "missing"))
			case 1:
				return nil
			}
			for range rapid.IntRange(0, 2).Draw(t, "replies") {
				if depth < 14 && n < 40 {
					made.Replies = append(made.Replies, grow(depth+1))
				}
			}
			return made
		}
		p := thread.New(of("1"), look())
		w, h := rapid.IntRange(20, 120).Draw(t, "width"), rapid.IntRange(0, 40).Draw(t, "height")
		p.Resize(w, h)
		p.Take(thread.Loaded{Of: of("1").ID, Thread: &timeline.Thread{Focus: of("1").ID, Roots: []*timeline.Node{grow(0), grow(0)}}})
		for range rapid.IntRange(0, 20).Draw(t, "moves") {
			rapid.SampledFrom([]func(){
				func() { p.Move(1) }, func() { p.Move(-1) }, p.Top, p.Bottom, func() { p.Page(1) }, func() { p.HalfPage(-1) },
				func() { p.Click(2) }, func() { p.Reveal() },
			}).Draw(t, "move")()
		}
		lines := p.Lines(uitest.Start(), true)
		if len(lines) != h {
			t.Fatalf("%d lines, not %d", len(lines), h)
		}
		for _, l := range lines {
			if got := cell.Width(cell.PerCluster, l); got != w {
				t.Fatalf("%d cells, not %d: %q", got, w, l)
			}
		}
	})
}

// TestWhatWasKeptGivesWay: what was kept is shown only until the network answers, and
// that it was not kept is no failure.
func TestWhatWasKeptGivesWay(t *testing.T) {
	tree := func(reply string) *timeline.Thread {
		return &timeline.Thread{Focus: of("focus").ID, Roots: []*timeline.Node{node("focus", node(reply))}}
	}
	early := func(reply string) thread.Loaded {
		read := func(context.Context, *timeline.Post) (*timeline.Thread, error) { return tree(reply), nil }
		l, ok := thread.Recall(t.Context(), read, of("focus"))().(thread.Loaded)
		if !ok {
			t.Fatal("Recall brings no Loaded")
		}
		return l
	}
	p := thread.New(of("focus"), look())
	p.Resize(80, 20)
	p.Take(thread.Loaded{Of: of("focus").ID, Early: true, Err: errors.New("never read")})
	if !p.Loading() || strings.Contains(p.Status(), "could not be read") {
		t.Errorf("loading %v, %q", p.Loading(), p.Status())
	}
	p.Take(early("kept"))
	if !p.Loading() || column(p, "says kept;") < 0 {
		t.Error("what was kept is not shown while the network is asked")
	}
	p.Take(thread.Loaded{Of: of("focus").ID, Thread: tree("answer")})
	if p.Loading() || column(p, "says kept;") >= 0 || column(p, "says answer;") < 0 {
		t.Error("the network's answer is not shown")
	}
	p.Take(early("kept"))
	if column(p, "says kept;") >= 0 {
		t.Error("what was kept takes the place of the answer")
	}
}
