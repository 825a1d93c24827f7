package main

import (
	"errors"
	"io"
	"net"
	"sync"
	"testing"
)

// gate is a way to a server of the sandbox that can be closed and opened again: a
// network that goes away.
type gate struct {
	t       *testing.T
	target  string
	address string

	mu       sync.Mutex
	listener net.Listener
	mute     bool // nothing is carried, and nothing said
	open     map[net.Conn]struct{}
	wg       sync.WaitGroup
}

// newGate opens a gate to the server at target, host:port.
func newGate(t *testing.T, target string) *gate {
	t.Helper()
	g := &gate{t: t, target: target, address: "127.0.0.1:0", open: map[net.Conn]struct{}{}}
	if err := g.Open(); err != nil {
		t.Fatal(err)
	}
	return g
}

// Open lets connections through, always at the same address.
func (g *gate) Open() error { return g.listen(false) }

// Hang takes connections, and then says nothing.
func (g *gate) Hang() error { return g.listen(true) }

func (g *gate) listen(mute bool) error {
	l, err := net.Listen("tcp", g.address)
	if err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.listener, g.address, g.mute = l, l.Addr().String(), mute
	g.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			g.wg.Go(func() { g.pass(c) })
		}
	})
	return nil
}

// Shut refuses connections from now on and cuts those there are.
func (g *gate) Shut() {
	g.mu.Lock()
	if err := g.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		g.t.Error("shutting the gate:", err)
	}
	for c := range g.open {
		_ = c.Close() // the other side may have been first
	}
	clear(g.open)
	g.mu.Unlock()
	g.wg.Wait()
}

// pass carries one connection.
func (g *gate) pass(c net.Conn) {
	g.mu.Lock()
	g.open[c] = struct{}{}
	mute := g.mute
	g.mu.Unlock()
	if mute {
		return // it stays open until the gate is shut
	}
	s, err := net.Dial("tcp", g.target)
	if err != nil {
		_ = c.Close()
		return
	}
	g.mu.Lock()
	g.open[s] = struct{}{}
	g.mu.Unlock()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{c, s}, {s, c}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_ = way[0].Close()
		})
	}
	both.Wait()
	g.mu.Lock()
	delete(g.open, c)
	delete(g.open, s)
	g.mu.Unlock()
}
