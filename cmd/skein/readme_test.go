package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"skein/backends/sandbox"
	"skein/config"
	"skein/timeline"
	"skein/ui"
	"skein/ui/snapshot"
	"skein/ui/theme"
)

var update = flag.Bool("update", false, "write the README's key table and picture")

const (
	readme   = "../../README.md"
	picture  = "../../docs/demo.svg"
	keysFrom = "<!-- keys: written by `go test ./cmd/skein -run TestReadme -update` -->\n"
	keysTo   = "<!-- /keys -->"
)

func TestReadmeHasTheKeysThatWork(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), keysFrom)
	old, after, ok2 := strings.Cut(rest, keysTo)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the keys")
	}
	table := "\n" + ui.KeyTable() + "\n"
	if old == table {
		return
	}
	if !*update {
		t.Fatal("the README's keys are not those that work: go test ./cmd/skein -run TestReadme -update")
	}
	if err := os.WriteFile(readme, []byte(before+keysFrom+table+keysTo+after), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadmeHasAPicture(t *testing.T) {
	if *update {
		if err := os.WriteFile(picture, draw(t, 120, 34), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(picture)
	if err != nil || !bytes.HasPrefix(b, []byte("<svg")) || !bytes.Contains(b, []byte("Home")) {
		t.Errorf("%s is no picture of the program: %v", picture, err)
	}
}

// draw runs the demo for a moment, on a sandbox and at a time of its own, and
// draws the screen that a reader would see.
func draw(t *testing.T, cols, rows int) []byte {
	t.Helper()
	noon := time.Date(2026, 3, 14, 9, 26, 0, 0, time.UTC)
	clock := func() time.Time { return noon }
	s, err := sandbox.Start(t.Context(), sandbox.Options{Now: clock, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	a := quietApp(clock)
	defer a.close()
	if err := a.moveInto(filepath.Join(t.TempDir(), "home"), "dark", s); err != nil {
		t.Fatal(err)
	}
	if err := a.signInto(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	records, err := a.book.All()
	if err != nil {
		t.Fatal(err)
	}
	options, accounts := a.hubOptions(records)
	hub := timeline.NewHub(options, accounts...)
	defer hub.Close()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	screen := &recorder{}
	done := make(chan error, 1)
	keys, press, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer keys.Close()
	go func() {
		_, err := ui.Run(ctx, ui.Options{Hub: hub, Theme: "dark", Demo: true, Now: clock},
			tea.WithOutput(screen), tea.WithInput(keys), tea.WithWindowSize(cols, rows), tea.WithColorProfile(colorprofile.TrueColor),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}))
		done <- err
	}()
	screen.settle()
	for range 2 {
		if _, err := press.WriteString("j"); err != nil {
			t.Fatal(err)
		}
	}
	screen.settle()
	frame := screen.String()
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if err := press.Close(); err != nil {
		t.Fatal(err)
	}
	return snapshot.SVG(frame, cols, rows, snapshot.Options{Title: "skein demo"})
}

// recorder keeps what a program writes to its terminal.
type recorder struct {
	mu   sync.Mutex
	b    bytes.Buffer
	last time.Time
}

func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = time.Now()
	return r.b.Write(p)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// settle waits until the screen has not changed for a while. Only the picture
// depends on it, no test.
func (r *recorder) settle() {
	const still = 1500 * time.Millisecond
	for {
		r.mu.Lock()
		quiet := !r.last.IsZero() && time.Since(r.last) > still
		r.mu.Unlock()
		if quiet {
			r.mu.Lock()
			r.last = time.Now()
			r.mu.Unlock()
			return
		}
		<-time.After(50 * time.Millisecond)
	}
}

func TestConfigurationKnowsTheThemes(t *testing.T) {
	if !slices.Equal(config.Themes(), theme.Names()) {
		t.Errorf("config.toml may name %v, the interface has %v", config.Themes(), theme.Names())
	}
}
