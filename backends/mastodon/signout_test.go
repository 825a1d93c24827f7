package mastodon

import (
	"net/http"
	"strings"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

func TestSignOut(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	at := before(t, h, map[string]http.HandlerFunc{"/oauth/revoke": says(http.StatusBadGateway, "")})
	s := newSigner(t, browsing(h.URL()))
	f := s.done(s.answer(s.press(s.visit(s.answer(account.Answer{})), "Authorize")), h)
	out := func(server string, creds account.Credentials) error {
		t.Helper()
		b := newBackend(t, h.client, server, f.Record.Handle, "")
		if err := b.store.Save(t.Context(), "acc", creds); err != nil {
			t.Fatal(err)
		}
		return b.SignOut(t.Context())
	}
	byHand := account.Credentials{account.Token: account.NewSecret(h.Token(world.Viewer))}
	s.line(out(h.URL(), byHand), timeline.CodeUnsupported, "made by hand", "Development")
	s.line(out(at, f.Credentials), timeline.CodeServer, "502", "Authorized apps")
	if h.Granted(world.Viewer) != 1 {
		t.Error("it is revoked already")
	}
	if err := out(h.URL(), f.Credentials); err != nil || h.Granted(world.Viewer) != 0 {
		t.Errorf("%d tokens are left, %v", h.Granted(world.Viewer), err)
	}
}

// TestATokenWithoutAScopeNeedsASignIn: what it lacks a new one has.
func TestATokenWithoutAScopeNeedsASignIn(t *testing.T) {
	h := settle(t, town(say("a", "ana", "a")), instance.Options{})
	at := before(t, h, map[string]http.HandlerFunc{"/api/v1/timelines/home": says(http.StatusForbidden, `{"error":"This action is outside the authorized scopes"}`)})
	_, err := newBackend(t, h.client, at, "@you@"+h.Host(), h.Token(world.Viewer)).Home(t.Context(), timeline.Page{})
	if timeline.CodeOf(err) != timeline.CodeAuth || !strings.Contains(err.Error(), "sign in again") {
		t.Errorf("%v", err)
	}
}
