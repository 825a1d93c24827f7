package instance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// Repeats is what a server makes of an Idempotency-Key that it has seen before.
type Repeats string

// The kinds of server.
const (
	// HonourKey answers with the first post, and with 503 while that is still being
	// written: Mastodon since 4.6.
	HonourKey Repeats = ""
	// HonourLate answers with the first post once that is there; until then it writes
	// another: Mastodon before 4.6.
	HonourLate Repeats = "late"
	// IgnoreKey writes another post: GoToSocial.
	IgnoreKey Repeats = "ignore"
	// FailRepeat writes nothing and answers 500: some of Mastodon 4.6.
	FailRepeat Repeats = "fail"
	// StoreErrors answers as it did at first, whether that was a post or an error, and
	// whoever asks: Pleroma and Akkoma.
	StoreErrors Repeats = "store-errors"
)

// How long a server remembers a key.
const (
	keyLives      = time.Hour
	keyLivesThere = 6 * time.Hour // with StoreErrors
)

// software is the name and the version that nodeinfo tells.
func (r Repeats) software() (name, version string) {
	switch r {
	case HonourLate:
		return "mastodon", "4.5.0"
	case IgnoreKey:
		return "gotosocial", "0.20.0"
	case FailRepeat:
		return "mastodon", "4.6.0"
	case StoreErrors:
		return "akkoma", "3.15.0"
	default:
		return "mastodon", version4
	}
}

// kept is what a key stands for: a post, or with StoreErrors an error.
type kept struct {
	post  *post
	err   error
	until time.Time
}

// key is the request's Idempotency-Key with whose it is, "" when it means nothing.
func (c *call) key() string {
	key := c.Header.Get("Idempotency-Key")
	switch {
	case key == "" || c.s.opts.Repeats == IgnoreKey:
		return ""
	case c.s.opts.Repeats == StoreErrors:
		return key
	}
	return c.viewer.Key + " " + key
}

// postStatus writes a post, or repeats what it said before. Posts for later know no
// key, as on the real server.
func postStatus(c *call) (any, error) {
	key := c.key()
	if k, ok := c.s.remembered(key); ok && c.Context().Value(unknownKey{}) == nil {
		return c.repeat(k)
	}
	p, later, err := c.write()
	var no refusal
	switch lives := keyLives; {
	case later != nil:
		return c.later(later), nil
	case key == "":
	case err == nil:
		if c.s.opts.Repeats == StoreErrors {
			lives = keyLivesThere
		}
		c.s.town.kept[key] = kept{post: p, until: c.s.opts.Now().Add(lives)}
	case c.s.opts.Repeats == StoreErrors && errors.As(err, &no):
		c.s.town.kept[key] = kept{err: err, until: c.s.opts.Now().Add(keyLivesThere)}
	}
	if err != nil {
		return nil, err
	}
	return c.status(p), nil
}

// write makes a post of the request, now or for later.
func (c *call) write() (*post, *scheduled, error) {
	w, err := c.wish()
	if err != nil {
		return nil, nil, err
	}
	d, err := c.s.town.fromWish(w, c.viewer, nil)
	if err != nil {
		return nil, nil, err
	}
	if w.Scheduled != "" {
		later, err := c.s.schedule(c.viewer, w, d)
		return nil, later, err
	}
	return c.s.publish(c.viewer, d), nil, nil
}

func (s *Server) remembered(key string) (kept, bool) {
	k, ok := s.town.kept[key]
	return k, ok && key != "" && s.opts.Now().Before(k.until)
}

func (c *call) repeat(k kept) (any, error) {
	switch c.s.opts.Repeats {
	case FailRepeat:
		return nil, refusal{http.StatusInternalServerError, "This page is not correct"}
	case StoreErrors:
		c.reply.Set("Idempotent-Replayed", "true")
	}
	if k.err != nil {
		return nil, k.err
	}
	if c.s.town.ids[k.post.ID()] != k.post {
		return nil, errNotFound()
	}
	return c.status(k.post), nil
}

// unknownKey is in the context of a request whose key was looked for before its post
// was written, and not found.
type unknownKey struct{}

// publishing makes next as slow as Options.Commit says, and keeps two requests with
// one key apart where the server does. A client that goes away changes nothing.
func (s *Server) publishing(next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(w, http.StatusBadRequest, "Error occurred while reading the request")
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		key, fresh, ok := s.begin(r)
		if !ok {
			refuse(w, http.StatusServiceUnavailable, "There was a temporary problem serving your request, please try again")
			return
		}
		defer s.end(key)
		if fresh && s.opts.Commit > 0 {
			commit := time.NewTimer(s.opts.Commit)
			defer commit.Stop()
			select {
			case <-commit.C:
			case <-s.done:
				return
			}
		}
		if fresh {
			r = r.WithContext(context.WithValue(r.Context(), unknownKey{}, true))
		}
		next.ServeHTTP(w, r)
	}
}

// begin takes the lock on the request's key, if it has one and the server locks.
// fresh tells whether there is something to write.
func (s *Server) begin(r *http.Request) (key string, fresh, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Request: r, s: s}
	c.viewer, _ = s.signedIn(r)
	if c.viewer == nil {
		return "", false, true // it is refused further on
	}
	key = c.key()
	if _, known := s.remembered(key); known {
		return "", false, true
	}
	if key == "" || s.opts.Repeats == HonourLate {
		return "", true, true
	}
	if s.underway[key] {
		return "", false, false
	}
	s.underway[key] = true
	return key, true, true
}

func (s *Server) end(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.underway, key)
}
