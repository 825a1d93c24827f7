package instance

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
)

// oauthRefusal is an error in the form of RFC 6749 section 5.2.
type oauthRefusal struct {
	status     int
	kind, text string
}

func (r oauthRefusal) Error() string { return r.kind + ": " + r.text }

func errClient() error {
	return oauthRefusal{http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
}

func errGrant() error {
	return oauthRefusal{http.StatusBadRequest, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
}

// postToken trades a code for a token, once.
//
// Source: docs.joinmastodon.org/methods/oauth#token
func postToken(c *call) (any, error) {
	sent, err := c.sent()
	if err != nil {
		return nil, err
	}
	app := c.s.apps[sent.Get("client_id")]
	if app == nil || app.secret != sent.Get("client_secret") {
		return nil, errClient()
	}
	if sent.Get("grant_type") != "authorization_code" {
		return nil, oauthRefusal{http.StatusBadRequest, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."}
	}
	code := sent.Get("code")
	g, ok := c.s.grants[code]
	if !ok || g.client != app || g.redirect != sent.Get("redirect_uri") || !c.s.opts.Now().Before(g.until) {
		return nil, errGrant()
	}
	if g.challenge != "" && challenge(sent.Get("code_verifier")) != g.challenge {
		return nil, errGrant()
	}
	delete(c.s.grants, code)
	token, since := random(), c.s.opts.Now()
	c.s.tokens[token] = pass{person: g.person, scopes: g.scopes, client: app}
	return object{
		"access_token": token, "token_type": "Bearer", "scope": strings.Join(g.scopes, " "), "created_at": since.Unix(),
	}, nil
}

// challenge is RFC 7636's S256.
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// postRevoke ends a token of the app that asks. One that there is not is no error.
//
// Source: docs.joinmastodon.org/methods/oauth#revoke, RFC 7009
func postRevoke(c *call) (any, error) {
	sent, err := c.sent()
	if err != nil {
		return nil, err
	}
	app, token := c.s.apps[sent.Get("client_id")], sent.Get("token")
	p, ok := c.s.tokens[token]
	if app == nil || app.secret != sent.Get("client_secret") || ok && p.client != app {
		return nil, oauthRefusal{http.StatusForbidden, "unauthorized_client", "You are not authorized to revoke this token"}
	}
	delete(c.s.tokens, token)
	return object{}, nil
}

// Narrow gives an app a token of a person's with some scopes alone, as one that has
// signed in before it asked for more.
func (s *Server) Narrow(person string, scopes ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := random()
	s.tokens[token] = pass{person: person, scopes: scopes, client: &client{}}
	return token
}

// Granted is how many tokens of a person's are in force that apps were given.
func (s *Server) Granted(person string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, p := range s.tokens {
		if p.person == person && p.client != nil {
			n++
		}
	}
	return n
}

// Scopes are those of a person's tokens that apps were given, sorted.
func (s *Server) Scopes(person string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, p := range s.tokens {
		if p.person == person && p.client != nil {
			all = append(all, p.scopes...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
