package bluesky

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"skein/config/account"
	"skein/timeline"
	"skein/timeline/failpoint"
)

const (
	// renewTimeout bounds waiting for the account's lock and the exchange itself.
	renewTimeout = 45 * time.Second
	// expirySlack is how long before its end a token is taken to have expired.
	expirySlack = 10 * time.Second
	// renewalPause is how long a new token that was never taken is not replaced: a
	// server that takes none of the tokens that it makes would be asked for ever.
	renewalPause = time.Minute
)

// session is an authorizer that keeps its tokens in the vault, where other processes
// see them: a person signs in once, and no command does it for them. How requests
// carry a token and how tokens are renewed is the way's business.
type session struct {
	id, did, handle string
	api             *xrpc // without authentication
	store           account.Store
	now             func() time.Time
	log             *slog.Logger

	mu       sync.Mutex
	tokens   account.Credentials // as last read or renewed
	way      way                 // of tokens
	minted   string              // the access token that this process received itself
	mintedAt time.Time
	proven   bool   // minted was taken at least once
	refused  string // the refresh token that the server took no longer
	closed   bool
	renewal  sync.WaitGroup
}

var _ authorizer = (*session)(nil)

// way is how a session's requests are made somebody's and how its tokens are renewed:
// those of an app password (password.go) or those of OAuth (oauth.go).
type way interface {
	// send sends a request once, under the access token.
	send(c *http.Client, req *http.Request, tokens account.Credentials) (*http.Response, error)
	// expired tells whether the access token's time is over, as far as it says so.
	expired(tokens account.Credentials, now time.Time) bool
	// renew gets new tokens. They are not saved yet. A *lostError says that there will
	// be none until somebody signs in.
	renew(ctx context.Context, tokens account.Credentials) (account.Credentials, error)
	// end makes the server forget the session. One that it does not know has ended. The
	// error says what is still good, and where the person can end it.
	end(ctx context.Context, tokens account.Credentials) error
}

// lostError is why a session has ended.
type lostError struct{ error }

func (e *lostError) Unwrap() error { return e.error }

// do implements authorizer: it sends the request with the
// access token, renews an expired one and sends the request once more.
func (s *session) do(c *http.Client, req *http.Request) (*http.Response, error) {
	tokens, w, err := s.current(req.Context())
	if err != nil {
		return nil, err
	}
	resp, err := w.send(c, req.Clone(req.Context()), tokens)
	if err != nil {
		return nil, err
	}
	expired, err := saysExpired(resp)
	if err != nil {
		return nil, err
	}
	if !expired {
		s.prove(tokens)
		return resp, nil
	}
	_ = resp.Body.Close() // it was read
	if tokens, w, err = s.replace(req.Context(), tokens[account.AccessJWT].Reveal()); err != nil {
		return nil, &notRenewedError{err}
	}
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("repeat of a request: %w", err)
		}
	}
	if resp, err = w.send(c, again, tokens); err != nil {
		return nil, err
	}
	if expired, err = saysExpired(resp); err == nil && !expired {
		s.prove(tokens)
	}
	return resp, err
}

// notRenewedError ends a request that the server has refused for the age of its
// token, and that is not repeated because there is no new one: it did nothing.
type notRenewedError struct{ error }

func (e *notRenewedError) Unwrap() error { return e.error }

// saysExpired tells whether a response refuses the access token itself: for its
// age, or because the server signs with another key now, or has ended the session.
func saysExpired(resp *http.Response) (bool, error) {
	if resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnauthorized {
		return false, nil
	}
	said, err := peekError(resp)
	if err != nil {
		return false, err
	}
	if said.message == badMethod { // a good token that may not do this
		return false, nil
	}
	return said.name == "ExpiredToken" || said.name == "InvalidToken" || said.name == "invalid_token", nil
}

// current returns tokens to try: those at hand, or those of the vault, renewed
// first when they are known to have expired.
func (s *session) current(ctx context.Context) (account.Credentials, way, error) {
	s.mu.Lock()
	tokens, w, minted := s.tokens, s.way, s.minted
	s.mu.Unlock()
	if tokens == nil {
		var err error
		if tokens, w, err = s.load(ctx); err != nil {
			return nil, nil, err
		}
		s.keep(tokens, w)
	}
	access := tokens[account.AccessJWT].Reveal()
	// A token that the server has just made is good whatever our clock says.
	if access == "" || access != minted && w.expired(tokens, s.now()) {
		return s.renew(ctx, access)
	}
	return tokens, w, nil
}

// prove notes that a token was taken.
func (s *session) prove(tokens account.Credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven = s.proven || tokens[account.AccessJWT].Reveal() == s.minted
}

// replace renews a token that was refused, unless the server has just made it.
func (s *session) replace(ctx context.Context, access string) (account.Credentials, way, error) {
	s.mu.Lock()
	young := access == s.minted && !s.proven && s.now().Sub(s.mintedAt) < renewalPause
	s.mu.Unlock()
	if young {
		return nil, nil, timeline.Errorf(timeline.CodeServer, "%s refuses the session that it has just renewed", s.api.host)
	}
	return s.renew(ctx, access)
}

// load reads the tokens afresh, with the way that they are for.
func (s *session) load(ctx context.Context) (account.Credentials, way, error) {
	c, err := s.store.Load(ctx, s.id)
	if errors.Is(err, account.ErrNoCredentials) {
		return nil, nil, s.signIn(err)
	}
	if err != nil {
		return nil, nil, timeline.Errorf(timeline.CodeInternal, "credentials of %s: %w", s.handle, err)
	}
	s.mu.Lock()
	kept, w := s.tokens, s.way
	s.mu.Unlock()
	if w != nil && kept[account.DPoPKey] == c[account.DPoPKey] {
		return c, w, nil // what the way has learned is still of use
	}
	if w, err = s.wayOf(c); err != nil {
		return nil, nil, s.signIn(err)
	}
	return c, w, nil
}

// wayOf tells what kind of session credentials are of.
func (s *session) wayOf(c account.Credentials) (way, error) {
	if c[account.DPoPKey].Empty() {
		return &passwordWay{api: s.api, did: s.did}, nil
	}
	return newOAuthWay(s.api.client, s.did, c, s.now)
}

func (s *session) keep(c account.Credentials, w way) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.way = c, w
}

// renew replaces the stale access token. It runs apart from ctx: a refresh token
// works once, so an exchange that has begun is finished and saved even when
// nobody waits for it any more.
func (s *session) renew(ctx context.Context, stale string) (account.Credentials, way, error) {
	type result struct {
		tokens account.Credentials
		way    way
		err    error
	}
	done := make(chan result, 1)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, nil, timeline.Errorf(timeline.CodeInternal, "the account %s is closed", s.handle)
	}
	s.renewal.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), failpoint.Scale(renewTimeout))
		defer cancel()
		tokens, w, err := s.exchange(ctx, stale)
		done <- result{tokens, w, err}
	})
	s.mu.Unlock()
	select {
	case r := <-done:
		return r.tokens, r.way, r.err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// exchange holds the account's lock over read → decide → exchange → save. Two points
// for tests lie in it: bluesky.session.exchanged and bluesky.session.saved.
func (s *session) exchange(ctx context.Context, stale string) (account.Credentials, way, error) {
	unlock, err := s.lock(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer unlock()
	tokens, w, err := s.load(ctx)
	if err != nil {
		return nil, nil, err
	}
	if access := tokens[account.AccessJWT].Reveal(); access != "" && access != stale {
		s.keep(tokens, w) // another goroutine or process was faster
		return tokens, w, nil
	}
	fresh, err := s.trade(ctx, w, tokens)
	if err != nil {
		return nil, nil, err
	}
	failpoint.Hit("bluesky.session.exchanged")
	// The old refresh token is spent: whatever time the exchange took, this is worth its own.
	saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), failpoint.Scale(renewTimeout))
	defer cancel()
	if err := s.store.Save(saving, s.id, fresh); err != nil {
		return nil, nil, timeline.Errorf(timeline.CodeInternal, "the renewed session of %s could not be saved: %w", s.handle, err)
	}
	failpoint.Hit("bluesky.session.saved")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.way, s.refused = fresh, w, ""
	s.minted, s.mintedAt, s.proven = fresh[account.AccessJWT].Reveal(), s.now(), false
	return fresh, w, nil
}

func (s *session) lock(ctx context.Context) (unlock func(), err error) {
	unlock, err = s.store.Lock(ctx, s.id)
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "lock on the session of %s: %w", s.handle, err)
	}
	return unlock, nil
}

// trade gets new tokens for the ones that are stored. What was refused is not offered
// again.
func (s *session) trade(ctx context.Context, w way, tokens account.Credentials) (account.Credentials, error) {
	refresh := tokens[account.RefreshJWT].Reveal()
	s.mu.Lock()
	hopeless := s.refused != "" && s.refused == refresh
	s.mu.Unlock()
	if hopeless {
		return nil, s.signIn(nil)
	}
	fresh, err := w.renew(ctx, tokens)
	var lost *lostError
	if !errors.As(err, &lost) {
		return fresh, err
	}
	s.log.WarnContext(ctx, "the session has ended", "account", s.id)
	s.mu.Lock()
	s.refused = refresh
	s.mu.Unlock()
	return nil, s.signIn(lost.error)
}

// end makes the server forget the session. Nobody renews it meanwhile.
func (s *session) end(ctx context.Context) error {
	unlock, err := s.lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	tokens, w, err := s.load(ctx)
	if timeline.CodeOf(err) == timeline.CodeAuth {
		return nil // there is none
	}
	if err != nil {
		return err
	}
	return w.end(ctx, tokens)
}

// allowedBy tells who let skein in through the browser, and what to do; "" for who signed
// in with a password, or has not been heard of yet.
func (s *session) allowedBy() (host, scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return hostOf(s.tokens[account.Issuer].Reveal()), s.tokens[account.Scope].Reveal()
}

// signIn is the Error that only the person can help with.
func (s *session) signIn(cause error) *timeline.Error {
	e := timeline.Errorf(timeline.CodeAuth, "sign in again: skein account add bluesky --handle %s", s.handle)
	e.Err = cause
	return e
}

func (s *session) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.renewal.Wait()
}
