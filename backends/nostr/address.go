package nostr

import (
	"net/url"
	"strings"

	"skein/backends/transport"
	"skein/timeline"
)

const maxRelayURL = 200 // bytes; a hint in NIP-19 has one byte for its length

// relayURL puts a relay's address into the one form by which it is known: lower
// case, no default port, no trailing slash. It refuses what is no websocket, plain
// ws beyond this machine, user names, and what would not survive being printed.
func relayURL(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > maxRelayURL || timeline.CleanLine(s).String() != s {
		return "", false
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return "", false
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch u.Scheme {
	case "wss":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	case "ws":
		if !transport.Loopback(u.Hostname()) && !transport.Onion(u.Hostname()) {
			return "", false
		}
		u.Host = strings.TrimSuffix(u.Host, ":80")
	default:
		return "", false
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), ""
	return u.String(), u.Hostname() != ""
}

// relayURLs keeps the usable addresses, each once, at most n.
func relayURLs(list []string, n int) []string {
	var urls []string
	seen := map[string]bool{}
	for _, s := range list {
		u, ok := relayURL(s)
		if !ok || seen[u] {
			continue
		}
		if len(urls) == n {
			break
		}
		seen[u] = true
		urls = append(urls, u)
	}
	return urls
}

// hostOf names a relay to a person.
func hostOf(relay string) string {
	u, err := url.Parse(relay)
	if err != nil {
		return relay
	}
	return u.Host
}
