//go:build failpoints

package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// settings are read once, from the environment that the process started with.
var settings = sync.OnceValue(read)

type setup struct {
	mu    sync.Mutex
	left  map[string]int // hits until the end
	log   *os.File
	scale int64
}

func read() *setup {
	s := &setup{left: map[string]int{}, scale: 1}
	for _, point := range strings.Split(os.Getenv("SKEIN_FAILPOINT"), ",") {
		name, count, _ := strings.Cut(point, ":")
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 {
			n = 1
		}
		if name != "" {
			s.left[name] = n
		}
	}
	if path := os.Getenv("SKEIN_FAILPOINT_LOG"); path != "" {
		log, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600) //nolint:gosec // the test's own file
		if err != nil {
			panic(err)
		}
		s.log = log
	}
	if n, err := strconv.ParseInt(os.Getenv("SKEIN_TIMESCALE"), 10, 64); err == nil && n > 0 {
		s.scale = n
	}
	return s
}

// Hit marks a point at which a test may end the program.
func Hit(name string) {
	s := settings()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log != nil {
		if _, err := s.log.WriteString(name + "\n"); err != nil {
			panic(err)
		}
	}
	if n, ok := s.left[name]; ok {
		if n--; n == 0 {
			end()
		}
		s.left[name] = n
	}
}

// Scale shortens a wait in tests.
func Scale(d time.Duration) time.Duration { return d / time.Duration(settings().scale) }

// end kills the process without a chance to clean up.
func end() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {} // the signal is on its way
}
