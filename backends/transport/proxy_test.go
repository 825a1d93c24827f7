package transport_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"skein/backends/transport"
	"skein/timeline"
)

// socks is a SOCKS5 proxy (RFC 1928) on loopback that leads every name to one server,
// and remembers what it was asked for.
type socks struct {
	url *url.URL
	to  string

	mu    sync.Mutex
	asked []string // "name host:port" or "address host:port"
}

func newSOCKS(t *testing.T, to string) *socks {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &socks{url: &url.URL{Scheme: "socks5", Host: l.Addr().String()}, to: to}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	return s
}

func (s *socks) serve(conn net.Conn) {
	defer conn.Close()
	if err := s.answer(conn); err != nil {
		return
	}
	server, err := net.Dial("tcp", s.to)
	if err != nil {
		return
	}
	defer server.Close()
	var both sync.WaitGroup
	both.Go(func() { pour(server, conn) })
	both.Go(func() { pour(conn, server) })
	both.Wait()
}

// answer takes the greeting without a password, and the request to connect.
func (s *socks) answer(conn net.Conn) error {
	read := func(n int) ([]byte, error) {
		b := make([]byte, n)
		_, err := io.ReadFull(conn, b)
		return b, err
	}
	hello, err := read(2)
	if err == nil {
		_, err = read(int(hello[1]))
	}
	if err == nil {
		_, err = conn.Write([]byte{5, 0})
	}
	if err != nil {
		return err
	}
	head, err := read(4)
	if err != nil {
		return err
	}
	kind, host := "address", ""
	switch head[3] {
	case 1:
		b, err := read(4)
		if err != nil {
			return err
		}
		host = net.IP(b).String()
	case 3:
		n, err := read(1)
		if err != nil {
			return err
		}
		b, err := read(int(n[0]))
		if err != nil {
			return err
		}
		kind, host = "name", string(b)
	default:
		return errors.New("an address of another kind")
	}
	port, err := read(2)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.asked = append(s.asked, fmt.Sprintf("%s %s:%d", kind, host, binary.BigEndian.Uint16(port)))
	s.mu.Unlock()
	_, err = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	return err
}

func (s *socks) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

// deaf is a resolver that fails the test when a name is looked up.
func deaf(t *testing.T) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		t.Error("a name was looked up here")
		return nil, errors.New("nobody is asked")
	}}
}

const hidden = "skeinskeinskeinskeinskeinskeinskeinskeinskeinskeinskein2.onion"

// greets is a server that says hello over http and over a websocket.
func greets(t *testing.T) string {
	t.Helper()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			_, _ = io.WriteString(w, "hello from "+r.Host)
			return
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.CloseNow()
		_ = conn.Write(r.Context(), websocket.MessageText, []byte("hello"))
		_, _, _ = conn.Read(r.Context()) // until the other side leaves
	})
	return strings.TrimPrefix(s.URL, "http://")
}

// TestOnionNamesGoThroughTheirProxyAlone: also where another one is named, in whatever
// spelling, over http and over websockets; nobody looks them up.
func TestOnionNamesGoThroughTheirProxyAlone(t *testing.T) {
	tor := newSOCKS(t, greets(t))
	other := serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("another proxy was asked for %s", r.Host) })
	via, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	c := transport.New(transport.Options{Onion: tor.url, Proxy: http.ProxyURL(via), Resolver: deaf(t)})
	t.Cleanup(c.Close)
	for _, host := range []string{hidden, strings.ToUpper(hidden), hidden + "."} {
		if said, err := get(t, c, "http://"+host+"/"); err != nil || !strings.HasPrefix(string(said), "hello from ") {
			t.Errorf("%s says %q, %v", host, said, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := c.Dial(ctx, "ws://"+hidden+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, said, err := conn.Read(ctx); err != nil || string(said) != "hello" {
		t.Errorf("the websocket says %q, %v", said, err)
	}
	_ = conn.CloseNow()
	for _, asked := range tor.log() {
		if !strings.HasPrefix(strings.ToLower(asked), "name "+strings.TrimSuffix(hidden, ".onion")) {
			t.Errorf("the proxy was asked for %s", asked)
		}
	}
	if len(tor.log()) < 3 {
		t.Errorf("the proxy was asked for %v", tor.log())
	}
}

// TestOnionNamesWithoutAProxyAreRefused: in one line that says what to do, and unseen by
// the resolver and by any other proxy.
func TestOnionNamesWithoutAProxyAreRefused(t *testing.T) {
	other := newSOCKS(t, greets(t))
	for name, o := range map[string]transport.Options{
		"no proxy":      {Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }},
		"another proxy": {Proxy: http.ProxyURL(other.url)},
		"allowed":       {Allow: []string{hidden}, Proxy: func(*http.Request) (*url.URL, error) { return nil, nil }},
	} {
		o.Resolver = deaf(t)
		c := transport.New(o)
		t.Cleanup(c.Close)
		for _, address := range []string{"http://" + hidden + "/", "https://" + hidden + "./", "https://" + strings.ToUpper(hidden)} {
			_, err := get(t, c, address)
			if timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "set network.onion") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %s: %v", name, address, err)
			}
		}
		if _, err := c.Dial(t.Context(), "ws://"+hidden+"/", nil); timeline.CodeOf(err) != timeline.CodeRefused {
			t.Errorf("%s: websocket: %v", name, err)
		}
	}
	if len(other.log()) != 0 {
		t.Errorf("another proxy was asked for %v", other.log())
	}
}

// TestProxyIsGivenNames: a SOCKS proxy resolves them, a loopback proxy needs no leave of
// its own, and it is no server that anybody may be sent to.
func TestProxyIsGivenNames(t *testing.T) {
	proxy := newSOCKS(t, greets(t))
	c := transport.New(transport.Options{Proxy: http.ProxyURL(proxy.url), Resolver: deaf(t)})
	t.Cleanup(c.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err := c.Dial(ctx, "wss://relay.example/", nil) // what answers speaks no TLS
	if err == nil || timeline.CodeOf(err) == timeline.CodeRefused {
		t.Errorf("got %v", err)
	}
	if got := proxy.log(); len(got) == 0 || got[0] != "name relay.example:443" {
		t.Errorf("the proxy was asked for %v", got)
	}
	if _, err := c.LookupTXT(ctx, "_atproto.ana.example"); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("text records: %v", err)
	}
	before := len(proxy.log())
	if _, err := get(t, c, "http://"+proxy.url.Host+"/"); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("the proxy itself: %v", err)
	}
	if _, err := get(t, c, "https://10.1.2.3/"); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a private address: %v", err)
	}
	if got := proxy.log(); len(got) != before {
		t.Errorf("the proxy was asked for %v", got[before:])
	}
}

// pour hands on what comes from one end until that has no more to say.
func pour(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}
