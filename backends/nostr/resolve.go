package nostr

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip05"

	"skein/backends/transport"
	"skein/timeline"
)

const maxNIP05 = 64 << 10 // bytes of a well-known document that are read

// Resolve implements timeline.Resolver: npub, nprofile, note, nevent and naddr,
// with or without nostr:, at njump.me or not; 64 hex digits, which may be an event
// or a person; and nostr:name@domain (NIP-05). A bare name@domain is not claimed:
// other networks have those too.
func (b *Backend) Resolve(ctx context.Context, ref string) (timeline.Target, error) {
	notMine := timeline.Errorf(timeline.CodeNotMine, "not a Nostr reference")
	s := strings.TrimSpace(ref)
	if len(s) > maxReference+len(njump) {
		return timeline.Target{}, notMine
	}
	if u, err := url.Parse(s); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
		if u.Hostname() != "njump.me" {
			return timeline.Target{}, notMine
		}
		s, _, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	}
	rest, prefixed := cutPrefixFold(s, "nostr:")
	rest = strings.TrimPrefix(rest, "//")
	if p, err := parsePointer(strings.ToLower(rest)); err == nil {
		t, err := b.targetOf(ctx, p)
		return t, b.wrap("reference", err)
	}
	switch {
	case isHex(rest, 64): // what Post.ID and Author.ID are
		return timeline.Target{Post: timeline.ID{Network: timeline.Nostr, Local: rest}, Person: rest}, nil
	case prefixed && strings.Contains(rest, "@"):
		t, err := b.wellKnown(ctx, rest)
		return t, b.wrap("reference", err)
	}
	return timeline.Target{}, notMine
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// targetOf keeps the hints for later. An address needs a look: a post's ID is its
// event's, which changes with each edit.
func (b *Backend) targetOf(ctx context.Context, p pointer) (timeline.Target, error) {
	switch {
	case p.person != "":
		return timeline.Target{Person: p.person}, nil
	case p.event != "":
		if len(p.relays) > 0 {
			b.hints.ContainsOrAdd(p.event, p.relays)
		}
		return timeline.Target{Post: timeline.ID{Network: timeline.Nostr, Local: p.event}}, nil
	}
	b.fetchLists(ctx, []string{p.address.pubkey})
	want := map[string]nostr.Filters{}
	filters := nostr.Filters{{Kinds: []int{p.address.kind}, Authors: []string{p.address.pubkey}, Tags: nostr.TagMap{"d": {p.address.d}}, Limit: 1}}
	for url := range b.planned([]string{p.address.pubkey}) {
		want[url] = filters
	}
	for _, url := range append(b.own, p.relays...) {
		want[url] = filters
	}
	answers := b.ask(ctx, want)
	var found []*nostr.Event
	for _, a := range answers {
		found = append(found, a.events...)
	}
	if e := newest(found)[p.address.pubkey]; e != nil {
		return timeline.Target{Post: timeline.ID{Network: timeline.Nostr, Local: e.ID}}, nil
	}
	if err := allFailed(answers); err != nil {
		return timeline.Target{}, err
	}
	return timeline.Target{}, timeline.Errorf(timeline.CodeNotFound, "no relay has it")
}

// wellKnown asks a NIP-05 name's domain for the key.
func (b *Backend) wellKnown(ctx context.Context, id string) (timeline.Target, error) {
	known, err := lookUpName(ctx, b.cfg.Client.HTTP(), id)
	return timeline.Target{Person: known.key}, err
}

// namesake is who a NIP-05 name belongs to.
type namesake struct {
	key    string
	relays []string // at which the domain says to find them
}

// lookUpName asks a NIP-05 name's domain. Redirects are refused, as the NIP demands.
func lookUpName(ctx context.Context, client *http.Client, id string) (namesake, error) {
	name, domain, err := nip05.ParseIdentifier(id)
	if err != nil {
		return namesake{}, timeline.Errorf(timeline.CodeUsage, "not a name of the form name@domain: %s", cut(id, maxName))
	}
	address := url.URL{Scheme: "https", Host: domain, Path: "/.well-known/nostr.json", RawQuery: url.Values{"name": {name}}.Encode()}
	strict := *client
	strict.CheckRedirect = func(*http.Request, []*http.Request) error {
		return timeline.Errorf(timeline.CodeRefused, "%s redirects where NIP-05 allows none", domain)
	}
	var doc nip05.WellKnownResponse
	if err := getJSON(ctx, &strict, address.String(), "application/json", maxNIP05, &doc); err != nil {
		return namesake{}, err
	}
	key := doc.Names[name]
	if !isHex(key, 64) {
		return namesake{}, timeline.Errorf(timeline.CodeNotFound, "%s knows nobody called %s", domain, name)
	}
	return namesake{key, relayURLs(doc.Relays[key], maxHints)}, nil
}

// getJSON reads a document of at most most bytes.
func getJSON(ctx context.Context, client *http.Client, address, accept string, most int64, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return timeline.Errorf(timeline.CodeUsage, "not a web address: %s", address)
	}
	req.Header.Set("Accept", accept)
	resp, err := client.Do(req)
	if err != nil {
		return transport.Unreachable(req.URL.Host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read from
	if resp.StatusCode != http.StatusOK {
		return transport.StatusError(req.URL.Host, resp.StatusCode, "")
	}
	body := http.MaxBytesReader(nil, resp.Body, most)
	if err := json.NewDecoder(body).Decode(into); err != nil {
		return &timeline.Error{Code: timeline.CodeMalformed, Message: timeline.CleanLine(fmt.Sprintf("%s: not the document that was asked for", req.URL.Host)), Err: err}
	}
	return nil
}
