package instance

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/visitor"
	"skein/backends/sandbox/world"
)

// phone is an app: where people come back to it, and with what.
type phone struct {
	*httptest.Server
	came chan url.Values
}

func newPhone(t *testing.T) phone {
	t.Helper()
	p := phone{came: make(chan url.Values, 1)}
	p.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { p.came <- r.URL.Query() }))
	t.Cleanup(p.Close)
	return p
}

// register makes an app and returns its id and secret.
func (s *Server) register(t *testing.T, redirect, scopes string) url.Values {
	t.Helper()
	g := s.do(t, http.MethodPost, "/api/v1/apps", "", formBody(url.Values{
		"client_name": {"phone"}, "redirect_uris": {redirect + "\n" + OutOfBand}, "scopes": {scopes},
	}))
	if g.status != http.StatusOK {
		t.Fatalf("register: %d %s", g.status, g.raw)
	}
	return url.Values{"client_id": {g.text("client_id")}, "client_secret": {g.text("client_secret")}}
}

func (s *Server) authorizeURL(app url.Values, redirect, scope string, more url.Values) string {
	q := url.Values{"client_id": app["client_id"], "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {scope}}
	for name, values := range more {
		q[name] = values
	}
	return s.URL() + "/oauth/authorize?" + q.Encode()
}

func (s *Server) trade(t *testing.T, app url.Values, redirect, code, verifier string) got {
	t.Helper()
	return s.do(t, http.MethodPost, "/oauth/token", "", formBody(url.Values{
		"client_id": app["client_id"], "client_secret": app["client_secret"], "grant_type": {"authorization_code"},
		"redirect_uri": {redirect}, "code": {code}, "code_verifier": {verifier},
	}))
}

func TestSignInGivesATokenOfItsScopes(t *testing.T) {
	clock := time.Now()
	s := start(t, village(say("a", "ana", "a")), Options{Now: func() time.Time { return clock }})
	p := newPhone(t)
	app := s.register(t, p.URL, "read:statuses read:accounts write:statuses")
	const verifier = "v0123456789012345678901234567890123456789012"
	address := s.authorizeURL(app, p.URL, "read:statuses read:accounts", url.Values{
		"state": {"st"}, "code_challenge": {challenge(verifier)}, "code_challenge_method": {"S256"},
	})
	allow := func() string {
		t.Helper()
		if _, err := visitor.Press(t.Context(), address, "Authorize"); err != nil {
			t.Fatal(err)
		}
		back := <-p.came
		if back.Get("state") != "st" || back.Get("code") == "" {
			t.Fatalf("the browser brought %v", back)
		}
		return back.Get("code")
	}
	code := allow()
	for why, g := range map[string]got{
		"another verifier": s.trade(t, app, p.URL, code, "v9"),
		"no verifier":      s.trade(t, app, p.URL, code, ""),
		"another address":  s.trade(t, app, OutOfBand, code, verifier),
		"another code":     s.trade(t, app, p.URL, code+"x", verifier),
		"another app":      s.trade(t, s.register(t, p.URL, "read"), p.URL, code, verifier),
	} {
		if g.status != http.StatusBadRequest || g.text("error") != "invalid_grant" {
			t.Errorf("%s: %d %s", why, g.status, g.raw)
		}
	}
	if g := s.trade(t, url.Values{"client_id": app["client_id"], "client_secret": {"x"}}, p.URL, code, verifier); g.status != http.StatusUnauthorized {
		t.Errorf("another secret: %d %s", g.status, g.raw)
	}
	g := s.trade(t, app, p.URL, code, verifier)
	token := g.text("access_token")
	if g.status != http.StatusOK || token == "" || g.text("scope") != "read:statuses read:accounts" {
		t.Fatalf("the token: %d %s", g.status, g.raw)
	}
	if g := s.trade(t, app, p.URL, code, verifier); g.status != http.StatusBadRequest {
		t.Errorf("the code serves twice: %s", g.raw)
	}
	late := allow()
	clock = clock.Add(codeLives)
	if g := s.trade(t, app, p.URL, late, verifier); g.status != http.StatusBadRequest {
		t.Errorf("the code serves for ever: %s", g.raw)
	}
	s.opens(t, app, token)
}

// opens checks what a token opens, and that it can be revoked.
func (s *Server) opens(t *testing.T, app url.Values, token string) {
	t.Helper()
	for path, want := range map[string]int{
		"/api/v1/timelines/home": 200, "/api/v1/accounts/verify_credentials": 200, "/api/v1/mutes": 403, "/api/v2/search?q=a": 403,
	} {
		if g := s.do(t, http.MethodGet, path, token, nil); g.status != want {
			t.Errorf("%s: %d, want %d", path, g.status, want)
		}
	}
	if g := s.do(t, http.MethodPost, "/api/v1/statuses", token, formBody(url.Values{"status": {"x"}})); g.status != 403 {
		t.Errorf("it writes: %d", g.status)
	}
	revoke := func(app url.Values) got {
		return s.do(t, http.MethodPost, "/oauth/revoke", "", formBody(url.Values{
			"client_id": app["client_id"], "client_secret": app["client_secret"], "token": {token},
		}))
	}
	if g := revoke(s.register(t, "https://other.example", "read")); g.status != 403 || s.Granted(world.Viewer) != 1 {
		t.Errorf("another app revokes it: %d", g.status)
	}
	if g := revoke(app); g.status != 200 || s.Granted(world.Viewer) != 0 {
		t.Errorf("revoke: %d %s", g.status, g.raw)
	}
	if g := s.do(t, http.MethodGet, "/api/v1/timelines/home", token, nil); g.status != 401 {
		t.Errorf("it is revoked and opens: %d", g.status)
	}
}

func TestWithoutARedirectTheCodeIsShown(t *testing.T) {
	s := start(t, village(), Options{})
	app := s.register(t, "https://app.example/", "read")
	page, err := visitor.Press(t.Context(), s.authorizeURL(app, OutOfBand, "read", nil), "Authorize")
	if err != nil || page.Code == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	if g := s.trade(t, app, OutOfBand, page.Code, ""); g.status != http.StatusOK {
		t.Errorf("%d %s", g.status, g.raw)
	}
}

func TestConsentCanBeRefused(t *testing.T) {
	s, p := start(t, village(), Options{}), newPhone(t)
	app := s.register(t, p.URL, "read")
	if _, err := visitor.Press(t.Context(), s.authorizeURL(app, p.URL, "read", url.Values{"state": {"st"}}), "Deny"); err != nil {
		t.Fatal(err)
	}
	if back := <-p.came; back.Get("error") != "access_denied" || back.Get("state") != "st" || back.Has("code") {
		t.Errorf("the browser brought %v", back)
	}
}

func TestKindsOfSignIn(t *testing.T) {
	for kind, c := range map[SignIns]struct {
		metadata, granular int
		late               string
	}{
		SignInsFull:   {200, 200, ""},
		SignInsOld:    {404, 200, ""},
		SignInsCoarse: {404, 422, ""},
		SignInsLate:   {404, 200, "invalid_scope"},
	} {
		s, p := start(t, village(), Options{SignIns: kind}), newPhone(t)
		if g := s.do(t, http.MethodGet, "/.well-known/oauth-authorization-server", "", nil); g.status != c.metadata {
			t.Errorf("%q: metadata: %d, want %d", kind, g.status, c.metadata)
		}
		g := s.do(t, http.MethodPost, "/api/v1/apps", "", jsonBody(`{"client_name":"x","redirect_uris":["`+p.URL+`"],"scopes":"read:statuses"}`))
		if g.status != c.granular {
			t.Errorf("%q: granular scopes: %d %s", kind, g.status, g.raw)
		}
		if g.status != http.StatusOK {
			continue
		}
		app := url.Values{"client_id": {g.text("client_id")}, "client_secret": {g.text("client_secret")}}
		address := s.authorizeURL(app, p.URL, "read:statuses", url.Values{"code_challenge": {"never"}, "code_challenge_method": {"S256"}})
		_, err := visitor.Press(t.Context(), address, "Authorize")
		back := <-p.came
		if back.Get("error") != c.late || (err == nil) != (c.late == "") {
			t.Errorf("%q: the browser brought %v: %v", kind, back, err)
		}
		if c.late != "" {
			continue
		}
		want := http.StatusBadRequest
		if kind == SignInsOld {
			want = http.StatusOK
		}
		if g := s.trade(t, app, p.URL, back.Get("code"), ""); g.status != want {
			t.Errorf("%q: without PKCE: %d %s", kind, g.status, g.raw)
		}
	}
}

// TestWhatCannotGoBackIsShown: to an address that is not the app's nobody is sent.
func TestWhatCannotGoBackIsShown(t *testing.T) {
	s := start(t, village(), Options{})
	app := s.register(t, "https://app.example/", "read")
	for _, address := range []string{
		s.authorizeURL(app, "https://evil.example/", "read", nil),
		s.authorizeURL(url.Values{"client_id": {"x"}}, "https://app.example/", "read", nil),
	} {
		page, err := visitor.Open(t.Context(), address)
		if err != nil || page.Status != http.StatusBadRequest || !strings.HasPrefix(page.URL, s.URL()) {
			t.Errorf("%+v, %v", page, err)
		}
	}
}

// TestContractSignIn holds signing in to the published description, and what each call
// needs a token for.
func TestContractSignIn(t *testing.T) {
	v := description(t)
	s, rec := observed(t, village(), Options{})
	p := newPhone(t)
	app := s.register(t, p.URL, "read profile")
	s.do(t, http.MethodGet, "/.well-known/oauth-authorization-server", "", nil)
	s.do(t, http.MethodPost, "/api/v1/apps", "", jsonBody(`{"client_name":"x","redirect_uris":["https://a.example/"],"scopes":"nothing"}`))
	page, err := visitor.Press(t.Context(), s.authorizeURL(app, OutOfBand, "read", nil), "Authorize")
	if err != nil {
		t.Fatal(err)
	}
	sent := func(more map[string]string) *body {
		m := map[string]string{"client_id": app.Get("client_id"), "client_secret": app.Get("client_secret")}
		for name, value := range more {
			m[name] = value
		}
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		return jsonBody(string(b))
	}
	trade := map[string]string{"grant_type": "authorization_code", "redirect_uri": OutOfBand, "code": page.Code}
	g := s.do(t, http.MethodPost, "/oauth/token", "", sent(trade))
	if again := s.do(t, http.MethodPost, "/oauth/token", "", sent(trade)); again.status != 400 {
		t.Errorf("twice: %d", again.status)
	}
	token := map[string]string{"token": g.text("access_token")}
	for _, want := range []int{200, 200} {
		if g := s.do(t, http.MethodPost, "/oauth/revoke", "", sent(token)); g.status != want {
			t.Errorf("revoke: %d %s", g.status, g.raw)
		}
	}
	t.Logf("contract: checked %d responses", rec.check(t, v))
}
