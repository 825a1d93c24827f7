package bluesky

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"skein/config/account"
	"skein/timeline"
)

// passwordWay is the way of com.atproto.server.createSession: the access token is
// enough by itself. Indigo's PasswordAuth neither reads tokens afresh nor survives a
// cancelled request.
type passwordWay struct {
	api *xrpc // without authentication
	did string
}

var _ way = (*passwordWay)(nil)

func (w *passwordWay) send(c *http.Client, req *http.Request, tokens account.Credentials) (*http.Response, error) {
	req.Header.Set("Authorization", "Bearer "+tokens[account.AccessJWT].Reveal())
	return c.Do(req)
}

func (w *passwordWay) expired(tokens account.Credentials, now time.Time) bool {
	return expired(tokens[account.AccessJWT].Reveal(), now)
}

// renew gets tokens for the refresh token, or for the app password when the
// server takes that token no longer.
func (w *passwordWay) renew(ctx context.Context, tokens account.Credentials) (account.Credentials, error) {
	cause := errors.New("no refresh token is stored")
	if refresh := tokens[account.RefreshJWT]; !refresh.Empty() {
		pair, err := refreshSession(ctx, w.api, refresh.Reveal())
		if err == nil {
			return w.with(tokens, pair)
		}
		if !refusedToken(err) {
			return nil, explain(w.api.host, err)
		}
		cause = err
	}
	if password := tokens[account.AppPassword]; !password.Empty() {
		pair, err := createSession(ctx, w.api, w.did, password, "")
		if err == nil {
			return w.with(tokens, pair)
		}
		if te := timeline.AsError(explain(w.api.host, err)); te.Code != timeline.CodeAuth {
			return nil, te
		}
		cause = err
	}
	return nil, &lostError{cause}
}

// with puts new tokens in the place of the old ones, when the server speaks of the
// account that it was asked about.
func (w *passwordWay) with(tokens account.Credentials, p tokenPair) (account.Credentials, error) {
	if p.DID != w.did || p.AccessJWT == "" || p.RefreshJWT == "" {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s answered with the session of another account (%s)", w.api.host, p.DID)
	}
	fresh := tokens.Clone()
	fresh[account.AccessJWT], fresh[account.RefreshJWT] = account.NewSecret(p.AccessJWT), account.NewSecret(p.RefreshJWT)
	return fresh, nil
}

// end calls com.atproto.server.deleteSession, which goes by the refresh token. No app
// password can take itself back.
func (w *passwordWay) end(ctx context.Context, tokens account.Credentials) error {
	if refresh := tokens[account.RefreshJWT]; !refresh.Empty() {
		if err := deleteSession(ctx, w.api, refresh); err != nil && !refusedToken(err) {
			return stillGood(explain(w.api.host, err), "delete the app password under Settings → Privacy and security → App passwords")
		}
	}
	if tokens[account.AppPassword].Empty() {
		return nil
	}
	return timeline.Errorf(timeline.CodeUnsupported, "its app password is good until you delete it on Bluesky under Settings → Privacy and security → App passwords")
}

// stillGood adds to why a session was not ended what the person can do.
func stillGood(err error, do string) error {
	e := *timeline.AsError(err)
	e.Message = timeline.CleanLine(e.Message.String() + "; " + do)
	return &e
}

// tokenPair is the output of com.atproto.server.createSession and refreshSession
// as far as it matters here.
type tokenPair struct {
	DID        string          `json:"did"`
	Handle     string          `json:"handle"`
	AccessJWT  string          `json:"accessJwt"`
	RefreshJWT string          `json:"refreshJwt"`
	DIDDoc     json.RawMessage `json:"didDoc"`
}

// String keeps tokens out of logs.
func (p tokenPair) String() string { return fmt.Sprintf("session of %s", p.DID) }

// createSession signs in with a password. identifier is a handle or a DID; code is
// what the server has sent by mail, where it asks for that.
func createSession(ctx context.Context, api *xrpc, identifier string, password account.Secret, code string) (tokenPair, error) {
	in := map[string]string{"identifier": identifier, "password": password.Reveal()}
	if code != "" {
		in["authFactorToken"] = code
	}
	var out tokenPair
	err := api.post(ctx, "com.atproto.server.createSession", in, &out)
	return out, err
}

// refreshSession trades a refresh token, which then is of no use, for a new pair.
func refreshSession(ctx context.Context, api *xrpc, refresh string) (tokenPair, error) {
	var out tokenPair
	req, err := api.request(ctx, http.MethodPost, "com.atproto.server.refreshSession", nil, http.NoBody)
	if err != nil {
		return out, err
	}
	req.Header.Set("Authorization", "Bearer "+refresh)
	return out, api.call(api.client, req, &out)
}

// deleteSession ends the session of a refresh token.
func deleteSession(ctx context.Context, api *xrpc, refresh account.Secret) error {
	req, err := api.request(ctx, http.MethodPost, "com.atproto.server.deleteSession", nil, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+refresh.Reveal())
	return api.call(api.client, req, nil)
}

// refusedToken tells whether the server will never take a refresh token again.
func refusedToken(err error) bool {
	var e *apiError
	if !errors.As(err, &e) {
		return false
	}
	switch e.name {
	case "ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AccountTakedown":
		return true
	}
	return e.status == http.StatusUnauthorized
}

// expired tells whether a JWT says that its time is over. One that says nothing
// readable is left for the server to judge.
func expired(token string, now time.Time) bool {
	parts := strings.Split(token, ".")
	const jwtParts = 3
	if len(parts) != jwtParts {
		return false
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return false
	}
	var claims struct {
		Expires int64 `json:"exp"` // Unix seconds
	}
	if json.Unmarshal(body, &claims) != nil || claims.Expires <= 0 {
		return false
	}
	return now.Add(expirySlack).Unix() >= claims.Expires
}
