package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// entryway signs in accounts of Bluesky's own servers, wherever they are kept.
const (
	entryway       = "https://bsky.social"
	entrywayDomain = ".bsky.social"
)

// tokenPair is the output of com.atproto.server.createSession and refreshSession
// as far as it matters here.
type tokenPair struct {
	DID        string          `json:"did"`
	Handle     string          `json:"handle"`
	AccessJWT  string          `json:"accessJwt"`
	RefreshJWT string          `json:"refreshJwt"`
	DIDDoc     json.RawMessage `json:"didDoc"`
}

// createSession signs in with an app password. identifier is a handle or a DID.
func createSession(ctx context.Context, api *xrpc, identifier string, password account.Secret) (tokenPair, error) {
	var out tokenPair
	err := api.post(ctx, "com.atproto.server.createSession", map[string]string{
		"identifier": identifier, "password": password.Reveal(),
	}, &out)
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

// AddPassword signs in with an app password (Settings → App Passwords) and
// returns the account and its secrets; ID and Name are left to the caller. With
// pds "" the handle's own server is looked up, so that the password is shown to
// no other; accounts under bsky.social fall back to Bluesky's own.
//
// A wrong handle or password is CodeAuth, a handle that leads nowhere CodeNotFound.
func AddPassword(ctx context.Context, client *transport.Client, pds, handle string, password account.Secret) (account.Record, account.Credentials, error) {
	handle = strings.TrimPrefix(strings.TrimSpace(handle), "@")
	id, err := syntax.ParseAtIdentifier(handle)
	if err != nil {
		return account.Record{}, nil, timeline.Errorf(timeline.CodeUsage, "%q is no handle: it looks like ana.bsky.social", handle)
	}
	if password.Empty() {
		return account.Record{}, nil, timeline.Errorf(timeline.CodeUsage, "an app password is needed: Bluesky makes one under Settings, App Passwords")
	}
	server := pds
	if server == "" {
		if server, err = findPDS(ctx, newDirectory(client), id); err != nil {
			return account.Record{}, nil, err
		}
	}
	u, err := serverURL(server)
	if err != nil {
		return account.Record{}, nil, err
	}
	pair, err := createSession(ctx, newXRPC(client, u), handle, password)
	if err != nil {
		return account.Record{}, nil, signInError(u.Host, handle, err)
	}
	did, err := syntax.ParseDID(pair.DID)
	if err != nil || pair.AccessJWT == "" || pair.RefreshJWT == "" {
		return account.Record{}, nil, timeline.Errorf(timeline.CodeMalformed, "%s answered without a session", u.Host)
	}
	if own := documentPDS(pair.DIDDoc, did); pds == "" && own != "" {
		server = own // the entryway signs in, the PDS serves
	}
	if u, err = serverURL(server); err != nil {
		return account.Record{}, nil, err
	}
	r := account.Record{
		Network: string(timeline.Bluesky), Handle: "@" + timeline.CleanLine(pair.Handle).String(),
		Server: u.Scheme + "://" + u.Host, DID: did.String(),
	}
	return r, account.Credentials{
		account.AppPassword: password,
		account.AccessJWT:   account.NewSecret(pair.AccessJWT),
		account.RefreshJWT:  account.NewSecret(pair.RefreshJWT),
	}, nil
}

// signInError says what a person can do about a refused sign-in.
func signInError(host, handle string, err error) error {
	te := timeline.AsError(explain(host, err))
	if te.Code != timeline.CodeAuth {
		return tried("sign-in of "+handle, te)
	}
	hint := "the handle or the app password is wrong"
	var api *apiError
	if errors.As(err, &api) && api.name == "AuthFactorTokenRequired" {
		hint = "this is the account's main password; make an app password under Settings, App Passwords"
	}
	e := timeline.Errorf(timeline.CodeAuth, "%s did not sign in %s: %s", host, handle, hint)
	e.Err = err
	return e
}

// findPDS looks up where an account lives.
func findPDS(ctx context.Context, dir directory, id syntax.AtIdentifier) (string, error) {
	found, err := dir.document(ctx, id)
	if err == nil {
		if pds := found.pds(); pds != "" {
			return pds, nil
		}
		err = errors.New("its DID document names no server")
	}
	if strings.HasSuffix(strings.ToLower(id.String()), entrywayDomain) {
		return entryway, nil
	}
	code := timeline.CodeNotFound
	var te *timeline.Error
	if errors.As(err, &te) {
		code = te.Code
	}
	return "", timeline.Errorf(code, "cannot find the server of %s (give it with --pds): %w", id, err)
}

// documentPDS reads the server out of a DID document; "" when it says none or is
// another account's.
func documentPDS(raw json.RawMessage, did syntax.DID) string {
	var doc document
	if len(raw) == 0 || json.Unmarshal(raw, &doc) != nil || doc.DID != did {
		return ""
	}
	return doc.pds()
}

// String keeps tokens out of logs.
func (p tokenPair) String() string { return fmt.Sprintf("session of %s", p.DID) }
