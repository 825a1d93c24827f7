package bluesky

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
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
)

// session is an authorizer that keeps its tokens in the vault, where other processes
// see them. Indigo's PasswordAuth neither reads tokens afresh nor survives a cancelled
// request.
type session struct {
	id, did, handle string
	api             *xrpc // without authentication
	store           account.Store
	now             func() time.Time
	log             *slog.Logger

	mu      sync.Mutex
	tokens  account.Credentials // as last read or renewed
	minted  string              // the access token that this process received itself
	refused string              // the refresh token that the server took no longer
	closed  bool
	renewal sync.WaitGroup
}

var _ authorizer = (*session)(nil)

// do implements authorizer: it sends the request with the
// access token, renews an expired one and sends the request once more.
func (s *session) do(c *http.Client, req *http.Request) (*http.Response, error) {
	tokens, err := s.current(req.Context())
	if err != nil {
		return nil, err
	}
	first := req.Clone(req.Context())
	first.Header.Set("Authorization", "Bearer "+tokens[account.AccessJWT].Reveal())
	resp, err := c.Do(first)
	if err != nil {
		return nil, err
	}
	expired, err := saysExpired(resp)
	if err != nil || !expired {
		return resp, err
	}
	if tokens, err = s.renew(req.Context(), tokens[account.AccessJWT].Reveal()); err != nil {
		return nil, &notRenewedError{err}
	}
	again := req.Clone(req.Context())
	if req.GetBody != nil {
		if again.Body, err = req.GetBody(); err != nil {
			return nil, fmt.Errorf("repeat of a request: %w", err)
		}
	}
	again.Header.Set("Authorization", "Bearer "+tokens[account.AccessJWT].Reveal())
	return c.Do(again)
}

// notRenewedError ends a request that the server has refused for the age of its
// token, and that is not repeated because there is no new one: it did nothing.
type notRenewedError struct{ error }

func (e *notRenewedError) Unwrap() error { return e.error }

// saysExpired tells whether a response refuses the access token itself: for its
// age, or because the server signs with another key now. The body of any other
// response is as it was.
func saysExpired(resp *http.Response) (bool, error) {
	if resp.StatusCode != http.StatusBadRequest && resp.StatusCode != http.StatusUnauthorized {
		return false, nil
	}
	b, err := io.ReadAll(resp.Body) // the transport has capped it
	if cerr := resp.Body.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return false, err
	}
	if e := readError(bytes.NewReader(b)); e.name == "ExpiredToken" || e.name == "InvalidToken" {
		return true, nil
	}
	resp.Body = io.NopCloser(bytes.NewReader(b))
	return false, nil
}

// current returns tokens to try: those at hand, or those of the vault, renewed
// first when they are known to have expired.
func (s *session) current(ctx context.Context) (account.Credentials, error) {
	s.mu.Lock()
	tokens, minted := s.tokens, s.minted
	s.mu.Unlock()
	if tokens == nil {
		var err error
		if tokens, err = s.load(ctx); err != nil {
			return nil, err
		}
		s.keep(tokens)
	}
	access := tokens[account.AccessJWT].Reveal()
	// A token that the server has just made is good whatever our clock says.
	if access == "" || access != minted && expired(access, s.now()) {
		return s.renew(ctx, access)
	}
	return tokens, nil
}

func (s *session) load(ctx context.Context) (account.Credentials, error) {
	c, err := s.store.Load(ctx, s.id)
	if errors.Is(err, account.ErrNoCredentials) {
		return nil, s.signIn(err)
	}
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "credentials of %s: %w", s.handle, err)
	}
	return c, nil
}

func (s *session) keep(c account.Credentials) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = c
}

// renew replaces the stale access token. It runs apart from ctx: a refresh token
// works once, so an exchange that has begun is finished and saved even when
// nobody waits for it any more.
func (s *session) renew(ctx context.Context, stale string) (account.Credentials, error) {
	type result struct {
		tokens account.Credentials
		err    error
	}
	done := make(chan result, 1)
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, timeline.Errorf(timeline.CodeInternal, "the account %s is closed", s.handle)
	}
	s.renewal.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), failpoint.Scale(renewTimeout))
		defer cancel()
		tokens, err := s.exchange(ctx, stale)
		done <- result{tokens, err}
	})
	s.mu.Unlock()
	select {
	case r := <-done:
		return r.tokens, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// exchange holds the account's lock over read → decide → exchange → save.
func (s *session) exchange(ctx context.Context, stale string) (account.Credentials, error) {
	unlock, err := s.store.Lock(ctx, s.id)
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "lock on the session of %s: %w", s.handle, err)
	}
	defer unlock()
	tokens, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if access := tokens[account.AccessJWT].Reveal(); access != "" && access != stale {
		s.keep(tokens) // another goroutine or process was faster
		return tokens, nil
	}
	pair, err := s.newPair(ctx, tokens)
	if err != nil {
		return nil, err
	}
	tokens[account.AccessJWT], tokens[account.RefreshJWT] = account.NewSecret(pair.AccessJWT), account.NewSecret(pair.RefreshJWT)
	if err := s.store.Save(ctx, s.id, tokens); err != nil {
		return nil, timeline.Errorf(timeline.CodeInternal, "the renewed session of %s could not be saved: %w", s.handle, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens, s.minted, s.refused = tokens, pair.AccessJWT, ""
	return tokens, nil
}

// newPair gets tokens for the refresh token, or for the app password when the
// server takes that token no longer. What was refused is not offered again.
func (s *session) newPair(ctx context.Context, tokens account.Credentials) (tokenPair, error) {
	refresh := tokens[account.RefreshJWT].Reveal()
	s.mu.Lock()
	hopeless := s.refused != "" && s.refused == refresh
	s.mu.Unlock()
	if hopeless {
		return tokenPair{}, s.signIn(nil)
	}
	cause := errors.New("no refresh token is stored")
	if refresh != "" {
		pair, err := refreshSession(ctx, s.api, refresh)
		if err == nil {
			return pair, s.check(pair)
		}
		if !refusedToken(err) {
			return tokenPair{}, explain(s.api.host, err)
		}
		s.log.WarnContext(ctx, "the session has ended", "account", s.id)
		cause = err
	}
	if password := tokens[account.AppPassword]; !password.Empty() {
		pair, err := createSession(ctx, s.api, s.did, password)
		if err == nil {
			return pair, s.check(pair)
		}
		if te := timeline.AsError(explain(s.api.host, err)); te.Code != timeline.CodeAuth {
			return tokenPair{}, te
		}
		cause = err
	}
	s.mu.Lock()
	s.refused = refresh
	s.mu.Unlock()
	return tokenPair{}, s.signIn(cause)
}

// check makes sure that a server speaks of the account that it was asked about.
func (s *session) check(p tokenPair) error {
	if p.DID != s.did || p.AccessJWT == "" || p.RefreshJWT == "" {
		return timeline.Errorf(timeline.CodeMalformed, "%s answered with the session of another account (%s)", s.api.host, p.DID)
	}
	return nil
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

// expired tells whether a JWT says that its time is over. One that says nothing
// readable is left for the server to judge.
func expired(token string, now time.Time) bool {
	parts := strings.Split(token, ".")
	const jwtParts = 3
	if len(parts) != jwtParts {
		return false
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return false
	}
	var claims struct {
		Expires int64 `json:"exp"` // Unix seconds
	}
	if json.Unmarshal(body, &claims) != nil || claims.Expires <= 0 {
		return false
	}
	return now.Add(expirySlack).Unix() >= claims.Expires
}
