package bluesky

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// web answers addresses with what stands there; all else is not found.
type web map[string]string

func (w web) RoundTrip(req *http.Request) (*http.Response, error) {
	body, ok := w[req.URL.String()]
	status := http.StatusOK
	if !ok {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}

// An app password may be shown only to the account's own server: a handle that
// leads nowhere, or to somebody who does not claim it, is an error, not a reason to
// try another.
func TestFindPDS(t *testing.T) {
	at := func(did, names, endpoint string) string {
		return `{"id":"` + did + `","alsoKnownAs":[` + names + `],"service":[{"id":"#other","type":"AtprotoPersonalDataServer","serviceEndpoint":"https://wrong.org"},` +
			`{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":` + endpoint + `}]}`
	}
	ana := at(did1, `"https://ana.org","at://Ana.Org","at://ana.dns.org"`, `"https://pds.org"`)
	dir := directory{
		client: &http.Client{Transport: web{
			"https://ana.org/.well-known/atproto-did":        did1 + "\n",
			"https://plc.directory/" + did1:                  ana,
			"https://homeless.org/.well-known/atproto-did":   did2,
			"https://plc.directory/" + did2:                  at(did2, `"at://homeless.org"`, `{"no":"address"}`),
			"https://impostor.org/.well-known/atproto-did":   did1,
			"https://page.org/.well-known/atproto-did":       "<html>",
			"https://long.org/.well-known/atproto-did":       did1 + strings.Repeat(" ", 64<<10),
			"https://web.org/.well-known/did.json":           at("did:web:web.org", `"at://dns.org"`, `"https://pds.org"`),
			"https://another.org/.well-known/did.json":       ana,
			"https://bo.bsky.social/.well-known/atproto-did": "did:web:bo.org",
			"https://bo.org/.well-known/did.json":            at("did:web:bo.org", `"at://bo.bsky.social"`, `"https://host.org"`),
			"https://broken.org/.well-known/did.json":        "{",
		}},
		txt: func(_ context.Context, name string) ([]string, error) {
			if name == "_atproto.dns.org" || name == "_atproto.thief.org" {
				return []string{"v=spf1", "did=did:web:web.org"}, nil
			}
			return nil, &net.DNSError{IsNotFound: true}
		},
	}
	for who, want := range map[syntax.AtIdentifier]string{
		"ana.org": "https://pds.org", "ANA.Org": "https://pds.org", did1: "https://pds.org", "nobody.bsky.social": entryway,
		"bo.bsky.social": "https://host.org", "dns.org": "https://pds.org", "did:web:web.org": "https://pds.org",
	} {
		if _, got, err := findPDS(t.Context(), dir, who); err != nil || got != want {
			t.Errorf("findPDS(%s) = %q, %v; want %q", who, got, err, want)
		}
	}
	for _, who := range []syntax.AtIdentifier{
		"nobody.org", "homeless.org", "evilbsky.social", "impostor.org", "thief.org", "page.org", "name.invalid", "name.example",
		"did:web:another.org", "did:web:broken.org", "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme",
	} {
		if _, got, err := findPDS(t.Context(), dir, who); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("findPDS(%s) = %q, %v; want code not-found", who, got, err)
		}
	}
	if _, got, err := findPDS(t.Context(), dir, "long.org"); timeline.CodeOf(err) != timeline.CodeTooLarge {
		t.Errorf("a handle that answers without end: %q, %v", got, err)
	}
}

func TestDocumentPDS(t *testing.T) {
	doc := func(id, endpoint string) json.RawMessage {
		b, err := json.Marshal(m{"id": id, "service": []any{m{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": endpoint}}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		doc  json.RawMessage
		want string
	}{
		{doc(did1, "https://pds.example"), "https://pds.example"},
		{doc(did2, "https://pds.example"), ""}, // another account's
		{doc(did1, "javascript:alert(1)"), ""},
		{doc(did1, ""), ""},
		{json.RawMessage(`{"id":7}`), ""},
		{nil, ""},
	} {
		if got := documentPDS(c.doc, did1); got != c.want {
			t.Errorf("documentPDS(%s) = %q, want %q", c.doc, got, c.want)
		}
	}
}
