package bluesky

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// person is somebody who signs in: what they say to the steps, by name, and what they do
// in the browser.
type person struct {
	t       testing.TB
	says    map[string]string
	account string                     // whom they choose in the browser
	verdict string                     // approve or deny; "" closes the browser
	back    func(to *url.URL) *url.URL // changes where the browser goes back to
	seen    []string                   // names of the steps
}

// signsIn leads a flow to its end.
func (p *person) signsIn(f account.Flow) (account.Finished, error) {
	p.t.Helper()
	step, err := f.Next(p.t.Context(), account.Answer{})
	for {
		if err != nil {
			return account.Finished{}, err
		}
		var a account.Answer
		switch s := step.(type) {
		case account.Finished:
			return s, nil
		case account.Question:
			p.seen = append(p.seen, s.Name)
			if a.Text = p.says[s.Name]; s.Secret {
				a = account.Answer{Secret: account.NewSecret(p.says[s.Name])}
			}
		case account.Choice:
			p.seen = append(p.seen, s.Name)
			if a.Text = p.says[s.Name]; a.Text == "" {
				a.Text = s.Options[0].Value
			}
		case account.Visit:
			p.seen = append(p.seen, s.Name)
			if a, err = p.visit(s); err != nil {
				return account.Finished{}, err
			}
		default:
			p.t.Fatalf("an unexpected step: %#v", step)
		}
		step, err = f.Next(p.t.Context(), a)
	}
}

// visit does what the person does in the browser.
func (p *person) visit(v account.Visit) (account.Answer, error) {
	p.t.Helper()
	ctx, cancel := context.WithCancel(p.t.Context())
	defer cancel()
	if p.verdict == "" {
		cancel()
		return v.Await(ctx)
	}
	var browser sync.WaitGroup
	browser.Go(func() {
		if !p.browse(ctx, v.URL) {
			cancel()
		}
	})
	defer browser.Wait() // before it is cancelled
	return v.Await(ctx)
}

// browse opens the page, answers it and goes where it sends; it tells whether it did.
func (p *person) browse(ctx context.Context, page string) bool {
	tr := &http.Transport{DisableKeepAlives: true}
	defer tr.CloseIdleConnections()
	c := &http.Client{Transport: tr, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, address string, form url.Values) *url.URL {
		req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
		if err != nil {
			p.t.Error(err)
			return nil
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		resp, err := c.Do(req)
		if err != nil {
			p.t.Error(err)
			return nil
		}
		defer resp.Body.Close()
		if resp.StatusCode >= http.StatusBadRequest && p.back == nil {
			p.t.Errorf("%s %s: status %d", method, address, resp.StatusCode)
		}
		to, err := resp.Location()
		if err != nil {
			return nil
		}
		return to
	}
	send(http.MethodGet, page, nil)
	u, err := url.Parse(page)
	if err != nil {
		p.t.Error(err)
		return false
	}
	to := send(http.MethodPost, page, url.Values{"request_uri": {u.Query().Get("request_uri")}, "account": {p.account}, "verdict": {p.verdict}})
	if to == nil {
		p.t.Error("the server sends nobody back")
		return false
	}
	if p.back != nil {
		if to = p.back(to); to == nil {
			return false
		}
	}
	send(http.MethodGet, to.String(), nil)
	return true
}

// newFlow begins a sign-in at the sandbox.
func newFlow(t testing.TB, s *pds.Server, preset account.Preset) account.Flow {
	t.Helper()
	if preset == nil {
		preset = account.Preset{}
	}
	if _, ok := preset["pds"]; !ok && s != nil {
		preset["pds"] = s.URL()
	}
	f := SignIn(SignInConfig{Client: newClient(t)}, preset)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// browserSignIn adds the viewer's account through the browser.
func browserSignIn(t testing.TB, s *pds.Server) (Config, *account.Memory) {
	t.Helper()
	p := &person{t: t, account: s.Handle(world.Viewer), verdict: "approve"}
	done, err := p.signsIn(newFlow(t, s, account.Preset{"handle": s.Handle(world.Viewer), "how": "browser"}))
	if err != nil {
		t.Fatalf("sign-in: %v", err)
	}
	return keepAccount(t, newClient(t), done)
}

func TestSignInWithTheBrowser(t *testing.T) {
	s := startPDS(t, smallWorld(world.Post{Key: "hello", Text: says("hello")}), pds.Options{})
	for _, c := range []struct {
		name, said, steps string
	}{
		{"handle", " @You.bsky.example\u202c ", "handle how browser"},
		{"profile", "https://bsky.app/profile/you.bsky.example", "handle how browser"},
		{"DID", s.DID(world.Viewer), "handle how browser"},
		{"nothing", "", "handle browser"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &person{t: t, account: "you.bsky.example", verdict: "approve", says: map[string]string{"handle": c.said}}
			done, err := p.signsIn(newFlow(t, s, nil))
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(p.seen, " "); got != c.steps {
				t.Errorf("the steps are %s, want %s", got, c.steps)
			}
			want := account.Record{Network: "bluesky", Handle: "@you.bsky.example", Server: s.URL(), DID: s.DID(world.Viewer)}
			if r := done.Record; r.Handle != want.Handle || r.Server != want.Server || r.DID != want.DID || r.Network != want.Network {
				t.Errorf("the record is %+v", r)
			}
			if !done.Credentials[account.AppPassword].Empty() || done.Credentials[account.RefreshJWT].Empty() || done.Credentials[account.DPoPKey].Empty() {
				t.Errorf("the credentials are %v", done.Credentials)
			}
			config, _ := keepAccount(t, newClient(t), done)
			b := open(t, config)
			home(t, b)
			r, err := b.Check(t.Context())
			if err != nil || r.Facts[len(r.Facts)-1].String() != "allowed by "+hostOf(s.URL())+": atproto transition:generic transition:chat.bsky" {
				t.Errorf("Check: %v, %v", r.Facts, err)
			}
		})
	}
}

// Whoever copies the address from a browser on another machine is signed in, too.
func TestSignInWithACopiedAddress(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	f := newFlow(t, s, account.Preset{"handle": "you.bsky.example", "how": "browser"})
	step, err := f.Next(t.Context(), account.Answer{})
	v, ok := step.(account.Visit)
	if !ok {
		t.Fatalf("%#v, %v", step, err)
	}
	var end string
	p := &person{t: t, account: "you.bsky.example", verdict: "approve", back: func(to *url.URL) *url.URL { end = to.String(); return nil }}
	p.browse(t.Context(), v.URL)
	if step, err = f.Next(t.Context(), account.Answer{Text: "no address"}); err == nil || step == nil {
		t.Errorf("nonsense: %v, %v; it can be answered again", step, err)
	}
	if step, err = f.Next(t.Context(), account.Answer{Text: end}); err != nil {
		t.Error(err)
	} else if _, ok := step.(account.Finished); !ok {
		t.Errorf("%#v", step)
	}
}

// What goes wrong is said in a line, and leaves nothing behind: here or on the server.
func TestSignInThatFails(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	plain := startPDSWithoutOAuth(t, s)
	for _, c := range []struct {
		name   string
		preset account.Preset
		p      person
		code   timeline.Code
		says   string
	}{
		{"denied", nil, person{verdict: "deny"}, timeline.CodeAuth, "you did not let skein in"},
		{"another account", nil, person{verdict: "approve", account: "ana.bsky.example"}, timeline.CodeRefused, "you signed in as ana.bsky.example, not as you.bsky.example"},
		{"another account than the DID's", account.Preset{"handle": s.DID(world.Viewer)}, person{verdict: "approve", account: "ana.bsky.example"}, timeline.CodeRefused, "you signed in as " + s.DID("ana")},
		{"a foreign state", nil, person{verdict: "approve", back: with("state", "of-another")}, timeline.CodeAuth, "from another sign-in"},
		{"a foreign issuer", nil, person{verdict: "approve", back: with("iss", "https://evil.example")}, timeline.CodeRefused, "https://evil.example"},
		{"no issuer", nil, person{verdict: "approve", back: with("iss", "")}, timeline.CodeRefused, "nowhere"},
		{"a foreign code", nil, person{verdict: "approve", back: with("code", "cod-evil")}, timeline.CodeRefused, "Invalid code"},
		{"no server", account.Preset{"pds": "http://127.0.0.1:1"}, person{}, timeline.CodeOffline, "127.0.0.1:1"},
		{"a server without OAuth", account.Preset{"pds": plain}, person{}, timeline.CodeUnsupported, "use an app password"},
		{"not a server", account.Preset{"pds": "ftp://x"}, person{}, timeline.CodeUsage, "not the address"},
		{"no handle", account.Preset{"handle": "you"}, person{}, timeline.CodeUsage, "no handle"},
		{"no way", account.Preset{"how": "magic"}, person{}, timeline.CodeUsage, "no way to sign in"},
	} {
		t.Run(c.name, func(t *testing.T) {
			preset := account.Preset{"handle": "you.bsky.example", "how": "browser"}
			for name, value := range c.preset {
				preset[name] = value
			}
			p := c.p
			p.t = t
			if p.account == "" {
				p.account = "you.bsky.example"
			}
			f := newFlow(t, s, preset)
			_, err := p.signsIn(f)
			if timeline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.says) || strings.ContainsRune(err.Error(), '\n') {
				t.Errorf("%v (%s), want %q and code %s", err, timeline.CodeOf(err), c.says, c.code)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if n := s.Grants(); n != 0 {
				t.Errorf("%d sessions are left on the server", n)
			}
			if _, err := f.Next(t.Context(), account.Answer{}); err == nil {
				t.Error("the sign-in goes on after its end")
			}
		})
	}
}

// with has the browser come back with another value.
func with(name, value string) func(*url.URL) *url.URL {
	return func(to *url.URL) *url.URL {
		q := to.Query()
		q.Set(name, value)
		to.RawQuery = q.Encode()
		return to
	}
}

func TestClosedBrowser(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	p := &person{t: t, says: map[string]string{"handle": "you.bsky.example"}}
	if _, err := p.signsIn(newFlow(t, s, nil)); err == nil {
		t.Error("signed in by a browser that was closed")
	}
}

// A server that cannot be asked may be there a moment later: the way is asked again.
func TestAnotherWayAfterAFailure(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	f := newFlow(t, s, account.Preset{"pds": startPDSWithoutOAuth(t, s)})
	next(t, f, account.Answer{})
	step := next(t, f, account.Answer{Text: "you.bsky.example"})
	again, err := f.Next(t.Context(), account.Answer{Text: "browser"})
	if timeline.CodeOf(err) != timeline.CodeUnsupported || again == nil {
		t.Fatalf("%v, %v; want %v again", again, err, step)
	}
	next(t, f, account.Answer{Text: "app-password"})
	done, ok := next(t, f, account.Answer{Secret: account.NewSecret(s.AppPassword(world.Viewer))}).(account.Finished)
	if !ok || done.Record.DID != s.DID(world.Viewer) {
		t.Errorf("%+v", done.Record)
	}
}

func next(t testing.TB, f account.Flow, a account.Answer) account.Step {
	t.Helper()
	step, err := f.Next(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return step
}

func TestSignInWithAPassword(t *testing.T) {
	s := startPDS(t, smallWorld(world.Post{Key: "hello", Text: says("hello")}), pds.Options{})
	f := newFlow(t, s, account.Preset{"handle": "@you.bsky.example", "how": "app-password"})
	if q, ok := next(t, f, account.Answer{}).(account.Question); !ok || !q.Secret || q.Name != "app-password" {
		t.Fatalf("%#v", q)
	}
	for _, wrong := range []string{"", "wrong"} {
		if step, err := f.Next(t.Context(), account.Answer{Secret: account.NewSecret(wrong)}); err == nil || step == nil {
			t.Errorf("the password %q: %v, %v; it can be given again", wrong, step, err)
		}
	}
	done, ok := next(t, f, account.Answer{Secret: account.NewSecret(s.AppPassword(world.Viewer))}).(account.Finished)
	if !ok || done.Record.Handle != "@you.bsky.example" || done.Credentials[account.AppPassword].Empty() {
		t.Fatalf("%+v", done)
	}
	config, _ := keepAccount(t, newClient(t), done)
	home(t, open(t, config))
}

// The main password wants a code beside it, and is not kept.
func TestSignInWithACode(t *testing.T) {
	s := startPDS(t, smallWorld(), pds.Options{})
	f := newFlow(t, s, account.Preset{"handle": "you.bsky.example", "how": "app-password"})
	next(t, f, account.Answer{})
	q, ok := next(t, f, account.Answer{Secret: account.NewSecret(s.MainPassword(world.Viewer))}).(account.Question)
	if !ok || q.Name != "auth-code" {
		t.Fatalf("%#v", q)
	}
	step, err := f.Next(t.Context(), account.Answer{Text: "00000-00000"})
	if timeline.CodeOf(err) != timeline.CodeAuth || !strings.Contains(err.Error(), "the code is wrong") || step == nil {
		t.Errorf("a wrong code: %v, %v", step, err)
	}
	done, ok := next(t, f, account.Answer{Text: " " + pds.AuthCode}).(account.Finished)
	if !ok || done.Credentials[account.AccessJWT].Empty() || !done.Credentials[account.AppPassword].Empty() {
		t.Errorf("%+v", done)
	}
}

// Without a handle the server is asked for, and an app password is of no use.
func TestSignInWithoutAHandle(t *testing.T) {
	f := SignIn(SignInConfig{Client: newClient(t)}, account.Preset{})
	q, ok := next(t, f, account.Answer{}).(account.Question)
	if !ok || q.Name != "handle" {
		t.Fatalf("%#v", q)
	}
	q, ok = next(t, f, account.Answer{}).(account.Question)
	if !ok || q.Name != "pds" || q.Default != entryway {
		t.Fatalf("%#v", q)
	}
	if step, err := f.Next(t.Context(), account.Answer{Text: "http://127.0.0.1:1"}); timeline.CodeOf(err) != timeline.CodeOffline || step == nil {
		t.Errorf("%v, %v", step, err)
	}
	f = SignIn(SignInConfig{Client: newClient(t)}, account.Preset{"handle": "", "how": "app-password"})
	if step, err := f.Next(t.Context(), account.Answer{}); timeline.CodeOf(err) != timeline.CodeUsage || step != nil {
		t.Errorf("%v, %v", step, err)
	}
}

// startPDSWithoutOAuth is a server of the older kind.
func startPDSWithoutOAuth(t testing.TB, s *pds.Server) string {
	t.Helper()
	return front(t, s.URL(), func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/.well-known/") {
			http.NotFound(w, r)
			return true
		}
		return false
	})
}

// keepAccount keeps what a sign-in brought.
func keepAccount(t testing.TB, client *transport.Client, done account.Finished) (Config, *account.Memory) {
	t.Helper()
	const id = "acct-1"
	store := account.NewMemory()
	if err := store.Save(t.Context(), id, done.Credentials); err != nil {
		t.Fatal(err)
	}
	return Config{
		Account: timeline.Account{ID: id, Network: timeline.Bluesky, Name: "sky", Handle: timeline.CleanLine(done.Record.Handle)},
		PDS:     done.Record.Server, DID: done.Record.DID, Store: store, Client: client,
	}, store
}
