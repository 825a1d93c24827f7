package mastodon

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	masto "github.com/mattn/go-mastodon"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// Check implements timeline.Checker.
//
// Source: docs.joinmastodon.org/methods/accounts#verify_credentials
func (b *Backend) Check(ctx context.Context) (timeline.Report, error) {
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Report{}, b.failed("check", err)
	}
	me, err := a.GetAccountCurrentUser(ctx)
	if err != nil {
		return timeline.Report{}, b.failed("check", err)
	}
	f, err := b.facts(ctx, a)
	if err != nil {
		return timeline.Report{}, b.failed("facts of the server", err)
	}
	l := f.limits
	r := timeline.Report{
		Handle:   b.decode.handle(me.Acct),
		Software: b.softwareName(ctx, a, f),
		Facts: []timeline.Safe{
			timeline.CleanLine(fmt.Sprintf("posts of up to %d characters, %d attachments with %d characters of description",
				l.Characters, l.Media, l.Alt)),
			timeline.CleanLine(fmt.Sprintf("polls of up to %d options with %d characters", l.PollOptions, l.PollOption)),
		},
	}
	if f.streaming != "" {
		r.Facts = append(r.Facts, timeline.CleanLine("live updates from "+f.streaming))
	}
	if scopes := b.scopes(ctx, a); len(scopes) > 0 {
		r.Facts = append(r.Facts, allowed(scopes))
		r.ReadOnly = slices.Contains(lacking(scopes), "write:statuses")
	}
	return r, nil
}

// scopes are what the account's token allows: what was granted when it signed in, or of
// a token that a person made, what its application may do, where the server tells.
//
// Source: docs.joinmastodon.org/methods/apps#verify_credentials
func (b *Backend) scopes(ctx context.Context, a *api) []string {
	creds, err := b.store.Load(ctx, string(b.account.ID))
	if err == nil && !creds[account.Scope].Empty() {
		return strings.Fields(creds[account.Scope].Reveal())
	}
	var app struct {
		Scopes []string `json:"scopes"`
	}
	if a.get(ctx, "/api/v1/apps/verify_credentials", nil, &app) != nil {
		return nil // older servers do not say
	}
	return app.Scopes
}

// allowed words what a token allows, and what skein would do and may not.
func allowed(scopes []string) timeline.Safe {
	text := "allowed: " + strings.Join(scopes, " ")
	if lacks := lacking(scopes); len(lacks) > 0 {
		text += "; not allowed: " + strings.Join(lacks, " ") + " (sign in again to allow it)"
	}
	return timeline.CleanLine(text)
}

// AddToken finds out whose token it is and returns the record and the credentials
// to store: Network, Handle and Server are filled in, ID and Name are the
// caller's to choose. The server is a host or an https address. It keeps nothing.
func AddToken(ctx context.Context, client *transport.Client, server string, token account.Secret) (account.Record, account.Credentials, error) {
	base, err := parseServer(server)
	if err != nil {
		return account.Record{}, nil, err
	}
	token = account.NewSecret(strings.TrimSpace(token.Reveal()))
	if token.Empty() {
		return account.Record{}, nil, timeline.Errorf(timeline.CodeUsage, "%s: no token was given", base.Host)
	}
	r, err := identify(ctx, client, base, token)
	if err != nil {
		return account.Record{}, nil, err
	}
	return r, account.Credentials{account.Token: token}, nil
}

// identify finds out whose token it is.
func identify(ctx context.Context, client *transport.Client, base *url.URL, token account.Secret) (account.Record, error) {
	a := newAPI(client, base, token)
	me, err := a.GetAccountCurrentUser(ctx)
	if err != nil {
		return account.Record{}, refusedToken(base.Host, err)
	}
	domain := base.Host
	// The handle's host differs from the server's where a site keeps its people
	// under another name. Servers that do not tell have the same.
	if f, err := a.facts(ctx); err == nil && f.domain != "" {
		domain = f.domain
	}
	id := (&decoder{domain: domain}).personID(me.Acct)
	if id == "" {
		return account.Record{}, timeline.Errorf(timeline.CodeMalformed, "%s: does not say who the token belongs to", base.Host)
	}
	return account.Record{
		Network: string(timeline.Mastodon),
		Handle:  timeline.CleanLine("@" + id).String(),
		Server:  base.String(),
	}, nil
}

// refusedToken says what a person can do about a token that was not taken.
func refusedToken(host string, err error) error {
	e := failure("sign in", host, err)
	switch e.Code {
	case timeline.CodeAuth:
		e.Message = timeline.CleanLine(host + " does not accept this token; a new one is made there under Preferences → Development")
	case timeline.CodeNotFound, timeline.CodeMalformed:
		e.Message = timeline.CleanLine(host + " does not answer like a Mastodon server; is the address right?")
	}
	return e
}

// newAnonymous is a without its token, for what anybody may read.
func newAnonymous(a *api) *api {
	client := masto.NewClient(&masto.Config{Server: a.base.String()})
	client.Client = a.Client.Client
	return &api{Client: client, base: a.base}
}
