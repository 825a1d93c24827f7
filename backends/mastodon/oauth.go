package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// outOfBand has the server show the code instead of sending the browser away.
//
// Source: docs.joinmastodon.org/methods/apps#create
const outOfBand = "urn:ietf:wg:oauth:2.0:oob"

// appName is what the server calls skein, also below posts.
const appName = "skein"

// fineScopes are all that skein asks for. A call that needs another scope needs it
// here: the sandbox holds every token to its scopes.
//
// Source: docs.joinmastodon.org/api/oauth-scopes
func fineScopes() []string {
	return []string{
		"read:accounts",   // who the account is, profiles, whom it follows
		"read:statuses",   // timelines, threads, the stream, polls, posts for later, the read mark
		"read:search",     // a post or a person by their address
		"read:follows",    // how the account stands to a person
		"read:mutes",      // lists, to carry them elsewhere
		"read:blocks",     //
		"read:bookmarks",  //
		"read:favourites", //
		"read:notifications",
		"read:lists",
		"read:filters", // what the server's own filters hide, and why

		"write:statuses", // posts, edits, boosts, votes, the read mark
		"write:media",
		"write:favourites",
		"write:bookmarks",
		"write:follows",
		"write:mutes",
		"write:blocks",
		"write:notifications", // what is dismissed
		"write:lists",
		"write:filters",
		"write:conversations", // direct messages are read
		"write:reports",
	}
}

// coarseScopes are the same for servers that know no finer ones. follow is for those
// that do not count it to write.
func coarseScopes() []string { return []string{"read", "write", "follow"} }

// chooseScopes asks the server which scopes it knows. One that does not say is asked
// for its name; nobody else's software is trusted with fine ones, for some find out
// about them only when the person is there.
//
// Source: docs.joinmastodon.org/methods/oauth#authorization-server-metadata
func (a *api) chooseScopes(ctx context.Context) []string {
	var meta struct {
		Scopes []string `json:"scopes_supported"`
	}
	fine := fineScopes()
	if a.get(ctx, "/.well-known/oauth-authorization-server", nil, &meta) == nil && len(meta.Scopes) > 0 {
		if slices.ContainsFunc(fine, func(s string) bool { return !slices.Contains(meta.Scopes, s) }) {
			return coarseScopes()
		}
		return fine
	}
	runs, err := a.nodeinfo(ctx)
	if err != nil {
		return coarseScopes()
	}
	switch runs.Name {
	case "mastodon", "gotosocial", "pleroma", "akkoma":
		return fine
	}
	return coarseScopes()
}

// authorization is one request for access: an app of its own, and what is proved when
// the code is traded.
type authorization struct {
	config   oauth2.Config
	state    string // "" where the code is shown
	verifier string // PKCE
}

// register makes an app for one sign-in. Each has its own, so that nothing is kept for
// a server to which nobody is signed in, and the app has the very address that the
// browser comes back to, as servers compare it.
//
// PKCE is always used: servers that do not know it overlook it.
//
// Source: docs.joinmastodon.org/methods/apps#create, RFC 7636 section 5, RFC 9700
// section 2.1.1
func register(ctx context.Context, client *transport.Client, base *url.URL, redirect, state string, scopes []string) (*authorization, error) {
	got, err := postForm(ctx, client, base, "/api/v1/apps", url.Values{
		"client_name": {appName}, "redirect_uris": {redirect}, "scopes": {strings.Join(scopes, " ")},
	})
	if err != nil {
		return nil, failure("sign in", base.Host, err)
	}
	var app struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
	if err := json.Unmarshal(got.body, &app); err != nil || app.ID == "" {
		return nil, timeline.Errorf(timeline.CodeMalformed, "sign in: %s did not register skein as the Mastodon API says", base.Host)
	}
	return &authorization{
		config: oauth2.Config{
			ClientID: app.ID, ClientSecret: app.Secret, RedirectURL: redirect, Scopes: scopes,
			Endpoint: oauth2.Endpoint{
				AuthURL: base.String() + "/oauth/authorize", TokenURL: base.String() + "/oauth/token", AuthStyle: oauth2.AuthStyleInParams,
			},
		},
		state: state, verifier: oauth2.GenerateVerifier(),
	}, nil
}

// address is the server's page.
//
// Source: docs.joinmastodon.org/methods/oauth#authorize
func (a *authorization) address() string {
	return a.config.AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))
}

// trade trades the code for a token.
//
// Source: docs.joinmastodon.org/methods/oauth#token
func (a *authorization) trade(ctx context.Context, client *transport.Client, code string) (account.Credentials, error) {
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client.HTTP())
	token, err := a.config.Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	if err != nil {
		return nil, a.refused(err)
	}
	return account.Credentials{
		account.Token:        account.NewSecret(token.AccessToken),
		account.ClientID:     account.NewSecret(a.config.ClientID),
		account.ClientSecret: account.NewSecret(a.config.ClientSecret),
		account.Scope:        account.NewSecret(a.granted(token)),
	}, nil
}

// granted are the scopes that a token has: those that were asked for, where the server
// does not say otherwise.
//
// Source: RFC 6749 section 5.1
func (a *authorization) granted(token *oauth2.Token) string {
	if scope, _ := token.Extra("scope").(string); scope != "" {
		return scope
	}
	return strings.Join(a.config.Scopes, " ")
}

// lacking are the scopes of those that skein uses which others do not include.
func lacking(scopes []string) []string {
	return slices.DeleteFunc(fineScopes(), func(s string) bool {
		above, _, _ := strings.Cut(s, ":")
		return slices.Contains(scopes, s) || slices.Contains(scopes, above)
	})
}

// refused says why there is no token. The library's own words repeat what the server
// sent.
func (a *authorization) refused(err error) error {
	host := hostOf(a.config.Endpoint.TokenURL)
	var no *oauth2.RetrieveError
	var known *timeline.Error
	switch {
	case errors.As(err, &known):
		return failure("sign in", host, known)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return failure("sign in", host, err)
	case !errors.As(err, &no):
		return timeline.Errorf(timeline.CodeMalformed, "sign in: %s answered with no token", host)
	case no.ErrorCode == "invalid_grant":
		return timeline.Errorf(timeline.CodeAuth, "%s does not accept this code: it was used already, is too old or not whole", host)
	case no.Response == nil:
		return timeline.Errorf(timeline.CodeRefused, "sign in: %s refused", host)
	}
	return failure("sign in", host, transport.StatusError(host, no.Response.StatusCode, no.ErrorDescription))
}

// hostOf is the host of one of our own addresses.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// SignOut implements timeline.SignOuter: it revokes the token.
//
// Source: docs.joinmastodon.org/methods/oauth#revoke
func (b *Backend) SignOut(ctx context.Context) error {
	creds, err := b.store.Load(ctx, string(b.account.ID))
	if err != nil {
		return err
	}
	host := b.base.Host
	if creds[account.ClientID].Empty() {
		return timeline.Errorf(timeline.CodeUnsupported, "its token was made by hand: delete the application on %s under Preferences → Development", host)
	}
	if err := revoke(ctx, b.client, b.base, creds); err != nil {
		e := failure("", host, err)
		e.Message = timeline.CleanLine(e.Message.String() + "; revoke it there under Preferences → Account → Authorized apps")
		return e
	}
	return nil
}

// revoke has the server forget a token.
func revoke(ctx context.Context, client *transport.Client, base *url.URL, creds account.Credentials) error {
	_, err := postForm(ctx, client, base, "/oauth/revoke", url.Values{
		"client_id":     {creds[account.ClientID].Reveal()},
		"client_secret": {creds[account.ClientSecret].Reveal()},
		"token":         {creds[account.Token].Reveal()},
	})
	return err
}

// postForm sends a form that needs no token. An answer that is not 2xx is its Error.
func postForm(ctx context.Context, client *transport.Client, base *url.URL, path string, form url.Values) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base.String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.HTTP().Do(req)
	if err != nil {
		return answer{}, err
	}
	got, err := readAnswer(resp)
	if err == nil && got.status/100 != 2 {
		err = got.fault(base.Host)
	}
	return got, err
}
