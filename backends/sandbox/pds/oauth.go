package pds

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	requestTTL = 5 * time.Minute     // of a pushed request, and of its code
	publicTTL  = 14 * 24 * time.Hour // of a session of a public client
)

// authority is the server as an OAuth authorization server
// (https://atproto.com/specs/oauth): for public clients on loopback alone.
type authority struct {
	url      string
	now      func() time.Time
	sessions *sessions // signs the access tokens

	mu       sync.Mutex
	requests map[string]*request  // by request_uri
	codes    map[string]*request  // by code
	grants   map[string]*granted  // by id
	refresh  map[string]string    // every refresh token ever made → the grant's id
	proofs   map[string]time.Time // by jti: proofs that were used
}

// request is a sign-in that a client has asked for.
type request struct {
	client, redirect, state, scope, challenge, hint string
	jkt                                             string // the client's key
	until                                           time.Time
	subject                                         string // who said yes
}

// granted is a session.
type granted struct {
	client, subject, scope, jkt string
	newest                      string // the refresh token that counts
	until                       time.Time
}

func newAuthority(address string, t *sessions) *authority {
	return &authority{
		url: address, now: t.now, sessions: t,
		requests: map[string]*request{}, codes: map[string]*request{}, grants: map[string]*granted{}, refresh: map[string]string{}, proofs: map[string]time.Time{},
	}
}

// route has the server answer as an authorization server, too.
func (s *Server) route(mux *http.ServeMux) {
	mux.HandleFunc("GET /.well-known/oauth-protected-resource", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, object{"resource": s.url, "authorization_servers": []string{s.url}, "bearer_methods_supported": []string{"header"}})
	})
	mux.HandleFunc("GET /.well-known/oauth-authorization-server", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, s.authority.metadata())
	})
	mux.HandleFunc("POST /oauth/par", s.proven("par", s.authority.push))
	mux.HandleFunc("POST /oauth/token", s.proven("token", s.authority.token))
	mux.HandleFunc("POST /oauth/revoke", s.proven("revoke", s.authority.revoke))
	mux.HandleFunc("GET /oauth/authorize", s.showConsent)
	mux.HandleFunc("POST /oauth/authorize", s.takeConsent)
}

func (o *authority) metadata() object {
	return object{
		"issuer":                                         o.url,
		"authorization_endpoint":                         o.url + "/oauth/authorize",
		"token_endpoint":                                 o.url + "/oauth/token",
		"revocation_endpoint":                            o.url + "/oauth/revoke",
		"pushed_authorization_request_endpoint":          o.url + "/oauth/par",
		"require_pushed_authorization_requests":          true,
		"response_types_supported":                       []string{"code"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"none"},
		"scopes_supported":                               []string{"atproto", "transition:generic", "transition:chat.bsky"},
		"dpop_signing_alg_values_supported":              []string{"ES256"},
		"client_id_metadata_document_supported":          true,
		"authorization_response_iss_parameter_supported": true,
	}
}

// proven serves an endpoint that wants a proof of the client's key.
func (s *Server) proven(name string, run func(form url.Values, jkt string) (object, *failure)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		jkt, fail := s.authority.check(w, r, "")
		if fail == nil && r.ParseForm() != nil {
			fail = oauthFailure("invalid_request", "the body is no form")
		}
		if fail != nil {
			answer(w, fail.status, object{"error": fail.name, "error_description": fail.message})
			return
		}
		s.count("oauth." + name + strings.TrimSuffix("."+r.PostForm.Get("grant_type"), "."))
		out, fail := run(r.PostForm, jkt)
		if fail != nil {
			answer(w, fail.status, object{"error": fail.name, "error_description": fail.message})
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		answer(w, http.StatusOK, out)
	}
}

const maxForm = 16 << 10 // bytes

func oauthFailure(name, message string) *failure {
	return &failure{http.StatusBadRequest, name, message}
}

func answer(w http.ResponseWriter, status int, out object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out) // the caller has gone
}

// push takes a request (RFC 9126).
func (o *authority) push(form url.Values, jkt string) (object, *failure) {
	scope, fail := o.client(form.Get("client_id"), form.Get("redirect_uri"))
	if fail != nil {
		return nil, fail
	}
	for _, want := range strings.Fields(form.Get("scope")) {
		if !slices.Contains(strings.Fields(scope), want) {
			return nil, oauthFailure("invalid_scope", "Scope \""+want+"\" is not declared in the client metadata")
		}
	}
	switch {
	case form.Get("response_type") != "code":
		return nil, oauthFailure("unsupported_response_type", "Unsupported response_type")
	case form.Get("code_challenge_method") != "S256" || form.Get("code_challenge") == "":
		return nil, oauthFailure("invalid_request", "Use of PKCE is required")
	case !slices.Contains(strings.Fields(form.Get("scope")), "atproto"):
		return nil, oauthFailure("invalid_scope", "The \"atproto\" scope is required")
	}
	r := &request{
		client: form.Get("client_id"), redirect: form.Get("redirect_uri"), state: form.Get("state"), scope: form.Get("scope"),
		challenge: form.Get("code_challenge"), hint: form.Get("login_hint"), jkt: jkt, until: o.now().Add(requestTTL),
	}
	uri := "urn:ietf:params:oauth:request_uri:req-" + rand.Text()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.requests[uri] = r
	return object{"request_uri": uri, "expires_in": int(requestTTL.Seconds())}, nil
}

// client reads the client_id of a loopback client, which holds all that it declares.
// Redirects match but for their port.
func (o *authority) client(id, redirect string) (scope string, fail *failure) {
	u, err := url.Parse(id)
	if err != nil || u.Scheme != "http" || u.Host != "localhost" || u.Path != "" {
		return "", oauthFailure("invalid_client_metadata", "only loopback clients are known here")
	}
	back, err := url.Parse(redirect)
	if err != nil || back.Hostname() != "127.0.0.1" && back.Hostname() != "::1" {
		return "", oauthFailure("invalid_request", "Invalid redirect_uri")
	}
	portless := *back
	portless.Host = strings.TrimSuffix(back.Host, ":"+back.Port())
	if !slices.Contains(u.Query()["redirect_uri"], portless.String()) {
		return "", oauthFailure("invalid_request", "Invalid redirect_uri "+redirect)
	}
	if scope = u.Query().Get("scope"); scope == "" {
		scope = "atproto"
	}
	return scope, nil
}

// token trades a code or a refresh token for tokens.
func (o *authority) token(form url.Values, jkt string) (object, *failure) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch form.Get("grant_type") {
	case "authorization_code":
		return o.tradeCode(form, jkt)
	case "refresh_token":
		return o.tradeRefresh(form, jkt)
	}
	return nil, oauthFailure("unsupported_grant_type", "Grant type is not supported")
}

func (o *authority) tradeCode(form url.Values, jkt string) (object, *failure) {
	r := o.codes[form.Get("code")]
	delete(o.codes, form.Get("code"))
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	switch {
	case r == nil || o.now().After(r.until):
		return nil, oauthFailure("invalid_grant", "Invalid code")
	case r.client != form.Get("client_id") || r.redirect != form.Get("redirect_uri"):
		return nil, oauthFailure("invalid_grant", "The code was issued to another client")
	case r.jkt != jkt:
		return nil, oauthFailure("invalid_grant", "DPoP proof does not match the expected JKT")
	case !hmac.Equal([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(r.challenge)):
		return nil, oauthFailure("invalid_grant", "Invalid code_verifier")
	}
	id := rand.Text()
	o.grants[id] = &granted{client: r.client, subject: r.subject, scope: r.scope, jkt: jkt, until: o.now().Add(publicTTL)}
	return o.issue(id)
}

// tradeRefresh rotates. Who offers a token twice loses the session: one of the two
// offers was a thief's.
func (o *authority) tradeRefresh(form url.Values, jkt string) (object, *failure) {
	id := o.refresh[form.Get("refresh_token")]
	g := o.grants[id]
	switch {
	case g == nil || o.now().After(g.until):
		return nil, oauthFailure("invalid_grant", "Invalid refresh token")
	case g.client != form.Get("client_id") || g.jkt != jkt:
		return nil, oauthFailure("invalid_grant", "Token was not issued to this client")
	case g.newest != form.Get("refresh_token"):
		delete(o.grants, id)
		return nil, oauthFailure("invalid_grant", "Refresh token replayed")
	}
	return o.issue(id)
}

// issue makes the tokens of a session. The authority's mu is held.
func (o *authority) issue(id string) (object, *failure) {
	g := o.grants[id]
	now := o.now()
	access, err := o.sessions.sign("at+jwt", claims{
		Scope: scopeOAuth, Subject: g.subject, Issued: now.Unix(), Expires: now.Add(o.sessions.access).Unix(), ID: id, Key: &proofKey{g.jkt},
	})
	if err != nil {
		return nil, &failure{http.StatusInternalServerError, "server_error", "no token"}
	}
	g.newest = "ref-" + rand.Text()
	o.refresh[g.newest] = id
	return object{
		"access_token": access, "token_type": "DPoP", "refresh_token": g.newest, "scope": g.scope,
		"sub": g.subject, "expires_in": int(o.sessions.access.Seconds()),
	}, nil
}

// revoke ends a session (RFC 7009). What is not known is gone already.
func (o *authority) revoke(form url.Values, jkt string) (object, *failure) {
	o.mu.Lock()
	defer o.mu.Unlock()
	id := o.refresh[form.Get("token")]
	if g := o.grants[id]; g != nil && g.jkt == jkt && g.client == form.Get("client_id") {
		delete(o.grants, id)
	}
	return object{}, nil
}

// lives tells whether a session has not ended.
func (o *authority) lives(id string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.grants[id] != nil
}

// Grants counts the sessions that were begun in a browser and have not ended. Tests
// count with it.
func (s *Server) Grants() int {
	s.authority.mu.Lock()
	defer s.authority.mu.Unlock()
	return len(s.authority.grants)
}
