package pds

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

const maxRequest = maxBlob + 1<<20 // bytes of a request; more than any blob

// access is who may call a method.
type access uint8

const (
	anyone  access = iota // the caller's token, if there is one, tells who looks
	signed                // an access token is needed
	renewal               // a refresh token is needed
)

// method is one XRPC method.
type method struct {
	verb   string
	access access
	run    func(*Server, *call) (any, error)
}

// call is one request to a method.
type call struct {
	query  url.Values
	header http.Header
	body   []byte
	viewer *person // who calls; nil when nobody signed in
	token  claims
}

// failure is an XRPC error: a name that programs read and a message for people.
type failure struct {
	status  int
	name    string
	message string
}

func (f *failure) Error() string { return f.name + ": " + f.message }

func invalid(format string, args ...any) *failure {
	return &failure{http.StatusBadRequest, "InvalidRequest", fmt.Sprintf(format, args...)}
}

func (s *Server) table() map[string]method {
	get, post := http.MethodGet, http.MethodPost
	table := map[string]method{
		"com.atproto.server.createSession":  {post, anyone, (*Server).createSession},
		"com.atproto.server.refreshSession": {post, renewal, (*Server).refreshSession},
		"com.atproto.server.deleteSession":  {post, renewal, (*Server).deleteSession},
		"com.atproto.server.getSession":     {get, signed, (*Server).getSession},
		"com.atproto.server.describeServer": {get, anyone, (*Server).describeServer},

		"com.atproto.repo.describeRepo":      {get, anyone, (*Server).describeRepo},
		"com.atproto.identity.resolveHandle": {get, anyone, (*Server).resolveHandle},

		"com.atproto.repo.createRecord": {post, signed, (*Server).createRecord},
		"com.atproto.repo.putRecord":    {post, signed, (*Server).putRecord},
		"com.atproto.repo.deleteRecord": {post, signed, (*Server).deleteRecord},
		"com.atproto.repo.applyWrites":  {post, signed, (*Server).applyWrites},
		"com.atproto.repo.uploadBlob":   {post, signed, (*Server).uploadBlob},
		"com.atproto.repo.getRecord":    {get, anyone, (*Server).getRecord},
		"com.atproto.repo.listRecords":  {get, anyone, (*Server).listRecords},
		"com.atproto.sync.getBlob":      {get, anyone, (*Server).getBlob},

		"com.atproto.sync.getLatestCommit": {get, anyone, (*Server).getLatestCommit},
		"com.atproto.sync.getRepo":         {get, anyone, (*Server).getRepo},

		"app.bsky.actor.getProfile":     {get, anyone, (*Server).getProfile},
		"app.bsky.actor.getProfiles":    {get, anyone, (*Server).getProfiles},
		"app.bsky.actor.getPreferences": {get, signed, (*Server).getPreferences},
		"app.bsky.actor.putPreferences": {post, signed, (*Server).putPreferences},

		"app.bsky.bookmark.createBookmark": {post, signed, (*Server).createBookmark},
		"app.bsky.bookmark.deleteBookmark": {post, signed, (*Server).deleteBookmark},
		"app.bsky.bookmark.getBookmarks":   {get, signed, (*Server).getBookmarks},

		"com.atproto.moderation.createReport": {post, signed, (*Server).createReport},

		"app.bsky.graph.muteActor":   {post, signed, (*Server).muteActor},
		"app.bsky.graph.unmuteActor": {post, signed, (*Server).unmuteActor},
		"app.bsky.graph.getMutes":    {get, signed, (*Server).getMutes},

		"app.bsky.notification.listNotifications": {get, signed, (*Server).listNotifications},
		"app.bsky.notification.getUnreadCount":    {get, signed, (*Server).getUnreadCount},
		"app.bsky.notification.updateSeen":        {post, signed, (*Server).updateSeen},

		"app.bsky.feed.getTimeline":   {get, signed, (*Server).getTimeline},
		"app.bsky.feed.getAuthorFeed": {get, anyone, (*Server).getAuthorFeed},
		"app.bsky.feed.getPosts":      {get, anyone, (*Server).getPosts},
		"app.bsky.feed.getPostThread": {get, anyone, (*Server).getPostThread},
		"app.bsky.feed.getLikes":      {get, anyone, (*Server).getLikes},
		"app.bsky.feed.getRepostedBy": {get, anyone, (*Server).getRepostedBy},
		"app.bsky.feed.searchPosts":   {get, signed, (*Server).searchPosts},
		"app.bsky.actor.searchActors": {get, anyone, (*Server).searchActors},
		"app.bsky.graph.getFollowers": {get, anyone, (*Server).getFollowers},
		"app.bsky.graph.getFollows":   {get, anyone, (*Server).getFollows},

		"app.bsky.graph.getLists":         {get, anyone, (*Server).getLists},
		"app.bsky.feed.getListFeed":       {get, anyone, (*Server).getListFeed},
		"app.bsky.feed.getFeed":           {get, anyone, (*Server).getFeed},
		"app.bsky.feed.getFeedGenerators": {get, anyone, (*Server).getFeedGenerators},
	}
	s.chatTable(table)
	return table
}

func (s *Server) serveXRPC(w http.ResponseWriter, r *http.Request) {
	out, err := s.dispatch(w, r)
	status := http.StatusOK
	if err != nil {
		var f *failure
		if !errors.As(err, &f) {
			f = &failure{http.StatusInternalServerError, "InternalServerError", "Internal Server Error"}
		}
		status, out = f.status, map[string]string{"error": f.name, "message": f.message}
	}
	switch out := out.(type) {
	case *blob:
		serveBytes(w, out)
		return
	case archive:
		w.Header().Set("Content-Type", "application/vnd.ipld.car")
		_, _ = w.Write(out) //nolint:gosec // it is no page, and its type says so; an error: the caller has gone
		return
	}
	if out == nil { // a procedure without an output
		w.WriteHeader(status)
		return
	}
	body, err := json.Marshal(out)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone: nobody to tell
}

// dispatch checks verb and token and runs the method.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) (any, error) {
	name := r.PathValue("method")
	m, ok := s.methods[name]
	if !ok {
		return nil, &failure{http.StatusNotImplemented, "MethodNotImplemented", "Method Not Implemented"}
	}
	if r.Method != m.verb {
		return nil, &failure{http.StatusMethodNotAllowed, "InvalidRequest", fmt.Sprintf("Incorrect HTTP method (%s) expected %s", r.Method, m.verb)}
	}
	s.count(name)
	c := &call{query: r.URL.Query(), header: r.Header}
	if err := s.authenticate(w, r, c, m.access); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return nil, &failure{http.StatusRequestEntityTooLarge, "PayloadTooLarge", "request entity too large"}
	}
	c.body = body
	return m.run(s, c)
}

// input decodes a procedure's body.
func (c *call) input(v any) error {
	if err := json.Unmarshal(c.body, v); err != nil {
		return invalid("Unable to parse body: %v", err)
	}
	return nil
}

// number reads an integer parameter within its lexicon's bounds.
func (c *call) number(name string, fallback, low, high int) (int, error) {
	raw := c.query.Get(name)
	if raw == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < low || n > high {
		return 0, invalid("Error: Params must have the property %q between %d and %d", name, low, high)
	}
	return n, nil
}

// required reads a parameter that must be there.
func (c *call) required(name string) (string, error) {
	v := c.query.Get(name)
	if v == "" {
		return "", invalid("Error: Params must have the property %q", name)
	}
	return v, nil
}
