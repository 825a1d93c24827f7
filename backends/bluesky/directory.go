package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/timeline"
)

// plcDirectory keeps the documents of did:plc.
const plcDirectory = "https://plc.directory"

// directory looks up where accounts live, over the transport: a handle leads to a DID
// (https://atproto.com/specs/handle), a DID to its document
// (https://atproto.com/specs/did).
type directory struct {
	client *http.Client
	txt    func(ctx context.Context, name string) ([]string, error) // of the DNS
}

func newDirectory(client *transport.Client) directory {
	return directory{client: client.HTTP(), txt: client.LookupTXT}
}

// document is a DID document, as far as it matters here.
type document struct {
	DID      syntax.DID `json:"id"`
	Names    []string   `json:"alsoKnownAs"`
	Services []struct {
		ID       string `json:"id"`
		Type     string `json:"type"`
		Endpoint any    `json:"serviceEndpoint"` // an address, or what is none here
	} `json:"service"`
}

// pds is the account's server; "" where the document names none.
func (d document) pds() string {
	for _, s := range d.Services {
		address, _ := s.Endpoint.(string)
		if _, id, _ := strings.Cut(s.ID, "#"); id == "atproto_pds" && s.Type == "AtprotoPersonalDataServer" {
			if _, err := serverURL(address); err == nil {
				return address
			}
		}
	}
	return ""
}

// handle is the name that the account claims: the first one that is a handle's.
func (d document) handle() syntax.Handle {
	for _, name := range d.Names {
		if rest, ok := strings.CutPrefix(name, "at://"); ok {
			if h, err := syntax.ParseHandle(rest); err == nil {
				return h.Normalize()
			}
		}
	}
	return syntax.HandleInvalid
}

// document finds the document of an account. A handle must be claimed by the account
// that it leads to.
func (d directory) document(ctx context.Context, id syntax.AtIdentifier) (document, error) {
	if did, err := id.AsDID(); err == nil {
		return d.documentOf(ctx, did)
	}
	handle, err := id.AsHandle()
	if err != nil {
		return document{}, err
	}
	did, err := d.resolve(ctx, handle.Normalize())
	if err != nil {
		return document{}, err
	}
	doc, err := d.documentOf(ctx, did)
	if err == nil && doc.handle() != handle.Normalize() {
		err = fmt.Errorf("it leads to %s, which goes by another name", did)
	}
	return doc, err
}

// resolve asks the DNS, then the handle's own web server.
func (d directory) resolve(ctx context.Context, handle syntax.Handle) (syntax.DID, error) {
	if handle.IsInvalidHandle() || !handle.AllowedTLD() {
		return "", errors.New("there can be nobody of that name")
	}
	if !strings.HasSuffix(handle.String(), entrywayDomain) { // those have no record in the DNS
		records, err := d.txt(ctx, "_atproto."+handle.String())
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		for _, r := range records {
			if did, ok := strings.CutPrefix(r, "did="); ok && err == nil {
				return syntax.ParseDID(did)
			}
		}
	}
	raw, err := d.fetch(ctx, "https://"+handle.String()+"/.well-known/atproto-did")
	if err != nil {
		return "", err
	}
	did, err := syntax.ParseDID(strings.TrimSpace(string(raw)))
	if err != nil {
		return "", fmt.Errorf("%s names no account: %w", handle, err)
	}
	return did, nil
}

func (d directory) documentOf(ctx context.Context, did syntax.DID) (document, error) {
	address := plcDirectory + "/" + did.String()
	switch did.Method() {
	case "plc":
	case "web":
		host, err := syntax.ParseHandle(did.Identifier())
		if err != nil || !host.AllowedTLD() {
			return document{}, fmt.Errorf("%s is at no place of the web", did)
		}
		address = "https://" + host.String() + "/.well-known/did.json"
	default:
		return document{}, fmt.Errorf("%s is an account of a kind that skein does not know", did)
	}
	raw, err := d.fetch(ctx, address)
	if err != nil {
		return document{}, err
	}
	var doc document
	if err := json.Unmarshal(raw, &doc); err != nil {
		return document{}, fmt.Errorf("the document of %s: %w", did, err)
	}
	if doc.DID != did {
		return document{}, fmt.Errorf("the document of %s is another's", did)
	}
	return doc, nil
}

// fetch reads a short answer.
func (d directory) fetch(ctx context.Context, address string) ([]byte, error) {
	const most = 64 << 10
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if resp.StatusCode != http.StatusOK {
		return nil, transport.StatusError(req.URL.Host, resp.StatusCode, "")
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if len(raw) > most {
		err = timeline.Errorf(timeline.CodeTooLarge, "%s: the answer is over %d KiB", req.URL.Host, most>>10)
	}
	return raw, err
}
