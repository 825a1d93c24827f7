package instance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"skein/backends/mastodon"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// exchange is one request and what was answered.
type exchange struct {
	method, target string
	requestHeader  http.Header
	requestBody    []byte
	status         int
	header         http.Header
	body           []byte
}

// recorder keeps what goes over the API. Websockets, pages and files are not its matter.
type recorder struct {
	mu        sync.Mutex
	exchanges []exchange
}

func (r *recorder) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		described := strings.HasPrefix(req.URL.Path, "/api/") && !strings.HasPrefix(req.URL.Path, "/api/v1/streaming") ||
			slices.Contains([]string{"/oauth/token", "/oauth/revoke", "/.well-known/oauth-authorization-server"}, req.URL.Path)
		if !described {
			next.ServeHTTP(w, req)
			return
		}
		sent, err := io.ReadAll(req.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		req.Body = io.NopCloser(bytes.NewReader(sent))
		tee := &teeWriter{ResponseWriter: w}
		next.ServeHTTP(tee, req)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.exchanges = append(r.exchanges, exchange{
			method: req.Method, target: req.URL.String(), requestHeader: req.Header.Clone(), requestBody: sent,
			status: tee.status, header: w.Header().Clone(), body: tee.body.Bytes(),
		})
	})
}

type teeWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *teeWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *teeWriter) Write(b []byte) (int, error) {
	w.body.Write(b)
	return w.ResponseWriter.Write(b)
}

// description loads the published description of the API. It is patched where it
// contradicts itself: a Quote is also a ShallowQuote, so "one of" cannot hold, and
// a header is a string.
func description(t *testing.T) validator.Validator {
	t.Helper()
	folder := os.Getenv("SKEIN_CONTRACT_DATA")
	if folder == "" {
		t.Skip("SKEIN_CONTRACT_DATA names no folder with mastodon-openapi.json, so nothing was held to the published API")
	}
	raw, err := os.ReadFile(filepath.Join(folder, "mastodon-openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	raw = patch(t, raw)
	doc, err := libopenapi.NewDocument(raw)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	t.Cleanup(v.Release)
	return v
}

func patch(t *testing.T, raw []byte) []byte {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	anyOf(t, doc, "components", "schemas", "Status", "properties", "quote")
	// What is posted with media or a poll has a text as well.
	anyOf(t, doc, "paths", "/api/v1/statuses", "post", "requestBody", "content", "application/json", "schema")
	parameters, ok := within(t, doc, "paths", "/api/v1/statuses", "post")["parameters"].([]any)
	if !ok || len(parameters) != 1 {
		t.Fatal("posting a status has other parameters than a key: see to the patch")
	}
	key, ok := parameters[0].(map[string]any)
	if !ok {
		t.Fatal("the parameter is no object")
	}
	key["schema"] = map[string]any{"type": "string"} // it says object, which no header is
	for _, path := range []string{"/api/v1/apps", "/oauth/token", "/oauth/revoke"} {
		content := within(t, doc, "paths", path, "post", "requestBody", "content")
		content["application/x-www-form-urlencoded"] = content["application/json"] // RFC 6749 section 4.1.3
	}
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// within is the object at a path.
func within(t *testing.T, doc map[string]any, path ...string) map[string]any {
	t.Helper()
	for _, key := range path {
		next, ok := doc[key].(map[string]any)
		if !ok {
			t.Fatalf("the description has no %s in %v", key, path)
		}
		doc = next
	}
	return doc
}

// anyOf makes a oneOf an anyOf.
func anyOf(t *testing.T, doc map[string]any, path ...string) {
	t.Helper()
	at := within(t, doc, path...)
	if at["oneOf"] == nil {
		t.Fatalf("%v is no oneOf any more: drop the patch", path)
	}
	at["anyOf"] = at["oneOf"]
	delete(at, "oneOf")
}

// check holds each exchange to the description and returns how many there were.
func (r *recorder) check(t *testing.T, v validator.Validator) int {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.exchanges {
		for _, why := range e.problems(t, v) {
			t.Errorf("%s %s (%d): %s", e.method, e.target, e.status, why)
		}
	}
	return len(r.exchanges)
}

// forgive drops the exchanges that ended with a status.
func (r *recorder) forgive(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = slices.DeleteFunc(r.exchanges, func(e exchange) bool { return e.status == status })
}

// problems is what the description has against an exchange.
func (e exchange) problems(t *testing.T, v validator.Validator) []string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), e.method, "https://mastodon.example"+e.target, bytes.NewReader(e.requestBody))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = e.requestHeader
	resp := &http.Response{
		StatusCode: e.status, Header: e.header, Request: req,
		Body: io.NopCloser(bytes.NewReader(e.body)), ContentLength: int64(len(e.body)),
	}
	_, errs := v.ValidateHttpRequestResponse(req, resp)
	var out []string
	for _, err := range errs {
		why := err.Message + ": " + err.Reason
		for _, s := range err.SchemaValidationErrors {
			why += fmt.Sprintf("\n  %s at %s", s.Reason, s.FieldPath)
		}
		out = append(out, why)
	}
	return out
}

// observed is an instance whose API is recorded.
func observed(t *testing.T, w *world.World, o Options) (*Server, *recorder) {
	t.Helper()
	r := &recorder{}
	o.wrap = r.wrap
	return start(t, w, o), r
}

// TestContractReading has the adapter do all it can on the whole world.
func TestContractReading(t *testing.T) {
	v := description(t)
	for name, o := range map[string]Options{"Current": {}, "V1Only": {V1Only: true}} {
		t.Run(name, func(t *testing.T) {
			s, rec := observed(t, world.New(world.Options{}), o)
			exercise(t, s)
			t.Logf("contract: checked %d responses", rec.check(t, v))
		})
	}
}

func exercise(t *testing.T, s *Server) {
	t.Helper()
	ctx, b := t.Context(), adapter(t, s)
	if _, err := b.Check(ctx); err != nil {
		t.Error(err)
	}
	page := timeline.Page{Limit: 40}
	for {
		batch, err := b.Home(ctx, page)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range batch.Posts[:min(5, len(batch.Posts))] {
			look(t, b, p)
		}
		if batch.Older == "" {
			break
		}
		page.Before = batch.Older
	}
}

// look reads a post in each way there is.
func look(t *testing.T, b *mastodon.Backend, p *timeline.Post) {
	t.Helper()
	ctx, id := t.Context(), p.Content().ID
	if _, err := b.Thread(ctx, id); err != nil {
		t.Errorf("thread of %s: %v", id, err)
	}
	if _, err := b.Resolve(ctx, p.Content().URL.String()); err != nil {
		t.Errorf("resolve %s: %v", p.Content().URL, err)
	}
	if _, err := b.Profile(ctx, p.Author.ID); err != nil {
		t.Errorf("profile of %s: %v", p.Author.ID, err)
	}
	if _, err := b.ProfilePosts(ctx, p.Author.ID, timeline.Page{Limit: 5}); err != nil {
		t.Errorf("posts of %s: %v", p.Author.ID, err)
	}
}

// TestContractRest covers what the reading adapter does not ask for: writing, other
// timelines, and each way to be refused.
func TestContractRest(t *testing.T) {
	v := description(t)
	s, rec := observed(t, village(say("first", "ana", "first #tag")), Options{})
	you := s.Token(world.Viewer)
	id := s.statusID(t, "first")
	posted := s.do(t, http.MethodPost, "/api/v1/statuses", you, jsonBody(`{"status":"hello @ana https://ana.example/x #tag"}`))
	for _, c := range []struct {
		method, path, token string
		want                int
	}{
		{http.MethodGet, "/api/v1/timelines/public", "", 200},
		{http.MethodGet, "/api/v1/timelines/tag/tag?limit=1", "", 200},
		{http.MethodGet, "/api/v1/lists", you, 200},
		{http.MethodGet, "/api/v1/timelines/list/100", you, 200},
		{http.MethodGet, "/api/v1/timelines/list/9", you, 404},
		{http.MethodGet, "/api/v1/followed_tags?limit=1", you, 200},
		{http.MethodPost, "/api/v1/tags/tag/follow", you, 200},
		{http.MethodGet, "/api/v1/tags/tag", you, 200},
		{http.MethodPost, "/api/v1/tags/tag/unfollow", you, 200},
		{http.MethodGet, "/api/v2/search?q=" + url.QueryEscape("@ana") + "&resolve=true", you, 200},
		{http.MethodPost, "/api/v1/statuses/" + id + "/favourite", you, 200},
		{http.MethodPost, "/api/v1/statuses/" + id + "/unfavourite", you, 200},
		{http.MethodPost, "/api/v1/statuses/" + id + "/bookmark", you, 200},
		{http.MethodPost, "/api/v1/statuses/" + id + "/unbookmark", you, 200},
		{http.MethodPost, "/api/v1/statuses/" + id + "/reblog", you, 200},
		{http.MethodPost, "/api/v1/statuses/" + id + "/unreblog", you, 200},
		{http.MethodDelete, "/api/v1/statuses/" + posted.text("id"), you, 200},
		{http.MethodGet, "/api/v1/statuses/" + posted.text("id"), you, 404},
		{http.MethodGet, "/api/v1/timelines/home", "", 401},
		{http.MethodGet, "/api/v1/timelines/home", "wrong", 401},
		{http.MethodGet, "/api/v1/accounts/lookup?acct=nobody", you, 404},
	} {
		if got := s.do(t, c.method, c.path, c.token, nil).status; got != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.path, got, c.want)
		}
	}
	t.Logf("contract: checked %d responses", rec.check(t, v))
	bites(t, v, rec.exchanges)
}

// TestContractWriting covers what a client that writes asks for.
func TestContractWriting(t *testing.T) {
	v := description(t)
	asked := say("asked", "ana", "which?")
	asked.Poll = &world.Poll{Options: []string{"a", "b"}, Votes: []int{0, 0}, Open: time.Hour}
	s, rec := observed(t, village(asked), Options{AsyncMedia: true})
	you := s.Token(world.Viewer)
	file := s.do(t, http.MethodPost, "/api/v2/media", you, multipartBody(t, picturePNG(t, 3), "a dot")).text("id")
	ana := s.do(t, http.MethodGet, "/api/v1/accounts/lookup?acct=ana", you, nil).text("id")
	at := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	talk := s.do(t, http.MethodPost, "/api/v1/statuses", you, &body{kind: "application/json", text: `{"status":"@ana psst","visibility":"direct"}`}).text("id")
	var posted, later string
	for _, c := range []struct {
		method, path, body string
		want               int
		keep               *string
	}{
		{http.MethodGet, "/api/v1/media/" + file, "", 206, nil},
		{http.MethodGet, "/api/v1/media/" + file, "", 200, nil},
		{http.MethodPost, "/api/v1/statuses", `{"status":"hi","media_ids":["` + file + `"],"quote_approval_policy":"nobody"}`, 200, &posted},
		{http.MethodPost, "/api/v1/statuses", `{"status":"again","media_ids":["` + file + `"]}`, 422, nil},
		{http.MethodPost, "/api/v1/statuses", `{"status":"later","visibility":"private","scheduled_at":"` + at + `"}`, 200, &later},
		{http.MethodGet, "/api/v1/scheduled_statuses", "", 200, nil},
		{http.MethodPost, "/api/v1/polls/" + s.statusID(t, "asked") + "/votes", `{"choices":[1]}`, 200, nil},
		{http.MethodPost, "/api/v1/polls/" + s.statusID(t, "asked") + "/votes", `{"choices":[1]}`, 422, nil},
		{http.MethodGet, "/api/v1/polls/" + s.statusID(t, "asked"), "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/unfollow", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/follow", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/mute", `{"notifications":true}`, 200, nil},
		{http.MethodGet, "/api/v1/mutes?limit=1", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/unmute", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/block", "", 200, nil},
		{http.MethodGet, "/api/v1/blocks?limit=1", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/follow", "", 403, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/unblock", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/" + ana + "/follow", "", 200, nil},
		{http.MethodPost, "/api/v1/accounts/1/mute", "", 404, nil},
		{http.MethodGet, "/api/v1/accounts/" + ana + "/following", "", 200, nil},
		{http.MethodGet, "/api/v1/accounts/1/following", "", 404, nil},
		{http.MethodGet, "/api/v1/conversations?limit=5", "", 200, nil},
		{http.MethodPost, "/api/v1/conversations/" + talk + "/read", "", 200, nil},
		{http.MethodPost, "/api/v1/conversations/1/read", "", 404, nil},
		{http.MethodGet, "/api/v1/bookmarks", "", 200, nil},
		{http.MethodGet, "/api/v1/favourites?limit=1", "", 200, nil},
		{http.MethodGet, "/api/v1/markers?timeline[]=home&timeline[]=notifications", "", 200, nil},
		{http.MethodPost, "/api/v1/markers", `{"home":{"last_read_id":"` + ana + `"},"notifications":{"last_read_id":"5"}}`, 200, nil},
		{http.MethodGet, "/api/v1/markers?timeline[]=home&timeline[]=notifications", "", 200, nil},
	} {
		var b *body
		if c.body != "" {
			b = jsonBody(c.body)
			b.key = "key of " + c.path + c.body
		}
		g := s.do(t, c.method, c.path, you, b)
		if g.status != c.want {
			t.Errorf("%s %s: %d, want %d: %s", c.method, c.path, g.status, c.want, g.raw)
		}
		if c.keep != nil {
			*c.keep = g.text("id")
		}
	}
	s.do(t, http.MethodGet, "/api/v1/statuses/"+posted+"/source", you, nil)
	s.do(t, http.MethodPut, "/api/v1/statuses/"+posted, you, jsonBody(`{"status":"ho","media_ids":["`+file+`"]}`))
	s.do(t, http.MethodGet, "/api/v1/scheduled_statuses/"+later, you, nil)
	s.do(t, http.MethodDelete, "/api/v1/scheduled_statuses/"+later, you, nil)
	t.Logf("contract: checked %d responses", rec.check(t, v))
}

// bites makes sure that the description would object: to a status that lacks a
// field, and to a request that lacks a parameter.
func bites(t *testing.T, v validator.Validator, exchanges []exchange) {
	t.Helper()
	spoilt := 0
	for _, e := range exchanges {
		switch {
		case strings.HasPrefix(e.target, "/api/v1/timelines/public"):
			e.body = bytes.ReplaceAll(e.body, []byte(`"spoiler_text"`), []byte(`"spoiler"`))
		case strings.HasPrefix(e.target, "/api/v1/accounts/lookup"):
			e.target = "/api/v1/accounts/lookup"
		default:
			continue
		}
		spoilt++
		if len(e.problems(t, v)) == 0 {
			t.Errorf("the description accepts %s %s with %s", e.method, e.target, e.body)
		}
	}
	if spoilt != 2 {
		t.Errorf("spoilt %d exchanges, want 2", spoilt)
	}
}
