package bluesky

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/callback"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// The names of the steps, by which they can be preset.
const (
	stepHandle   = "handle"
	stepPDS      = "pds" // asked for only when the handle is left out
	stepHow      = "how" // viaBrowser or viaPassword
	stepPassword = "app-password"
	stepCode     = "auth-code"
	stepBrowser  = "browser"
)

// The ways to sign in.
const (
	viaBrowser  = "browser"
	viaPassword = "app-password"
)

// revokeTimeout bounds giving back what a sign-in got that was given up.
const revokeTimeout = 10 * time.Second

// SignInConfig is what a sign-in is made of.
type SignInConfig struct {
	Client *transport.Client
	Log    *slog.Logger     // nil: nowhere
	Now    func() time.Time // nil: time.Now
}

// flow is a sign-in under way:
//
//	handle ─┬─► (pds) ─► how ─┬─► browser ───────────────► Finished
//	        └─────────────────┴─► app-password ─► (auth-code) ─┘
type flow struct {
	SignInConfig
	account.Talk
	dir directory

	id       syntax.AtIdentifier // as the person said; "": they choose in the browser
	did      syntax.DID          // "" when it is not known yet
	server   *url.URL            // where the account lives, or who signs it in
	password account.Secret      // while a code is asked for
	back     *callback.Listener  // where the browser comes back to
	asks     *authorization
	undo     func(context.Context) error // gives back what was granted
}

var _ account.Flow = (*flow)(nil)

// SignIn begins to sign in to an account, in the browser (OAuth) or with an app
// password. Preset are "handle", "pds" (the server's address, where the handle does not
// lead there) and "how", "browser" or "app-password". It sends nothing before Next.
func SignIn(c SignInConfig, preset account.Preset) account.Flow {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	f := &flow{SignInConfig: c, Talk: account.Talk{Preset: preset}, dir: newDirectory(c.Client)}
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
	if err := f.undo(ctx); err != nil { // then it ends by itself, within two weeks
		f.Log.WarnContext(ctx, "a sign-in that was given up is not revoked", "error", err)
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

func (f *flow) finish(done account.Finished) (account.Step, error) {
	f.undo = nil
	return f.Done(done)
}

// begin takes no answer.
func (f *flow) begin(ctx context.Context, _ account.Answer) (account.Step, error) {
	if handle, ok := f.Preset[stepHandle]; ok {
		return f.tookHandle(ctx, account.Answer{Text: handle})
	}
	return f.Ask(account.Question{
		Name: stepHandle, Title: "Your handle",
		Help: "Such as ana.bsky.social; the address of your profile will do, too.\n" +
			"Leave it empty to choose the account in the browser.",
	}, f.tookHandle)
}

func (f *flow) tookHandle(ctx context.Context, a account.Answer) (account.Step, error) {
	if timeline.CleanLine(a.Text).Empty() {
		return f.chooseServer(ctx)
	}
	if err := f.find(ctx, a.Text); err != nil {
		return f.Unserved(stepHandle, err)
	}
	return f.chooseWay(ctx)
}

// find looks up the account: who it is, and where it lives.
func (f *flow) find(ctx context.Context, said string) error {
	id, err := readIdentifier(said)
	if err != nil {
		return err
	}
	f.id, f.did = id, ""
	pds, given := f.Preset[stepPDS]
	if !given {
		found, pds, err := findPDS(ctx, f.dir, id)
		if err != nil {
			return err
		}
		f.did = found
		f.server, err = serverURL(pds)
		return err
	}
	if f.server, err = serverURL(pds); err != nil {
		return err
	}
	if id.IsDID() {
		f.did, err = id.AsDID()
	}
	return err
}

// chooseServer is for whoever does not know their handle.
func (f *flow) chooseServer(ctx context.Context) (account.Step, error) {
	if f.Preset[stepHow] == viaPassword {
		return f.Unserved(stepHow, timeline.Errorf(timeline.CodeUsage, "an app password needs the handle that it belongs to"))
	}
	if pds, ok := f.Preset[stepPDS]; ok {
		return f.tookServer(ctx, account.Answer{Text: pds})
	}
	return f.Ask(account.Question{
		Name: stepPDS, Title: "Your server", Default: entryway,
		Help: "Who signs you in: bsky.social, or the address of the server that keeps your account.",
	}, f.tookServer)
}

func (f *flow) tookServer(ctx context.Context, a account.Answer) (account.Step, error) {
	said := timeline.CleanLine(a.Text).String()
	if said == "" {
		said = entryway
	}
	u, err := serverURL(said)
	if err != nil {
		return f.Unserved(stepPDS, err)
	}
	f.server = u
	return f.browse(ctx)
}

// chooseWay asks how, once the account is known.
func (f *flow) chooseWay(ctx context.Context) (account.Step, error) {
	if how, ok := f.Preset[stepHow]; ok {
		return f.tookWay(ctx, account.Answer{Text: how})
	}
	return f.Ask(account.Choice{
		Name: stepHow, Title: "How to sign in",
		Options: []account.Option{
			{Value: viaBrowser, Title: "In the browser", Help: "No password passes through skein. Lasts up to two weeks at a time."},
			{Value: viaPassword, Title: "With an app password", Help: "Made under Settings → Privacy and security → App passwords. Lasts until you delete it there."},
		},
	}, f.tookWay)
}

func (f *flow) tookWay(ctx context.Context, a account.Answer) (account.Step, error) {
	switch a.Text {
	case viaBrowser:
		return f.browse(ctx)
	case viaPassword:
		return f.Ask(account.Question{
			Name: stepPassword, Title: "App password", Secret: true,
			Help: "Bluesky makes one under Settings → Privacy and security → App passwords.",
		}, f.tookPassword)
	}
	return f.Unserved(stepHow, timeline.Errorf(timeline.CodeUsage, "%q is no way to sign in: there are %s and %s", a.Text, viaBrowser, viaPassword))
}

func (f *flow) tookPassword(ctx context.Context, a account.Answer) (account.Step, error) {
	password := account.NewSecret(strings.TrimSpace(a.Secret.Reveal()))
	if password.Empty() {
		return f.Again(errNoPassword())
	}
	done, err := f.signIn(ctx, password, "")
	switch {
	case asksForCode(err):
		f.password = password
		return f.Ask(account.Question{
			Name: stepCode, Title: "Sign-in code",
			Help: "This is the account's main password, so " + timeline.CleanLine(f.server.Host).String() + " has sent a code by mail.\n" +
				"skein does not keep that password: an app password spares you to sign in again.",
		}, f.tookCode)
	case err != nil:
		return f.Again(err)
	}
	return f.finish(done)
}

func (f *flow) tookCode(ctx context.Context, a account.Answer) (account.Step, error) {
	code := timeline.CleanLine(a.Text).String()
	if code == "" {
		return f.Again(timeline.Errorf(timeline.CodeUsage, "the code is empty"))
	}
	done, err := f.signIn(ctx, f.password, code)
	switch {
	case timeline.CodeOf(err) == timeline.CodeAuth:
		return f.Again(refuseSignIn(f.server.Host, f.id, "the code is wrong or too old", err))
	case err != nil:
		return f.Again(err)
	}
	return f.finish(done)
}

func (f *flow) signIn(ctx context.Context, password account.Secret, code string) (account.Finished, error) {
	_, given := f.Preset[stepPDS]
	return signInWith(ctx, f.Client, f.server.String(), !given, f.id, password, code)
}
