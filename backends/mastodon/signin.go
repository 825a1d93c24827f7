package mastodon

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"skein/backends/callback"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// The names of the steps, by which they can be preset.
const (
	stepServer = "server"
	stepHow    = "how" // viaBrowser or viaToken
	stepToken  = "token"
	stepVisit  = "code"
)

// The ways to sign in.
const (
	viaBrowser = "browser"
	viaToken   = "token"
)

// revokeTimeout bounds giving back what a sign-in got that was given up.
const revokeTimeout = 10 * time.Second

// SignInConfig is what a sign-in is made of.
type SignInConfig struct {
	Client *transport.Client
	Log    *slog.Logger // nil: nowhere

	life time.Duration // of the listener; tests shorten it
}

// flow is a sign-in under way:
//
//	server ─► how ─┬─► the browser (once more, where the server knows fewer scopes) ─► Finished
//	               └─► token ─────────────────────────────────────────────────────────► Finished
type flow struct {
	SignInConfig
	account.Talk

	server *api               // anonymous
	scopes []string           // what is asked for
	back   *callback.Listener // where the browser comes back to; nil where the code is shown
	asks   *authorization
	undo   account.Credentials // what was granted and nobody has yet
}

// SignIn begins to sign in to an account, in the browser (OAuth) or with an access
// token that the person made. Preset are "server" (as a person says it: a host, an
// address or a handle), "how" ("browser" or "token") and account.Browser. It sends
// nothing before Next.
//
// The browser comes back to this machine, or with account.NoBrowser shows a code to
// copy. Whoever has another machine's browser come back here copies the address at
// which it ended.
func SignIn(c SignInConfig, preset account.Preset) account.Flow {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	f := &flow{SignInConfig: c, Talk: account.Talk{Preset: preset}}
	f.Begin(f.begin)
	return f
}

// Close implements account.Flow.
func (f *flow) Close() error {
	f.End()
	err := f.stopListening()
	if f.undo == nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), revokeTimeout)
	defer cancel()
	if err := revoke(ctx, f.Client, f.server.base, f.undo); err != nil {
		f.Log.WarnContext(ctx, "a sign-in that was given up is not revoked", "server", f.host(), "error", err)
	}
	f.undo = nil
	return err
}

func (f *flow) stopListening() error {
	if f.back == nil {
		return nil
	}
	err := f.back.Close()
	f.back = nil
	return err
}

// host is what a person calls the server.
func (f *flow) host() string { return timeline.CleanLine(f.server.base.Host).String() }

// begin takes no answer.
func (f *flow) begin(ctx context.Context, _ account.Answer) (account.Step, error) {
	if server, ok := f.Preset[stepServer]; ok {
		return f.tookServer(ctx, account.Answer{Text: server})
	}
	return f.Ask(account.Question{
		Name: stepServer, Title: "Your server",
		Help: "The last part of your handle: @you@mastodon.social is on mastodon.social. The whole handle will do, too.",
	}, f.tookServer)
}

func (f *flow) tookServer(ctx context.Context, a account.Answer) (account.Step, error) {
	server, err := findServer(ctx, f.Client, a.Text)
	if err != nil {
		return f.Unserved(stepServer, err)
	}
	f.server = server
	if how, ok := f.Preset[stepHow]; ok {
		return f.tookHow(ctx, account.Answer{Text: how})
	}
	return f.Ask(account.Choice{
		Name: stepHow, Title: "How to sign in",
		Options: []account.Option{
			{Value: viaBrowser, Title: "In the browser", Help: f.host() + " asks you there; no password passes through skein."},
			{Value: viaToken, Title: "With an access token", Help: "Made there under Preferences → Development → New application."},
		},
	}, f.tookHow)
}

func (f *flow) tookHow(ctx context.Context, a account.Answer) (account.Step, error) {
	switch a.Text {
	case viaBrowser:
		f.scopes = f.server.chooseScopes(ctx)
		return f.browse(ctx, "The page of "+f.host()+" asks whether skein may act for you.")
	case viaToken:
		return f.Ask(account.Question{
			Name: stepToken, Title: "Access token", Secret: true,
			Help: "Made on " + f.host() + " under Preferences → Development → New application, with the scopes read and write.",
		}, f.tookToken)
	}
	return f.Unserved(stepHow, timeline.Errorf(timeline.CodeUsage, "%q is no way to sign in: there are %s and %s", a.Text, viaBrowser, viaToken))
}

func (f *flow) tookToken(ctx context.Context, a account.Answer) (account.Step, error) {
	r, creds, err := AddToken(ctx, f.Client, f.server.base.String(), a.Secret)
	if err != nil {
		return f.Again(err)
	}
	return f.Done(account.Finished{Record: r, Credentials: creds})
}

// browse registers skein with the server and sends the person to its page.
func (f *flow) browse(ctx context.Context, help string) (account.Step, error) {
	err := f.stopListening()
	if err == nil && f.Preset[account.Browser] != account.NoBrowser {
		f.back, err = callback.Listen(ctx, callback.Options{Life: f.life})
	}
	if err != nil {
		return f.Unserved(stepHow, timeline.Errorf(timeline.CodeInternal, "%w", err))
	}
	if f.asks, err = f.register(ctx); err != nil {
		return f.Unserved(stepHow, err)
	}
	v := account.Visit{
		Name: stepVisit, Title: "Let skein in at " + f.host(), Help: help, URL: f.asks.address(),
		Ask: "The code that the page shows",
	}
	if f.back != nil {
		v.Ask, v.Await = "The address at which the browser ended, if it runs on another machine", f.awaiting(f.back)
	}
	return f.Ask(v, f.tookVisit)
}

// register makes skein known to the server, for scopes that this knows.
func (f *flow) register(ctx context.Context) (*authorization, error) {
	redirect, state := outOfBand, ""
	if f.back != nil {
		redirect, state = f.back.URL(), f.back.State()
	}
	asks, err := register(ctx, f.Client, f.server.base, redirect, state, f.scopes)
	if timeline.CodeOf(err) == timeline.CodeRefused && len(f.scopes) > len(coarseScopes()) {
		f.scopes = coarseScopes()
		asks, err = register(ctx, f.Client, f.server.base, redirect, state, f.scopes)
	}
	return asks, err
}

// awaiting waits for the browser and hands on what it brought.
func (f *flow) awaiting(back *callback.Listener) func(context.Context) (account.Answer, error) {
	host := f.host()
	return func(ctx context.Context) (account.Answer, error) {
		query, err := back.Await(ctx)
		if err != nil {
			return account.Answer{}, notBack(host, err)
		}
		return account.Answer{Secret: account.NewSecret(query.Encode())}, nil
	}
}

// notBack says why the browser's answer does not serve.
func notBack(host string, err error) error {
	switch {
	case errors.Is(err, callback.ErrState):
		return timeline.Errorf(timeline.CodeAuth, "the browser came back from another sign-in than this one at %s; nothing was kept, begin again", host)
	case errors.Is(err, callback.ErrLate):
		return timeline.Errorf(timeline.CodeAuth, "nobody came back from %s in time; nothing was kept, begin again", host)
	case errors.Is(err, callback.ErrUsed):
		return timeline.Errorf(timeline.CodeAuth, "the sign-in at %s is over", host)
	}
	return err
}

// tookVisit takes what the browser brought, or what the person copied.
func (f *flow) tookVisit(ctx context.Context, a account.Answer) (account.Step, error) {
	said := strings.TrimSpace(a.Text)
	if !a.Secret.Empty() {
		said = strings.TrimSpace(a.Secret.Reveal())
	}
	if f.back == nil {
		return f.tookCode(ctx, shownCode(said))
	}
	query, ok, err := f.back.Read(said)
	switch {
	case err != nil:
		return f.Fail(notBack(f.host(), err))
	case !ok:
		return f.Again(timeline.Errorf(timeline.CodeUsage, "that is not where the browser ended: the address begins with %s", f.back.URL()))
	}
	return f.cameBack(ctx, query)
}

// cameBack takes the server's answer.
//
// Source: RFC 6749 section 4.1.2; RFC 9207, where the server says who it is
func (f *flow) cameBack(ctx context.Context, query url.Values) (account.Step, error) {
	if iss := strings.TrimRight(query.Get("iss"), "/"); iss != "" && iss != strings.TrimRight(f.server.base.String(), "/") {
		return f.Fail(timeline.Errorf(timeline.CodeAuth, "the browser came back from %.100s, not from %s; nothing was kept", iss, f.host()))
	}
	switch why := query.Get("error"); {
	case why == "":
		return f.tookCode(ctx, query.Get("code"))
	case why == "access_denied":
		return f.Fail(timeline.Errorf(timeline.CodeAuth, "you did not let skein in at %s; nothing was kept", f.host()))
	case why == "invalid_scope" && len(f.scopes) > len(coarseScopes()):
		f.scopes = coarseScopes()
		return f.browse(ctx, f.host()+" did not know what skein asked for. This page asks for the same in wider terms.")
	default:
		if said := query.Get("error_description"); said != "" {
			why = said
		}
		return f.Fail(timeline.Errorf(timeline.CodeRefused, "%s refused: %.200s", f.host(), why))
	}
}

// tookCode trades the code for a token and finds out whose it is.
func (f *flow) tookCode(ctx context.Context, code string) (account.Step, error) {
	if code == "" {
		return f.Again(timeline.Errorf(timeline.CodeUsage, "the code is empty"))
	}
	creds, err := f.asks.trade(ctx, f.Client, code)
	if err != nil {
		if f.back == nil && timeline.CodeOf(err) == timeline.CodeAuth {
			return f.Again(err) // it was not copied whole
		}
		return f.Fail(err)
	}
	f.undo = creds
	r, err := identify(ctx, f.Client, f.server.base, creds[account.Token])
	if err != nil {
		return f.Fail(err)
	}
	f.undo = nil
	return f.Done(account.Finished{Record: r, Credentials: creds})
}

// shownCode is the code in what a person copied: alone, or in the address of the page
// that shows it.
func shownCode(said string) string {
	if u, err := url.Parse(said); err == nil && u.Query().Get("code") != "" {
		return u.Query().Get("code")
	}
	return said
}
