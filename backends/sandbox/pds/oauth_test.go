package pds

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"skein/backends/sandbox/world"
)

const (
	testRedirect = "http://127.0.0.1:7/back"
	testClient   = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fback&scope=atproto+transition%3Ageneric"
	testVerifier = "a-verifier-that-is-long-enough-for-anybody"
)

// visitor is a client of OAuth.
type visitor struct {
	client
	key   *ecdsa.PrivateKey
	nonce string
}

func newVisitor(t *testing.T, s *Server) *visitor {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := s.client(t, "")
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{c, key, s.authority.nonce(s.opts.Now())}
}

// request sends a form with a proof; change spoils what the proof says.
func (v *visitor) request(path, access string, form url.Values, change jwt.MapClaims) (status int, out object) {
	v.t.Helper()
	method := http.MethodPost
	if form == nil {
		method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(v.t.Context(), method, v.s.URL()+path, strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	claims := jwt.MapClaims{"jti": rand.Text(), "htm": method, "htu": v.s.URL() + path, "iat": v.s.opts.Now().Unix(), "nonce": v.nonce}
	if access != "" {
		sum := sha256.Sum256([]byte(access))
		claims["ath"] = base64.RawURLEncoding.EncodeToString(sum[:])
		req.Header.Set("Authorization", "DPoP "+access)
	}
	for name, value := range change {
		claims[name] = value
	}
	point, err := v.key.PublicKey.Bytes()
	if err != nil {
		v.t.Fatal(err)
	}
	proof := jwt.NewWithClaims(jwt.SigningMethodES256, claims)
	proof.Header["typ"] = "dpop+jwt"
	proof.Header["jwk"] = object{
		"kty": "EC", "crv": "P-256",
		"x": base64.RawURLEncoding.EncodeToString(point[1:33]), "y": base64.RawURLEncoding.EncodeToString(point[33:]),
	}
	signed, err := proof.SignedString(v.key)
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("DPoP", signed)
	resp, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		v.t.Fatal(err)
	}
	return resp.StatusCode, out
}

// code has a person say yes.
func (v *visitor) code() string {
	v.t.Helper()
	sum := sha256.Sum256([]byte(testVerifier))
	_, out := v.request("/oauth/par", "", url.Values{
		"client_id": {testClient}, "redirect_uri": {testRedirect}, "response_type": {"code"}, "scope": {"atproto"}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}, nil)
	form := url.Values{"request_uri": {dig(out, "request_uri")}, "account": {v.s.Handle(world.Viewer)}, "verdict": {"approve"}}
	req, err := http.NewRequestWithContext(v.t.Context(), http.MethodPost, v.s.URL()+"/oauth/authorize", strings.NewReader(form.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := v.http.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	_ = resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		v.t.Fatalf("nobody is sent back (%d): %v", resp.StatusCode, err)
	}
	return to.Query().Get("code")
}

func (v *visitor) trade(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "client_id": {testClient}, "redirect_uri": {testRedirect}, "code": {code}, "code_verifier": {testVerifier},
	}
}

func TestOAuthChecksProofs(t *testing.T) {
	s := start(t, small(), Options{})
	v := newVisitor(t, s)
	_, out := v.request("/oauth/token", "", v.trade(v.code()), nil)
	token := dig(out, "access_token")
	const method = "/xrpc/com.atproto.server.getSession"
	if status, out := v.request(method, token, nil, nil); status != http.StatusOK || dig(out, "did") != s.DID(world.Viewer) {
		t.Fatalf("%d, %v", status, out)
	}
	for name, change := range map[string]jwt.MapClaims{
		"an old nonce": {"nonce": s.authority.nonce(time.Now().Add(-time.Hour))}, "no nonce": {"nonce": nil}, "an old date": {"iat": 1},
		"another method": {"htm": "POST"}, "another place": {"htu": s.URL()}, "another token": {"ath": "x"}, "no token": {"ath": nil}, "no name": {"jti": ""},
	} {
		want := "invalid_dpop_proof"
		if strings.Contains(name, "nonce") {
			want = "use_dpop_nonce"
		}
		if status, out := v.request(method, token, nil, change); status != http.StatusUnauthorized || dig(out, "error") != want {
			t.Errorf("%s: %d, %v", name, status, out)
		}
	}
	again := jwt.MapClaims{"jti": "once"}
	v.request(method, token, nil, again)
	if status, _ := v.request(method, token, nil, again); status != http.StatusUnauthorized {
		t.Errorf("a proof was taken twice: %d", status)
	}
	if status, out := newVisitor(t, s).request(method, token, nil, nil); status != http.StatusUnauthorized || dig(out, "error") != "invalid_token" {
		t.Errorf("with another key: %d, %v", status, out)
	}
}

func TestOAuthChecksCodes(t *testing.T) {
	s := start(t, small(), Options{})
	v := newVisitor(t, s)
	for name, value := range map[string]string{"code": "cod-x", "code_verifier": "x", "client_id": testClient + "&x=1", "redirect_uri": "http://127.0.0.1:8/back"} {
		form := v.trade(v.code())
		form.Set(name, value)
		if status, out := v.request("/oauth/token", "", form, nil); status != http.StatusBadRequest || dig(out, "error") != "invalid_grant" {
			t.Errorf("another %s: %d, %v", name, status, out)
		}
	}
	code := v.code()
	if status, _ := newVisitor(t, s).request("/oauth/token", "", v.trade(code), nil); status != http.StatusBadRequest {
		t.Errorf("another key: %d", status)
	}
	if status, _ := v.request("/oauth/token", "", v.trade(code), nil); status != http.StatusBadRequest {
		t.Errorf("a code was good twice: %d", status)
	}
}

// A refresh token that is offered again ends the session, the new tokens and all.
func TestOAuthReplay(t *testing.T) {
	s := start(t, small(), Options{})
	v := newVisitor(t, s)
	_, first := v.request("/oauth/token", "", v.trade(v.code()), nil)
	refresh := func(out object) (int, object) {
		return v.request("/oauth/token", "", url.Values{"grant_type": {"refresh_token"}, "client_id": {testClient}, "refresh_token": {dig(out, "refresh_token")}}, nil)
	}
	status, second := refresh(first)
	if status != http.StatusOK || s.Grants() != 1 {
		t.Fatalf("%d, %v", status, second)
	}
	if status, out := refresh(first); status != http.StatusBadRequest || dig(out, "error") != "invalid_grant" || s.Grants() != 0 {
		t.Errorf("a replay: %d, %v", status, out)
	}
	if status, _ := refresh(second); status != http.StatusBadRequest {
		t.Errorf("after a replay: %d", status)
	}
	if status, _ := v.request("/xrpc/com.atproto.server.getSession", dig(second, "access_token"), nil, nil); status != http.StatusUnauthorized {
		t.Errorf("the access token after a replay: %d", status)
	}
}
