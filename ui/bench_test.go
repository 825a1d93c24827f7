package ui_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/ui"
	"skein/ui/uitest"
)

// driven is the interface without a terminal: what a message costs until the next
// frame is drawn is measured, what its commands do is not.
type driven struct {
	model  *ui.Model
	shelf  *uitest.Shelf
	msgs   chan tea.Msg
	over   <-chan struct{}
	frames []time.Duration
	frame  string
}

// drive opens the interface on n posts that look like real ones.
func drive(b *testing.B, o ui.Options, n int) *driven {
	b.Helper()
	posts := slices.Collect(specimen.Posts(1, n))
	d := &driven{shelf: uitest.NewShelf(posts...), msgs: make(chan tea.Msg), over: b.Context().Done()}
	b.Cleanup(d.shelf.Close)
	o.Hub = d.shelf
	o.Now = specimen.Newest
	d.model = ui.New(b.Context(), o)
	d.start(d.model.Init())
	d.send(tea.WindowSizeMsg{Width: 100, Height: 40})
	if !strings.Contains(d.frame, "Home") {
		b.Fatalf("the first frame is %q", d.frame)
	}
	return d
}

func (d *driven) start(cmd tea.Cmd) {
	if cmd != nil {
		go func() {
			select {
			case d.msgs <- cmd():
			case <-d.over:
			}
		}()
	}
}

// send handles a message, draws, and does the same with what has come meanwhile.
func (d *driven) send(msg tea.Msg) {
	for {
		switch m := msg.(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range m {
				d.start(c)
			}
		default:
			from := time.Now()
			_, cmd := d.model.Update(msg)
			d.frame = d.model.View().Content
			d.frames = append(d.frames, time.Since(from))
			d.start(cmd)
		}
		select {
		case msg = <-d.msgs:
		default:
			return
		}
	}
}

// report tells how long the frames took.
func (d *driven) report(b *testing.B) {
	slices.Sort(d.frames)
	at := func(p int) float64 {
		return float64(d.frames[min(len(d.frames)-1, len(d.frames)*p/100)].Microseconds()) / 1000
	}
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(99), "p99-ms")
	b.ReportMetric(float64(d.frames[len(d.frames)-1].Microseconds())/1000, "max-ms")
}

// BenchmarkKey is the time from a key to the frame that shows it, on 100,000 posts,
// all over the timeline.
func BenchmarkKey(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {200, 60}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			d := drive(b, ui.Options{}, 100_000)
			d.send(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
			keys := strings.Fields("j j j j space space space k k k ctrl+d ctrl+u ? esc space pgup j space G k k pgup j g g j j space tab")
			d.frames = nil
			i := 0
			for b.Loop() {
				d.send(uitest.Key(keys[i%len(keys)]))
				i++
			}
			d.report(b)
		})
	}
}

// BenchmarkReadingThrough is what 50,000 posts leave in memory once they have been
// read through.
func BenchmarkReadingThrough(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d := drive(b, ui.Options{}, 60_000)
		before := heap()
		b.StartTimer()
		const screens = 50_000 / 5
		for range screens {
			d.send(uitest.Key("space"))
			runtime.Gosched()
		}
		b.StopTimer()
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB-more")
		d.report(b)
		b.StartTimer()
	}
}

func heap() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// BenchmarkStorm is what 1,000 posts a second cost each second, drawn sixty times.
func BenchmarkStorm(b *testing.B) {
	d := drive(b, ui.Options{}, 10_000)
	d.send(uitest.Key("j"))
	n := 0
	d.frames = nil
	for b.Loop() {
		for range 60 {
			var c timeline.Changes
			for range 17 {
				n++
				p := uitest.Post(timeline.Bluesky, fmt.Sprint("storm", n), 0, "bo", "one more of a great many posts")
				p.Sorted = specimen.Newest().Add(time.Duration(n) * time.Millisecond)
				c.Posts, c.Unread = append(c.Posts, p), append(c.Unread, p.Key())
			}
			d.shelf.Reports(c)
			d.send(<-d.msgs)
		}
	}
	d.report(b)
}

// BenchmarkScreen draws the whole screen, header, feed and footer, with warm
// caches.
func BenchmarkScreen(b *testing.B) {
	d := drive(b, ui.Options{}, 200)
	b.ReportAllocs()
	for b.Loop() {
		_ = d.model.View()
	}
}
