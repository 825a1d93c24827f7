package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"

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
	u := *a.base
	u.Path, u.RawQuery = path, query.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+a.Config.AccessToken)
	resp, err := a.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was read as far as it matters
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent {
		var said struct {
			Error string `json:"error"`
		}
		// Whatever is no such JSON has nothing to say to a person.
		_ = json.NewDecoder(io.LimitReader(resp.Body, maxError)).Decode(&said)
		return transport.StatusError(a.base.Host, resp.StatusCode, said.Error)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// failure turns whatever went wrong while doing what on host into an Error that
// says both.
func failure(what, host string, err error) *timeline.Error {
	var cause *timeline.Error
	var refused *masto.APIError
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &cause):
	case errors.As(err, &refused):
		cause = transport.StatusError(host, refused.StatusCode, refused.Message)
	case errors.Is(err, context.Canceled):
		cause = timeline.Errorf(timeline.CodeInternal, "%s: cancelled", host)
	case errors.As(err, &syntax), errors.As(err, &mismatch), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		cause = timeline.Errorf(timeline.CodeMalformed, "%s: the answer is not what the Mastodon API says", host)
	default:
		cause = timeline.AsError(err)
	}
	return &timeline.Error{
		Code:    cause.Code,
		Message: timeline.CleanLine(what + ": " + cause.Message.String()),
		Until:   cause.Until,
		Err:     err,
	}
}
