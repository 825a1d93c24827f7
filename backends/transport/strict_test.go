package transport_test

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"skein/backends/transport"
	"skein/timeline"
)

// A server that calls its JSON something else gains no depth by it.
func TestDepthIsCappedWhateverTheTypeSays(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", strings.TrimPrefix(r.URL.Path, "/"))
		fmt.Fprint(w, "\n "+strings.Repeat("[", 500)+strings.Repeat("]", 500))
	})
	c := client(t)
	for _, kind := range []string{"text/html", "application/octet-stream", ""} {
		_, err := get(t, c, s.URL+"/"+kind)
		wantCode(t, err, timeline.CodeTooLarge)
	}
	if _, err := get(t, c, s.URL+"/image/png"); err != nil {
		t.Errorf("a picture is no JSON: %v", err)
	}
}

func TestUntrustedCertificateIsToldInWords(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	_, err := get(t, client(t), s.URL)
	wantCode(t, err, timeline.CodeOffline)
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("got %v", err)
	}
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	_, err = get(t, client(t), "https"+strings.TrimPrefix(plain.URL, "http"))
	if err == nil || !strings.Contains(err.Error(), "does not speak https") {
		t.Errorf("got %v", err)
	}
}

func TestReservedAddressesAreRefused(t *testing.T) {
	c := transport.New(transport.Options{})
	t.Cleanup(c.Close)
	for _, host := range []string{
		"10.1.2.3", "169.254.169.254", "100.64.0.1", "0.0.0.0", "192.88.99.1", "224.0.0.1", "255.255.255.255",
		"[::]", "[::ffff:10.0.0.1]", "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[fe80::1%25lo]", "[fec0::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2001::1]", "[2002:7f00:1::]",
	} {
		_, err := get(t, c, "https://"+host+"/")
		if timeline.CodeOf(err) != timeline.CodeRefused {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// Through a proxy nobody checks what is dialled, so a private address is refused
// before it is asked.
func TestProxyReachesNoPrivateAddress(t *testing.T) {
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("the proxy was asked for %s", r.Host)
		w.WriteHeader(http.StatusBadGateway)
	})
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Proxy: http.ProxyURL(u)})
	t.Cleanup(c.Close)
	_, err = get(t, c, "https://10.0.0.1/")
	wantCode(t, err, timeline.CodeRefused)
}

func TestLongPausesAndShortSpans(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, value string
		want        time.Duration
	}{
		{"Retry-After", "99999999999", time.Hour},
		{"RateLimit-Reset", "30", 30 * time.Second}, // the draft standard counts seconds
		{"RateLimit-Reset", fmt.Sprint(now.Add(time.Minute).Unix()), time.Minute},
		{"X-RateLimit-Reset", fmt.Sprint(now.Add(time.Minute).Unix()), time.Minute},
	} {
		s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", now.Format(http.TimeFormat))
			w.Header().Set(c.name, c.value)
			w.WriteHeader(http.StatusTooManyRequests)
		})
		cl := transport.New(transport.Options{Allow: []string{"127.0.0.1"}, Now: func() time.Time { return now }})
		_, err := get(t, cl, s.URL)
		cl.Close()
		if e := timeline.AsError(err); e == nil || e.Until.Sub(now) != c.want {
			t.Errorf("%s: %s gives %v, want %v", c.name, c.value, err, c.want)
		}
	}
}

func TestDialOffersProtocols(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Websocket-Protocol") != "one" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"one"}})
		if err == nil {
			_ = conn.CloseNow()
		}
	}))
	defer s.Close()
	address := "ws" + strings.TrimPrefix(s.URL, "http")
	conn, err := client(t).Dial(t.Context(), address, nil, "one")
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.CloseNow()
	var status transport.HTTPStatus
	if _, err = client(t).Dial(t.Context(), address, nil); !errors.As(err, &status) || status != http.StatusForbidden {
		t.Errorf("without it: %v, status %d", err, status)
	}
}

// Close leaves no connection open, whatever the server does.
func TestCloseEndsConnections(t *testing.T) {
	ended := make(chan struct{}, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			ended <- struct{}{}
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	c := client(t)
	if _, err := get(t, c, s.URL); err != nil {
		t.Fatal(err)
	}
	c.Close()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the connection is open")
	}
}
