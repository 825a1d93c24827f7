package bluesky

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
)

// xrpc calls the methods of one server (https://atproto.com/specs/xrpc), through the
// transport's caps. Indigo's own client is not used: with it comes all that its
// directory of identities needs, metrics and a second set of curves, at each start.
type xrpc struct {
	host   string // scheme and authority
	client *http.Client
	auth   authorizer // nil: the calls are anybody's
	proxy  string     // the service that the server is to hand calls on to; "": itself

	labelers *atomic.Pointer[[]string] // whose labels are asked for, beside the AppView's own
}

// authorizer sends a request as somebody.
type authorizer interface {
	do(c *http.Client, req *http.Request) (*http.Response, error)
}

// apiError is what a server says against a call.
type apiError struct {
	status        int
	name, message string // as far as it was said
}

// Error implements error.
func (e *apiError) Error() string {
	return fmt.Sprintf("status %d: %s: %s", e.status, e.name, e.message)
}

func newXRPC(client *transport.Client, server *url.URL) *xrpc {
	return &xrpc{host: server.Scheme + "://" + server.Host, client: client.HTTP(), labelers: new(atomic.Pointer[[]string])}
}

// request makes a call of a method. Params are strings, numbers and lists of strings.
func (x *xrpc) request(ctx context.Context, verb string, method syntax.NSID, params map[string]any, body io.Reader) (*http.Request, error) {
	address := x.host + "/xrpc/" + method.String()
	if len(params) > 0 {
		query := url.Values{}
		for name, v := range params {
			if list, ok := v.([]string); ok {
				query[name] = list
				continue
			}
			query.Set(name, fmt.Sprint(v))
		}
		address += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, verb, address, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if x.proxy != "" {
		req.Header.Set("Atproto-Proxy", x.proxy)
	}
	if list := x.labelers.Load(); list != nil && len(*list) > 0 {
		req.Header.Set("Atproto-Accept-Labelers", strings.Join(*list, ", "))
	}
	return req, nil
}

// get calls a query that answers in JSON.
func (x *xrpc) get(ctx context.Context, query syntax.NSID, params map[string]any, into any) error {
	req, err := x.request(ctx, http.MethodGet, query, params, http.NoBody)
	if err != nil {
		return err
	}
	return x.call(x.client, req, into)
}

// post calls a procedure that takes JSON; a nil into takes no answer.
func (x *xrpc) post(ctx context.Context, procedure syntax.NSID, input, into any) error {
	body, err := json.Marshal(input)
	if err != nil {
		return err
	}
	req, err := x.request(ctx, http.MethodPost, procedure, nil, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return x.call(x.client, req, into)
}

// call sends a request and reads the answer. What the server says against it is an
// *apiError.
func (x *xrpc) call(client *http.Client, req *http.Request, into any) error {
	resp, err := x.send(client, req)
	if err != nil {
		return err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if into == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

// send does a request whose answer the caller reads and closes. There is none where
// the server says something against it.
func (x *xrpc) send(client *http.Client, req *http.Request) (*http.Response, error) {
	do := (*http.Client).Do
	if x.auth != nil {
		do = x.auth.do
	}
	resp, err := do(client, req)
	if err != nil || resp.StatusCode >= http.StatusOK && resp.StatusCode < http.StatusMultipleChoices {
		return resp, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	said := readError(resp.Body)
	said.status = resp.StatusCode
	return nil, said
}

// readError reads what a server says against a call, in the words of XRPC or in those
// of OAuth.
func readError(body io.Reader) *apiError {
	var e struct {
		Error       string `json:"error"`
		Message     string `json:"message"`
		Description string `json:"error_description"`
	}
	if json.NewDecoder(body).Decode(&e) != nil {
		return &apiError{} // the status is all that is known
	}
	return &apiError{name: e.Error, message: cmp.Or(e.Message, e.Description)}
}
