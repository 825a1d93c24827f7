package instance

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"

	"skein/backends/sandbox/world"
)

const patience = 10 * time.Second

// listen opens the user stream of who and waits until the server counts it.
func listen(t *testing.T, s *Server, who string) *websocket.Conn {
	t.Helper()
	before := s.Listeners()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, s.streamingURL()+"/api/v1/streaming?stream=user", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + s.Token(who)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	for s.Listeners() == before {
		select {
		case <-ctx.Done():
			t.Fatal("the stream does not open")
		case <-time.After(time.Millisecond):
		}
	}
	return conn
}

func next(t *testing.T, conn *websocket.Conn) (string, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	_, raw, err := conn.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var m message
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	var st struct{ Content string }
	if m.Event != "delete" {
		if err := json.Unmarshal([]byte(m.Payload), &st); err != nil {
			t.Fatal(err)
		}
		return m.Event, st.Content
	}
	return m.Event, m.Payload
}

func TestStreamTellsWhatBelongsHome(t *testing.T) {
	s := start(t, village(), Options{})
	you := listen(t, s, world.Viewer)
	for _, p := range []world.Post{say("a", "eve", "not for you"), say("b", "ana", "for you")} {
		p.Network = world.Mastodon
		if err := s.Publish(p); err != nil {
			t.Fatal(err)
		}
	}
	if event, content := next(t, you); event != "update" || content != "<p>for you</p>" {
		t.Errorf("%s %s", event, content)
	}
	id := s.statusID(t, "b")
	s.Delete(id)
	if event, payload := next(t, you); event != "delete" || payload != id {
		t.Errorf("%s %s, want delete %s", event, payload, id)
	}
}

func TestDisconnectAndClose(t *testing.T) {
	s := start(t, village(), Options{})
	for _, end := range []func(){s.Disconnect, func() { s.Close() }} { // Close twice does no harm
		conn := listen(t, s, world.Viewer)
		end()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		_, _, err := conn.Read(ctx)
		cancel()
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the stream goes on: %v", err)
		}
		for s.Listeners() > 0 && t.Context().Err() == nil {
			time.Sleep(time.Millisecond)
		}
	}
}

func TestSlowListenerIsCutOff(t *testing.T) {
	l := &listener{messages: make(chan []byte, 1)}
	cut := 0
	l.cut = func() { cut++ }
	l.send("update", "{}")
	if cut != 0 {
		t.Error("cut off too early")
	}
	l.send("update", "{}")
	if cut != 1 {
		t.Error("a full queue cuts nobody off")
	}
}
