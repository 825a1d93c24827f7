package instance

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const (
	backlog   = 256 // messages that a listener may be behind before it is cut off
	writeTime = 10 * time.Second
)

// listener is one open websocket on one stream.
type listener struct {
	viewer   *person
	stream   []string // as messages name it
	wants    func(*post) bool
	notified bool // it is the user stream, and its token covers notifications
	messages chan []byte
	cut      context.CancelFunc
}

// message is a frame. The payload is JSON inside a string.
//
// Source: docs.joinmastodon.org/methods/streaming#events
type message struct {
	Stream  []string `json:"stream"`
	Event   string   `json:"event"`
	Payload string   `json:"payload"`
}

// stream serves the websocket: one stream, named in the address.
func (s *Server) stream(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	s.mu.Lock()
	viewer, token := s.signedIn(r)
	l := &listener{viewer: viewer, messages: make(chan []byte, backlog), cut: cancel}
	if viewer != nil {
		l.stream, l.wants = s.town.streamed(viewer, r.URL.Query())
		l.notified = r.URL.Query().Get("stream") == "user" && token.covers("read:notifications")
	}
	s.mu.Unlock()
	switch {
	case l.viewer == nil:
		refuse(w, http.StatusUnauthorized, "Missing access token")
		return
	case !token.covers("read:statuses"):
		refuse(w, http.StatusUnauthorized, "Access token does not have the required scopes")
		return
	case l.wants == nil:
		refuse(w, http.StatusNotFound, "Unknown stream type")
		return
	}
	s.mu.Lock()
	s.listener[l] = true // before the handshake ends, so that who is connected misses nothing
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.listener, l)
		s.mu.Unlock()
	}()
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = conn.CloseNow() }()
	ctx = conn.CloseRead(ctx) // answers pings and sees the other side go
	for {
		select {
		case <-ctx.Done():
			_ = conn.Close(websocket.StatusGoingAway, "")
			return
		case m := <-l.messages:
			if err := write(ctx, conn, m); err != nil {
				return
			}
		}
	}
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": why})
}

func write(ctx context.Context, conn *websocket.Conn, m []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, m)
}

// Listeners is how many streams are open.
func (s *Server) Listeners() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.listener)
}

// Disconnect cuts all streams off, as a restart of the real server does.
func (s *Server) Disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listener {
		l.cut()
	}
}

// announce tells p to those in whose home it belongs. The lock is held.
func (s *Server) announce(p *post) { s.tell("update", p) }

// tell is announce for any event that carries a post.
func (s *Server) tell(event string, p *post) {
	for l := range s.listener {
		if !l.wants(p) {
			continue
		}
		// A status of ours is always valid JSON.
		if body, err := json.Marshal((&call{s: s, viewer: l.viewer}).status(p)); err == nil {
			l.send(event, string(body))
		}
	}
}

// forget tells everybody that p is gone. The lock is held.
func (s *Server) forget(p *post) {
	for l := range s.listener {
		l.send("delete", p.ID())
	}
}

// send queues a message. A listener that does not keep up is cut off: it will
// come back and read what it missed.
func (l *listener) send(event, payload string) {
	m, err := json.Marshal(message{Stream: l.stream, Event: event, Payload: payload})
	if err != nil {
		return
	}
	select {
	case l.messages <- m:
	default:
		l.cut()
	}
}
