package bluesky

import (
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/config/account"
	"skein/timeline"
)

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestIssuerOf(t *testing.T) {
	const asked = "https://pds.org/.well-known/oauth-protected-resource"
	for _, c := range []struct {
		name, body string
		want       string
		code       timeline.Code
	}{
		{"itself", `{"resource":"https://pds.org","authorization_servers":["https://pds.org"]}`, "https://pds.org", ""},
		{"another", `{"resource":"https://pds.org/","authorization_servers":["https://auth.org/"]}`, "https://auth.org/", ""},
		{"of another resource", `{"resource":"https://evil.org","authorization_servers":["https://auth.org"]}`, "", timeline.CodeMalformed},
		{"none", `{"resource":"https://pds.org","authorization_servers":[]}`, "", timeline.CodeMalformed},
		{"two", `{"resource":"https://pds.org","authorization_servers":["https://a.org","https://b.org"]}`, "", timeline.CodeMalformed},
		{"in the clear", `{"resource":"https://pds.org","authorization_servers":["http://auth.org"]}`, "", timeline.CodeMalformed},
		{"with a path", `{"resource":"https://pds.org","authorization_servers":["https://auth.org/x"]}`, "", timeline.CodeMalformed},
		{"with a name in it", `{"resource":"https://pds.org","authorization_servers":["https://u@auth.org"]}`, "", timeline.CodeMalformed},
		{"a page", `<html>`, "", timeline.CodeMalformed},
	} {
		got, err := issuerOf(t.Context(), &http.Client{Transport: web{asked: c.body}}, mustURL(t, "https://pds.org"))
		if timeline.CodeOf(err) != c.code || err == nil && got.String() != c.want {
			t.Errorf("%s: %v, %v", c.name, got, err)
		}
	}
	if _, err := issuerOf(t.Context(), &http.Client{Transport: web{}}, mustURL(t, "https://pds.org")); !errors.Is(err, errNoOAuth) {
		t.Errorf("no answer: %v", err)
	}
}

// A description that is found elsewhere than where it was asked for is anybody's.
func TestDescriptionsAreNotRedirected(t *testing.T) {
	away := roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.URL.Host == "evil.org" {
			return web{req.URL.String(): `{"resource":"https://pds.org","authorization_servers":["https://evil.org"]}`}.RoundTrip(req)
		}
		resp, err := web{}.RoundTrip(req)
		resp.StatusCode, resp.Header = http.StatusFound, http.Header{"Location": {"https://evil.org/x"}}
		return resp, err
	})
	if got, err := issuerOf(t.Context(), &http.Client{Transport: away}, mustURL(t, "https://pds.org")); !errors.Is(err, errNoOAuth) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAskAuthServer(t *testing.T) {
	const asked = "https://auth.org/.well-known/oauth-authorization-server"
	good := m{
		"issuer": "https://auth.org", "authorization_endpoint": "https://auth.org/authorize", "token_endpoint": "https://auth.org/token",
		"pushed_authorization_request_endpoint": "https://auth.org/par", "revocation_endpoint": "https://auth.org/revoke",
		"dpop_signing_alg_values_supported": []string{"RS256", "ES256"}, "code_challenge_methods_supported": []string{"S256"},
		"scopes_supported": []string{"atproto"}, "authorization_response_iss_parameter_supported": true,
	}
	for _, c := range []struct {
		name   string
		change m
		code   timeline.Code
	}{
		{"as it should be", nil, ""},
		{"nothing to revoke with", m{"revocation_endpoint": ""}, ""},
		{"another's", m{"issuer": "https://evil.org"}, timeline.CodeMalformed},
		{"another's by a slash", m{"issuer": "https://auth.org/"}, timeline.CodeMalformed},
		{"no tokens", m{"token_endpoint": "", "revocation_endpoint": ""}, timeline.CodeMalformed},
		{"tokens in the clear", m{"token_endpoint": "http://auth.org/token"}, timeline.CodeMalformed},
		{"tokens from this machine", m{"token_endpoint": "http://127.0.0.1/token"}, timeline.CodeMalformed},
		{"a page that is a program", m{"authorization_endpoint": "javascript:alert(1)"}, timeline.CodeMalformed},
		{"a page that is a file", m{"authorization_endpoint": "file:///etc/passwd"}, timeline.CodeMalformed},
		{"no pushed requests", m{"pushed_authorization_request_endpoint": nil}, timeline.CodeMalformed},
		{"no proofs", m{"dpop_signing_alg_values_supported": nil}, timeline.CodeUnsupported},
		{"no PKCE", m{"code_challenge_methods_supported": []string{"plain"}}, timeline.CodeUnsupported},
		{"another protocol", m{"scopes_supported": []string{"openid"}}, timeline.CodeUnsupported},
		{"nobody's answer", m{"authorization_response_iss_parameter_supported": false}, timeline.CodeUnsupported},
	} {
		said := maps.Clone(good)
		maps.Copy(said, c.change)
		body, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		_, err = askAuthServer(t.Context(), &http.Client{Transport: web{asked: string(body)}}, mustURL(t, "https://auth.org"))
		if timeline.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", c.name, err, c.code)
		}
	}
}

// What is allowed must be what was asked for.
func TestEnough(t *testing.T) {
	for scope, want := range map[string]bool{
		oauthScope: true, "transition:generic atproto more": true, "atproto": false, "": false, "atproto transition:generic2": false,
	} {
		if enough(scope) != want {
			t.Errorf("%q", scope)
		}
	}
}

// An authorization server may sign in anybody, also those of whom it knows nothing: the
// account's own server must name it.
func TestIssuerThatIsNotTheAccounts(t *testing.T) {
	evil, good := startPDS(t, smallWorld(), pds.Options{}), startPDS(t, smallWorld(), pds.Options{})
	var address string
	address = front(t, good.URL(), func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/.well-known/oauth-protected-resource" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(m{"resource": address, "authorization_servers": []string{evil.URL()}})
		return true
	})
	f := newFlow(t, nil, account.Preset{"pds": address, "handle": "you.bsky.example", "how": "browser"})
	_, err := (&person{t: t, account: "you.bsky.example", verdict: "approve"}).signsIn(f)
	if timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "does not sign in accounts of") {
		t.Errorf("%v", err)
	}
	if err := f.Close(); err != nil || evil.Grants() != 0 {
		t.Errorf("%v; %d sessions are left", err, evil.Grants())
	}
}
