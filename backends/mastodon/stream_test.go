package mastodon

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"skein/backends/sandbox/instance"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

const patience = 10 * time.Second

// running is a Stream in a goroutine.
type running struct {
	events chan timeline.Event
	ended  chan error
	stop   context.CancelFunc
}

func follow(t *testing.T, b *Backend, from timeline.Cursor) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r := &running{events: make(chan timeline.Event, 100), ended: make(chan error, 1), stop: cancel}
	go func() { r.ended <- b.Stream(ctx, from, func(e timeline.Event) { r.events <- e }) }()
	if e := r.next(t); e.Status == nil || e.Status.Up != 1 {
		t.Fatalf("the first event is %+v", e)
	}
	return r
}

func (r *running) next(t *testing.T) timeline.Event {
	t.Helper()
	select {
	case e := <-r.events:
		return e
	case err := <-r.ended:
		t.Fatalf("the stream ended: %v", err)
	case <-time.After(patience):
		t.Fatal("nothing on the stream")
	}
	return timeline.Event{}
}

func (r *running) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		t.Fatal("the stream does not end")
	}
	return nil
}

func text(e timeline.Event) string {
	if e.Post == nil {
		return fmt.Sprintf("%+v", e)
	}
	return e.Post.Text.Plain().String()
}

func TestStreamFillsInAndGoesOn(t *testing.T) {
	h := settle(t, town(say("a", "ana", "a")), instance.Options{})
	h.backend.settleTime = time.Millisecond
	from := h.read(t.Context(), t, timeline.Page{}).Newer
	h.publish(t, "missed ", 2)
	r := follow(t, h.backend, from)
	for _, want := range []string{"missed 0", "missed 1"} {
		if got := r.next(t); text(got) != want || got.Cursor == "" {
			t.Errorf("%q with cursor %q, want %q", text(got), got.Cursor, want)
		}
	}
	h.publish(t, "live ", 2)
	for _, want := range []string{"live 0", "live 1"} {
		if got := r.next(t); text(got) != want {
			t.Errorf("%q, want %q", text(got), want)
		}
	}
	p := h.read(t.Context(), t, timeline.Page{Limit: 1}).Posts[0]
	h.Delete(p.ID.Local)
	if got := r.next(t); got.Deleted == nil || *got.Deleted != p.ID {
		t.Errorf("deleted: %+v, want %s", got, p.ID)
	}
	h.Disconnect()
	if err := r.end(t); timeline.CodeOf(err) != timeline.CodeOffline || !strings.Contains(err.Error(), "live updates") {
		t.Errorf("cut off: %v", err)
	}
}

func TestStreamWithAGapAsksForHome(t *testing.T) {
	h := settle(t, town(say("a", "ana", "a")), instance.Options{})
	from := h.read(t.Context(), t, timeline.Page{}).Newer
	h.publish(t, "x", 900)
	if err := follow(t, h.backend, from).end(t); timeline.CodeOf(err) != timeline.CodeServer {
		t.Errorf("got %v", err)
	}
}

func TestStreamOnV1OnlyServer(t *testing.T) {
	h := settle(t, town(), instance.Options{V1Only: true})
	r := follow(t, h.backend, "")
	h.publish(t, "x", 1)
	if got := r.next(t); text(got) != "x0" {
		t.Errorf("got %q", text(got))
	}
}

func TestStreamRefusesWrongToken(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	err := h.signIn(t, "wrong").Stream(t.Context(), "", func(timeline.Event) {})
	if timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("got %v", err)
	}
}

// socket is a server whose stream is play and whose instance says nothing, so that
// the stream is sought on the server itself.
func socket(t *testing.T, play func(context.Context, *websocket.Conn)) *Backend {
	t.Helper()
	return stub(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v1/streaming" {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{}`)
			return
		}
		if r.Header.Get("Authorization") != "Bearer token" || r.URL.RawQuery != "stream=user" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer conn.CloseNow()
		play(r.Context(), conn)
	})
}

func TestMalformedFramesAreSkipped(t *testing.T) {
	deep := strings.Repeat("[", 5000)
	frames := []string{
		"", "{", "null", "[]", `{"event":1}`, `{"event":"update"}`, `{"event":"update","payload":"{"}`, `{"event":"update","payload":"null"}`,
		`{"event":"update","payload":"{\"id\":\"\"}"}`, `{"event":"delete","payload":{"a":1}}`, `{"event":"delete","payload":"404"}`,
		`{"event":"notification","payload":"{}"}`, `{"event":"update","payload":` + deep, `{"event":"update","payload":"{\"id\":\"1\",\"x\":` + deep + strings.ReplaceAll(deep, "[", "]") + `}"}`,
		`{"stream":["user"],"event":"update","payload":"{\"id\":\"7\",\"uri\":\"https://stub.example/7\",\"content\":\"good\"}"}`,
		`{"stream":["user"],"event":"status.update","payload":{"id":"7","uri":"https://stub.example/7","content":"edited"}}`,
		`{"stream":["user"],"event":"delete","payload":7}`,
	}
	b := socket(t, func(ctx context.Context, conn *websocket.Conn) {
		for _, f := range frames {
			_ = conn.Write(ctx, websocket.MessageText, []byte(f))
		}
		<-conn.CloseRead(ctx).Done()
	})
	r := follow(t, b, "")
	good, edited, gone := r.next(t), r.next(t), r.next(t)
	if text(good) != "good" || good.Cursor != "7" {
		t.Errorf("got %q with cursor %q", text(good), good.Cursor)
	}
	if text(edited) != "edited" || edited.Cursor != "" || edited.Post.Revision <= good.Post.Revision {
		t.Errorf("got %q with cursor %q", text(edited), edited.Cursor)
	}
	if gone.Deleted == nil || gone.Deleted.Local != "https://stub.example/7" {
		t.Errorf("got %+v", gone)
	}
	r.stop()
	if err := r.end(t); err == nil {
		t.Error("a cancelled stream ends without a word")
	}
}

// TestNothingComesTwice has the socket bring what home already had.
func TestNothingComesTwice(t *testing.T) {
	filled := make(chan struct{})
	b := stub(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/v1/timelines/home" && r.URL.Query().Get("min_id") == "1":
			sendPage(w, 7)
		case r.URL.Path == "/api/v1/timelines/home": // the end of the second look: the socket may go on
			sendPage(w)
			select {
			case filled <- struct{}{}:
			case <-r.Context().Done():
			}
		case r.URL.Path == "/api/v1/streaming":
			conn, err := websocket.Accept(w, r, nil)
			if err != nil {
				return
			}
			defer conn.CloseNow()
			<-filled
			<-filled
			for _, id := range []string{"7", "8"} {
				frame := `{"event":"update","payload":{"id":"` + id + `","uri":"https://stub.example/` + id + `","content":"` + id + `"}}`
				_ = conn.Write(r.Context(), websocket.MessageText, []byte(frame))
			}
			<-conn.CloseRead(r.Context()).Done()
		default:
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{}`)
		}
	})
	b.settleTime = time.Millisecond
	r := follow(t, b, "1")
	if got := r.next(t); got.Cursor != "7" {
		t.Errorf("got %+v", got)
	}
	if got := r.next(t); got.Cursor != "8" {
		t.Errorf("after 7 came %+v", got)
	}
}

// TestSilentServer has a server that reads nothing any more, so that no pong comes.
func TestSilentServer(t *testing.T) {
	b := socket(t, func(ctx context.Context, _ *websocket.Conn) {
		select {
		case <-ctx.Done():
		case <-t.Context().Done():
		}
	})
	b.pingEvery, b.pongWait = 10*time.Millisecond, 50*time.Millisecond
	err := follow(t, b, "").end(t)
	if timeline.CodeOf(err) != timeline.CodeOffline || !strings.Contains(err.Error(), "silent") {
		t.Errorf("got %v", err)
	}
}

// TestPongsKeepAStreamOpen is the other half: with a server that answers, many
// pings go by and the stream still works.
func TestPongsKeepAStreamOpen(t *testing.T) {
	h := settle(t, town(), instance.Options{})
	h.backend.pingEvery = time.Millisecond
	r := follow(t, h.backend, "")
	for i := range 5 {
		h.publish(t, fmt.Sprint(i), 1)
		if got := r.next(t); got.Post == nil {
			t.Errorf("got %+v", got)
		}
	}
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte(`{"stream":["user"],"event":"update","payload":"{\"id\":\"7\",\"content\":\"good\"}"}`))
	f.Add([]byte(`{"event":"delete","payload":"7"}`))
	b, err := New(Config{Server: "https://stub.example", Store: account.NewMemory(), Client: transport.New(transport.Options{})})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		s := &subscription{Backend: b, seen: newLRU[bool](10), emit: func(e timeline.Event) {
			if e.Post == nil && e.Deleted == nil {
				t.Errorf("an empty event of %q", frame)
			}
		}}
		s.receive(frame)
	})
}
