package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip04"
	"github.com/nbd-wtf/go-nostr/nip44"
)

// BunkerManner is how a remote signer answers.
type BunkerManner int

// The manners.
const (
	Obliging     BunkerManner = iota // signs what it is given
	OtherContent                     // signs another text
	OtherTime                        // signs it for a second later
	OtherKey                         // signs with a key of its own
	BadSignature                     // returns the right event with a signature of another
	NeverAnswers
	AnswersTwice
	AnswersJunk // in the clear, before it answers
	AnswersOld  // encrypted with NIP-04
	Declines
	WantsPage  // sends to a page, and waits for Allow
	OtherToken // returns another token than it was given
	NoEvent    // returns what is no event
)

// Page is where a signer that WantsPage sends people.
const Page = "https://signer.example/allow?id=1"

const kindConnect = 24133 // NIP-46

// Bunker is a remote signer (NIP-46) at one relay: it holds somebody's key and signs with
// it for whoever has connected with the token, or was invited. Its methods are safe for
// concurrent use.
type Bunker struct {
	url   string
	key   string // it is spoken to by this one
	me    string // the public one of key
	token string

	conn   *websocket.Conn
	cancel context.CancelFunc
	wg     sync.WaitGroup
	allow  chan struct{}

	mu       sync.Mutex
	account  string // private key that it signs with
	manner   BunkerManner
	known    map[string]bool // clients
	requests []BunkerRequest
}

// BunkerRequest is what somebody asked.
type BunkerRequest struct {
	ID     string   `json:"id"`
	Method string   `json:"method"`
	Params []string `json:"params"`
}

// bunkerAnswer is what is said to it.
type bunkerAnswer struct {
	ID     string `json:"id"`
	Result string `json:"result"`
	Error  string `json:"error,omitempty"`
}

// StartBunker connects a signer that holds the private key account to a relay.
func StartBunker(ctx context.Context, relay, account string) (*Bunker, error) {
	b := &Bunker{
		url: relay, key: nostr.GeneratePrivateKey(), token: "reed-token", account: account,
		allow: make(chan struct{}), known: map[string]bool{},
	}
	var err error
	if b.me, err = nostr.GetPublicKey(b.key); err != nil {
		return nil, fmt.Errorf("start a bunker: %w", err)
	}
	conn, resp, err := websocket.Dial(ctx, relay, nil)
	if err != nil {
		return nil, fmt.Errorf("start a bunker: %w", err)
	}
	if resp.Body != nil {
		_ = resp.Body.Close()
	}
	conn.SetReadLimit(maxMessage)
	b.conn = conn
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	b.cancel = cancel
	if err := b.write(life, "REQ", "bunker", nostr.Filter{Kinds: []int{kindConnect}, Tags: nostr.TagMap{"p": {b.me}}}); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	listening := make(chan struct{})
	b.wg.Go(func() { b.serve(life, listening) })
	select {
	case <-listening:
		return b, nil
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), b.Close())
	}
}

// URI is the address with the token.
func (b *Bunker) URI() string {
	u := url.URL{Scheme: "bunker", Host: b.me, RawQuery: url.Values{"relay": {b.url}, "secret": {b.token}}.Encode()}
	return u.String()
}

// Behave sets how it answers from now on.
func (b *Bunker) Behave(m BunkerManner) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.manner = m
}

// Requests are what it was asked by those it knows.
func (b *Bunker) Requests() []BunkerRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]BunkerRequest(nil), b.requests...)
}

// Allow answers the request that waits since it was sent to a page.
func (b *Bunker) Allow(ctx context.Context) error {
	select {
	case b.allow <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Accept follows an invitation (nostrconnect://…), with its secret or another one.
func (b *Bunker) Accept(ctx context.Context, invitation, secret string) error {
	u, err := url.Parse(invitation)
	if err != nil || u.Scheme != "nostrconnect" {
		return fmt.Errorf("not an invitation: %s", invitation)
	}
	if secret == "" {
		secret = u.Query().Get("secret")
	}
	b.mu.Lock()
	b.known[u.Host] = true
	b.mu.Unlock()
	return b.answer(ctx, u.Host, bunkerAnswer{ID: "invited", Result: secret}, false)
}

// Close ends it and waits.
func (b *Bunker) Close() error {
	b.cancel()
	_ = b.conn.CloseNow() // the socket is done with
	b.wg.Wait()
	return nil
}

func (b *Bunker) write(ctx context.Context, parts ...any) error {
	raw, err := json.Marshal(parts)
	if err != nil {
		return err
	}
	return b.conn.Write(ctx, websocket.MessageText, raw)
}

// serve answers what comes until the connection ends.
func (b *Bunker) serve(ctx context.Context, listening chan<- struct{}) {
	parser := nostr.NewMessageParser()
	for {
		_, raw, err := b.conn.Read(ctx)
		if err != nil {
			return
		}
		m, err := parser.ParseMessage(string(raw))
		if err != nil {
			continue
		}
		switch m := m.(type) {
		case *nostr.EOSEEnvelope:
			close(listening)
		case *nostr.EventEnvelope:
			b.wg.Go(func() { b.hear(ctx, m.Event) })
		}
	}
}

// hear answers one request.
func (b *Bunker) hear(ctx context.Context, e nostr.Event) {
	shared, err := nip44.GenerateConversationKey(e.PubKey, b.key)
	if err != nil {
		return
	}
	var q BunkerRequest
	plain, err := nip44.Decrypt(e.Content, shared)
	if err != nil || json.Unmarshal([]byte(plain), &q) != nil {
		return
	}
	b.mu.Lock()
	manner := b.manner
	if q.Method == "connect" && len(q.Params) > 1 && q.Params[0] == b.me && q.Params[1] == b.token {
		b.known[e.PubKey] = true
	}
	known := b.known[e.PubKey]
	if known {
		b.requests = append(b.requests, q)
	}
	b.mu.Unlock()
	if !known {
		_ = b.answer(ctx, e.PubKey, bunkerAnswer{ID: q.ID, Error: "unauthorized"}, false)
		return
	}
	switch manner {
	case NeverAnswers:
		return
	case Declines:
		_ = b.answer(ctx, e.PubKey, bunkerAnswer{ID: q.ID, Error: "the user said \x1b[31mno"}, false)
		return
	case WantsPage:
		_ = b.answer(ctx, e.PubKey, bunkerAnswer{ID: q.ID, Result: "auth_url", Error: Page}, false)
		select {
		case <-b.allow:
		case <-ctx.Done():
			return
		}
	case AnswersJunk:
		_ = b.send(ctx, e.PubKey, `{"id":"`+q.ID+`","result":"`+strings.Repeat("0", 64)+`"}`)
	}
	a := b.do(q, manner)
	_ = b.answer(ctx, e.PubKey, a, manner == AnswersOld)
	if manner == AnswersTwice {
		a.Result = "another answer"
		_ = b.answer(ctx, e.PubKey, a, false)
	}
}

// do is the answer to a request.
func (b *Bunker) do(q BunkerRequest, manner BunkerManner) bunkerAnswer {
	result, err := b.result(q, manner)
	if err != nil {
		return bunkerAnswer{ID: q.ID, Error: err.Error()}
	}
	return bunkerAnswer{ID: q.ID, Result: result}
}

func (b *Bunker) result(q BunkerRequest, manner BunkerManner) (string, error) {
	switch {
	case q.Method == "connect" && manner == OtherToken:
		return "another token", nil
	case q.Method == "connect":
		return "ack", nil
	case q.Method == "ping":
		return "pong", nil
	case q.Method == "get_public_key":
		return nostr.GetPublicKey(b.account)
	case q.Method == "sign_event" && len(q.Params) == 1:
		return b.sign(q.Params[0], manner)
	case len(q.Params) != 2:
		return "", errors.New("unknown method")
	}
	shared, err := nip44.GenerateConversationKey(q.Params[0], b.account)
	if err != nil {
		return "", err
	}
	old, err := nip04.ComputeSharedSecret(q.Params[0], b.account)
	if err != nil {
		return "", err
	}
	switch q.Method {
	case "nip44_encrypt":
		return nip44.Encrypt(q.Params[1], shared)
	case "nip44_decrypt":
		return nip44.Decrypt(q.Params[1], shared)
	case "nip04_encrypt":
		return nip04.Encrypt(q.Params[1], old)
	case "nip04_decrypt":
		return nip04.Decrypt(q.Params[1], old)
	}
	return "", errors.New("unknown method")
}

func (b *Bunker) sign(given string, manner BunkerManner) (string, error) {
	var e nostr.Event
	if err := json.Unmarshal([]byte(given), &e); err != nil {
		return "", err
	}
	key := b.account
	switch manner {
	case NoEvent:
		return `{"id":"x"}`, nil
	case OtherContent:
		e.Content += " " + Forged
	case OtherTime:
		e.CreatedAt++
	case OtherKey:
		key = b.key
	}
	if err := e.Sign(key); err != nil {
		return "", err
	}
	if manner == BadSignature {
		other := e
		other.Content += Forged
		if err := other.Sign(key); err != nil {
			return "", err
		}
		e.Sig = other.Sig
	}
	return e.String(), nil
}

// answer sends an answer to a client, encrypted.
func (b *Bunker) answer(ctx context.Context, client string, a bunkerAnswer, old bool) error {
	plain, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if old {
		shared, err := nip04.ComputeSharedSecret(client, b.key)
		if err != nil {
			return err
		}
		content, err := nip04.Encrypt(string(plain), shared)
		if err != nil {
			return err
		}
		return b.send(ctx, client, content)
	}
	shared, err := nip44.GenerateConversationKey(client, b.key)
	if err != nil {
		return err
	}
	content, err := nip44.Encrypt(string(plain), shared)
	if err != nil {
		return err
	}
	return b.send(ctx, client, content)
}

// send sends content to a client as it is.
func (b *Bunker) send(ctx context.Context, client, content string) error {
	e := nostr.Event{Kind: kindConnect, CreatedAt: nostr.Timestamp(time.Now().Unix()), Tags: nostr.Tags{{"p", client}}, Content: content}
	if err := e.Sign(b.key); err != nil {
		return err
	}
	return b.write(ctx, "EVENT", e)
}
