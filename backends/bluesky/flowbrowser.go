package bluesky

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/callback"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// browse sends the person to the server that signs the account in.
func (f *flow) browse(ctx context.Context) (account.Step, error) {
	server, err := f.authServer(ctx)
	if err != nil {
		return f.Unserved(stepHow, err)
	}
	if err := f.stopListening(); err != nil {
		return f.Fail(err)
	}
	if f.back, err = callback.Listen(ctx, callback.Options{}); err != nil {
		return f.Unserved(stepHow, timeline.Errorf(timeline.CodeInternal, "%w", err))
	}
	f.asks, err = authorize(ctx, f.Client.HTTP(), server, f.back.URL(), f.back.State(), f.id.String(), f.Now)
	if err != nil {
		return f.Unserved(stepHow, err)
	}
	host := timeline.CleanLine(hostOf(server.Issuer)).String()
	return f.Ask(account.Visit{
		Name: stepBrowser, Title: "Let skein in at " + host, URL: f.asks.address,
		Help:  "The page of " + host + " asks whether skein may act for you.",
		Ask:   "The address of the page where the browser ended up, if it runs on another machine",
		Await: awaiting(f.back),
	}, f.tookVisit)
}

// authServer finds who signs the account in: the server itself or whom it names.
func (f *flow) authServer(ctx context.Context) (authServer, error) {
	client := f.Client.HTTP()
	issuer, err := issuerOf(ctx, client, f.server)
	if errors.Is(err, errNoOAuth) { // an entryway keeps no accounts
		issuer, err = &url.URL{Scheme: f.server.Scheme, Host: f.server.Host}, nil
	}
	if err != nil {
		return authServer{}, err
	}
	server, err := askAuthServer(ctx, client, issuer)
	if errors.Is(err, errNoOAuth) {
		return authServer{}, timeline.Errorf(timeline.CodeUnsupported, "%s signs nobody in through the browser: use an app password", issuer.Host)
	}
	return server, err
}

// awaiting waits for the browser.
func awaiting(back *callback.Listener) func(context.Context) (account.Answer, error) {
	return func(ctx context.Context) (account.Answer, error) {
		brought, err := back.Await(ctx)
		if err != nil {
			return account.Answer{}, noWayBack(err)
		}
		return account.Answer{Text: brought.Encode()}, nil
	}
}

// noWayBack says why nothing came back that counts.
func noWayBack(err error) error {
	switch {
	case errors.Is(err, callback.ErrState), errors.Is(err, callback.ErrLate), errors.Is(err, callback.ErrUsed):
		return timeline.Errorf(timeline.CodeAuth, "%w; nothing was added", err)
	}
	return err
}

// tookVisit takes what the browser brought, or the address that the person copied.
func (f *flow) tookVisit(ctx context.Context, a account.Answer) (account.Step, error) {
	brought, ok, err := f.back.Read(a.Text)
	switch {
	case err != nil:
		return f.Fail(noWayBack(err))
	case !ok:
		return f.Again(timeline.Errorf(timeline.CodeUsage, "that is not where the sign-in ends: the address begins with %s", f.back.URL()))
	}
	if err := f.stopListening(); err != nil {
		return f.Fail(err)
	}
	secrets, granted, err := f.asks.take(ctx, brought)
	if err != nil {
		return f.Fail(err)
	}
	did, err := syntax.ParseDID(granted.Subject)
	way := f.asks.way(did)
	f.undo = func(ctx context.Context) error { return way.end(ctx, secrets) }
	if err != nil {
		return f.Fail(timeline.Errorf(timeline.CodeMalformed, "%s does not say whose the session is", hostOf(way.server.Issuer)))
	}
	if !enough(secrets[account.Scope].Reveal()) {
		return f.Fail(timeline.Errorf(timeline.CodeRefused, "%s allows skein less than it needs (%s); nothing was added", hostOf(way.server.Issuer), secrets[account.Scope].Reveal()))
	}
	r, err := f.confirm(ctx, did, way, secrets)
	if err != nil {
		return f.Fail(err)
	}
	return f.finish(account.Finished{Record: r, Credentials: secrets})
}

// confirm makes sure that an authorization server gave the session of the account that
// was asked for, and that it may: the account's own server must name it.
func (f *flow) confirm(ctx context.Context, did syntax.DID, way *oauthWay, secrets account.Credentials) (account.Record, error) {
	if f.did != "" && f.did != did {
		return account.Record{}, timeline.Errorf(timeline.CodeRefused, "you signed in as %s, not as %s; nothing was added", did, f.id)
	}
	home, err := f.home(ctx, did)
	if err != nil {
		return account.Record{}, tried("server of "+did.String(), err)
	}
	issuer, err := issuerOf(ctx, f.Client.HTTP(), home)
	if err != nil && !errors.Is(err, errNoOAuth) {
		return account.Record{}, err
	}
	if err != nil || issuer.Scheme+"://"+issuer.Host != way.server.Issuer {
		return account.Record{}, timeline.Errorf(timeline.CodeRefused, "%s does not sign in accounts of %s; nothing was added", hostOf(way.server.Issuer), home.Host)
	}
	api := newXRPC(f.Client, home)
	api.auth = signed{way, secrets}
	var session struct {
		DID    string `json:"did"`
		Handle string `json:"handle"`
	}
	if err := api.get(ctx, "com.atproto.server.getSession", nil, &session); err != nil {
		return account.Record{}, tried("session of "+did.String(), explain(home.Host, err))
	}
	if session.DID != did.String() {
		return account.Record{}, timeline.Errorf(timeline.CodeMalformed, "%s answered with the session of another account (%s)", home.Host, session.DID)
	}
	if f.did == "" && f.id.IsHandle() && f.id.String() != session.Handle {
		return account.Record{}, timeline.Errorf(timeline.CodeRefused, "you signed in as %s, not as %s; nothing was added", session.Handle, f.id)
	}
	return record(did, session.Handle, home), nil
}

// home is where an account lives. A server on this machine is taken at its word: no
// directory knows what is tried out there.
func (f *flow) home(ctx context.Context, did syntax.DID) (*url.URL, error) {
	if transport.Loopback(f.server.Hostname()) {
		var repo struct {
			Document document `json:"didDoc"`
		}
		if err := newXRPC(f.Client, f.server).get(ctx, "com.atproto.repo.describeRepo", map[string]any{"repo": did.String()}, &repo); err != nil {
			return nil, explain(f.server.Host, err)
		}
		return homeIn(repo.Document, did)
	}
	doc, err := f.dir.documentOf(ctx, did)
	if err != nil {
		return nil, explain("plc.directory", err)
	}
	return homeIn(doc, did)
}

func homeIn(doc document, did syntax.DID) (*url.URL, error) {
	if pds := doc.pds(); pds != "" && doc.DID == did {
		return serverURL(pds)
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "its DID document names no server")
}

// signed is an authorizer with tokens that are never renewed.
type signed struct {
	way     way
	secrets account.Credentials
}

func (s signed) do(c *http.Client, req *http.Request) (*http.Response, error) {
	return s.way.send(c, req, s.secrets)
}
