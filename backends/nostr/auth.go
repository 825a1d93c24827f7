package nostr

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip42"
	"golang.org/x/time/rate"

	"skein/timeline"
)

// Signatures that one relay can get for NIP-42: one a connection, three at once,
// one more every 20 minutes.
const (
	authBurst = 3
	authEvery = 20 * time.Minute
	maxPhrase = 512 // bytes of a challenge
)

// authState is how far a connection is with NIP-42. A challenge alone costs the
// relay's junk and nothing else: only a refusal that names it is answered.
type authState struct {
	mu        sync.Mutex
	challenge string
	used      string // the id of our answer; one a connection
	done      bool
	waiting   []waiter
}

// waiter is what a relay does only for those who sign in.
type waiter struct {
	again  func()           // asks once more
	refuse func(why string) // gives up
}

// authRequired begins the words with which a relay asks for a sign-in.
const authRequired = "auth-required:"

// waiting has a subscription wait for the sign-in.
func (l *link) waiting(s *subscription) waiter {
	r := l.relay
	return waiter{
		again: func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if r.subs[s.id] == s && r.link == l {
				r.request(s)
			}
		},
		refuse: func(why string) { l.refuse(s, why) },
	}
}

// holding has a publication wait for it.
func (l *link) holding(p *publication) waiter {
	r := l.relay
	return waiter{
		again: func() {
			r.mu.Lock()
			defer r.mu.Unlock()
			if _, open := r.pubs[p]; open && r.link == l {
				r.submit(p)
			}
		},
		refuse: func(why string) { r.conclude(p, verdict{text: why}) },
	}
}

func (a *authState) challenged(phrase string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(phrase) <= maxPhrase && a.used == "" {
		a.challenge = phrase
	}
}

// signIn answers the challenge for w. It is false where that is not possible: no
// key, not a relay of the account's own list, no challenge, or refused before.
func (l *link) signIn(ctx context.Context, w waiter) bool {
	a, r := &l.auth, l.relay
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.done || r.pool.sign == nil || !r.own.Load() || a.challenge == "":
		return false
	case a.used != "":
		a.waiting = append(a.waiting, w)
		return true
	case !r.authAllowed():
		return false
	}
	e := nip42.CreateUnsignedAuthEvent(a.challenge, r.pool.me, r.url)
	e.ID = e.GetID()
	if !r.pool.spawn(func() { l.proveTo(ctx, e) }) {
		return false
	}
	a.used = e.ID
	a.waiting = append(a.waiting, w)
	return true
}

// proveTo signs the answer to a challenge, which may take a while, and sends it.
func (l *link) proveTo(ctx context.Context, e nostr.Event) {
	p := l.relay.pool
	if err := p.sign(ctx, &e); err != nil {
		p.log.WarnContext(ctx, "cannot sign in to a relay", "relay", l.relay.url, "error", err)
		for _, w := range l.auth.settle(false) { // there may be somebody to sign the next time
			w.refuse(authRequired + " " + err.Error())
		}
		return
	}
	l.send(labelAuth, e)
}

func (r *relay) authAllowed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.auths == nil {
		r.auths = rate.NewLimiter(rate.Every(authEvery), authBurst)
	}
	return r.auths.Allow()
}

// ok takes the relay's verdict on our sign-in, or on an event that was published.
func (l *link) ok(ctx context.Context, f frame) (junk int) {
	if l.auth.answered(f.id) {
		l.signedIn(f.accepted, "restricted: "+f.text)
		return 0
	}
	open := l.relay.awaiting(f.id)
	for _, p := range open {
		if !f.accepted && strings.HasPrefix(f.text, authRequired) && l.signIn(ctx, l.holding(p)) {
			continue
		}
		l.relay.conclude(p, verdict{accepted: f.accepted, text: f.text})
	}
	if len(open) == 0 {
		return junkBad
	}
	return 0
}

// answered tells whether an id is that of our answer, and nothing was said to it yet.
func (a *authState) answered(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !a.done && a.used != "" && a.used == id
}

// settle ends the attempt to sign in, for good when the relay has answered it, and
// returns who has waited for it.
func (a *authState) settle(done bool) []waiter {
	a.mu.Lock()
	defer a.mu.Unlock()
	waiting := a.waiting
	a.done, a.waiting = done, nil
	if !done {
		a.used = ""
	}
	return waiting
}

// signedIn asks again for all that waited, or gives it up.
func (l *link) signedIn(accepted bool, why string) {
	for _, w := range l.auth.settle(true) {
		if accepted {
			w.again()
		} else {
			w.refuse(why)
		}
	}
}

var errClosed = &timeline.Error{Code: timeline.CodeOffline, Message: timeline.Literal("the connection was closed"), Err: errors.New("closed")}
