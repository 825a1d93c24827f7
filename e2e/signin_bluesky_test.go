package e2e_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/bluesky"
	"skein/config"
	"skein/config/account"
	"skein/e2e"
	"skein/timeline"
)

// The real server of the network signs in: what is assumed of it in the sandbox is held
// to it here, the commands with what came of it, too.
func TestSignInBluesky(t *testing.T) {
	s := &skySignIn{network: e2e.StartBluesky(t)}
	s.me, s.ana = s.network.Join(t, "myself"), s.network.Join(t, "ana")
	s.me.AwaitPost(t, s.me.Posts(t, "before the sign-in"))
	t.Run("app password", s.password)
	t.Run("browser", s.browser)
	t.Run("refusals", s.refusals)
}

type skySignIn struct {
	network *e2e.Bluesky
	me, ana *e2e.BlueskyPerson
}

// flow begins a sign-in.
func (s *skySignIn) flow(t *testing.T, preset account.Preset) account.Flow {
	t.Helper()
	preset["pds"] = s.network.PDS
	f := bluesky.SignIn(bluesky.SignInConfig{Client: newClient(t)}, preset)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// home keeps what a sign-in brought, where the program finds it.
func (s *skySignIn) home(t *testing.T, done account.Finished) *e2e.Home {
	t.Helper()
	home := e2e.NewHome(t)
	home.Configure(t, e2e.LoopbackConfig)
	paths, err := config.FindPaths("", home.Dir)
	if err != nil {
		t.Fatal(err)
	}
	done.Record.Name = "sky"
	record, err := account.OpenBook(paths.Accounts()).Add(t.Context(), done.Record)
	if err != nil {
		t.Fatal(err)
	}
	vault, id := openVault(t, home)
	if err := vault.Save(t.Context(), id, done.Credentials); err != nil || id != record.ID {
		t.Fatalf("%s: %v", id, err)
	}
	return home
}

func (s *skySignIn) password(t *testing.T) {
	f := s.flow(t, account.Preset{"handle": "@" + s.me.Handle, "how": "app-password"})
	if step, err := f.Next(t.Context(), account.Answer{}); err != nil {
		t.Fatalf("%v, %v", step, err)
	}
	if step, err := f.Next(t.Context(), account.Answer{Secret: account.NewSecret("wrong")}); timeline.CodeOf(err) != timeline.CodeAuth || step == nil {
		t.Errorf("a wrong password: %v, %v", step, err)
	}
	step, err := f.Next(t.Context(), account.Answer{Secret: account.NewSecret(s.me.AppPassword(t, "skein"))})
	done, ok := step.(account.Finished)
	if !ok || done.Record.DID != s.me.DID || done.Record.Handle != "@"+s.me.Handle {
		t.Fatalf("%+v, %v", step, err)
	}
	home := s.home(t, done)
	s.useful(t, home, "by password")
	s.signOut(t, home, done.Record)
}

// useful reads and writes with a session.
func (s *skySignIn) useful(t *testing.T, home *e2e.Home, text string) {
	t.Helper()
	if posts := home.Run(t, "timeline", "--network", "bluesky", "--json").Exits(t, 0).Posts(t); !posts.Has("bluesky", "before the sign-in") {
		t.Errorf("the timeline is %+v", posts)
	}
	home.Run(t, "post", text, "--to", "sky").Exits(t, 0)
	e2e.Eventually(t, arriveWithin*5, "the post is there once", func(ctx context.Context) error {
		posts, err := s.me.Timeline(ctx)
		found := 0
		for _, p := range posts {
			if p.Record.Text == text {
				found++
			}
		}
		if err == nil && found != 1 {
			err = fmt.Errorf("it is there %d times", found)
		}
		return err
	})
	home.Run(t, "account", "check").Exits(t, 0)
}

// signsIn goes through the browser.
func (s *skySignIn) signsIn(t *testing.T, preset account.Preset, person *e2e.BlueskyPerson, allow bool) (account.Flow, account.Step, error) {
	t.Helper()
	f := s.flow(t, preset)
	step, err := throughBrowser(t, f, person, allow)
	return f, step, err
}

// browserAccount is skein's account on a network, signed in in the browser.
func browserAccount(t *testing.T, network *e2e.Bluesky, person *e2e.BlueskyPerson) account.Finished {
	t.Helper()
	s := &skySignIn{network: network}
	_, step, err := s.signsIn(t, account.Preset{"handle": person.Handle, "how": "browser"}, person, true)
	done, ok := step.(account.Finished)
	if !ok {
		t.Fatalf("sign in: %#v, %v", step, err)
	}
	return done
}

// throughBrowser leads a flow that begins in the browser to its end.
func throughBrowser(t *testing.T, f account.Flow, person *e2e.BlueskyPerson, allow bool) (account.Step, error) {
	t.Helper()
	step, err := f.Next(t.Context(), account.Answer{})
	visit, ok := step.(account.Visit)
	if !ok {
		t.Fatalf("%#v, %v", step, err)
	}
	var browser sync.WaitGroup
	browser.Go(func() { person.Visits(t, visit.URL, allow) })
	answer, err := visit.Await(t.Context())
	browser.Wait()
	if err != nil {
		t.Fatal(err)
	}
	return f.Next(t.Context(), answer)
}

func (s *skySignIn) browser(t *testing.T) {
	preset := account.Preset{"handle": s.me.Handle, "how": "browser"}
	_, step, err := s.signsIn(t, preset, s.me, true)
	done, ok := step.(account.Finished)
	if !ok || done.Record.DID != s.me.DID || done.Record.Handle != "@"+s.me.Handle {
		t.Fatalf("%+v, %v", step, err)
	}
	home := s.home(t, done)
	s.useful(t, home, "by browser")

	// The token runs out, and eight notice at once: a second exchange would be a replay,
	// which ends the session.
	vault, id := openVault(t, home)
	before := expireGrant(t, vault, id)
	var processes [8]*e2e.Process
	for i := range processes {
		processes[i] = home.Start(t, "timeline", "--network", "bluesky", "--json")
	}
	for _, process := range processes {
		if posts := process.Wait(t).Exits(t, 0).Posts(t); !posts.Has("bluesky", "before the sign-in") {
			t.Errorf("the timeline is %+v", posts)
		}
	}
	after, err := vault.Load(t.Context(), id)
	if err != nil || after[account.RefreshJWT] == before[account.RefreshJWT] || after[account.AccessJWT] == before[account.AccessJWT] {
		t.Errorf("the tokens are not new (%v)", err)
	}
	s.useful(t, home, "renewed")

	// A process that died before it had saved: what it left is of no use, and says so.
	if err := vault.Save(t.Context(), id, before); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		asksToSignIn(t, home)
	}

	_, step, err = s.signsIn(t, preset, s.me, true)
	if done, ok = step.(account.Finished); !ok {
		t.Fatalf("%+v, %v", step, err)
	}
	if err := vault.Save(t.Context(), id, done.Credentials); err != nil {
		t.Fatal(err)
	}
	s.useful(t, home, "signed in again")
	s.signOut(t, home, done.Record)
}

// expireGrant has the stored session say that its token ended an hour ago, and returns
// what is stored then.
func expireGrant(t *testing.T, vault *account.Vault, id string) account.Credentials {
	t.Helper()
	stored, err := vault.Load(t.Context(), id)
	if err != nil || stored[account.Expires].Empty() {
		t.Fatalf("load the session: %v", err)
	}
	stored[account.Expires] = account.NewSecret(strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10))
	if err := vault.Save(t.Context(), id, stored); err != nil {
		t.Fatal(err)
	}
	return stored
}

// signOut ends the session on the server, which then renews it no longer.
func (s *skySignIn) signOut(t *testing.T, home *e2e.Home, r account.Record) {
	t.Helper()
	vault, id := openVault(t, home)
	b, err := bluesky.New(bluesky.Config{
		Account: timeline.Account{ID: timeline.AccountID(id), Network: timeline.Bluesky, Handle: timeline.CleanLine(r.Handle)},
		PDS:     r.Server, DID: r.DID, Store: vault, Client: newClient(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	stored, err := vault.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	// An app password cannot be taken back by whoever has it.
	if err := b.SignOut(t.Context()); err != nil && (timeline.CodeOf(err) != timeline.CodeUnsupported || stored[account.AppPassword].Empty()) {
		t.Fatal(err)
	}
	delete(stored, account.AppPassword)
	stored[account.AccessJWT] = account.Secret{}
	if err := vault.Save(t.Context(), id, stored); err != nil {
		t.Fatal(err)
	}
	asksToSignIn(t, home)
}

// asksToSignIn expects one line that says what to do.
func asksToSignIn(t *testing.T, home *e2e.Home) {
	t.Helper()
	if r := home.Run(t, "timeline", "--network", "bluesky"); strings.Count(r.Stderr, "sign in again: skein account add bluesky") != 1 {
		t.Errorf("the person is not asked to sign in: exit code %d\n%s", r.Code, r)
	}
}

// What goes wrong leaves nothing.
func (s *skySignIn) refusals(t *testing.T) {
	if f, step, err := s.signsIn(t, account.Preset{"handle": s.me.Handle, "how": "browser"}, s.me, false); step != nil || err == nil || !strings.Contains(err.Error(), "you did not let skein in") {
		t.Errorf("denied: %v, %v", step, err)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
	// Somebody else is signed in in the browser.
	if f, step, err := s.signsIn(t, account.Preset{"handle": s.me.DID, "how": "browser"}, s.ana, true); step != nil || timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("another account: %v, %v", step, err)
	} else if err := f.Close(); err != nil {
		t.Error(err)
	}
	// Without a handle the browser decides.
	_, step, err := s.signsIn(t, account.Preset{"handle": "", "how": "browser"}, s.ana, true)
	if done, ok := step.(account.Finished); !ok || done.Record.DID != s.ana.DID {
		t.Errorf("without a handle: %+v, %v", step, err)
	}
}
