package transport

import (
	"maps"
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

// Allowance is what a server still allows, as its last answer said: Left of Limit
// requests until Until.
type Allowance struct {
	Limit, Left int
	Until       time.Time
}

// budget remembers which hosts asked for patience, and what others allow.
type budget struct {
	now   func() time.Time
	mu    sync.Mutex
	until map[string]time.Time
	left  map[string]Allowance
}

func newBudget(now func() time.Time) *budget {
	return &budget{now: now, until: map[string]time.Time{}, left: map[string]Allowance{}}
}

// Allowance tells what a host (with its port, where it has one) has allowed; ok is
// false where it says nothing, or what it said is over.
func (c *Client) Allowance(host string) (a Allowance, ok bool) {
	c.stats.mu.Lock()
	defer c.stats.mu.Unlock()
	a, ok = c.stats.left[host]
	return a, ok && c.stats.now().Before(a.Until)
}

// allow notes what a host allows. Mastodon and Bluesky name the headers alike but for
// an X.
func (b *budget) allow(host string, h http.Header) {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
		limit, err := strconv.Atoi(h.Get(prefix + "Limit"))
		left, failed := strconv.Atoi(h.Get(prefix + "Remaining"))
		if err != nil || failed != nil {
			continue
		}
		now := b.now()
		b.mu.Lock()
		defer b.mu.Unlock()
		maps.DeleteFunc(b.left, func(_ string, a Allowance) bool { return !now.Before(a.Until) })
		b.left[host] = Allowance{Limit: limit, Left: left, Until: now.Add(pause(h, now))}
		return
	}
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

// note turns 429, and 503 with Retry-After, into an Error whose cause is the
// HTTPStatus: what was refused with 429 was surely not done.
func (b *budget) note(host string, resp *http.Response) error {
	b.allow(host, resp.Header)
	retry := resp.Header.Get("Retry-After")
	if resp.StatusCode != http.StatusTooManyRequests && (resp.StatusCode != http.StatusServiceUnavailable || retry == "") {
		return nil
	}
	now := b.now()
	until := now.Add(pause(resp.Header, now))
	b.mu.Lock()
	maps.DeleteFunc(b.until, func(_ string, t time.Time) bool { return !now.Before(t) }) // hosts that are never asked again
	b.until[host] = until
	b.mu.Unlock()
	e := limitedError(host, until)
	e.Err = HTTPStatus(resp.StatusCode)
	return e
}

func limitedError(host string, until time.Time) *timeline.Error {
	e := timeline.Errorf(timeline.CodeRateLimited, "%s asks for fewer requests until %s", host, until.Local().Format("15:04:05"))
	e.Until = until
	return e
}

// pause reads how long to wait: Retry-After in seconds or as a date, else
// X-RateLimit-Reset (a date on Mastodon) or RateLimit-Reset (Unix seconds on
// Bluesky, seconds from now in the draft standard). Dates are taken relative to
// the server's own Date, so that a clock that is wrong here does not matter.
func pause(h http.Header, now time.Time) time.Duration {
	server := now
	if d, err := http.ParseTime(h.Get("Date")); err == nil {
		server = d
	}
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset", "RateLimit-Reset"} {
		if d, ok := span(h.Get(name), server); ok {
			return min(max(d, time.Second), longestPause)
		}
	}
	return defaultPause
}

// span reads seconds from now, Unix seconds or a date.
func span(s string, server time.Time) (time.Duration, bool) {
	const unix = 1e9 // nobody asks for thirty years of patience
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n < unix {
		return time.Duration(n) * time.Second, true
	} else if err == nil {
		return time.Unix(n, 0).Sub(server), true
	}
	for _, layout := range []string{time.RFC3339Nano, http.TimeFormat} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Sub(server), true
		}
	}
	return 0, false
}
