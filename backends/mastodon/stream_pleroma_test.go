package mastodon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"skein/timeline"
)

// pleroma is a server whose stream knows its people by the subprotocol alone, and
// answers all others with status. dials gets what each handshake brought.
func pleroma(t *testing.T, status int, token string, dials chan<- http.Header) *Backend {
	t.Helper()
	return stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/streaming" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{}`)
			return
		}
		if r.URL.RawQuery != "stream=user" {
			t.Errorf("the query is %q", r.URL.RawQuery)
		}
		dials <- r.Header
		if r.Header.Get("Sec-Websocket-Protocol") != token {
			http.Error(w, "no", status)
			return
		}
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{token}})
		if err != nil {
			return
		}
		defer conn.CloseNow()
		_ = conn.Write(r.Context(), websocket.MessageText, []byte(`{"event":"update","payload":{"id":"7","content":"good"}}`))
		<-conn.CloseRead(r.Context()).Done()
	})
}

func TestStreamWithTheTokenAsSubprotocol(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusForbidden} {
		dials := make(chan http.Header, 10)
		r := follow(t, pleroma(t, status, "token", dials), "")
		if got := r.next(t); text(got) != "good" {
			t.Errorf("%d: got %q", status, text(got))
		}
		if first := <-dials; first.Get("Authorization") != "Bearer token" || first.Get("Sec-Websocket-Protocol") != "" {
			t.Errorf("%d: the first handshake had %v", status, first)
		}
	}
}

// TestStreamTriesTheSubprotocolOnce: a token that is refused both ways is refused,
// and another failure says nothing about the token.
func TestStreamTriesTheSubprotocolOnce(t *testing.T) {
	for _, c := range []struct {
		status, dials int
		code          timeline.Code
	}{
		{http.StatusUnauthorized, 2, timeline.CodeAuth},
		{http.StatusForbidden, 2, timeline.CodeRefused},
		{http.StatusNotFound, 1, timeline.CodeNotFound},
		{http.StatusBadGateway, 1, timeline.CodeServer},
	} {
		dials := make(chan http.Header, 10)
		err := pleroma(t, c.status, "another", dials).Stream(t.Context(), "", func(timeline.Event) {})
		if timeline.CodeOf(err) != c.code || len(dials) != c.dials || strings.Contains(fmt.Sprint(err, errors.Unwrap(err)), "token") {
			t.Errorf("%d: %v after %d handshakes", c.status, err, len(dials))
		}
	}
}

// TestNoCursorBeforeTheStreamHasSettled: post 8 was made before the server had
// subscribed us, post 9 came over the socket. A stream that ends now must be
// continued from below 8.
func TestNoCursorBeforeTheStreamHasSettled(t *testing.T) {
	b := stub(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/v1/timelines/home":
			if r.URL.Query().Get("min_id") == "1" {
				sendPage(w, 7)
				return
			}
			sendPage(w)
		case "/api/v1/streaming":
			conn, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer conn.CloseNow()
			_ = conn.Write(r.Context(), websocket.MessageText, []byte(`{"event":"update","payload":{"id":"9","content":"9"}}`))
			<-conn.CloseRead(context.WithoutCancel(r.Context())).Done()
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{}`)
		}
	})
	r := follow(t, b, "1")
	if got := r.next(t); got.Cursor != "7" {
		t.Errorf("got %+v", got)
	}
	if got := r.next(t); text(got) != "9" || got.Cursor != "" {
		t.Errorf("got %q with cursor %q", text(got), got.Cursor)
	}
}

func TestStreamEndsWithTheBackend(t *testing.T) {
	b := socket(t, func(ctx context.Context, conn *websocket.Conn) { <-conn.CloseRead(ctx).Done() })
	r := follow(t, b, "")
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.end(t); timeline.CodeOf(err) != timeline.CodeOffline || !strings.Contains(err.Error(), "closed") {
		t.Errorf("got %v", err)
	}
}
