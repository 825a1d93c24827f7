package main

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/transport"
	"skein/config"
	"skein/config/account"
	"skein/timeline"
)

// connections counts who connects to a port where nobody answers.
func connections(t *testing.T) (address string, count *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	count = &atomic.Int32{}
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-ended })
	return l.Addr().String(), count
}

// TestEachAccountGoesItsWay: what one account asks for goes through its proxy alone,
// also where that does not work; clients are shared by those who go the same way.
func TestEachAccountGoesItsWay(t *testing.T) {
	server, direct := connections(t)
	proxy, proxied := connections(t)
	a := quietApp(time.Now)
	t.Cleanup(a.ways.close)
	a.config = config.Default()
	a.config.Network.Allow = []string{"127.0.0.1"}
	a.config.Account = map[string]config.Account{
		"tor": {Proxy: "socks5://" + proxy}, "also": {Proxy: "socks5://" + proxy}, "bare": {Proxy: config.NoProxy},
	}
	ask := func(name string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+server+"/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := a.clientOf(account.Record{Name: name}).HTTP().Do(req)
		if err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s was answered", name)
		}
	}
	ask("Tor")
	if direct.Load() != 0 || proxied.Load() == 0 {
		t.Errorf("%d connections to the server, %d to the proxy", direct.Load(), proxied.Load())
	}
	before := proxied.Load()
	ask("bare")
	if direct.Load() == 0 || proxied.Load() != before {
		t.Errorf("%d connections to the server, %d more to the proxy", direct.Load(), proxied.Load()-before)
	}
	clients := map[*transport.Client]bool{}
	for _, name := range []string{"tor", "also", "TOR", "bare", "", "else"} {
		clients[a.clientOf(account.Record{Name: name})] = true
	}
	if len(clients) != 3 {
		t.Errorf("%d clients for three ways", len(clients))
	}
}

func TestWhatTheConfigurationSaysOfAccounts(t *testing.T) {
	no, a := false, quietApp(time.Now)
	a.config.Account = map[string]config.Account{"work": {Read: &no, Color: "#aabbcc"}, "wrok": {}}
	all := []account.Record{{ID: "1", Name: "Work"}, {ID: "2", Name: "sky"}}
	if got := a.merged(all); len(got) != 1 || got[0].Name != "sky" || len(all) != 2 || all[0].Name != "Work" {
		t.Errorf("read are %+v of %+v", got, all)
	}
	if got := a.merged(all[:1]); len(got) != 1 {
		t.Errorf("with nothing else to read: %+v", got)
	}
	if got := a.colors(all); len(got) != 1 || got[timeline.AccountID("1")] != "#aabbcc" {
		t.Errorf("colours are %v", got)
	}
	if got := a.strays(all); len(got) != 1 || got[0] != "wrok" {
		t.Errorf("strays are %v", got)
	}
	o := &ownAccounts{app: a}
	if err := o.Rename(t.Context(), all[0], "job"); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("its settings are lost: %v", err)
	}
}
