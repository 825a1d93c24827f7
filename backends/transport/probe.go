package transport

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"

	"skein/timeline"
)

// Probed is what the way to a server is like, step by step. A step that was not
// taken, as TLS on loopback or DNS behind a proxy, is zero.
type Probed struct {
	Resolve time.Duration // until the name was an address
	Connect time.Duration
	Shake   time.Duration // the TLS handshake
	Answer  time.Duration // from the request to the first byte
	Address string        // that was dialled, with its port
	Proxy   string        // host of the proxy
	TLS     string        // "TLS 1.3"
	Expires time.Time     // when the certificate does
	// Skew is how far our clock is ahead of the server's, to a second; it is zero
	// where the server tells no time. Told says that it does.
	Skew time.Duration
	Told bool
}

// Probe asks for a page by a connection of its own and tells how that went; what the
// page says does not matter. The address is http(s) or ws(s). Time-outs and refusals
// are those of any request; how far it came is told with the error.
func (c *Client) Probe(ctx context.Context, address string) (p Probed, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return p, timeline.Errorf(timeline.CodeUsage, "not a web address: %s", address)
	}
	u.Scheme = strings.Replace(u.Scheme, "ws", "http", 1)
	alone := c.base.Clone()
	alone.DisableKeepAlives = true
	defer alone.CloseIdleConnections()
	var steps pacer
	choose := alone.Proxy
	alone.Proxy = func(req *http.Request) (*url.URL, error) {
		via, err := choose(req)
		if via != nil {
			steps.end(err, func(p *Probed, _ time.Duration) { p.Proxy = via.Host })
		}
		return via, err
	}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, steps.trace()), http.MethodHead, u.String(), http.NoBody)
	if err != nil {
		return p, timeline.Errorf(timeline.CodeUsage, "not a web address: %s", address)
	}
	hc := &http.Client{Transport: &capped{next: alone, c: c}, CheckRedirect: refuseRedirect, Timeout: totalTimeout}
	resp, err := hc.Do(req)
	p = steps.result()
	if err != nil {
		return p, Unreachable(u.Host, err)
	}
	_ = resp.Body.Close() // HEAD has none
	if resp.TLS != nil {
		p.TLS = tls.VersionName(resp.TLS.Version)
		p.Expires = resp.TLS.PeerCertificates[0].NotAfter // there is one: it was verified
	}
	if server, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		p.Told = true
		// The server's clock is cut to seconds: half of one is what is to be expected.
		p.Skew = c.opts.Now().Add(-p.Answer / 2).Sub(server.Add(time.Second / 2)).Round(time.Second)
	}
	return p, nil
}

// pacer notes when each step of a probe ends. Two addresses of one name may be tried
// at once, and one go on to be tried after the probe has ended.
type pacer struct {
	mu    sync.Mutex
	found Probed
	began time.Time
}

func (t *pacer) begin() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.began = time.Now()
}

// end notes a step that ended well.
func (t *pacer) end(err error, note func(p *Probed, took time.Duration)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err == nil {
		note(&t.found, time.Since(t.began))
		t.began = time.Now()
	}
}

func (t *pacer) result() Probed {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.found
}

func (t *pacer) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { t.begin() },
		DNSDone: func(i httptrace.DNSDoneInfo) {
			t.end(i.Err, func(p *Probed, took time.Duration) { p.Resolve = took })
		},
		ConnectStart: func(string, string) { t.begin() },
		ConnectDone: func(_, address string, err error) {
			t.end(err, func(p *Probed, took time.Duration) { p.Connect, p.Address = took, address })
		},
		TLSHandshakeStart: t.begin,
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			t.end(err, func(p *Probed, took time.Duration) { p.Shake = took })
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { t.begin() },
		GotFirstResponseByte: func() {
			t.end(nil, func(p *Probed, took time.Duration) { p.Answer = took })
		},
	}
}
