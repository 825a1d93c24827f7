package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"skein/backends/transport"
	"skein/timeline"
)

// ahead is how many messages may wait while others are handed on, or a page is read:
// servers cut off who does not read.
const ahead = 256

// Stream implements timeline.Streamer: the user stream over a websocket. Mastodon
// cannot start it at a position, and subscribes only some time after the socket is
// open. So what came after from is read when it has opened and once more when it
// has settled; what was seen by then is not emitted again.
//
// Source: docs.joinmastodon.org/methods/streaming#websocket
func (b *Backend) Stream(ctx context.Context, from timeline.Cursor, emit func(timeline.Event)) error {
	return b.streamed(ctx, homeFeed(), from, emit)
}

// streamed is Stream of any feed.
func (b *Backend) streamed(ctx context.Context, f feed, from timeline.Cursor, emit func(timeline.Event)) error {
	if err := b.stream(ctx, &subscription{Backend: b, feed: f, emit: emit, at: from, seen: newLRU[bool](indexSize)}); err != nil {
		return b.failed("live updates", err)
	}
	return nil
}

func (b *Backend) stream(ctx context.Context, s *subscription) error {
	a, err := b.open(ctx)
	if err != nil {
		return err
	}
	conn, err := b.dial(ctx, a, s.feed)
	if err != nil {
		return err
	}
	defer func() { _ = conn.CloseNow() }() // already closed, or given up
	s.emit(timeline.Event{Status: &timeline.Status{Up: 1, Of: 1}})

	ctx, cancel := context.WithCancelCause(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel(nil)
	frames := make(chan []byte, ahead)
	wg.Go(func() { b.readFrames(ctx, conn, frames, cancel) })
	wg.Go(func() { b.keepAlive(ctx, conn, cancel) })

	if err := s.fill(ctx); err != nil {
		return err
	}
	b.learnSelf(ctx, a)
	settled := time.NewTimer(b.settleTime)
	defer settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-b.closed:
			return timeline.Errorf(timeline.CodeOffline, "%s: the account was closed", b.base.Host)
		case frame := <-frames:
			s.receive(frame)
		case <-settled.C:
			if err := s.fill(ctx); err != nil {
				return err
			}
			s.settled = true
		}
	}
}

// readFrames hands on what the socket brings, until it breaks; then it ends ctx.
func (b *Backend) readFrames(ctx context.Context, conn *websocket.Conn, frames chan<- []byte, cancel context.CancelCauseFunc) {
	for {
		_, frame, err := conn.Read(ctx)
		if err != nil {
			cancel(b.dropped(err))
			return
		}
		select {
		case frames <- frame:
		case <-ctx.Done():
			return
		}
	}
}

// dial opens the socket where the instance says, on the server itself where it
// says nothing. The token travels in a header, never in the address. The Pleroma
// family reads it out of Sec-WebSocket-Protocol alone, so what is refused is tried
// once more that way.
func (b *Backend) dial(ctx context.Context, a *api, of feed) (*websocket.Conn, error) {
	f, err := b.facts(ctx, a)
	if err != nil {
		return nil, err
	}
	base := f.streaming
	if base == "" {
		base = streamingBase(b.base.String())
	}
	address, token := base+"/api/v1/streaming?"+of.stream.Encode(), a.Config.AccessToken
	conn, err := b.client.Dial(ctx, address, http.Header{"Authorization": {"Bearer " + token}})
	var status transport.HTTPStatus
	if errors.As(err, &status) && (status == http.StatusUnauthorized || status == http.StatusForbidden) && validProtocol(token) {
		return b.client.Dial(ctx, address, nil, token)
	}
	return conn, err
}

// validProtocol tells whether a token can be the name of a subprotocol (RFC 6455,
// section 4.1), as base64 without padding can.
func validProtocol(token string) bool {
	return token != "" && !strings.ContainsFunc(token, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}

// subscription is one run of Stream. It is used by one goroutine.
type subscription struct {
	*Backend
	feed feed
	emit func(timeline.Event)
	at   timeline.Cursor // what is newer was not yet read from home; "" reads nothing
	seen *lru[bool]      // server ids that were emitted: what home has may still be on its way here
	// settled tells that nothing is missing below what the socket brings. Until then
	// no cursor goes with that: a stream that broke would be continued above a post
	// which the server made before it had subscribed us.
	settled bool
}

// fill emits what home has and was not emitted, oldest first. Where that would
// leave a gap it fails: only Home can report one.
func (s *subscription) fill(ctx context.Context) error {
	if s.at == "" {
		return nil
	}
	batch, err := s.batch(ctx, s.feed, timeline.Page{After: s.at})
	if cause := context.Cause(ctx); cause != nil {
		return cause // why the socket broke says more than that this was cancelled
	}
	if err != nil {
		return err
	}
	if batch.Gap {
		return timeline.Errorf(timeline.CodeServer, "%s: too much happened since the last update", s.base.Host)
	}
	s.at = batch.Newer
	for _, p := range oldestFirst(batch.Posts, s.account.ID) {
		v, _ := p.View(s.account.ID)
		s.post(v.ServerID, p, timeline.Cursor(v.ServerID))
	}
	return nil
}

// post emits a new post, once.
func (s *subscription) post(id string, p *timeline.Post, at timeline.Cursor) {
	if _, twice := s.seen.get(id); twice {
		return
	}
	s.seen.put(id, true)
	s.emit(timeline.Event{Post: p, Cursor: at})
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
func (b *Backend) dropped(err error) error {
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
func (s *subscription) receive(message []byte) {
	var f frame
	if json.Unmarshal(message, &f) != nil {
		s.log.Debug("unreadable message on the stream", "host", s.base.Host, "bytes", len(message))
		return
	}
	payload := f.Payload
	var text string
	if json.Unmarshal(payload, &text) == nil {
		payload = json.RawMessage(text)
	}
	switch f.Event {
	case "update", "status.update":
		st := streamedStatus(payload)
		if st == nil {
			return
		}
		s.decode.remember(st)
		if f.Event == "update" {
			at := timeline.Cursor(st.ID)
			if !s.settled && s.at != "" {
				at = ""
			}
			s.post(string(st.ID), s.decode.post(st), at)
			return
		}
		// An edited post keeps its place: it says nothing about how far we are.
		s.emit(timeline.Event{Post: s.decode.post(st)})
	case "notification":
		s.noticed(payload)
	case "delete":
		if uri, ok := s.decode.index.uris.get(string(payload)); ok {
			s.emit(timeline.Event{Deleted: &timeline.ID{Network: timeline.Mastodon, Local: uri}})
		}
	}
}

// streamedStatus decodes a status that did not pass the transport's own cap on depth.
func streamedStatus(payload json.RawMessage) *status {
	if !shallow(payload) {
		return nil
	}
	return decodeStatus(payload)
}

// shallow is the transport's own cap on depth, which a payload has not passed.
func shallow(payload json.RawMessage) bool { return transport.Depth(payload) <= transport.MaxDepth }
