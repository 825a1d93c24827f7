package pds

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The scopes of tokens: the first two are made from a password, the last in a browser.
const (
	scopeAccess  = "com.atproto.appPass"
	scopeRefresh = "com.atproto.refresh"
	scopeOAuth   = "atproto"
)

// claims are what a token says.
type claims struct {
	Scope   string `json:"scope"`
	Subject string `json:"sub"`
	Issued  int64  `json:"iat"` // Unix seconds
	Expires int64  `json:"exp"`
	ID      string `json:"jti,omitempty"` // the session, but in an access token of a password
	Serial  int    `json:"serial,omitempty"`

	Key *proofKey `json:"cnf,omitempty"` // in an access token of a browser
}

// proofKey names the key that a token is of use with (RFC 9449, 6.1).
type proofKey struct {
	Thumbprint string `json:"jkt"`
}

// sessions issues and checks tokens. A refresh token works once: the next takes
// its place, and a replay is refused.
type sessions struct {
	key    []byte
	now    func() time.Time
	access time.Duration

	mu      sync.Mutex
	serials map[string]int // session → serial of its newest refresh token
}

func newSessions(key []byte, o Options) *sessions {
	return &sessions{key: key, now: o.Now, access: o.AccessTTL, serials: map[string]int{}}
}

// header is what JWTs begin with (RFC 7519).
type header struct {
	Type      string `json:"typ"`
	Algorithm string `json:"alg"`
}

func (t *sessions) sign(kind string, c claims) (string, error) {
	h, err := json.Marshal(header{Type: kind, Algorithm: "HS256"})
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(h) + "." + base64.RawURLEncoding.EncodeToString(body)
	return signed + "." + base64.RawURLEncoding.EncodeToString(t.mac(signed)), nil
}

func (t *sessions) mac(signed string) []byte {
	m := hmac.New(sha256.New, t.key)
	m.Write([]byte(signed))
	return m.Sum(nil)
}

func (t *sessions) verify(token, scope string) (claims, *failure) {
	unverified := &failure{http.StatusBadRequest, "InvalidToken", "Token could not be verified"}
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return claims{}, unverified
	}
	mac, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil || !hmac.Equal(mac, t.mac(token[:dot])) {
		return claims{}, unverified
	}
	var c claims
	body, err := base64.RawURLEncoding.DecodeString(token[strings.IndexByte(token, '.')+1 : dot])
	if err != nil || json.Unmarshal(body, &c) != nil {
		return claims{}, unverified
	}
	if c.Scope != scope {
		return claims{}, &failure{http.StatusBadRequest, "InvalidToken", "Bad token scope"}
	}
	if t.now().Unix() >= c.Expires {
		return claims{}, &failure{http.StatusBadRequest, "ExpiredToken", "Token has expired"}
	}
	return c, nil
}

// issue makes a pair of tokens for a session's serial number.
func (t *sessions) issue(did, session string, serial int) (access, refresh string, err error) {
	now := t.now()
	access, err = t.sign("at+jwt", claims{Scope: scopeAccess, Subject: did, Issued: now.Unix(), Expires: now.Add(t.access).Unix()})
	if err != nil {
		return "", "", err
	}
	refresh, err = t.sign("refresh+jwt", claims{
		Scope: scopeRefresh, Subject: did, Issued: now.Unix(), Expires: now.Add(refreshTTL).Unix(), ID: session, Serial: serial,
	})
	return access, refresh, err
}

func (t *sessions) begin(did string) (access, refresh string, err error) {
	session := rand.Text()
	t.mu.Lock()
	t.serials[session] = 1
	t.mu.Unlock()
	return t.issue(did, session, 1)
}

// renew replaces a refresh token.
func (t *sessions) renew(c claims) (access, refresh string, err error) {
	t.mu.Lock()
	if t.serials[c.ID] != c.Serial {
		t.mu.Unlock()
		return "", "", &failure{http.StatusBadRequest, "ExpiredToken", "Token has been revoked"}
	}
	t.serials[c.ID]++
	t.mu.Unlock()
	return t.issue(c.Subject, c.ID, c.Serial+1)
}

func (t *sessions) end(c claims) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.serials, c.ID)
}

// authenticate fills in who calls.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request, c *call, a access) error {
	if token, ok := strings.CutPrefix(c.header.Get("Authorization"), "DPoP "); ok {
		if fail := s.authenticateDPoP(w, r, c, a, token); fail != nil {
			return fail
		}
		return nil
	}
	token, ok := strings.CutPrefix(c.header.Get("Authorization"), "Bearer ")
	if !ok {
		if a == anyone {
			return nil
		}
		return &failure{http.StatusUnauthorized, "AuthMissing", "Authentication Required"}
	}
	scope := scopeAccess
	if a == renewal {
		scope = scopeRefresh
	}
	found, fail := s.sessions.verify(token, scope)
	if fail != nil {
		return fail
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	c.token, c.viewer = found, s.people[found.Subject]
	return nil
}

func (s *Server) createSession(c *call) (any, error) {
	var in struct{ Identifier, Password, AuthFactorToken string }
	if err := c.input(&in); err != nil {
		return nil, err
	}
	s.mu.RLock()
	p := s.lookup(strings.TrimPrefix(in.Identifier, "@"))
	s.mu.RUnlock()
	switch {
	case p != nil && hmac.Equal([]byte(p.password), []byte(in.Password)):
	case p == nil || !hmac.Equal([]byte(mainPassword(p)), []byte(in.Password)):
		return nil, &failure{http.StatusUnauthorized, "AuthenticationRequired", "Invalid identifier or password"}
	case in.AuthFactorToken == "":
		return nil, &failure{http.StatusUnauthorized, "AuthFactorTokenRequired", "A sign in code has been sent to your email address"}
	case in.AuthFactorToken != AuthCode:
		return nil, &failure{http.StatusBadRequest, "InvalidToken", "Token is invalid"}
	}
	access, refresh, err := s.sessions.begin(p.did)
	if err != nil {
		return nil, err
	}
	return s.session(p, access, refresh), nil
}

// AuthCode is what the server has sent by mail to whoever signs in with the main
// password.
const AuthCode = "ABCDE-FGHIJ"

// MainPassword is a person's own password, which is none for programs: it wants
// AuthCode beside it.
func (s *Server) MainPassword(personKey string) string {
	if p := s.person(personKey); p != nil {
		return mainPassword(p)
	}
	return ""
}

func mainPassword(p *person) string { return "main-" + p.password }

func (s *Server) refreshSession(c *call) (any, error) {
	access, refresh, err := s.sessions.renew(c.token)
	if err != nil {
		return nil, err
	}
	return s.session(c.viewer, access, refresh), nil
}

func (s *Server) deleteSession(c *call) (any, error) {
	s.sessions.end(c.token)
	return nil, nil
}

func (s *Server) getSession(c *call) (any, error) { return s.session(c.viewer, "", ""), nil }

func (s *Server) session(p *person, access, refresh string) object {
	out := object{"did": p.did, "handle": p.handle, "active": true, "didDoc": s.document(p)}
	if access != "" {
		out["accessJwt"], out["refreshJwt"] = access, refresh
	}
	return out
}

// document is a person's DID document, which says where their PDS is.
func (s *Server) document(p *person) object {
	return object{
		"@context":    []string{"https://www.w3.org/ns/did/v1"},
		"id":          p.did,
		"alsoKnownAs": []string{"at://" + p.handle},
		"service": []object{{
			"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": s.url,
		}},
	}
}

func (s *Server) describeServer(*call) (any, error) {
	return object{
		"did": "did:web:" + s.opts.HandleDomain, "availableUserDomains": []string{"." + s.opts.HandleDomain},
		"inviteCodeRequired": true,
	}, nil
}
