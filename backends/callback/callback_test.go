package callback

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func listen(t *testing.T, o Options) *Listener {
	t.Helper()
	l, err := Listen(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// knock sends a request as a browser may; change makes it another one.
func knock(t *testing.T, l *Listener, query string, change func(*http.Request)) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.URL()+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

func expect(t *testing.T, l *Listener, want string, wantErr error) {
	t.Helper()
	query, err := l.Await(t.Context())
	if !errors.Is(err, wantErr) || query.Get("code") != want {
		t.Errorf("awaited %v and %v, want the code %q and %v", query, err, want, wantErr)
	}
}

func TestTheBrowserComesBackOnce(t *testing.T) {
	l := listen(t, Options{})
	u, err := url.Parse(l.URL())
	if err != nil || u.Hostname() != "127.0.0.1" || u.Port() == "0" || u.Path != DefaultPath {
		t.Fatalf("it listens at %s: %v", l.URL(), err)
	}
	resp, body := knock(t, l, "?code=abc&state="+l.State(), nil)
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "terminal") {
		t.Errorf("%d: %s", resp.StatusCode, body)
	}
	if strings.Contains(body, "abc") || strings.Contains(body, l.State()) {
		t.Errorf("the page repeats what came: %s", body)
	}
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the page may load or be framed: %q", csp)
	}
	if resp, body = knock(t, l, "?code=other&state="+l.State(), nil); resp.StatusCode != http.StatusGone || !strings.Contains(body, "used already") {
		t.Errorf("a second use: %d: %s", resp.StatusCode, body)
	}
	expect(t, l, "abc", nil)
	expect(t, l, "", ErrUsed)
}

func TestARefusalIsAnAnswer(t *testing.T) {
	l := listen(t, Options{Path: "/back", State: "mine"})
	resp, body := knock(t, l, "?error=access_denied&error_description=no&state=mine", nil)
	if resp.StatusCode != http.StatusOK || !strings.Contains(body, "not signed in") {
		t.Errorf("%d: %s", resp.StatusCode, body)
	}
	query, err := l.Await(t.Context())
	if err != nil || query.Get("error") != "access_denied" {
		t.Errorf("%v, %v", query, err)
	}
}

func TestAForeignStateEndsIt(t *testing.T) {
	l := listen(t, Options{})
	resp, body := knock(t, l, "?code=evil&state=elsewhere", nil)
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(body, "another sign-in") {
		t.Errorf("%d: %s", resp.StatusCode, body)
	}
	if resp, _ = knock(t, l, "?code=abc&state="+l.State(), nil); resp.StatusCode != http.StatusGone {
		t.Errorf("after it: %d", resp.StatusCode)
	}
	expect(t, l, "", ErrState)
}

// Whatever is not the browser's own navigation is turned away, and the sign-in goes on.
func TestStrangersChangeNothing(t *testing.T) {
	l := listen(t, Options{})
	good := "?code=evil&state=" + l.State()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, c := range []struct {
		name, query string
		change      func(*http.Request)
		want        int
	}{
		{"another host, as after DNS rebinding", good, func(r *http.Request) { r.Host = "evil.example" }, http.StatusMisdirectedRequest},
		{"localhost by name", good, func(r *http.Request) { r.Host = "localhost:" + r.URL.Port() }, http.StatusMisdirectedRequest},
		{"another path", good, func(r *http.Request) { r.URL.Path = "/callback/" }, http.StatusNotFound},
		{"the root", good, func(r *http.Request) { r.URL.Path = "/" }, http.StatusNotFound},
		{"POST", good, func(r *http.Request) { r.Method = http.MethodPost }, http.StatusMethodNotAllowed},
		{"HEAD", good, func(r *http.Request) { r.Method = http.MethodHead }, http.StatusMethodNotAllowed},
		{"script", good, header("Sec-Fetch-Mode", "no-cors"), http.StatusForbidden},
		{"a picture", good, header("Sec-Fetch-Dest", "image"), http.StatusForbidden},
		{"a frame", good, header("Sec-Fetch-Dest", "iframe"), http.StatusForbidden},
		{"no state", "?code=evil", nil, http.StatusBadRequest},
		{"an empty state", "?code=evil&state=", nil, http.StatusBadRequest},
		{"nothing", "", nil, http.StatusBadRequest},
	} {
		if resp, _ := knock(t, l, c.query, c.change); resp.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", c.name, resp.StatusCode, c.want)
		}
	}
	knock(t, l, "?code=abc&state="+l.State(), header("Sec-Fetch-Mode", "navigate"))
	expect(t, l, "abc", nil)
}

func TestAStateOfTheCallersOwn(t *testing.T) {
	l := listen(t, Options{})
	l.Expect("")
	if resp, _ := knock(t, l, "?code=evil&state=", nil); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("no state was taken for the empty one: %d", resp.StatusCode)
	}
	l.Expect("theirs")
	knock(t, l, "?code=abc&state=theirs", nil)
	expect(t, l, "abc", nil)
}

func TestStatesDiffer(t *testing.T) {
	a, b := listen(t, Options{}).State(), listen(t, Options{}).State()
	const bits256 = 43 // letters of base64
	if a == b || len(a) != bits256 {
		t.Errorf("%q and %q", a, b)
	}
}

func TestReadingACopiedAddress(t *testing.T) {
	l := listen(t, Options{State: "mine"})
	for _, c := range []struct {
		copied, code string
		ok           bool
		err          error
	}{
		{l.URL() + "?code=abc&state=mine", "abc", true, nil},
		{"  " + l.URL() + "?state=mine&code=abc#x \n", "abc", true, nil},
		{"code=abc&state=mine", "abc", true, nil},
		{l.URL() + "?code=evil&state=other", "", true, ErrState},
		{l.URL() + "?code=abc", "", false, nil},
		{"Zm9vYmFy", "", false, nil},
		{"%zz", "", false, nil},
		{"", "", false, nil},
	} {
		query, ok, err := l.Read(c.copied)
		if query.Get("code") != c.code || ok != c.ok || !errors.Is(err, c.err) {
			t.Errorf("%q: %v, %v, %v", c.copied, query, ok, err)
		}
	}
	knock(t, l, "?code=abc&state=mine", nil)
	expect(t, l, "abc", nil)
}

func TestWaitingEnds(t *testing.T) {
	l := listen(t, Options{Life: 1})
	expect(t, l, "", ErrLate)

	l = listen(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Await(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	knock(t, l, "?code=abc&state="+l.State(), nil)
	expect(t, l, "abc", nil) // it may be asked again

	l = listen(t, Options{})
	done := make(chan error)
	go func() {
		_, err := l.Await(context.Background())
		done <- err
	}()
	_ = l.Close()
	if err := <-done; !errors.Is(err, ErrUsed) {
		t.Errorf("closed: %v", err)
	}
}

// TestItClosesByItself: nobody forgets a port that stays open.
func TestItClosesByItself(t *testing.T) {
	l := listen(t, Options{afterwards: 1})
	resp, _ := knock(t, l, "?code=abc&state="+l.State(), nil)
	if resp.StatusCode != http.StatusOK { // the last page is still sent
		t.Errorf("%d", resp.StatusCode)
	}
	l.running.Wait()
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", l.host)
	if err == nil {
		conn.Close()
		t.Error("the port is open after its answer")
	}
	expect(t, l, "abc", nil)
}

// TestNothingIsLogged: not even what is no HTTP.
func TestNothingIsLogged(t *testing.T) {
	var logged bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&logged)
	l := listen(t, Options{})
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /callback?code=secret HTTP/9.9\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || bytes.Contains(answer, []byte("secret")) {
		t.Errorf("answered %q: %v", answer, err)
	}
	_ = l.Close()
	if logged.Len() > 0 {
		t.Errorf("logged: %s", logged.String())
	}
}
