package instance

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"skein/backends/sandbox/world"
)

// DefaultHost is the domain of everybody's handle unless Options say otherwise.
const DefaultHost = "hachyderm.example"

const headerTimeout = 10 * time.Second

// Options are the server's ways. The zero value is a current Mastodon.
type Options struct {
	Now    func() time.Time // nil: time.Now
	Host   string           // domain in handles and uris; "" is DefaultHost. The API is on loopback whatever it is
	V1Only bool             // knows /api/v1/instance alone, as servers before Mastodon 4.0
	// HomeSize is how many posts a home timeline keeps; 0 is what Mastodon's does, 800.
	HomeSize int
	// NoMarkers leaves out the read marks, as some servers of the family do.
	NoMarkers bool

	// Repeats is what a repeated Idempotency-Key does, and with it which program the
	// server says it is.
	Repeats Repeats
	// Commit is how long a new post takes until it is there and answered for, whether
	// the client waits or not.
	Commit     time.Duration
	AsyncMedia bool // an upload is answered with 202 and is ready at the second look

	SignIns SignIns // how far its OAuth goes

	wrap func(http.Handler) http.Handler // tests look over the server's shoulder
}

// Server is one instance. It is safe for concurrent use.
type Server struct {
	opts     Options
	base     string // http://127.0.0.1:port
	http     *http.Server
	cancel   context.CancelFunc
	done     <-chan struct{} // closed by Close
	pictures *gallery

	mu       sync.Mutex
	town     *town
	tokens   map[string]pass    // by token
	apps     map[string]*client // by id
	grants   map[string]grant   // by code
	underway map[string]bool    // keys of posts that are being written
	listener map[*listener]bool
	reports  []Report
	closed   bool

	wg sync.WaitGroup // the accept loop and every request
}

// Start runs an instance with w's Mastodon people and posts on it.
func Start(w *world.World, o Options) (*Server, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Host == "" {
		o.Host = DefaultHost
	}
	var lc net.ListenConfig
	l, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start an instance: %w", err)
	}
	s := &Server{
		opts: o, base: "http://" + l.Addr().String(),
		pictures: newGallery(), listener: map[*listener]bool{}, underway: map[string]bool{},
		tokens: map[string]pass{}, apps: map[string]*client{}, grants: map[string]grant{},
	}
	if s.town, err = settle(w, o.Now(), s.pictures); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.town.keeps = cmp.Or(o.HomeSize, homeSize)
	for key := range s.town.people {
		s.tokens[s.Token(key)] = pass{person: key}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel, s.done = cancel, ctx.Done()
	handler := s.routes()
	if o.wrap != nil {
		handler = o.wrap(handler)
	}
	s.http = &http.Server{
		Handler:           s.counted(handler),
		ReadHeaderTimeout: headerTimeout,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	s.wg.Go(func() { _ = s.http.Serve(l) }) // ends with ErrServerClosed
	return s, nil
}

// URL is the server's address, without a slash at the end.
func (s *Server) URL() string { return s.base }

// Host is the domain in people's handles.
func (s *Server) Host() string { return s.opts.Host }

// Token is a person's access token: "sandbox-" and the key. It opens everything.
func (s *Server) Token(person string) string { return "sandbox-" + person }

// Close ends all connections and waits until nothing of the server runs.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.cancel()
	err := s.http.Close()
	s.wg.Wait()
	return err
}

// counted lets Close wait for requests, those included whose connection became a
// websocket.
func (s *Server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		s.wg.Add(1)
		s.mu.Unlock()
		defer s.wg.Done()
		next.ServeHTTP(w, r)
	})
}

// call is one request to the API. The town is locked while it is answered.
type call struct {
	*http.Request
	s      *Server
	viewer *person     // nil for somebody unknown
	reply  http.Header // of the answer
	code   int         // of the answer where nothing went wrong; 0 is 200
}

// answer computes what is sent as JSON.
type answer func(*call) (any, error)

// refusal is an error that the API sends.
type refusal struct {
	status  int
	message string
}

func (r refusal) Error() string { return r.message }

func errNotFound() error { return refusal{http.StatusNotFound, "Record not found"} }
func errToken() error    { return refusal{http.StatusUnauthorized, "The access token is invalid"} }
func errScope() error {
	return refusal{http.StatusForbidden, "This action is outside the authorized scopes"}
}

func errInvalid(why string) error {
	return refusal{http.StatusUnprocessableEntity, "Validation failed: " + why}
}

// routes lists the whole API. Each call says which of a token's scopes it needs, one of
// those named; "" is none.
//
// Source: docs.joinmastodon.org/api/oauth-scopes
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	public := func(pattern, scope string, a answer) { mux.HandleFunc(pattern, s.serve(a, scope, false)) }
	signedIn := func(pattern, scope string, a answer) { mux.HandleFunc(pattern, s.serve(a, scope, true)) }

	public("GET /.well-known/nodeinfo", "", nodeinfoIndex)
	public("GET /nodeinfo/2.0", "", nodeinfo)
	public("GET /api/v1/instance", "", instanceV1)
	if !s.opts.V1Only {
		public("GET /api/v2/instance", "", instanceV2)
	}
	s.signingIn(mux, public)

	signedIn("GET /api/v1/timelines/home", "read:statuses", homeTimeline)
	public("GET /api/v1/timelines/public", "read:statuses", publicTimeline)
	public("GET /api/v1/timelines/tag/{tag}", "read:statuses", tagTimeline)
	s.feeding(signedIn)

	mux.HandleFunc("POST /api/v1/statuses", s.publishing(s.serve(postStatus, "write:statuses", true)))
	public("GET /api/v1/statuses/{id}", "read:statuses", getStatus)
	signedIn("PUT /api/v1/statuses/{id}", "write:statuses", editStatus)
	signedIn("DELETE /api/v1/statuses/{id}", "write:statuses", deleteStatus)
	signedIn("GET /api/v1/statuses/{id}/source", "read:statuses", getSource)
	signedIn("POST /api/v1/statuses/{id}/translate", "read:statuses", translateStatus)
	public("GET /api/v1/statuses/{id}/context", "read:statuses", getContext)
	for verb, act := range actions() {
		signedIn("POST /api/v1/statuses/{id}/"+verb, scopeOf(verb), onStatus(act))
	}

	s.writing(signedIn)
	s.listing(signedIn)

	signedIn("GET /api/v1/notifications", "read:notifications", notifications)
	signedIn("GET /api/v1/notifications/{id}", "read:notifications", getNotification)
	signedIn("GET /api/v1/accounts/verify_credentials", "profile read:accounts", verifyCredentials)
	signedIn("GET /api/v1/accounts/relationships", "read:follows", relationships)
	public("GET /api/v1/accounts/lookup", "read:accounts", lookupAccount)
	public("GET /api/v1/accounts/{id}", "read:accounts", getAccount)
	public("GET /api/v1/accounts/{id}/statuses", "read:statuses", accountStatuses)
	public("GET /api/v1/accounts/{id}/following", "read:accounts", following)
	public("GET /api/v1/accounts/{id}/followers", "read:accounts", followers)
	public("GET /api/v1/statuses/{id}/favourited_by", "read:accounts", favouritedBy)
	public("GET /api/v1/statuses/{id}/reblogged_by", "read:accounts", rebloggedBy)
	public("GET /api/v2/search", "read:search", search)

	mux.HandleFunc("GET /api/v1/streaming", s.stream)
	mux.HandleFunc("GET /files/{name}", s.pictures.serve)
	public("/", "", func(*call) (any, error) { return nil, errNotFound() })
	return mux
}

// scopeOf is the scope of what is done to a status or to a person.
func scopeOf(verb string) string {
	switch strings.TrimPrefix(verb, "un") {
	case "favourite":
		return "write:favourites"
	case "bookmark":
		return "write:bookmarks"
	case "follow":
		return "write:follows"
	case "mute":
		return "write:mutes"
	case "block":
		return "write:blocks"
	}
	return "write:statuses"
}

// writing lists what there is beside statuses for those who write.
func (s *Server) writing(signedIn func(pattern, scope string, a answer)) {
	signedIn("POST /api/v2/media", "write:media", postMedia)
	signedIn("GET /api/v1/media/{id}", "write:media", getMedia)
	signedIn("PUT /api/v1/media/{id}", "write:media", putMedia)
	signedIn("GET /api/v1/polls/{id}", "read:statuses", getPoll)
	signedIn("POST /api/v1/polls/{id}/votes", "write:statuses", vote)
	signedIn("GET /api/v1/scheduled_statuses", "read:statuses", scheduledStatuses)
	signedIn("GET /api/v1/scheduled_statuses/{id}", "read:statuses", getScheduled)
	signedIn("DELETE /api/v1/scheduled_statuses/{id}", "write:statuses", deleteScheduled)
	signedIn("POST /api/v1/reports", "write:reports", postReport)
	signedIn("GET /api/v1/follow_requests", "read:follows", followRequests)
	signedIn("POST /api/v1/follow_requests/{id}/authorize", "write:follows", answerRequest(true))
	signedIn("POST /api/v1/follow_requests/{id}/reject", "write:follows", answerRequest(false))
	for verb, do := range relations() {
		signedIn("POST /api/v1/accounts/{id}/"+verb, scopeOf(verb), relate(do))
	}
}

// listing lists what the server keeps of each account.
func (s *Server) listing(signedIn func(pattern, scope string, a answer)) {
	signedIn("GET /api/v1/mutes", "read:mutes", mutes)
	signedIn("GET /api/v1/blocks", "read:blocks", blocks)
	signedIn("GET /api/v2/filters", "read:filters", filters)
	signedIn("GET /api/v1/bookmarks", "read:bookmarks", bookmarks)
	signedIn("GET /api/v1/favourites", "read:favourites", favourites)
	signedIn("GET /api/v1/conversations", "read:statuses", getConversations)
	signedIn("POST /api/v1/conversations/{id}/read", "write:conversations", readConversation)
	if !s.opts.NoMarkers {
		signedIn("GET /api/v1/markers", "read:statuses", getMarkers)
		signedIn("POST /api/v1/markers", "write:statuses", postMarkers)
	}
}

// serve turns an answer into a handler. A token is held to its scopes also where none
// is needed, as on the real server.
func (s *Server) serve(a answer, scope string, needsToken bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, s: s, reply: w.Header(), code: http.StatusOK}
		s.mu.Lock()
		s.publishDue()
		s.endMutes()
		var token pass
		c.viewer, token = s.signedIn(r)
		var out any
		err := errToken()
		switch {
		case c.viewer == nil && needsToken:
		case scope != "" && !token.covers(strings.Fields(scope)...):
			err = errScope()
		default:
			out, err = a(c)
		}
		s.mu.Unlock()
		status := c.code
		if err != nil {
			status, out = refused(err)
		}
		s.limits(w.Header())
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(out) // the client went away
	}
}

// refused is how an error is sent.
func refused(err error) (int, any) {
	var no refusal
	var oauth oauthRefusal
	switch {
	case errors.As(err, &oauth):
		return oauth.status, map[string]string{"error": oauth.kind, "error_description": oauth.text}
	case errors.As(err, &no):
		return no.status, map[string]string{"error": no.message}
	}
	return http.StatusInternalServerError, map[string]string{"error": err.Error()}
}

// limits are the rate limit's headers. The sandbox never refuses.
func (s *Server) limits(h http.Header) {
	const window = 5 * time.Minute
	h.Set("X-RateLimit-Limit", "300")
	h.Set("X-RateLimit-Remaining", "299")
	h.Set("X-RateLimit-Reset", timestamp(s.opts.Now().Truncate(window).Add(window)))
}

// signedIn is whose token came with the request, and what that opens: in the header,
// or in the query as websocket clients in browsers do.
func (s *Server) signedIn(r *http.Request) (*person, pass) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		token = r.URL.Query().Get("access_token")
	}
	p, ok := s.tokens[token]
	if !ok {
		return nil, pass{}
	}
	return s.town.people[p.person], p
}
