package bluesky

import (
	"net/http"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
)

// A server that does not know preferences keeps no settings for replies either.
func TestNoPreferences(t *testing.T) {
	st := newStage(t, pds.Options{})
	st.b.api.client = &http.Client{Transport: without{st.b.api.client.Transport, "app.bsky.actor.getPreferences"}}
	st.publish(st.post("hello"))
}

// without is a server that lacks a method, as XRPC says it.
type without struct {
	next   http.RoundTripper
	method string
}

func (w without) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, w.method) {
		req.Body = http.NoBody
		return answer(404, `{"error":"XRPCNotSupported","message":"XRPCNotSupported"}`)(nil, req)
	}
	return w.next.RoundTrip(req)
}
