package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"skein/backends/transport"
	"skein/timeline"
)

// authServer is an authorization server's description of itself (RFC 8414), as far as
// it matters here.
type authServer struct {
	Issuer     string   `json:"issuer"`
	Authorize  string   `json:"authorization_endpoint"`
	Token      string   `json:"token_endpoint"`
	PAR        string   `json:"pushed_authorization_request_endpoint"`
	Revocation string   `json:"revocation_endpoint"`
	Algorithms []string `json:"dpop_signing_alg_values_supported"`
	Challenges []string `json:"code_challenge_methods_supported"`
	Scopes     []string `json:"scopes_supported"`
	IssTold    bool     `json:"authorization_response_iss_parameter_supported"`
}

// errNoOAuth says that a server signs nobody in through the browser.
var errNoOAuth = errors.New("no OAuth there")

// issuerOf asks a PDS which authorization server speaks for its accounts (RFC 9728).
// One that names none is errNoOAuth.
func issuerOf(ctx context.Context, client *http.Client, pds *url.URL) (*url.URL, error) {
	origin := pds.Scheme + "://" + pds.Host
	var resource struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
	}
	if err := wellKnown(ctx, client, origin+"/.well-known/oauth-protected-resource", &resource); err != nil {
		return nil, err
	}
	if len(resource.Servers) != 1 || strings.TrimSuffix(resource.Resource, "/") != origin {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s does not say who signs its accounts in", pds.Host)
	}
	issuer, err := url.Parse(resource.Servers[0])
	if err != nil || !trusted(issuer) || strings.Trim(issuer.Path, "/") != "" || issuer.RawQuery != "" || issuer.Fragment != "" {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s names %q to sign its accounts in, which is no server", pds.Host, resource.Servers[0])
	}
	return issuer, nil
}

// askAuthServer reads the description of an authorization server, and holds it to what
// the AT Protocol demands of one.
func askAuthServer(ctx context.Context, client *http.Client, issuer *url.URL) (authServer, error) {
	origin := issuer.Scheme + "://" + issuer.Host
	var s authServer
	if err := wellKnown(ctx, client, origin+"/.well-known/oauth-authorization-server", &s); err != nil {
		return authServer{}, err
	}
	if s.Issuer != origin {
		return authServer{}, timeline.Errorf(timeline.CodeMalformed, "%s describes another server (%s)", issuer.Host, s.Issuer)
	}
	endpoints := []string{s.Authorize, s.Token, s.PAR}
	if s.Revocation != "" { // without it a session ends by itself
		endpoints = append(endpoints, s.Revocation)
	}
	for _, endpoint := range endpoints {
		u, err := url.Parse(endpoint)
		if err != nil || !trusted(u) || u.Scheme != issuer.Scheme || u.Fragment != "" {
			return authServer{}, timeline.Errorf(timeline.CodeMalformed, "%s signs in at %q, which is no address", issuer.Host, endpoint)
		}
	}
	if !slices.Contains(s.Algorithms, "ES256") || !slices.Contains(s.Challenges, "S256") || !slices.Contains(s.Scopes, "atproto") || !s.IssTold {
		return authServer{}, timeline.Errorf(timeline.CodeUnsupported, "%s does not sign in as the AT Protocol says", issuer.Host)
	}
	return s, nil
}

// trusted tells whether nobody can listen to what is sent to an address.
func trusted(u *url.URL) bool {
	return u.Hostname() != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && transport.Loopback(u.Hostname()))
}

// wellKnown reads a description that a server gives at a set address; one that sends
// elsewhere for it gives none.
func wellKnown(ctx context.Context, client *http.Client, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return explain(req.URL.Host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	switch {
	case resp.Request.URL.String() != address, resp.StatusCode == http.StatusNotFound:
		return errNoOAuth
	case resp.StatusCode != http.StatusOK:
		return transport.StatusError(req.URL.Host, resp.StatusCode, "")
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return explain(req.URL.Host, err)
	}
	return nil
}
