package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
)

// oauthAPI is where the pages of a PDS talk to it (@atproto/oauth-provider-api).
const oauthAPI = "/@atproto/oauth-provider/~api"

// Browser is the little of one that signing in to a PDS takes: it opens the page of a
// sign-in, fills it in as its script would, and goes where it sends. It carries cookies
// that are for https alone, as browsers do on loopback.
type Browser struct {
	http    *http.Client
	cookies map[string]string
	page    *url.URL
}

// OpenPage opens the page that a sign-in starts at.
func OpenPage(ctx context.Context, page string) (*Browser, error) {
	u, err := url.Parse(page)
	if err != nil {
		return nil, fmt.Errorf("open a page: %w", err)
	}
	b := &Browser{
		http:    &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		cookies: map[string]string{}, page: u,
	}
	if _, _, err = b.navigate(ctx, page, "none"); err != nil {
		return nil, err
	}
	if b.cookies["csrf-token"] == "" {
		return nil, fmt.Errorf("%s set no CSRF token", page)
	}
	return b, nil
}

// Allow signs the person in and says yes. The browser then goes back to the program
// that asked.
func (b *Browser) Allow(ctx context.Context, p *BlueskyPerson) error {
	var signedIn struct {
		Account struct {
			Sub string `json:"sub"`
		} `json:"account"`
		Token string `json:"ephemeralToken"`
	}
	err := b.api(ctx, "/sign-in", "", map[string]any{"locale": "en", "username": p.Handle, "password": p.Password, "remember": false}, &signedIn)
	if err != nil {
		return err
	}
	return b.leave(ctx, "/consent", signedIn.Token, map[string]any{"sub": signedIn.Account.Sub})
}

// Deny says no, which needs nobody signed in.
func (b *Browser) Deny(ctx context.Context) error {
	return b.leave(ctx, "/reject", "", map[string]any{})
}

// leave gives the page's last answer and goes where the server sends.
func (b *Browser) leave(ctx context.Context, endpoint, token string, body any) error {
	var next struct {
		URL string `json:"url"`
	}
	if err := b.api(ctx, endpoint, token, body, &next); err != nil {
		return err
	}
	_, back, err := b.navigate(ctx, next.URL, "same-origin")
	if err != nil {
		return err
	}
	if back == "" {
		return fmt.Errorf("%s sends nobody back", next.URL)
	}
	_, _, err = b.navigate(ctx, back, "cross-site")
	return err
}

// navigate opens a page and tells where it redirects, "" if it does not.
func (b *Browser) navigate(ctx context.Context, address, from string) (page []byte, location string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, "", fmt.Errorf("open %s: %w", address, err)
	}
	req.Header.Set("Sec-Fetch-Site", from)
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	if from == "same-origin" {
		req.Header.Set("Referer", b.page.String())
	}
	return b.send(req)
}

// api calls what the page's script calls.
func (b *Browser) api(ctx context.Context, endpoint, token string, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%s: encode: %w", endpoint, err)
	}
	origin := b.page.Scheme + "://" + b.page.Host
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, origin+oauthAPI+endpoint, bytes.NewReader(encoded))
	if err != nil {
		return fmt.Errorf("%s: %w", endpoint, err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "same-origin", "Sec-Fetch-Dest": "empty",
		"Origin": origin, "Referer": b.page.String(), "X-Csrf-Token": b.cookies["csrf-token"],
	} {
		req.Header.Set(name, value)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	answer, _, err := b.send(req)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("%s: decode %q: %w", endpoint, answer, err)
	}
	return nil
}

// send returns the answer's body, and where it redirects.
func (b *Browser) send(req *http.Request) (answer []byte, location string, err error) {
	if req.URL.Host == b.page.Host {
		for name, value := range b.cookies {
			req.AddCookie(&http.Cookie{Name: name, Value: value}) //nolint:gosec // it is sent, not set
		}
	}
	resp, err := b.http.Do(req)
	if err != nil {
		return nil, "", fmt.Errorf("%s %s: %w", req.Method, req.URL.Path, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	answer, err = io.ReadAll(resp.Body)
	if err != nil {
		return nil, "", fmt.Errorf("%s %s: read: %w", req.Method, req.URL.Path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return nil, "", fmt.Errorf("%s %s: %s: %s", req.Method, req.URL.Path, resp.Status, answer)
	}
	if req.URL.Host == b.page.Host {
		for _, c := range resp.Cookies() {
			b.cookies[c.Name] = c.Value
		}
	}
	return answer, resp.Header.Get("Location"), nil
}

// Visits has the person say yes on the page of a sign-in, or no.
func (p *BlueskyPerson) Visits(t testing.TB, page string, allow bool) {
	t.Helper()
	b, err := OpenPage(t.Context(), page)
	if err == nil && allow {
		err = b.Allow(t.Context(), p)
	} else if err == nil {
		err = b.Deny(t.Context())
	}
	if err != nil {
		t.Errorf("%s on the page of a sign-in: %v", p.Handle, err)
	}
}
