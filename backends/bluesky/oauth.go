package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"skein/config/account"
	"skein/timeline"
)

// oauthScope is what skein asks to be allowed: what an app password may do, which is
// all but the account itself and direct messages, for which see scopeFor. The granular scopes would be smaller,
// but a server drops those that it does not know without a word, says nowhere which
// they are, and a skein that calls one more method would have everybody sign in again.
const oauthScope = "atproto transition:generic"

// scopeFor is what a server is asked for: where it knows of direct messages, those too.
// A sign-in that is not allowed them is a good one for all else.
func scopeFor(server authServer) string {
	if slices.Contains(server.Scopes, chatScope) {
		return oauthScope + " " + chatScope
	}
	return oauthScope
}

// oauthWay is the way of a public OAuth client
// (https://atproto.com/specs/oauth): each request proves that it holds the session's
// key. Indigo's ClientSession saves late, never reads afresh and drops what saving says.
type oauthWay struct {
	oauthClient
	did string
	now func() time.Time
}

var _ way = (*oauthWay)(nil)

// newOAuthWay reads the way of stored credentials.
func newOAuthWay(client *http.Client, did string, c account.Credentials, now func() time.Time) (*oauthWay, error) {
	key, err := readProofKey(c[account.DPoPKey])
	if err != nil {
		return nil, err
	}
	return &oauthWay{
		oauthClient: oauthClient{
			http: client, proofs: newProver(key, now), id: c[account.ClientID].Reveal(),
			server: authServer{
				Issuer: c[account.Issuer].Reveal(), Token: c[account.TokenEndpoint].Reveal(), Revocation: c[account.RevocationEndpoint].Reveal(),
			},
		},
		did: did, now: now,
	}, nil
}

func (w *oauthWay) send(c *http.Client, req *http.Request, tokens account.Credentials) (*http.Response, error) {
	return w.proofs.send(c, req, tokens[account.AccessJWT].Reveal())
}

// expired goes by when the server said that the token would end: what is in it is the
// server's own affair.
func (w *oauthWay) expired(tokens account.Credentials, now time.Time) bool {
	end, err := strconv.ParseInt(tokens[account.Expires].Reveal(), 10, 64)
	return err == nil && now.Add(expirySlack).Unix() >= end
}

// renew trades the refresh token. Whoever offers one twice loses the session, so a
// process that ended between the exchange and the saving leaves one that is lost.
func (w *oauthWay) renew(ctx context.Context, tokens account.Credentials) (account.Credentials, error) {
	refresh := tokens[account.RefreshJWT]
	if refresh.Empty() {
		return nil, &lostError{errors.New("no refresh token is stored")}
	}
	g, err := w.token(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh.Reveal()}})
	if err != nil {
		if lost(err) {
			return nil, &lostError{err}
		}
		return nil, explain(hostOf(w.server.Token), err)
	}
	if g.Subject != w.did {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s answered with the session of another account (%s)", hostOf(w.server.Token), g.Subject)
	}
	return g.put(tokens, w.now()), nil
}

// end revokes the refresh token, and all that came of it (RFC 7009). The pages of an
// account, where a person does that, are at a place that the reference server has set.
func (w *oauthWay) end(ctx context.Context, tokens account.Credentials) error {
	page := w.server.Issuer + "/account"
	switch {
	case tokens[account.RefreshJWT].Empty():
		return nil
	case w.server.Revocation == "":
		return timeline.Errorf(timeline.CodeUnsupported, "%s does not end sessions for programs: it ends within two weeks, or at %s", hostOf(w.server.Issuer), page)
	}
	if err := w.revoke(ctx, tokens[account.RefreshJWT]); err != nil && !lost(err) {
		return stillGood(explain(hostOf(w.server.Revocation), err), "sign skein out at "+page)
	}
	return nil
}

// lost tells whether an authorization server (RFC 6749, 5.2) has no use for what it
// was offered, now and later.
func lost(err error) bool {
	var e *apiError
	return errors.As(err, &e) && slices.Contains([]string{"invalid_grant", "invalid_client", "unauthorized_client"}, e.name)
}

// oauthClient speaks to an authorization server for one session.
type oauthClient struct {
	http   *http.Client
	proofs *prover
	id     string // the client_id, which is the same for as long as the session lasts
	server authServer
}

// loopbackClientID is the client_id of a program on a person's own machine, which says
// all there is to know about it. The redirect has no port: it is another each time,
// and the server pays no heed to it.
func loopbackClientID(redirect *url.URL, scope string) string {
	portless := *redirect
	portless.Host = redirect.Hostname()
	return "http://localhost?" + url.Values{"redirect_uri": {portless.String()}, "scope": {scope}}.Encode()
}

// grant is what a token endpoint answers with.
type grant struct {
	Access  string `json:"access_token"`
	Type    string `json:"token_type"`
	Refresh string `json:"refresh_token"`
	Scope   string `json:"scope"`
	Subject string `json:"sub"`        // the account's DID
	Seconds int64  `json:"expires_in"` // until the access token ends; 0: not said
}

// String keeps tokens out of logs.
func (g grant) String() string { return fmt.Sprintf("grant of %s", g.Subject) }

// put puts new tokens in the place of the old ones, in a copy.
func (g grant) put(tokens account.Credentials, now time.Time) account.Credentials {
	fresh := tokens.Clone()
	fresh[account.AccessJWT] = account.NewSecret(g.Access)
	if g.Refresh != "" {
		fresh[account.RefreshJWT] = account.NewSecret(g.Refresh)
	}
	delete(fresh, account.Expires)
	if g.Seconds > 0 {
		end := now.Add(time.Duration(g.Seconds) * time.Second).Unix()
		fresh[account.Expires] = account.NewSecret(strconv.FormatInt(end, 10))
	}
	return fresh
}

// push asks for an authorization (RFC 9126) and returns what it is called.
func (c *oauthClient) push(ctx context.Context, form url.Values) (string, error) {
	form.Set("client_id", c.id)
	var out struct {
		URI string `json:"request_uri"`
	}
	if err := c.call(ctx, c.server.PAR, form, &out); err != nil {
		return "", err
	}
	if out.URI == "" {
		return "", timeline.Errorf(timeline.CodeMalformed, "%s took the request for a sign-in and gave it no name", hostOf(c.server.PAR))
	}
	return out.URI, nil
}

// token trades a code or a refresh token.
func (c *oauthClient) token(ctx context.Context, form url.Values) (grant, error) {
	form.Set("client_id", c.id)
	var g grant
	if err := c.call(ctx, c.server.Token, form, &g); err != nil {
		return grant{}, err
	}
	if g.Access == "" || !strings.EqualFold(g.Type, "DPoP") {
		return grant{}, timeline.Errorf(timeline.CodeMalformed, "%s answered with no token that skein can use (%q)", hostOf(c.server.Token), g.Type)
	}
	return g, nil
}

func (c *oauthClient) revoke(ctx context.Context, token account.Secret) error {
	return c.call(ctx, c.server.Revocation, url.Values{"client_id": {c.id}, "token": {token.Reveal()}}, nil)
}

// call sends a form under a proof of the session's key. What the server says against
// it is an *apiError.
func (c *oauthClient) call(ctx context.Context, endpoint string, form url.Values, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := c.proofs.send(c.http, req, "")
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if resp.StatusCode < http.StatusOK || resp.StatusCode >= http.StatusMultipleChoices {
		said := readError(resp.Body)
		said.status = resp.StatusCode
		return said
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// hostOf is whom an address speaks to.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Host
}
