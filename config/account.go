package config

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Account is what the person has decided about one account: a table
// [account.NAME], by the name that `skein account list` shows.
type Account struct {
	// Color is that of the account's letter, #rrggbb; "" leaves it its network's.
	Color string `toml:"color,omitempty"`
	// Proxy is what its connections go through: socks5://host:port,
	// http(s)://host:port, "none", or "" for what the environment says.
	Proxy string `toml:"proxy,omitempty"`
	// Read is whether its home is part of the merged one; nil: it is.
	Read *bool `toml:"read,omitempty"`
}

// NoProxy is the value of Account.Proxy that leaves out the environment's, too.
const NoProxy = "none"

// Of returns what is decided about the account of a name, whatever its case.
func (c Config) Of(name string) Account {
	for _, n := range slices.Sorted(maps.Keys(c.Account)) {
		if strings.EqualFold(n, name) {
			return c.Account[n]
		}
	}
	return Account{}
}

// Reads tells whether the home of the account is part of the merged one.
func (a Account) Reads() bool { return a.Read == nil || *a.Read }

var colorForm = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

func checkAccounts(all map[string]Account) error {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		a, key := all[name], strings.ToLower(name)
		if other, twice := seen[key]; twice {
			return fmt.Errorf("account.%s and account.%s are one account", other, name)
		}
		seen[key] = name
		if a.Color != "" && !colorForm.MatchString(a.Color) {
			return fmt.Errorf("account.%s.color = %q: written as #rrggbb", name, a.Color)
		}
		if a.Proxy == "" || a.Proxy == NoProxy {
			continue
		}
		if _, err := ProxyURL(a.Proxy); err != nil {
			return fmt.Errorf("account.%s.proxy = %q: %w", name, a.Proxy, err)
		}
	}
	return nil
}

// ProxyURL reads the address of a proxy.
func ProxyURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || !slices.Contains([]string{"socks5", "socks5h", "http", "https"}, u.Scheme):
		return nil, errors.New("an address such as socks5://127.0.0.1:9050 or http://proxy.example:3128")
	case u.User != nil:
		return nil, errors.New("a name and a password have no place in this file")
	case u.Path != "" && u.Path != "/" || u.RawQuery != "":
		return nil, errors.New("only scheme, host and port")
	}
	return u, nil
}

// check looks at the way to .onion names.
func (n Network) check() error {
	if n.Onion == "" {
		return nil
	}
	u, err := ProxyURL(n.Onion)
	if err == nil && !strings.HasPrefix(u.Scheme, "socks5") {
		err = errors.New("a SOCKS proxy, such as Tor's socks5://127.0.0.1:9050")
	}
	if err != nil {
		return fmt.Errorf("network.onion = %q: %w", n.Onion, err)
	}
	return nil
}
