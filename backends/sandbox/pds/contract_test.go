package pds_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"github.com/bluesky-social/indigo/atproto/lexicon"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
)

// catalog is the published lexicons, with one more schema at a time: indigo
// validates records only, so what a method takes and gives is dressed as one.
type catalog struct {
	*lexicon.BaseCatalog
	dressed lexicon.SchemaRecord
}

const dressedRef = "example.skein.dressed"

func (c *catalog) Resolve(ref string) (*lexicon.Schema, error) {
	if ref == dressedRef {
		return &lexicon.Schema{ID: ref, Def: c.dressed}, nil
	}
	return c.BaseCatalog.Resolve(ref)
}

func (c *catalog) validate(s lexicon.SchemaObject, data map[string]any) error {
	c.dressed = lexicon.SchemaRecord{Type: "record", Record: s}
	data["$type"] = dressedRef
	return lexicon.ValidateRecord(c, data, dressedRef, 0)
}

// body holds a JSON body to a schema; it is dressed as a field named body.
func (c *catalog) body(b *lexicon.SchemaBody, raw []byte) error {
	if b == nil || b.Schema == nil {
		if b == nil && len(bytes.TrimSpace(raw)) > 0 {
			return fmt.Errorf("the lexicon has no body here")
		}
		return nil
	}
	data, err := atdata.UnmarshalJSON(raw)
	if err != nil {
		return err
	}
	return c.validate(lexicon.SchemaObject{
		Type: "object", Properties: map[string]lexicon.SchemaDef{"body": *b.Schema}, Required: []string{"body"},
	}, map[string]any{"body": data})
}

// params holds a query string to a method's parameters.
func (c *catalog) params(s *lexicon.SchemaParams, q url.Values) error {
	data := map[string]any{}
	for name, values := range q {
		if s == nil {
			return fmt.Errorf("the lexicon has no parameters, sent %s", name)
		}
		def, ok := s.Properties[name]
		if !ok {
			return fmt.Errorf("the lexicon has no parameter %s", name)
		}
		v, err := typed(def.Inner, values)
		if err != nil {
			return fmt.Errorf("parameter %s: %w", name, err)
		}
		data[name] = v
	}
	if s == nil {
		return nil
	}
	return c.validate(lexicon.SchemaObject{Type: "object", Properties: s.Properties, Required: s.Required}, data)
}

// typed reads parameter values as their schema has them.
func typed(def any, values []string) (any, error) {
	switch d := def.(type) {
	case lexicon.SchemaInteger:
		return strconv.ParseInt(values[0], 10, 64)
	case lexicon.SchemaBoolean:
		return strconv.ParseBool(values[0])
	case lexicon.SchemaArray:
		list := make([]any, len(values))
		for i, v := range values {
			one, err := typed(d.Items.Inner, []string{v})
			if err != nil {
				return nil, err
			}
			list[i] = one
		}
		return list, nil
	}
	return values[0], nil
}

// exchange is one request and its answer.
type exchange struct {
	verb, method  string
	query         url.Values
	sent, got     []byte
	sentAs, gotAs string
	status        int
}

func (c *catalog) check(e exchange) error {
	schema, err := c.Resolve(e.method)
	if err != nil {
		return err
	}
	var errs []lexicon.SchemaError
	var in, out *lexicon.SchemaBody
	var params *lexicon.SchemaParams
	switch m := schema.Def.(type) {
	case lexicon.SchemaQuery:
		errs, out, params = m.Errors, m.Output, m.Parameters
		if e.verb != http.MethodGet {
			return fmt.Errorf("a query was called with %s", e.verb)
		}
	case lexicon.SchemaProcedure:
		errs, in, out, params = m.Errors, m.Input, m.Output, m.Parameters
		if e.verb != http.MethodPost {
			return fmt.Errorf("a procedure was called with %s", e.verb)
		}
	default:
		return fmt.Errorf("is a %T", schema.Def)
	}
	if err := c.params(params, e.query); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	if in == nil || in.Encoding == "application/json" {
		if err := c.body(in, e.sent); err != nil {
			return fmt.Errorf("request body: %w", err)
		}
	}
	if e.status >= http.StatusBadRequest {
		return checkError(e, errs)
	}
	if out != nil && strings.HasPrefix(out.Encoding, "application/") && !strings.HasPrefix(e.gotAs, out.Encoding) {
		return fmt.Errorf("answered as %q", e.gotAs)
	}
	if err := c.body(out, e.got); out != nil && out.Encoding == "application/json" && err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return c.records(e)
}

// checkError holds an error to the shape of XRPC, and its name to those that the
// method lists or that every method has.
func checkError(e exchange, listed []lexicon.SchemaError) error {
	var body struct{ Error, Message string }
	if err := json.Unmarshal(e.got, &body); err != nil || body.Error == "" || body.Message == "" {
		return fmt.Errorf("error %d has body %s", e.status, e.got)
	}
	names := []string{"InvalidRequest", "ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "InternalServerError"}
	for _, l := range listed {
		names = append(names, l.Name)
	}
	for _, n := range names {
		if n == body.Error {
			return nil
		}
	}
	return fmt.Errorf("error %q is none of %v", body.Error, names)
}

// records validates every record within an answer, which lexicons call "unknown".
func (c *catalog) records(e exchange) error {
	if !strings.HasPrefix(e.gotAs, "application/json") || len(e.got) == 0 {
		return nil
	}
	data, err := atdata.UnmarshalJSON(e.got)
	if err != nil {
		return err
	}
	return c.recordsIn(data)
}

func (c *catalog) recordsIn(v any) error {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if err := c.recordsIn(x); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, x := range v {
			o, ok := x.(map[string]any)
			if kind, named := o["$type"].(string); ok && named && (name == "record" || name == "value") && !strings.Contains(kind, "#") && !strings.Contains(kind, ".embed.") {
				if err := lexicon.ValidateRecord(c, o, kind, 0); err != nil {
					return fmt.Errorf("record %s: %w", kind, err)
				}
			}
			if err := c.recordsIn(x); err != nil {
				return err
			}
		}
	}
	return nil
}

func loadCatalog(t *testing.T) *catalog {
	t.Helper()
	folder := os.Getenv("SKEIN_CONTRACT_DATA")
	if folder == "" {
		t.Skip("SKEIN_CONTRACT_DATA names no folder with the published lexicons: the sandbox is not held to them in this run")
	}
	c := &catalog{BaseCatalog: lexicon.NewBaseCatalog()}
	if err := c.LoadDirectory(filepath.Join(folder, "lexicons")); err != nil {
		t.Fatalf("lexicons: %v", err)
	}
	return c
}

// TestContract drives the sandbox with the adapter and with another client and
// holds both sides of every exchange, and every record in it, to the published
// lexicons.
func TestContract(t *testing.T) {
	c := loadCatalog(t)
	s, err := pds.Start(world.New(world.Options{Seed: 1}), pds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	rec := &recorder{target: s.URL(), client: &http.Client{Transport: tr, Timeout: 10 * time.Second}}
	front := httptest.NewServer(rec)
	defer front.Close()

	readAll(t, s, front.URL)
	writeAll(t, s, front.URL)

	seen := map[string]int{}
	for _, e := range rec.all {
		seen[e.method]++
		if err := c.check(e); err != nil {
			t.Errorf("%s %s?%s (%d): %v\n%.600s", e.verb, e.method, e.query.Encode(), e.status, err, e.got)
		}
	}
	records := s.Records()
	for uri, value := range records {
		kind, _ := value["$type"].(string)
		if err := lexicon.ValidateRecord(c, value, kind, 0); err != nil {
			t.Errorf("stored record %s: %v", uri, err)
		}
	}
	for _, must := range []string{
		"app.bsky.bookmark.createBookmark", "com.atproto.repo.uploadBlob", "com.atproto.repo.putRecord", "app.bsky.feed.getTimeline", "app.bsky.feed.getPostThread", "com.atproto.repo.applyWrites", "com.atproto.server.refreshSession",
		"app.bsky.graph.muteActor", "app.bsky.graph.unmuteActor", "app.bsky.graph.getMutes", "app.bsky.actor.getProfiles",
		"app.bsky.bookmark.getBookmarks", "com.atproto.sync.getRepo", "com.atproto.sync.getLatestCommit",
		"app.bsky.graph.getLists", "app.bsky.feed.getListFeed", "app.bsky.feed.getFeed", "app.bsky.feed.getFeedGenerators", "app.bsky.feed.searchPosts",
	} {
		if seen[must] == 0 {
			t.Errorf("%s was never called", must)
		}
	}
	t.Logf("contract: checked %d responses of %d methods and %d records", len(rec.all), len(seen), len(records))
}

// TestContractNotices breaks answers on purpose: a check that finds nothing is no
// check.
func TestContractNotices(t *testing.T) {
	c := loadCatalog(t)
	for name, e := range map[string]exchange{
		"missing field":     {verb: "GET", method: "app.bsky.feed.getTimeline", got: []byte(`{}`), gotAs: "application/json", status: 200},
		"bad item":          {verb: "GET", method: "app.bsky.feed.getTimeline", got: []byte(`{"feed":[{"post":{"uri":"x"}}]}`), gotAs: "application/json", status: 200},
		"bad limit":         {verb: "GET", method: "app.bsky.feed.getTimeline", query: url.Values{"limit": {"500"}}, got: []byte(`{"feed":[]}`), gotAs: "application/json", status: 200},
		"unknown parameter": {verb: "GET", method: "app.bsky.feed.getTimeline", query: url.Values{"page": {"5"}}, got: []byte(`{"feed":[]}`), gotAs: "application/json", status: 200},
		"no JSON":           {verb: "GET", method: "app.bsky.feed.getTimeline", got: []byte(`{"feed":[]}`), gotAs: "text/html", status: 200},
		"wrong verb":        {verb: "POST", method: "app.bsky.feed.getTimeline", got: []byte(`{"feed":[]}`), gotAs: "application/json", status: 200},
		"unknown error":     {verb: "GET", method: "app.bsky.feed.getTimeline", got: []byte(`{"error":"Oops","message":"x"}`), gotAs: "application/json", status: 400},
		"bad input":         {verb: "POST", method: "com.atproto.repo.createRecord", sent: []byte(`{"repo":"x"}`), got: []byte(`{"uri":"at://did:plc:x/a.b.c/d","cid":"x"}`), gotAs: "application/json", status: 200},
		"bad record": {
			verb: "GET", method: "com.atproto.repo.getRecord", query: url.Values{"repo": {"did:plc:x"}, "collection": {"app.bsky.feed.post"}, "rkey": {"a"}},
			got: []byte(`{"uri":"at://did:plc:x/app.bsky.feed.post/a","value":{"$type":"app.bsky.feed.post","text":"no date"}}`), gotAs: "application/json", status: 200,
		},
	} {
		if c.check(e) == nil {
			t.Errorf("%s passes", name)
		}
	}
}
