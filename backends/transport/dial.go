package transport

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"

	"skein/timeline"
)

// dialer checks the address that is really dialled, after the name was resolved,
// so that a name that resolves to another address a second time gains nothing.
type dialer struct {
	allow map[string]bool
	onion *url.URL // the way to .onion names; nil: there is none
	net   net.Dialer

	proxies sync.Map // host:port of those that requests go through
}

func allowSet(hosts []string) map[string]bool {
	m := make(map[string]bool, len(hosts))
	for _, h := range hosts {
		m[strings.ToLower(strings.Trim(h, "[]"))] = true
	}
	return m
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	nd := d.net
	if _, own := d.proxies.Load(address); !own && !d.allow[strings.ToLower(host)] {
		nd.Control = func(_, resolved string, _ syscall.RawConn) error { return checkAddress(host, resolved) }
	}
	return nd.DialContext(ctx, network, address)
}

// proxy refuses private addresses before choose sends them to a proxy: what that
// dials is out of our sight. Names are its own affair. An .onion name goes through
// the onion proxy, which is given the name, or nowhere: nobody else is told of it.
func (d *dialer) proxy(choose func(*http.Request) (*url.URL, error)) func(*http.Request) (*url.URL, error) {
	return func(req *http.Request) (*url.URL, error) {
		host := req.URL.Hostname()
		if Onion(host) {
			if d.onion == nil {
				return nil, timeline.Errorf(timeline.CodeRefused,
					`%s is reached through Tor alone: set network.onion = "socks5://127.0.0.1:9050" in config.toml`, host)
			}
			d.proxies.Store(portOf(d.onion), nil)
			return d.onion, nil
		}
		if _, own := d.proxies.Load(portOf(req.URL)); own && !d.allow[strings.ToLower(host)] {
			return nil, timeline.Errorf(timeline.CodeRefused, "%s is a proxy, and no server", req.URL.Host)
		}
		via, err := choose(req)
		if err != nil || via == nil {
			return via, err
		}
		d.proxies.Store(portOf(via), nil) // the person has named it, wherever it is
		if _, err := netip.ParseAddr(host); err == nil && !d.allow[strings.ToLower(host)] {
			if err := checkAddress(host, net.JoinHostPort(host, "0")); err != nil {
				return nil, err
			}
		}
		return via, nil
	}
}

// LookupTXT asks the DNS for the text records of a name. Where requests to that name
// would go through a proxy nobody is asked: the question would tell others what the
// proxy is to keep from them.
func (c *Client) LookupTXT(ctx context.Context, name string) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+name+"/", http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("looking up %q: %w", name, err)
	}
	via, err := c.base.Proxy(req)
	switch {
	case err != nil:
		return nil, err
	case via != nil:
		return nil, timeline.Errorf(timeline.CodeUnsupported, "%s is not looked up: a proxy leads there", name)
	case c.opts.Resolver != nil:
		return c.opts.Resolver.LookupTXT(ctx, name)
	}
	return net.DefaultResolver.LookupTXT(ctx, name)
}

// portOf is the host and port that an address is dialled at.
func portOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// Onion tells whether host (without a port) is a service of the Tor network (RFC 7686).
func Onion(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	return host == "onion" || strings.HasSuffix(host, ".onion")
}

// checkAddress refuses what is not on the public internet.
func checkAddress(host, resolved string) error {
	ap, err := netip.ParseAddrPort(resolved)
	if err != nil {
		return fmt.Errorf("address %s of %s: %w", resolved, host, err)
	}
	if public(ap.Addr().Unmap()) {
		return nil
	}
	return timeline.Errorf(timeline.CodeRefused,
		"%s is the private address %s: to reach it, add %q to network.allow in config.toml", host, ap.Addr(), host)
}

// public tells whether an address belongs to the public internet.
func public(a netip.Addr) bool {
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() {
		return false
	}
	for _, p := range reserved() {
		if p.Contains(a.WithZone("")) {
			return false
		}
	}
	return true
}

// reserved are ranges that net/netip calls global unicast but that are not
// (RFC 6890): shared address space, benchmarks, documentation, translation and
// tunnels to IPv4, the former site-local, 0/8, 240/4.
func reserved() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),
		netip.MustParsePrefix("100.64.0.0/10"),
		netip.MustParsePrefix("192.0.0.0/24"),
		netip.MustParsePrefix("192.0.2.0/24"),
		netip.MustParsePrefix("192.88.99.0/24"),
		netip.MustParsePrefix("198.18.0.0/15"),
		netip.MustParsePrefix("198.51.100.0/24"),
		netip.MustParsePrefix("203.0.113.0/24"),
		netip.MustParsePrefix("240.0.0.0/4"),
		netip.MustParsePrefix("::/96"),
		netip.MustParsePrefix("fec0::/10"),
		netip.MustParsePrefix("64:ff9b::/96"),
		netip.MustParsePrefix("64:ff9b:1::/48"),
		netip.MustParsePrefix("100::/64"),
		netip.MustParsePrefix("2001::/23"),
		netip.MustParsePrefix("2001:db8::/32"),
		netip.MustParsePrefix("2002::/16"),
	}
}

// Loopback tells whether host (without a port) names this machine.
func Loopback(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// checkScheme allows plain http and ws only where nobody can listen on the way.
func checkScheme(u *url.URL) error {
	switch u.Scheme {
	case "https", "wss":
		return nil
	case "http", "ws":
		if Loopback(u.Hostname()) || Onion(u.Hostname()) {
			return nil
		}
		return timeline.Errorf(timeline.CodeRefused, "%s: plain %s is used only for this machine itself; use %ss", u.Host, u.Scheme, u.Scheme)
	}
	return timeline.Errorf(timeline.CodeRefused, "%s: not a web address", u.Redacted())
}

// checkRedirect follows redirects of plain reading only.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	target := timeline.CleanLine(req.URL.Host).String()
	switch {
	case first.Header.Get("Authorization") != "" || first.Header.Get("DPoP") != "" || first.Header.Get("Cookie") != "":
		return timeline.Errorf(timeline.CodeRefused, "%s redirects a signed-in request to %s: refused", first.URL.Host, target)
	case first.Method != http.MethodGet && first.Method != http.MethodHead:
		return timeline.Errorf(timeline.CodeRefused, "%s redirects a %s to %s: refused", first.URL.Host, first.Method, target)
	case len(via) > MaxRedirect:
		return timeline.Errorf(timeline.CodeRefused, "%s redirects more than %d times", first.URL.Host, MaxRedirect)
	case via[len(via)-1].URL.Scheme == "https" && req.URL.Scheme != "https":
		return timeline.Errorf(timeline.CodeRefused, "%s redirects from https to %s: refused", first.URL.Host, req.URL.Scheme)
	}
	return checkScheme(req.URL)
}

func refuseRedirect(req *http.Request, via []*http.Request) error {
	return timeline.Errorf(timeline.CodeRefused, "%s redirects a websocket to %s: refused", via[0].URL.Host, timeline.CleanLine(req.URL.Host))
}
