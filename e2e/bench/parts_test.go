package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// frame is a screen that shows the timeline.
func frame() []string {
	rows := []string{"        skein   Home 2                                    M ●  B ●  N ●", ""}
	for range 5 {
		rows = append(rows, "      • M  Ana  @ana@marsh.example                              1m", "           A post of", "           three lines.", "           ♥ 5", "")
	}
	return append(rows, "           the end of one", "", "        j/k move  ⏎ open  ? help")
}

// The clock stops at a screen with posts from head to foot, and no sooner.
func TestFullScreens(t *testing.T) {
	for name, test := range map[string]struct {
		change func(rows []string)
		full   bool
	}{
		"posts from head to foot": {func([]string) {}, true},
		"no head":                 {func(rows []string) { rows[0] = "" }, false},
		"no foot":                 {func(rows []string) { rows[len(rows)-1] = "" }, false},
		"nothing yet":             {func(rows []string) { clear(rows[1 : len(rows)-1]) }, false},
		"one post":                {func(rows []string) { clear(rows[7 : len(rows)-1]) }, false},
		"nothing in the middle":   {func(rows []string) { clear(rows[7:22]) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			rows := frame()
			test.change(rows)
			if full := isFull(rows); full != test.full {
				t.Errorf("%t:\n%s", full, strings.Join(rows, "\n"))
			}
		})
	}
}

// What a process takes is that of the program that was asked for; one that fails is
// not taken for a quick one.
func TestProgramsAreMeasured(t *testing.T) {
	b := &bench{launcher: filepath.Join(t.TempDir(), "launch")}
	if err := build(t.Context(), ".", "./launch", b.launcher); err != nil {
		t.Fatal(err)
	}
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Fatal(err)
	}
	u, err := b.measure(t.Context(), command{argv: []string{sleep, "0.05"}})
	if err != nil || u.wall < 50*time.Millisecond || u.cpu > 40*time.Millisecond || u.rss <= 0 {
		t.Errorf("sleep took %+v, %v", u, err)
	}
	for _, argv := range [][]string{{sleep, "not a number"}, {"/nothing/there"}} {
		if u, err := b.measure(t.Context(), command{argv: argv}); err == nil {
			t.Errorf("%q fails and is told to take %+v", argv, u)
		}
	}
}

// The kernel's figures of this process are what this process knows of itself.
func TestProcessesAreWatched(t *testing.T) {
	m, err := memoryOf(os.Getpid())
	if err != nil || m.now < 1<<20 || m.most < m.now {
		t.Errorf("memory %+v, %v", m, err)
	}
	before, err := cpuOf(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; {
		after, err := cpuOf(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		if after > before {
			return
		}
		if time.Since(began) > time.Minute {
			t.Fatal("no CPU time passes")
		}
	}
}
