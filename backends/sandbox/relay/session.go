package relay

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip42"
)

const (
	outgoing     = 4096 // messages waiting for a slow client before it is dropped
	writeTimeout = 10 * time.Second
)

// message is what is sent: body, and after it padding bytes that need no memory.
type message struct {
	body    []byte
	padding int
}

func (m message) write(ctx context.Context, conn *websocket.Conn) error {
	if m.padding == 0 {
		return conn.Write(ctx, websocket.MessageText, m.body)
	}
	w, err := conn.Writer(ctx, websocket.MessageText)
	if err != nil {
		return err
	}
	_, err = w.Write(m.body)
	chunk := bytes.Repeat([]byte("x"), 64<<10)
	for left := m.padding; left > 0 && err == nil; left -= len(chunk) {
		_, err = w.Write(chunk[:min(left, len(chunk))])
	}
	return errors.Join(err, w.Close())
}

// session is one client's websocket.
type session struct {
	server    *Server
	conn      *websocket.Conn
	ctx       context.Context // a session lives and ends with it
	cancel    context.CancelFunc
	out       chan message
	challenge string

	mu     sync.Mutex
	subs   map[string]nostr.Filters
	pubkey string // who the client proved to be
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow() //nolint:errcheck // the socket is done with
	conn.SetReadLimit(maxMessage)
	s.stats.Connections.Add(1)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	c := &session{
		server: s, conn: conn, ctx: ctx, cancel: cancel, out: make(chan message, outgoing),
		challenge: rand.Text(), subs: map[string]nostr.Filters{},
	}
	s.shelf.watch(c)
	defer s.shelf.unwatch(c)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { c.write(ctx) })
	c.greet()
	c.read(ctx)
}

// greet sends what comes before any request.
func (c *session) greet() {
	if c.server.opts.Auth || c.server.opts.WriteAuth {
		c.send("AUTH", c.challenge)
	}
	c.server.opts.Evil.greet(c)
}

func (c *session) read(ctx context.Context) {
	for {
		_, b, err := c.conn.Read(ctx)
		if err != nil {
			return
		}
		c.handle(b)
	}
}

func (c *session) write(ctx context.Context) {
	for {
		select {
		case m := <-c.out:
			wctx, cancel := context.WithTimeout(ctx, writeTimeout)
			err := m.write(wctx, c.conn)
			cancel()
			if err != nil || c.server.opts.Evil == CloseAfterFrame {
				c.cancel()
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// send queues a message made of its parts; a client that does not read is dropped.
func (c *session) send(parts ...any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(parts); err != nil {
		panic("sandbox relay: a message of strings and events is JSON: " + err.Error())
	}
	c.queue(message{body: bytes.TrimSpace(b.Bytes())})
}

func (c *session) queue(m message) {
	select {
	case c.out <- m:
	default:
		c.cancel()
	}
}

// handle answers one message of NIP-01 or NIP-42.
func (c *session) handle(b []byte) {
	var parts []json.RawMessage
	var label string
	if err := json.Unmarshal(b, &parts); err != nil || len(parts) < 2 || json.Unmarshal(parts[0], &label) != nil {
		c.send("NOTICE", "error: not a message of NIP-01")
		return
	}
	switch label {
	case "REQ":
		c.request(parts[1:])
	case "CLOSE":
		var id string
		if json.Unmarshal(parts[1], &id) == nil {
			c.mu.Lock()
			delete(c.subs, id)
			c.mu.Unlock()
		}
	case "EVENT":
		c.event(parts[1])
	case "AUTH":
		c.auth(parts[1])
	default:
		c.send("NOTICE", "error: unknown message")
	}
}

func (c *session) request(parts []json.RawMessage) {
	var id string
	if err := json.Unmarshal(parts[0], &id); err != nil || id == "" || len(id) > maxSubID {
		c.send("NOTICE", "error: a subscription id has 1 to 64 characters")
		return
	}
	stats := &c.server.stats
	stats.Requests.Add(1)
	stats.Filters.Add(int64(len(parts) - 1))
	filters := make(nostr.Filters, 0, len(parts)-1)
	for _, p := range parts[1:] {
		var f nostr.Filter
		if err := f.UnmarshalJSON(p); err != nil || bytes.TrimSpace(p)[0] != '{' {
			c.send("CLOSED", id, "error: not a filter")
			return
		}
		filters = append(filters, f)
	}
	c.mu.Lock()
	_, known := c.subs[id]
	open, who := len(c.subs), c.pubkey
	c.mu.Unlock()
	switch {
	case c.server.opts.Auth && who == "":
		c.send("CLOSED", id, "auth-required: this relay is for those who sign in")
	case len(filters) == 0 || len(filters) > maxFilters:
		c.send("CLOSED", id, fmt.Sprintf("error: 1 to %d filters", maxFilters))
	case open >= maxSubscriptions && !known:
		c.send("CLOSED", id, "error: too many subscriptions")
	default:
		c.answer(id, filters)
	}
}

// answer sends what is stored, then EOSE, and keeps the subscription open.
func (c *session) answer(id string, filters nostr.Filters) {
	stored := c.server.shelf.query(filters, c.server.opts.Limit, func() {
		c.mu.Lock()
		c.subs[id] = filters
		c.mu.Unlock()
	})
	for _, e := range stored {
		c.server.opts.Evil.event(c, id, e)
	}
	c.server.opts.Evil.stored(c, id)
	if c.server.opts.Evil != NeverEOSE {
		c.send("EOSE", id)
	}
}

// offer shows a new event to the subscriptions that it matches.
func (c *session) offer(e *nostr.Event) {
	c.mu.Lock()
	var ids []string
	for id, filters := range c.subs {
		for _, f := range filters {
			if matches(f, e) {
				ids = append(ids, id)
				break
			}
		}
	}
	c.mu.Unlock()
	for _, id := range ids {
		c.server.opts.Evil.event(c, id, e)
	}
}

// event stores what a client publishes, if it is what it says and within limits.
func (c *session) event(raw json.RawMessage) {
	var e nostr.Event
	if err := e.UnmarshalJSON(raw); err != nil || len(e.ID) != 64 {
		c.send("NOTICE", "error: not an event")
		return
	}
	c.server.stats.Events.Add(1)
	if why := c.refuse(&e); why != "" {
		c.send("OK", e.ID, false, why)
		return
	}
	manner := c.server.desk.next()
	if why := manner.refusal(); why != "" {
		c.send("OK", e.ID, false, why)
		return
	}
	if manner == Deaf {
		return
	}
	duplicate, why := false, ""
	if manner != Lies {
		duplicate, why = c.server.shelf.add(&e)
	}
	switch {
	case manner == Mute:
	case manner == DropsOK:
		c.cancel()
	case why != "":
		c.send("OK", e.ID, false, why)
	case duplicate:
		c.send("OK", e.ID, true, "duplicate: have it")
	default:
		c.send("OK", e.ID, true, "")
	}
}

func (c *session) refuse(e *nostr.Event) string {
	c.mu.Lock()
	who := c.pubkey
	c.mu.Unlock()
	o := c.server.opts
	switch {
	case (o.Auth || o.WriteAuth) && who == "":
		return "auth-required: this relay is for those who sign in"
	case len(e.Content) > o.MaxContent:
		return fmt.Sprintf("invalid: the content is over %d bytes", o.MaxContent)
	case len(e.Tags) > maxTags:
		return fmt.Sprintf("invalid: more than %d tags", maxTags)
	case e.CreatedAt.Time().After(o.Now().Add(maxAhead)):
		return "invalid: created_at is in the future"
	case !e.CheckID():
		return "invalid: the id is not the event's hash"
	}
	if ok, err := e.CheckSignature(); !ok || err != nil {
		return "invalid: bad signature"
	}
	return ""
}

func (c *session) auth(raw json.RawMessage) {
	var e nostr.Event
	if err := e.UnmarshalJSON(raw); err != nil {
		c.send("NOTICE", "error: not an event")
		return
	}
	c.server.stats.Auths.Add(1)
	pubkey, ok := nip42.ValidateAuthEvent(&e, c.challenge, c.server.URL())
	if !ok || !e.CheckID() {
		c.send("OK", e.ID, false, "restricted: not a signature of this relay's challenge")
		return
	}
	c.mu.Lock()
	c.pubkey = pubkey
	c.mu.Unlock()
	c.send("OK", e.ID, true, "")
}

// gone tells whether the connection has ended.
func (c *session) gone() bool { return c.ctx.Err() != nil }
