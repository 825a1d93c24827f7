package pds

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"testing"
	"time"
)

// client calls methods as somebody.
type client struct {
	t     testing.TB
	s     *Server
	http  *http.Client
	token string
}

func (s *Server) client(t testing.TB, token string) client {
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	return client{t, s, &http.Client{Transport: tr, Timeout: 10 * time.Second}, token}
}

// signedIn is a client with a session of its own.
func (s *Server) signedIn(t testing.TB, key string) client {
	t.Helper()
	c := s.client(t, "")
	out := c.post("com.atproto.server.createSession", object{"identifier": s.Handle(key), "password": s.AppPassword(key)}, http.StatusOK)
	c.token = dig(out, "accessJwt")
	return c
}

func (c client) do(verb, method, kind string, query url.Values, body io.Reader, status int) object {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), verb, c.s.URL()+"/xrpc/"+method+"?"+query.Encode(), body)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if resp.StatusCode != status {
		c.t.Fatalf("%s: status %d, want %d: %s", method, resp.StatusCode, status, raw)
	}
	var out object
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &out); err != nil {
			c.t.Fatalf("%s: %v: %s", method, err, raw)
		}
	}
	return out
}

func (c client) get(method string, status int, params ...string) object {
	c.t.Helper()
	q := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		q.Add(params[i], params[i+1])
	}
	return c.do(http.MethodGet, method, "", q, http.NoBody, status)
}

func (c client) post(method string, in any, status int) object {
	c.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		c.t.Fatal(err)
	}
	return c.do(http.MethodPost, method, "application/json", nil, bytes.NewReader(b), status)
}

// list is an array of objects in an answer; what else is in it is left out.
func list(v any) []object {
	var out []object
	items, _ := v.([]any)
	for _, i := range items {
		if o, ok := i.(object); ok {
			out = append(out, o)
		}
	}
	return out
}

func note(text string) object {
	return object{"$type": colPost, "text": text, "createdAt": "2026-06-01T12:00:00Z"}
}

func (c client) write(key string, extra object) object {
	in := object{"repo": c.s.DID(key), "collection": colPost}
	for k, v := range extra {
		in[k] = v
	}
	return in
}
