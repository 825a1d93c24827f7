package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"skein/backends/transport"
	"skein/timeline"
)

// Stream implements timeline.Streamer: the user stream over a websocket. Mastodon
// cannot start it at a position, so what came after from is read once the socket
// is open; that nothing falls in between costs at most a duplicate, which is
// dropped here.
//
// Source: docs.joinmastodon.org/methods/streaming#websocket
func (b *Backend) Stream(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) error {
	if err := b.stream(ctx, from, emit); err != nil {
		return b.failed("live updates", err)
	}
	return nil
}

func (b *Backend) stream(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) error {
	a, err := b.open(ctx)
	if err != nil {
		return err
	}
	conn, err := b.dial(ctx, a)
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }() // already closed, or given up
	emit(timeline.Event{Status: &timeline.Status{Up: 1, Of: 1}})
	filled, err := b.fill(ctx, from, emit)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	pinged := make(chan struct{})
	go func() {
		defer close(pinged)
		b.keepAlive(ctx, conn, cancel)
	}()
	defer func() { <-pinged }()
	defer cancel(nil)
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			return b.dropped(ctx, err)
		}
		b.receive(frame, filled, emit)
	}
}

// dial opens the socket where the instance says, on the server itself where it
// says nothing. The token travels in a header, never in the address.
func (b *Backend) dial(ctx context.Context, a *api) (*websocket.Conn, error) {
	f, err := b.facts(ctx, a)
	if err != nil {
		return nil, err
	}
	base := f.streaming
	if base == "" {
		base = streamingBase(b.base.String())
	}
	header := http.Header{"Authorization": {"Bearer " + a.Config.AccessToken}}
	return b.client.Dial(ctx, base+"/api/v1/streaming?stream=user", header)
}

// fill emits what is newer than from, oldest first, and returns those posts'
// server ids. Where that would leave a gap it fails: only Home can report one.
func (b *Backend) fill(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) (map[string]bool, error) {
	if from == "" {
		return nil, nil
	}
	batch, err := b.batch(ctx, feed{name: "home timeline", path: "/api/v1/timelines/home"}, timeline.Page{After: from})
	if err != nil {
		return nil, err
	}
	if batch.Gap {
		return nil, timeline.Errorf(timeline.CodeServer, "%s: too much happened since the last update", b.base.Host)
	}
	filled := make(map[string]bool, len(batch.Posts))
	for _, p := range oldestFirst(batch.Posts, b.account.ID) {
		v, _ := p.View(b.account.ID)
		filled[v.ServerID] = true
		emit(timeline.Event{Post: p, Cursor: timeline.Cursor(v.ServerID)})
	}
	return filled, nil
}

// keepAlive pings until ctx ends, and ends it when no pong comes: a socket whose
// other end is gone would otherwise stay silent for ever.
func (b *Backend) keepAlive(ctx context.Context, conn *websocket.Conn, cancel context.CancelCauseFunc) {
	tick := time.NewTicker(b.pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		pong, stop := context.WithTimeout(ctx, b.pongWait)
		err := conn.Ping(pong)
		stop()
		if err != nil {
			cancel(timeline.Errorf(timeline.CodeOffline, "%s: the connection fell silent", b.base.Host))
			return
		}
	}
}

// dropped says why the socket cannot be read any more.
func (b *Backend) dropped(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	var closed websocket.CloseError
	if errors.As(err, &closed) {
		return timeline.Errorf(timeline.CodeOffline, "%s: the server ended the connection (%d %s)", b.base.Host, closed.Code, closed.Reason)
	}
	return transport.Unreachable(b.base.Host, err)
}

// frame is one message on the socket. The payload is JSON inside a string.
type frame struct {
	Event   string          `json:"event"`
	Payload json.RawMessage `json:"payload"`
}

// receive handles one message. What cannot be read is skipped: a stream that ends
// for one odd message would end again at the next.
func (b *Backend) receive(message []byte, filled map[string]bool, emit func(timeline.Event)) {
	var f frame
	if json.Unmarshal(message, &f) != nil {
		b.log.Debug("unreadable message on the stream", "host", b.base.Host, "bytes", len(message))
		return
	}
	payload := f.Payload
	var text string
	if json.Unmarshal(payload, &text) == nil {
		payload = json.RawMessage(text)
	}
	switch f.Event {
	case "update", "status.update":
		st := streamed(payload)
		if st == nil || f.Event == "update" && filled[string(st.ID)] {
			return
		}
		b.decode.remember(st)
		event := timeline.Event{Post: b.decode.post(st)}
		if f.Event == "update" { // an edited post keeps its place: it says nothing about how far we are
			event.Cursor = timeline.Cursor(st.ID)
		}
		emit(event)
	case "delete":
		if uri, ok := b.decode.index.uris.get(string(payload)); ok {
			emit(timeline.Event{Deleted: &timeline.ID{Network: timeline.Mastodon, Local: uri}})
		}
	}
}

// streamed decodes a status that did not pass the transport's own cap on depth.
func streamed(payload json.RawMessage) *status {
	if transport.Depth(payload) > transport.MaxDepth {
		return nil
	}
	return decodeStatus(payload)
}
