package frames

import (
	"io"
	"strconv"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counter shows how many keys were pressed.
type counter struct{ keys int }

func (c counter) Init() tea.Cmd { return nil }

func (c counter) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		if k.String() == "q" {
			return c, tea.Quit
		}
		c.keys++
	}
	return c, nil
}

func (c counter) View() tea.View {
	v := tea.NewView("keys: " + strconv.Itoa(c.keys))
	v.AltScreen = true
	return v
}

// screen notes when something was last written to it.
type screen struct {
	last   atomic.Pointer[time.Time]
	writes atomic.Int64
}

func (s *screen) Write(p []byte) (int, error) {
	now := time.Now()
	s.last.Store(&now)
	s.writes.Add(1)
	return len(p), nil
}

// program runs the counter on a clock that stands still while somebody works, and ends
// it with the test.
func program(t *testing.T) (*screen, io.Writer) {
	var s screen
	keys, typed := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Run(counter{}, tea.WithInput(keys), tea.WithOutput(&s), tea.WithWindowSize(80, 24),
			tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler())
	}()
	t.Cleanup(func() {
		press(t, typed, "q")
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = typed.Close()
	})
	time.Sleep(10 * time.Second) // of the bubble: it has begun and rests
	synctest.Wait()
	if s.writes.Load() == 0 {
		t.Fatal("nothing was drawn")
	}
	return &s, typed
}

func press(t *testing.T, w io.Writer, key string) {
	t.Helper()
	if _, err := io.WriteString(w, key); err != nil {
		t.Fatal(err)
	}
}

// A key is drawn at once, whenever it comes. With Bubble Tea's own clock it takes up
// to 17 ms.
func TestALoneKeyIsDrawnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, typed := program(t)
		for i := range 50 {
			time.Sleep(100*time.Millisecond + time.Duration(i)*7*time.Millisecond/3)
			pressed, before := time.Now(), s.writes.Load()
			press(t, typed, "j")
			time.Sleep(2 * prompt)
			synctest.Wait()
			if s.writes.Load() != before+1 {
				t.Fatalf("key %d: %d writes after %s", i, s.writes.Load()-before, 2*prompt)
			}
			if took := s.last.Load().Sub(pressed); took > prompt {
				t.Errorf("key %d is drawn after %s", i, took)
			}
		}
	})
}

// Keys that come at once are drawn together, and the last of them soon.
func TestKeysThatComeTogetherAreDrawnTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, typed := program(t)
		const keys = 500
		began, before := time.Now(), s.writes.Load()
		for range keys {
			press(t, typed, "j")
			time.Sleep(time.Millisecond)
		}
		took, ended := time.Since(began), time.Now()
		time.Sleep(time.Second)
		synctest.Wait()
		writes := s.writes.Load() - before
		if most := 2 * int64(took/apart); writes < 10 || writes > most {
			t.Errorf("%d keys in %s are drawn in %d writes; at most %d are right", keys, took, writes, most)
		}
		if late := s.last.Load().Sub(ended); late > 2*apart {
			t.Errorf("the last key is drawn after %s", late)
		}
	})
}

// Where nothing happens the clock hardly ticks; where something does, it ticks in a
// moment, and the more often the more comes.
func TestTheClockRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ticker := time.NewTicker(time.Second / 60)
		defer ticker.Stop()
		c := &clock{find: func() *time.Ticker { return ticker }}
		defer c.stop()
		ticks := func(d time.Duration) (n int) {
			for over := time.After(d); ; {
				select {
				case <-ticker.C:
					n++
				case <-over:
					return n
				}
			}
		}
		c.set()
		if n := ticks(prompt + prompt/4); n != 1 {
			t.Errorf("%d ticks in a moment", n)
		}
		if n := ticks(time.Second); n < 1 || n > 8 {
			t.Errorf("%d ticks until it rests", n)
		}
		if n := ticks(time.Minute); n < 59 || n > 61 {
			t.Errorf("%d ticks in a minute of rest", n)
		}
	})
}

// The pace is Bubble Tea's own while its clock is not to be had, and nothing breaks.
func TestWithoutAClock(t *testing.T) {
	c := &clock{find: func() *time.Ticker { return nil }}
	c.set()
	c.set()
	c.slow()
	c.stop()
	if ticker(tea.NewProgram(counter{})) != nil {
		t.Error("a program that does not run has a ticker")
	}
}
