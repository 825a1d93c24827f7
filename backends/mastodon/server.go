package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// findServer finds the server that a person means: by its name, by any address there,
// or by a handle. It may go by another name than the handles: then that is where the
// host sends those who ask it.
//
// It fails with CodeUsage for what is no name of a server, with CodeNotFound where none
// of this API answers.
func findServer(ctx context.Context, client *transport.Client, said string) (*api, error) {
	base, handle, err := readServer(said)
	if err != nil {
		return nil, err
	}
	found, err := probe(ctx, client, base)
	if found != nil || err != nil {
		return found, err
	}
	for _, other := range elsewhere(ctx, client, base, handle) {
		if found, err := probe(ctx, client, other); found != nil && err == nil {
			return found, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "%s does not answer like a Mastodon server; is the address right?", base.Host)
}

// readServer reads what a person calls their server: a host, an address of which only
// scheme and host matter, or a handle.
func readServer(said string) (base *url.URL, handle string, err error) {
	s := timeline.CleanLine(said).String()
	s = strings.TrimPrefix(strings.TrimSpace(s), "acct:")
	if s == "" {
		return nil, "", timeline.Errorf(timeline.CodeUsage, "which server? It looks like mastodon.social")
	}
	if !strings.Contains(s, "/") { // addresses hold an @ too
		if user, host, ok := strings.Cut(strings.TrimPrefix(s, "@"), "@"); ok {
			handle, s = user+"@"+host, host
		}
	}
	base, err = parseServer(s)
	if err != nil {
		return nil, "", err
	}
	if _, err := netip.ParseAddr(base.Hostname()); err == nil {
		return base, handle, nil
	}
	name, err := idna.Lookup.ToASCII(base.Hostname())
	if err != nil || !strings.Contains(name, ".") && !transport.Loopback(name) {
		return nil, "", timeline.Errorf(timeline.CodeUsage, "%s is no server's name: it looks like mastodon.social", base.Host)
	}
	base.Host = strings.Replace(base.Host, base.Hostname(), name, 1)
	return base, handle, nil
}

// probe tells whether a server of the API family is at base, or where base sends those
// who ask for its instance; nil when there is none. The error is that of a server that
// cannot be asked.
func probe(ctx context.Context, client *transport.Client, base *url.URL) (*api, error) {
	for _, path := range []string{"/api/v2/instance", "/api/v1/instance"} {
		at, got, err := look(ctx, client, base.String()+path)
		if err != nil {
			return nil, failure("", base.Host, err)
		}
		if got.status == http.StatusTooManyRequests || got.status >= http.StatusInternalServerError && got.status != http.StatusNotImplemented {
			return nil, got.fault(base.Host)
		}
		if got.isInstance() {
			return newAPI(client, &url.URL{Scheme: at.Scheme, Host: strings.ToLower(at.Host)}, account.Secret{}), nil
		}
	}
	return nil, nil
}

// isInstance tells of an answer whether it describes an instance, or keeps that from
// strangers as servers in limited federation do.
func (r answer) isInstance() bool {
	var is struct {
		Version string `json:"version"`
		Domain  string `json:"domain"`
		URI     string `json:"uri"`
		Error   string `json:"error"`
	}
	if json.Unmarshal(r.body, &is) != nil {
		return false
	}
	if r.status == http.StatusUnauthorized {
		return is.Error != ""
	}
	return r.status == http.StatusOK && is.Version != "" && is.Domain+is.URI != ""
}

// elsewhere is where base sends those who ask about its people: the redirects and the
// links that every server of the Fediverse has for its own kind.
//
// Source: docs.joinmastodon.org/admin/config#web_domain
func elsewhere(ctx context.Context, client *transport.Client, base *url.URL, handle string) []*url.URL {
	paths := []string{"/.well-known/nodeinfo", "/.well-known/host-meta"}
	if handle != "" {
		paths = append(paths, "/.well-known/webfinger?resource="+url.QueryEscape("acct:"+handle))
	}
	var found []*url.URL
	add := func(u *url.URL) {
		if u == nil || u.Host == "" || strings.EqualFold(u.Host, base.Host) || u.Scheme != base.Scheme {
			return
		}
		for _, f := range found {
			if strings.EqualFold(f.Host, u.Host) {
				return
			}
		}
		found = append(found, &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)})
	}
	for _, path := range paths {
		at, got, err := look(ctx, client, base.String()+path)
		if err != nil {
			continue
		}
		add(at)
		var index struct {
			Links []struct {
				Href string `json:"href"`
			} `json:"links"`
		}
		if path != paths[0] || json.Unmarshal(got.body, &index) != nil {
			continue
		}
		for _, l := range index.Links {
			if u, err := url.Parse(l.Href); err == nil {
				add(u)
			}
		}
	}
	const most = 3
	return found[:min(len(found), most)]
}

// look asks as anybody may, following redirects, and tells where it ended.
func look(ctx context.Context, client *transport.Client, address string) (*url.URL, answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, answer{}, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.HTTP().Do(req)
	if err != nil {
		return nil, answer{}, err
	}
	at := resp.Request.URL
	got, err := readAnswer(resp)
	return at, got, err
}
