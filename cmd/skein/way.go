package main

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"skein/backends"
	"skein/backends/transport"
	"skein/config"
	"skein/config/account"
	"skein/timeline"
)

// ways are the clients that requests go by: one a proxy, shared by all accounts that use
// it. It is safe for concurrent use.
type ways struct {
	mu  sync.Mutex
	all map[string]*transport.Client // by the proxy, as it is configured; "" is the environment's
}

// by returns the client that goes through a proxy.
func (w *ways) by(proxy string, dial func(proxy string) *transport.Client) *transport.Client {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.all[proxy]; ok {
		return c
	}
	c := dial(proxy)
	if w.all == nil {
		w.all = map[string]*transport.Client{}
	}
	w.all[proxy] = c
	return c
}

func (w *ways) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.all {
		c.Close()
	}
}

// dial makes a client that goes through a proxy of the configuration.
func (a *app) dial(proxy string) *transport.Client {
	o := transport.Options{Allow: a.config.Network.Allow, UserAgent: "skein/" + version, Log: a.log, Now: a.now}
	if a.config.Network.Onion != "" {
		o.Onion, _ = config.ProxyURL(a.config.Network.Onion) // it was checked
	}
	switch proxy {
	case "":
	case config.NoProxy:
		o.Proxy = func(*http.Request) (*url.URL, error) { return nil, nil }
	default:
		via, err := config.ProxyURL(proxy)
		o.Proxy = func(*http.Request) (*url.URL, error) { return via, err } // never past it
	}
	return transport.New(o)
}

// clientOf is the client for an account's requests.
func (a *app) clientOf(r account.Record) *transport.Client {
	return a.ways.by(a.config.Of(r.Name).Proxy, a.dial)
}

// depsOf are what the adapter of an account gets.
func (a *app) depsOf(r account.Record) backends.Deps {
	d := a.deps()
	d.Client = a.clientOf(r)
	return d
}

// openAccount makes the backend of an account. It sends nothing.
func (a *app) openAccount(r account.Record) (timeline.Backend, error) {
	return backends.Open(r, a.depsOf(r))
}

// merged are the accounts whose homes make the merged one; all where none would be left.
func (a *app) merged(records []account.Record) []account.Record {
	reading := slices.DeleteFunc(slices.Clone(records), func(r account.Record) bool { return !a.config.Of(r.Name).Reads() })
	if len(reading) == 0 {
		return records
	}
	return reading
}

// colors are those that the person has given to accounts.
func (a *app) colors(records []account.Record) map[timeline.AccountID]string {
	colors := map[timeline.AccountID]string{}
	for _, r := range records {
		if c := a.config.Of(r.Name).Color; c != "" {
			colors[timeline.AccountID(r.ID)] = c
		}
	}
	return colors
}

// strays are the names in the configuration that no account has: what is said of them
// holds for nobody.
func (a *app) strays(records []account.Record) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a.config.Account)), func(name string) bool {
		return slices.ContainsFunc(records, func(r account.Record) bool { return strings.EqualFold(r.Name, name) })
	})
}
