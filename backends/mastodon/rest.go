package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	masto "github.com/mattn/go-mastodon"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// maxError is how much of an error's body is read, in bytes.
const maxError = 16 << 10

// api is a server with a token, possibly empty: go-mastodon's client, and get
// for what that one lacks or decodes too strictly.
type api struct {
	*masto.Client
	base *url.URL
}

func newAPI(c *transport.Client, base *url.URL, token account.Secret) *api {
	client := masto.NewClient(&masto.Config{Server: base.String(), AccessToken: token.Reveal()})
	client.Client = *c.HTTP() // its caps and its redirect policy come along
	return &api{Client: client, base: base}
}

// get reads JSON from path. 206 counts as an answer: Mastodon sends it while it
// still rebuilds a home timeline.
func (a *api) get(ctx context.Context, path string, query url.Values, out any) error {
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	got, err := a.ask(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	if got.status != http.StatusOK && got.status != http.StatusPartialContent {
		return got.fault(a.base.Host)
	}
	return json.Unmarshal(got.body, out)
}

// answer is a response that was read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// fault is the Error of an answer that is none.
func (r answer) fault(host string) *timeline.Error {
	var said struct {
		Error string `json:"error"`
	}
	// Whatever is no such JSON has nothing to say to a person.
	_ = json.NewDecoder(bytes.NewReader(r.body[:min(len(r.body), maxError)])).Decode(&said)
	return statusError(host, r.status, said.Error)
}

// statusError is transport.StatusError, but that a token without the scope for a call
// needs a new sign-in.
//
// Source: Mastodon's config/locales/doorkeeper.en.yml, forbidden_token
func statusError(host string, status int, said string) *timeline.Error {
	if status == http.StatusForbidden && strings.Contains(said, "outside the authorized scopes") {
		return timeline.Errorf(timeline.CodeAuth, "%s: "+outsideScopes+"; sign in again", host)
	}
	return transport.StatusError(host, status, said)
}

// missing tells whether the server has no such call.
func (r answer) missing() bool {
	switch r.status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusNotImplemented:
		return true
	}
	return false
}

// ask sends a request without a body. Whatever status comes back is an answer.
func (a *api) ask(ctx context.Context, method, target string) (answer, error) {
	req, err := a.request(ctx, method, target, nil)
	if err != nil {
		return answer{}, err
	}
	resp, err := a.Do(req)
	if err != nil {
		return answer{}, err
	}
	return readAnswer(resp)
}

// request makes a signed-in request. The target is a path, with a query or without.
func (a *api) request(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, a.base.String()+target, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+a.Config.AccessToken)
	return req, nil
}

// readAnswer reads a response and closes it. The transport has capped it.
func readAnswer(resp *http.Response) (answer, error) {
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return answer{}, err
	}
	return answer{resp.StatusCode, resp.Header, body}, nil
}

// failure turns whatever went wrong while doing what on host into an Error that
// says both; what may be empty.
func failure(what, host string, err error) *timeline.Error {
	var cause *timeline.Error
	var refused *masto.APIError
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &cause):
	case errors.As(err, &refused):
		cause = statusError(host, refused.StatusCode, refused.Message)
	case errors.Is(err, context.Canceled):
		cause = timeline.Errorf(timeline.CodeInternal, "%s: cancelled", host)
	case errors.As(err, &syntax), errors.As(err, &mismatch), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		cause = timeline.Errorf(timeline.CodeMalformed, "%s: the answer is not what the Mastodon API says", host)
	default:
		cause = timeline.AsError(err)
	}
	said := cause.Message
	if what != "" {
		said = timeline.CleanLine(what + ": " + said.String())
	}
	return &timeline.Error{
		Code:    cause.Code,
		Message: said,
		Until:   cause.Until,
		Err:     err,
	}
}
