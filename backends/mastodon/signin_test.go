package mastodon

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/visitor"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

// signer is a sign-in with somebody to answer it.
type signer struct {
	*testing.T
	account.Flow
	logged bytes.Buffer
}

func newSigner(t *testing.T, preset account.Preset) *signer {
	t.Helper()
	return newSignerWith(t, SignInConfig{}, preset)
}

func newSignerWith(t *testing.T, c SignInConfig, preset account.Preset) *signer {
	t.Helper()
	s := &signer{T: t}
	c.Client = newClient(t)
	c.Log = slog.New(slog.NewTextHandler(&s.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.Flow = SignIn(c, preset)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// answer gives an answer and wants a step.
func (s *signer) answer(a account.Answer) account.Step {
	s.Helper()
	step, err := s.Next(s.Context(), a)
	if err != nil {
		s.Fatalf("%v after %v", err, a.Text)
	}
	return step
}

// fails gives an answer and wants one line with all of the words, and a step or none.
func (s *signer) fails(a account.Answer, code timeline.Code, again bool, words ...string) {
	s.Helper()
	step, err := s.Next(s.Context(), a)
	s.line(err, code, words...)
	if (step != nil) != again {
		s.Errorf("the step is %v after %v", step, err)
	}
}

func (s *signer) line(err error, code timeline.Code, words ...string) {
	s.Helper()
	if timeline.CodeOf(err) != code {
		s.Fatalf("the error is %s %v, want %s", timeline.CodeOf(err), err, code)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			s.Errorf("%q does not say %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		s.Errorf("more than one line: %q", err)
	}
}

// visit is the step that sends one to the browser.
func (s *signer) visit(step account.Step) account.Visit {
	s.Helper()
	v, ok := step.(account.Visit)
	if !ok {
		s.Fatalf("the step is %#v", step)
	}
	return v
}

// press presses a button in the browser and returns what Await makes of it.
func (s *signer) press(v account.Visit, button string) account.Answer {
	s.Helper()
	if _, err := visitor.Press(s.Context(), v.URL, button); err != nil {
		s.Fatal(err)
	}
	a, err := v.Await(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	return a
}

// done checks that a step ends the sign-in, as whom, and that the token serves.
func (s *signer) done(step account.Step, h *home) account.Finished {
	s.Helper()
	f, ok := step.(account.Finished)
	if !ok {
		s.Fatalf("the step is %#v", step)
	}
	want := account.Record{Network: "mastodon", Handle: "@you@" + h.Host(), Server: h.URL()}
	if f.Record.Handle != want.Handle || f.Record.Server != want.Server || f.Record.Network != want.Network {
		s.Errorf("the record is %+v, want %+v", f.Record, want)
	}
	b := newBackend(s.T, h.client, h.URL(), f.Record.Handle, f.Credentials[account.Token].Reveal())
	if _, err := b.Home(s.Context(), timeline.Page{}); err != nil {
		s.Errorf("the token reads nothing: %v", err)
	}
	for _, secret := range f.Credentials {
		if strings.Contains(s.logged.String(), secret.Reveal()) {
			s.Error("a secret was logged")
		}
	}
	if _, err := s.Next(s.Context(), account.Answer{}); err == nil {
		s.Error("it goes on after its end")
	}
	return f
}

// browsing are the presets with which nothing is asked but the browser.
func browsing(server string) account.Preset {
	return account.Preset{stepServer: server, stepHow: viaBrowser}
}

func TestSignInInTheBrowser(t *testing.T) {
	for kind, scopes := range map[instance.SignIns][]string{
		instance.SignInsFull:   fineScopes(),
		instance.SignInsOld:    fineScopes(),
		instance.SignInsCoarse: coarseScopes(),
	} {
		t.Run("kind "+string(kind), func(t *testing.T) {
			h := settle(t, town(), instance.Options{SignIns: kind, V1Only: kind != instance.SignInsFull})
			s := newSigner(t, nil)
			if q, ok := s.answer(account.Answer{}).(account.Question); !ok || q.Name != "server" || q.Secret {
				t.Fatalf("it begins with %#v", q)
			}
			how, ok := s.answer(account.Answer{Text: h.URL() + "/@you"}).(account.Choice)
			if !ok || how.Options[0].Value != viaBrowser {
				t.Fatalf("the server is followed by %#v", how)
			}
			v := s.visit(s.answer(account.Answer{Text: viaBrowser}))
			f := s.done(s.answer(s.press(v, "Authorize")), h)
			slices.Sort(scopes)
			if got := h.Scopes(world.Viewer); !slices.Equal(got, scopes) {
				t.Errorf("the token has the scopes %v, want %v", got, scopes)
			}
			kept := strings.Fields(f.Credentials[account.Scope].Reveal())
			slices.Sort(kept)
			if !slices.Equal(kept, scopes) {
				t.Errorf("the scopes %v are kept, want %v", kept, scopes)
			}
			if f.Credentials[account.ClientSecret].Empty() || s.Close() != nil || h.Granted(world.Viewer) != 1 {
				t.Error("what is finished cannot be revoked, or is")
			}
		})
	}
}

// TestScopesThatTheServerDislikesLate: the person is asked a second time.
func TestScopesThatTheServerDislikesLate(t *testing.T) {
	h := settle(t, town(), instance.Options{SignIns: instance.SignInsLate})
	s := newSigner(t, browsing(h.URL()))
	first := s.visit(s.answer(account.Answer{}))
	go func() { _, _ = visitor.Open(t.Context(), first.URL) }() // which sends it back at once
	a, err := first.Await(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	second := s.visit(s.answer(a))
	if first.URL == second.URL || !strings.Contains(second.Help, "wider") {
		t.Errorf("the second visit is %+v", second)
	}
	s.done(s.answer(s.press(second, "Authorize")), h)
	if got := h.Scopes(world.Viewer); !slices.Equal(got, []string{"follow", "read", "write"}) {
		t.Errorf("the token has the scopes %v", got)
	}
}

func TestSignInWithACode(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	preset := browsing(h.URL())
	preset[account.Browser] = account.NoBrowser
	s := newSigner(t, preset)
	v := s.visit(s.answer(account.Answer{}))
	if v.Await != nil || v.Ask == "" {
		t.Fatalf("the visit is %+v", v)
	}
	page, err := visitor.Press(t.Context(), v.URL, "Authorize")
	if err != nil || page.Code == "" {
		t.Fatalf("%+v, %v", page, err)
	}
	s.fails(account.Answer{}, timeline.CodeUsage, true, "empty")
	s.fails(account.Answer{Secret: account.NewSecret(page.Code[:10])}, timeline.CodeAuth, true, "not whole")
	s.done(s.answer(account.Answer{Secret: account.NewSecret(" " + page.Code + "\n")}), h)
}

// TestSignInWithACopiedAddress is for a browser on another machine.
func TestSignInWithACopiedAddress(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	s := newSigner(t, browsing(h.URL()))
	v := s.visit(s.answer(account.Answer{}))
	page, err := visitor.Press(t.Context(), v.URL, "Authorize")
	if err != nil {
		t.Fatal(err)
	}
	s.fails(account.Answer{Secret: account.NewSecret("yes")}, timeline.CodeUsage, true, "127.0.0.1")
	s.done(s.answer(account.Answer{Secret: account.NewSecret(page.URL)}), h)
}

func TestSignInWithAToken(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	s := newSigner(t, account.Preset{stepServer: h.URL()})
	s.answer(account.Answer{})
	if q, ok := s.answer(account.Answer{Text: viaToken}).(account.Question); !ok || !q.Secret {
		t.Fatalf("the token is asked for by %#v", q)
	}
	s.fails(account.Answer{Secret: account.NewSecret("wrong")}, timeline.CodeAuth, true, "does not accept this token")
	f := s.done(s.answer(account.Answer{Secret: account.NewSecret(h.Token(world.Viewer))}), h)
	if !f.Credentials[account.ClientID].Empty() {
		t.Error("nobody else's token can be revoked")
	}
}

// TestWhatEndsASignIn: one line each, and nothing is left on the server.
func TestWhatEndsASignIn(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	t.Run("denied", func(t *testing.T) {
		s := newSigner(t, browsing(h.URL()))
		v := s.visit(s.answer(account.Answer{}))
		s.fails(s.press(v, "Deny"), timeline.CodeAuth, false, "did not let skein in", "nothing was kept")
	})
	t.Run("another sign-in's state", func(t *testing.T) {
		s := newSigner(t, browsing(h.URL()))
		v := s.visit(s.answer(account.Answer{}))
		forged, err := url.Parse(v.URL)
		if err != nil {
			t.Fatal(err)
		}
		q := forged.Query()
		q.Set("state", "theirs")
		forged.RawQuery = q.Encode()
		page, err := visitor.Press(t.Context(), forged.String(), "Authorize")
		if err != nil || page.Status != http.StatusBadRequest {
			t.Errorf("%+v, %v", page, err)
		}
		_, err = v.Await(t.Context())
		s.line(err, timeline.CodeAuth, "another sign-in", "nothing was kept")
		s.fails(account.Answer{Secret: account.NewSecret(page.URL)}, timeline.CodeAuth, false, "another sign-in")
	})
	t.Run("another server's answer", func(t *testing.T) {
		s := newSigner(t, browsing(h.URL()))
		v := s.visit(s.answer(account.Answer{}))
		asked, err := url.Parse(v.URL)
		if err != nil {
			t.Fatal(err)
		}
		back := asked.Query().Get("redirect_uri") + "?" + url.Values{"code": {"theirs"}, "state": {asked.Query().Get("state")}, "iss": {"https://evil.example/"}}.Encode()
		s.fails(account.Answer{Secret: account.NewSecret(back)}, timeline.CodeAuth, false, "https://evil.example", "nothing was kept")
	})
	t.Run("nobody came", func(t *testing.T) {
		s := newSignerWith(t, SignInConfig{life: 1}, browsing(h.URL()))
		_, err := s.visit(s.answer(account.Answer{})).Await(t.Context())
		s.line(err, timeline.CodeAuth, "in time", "nothing was kept")
	})
	t.Run("interrupted", func(t *testing.T) {
		s := newSigner(t, browsing(h.URL()))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.visit(s.answer(account.Answer{})).Await(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	t.Run("no such way", func(t *testing.T) {
		s := newSigner(t, account.Preset{stepServer: h.URL(), stepHow: "carrier pigeon"})
		s.fails(account.Answer{}, timeline.CodeUsage, false, "carrier pigeon")
	})
	if n := h.Granted(world.Viewer); n != 0 {
		t.Errorf("%d tokens were granted", n)
	}
}

// before stands before an instance and answers some paths itself.
func before(t *testing.T, h *home, own map[string]http.HandlerFunc) string {
	t.Helper()
	target, err := url.Parse(h.URL())
	if err != nil {
		t.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if do := own[r.URL.Path]; do != nil {
			do(w, r)
			return
		}
		through.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// TestATokenOfNobodyIsGivenBack: what was granted before the sign-in failed.
func TestATokenOfNobodyIsGivenBack(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	at := before(t, h, map[string]http.HandlerFunc{"/api/v1/accounts/verify_credentials": says(http.StatusForbidden, `{"error":"Your login is disabled"}`)})
	s := newSigner(t, browsing(at))
	v := s.visit(s.answer(account.Answer{}))
	s.fails(s.press(v, "Authorize"), timeline.CodeRefused, false, "Your login is disabled")
	if h.Granted(world.Viewer) != 1 {
		t.Fatal("nothing was granted: the test is of no use")
	}
	if err := s.Close(); err != nil || h.Granted(world.Viewer) != 0 {
		t.Errorf("%d tokens are left, %v", h.Granted(world.Viewer), err)
	}
}

// TestOddAnswersToASignIn: whatever a server says is one line without secrets.
func TestOddAnswersToASignIn(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	for name, c := range map[string]struct {
		path  string
		do    http.HandlerFunc
		code  timeline.Code
		words string
	}{
		"no registration":   {"/api/v1/apps", says(403, `{"error":"closed"}`), timeline.CodeRefused, "closed"},
		"an app of nothing": {"/api/v1/apps", says(200, `{}`), timeline.CodeMalformed, "did not register"},
		"registration HTML": {"/api/v1/apps", says(200, `<html>`), timeline.CodeMalformed, "did not register"},
		"no token":          {"/oauth/token", says(200, `{}`), timeline.CodeMalformed, "no token"},
		"a token in HTML":   {"/oauth/token", says(200, `<html>`), timeline.CodeMalformed, "no token"},
		"another error":     {"/oauth/token", says(401, `{"error":"invalid_client","error_description":"go\u001b[2J away"}`), timeline.CodeAuth, "away"},
		"a broken server":   {"/oauth/token", says(503, `oops`), timeline.CodeServer, "503"},
		"a redirect": {"/oauth/token", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusFound)
		}, timeline.CodeRefused, "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSigner(t, browsing(before(t, h, map[string]http.HandlerFunc{c.path: c.do})))
			step, err := s.Next(t.Context(), account.Answer{})
			if err == nil {
				v := s.visit(step)
				a := s.press(v, "Authorize")
				_, err = s.Next(t.Context(), a)
				if strings.Contains(err.Error(), a.Secret.Reveal()) || strings.Contains(s.logged.String(), a.Secret.Reveal()) {
					t.Errorf("the code is told: %v", err)
				}
			}
			s.line(err, c.code, c.words)
		})
	}
}
