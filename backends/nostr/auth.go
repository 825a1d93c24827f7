package nostr

import (
	"context"
	"errors"
	"strings"
	"time"

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
	if len(phrase) <= maxPhrase && a.used == "" {
		a.challenge = phrase
	}
}

// signIn answers the challenge for w. It is false where that is not possible: no
// key, not a relay of the account's own list, no challenge, or refused before.
func (l *link) signIn(ctx context.Context, w waiter) bool {
	a, r := &l.auth, l.relay
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
	if err := r.pool.sign(ctx, &e); err != nil {
		r.pool.log.WarnContext(ctx, "cannot sign in to a relay", "relay", r.url, "error", err)
		return false
	}
	a.used = e.ID
	a.waiting = append(a.waiting, w)
	l.send(labelAuth, e)
	return true
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
	if a := &l.auth; !a.done && a.used != "" && f.id == a.used {
		l.signedIn(f)
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

// signedIn asks again for all that waited, or gives it up.
func (l *link) signedIn(f frame) {
	a := &l.auth
	waiting := a.waiting
	a.done, a.waiting = true, nil
	for _, w := range waiting {
		if f.accepted {
			w.again()
		} else {
			w.refuse("restricted: " + f.text)
		}
	}
}

var errClosed = &timeline.Error{Code: timeline.CodeOffline, Message: timeline.Literal("the connection was closed"), Err: errors.New("closed")}
