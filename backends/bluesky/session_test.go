package bluesky

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

const refreshMethod = "com.atproto.server.refreshSession"

// clock is a time that tests turn forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// expire signs in and lets the access token run out.
func expire(t *testing.T) (*pds.Server, Config, *account.Memory) {
	t.Helper()
	var now clock
	s := startPDS(t, smallWorld(world.Post{Key: "hello", Text: says("hello")}), pds.Options{Now: now.now, AccessTTL: time.Minute})
	c, store := signIn(t, s)
	c.Now = now.now
	now.advance(2 * time.Minute)
	return s, c, store
}

func home(t *testing.T, b *Backend) {
	t.Helper()
	got, err := b.Home(t.Context(), timeline.Page{})
	if err != nil {
		t.Errorf("Home: %v", err)
	} else if len(got.Posts) != 1 {
		t.Errorf("Home has %d posts, want 1", len(got.Posts))
	}
}

// Eight processes find the same expired token: one exchanges it, the others take
// what it saved.
func TestOneRefreshForEight(t *testing.T) {
	for _, name := range []string{"the clock tells", "the server tells"} {
		t.Run(name, func(t *testing.T) {
			s, c, store := expire(t)
			if name == "the server tells" {
				c.Now = func() time.Time { return time.Unix(0, 0) }
			}
			var wg sync.WaitGroup
			for range 8 {
				b := open(t, c)
				wg.Go(func() { home(t, b) })
			}
			wg.Wait()
			if n := s.Calls(refreshMethod); n != 1 {
				t.Errorf("%d refreshes, want 1", n)
			}
			if n := s.Calls("com.atproto.server.createSession"); n != 1 {
				t.Errorf("%d sign-ins, want only the first", n)
			}
			saved, err := store.Load(t.Context(), string(c.Account.ID))
			if err != nil || saved[account.AppPassword].Empty() {
				t.Errorf("the app password was lost: %v, %v", saved, err)
			}
			home(t, open(t, c)) // what was saved works in a new process
			if n := s.Calls(refreshMethod); n != 1 {
				t.Errorf("%d refreshes after a restart, want 1", n)
			}
		})
	}
}

// A server that signs with a new key refuses tokens that have not expired.
func TestRefusedTokenIsRenewed(t *testing.T) {
	s, c, store := expire(t)
	id := string(c.Account.ID)
	creds, err := store.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	creds[account.AccessJWT] = account.NewSecret("of another key")
	if err := store.Save(t.Context(), id, creds); err != nil {
		t.Fatal(err)
	}
	home(t, open(t, c))
	if n := s.Calls(refreshMethod); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// A clock that is years ahead must not refresh before every request.
func TestWrongClockRefreshesOnce(t *testing.T) {
	s, c, _ := expire(t)
	c.Now = func() time.Time { return time.Now().AddDate(5, 0, 0) }
	b := open(t, c)
	for range 5 {
		home(t, b)
	}
	if n := s.Calls(refreshMethod); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// front is a server before the sandbox that may answer in its place.
func front(t testing.TB, target string, hook func(w http.ResponseWriter, r *http.Request) (answered bool)) string {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	proxy := &httputil.ReverseProxy{Transport: tr, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hook(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() { srv.Close(); tr.CloseIdleConnections() })
	return srv.URL
}

// The caller goes away while the token is being exchanged: the exchange is
// finished and saved, or the account would be locked out.
func TestRefreshOutlivesItsCaller(t *testing.T) {
	s, c, store := expire(t)
	arrived, release := make(chan struct{}), make(chan struct{})
	c.PDS = front(t, s.URL(), func(_ http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/xrpc/"+refreshMethod {
			close(arrived)
			<-release
		}
		return false
	})
	b := open(t, c)
	before, _ := store.Load(t.Context(), string(c.Account.ID))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := b.Home(ctx, timeline.Page{})
		done <- err
	}()
	<-arrived
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Home of a cancelled caller: %v", err)
	}
	close(release)
	if err := b.Close(); err != nil { // waits for the exchange
		t.Fatal(err)
	}
	after, err := store.Load(t.Context(), string(c.Account.ID))
	if err != nil || after[account.RefreshJWT] == before[account.RefreshJWT] {
		t.Errorf("the new refresh token was not saved (%v)", err)
	}
	home(t, open(t, c))
	if n := s.Calls(refreshMethod); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// The refresh token was used up, by a process that died before it saved.
func TestAppPasswordRestoresTheSession(t *testing.T) {
	s, c, store := expire(t)
	useUp(t, s, c, store)
	home(t, open(t, c))
	if n := s.Calls("com.atproto.server.createSession"); n != 2 {
		t.Errorf("%d sign-ins, want the first and one more", n)
	}
}

// useUp trades the stored refresh token without saving the new one.
func useUp(t *testing.T, s *pds.Server, c Config, store account.Store) {
	t.Helper()
	u, err := serverURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	creds, err := store.Load(t.Context(), string(c.Account.ID))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := refreshSession(t.Context(), newXRPC(c.Client, u), creds[account.RefreshJWT].Reveal()); err != nil {
		t.Fatal(err)
	}
}

// Without a password only the person can help; the server is not asked again and
// again meanwhile, but a new sign-in is noticed.
func TestRefusedRefreshAsksToSignIn(t *testing.T) {
	s, c, store := expire(t)
	useUp(t, s, c, store)
	id := string(c.Account.ID)
	creds, _ := store.Load(t.Context(), id)
	password := creds[account.AppPassword]
	delete(creds, account.AppPassword)
	if err := store.Save(t.Context(), id, creds); err != nil {
		t.Fatal(err)
	}
	b := open(t, c)
	for range 5 {
		_, err := b.Home(t.Context(), timeline.Page{})
		if timeline.CodeOf(err) != timeline.CodeAuth {
			t.Fatalf("Home: %v, want code auth", err)
		}
	}
	if n := s.Calls(refreshMethod); n != 2 { // useUp's and one that was refused
		t.Errorf("%d refreshes, want 2", n)
	}
	_, fresh, err := AddPassword(t.Context(), c.Client, s.URL(), "@you.bsky.example", password)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Save(t.Context(), id, fresh); err != nil {
		t.Fatal(err)
	}
	home(t, b)
}

// forgetful is a vault on a full disk.
type forgetful struct{ account.Store }

func (forgetful) Save(context.Context, string, account.Credentials) error {
	return errors.New("no space left on device")
}

func TestTokensAreSavedBeforeUse(t *testing.T) {
	s, c, store := expire(t)
	c.Store = forgetful{store}
	_, err := open(t, c).Home(t.Context(), timeline.Page{})
	if err == nil {
		t.Error("tokens that could not be saved were used")
	}
	if n := s.Calls("app.bsky.feed.getTimeline"); n != 0 {
		t.Errorf("%d requests with tokens that were not saved", n)
	}
}

func TestNoCredentials(t *testing.T) {
	_, c, store := expire(t)
	if err := store.Delete(t.Context(), string(c.Account.ID)); err != nil {
		t.Fatal(err)
	}
	_, err := open(t, c).Home(t.Context(), timeline.Page{})
	if timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("Home without credentials: %v, want code auth", err)
	}
}

func TestAddPassword(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	client := newClient(t)
	right := account.NewSecret(s.AppPassword("ana"))
	r, creds, err := AddPassword(t.Context(), client, s.URL()+"/", " @Ana.bsky.example ", right)
	if err != nil {
		t.Fatal(err)
	}
	want := account.Record{Network: "bluesky", Handle: "@ana.bsky.example", Server: s.URL(), DID: s.DID("ana")}
	if r.Network != want.Network || r.Handle != want.Handle || r.Server != want.Server || r.DID != want.DID {
		t.Errorf("record %+v, want %+v", r, want)
	}
	if creds[account.AppPassword] != right || creds[account.AccessJWT].Empty() || creds[account.RefreshJWT].Empty() {
		t.Error("credentials are missing")
	}
	for _, c := range []struct {
		handle, password string
		code             timeline.Code
	}{
		{"ana.bsky.example", "wrong", timeline.CodeAuth},
		{"nobody.bsky.example", "wrong", timeline.CodeAuth},
		{"not a handle", "x", timeline.CodeUsage},
		{"ana@elsewhere.example", "x", timeline.CodeUsage},
		{"ana.bsky.example", "", timeline.CodeUsage},
	} {
		_, _, err := AddPassword(t.Context(), client, s.URL(), c.handle, account.NewSecret(c.password))
		if timeline.CodeOf(err) != c.code {
			t.Errorf("AddPassword(%q, %q): %v, want code %s", c.handle, c.password, err, c.code)
		}
	}
}

// deadlines notes until when an account's lock and its saving may take.
type deadlines struct {
	*account.Memory
	lock, save time.Time
}

func (d *deadlines) Lock(ctx context.Context, id string) (func(), error) {
	d.lock, _ = ctx.Deadline()
	return d.Memory.Lock(ctx, id)
}

func (d *deadlines) Save(ctx context.Context, id string, c account.Credentials) error {
	d.save, _ = ctx.Deadline()
	return d.Memory.Save(ctx, id, c)
}

// A slow exchange takes no time from the saving: the old refresh token is spent by then.
func TestSavingHasItsOwnTime(t *testing.T) {
	_, c, store := expire(t)
	d := &deadlines{Memory: store}
	c.Store = d
	home(t, open(t, c))
	if !d.save.After(d.lock) {
		t.Errorf("what is saved has to be by %s, as the lock by %s", d.save, d.lock)
	}
}
