package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
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

// AddPassword signs in with an app password (Settings → App Passwords) and
// returns the account and its secrets; ID and Name are left to the caller. With
// pds "" the handle's own server is looked up, so that the password is shown to
// no other; accounts under bsky.social fall back to Bluesky's own.
//
// A wrong handle or password is CodeAuth, a handle that leads nowhere CodeNotFound.
func AddPassword(ctx context.Context, client *transport.Client, pds, handle string, password account.Secret) (account.Record, account.Credentials, error) {
	id, err := readIdentifier(handle)
	if err != nil {
		return account.Record{}, nil, err
	}
	if password.Empty() {
		return account.Record{}, nil, errNoPassword()
	}
	server := pds
	if server == "" {
		if _, server, err = findPDS(ctx, newDirectory(client), id); err != nil {
			return account.Record{}, nil, err
		}
	}
	f, err := signInWith(ctx, client, server, pds == "", id, password, "")
	if asksForCode(err) {
		err = refuseSignIn(hostOf(server), id, "this is the account's main password; make an app password under Settings, App Passwords", err)
	}
	return f.Record, f.Credentials, err
}

func errNoPassword() error {
	return timeline.Errorf(timeline.CodeUsage, "an app password is needed: Bluesky makes one under Settings, App Passwords")
}

// readIdentifier reads what a person calls their account: a handle with or without an
// @, a DID, or the address of a profile.
func readIdentifier(said string) (syntax.AtIdentifier, error) {
	// A handle that was copied off a page brings marks along that nobody sees.
	name := strings.TrimSpace(timeline.CleanLine(said).String())
	name = strings.TrimPrefix(name, "at://")
	for _, scheme := range []string{"https://", "http://"} {
		if u, err := url.Parse(name); err == nil && strings.HasPrefix(name, scheme) {
			_, name, _ = strings.Cut(u.Path, "/profile/")
			name, _, _ = strings.Cut(name, "/")
		}
	}
	id, err := syntax.ParseAtIdentifier(strings.TrimPrefix(name, "@"))
	if err != nil {
		return "", timeline.Errorf(timeline.CodeUsage, "%q is no handle: it looks like ana.bsky.social", said)
	}
	return id.Normalize(), nil
}

// signInWith signs in with a password, and with the code that the server has sent by
// mail where it wants one (asksForCode). The entryway only signs in: the account is
// looked for where its document says, when moves is set.
func signInWith(ctx context.Context, client *transport.Client, server string, moves bool, id syntax.AtIdentifier, password account.Secret, code string) (account.Finished, error) {
	u, err := serverURL(server)
	if err != nil {
		return account.Finished{}, err
	}
	pair, err := createSession(ctx, newXRPC(client, u), id.String(), password, code)
	if err != nil {
		return account.Finished{}, signInError(u.Host, id, err)
	}
	did, err := syntax.ParseDID(pair.DID)
	if err != nil || pair.AccessJWT == "" || pair.RefreshJWT == "" {
		return account.Finished{}, timeline.Errorf(timeline.CodeMalformed, "%s answered without a session", u.Host)
	}
	if own := documentPDS(pair.DIDDoc, did); moves && own != "" {
		server = own
	}
	if u, err = serverURL(server); err != nil {
		return account.Finished{}, err
	}
	f := account.Finished{
		Record: record(did, pair.Handle, u),
		Credentials: account.Credentials{
			account.AccessJWT:  account.NewSecret(pair.AccessJWT),
			account.RefreshJWT: account.NewSecret(pair.RefreshJWT),
		},
	}
	if code == "" { // an app password; the main one makes no session without a person
		f.Credentials[account.AppPassword] = password
	}
	return f, nil
}

// record is an account as it is kept.
func record(did syntax.DID, handle string, server *url.URL) account.Record {
	return account.Record{
		Network: string(timeline.Bluesky), Handle: "@" + timeline.CleanLine(handle).String(),
		Server: server.Scheme + "://" + server.Host, DID: did.String(),
	}
}

// asksForCode tells whether a server wants the code that it has sent by mail: the
// password was right, and the account's main one.
func asksForCode(err error) bool {
	var api *apiError
	return errors.As(err, &api) && api.name == "AuthFactorTokenRequired"
}

// signInError says what a person can do about a refused sign-in.
func signInError(host string, id syntax.AtIdentifier, err error) error {
	te := timeline.AsError(explain(host, err))
	if te.Code != timeline.CodeAuth {
		return tried("sign-in of "+id.String(), te)
	}
	return refuseSignIn(host, id, "the handle or the app password is wrong", err)
}

func refuseSignIn(host string, id syntax.AtIdentifier, why string, err error) error {
	e := timeline.Errorf(timeline.CodeAuth, "%s did not sign in %s: %s", host, id, why)
	e.Err = err
	return e
}

// findPDS looks up who an account is and where it lives. Of accounts under bsky.social
// both may stay unknown: Bluesky's own server signs them in.
func findPDS(ctx context.Context, dir directory, id syntax.AtIdentifier) (syntax.DID, string, error) {
	found, err := dir.document(ctx, id)
	if err == nil {
		if pds := found.pds(); pds != "" {
			return found.DID, pds, nil
		}
		err = errors.New("its DID document names no server")
	}
	if strings.HasSuffix(strings.ToLower(id.String()), entrywayDomain) {
		return "", entryway, nil
	}
	code := timeline.CodeNotFound
	var te *timeline.Error
	if errors.As(err, &te) {
		code = te.Code
	}
	return "", "", timeline.Errorf(code, "cannot find the server of %s (give it with --pds): %w", id, err)
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
