package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/coder/websocket"

	"skein/timeline"
)

// The caps. They are constants because no server needs more and no person should
// have to know them.
const (
	MaxBody     = 8 << 20 // bytes of a response, decompressed
	MaxFrame    = 1 << 20 // bytes of a websocket message
	MaxDepth    = 64      // nesting of JSON
	MaxPages    = 50      // pages that one operation may ask for
	MaxRedirect = 5

	dialTimeout   = 10 * time.Second
	headerTimeout = 15 * time.Second
	idleTimeout   = 15 * time.Second // silence within a body
	totalTimeout  = 60 * time.Second // a whole request
	slowest       = 64 << 10         // bytes a second of a large answer
)

// Options configure a Client. The zero value is strict and real.
type Options struct {
	Allow     []string // hosts that may resolve to private or loopback addresses
	UserAgent string
	Log       *slog.Logger
	Now       func() time.Time
	Resolver  *net.Resolver // nil: the system's
	// Proxy is http.Transport's; nil: the environment's. A SOCKS proxy resolves names.
	Proxy func(*http.Request) (*url.URL, error)
	// Onion is the SOCKS proxy for .onion names, whatever Proxy says; nil: they are
	// refused.
	Onion *url.URL
}

// Client is the capped client. It is safe for concurrent use; one serves a
// process.
type Client struct {
	opts  Options
	http  *http.Client
	base  *http.Transport
	stats *budget
	idle  time.Duration // idleTimeout; tests shorten it
}

// New makes a Client.
func New(o Options) *Client {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	c := &Client{opts: o, stats: newBudget(o.Now), idle: idleTimeout}
	d := &dialer{allow: allowSet(o.Allow), onion: o.Onion, net: net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second, Resolver: o.Resolver}}
	base := &http.Transport{
		Proxy:                  d.proxy(o.Proxy),
		DialContext:            d.dial,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    8,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: 256 << 10,
		// A connection that did not survive the machine's sleep is found out, not used again.
		HTTP2: &http.HTTP2Config{SendPingTimeout: idleTimeout, PingTimeout: dialTimeout},
	}
	c.base = base
	c.http = &http.Client{
		Transport:     &capped{next: base, c: c},
		CheckRedirect: checkRedirect,
		Timeout:       totalTimeout,
	}
	return c
}

// HTTP returns the capped http.Client. Callers may copy it but must keep its
// Transport and CheckRedirect.
func (c *Client) HTTP() *http.Client { return c.http }

// Large returns a client for the few answers that may be over MaxBody, such as the
// archive of an account: one that is no JSON is handed on as it arrives, most bytes
// of it at the most. All else is as with HTTP, but that the whole request may take
// as long as a slow line needs for so much.
func (c *Client) Large(most int64) *http.Client {
	large := *c.http
	large.Transport = &capped{next: c.base, c: c, most: most}
	large.Timeout += time.Duration(most/slowest) * time.Second
	return &large
}

// Close ends idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Dial opens a websocket under the same rules. The caller closes it. Header may
// carry Authorization; redirects are never followed. Protocols are the websocket
// subprotocols to offer; the server need not take one. A handshake that the server
// answers otherwise is an Error whose cause is the HTTPStatus.
func (c *Client) Dial(ctx context.Context, address string, header http.Header, protocols ...string) (*websocket.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeUsage, "not a websocket address: %s", address)
	}
	if err := checkScheme(u); err != nil {
		return nil, err
	}
	h := header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("User-Agent", c.opts.UserAgent)
	ctx, cancel := context.WithTimeout(ctx, headerTimeout)
	defer cancel()
	hc := &http.Client{Transport: c.http.Transport, CheckRedirect: refuseRedirect} // no Timeout: it would end the socket
	o := &websocket.DialOptions{HTTPClient: hc, HTTPHeader: h, Subprotocols: protocols}
	conn, resp, err := websocket.Dial(ctx, address, o) //nolint:bodyclose // Dial closes it, or conn owns it
	if err != nil {
		return nil, dialError(u, resp, err)
	}
	conn.SetReadLimit(MaxFrame)
	return conn, nil
}

func dialError(u *url.URL, resp *http.Response, err error) error {
	var te *timeline.Error
	if errors.As(err, &te) {
		return te
	}
	if resp != nil {
		e := StatusError(u.Host, resp.StatusCode, "")
		e.Err = HTTPStatus(resp.StatusCode)
		return e
	}
	return Unreachable(u.Host, err)
}

// HTTPStatus is the status with which a server answered instead of opening a
// websocket, or asked for patience.
type HTTPStatus int

// Error implements error.
func (s HTTPStatus) Error() string { return http.StatusText(int(s)) }

// Unreachable is the Error for a request that got no answer. It says what a
// person can act on and keeps err as the cause.
func Unreachable(host string, err error) error {
	var te *timeline.Error
	if errors.As(err, &te) {
		return te
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", host, err)
	}
	why := "no connection"
	var dns *net.DNSError
	var op *net.OpError
	var ne net.Error
	var cert *tls.CertificateVerificationError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		why = "no such host"
	case errors.As(err, &cert):
		why = "its certificate is not valid: " + cert.Err.Error()
	case errors.As(err, new(tls.RecordHeaderError)), strings.Contains(err.Error(), "HTTP response to HTTPS client"):
		why = "it does not speak https there"
	case errors.Is(err, io.EOF):
		why = "the server closed the connection"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &ne) && ne.Timeout():
		why = "no answer in time"
	case errors.Is(err, errSilent):
		why = err.Error()
	case errors.As(err, &op):
		why = "could not connect: " + systemWords(op.Err)
	default:
		var ue *url.Error
		if errors.As(err, &ue) {
			why = ue.Err.Error()
		}
	}
	return &timeline.Error{Code: timeline.CodeOffline, Message: timeline.CleanLine(host + ": " + why), Err: err}
}

// systemWords is what the system says, without the name of the call it says it of.
func systemWords(err error) string {
	var call *os.SyscallError
	if errors.As(err, &call) {
		return call.Err.Error()
	}
	return err.Error()
}

// StatusError is the Error for an HTTP status; said is the server's own words,
// cleaned here, and may be empty.
func StatusError(host string, status int, said string) *timeline.Error {
	code := timeline.CodeRefused
	switch {
	case status == http.StatusUnauthorized:
		code = timeline.CodeAuth
	case status == http.StatusNotFound, status == http.StatusGone:
		code = timeline.CodeNotFound
	case status == http.StatusTooManyRequests:
		code = timeline.CodeRateLimited
	case status >= 500:
		code = timeline.CodeServer
	}
	msg := fmt.Sprintf("%s: %d %s", host, status, http.StatusText(status))
	if said != "" {
		const longest = 300
		if len(said) > longest {
			said = said[:longest]
		}
		msg += ": " + said
	}
	return &timeline.Error{Code: code, Message: timeline.CleanLine(msg)}
}
