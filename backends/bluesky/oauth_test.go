package bluesky

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/conformance"
	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

const refreshGrant = "oauth.token.refresh_token"

// expireGrant signs in with the browser and lets the access token run out.
func expireGrant(t *testing.T) (*pds.Server, Config, *account.Memory) {
	t.Helper()
	var now clock
	s := startPDS(t, smallWorld(world.Post{Key: "hello", Text: says("hello")}), pds.Options{Now: now.now, AccessTTL: 20 * time.Minute})
	c, store := browserSignIn(t, s)
	c.Now = now.now
	now.advance(30 * time.Minute)
	return s, c, store
}

func TestConformanceWithTheBrowser(t *testing.T) {
	w := world.New(world.Options{Seed: 1})
	s := startPDS(t, w, pds.Options{})
	c, _ := browserSignIn(t, s)
	by := followed(t, w)
	author := newWriter(t, s, by)
	conformance.Run(t, conformance.Setup{
		Backend: open(t, c), Publish: author.publish, Address: author.naming(s.DID(world.Viewer)), Delete: author.remove,
		Message: func(_ context.Context, text string) error {
			return s.Write(world.Message{By: by, To: []string{world.Viewer}, Text: text}, time.Now())
		},
	})
}

func TestOneGrantForEight(t *testing.T) {
	for _, name := range []string{"the clock tells", "the server tells"} {
		t.Run(name, func(t *testing.T) {
			s, c, _ := expireGrant(t)
			if name == "the server tells" {
				c.Now = time.Now // the server is half an hour ahead
			}
			var wg sync.WaitGroup
			for range 8 {
				b := open(t, c)
				wg.Go(func() { home(t, b) })
			}
			wg.Wait()
			home(t, open(t, c)) // what was saved works in a new process
			if n := s.Calls(refreshGrant); n != 1 {
				t.Errorf("%d exchanges, want 1", n)
			}
		})
	}
}

// A refresh token that is offered again ends the session: a process that died between
// the exchange and the saving leaves one that only the person can replace. The server
// is not asked again and again, but a new sign-in is noticed, of whichever kind.
func TestLostGrantAsksToSignIn(t *testing.T) {
	s, c, store := expireGrant(t)
	id := string(c.Account.ID)
	before, err := store.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	home(t, open(t, c))
	if err := store.Save(t.Context(), id, before); err != nil { // as if it had not been saved
		t.Fatal(err)
	}
	b := open(t, c)
	for range 5 {
		_, err := b.Home(t.Context(), timeline.Page{})
		if timeline.CodeOf(err) != timeline.CodeAuth || !strings.Contains(err.Error(), "sign in again: skein account add bluesky --handle you.bsky.example") {
			t.Fatalf("Home: %v, want code auth", err)
		}
	}
	if n := s.Calls(refreshGrant); n != 2 {
		t.Errorf("%d exchanges, want the lost one and one that was refused", n)
	}
	_, fresh, err := AddPassword(t.Context(), c.Client, s.URL(), "you.bsky.example", account.NewSecret(s.AppPassword(world.Viewer)))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), id, fresh); err != nil {
		t.Fatal(err)
	}
	home(t, b)
}

func TestGrantsAreSavedBeforeUse(t *testing.T) {
	s, c, store := expireGrant(t)
	c.Store = forgetful{store}
	if _, err := open(t, c).Home(t.Context(), timeline.Page{}); err == nil {
		t.Error("tokens that could not be saved were used")
	}
	if n := s.Calls("app.bsky.feed.getTimeline"); n != 0 {
		t.Errorf("%d requests with tokens that were not saved", n)
	}
}

// The caller goes away in the middle of an exchange.
func TestGrantOutlivesItsCaller(t *testing.T) {
	s, c, store := expireGrant(t)
	b := open(t, c)
	arrived, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	meddleSession(b, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		if req.URL.Path == "/oauth/token" {
			once.Do(func() { close(arrived) })
			<-release
		}
		return next.RoundTrip(req)
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := b.Home(ctx, timeline.Page{})
		done <- err
	}()
	<-arrived
	cancel()
	if err := <-done; err == nil {
		t.Error("Home of a cancelled caller")
	}
	close(release)
	if err := b.Close(); err != nil { // waits for the exchange
		t.Fatal(err)
	}
	home(t, open(t, Config{Account: c.Account, PDS: c.PDS, DID: c.DID, Store: store, Client: c.Client, Now: c.Now}))
	if n := s.Calls(refreshGrant); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

// meddleSession puts something between a session's exchanges and the network.
func meddleSession(b *Backend, spoil spoiler) {
	client := *b.session.api.client
	m := &meddler{next: client.Transport}
	if spoil != nil {
		m.spoil.Store(&spoil)
	}
	client.Transport = m
	b.session.api.client = &client
}

// A server that takes none of the tokens that it makes is not asked for ever more.
func TestRefusedGrantIsNoLoop(t *testing.T) {
	s, c, _ := expireGrant(t)
	b := open(t, c)
	client := *b.api.client
	client.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: http.StatusUnauthorized, Header: http.Header{}, Request: req,
			Body: io.NopCloser(strings.NewReader(`{"error":"invalid_token","message":"Invalid token"}`)),
		}, nil
	})
	b.api.client = &client
	for range 5 {
		if _, err := b.Home(t.Context(), timeline.Page{}); err == nil {
			t.Fatal("Home without a token that is taken")
		}
	}
	if n := s.Calls(refreshGrant); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A clock that is wrong by days must neither keep anybody out nor renew all the time.
func TestWrongClockWithTheBrowser(t *testing.T) {
	for _, wrong := range []time.Duration{-48 * time.Hour, -time.Hour, time.Hour, 24 * 365 * time.Hour} {
		s := startPDS(t, smallWorld(world.Post{Key: "hello", Text: says("hello")}), pds.Options{})
		now := func() time.Time { return time.Now().Add(wrong) }
		f := SignIn(SignInConfig{Client: newClient(t), Now: now}, account.Preset{"handle": "you.bsky.example", "pds": s.URL(), "how": "browser"})
		done, err := (&person{t: t, account: "you.bsky.example", verdict: "approve"}).signsIn(f)
		if err != nil {
			t.Fatalf("%s: %v", wrong, err)
		}
		c, _ := keepAccount(t, newClient(t), done)
		for _, c.Now = range []func() time.Time{now, time.Now} { // then somebody sets it right
			b := open(t, c)
			for range 3 {
				home(t, b)
			}
		}
		if n := s.Calls(refreshGrant); n > 1 {
			t.Errorf("%s: %d exchanges", wrong, n)
		}
	}
}

// Nonces change all the time; a request that came with an old one is sent again whole.
func TestNonceThatIsOver(t *testing.T) {
	var now clock
	s := startPDS(t, smallWorld(), pds.Options{Now: now.now, AccessTTL: 24 * time.Hour})
	c, _ := browserSignIn(t, s)
	c.Now = now.now
	b := open(t, c)
	for range 3 {
		var blob struct {
			Blob struct{ Size int }
		}
		req, err := b.api.request(t.Context(), http.MethodPost, "com.atproto.repo.uploadBlob", nil, bytes.NewReader(make([]byte, 1<<16)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "image/png")
		if err := b.api.call(b.api.client, req, &blob); err != nil || blob.Blob.Size != 1<<16 {
			t.Errorf("%+v, %v", blob, err)
		}
		now.advance(10 * time.Minute)
	}
	if n := s.Calls(refreshGrant); n != 0 {
		t.Errorf("%d exchanges for the sake of a nonce", n)
	}
}

// No nonce is good enough: the request is sent twice, not for ever.
func TestNonceThatIsNeverRight(t *testing.T) {
	s, c, _ := expireGrant(t)
	b := open(t, c)
	var asked atomic.Int32
	meddleSession(b, func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		asked.Add(1)
		return &http.Response{
			StatusCode: http.StatusBadRequest, Request: req, Header: http.Header{"Dpop-Nonce": {"another"}},
			Body: io.NopCloser(strings.NewReader(`{"error":"use_dpop_nonce","error_description":"once more"}`)),
		}, nil
	})
	if _, err := b.Home(t.Context(), timeline.Page{}); err == nil || asked.Load() != 2 {
		t.Errorf("%d requests, %v", asked.Load(), err)
	}
	if n := s.Calls(refreshGrant); n != 0 {
		t.Errorf("%d exchanges", n)
	}
}

func TestSignOut(t *testing.T) {
	for _, c := range []struct {
		name  string
		begin func(testing.TB, *pds.Server) (Config, *account.Memory)
	}{
		{"password", signIn},
		{"browser", browserSignIn},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startPDS(t, smallWorld(), pds.Options{})
			config, store := c.begin(t, s)
			id := string(config.Account.ID)
			b := open(t, config)
			signOut := func(b *Backend) {
				t.Helper()
				secrets, err := store.Load(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				err = b.SignOut(t.Context())
				// An app password cannot be taken back by whoever has it.
				if password := !secrets[account.AppPassword].Empty(); password != (timeline.CodeOf(err) == timeline.CodeUnsupported) || !password && err != nil {
					t.Errorf("sign-out: %v", err)
				}
			}
			signOut(b)
			if n := s.Grants(); n != 0 {
				t.Errorf("%d sessions are left", n)
			}
			secrets, err := store.Load(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			delete(secrets, account.AppPassword)
			secrets[account.AccessJWT] = account.Secret{}
			if err := store.Save(t.Context(), id, secrets); err != nil {
				t.Fatal(err)
			}
			if _, err := open(t, config).Home(t.Context(), timeline.Page{}); timeline.CodeOf(err) != timeline.CodeAuth {
				t.Errorf("the refresh token is good after the sign-out: %v", err)
			}
			signOut(b) // again
			if err := store.Delete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
			if err := open(t, config).SignOut(t.Context()); err != nil {
				t.Errorf("nobody was signed in: %v", err)
			}
		})
	}
}

// What is still good is said, with where it can be ended.
func TestSignOutThatFails(t *testing.T) {
	for name, begin := range map[string]func(testing.TB, *pds.Server) (Config, *account.Memory){"App passwords": signIn, "/account": browserSignIn} {
		s := startPDS(t, smallWorld(), pds.Options{})
		c, _ := begin(t, s)
		b := open(t, c)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		err := b.SignOut(t.Context())
		if timeline.CodeOf(err) != timeline.CodeOffline || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want where the %s are", err, name)
		}
	}
}

// A sign-in that is given up after the server has granted it is given back.
func TestGivenUpSignInIsRevoked(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	f := newFlow(t, s, account.Preset{"handle": s.DID("ana"), "how": "browser"})
	p := &person{t: t, account: "you.bsky.example", verdict: "approve"}
	if _, err := p.signsIn(f); err == nil || s.Grants() != 1 {
		t.Fatalf("%v; %d sessions", err, s.Grants())
	}
	if err := f.Close(); err != nil || s.Grants() != 0 {
		t.Errorf("%v; %d sessions are left", err, s.Grants())
	}
}

func TestLoopbackClientID(t *testing.T) {
	u, err := url.Parse("http://127.0.0.1:49152/callback")
	if err != nil {
		t.Fatal(err)
	}
	const want = "http://localhost?redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=atproto+transition%3Ageneric"
	if got := loopbackClientID(u, oauthScope); got != want {
		t.Errorf("%s", got)
	}
}

// A server that hands out the session of somebody else is not followed there.
func TestGrantOfSomebodyElse(t *testing.T) {
	_, c, store := expireGrant(t)
	before, err := store.Load(t.Context(), string(c.Account.ID))
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, c)
	meddleSession(b, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		raw, err := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(raw, []byte(c.DID), []byte("did:plc:somebodyelse"))))
		return resp, err
	})
	if _, err := b.Home(t.Context(), timeline.Page{}); timeline.CodeOf(err) != timeline.CodeMalformed {
		t.Errorf("Home: %v", err)
	}
	if after, err := store.Load(t.Context(), string(c.Account.ID)); err != nil || after[account.AccessJWT] != before[account.AccessJWT] {
		t.Errorf("it was kept (%v)", err)
	}
}
