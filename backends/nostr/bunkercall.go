package nostr

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip44"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

const (
	kindConnect  = 24133 // NIP-46
	storedCalls  = 20    // old messages that a relay may send before the answer
	mostAnswers  = 8     // that wait to be looked at; more of one call are dropped
	mostStranger = 500   // messages of strangers that are tried while a signer is awaited
	bunkerOK     = 10 * time.Second
)

// message is a request or an answer of NIP-46, before it is encrypted.
type message struct {
	ID     string   `json:"id"`
	Method string   `json:"method,omitempty"`
	Params []string `json:"params"`
	Result string   `json:"result,omitempty"`
	Error  string   `json:"error,omitempty"`

	old bool // not read: it is encrypted as NIP-46 had it once (NIP-04)
}

// permission is asked for on a page, and after that the call is answered.
type permission struct{ url timeline.Safe }

func (p *permission) Error() string { return "permission is asked for at " + p.url.String() }

// call is one request to a remote signer. Its answer may come more than once, over
// several relays or from a signer that repeats itself: the first counts.
type call struct {
	id      string
	answers chan message
	failed  chan error // of each relay that did not take the request
	relays  int
	visited string // the page that was told
	end     func() // must be called
}

// call sends a request over all relays. Nothing but the event that each relay is given
// leaves, encrypted.
func (b *bunker) call(method string, params ...string) (*call, error) {
	shared, err := b.conversation(b.at.signer)
	if err != nil {
		return nil, err
	}
	m := message{ID: randomID(), Method: method, Params: append([]string{}, params...)}
	plain, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	if len(plain) > nip44.MaxPlaintextSize {
		return nil, timeline.Errorf(timeline.CodeRefused, "with %d bytes it is more than a bunker can be given; NIP-46 has room for %d", len(plain), nip44.MaxPlaintextSize)
	}
	e := nostr.Event{Kind: kindConnect, CreatedAt: nostr.Now(), Tags: nostr.Tags{{"p", b.at.signer}}}
	if e.Content, err = nip44.Encrypt(string(plain), shared); err != nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "the request could not be encrypted")
	}
	if err := b.pool.sign(b.pool.ctx, &e); err != nil {
		return nil, err
	}
	c := &call{id: m.ID, answers: make(chan message, mostAnswers), failed: make(chan error, len(b.at.relays)), relays: len(b.at.relays)}
	_, c.end = b.listen([]string{b.at.signer}, func(answer *nostr.Event) { c.take(read(answer.Content, shared)) })
	b.publish(c, &e)
	return c, nil
}

// listen has take called with every event to skein by these people, or by anybody, until
// stop is called. The first relay that listens closes ready.
func (b *bunker) listen(from []string, take func(*nostr.Event)) (ready <-chan struct{}, stop func()) {
	listening := make(chan struct{})
	var first sync.Once
	var ends []func()
	for _, url := range b.at.relays {
		r := b.pool.relay(url)
		s := b.pool.newSubscription()
		s.lasting = true
		s.filters = func() nostr.Filters {
			return nostr.Filters{{Kinds: []int{kindConnect}, Authors: from, Tags: nostr.TagMap{"p": {b.client}}, Limit: storedCalls}}
		}
		s.event, s.eose, s.closed = take, func() { first.Do(func() { close(listening) }) }, func(error) {}
		if r.open(s, true) == nil {
			ends = append(ends, func() { r.close(s) })
		}
	}
	return listening, func() {
		for _, end := range ends {
			end()
		}
	}
}

// publish puts a request before all relays, behind the question for its answer.
func (b *bunker) publish(c *call, e *nostr.Event) {
	ctx, cancel := context.WithCancel(b.pool.ctx)
	stop := c.end
	c.end = func() { cancel(); stop() }
	raw, err := encode("EVENT", e)
	for _, url := range b.at.relays {
		started := err == nil && b.pool.spawn(func() {
			v := b.pool.submit(ctx, url, e.ID, raw, bunkerOK)
			switch {
			case v.err != nil && v.sent: // it may have passed it on without a word
			case v.err != nil:
				c.failed <- v.err
			case !v.accepted:
				c.failed <- timeline.Errorf(timeline.CodeRefused, "%s: %s", hostOf(url), short(v.text))
			}
		})
		if !started {
			c.failed <- errClosed
		}
	}
}

// read decrypts a message; the zero one is none.
func read(content string, shared [32]byte) message {
	var m message
	if strings.Contains(content, ivMark) {
		return message{old: true}
	}
	plain, err := nip44.Decrypt(content, shared)
	if err != nil || transport.Depth([]byte(plain)) > frameDepth || json.Unmarshal([]byte(plain), &m) != nil {
		return message{}
	}
	return m
}

// take keeps an answer to the request.
func (c *call) take(m message) {
	if m.ID != c.id && !m.old {
		return
	}
	select {
	case c.answers <- m:
	default:
	}
}

// wait returns the answer. A page that must be visited first is a *permission; then it
// can be waited on. Silence is CodeOffline, a refusal CodeAuth.
func (c *call) wait(ctx context.Context, limit time.Duration) (string, error) {
	t := time.NewTimer(limit)
	defer t.Stop()
	for failed := 0; ; {
		select {
		case m := <-c.answers:
			switch {
			case m.old:
				return "", timeline.Errorf(timeline.CodeUnsupported, "the bunker speaks the NIP-46 of before 2024, encrypted with NIP-04, which skein does not: it needs a newer version")
			case m.Result == "auth_url":
				page, ok := webAddress(m.Error)
				if !ok || page.String() == c.visited {
					continue
				}
				c.visited = page.String()
				return "", &permission{page}
			case m.Error != "":
				return "", timeline.Errorf(timeline.CodeAuth, "the bunker refused: %s", short(m.Error))
			}
			return m.Result, nil
		case err := <-c.failed:
			if failed++; failed == c.relays {
				te := timeline.AsError(err)
				return "", timeline.Errorf(timeline.CodeOffline, "the bunker's relays do not take what is for it: %w", te)
			}
		case <-t.C:
			return "", timeline.Errorf(timeline.CodeOffline, "the bunker does not answer: is it running, and does it wait for you to allow this?")
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

// awaited is a signer that was invited.
type awaited struct {
	ready <-chan struct{} // closed once it can come
	came  chan string     // its public key
	old   atomic.Bool     // somebody came with the old encryption
	end   func()          // must be called
}

// await waits for the signer that knows the secret. Anybody may write to the key that
// the invitation names: who does not know the secret is not heard.
func (b *bunker) await(secret account.Secret) *awaited {
	w := &awaited{came: make(chan string, 1)}
	var tried atomic.Int64
	w.ready, w.end = b.listen(nil, func(e *nostr.Event) {
		if tried.Add(1) > mostStranger {
			return
		}
		shared, err := b.conversation(e.PubKey)
		if err != nil {
			return
		}
		m := read(e.Content, shared)
		if m.old {
			w.old.Store(true)
		}
		if subtle.ConstantTimeCompare([]byte(m.Result), []byte(secret.Reveal())) != 1 {
			return
		}
		select {
		case w.came <- e.PubKey:
		default:
		}
	})
	return w
}

// open waits until the signer can come.
func (w *awaited) open(ctx context.Context, limit time.Duration) error {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-w.ready:
		return nil
	case <-t.C:
		return timeline.Errorf(timeline.CodeOffline, "no relay answers at which the signer could come; nothing was added")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait returns the public key of the signer that came.
func (w *awaited) wait(ctx context.Context, limit time.Duration) (string, error) {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case signer := <-w.came:
		return signer, nil
	case <-t.C:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if w.old.Load() {
		return "", timeline.Errorf(timeline.CodeUnsupported, "a signer came that speaks the NIP-46 of before 2024, which skein does not; nothing was added")
	}
	return "", timeline.Errorf(timeline.CodeOffline, "no signer came in time; nothing was added, begin again")
}
