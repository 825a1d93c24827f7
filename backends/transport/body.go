package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"skein/timeline"
)

// capped is the RoundTripper that holds every request to the caps.
type capped struct {
	next http.RoundTripper
	c    *Client
	most int64 // bytes of an answer that is handed on as it arrives; 0: none but media is
}

func (t *capped) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := checkScheme(req.URL); err != nil {
		return nil, err
	}
	if err := t.c.stats.blocked(req.URL.Host); err != nil {
		return nil, err
	}
	req = t.prepare(req)
	start := t.c.opts.Now()
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		t.c.opts.Log.DebugContext(req.Context(), "request failed", "method", req.Method, "host", req.URL.Host, "path", req.URL.Path, "error", err)
		return nil, Unreachable(req.URL.Host, err)
	}
	t.c.opts.Log.DebugContext(req.Context(), "request", "method", req.Method, "host", req.URL.Host, "path", req.URL.Path,
		"status", resp.StatusCode, "took", t.c.opts.Now().Sub(start))
	if err := t.c.stats.note(req.URL.Host, resp); err != nil {
		_ = resp.Body.Close()
		return nil, err
	}
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, nil
	}
	resp.Body = newPatient(resp.Body, t.c.idle)
	return t.hold(req, resp)
}

// CloseIdleConnections is what http.Client's own looks for.
func (t *capped) CloseIdleConnections() {
	if next, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

// prepare strips what must not be sent and says who we are. The request given
// is not changed, as RoundTripper demands.
func (t *capped) prepare(req *http.Request) *http.Request {
	req = req.Clone(req.Context())
	if strings.TrimSpace(req.Header.Get("Authorization")) == "Bearer" {
		req.Header.Del("Authorization") // an empty token is no token
	}
	if t.c.opts.UserAgent != "" {
		req.Header.Set("User-Agent", t.c.opts.UserAgent)
	}
	return req
}

// hold reads a body whole, within the caps, so that no decoder behind it meets
// more than it can bear: servers call their JSON many things. Pictures and the
// like are capped as they are read.
func (t *capped) hold(req *http.Request, resp *http.Response) (*http.Response, error) {
	host := req.URL.Host
	kind := resp.Header.Get("Content-Type")
	if t.most > 0 && resp.StatusCode == http.StatusOK && !strings.Contains(kind, "json") {
		resp.Body = newLimited(resp.Body, t.most, host)
		return resp, nil
	}
	body := newLimited(resp.Body, MaxBody, host)
	if slices.ContainsFunc([]string{"image/", "video/", "audio/"}, func(p string) bool { return strings.HasPrefix(kind, p) }) {
		resp.Body = body
		return resp, nil
	}
	b, err := io.ReadAll(body)
	_ = resp.Body.Close() // the body was read, or the error below says why not
	if err != nil {
		return nil, Unreachable(host, err)
	}
	if looksJSON(kind, b) && Depth(b) > MaxDepth {
		return nil, timeline.Errorf(timeline.CodeTooLarge, "%s: the answer nests more than %d deep", host, MaxDepth)
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	resp.ContentLength = int64(len(b))
	return resp, nil
}

// looksJSON tells whether somebody may decode b as JSON.
func looksJSON(kind string, b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return strings.Contains(kind, "json") || len(b) > 0 && (b[0] == '{' || b[0] == '[')
}

// Depth is how deep a JSON text nests; brackets within strings do not count. It
// needs no valid JSON.
func Depth(b []byte) int {
	depth, deepest, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			deepest = max(deepest, depth)
		case c == '}' || c == ']':
			depth--
		}
	}
	return deepest
}

// limited fails, rather than ends, when a body is over its cap.
type limited struct {
	io.ReadCloser
	most, left int64
	host       string
}

func newLimited(body io.ReadCloser, most int64, host string) *limited {
	return &limited{ReadCloser: body, most: most, left: most, host: host}
}

func (l *limited) Read(p []byte) (int, error) {
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	l.left -= int64(n)
	if l.left < 0 {
		return 0, timeline.Errorf(timeline.CodeTooLarge, "%s: the answer is over %d MiB", l.host, l.most>>20)
	}
	return n, err
}

var errSilent = errors.New("the server stopped sending")

// patient gives a body up when it is silent for a while.
type patient struct {
	body   io.ReadCloser
	idle   time.Duration
	timer  *time.Timer
	silent atomic.Bool
}

func newPatient(body io.ReadCloser, idle time.Duration) io.ReadCloser {
	p := &patient{body: body, idle: idle}
	p.timer = time.AfterFunc(idle, func() {
		p.silent.Store(true)
		_ = body.Close() // ends the Read that waits
	})
	return p
}

func (p *patient) Read(b []byte) (int, error) {
	n, err := p.body.Read(b)
	if err == nil {
		p.timer.Reset(p.idle)
		return n, nil
	}
	p.timer.Stop()
	if p.silent.Load() {
		return n, fmt.Errorf("%w for %s", errSilent, p.idle)
	}
	return n, err
}

func (p *patient) Close() error {
	p.timer.Stop()
	return p.body.Close()
}
