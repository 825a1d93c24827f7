package transport

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"skein/timeline"
)

const (
	defaultPause = 30 * time.Second // for a 429 that says no time
	longestPause = time.Hour
)

// budget remembers which hosts asked for patience.
type budget struct {
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time
}

func newBudget(now func() time.Time) *budget {
	return &budget{now: now, until: map[string]time.Time{}}
}

// blocked fails while a host has asked to be left alone.
func (b *budget) blocked(host string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	until, ok := b.until[host]
	if !ok {
		return nil
	}
	if !b.now().Before(until) {
		delete(b.until, host)
		return nil
	}
	return limitedError(host, until)
}

// note turns 429, and 503 with Retry-After, into an Error.
func (b *budget) note(host string, resp *http.Response) error {
	retry := resp.Header.Get("Retry-After")
	if resp.StatusCode != http.StatusTooManyRequests && (resp.StatusCode != http.StatusServiceUnavailable || retry == "") {
		return nil
	}
	until := b.now().Add(pause(resp.Header, b.now()))
	b.mu.Lock()
	b.until[host] = until
	b.mu.Unlock()
	return limitedError(host, until)
}

func limitedError(host string, until time.Time) error {
	e := timeline.Errorf(timeline.CodeRateLimited, "%s asks for fewer requests until %s", host, until.Local().Format("15:04:05"))
	e.Until = until
	return e
}

// pause reads how long to wait: Retry-After in seconds or as a date, else
// X-RateLimit-Reset (a date on Mastodon) or RateLimit-Reset (Unix seconds on
// Bluesky). Dates are taken relative to the server's own Date, so that a clock
// that is wrong here does not matter.
func pause(h http.Header, now time.Time) time.Duration {
	server := now
	if d, err := http.ParseTime(h.Get("Date")); err == nil {
		server = d
	}
	d := defaultPause
	if s := h.Get("Retry-After"); s != "" {
		if n, err := strconv.Atoi(s); err == nil {
			d = time.Duration(n) * time.Second
		} else if t, err := http.ParseTime(s); err == nil {
			d = t.Sub(server)
		}
	} else if t, err := time.Parse(time.RFC3339Nano, h.Get("X-RateLimit-Reset")); err == nil {
		d = t.Sub(server)
	} else if n, err := strconv.ParseInt(h.Get("RateLimit-Reset"), 10, 64); err == nil {
		d = time.Unix(n, 0).Sub(server)
	}
	return min(max(d, time.Second), longestPause)
}
