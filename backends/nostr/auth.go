package nostr

import (
	"context"
	"errors"
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
	waiting   []*subscription
}

func (a *authState) challenged(phrase string) {
	if len(phrase) <= maxPhrase && a.used == "" {
		a.challenge = phrase
	}
}

// signIn answers the challenge for s. It is false where that is not possible: no
// key, not a relay of the account's own list, no challenge, or refused before.
func (l *link) signIn(ctx context.Context, s *subscription) bool {
	a, r := &l.auth, l.relay
	switch {
	case a.done || r.pool.sign == nil || !r.own || a.challenge == "":
		return false
	case a.used != "":
		a.waiting = append(a.waiting, s)
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
	a.waiting = append(a.waiting, s)
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

// ok takes the relay's verdict on our sign-in. (Verdicts on published events will
// come the same way.)
func (l *link) ok(f frame) (junk int) {
	a := &l.auth
	if a.done || a.used == "" || f.id != a.used {
		return junkBad
	}
	waiting := a.waiting
	a.done, a.waiting = true, nil
	r := l.relay
	for _, s := range waiting {
		if !f.accepted {
			l.refuse(s, "restricted: "+f.text)
			continue
		}
		r.mu.Lock()
		if r.subs[s.id] == s && r.link == l {
			r.request(s)
		}
		r.mu.Unlock()
	}
	return 0
}

var errClosed = &timeline.Error{Code: timeline.CodeOffline, Message: timeline.Literal("the connection was closed"), Err: errors.New("closed")}
