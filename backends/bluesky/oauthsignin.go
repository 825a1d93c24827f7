package bluesky

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"golang.org/x/oauth2"

	"skein/config/account"
	"skein/timeline"
)

// authorization is a sign-in that a server has been asked for, and that the person has
// to say yes to.
type authorization struct {
	oauthClient
	key                       *ecdsa.PrivateKey
	redirect, state, verifier string
	address                   string // where to say yes
}

// authorize asks for a sign-in. hint is the account, as far as it is known: a handle or
// a DID.
func authorize(ctx context.Context, client *http.Client, server authServer, redirect, state, hint string, now func() time.Time) (*authorization, error) {
	key, err := newProofKey()
	if err != nil {
		return nil, err
	}
	back, err := url.Parse(redirect)
	if err != nil {
		return nil, err
	}
	a := &authorization{
		oauthClient: oauthClient{http: client, proofs: newProver(key, now), id: loopbackClientID(back, scopeFor(server)), server: server},
		key:         key, redirect: redirect, state: state, verifier: oauth2.GenerateVerifier(),
	}
	form := url.Values{
		"response_type": {"code"}, "redirect_uri": {redirect}, "scope": {scopeFor(server)}, "state": {state},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(a.verifier)}, "code_challenge_method": {"S256"},
	}
	if hint != "" {
		form.Set("login_hint", hint)
	}
	name, err := a.push(ctx, form)
	if err != nil {
		return nil, tried("sign-in at "+hostOf(server.Issuer), explain(hostOf(server.PAR), err))
	}
	page, err := url.Parse(server.Authorize)
	if err != nil {
		return nil, err // it was parsed when the server was asked
	}
	query := page.Query()
	query.Set("client_id", a.id)
	query.Set("request_uri", name)
	page.RawQuery = query.Encode()
	a.address = page.String()
	return a, nil
}

// take trades what the browser brought back for tokens. What it brought is believed only
// when it comes from the server that was asked (RFC 9207).
func (a *authorization) take(ctx context.Context, brought url.Values) (account.Credentials, grant, error) {
	host := hostOf(a.server.Issuer)
	if iss := brought.Get("iss"); iss != a.server.Issuer || brought.Get("state") != a.state {
		return nil, grant{}, timeline.Errorf(timeline.CodeRefused, "the browser came back from %q, not from %s; nothing was added", cmp.Or(iss, "nowhere"), host)
	}
	switch refusal := brought.Get("error"); {
	case refusal == "access_denied":
		return nil, grant{}, timeline.Errorf(timeline.CodeAuth, "you did not let skein in at %s; nothing was added", host)
	case refusal != "" || brought.Get("code") == "":
		return nil, grant{}, timeline.Errorf(timeline.CodeRefused, "%s ended the sign-in: %.200s; nothing was added",
			host, strings.TrimSuffix(cmp.Or(brought.Get("error_description"), refusal, "it gave no code"), "."))
	}
	g, err := a.token(ctx, url.Values{
		"grant_type": {"authorization_code"}, "code": {brought.Get("code")}, "redirect_uri": {a.redirect}, "code_verifier": {a.verifier},
	})
	if err != nil {
		return nil, grant{}, tried("sign-in at "+host, explain(hostOf(a.server.Token), err))
	}
	kept, err := keepProofKey(a.key)
	if err != nil {
		return nil, grant{}, err
	}
	secrets := account.Credentials{
		account.DPoPKey: kept, account.Issuer: account.NewSecret(a.server.Issuer), account.ClientID: account.NewSecret(a.id),
		account.TokenEndpoint: account.NewSecret(a.server.Token), account.RevocationEndpoint: account.NewSecret(a.server.Revocation),
		account.Scope: account.NewSecret(cmp.Or(g.Scope, oauthScope)),
	}
	return g.put(secrets, a.proofs.now()), g, nil
}

// way is how requests are made with what take returned.
func (a *authorization) way(did syntax.DID) *oauthWay {
	return &oauthWay{oauthClient: a.oauthClient, did: did.String(), now: a.proofs.now}
}

// enough tells whether what was allowed is what skein needs.
func enough(scope string) bool {
	allowed := strings.Fields(scope)
	return !slices.ContainsFunc(strings.Fields(oauthScope), func(s string) bool { return !slices.Contains(allowed, s) })
}
