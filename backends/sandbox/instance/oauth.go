package instance

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SignIns is how far a server's OAuth goes.
type SignIns string

// The kinds of server.
const (
	// SignInsFull has metadata, PKCE and granular scopes: Mastodon since 4.3.
	SignInsFull SignIns = ""
	// SignInsOld has no metadata and overlooks PKCE: Mastodon before 4.3.
	SignInsOld SignIns = "old"
	// SignInsCoarse registers no app for other scopes than read, write, follow and push,
	// and has no metadata.
	SignInsCoarse SignIns = "coarse"
	// SignInsLate registers any app and refuses such scopes when the person is there:
	// Pixelfed.
	SignInsLate SignIns = "late"
)

// OutOfBand is the redirect URI that has the code shown instead.
const OutOfBand = "urn:ietf:wg:oauth:2.0:oob"

// codeLives is how long a code may be traded for a token.
//
// Source: Mastodon's config/initializers/doorkeeper.rb, Doorkeeper's default
const codeLives = 10 * time.Minute

// client is an app that was registered.
type client struct {
	id, secret, name string
	redirects        []string
	scopes           []string
}

// grant is a code that somebody was given.
type grant struct {
	client    *client
	person    string // key
	redirect  string
	scopes    []string
	challenge string // S256; "" without PKCE
	until     time.Time
}

// pass is what a token opens.
type pass struct {
	person string   // key
	scopes []string // nil: everything
	client *client  // nil: it was made from a name
}

// covers tells whether the token has one of the scopes that a call needs, or one that
// includes it.
func (p pass) covers(needed ...string) bool {
	return p.scopes == nil || slices.ContainsFunc(needed, func(scope string) bool {
		above, what, _ := strings.Cut(scope, ":")
		old := what == "follows" || what == "mutes" || what == "blocks"
		return slices.Contains(p.scopes, scope) || slices.Contains(p.scopes, above) || old && slices.Contains(p.scopes, "follow")
	})
}

// coarse are the scopes that every server of the family knows.
func coarse() []string { return []string{"read", "write", "follow", "push"} }

// scopes are those of Mastodon, but for the administration's.
//
// Source: docs.joinmastodon.org/api/oauth-scopes
func scopes() []string {
	all := append(coarse(), "profile")
	for _, r := range strings.Fields("accounts blocks bookmarks favourites filters follows lists mutes notifications search statuses") {
		all = append(all, "read:"+r)
	}
	for _, w := range strings.Fields("accounts blocks bookmarks conversations favourites filters follows lists media mutes notifications reports statuses") {
		all = append(all, "write:"+w)
	}
	return all
}

// knows tells whether the server knows all of some scopes.
func (s SignIns) knows(wanted []string) bool {
	known := scopes()
	if s == SignInsCoarse || s == SignInsLate {
		known = coarse()
	}
	return !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(known, w) })
}

// signingIn lists what there is for signing in.
func (s *Server) signingIn(mux *http.ServeMux, public func(pattern, scope string, a answer)) {
	public("POST /api/v1/apps", "", postApp)
	public("POST /oauth/token", "", postToken)
	public("POST /oauth/revoke", "", postRevoke)
	if s.opts.SignIns == SignInsFull {
		public("GET /.well-known/oauth-authorization-server", "", authorizationServer)
	}
	mux.HandleFunc("GET /oauth/authorize", s.consent)
	mux.HandleFunc("POST /oauth/authorize", s.decide)
	mux.HandleFunc("GET /oauth/authorize/native", showCode)
}

// authorizationServer is the metadata of RFC 8414.
//
// Source: docs.joinmastodon.org/methods/oauth#authorization-server-metadata
func authorizationServer(c *call) (any, error) {
	base := c.s.base
	return object{
		"issuer": base + "/", "service_documentation": "https://docs.joinmastodon.org/",
		"authorization_endpoint": base + "/oauth/authorize", "token_endpoint": base + "/oauth/token",
		"app_registration_endpoint": base + "/api/v1/apps", "revocation_endpoint": base + "/oauth/revoke",
		"userinfo_endpoint": base + "/oauth/userinfo", "scopes_supported": scopes(),
		"response_types_supported": []string{"code"}, "response_modes_supported": []string{"query", "fragment", "form_post"},
		"grant_types_supported":                 []string{"authorization_code", "client_credentials"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":      []string{"S256"},
	}, nil
}

// postApp registers an app.
//
// Source: docs.joinmastodon.org/methods/apps#create
func postApp(c *call) (any, error) {
	sent, err := c.sent()
	if err != nil {
		return nil, err
	}
	app := &client{
		id: random(), secret: random(), name: sent.Get("client_name"),
		redirects: strings.Fields(sent.Get("redirect_uris")), scopes: strings.Fields(sent.Get("scopes")),
	}
	if len(app.scopes) == 0 {
		app.scopes = []string{"read"}
	}
	switch {
	case app.name == "":
		return nil, errInvalid("Application name can't be blank")
	case len(app.redirects) == 0 || slices.ContainsFunc(app.redirects, func(r string) bool { return !redirectable(r) }):
		return nil, errInvalid("Redirect URI must be an absolute URI.")
	case c.s.opts.SignIns != SignInsLate && !c.s.opts.SignIns.knows(app.scopes):
		return nil, errInvalid("Scopes doesn't match configured on the server.")
	}
	c.s.apps[app.id] = app
	return object{
		"id": strconv.Itoa(len(c.s.apps)), "name": app.name, "website": nil, "scopes": app.scopes,
		"redirect_uri": strings.Join(app.redirects, "\n"), "redirect_uris": app.redirects,
		"client_id": app.id, "client_secret": app.secret, "client_secret_expires_at": 0, "vapid_key": "",
	}, nil
}

// redirectable tells whether an app may have people sent to an address.
func redirectable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Fragment == "" && (address == OutOfBand || u.Host != "" && (u.Scheme == "https" || u.Scheme == "http"))
}

// sent reads the body, a form or JSON; the entries of a list become lines.
func (c *call) sent() (url.Values, error) {
	c.Body = http.MaxBytesReader(nil, c.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind != "application/json" {
		if c.ParseForm() != nil {
			return nil, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
		}
		return c.PostForm, nil
	}
	var sent map[string]any
	if err := json.NewDecoder(c.Body).Decode(&sent); err != nil {
		return nil, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
	}
	form := url.Values{}
	for name, value := range sent {
		switch v := value.(type) {
		case string:
			form.Set(name, v)
		case []any:
			var lines []string
			for _, entry := range v {
				if text, ok := entry.(string); ok {
					lines = append(lines, text)
				}
			}
			form.Set(name, strings.Join(lines, "\n"))
		}
	}
	return form, nil
}

// random cannot be guessed: 256 bits, as Doorkeeper's.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // documented never to fail
	return base64.RawURLEncoding.EncodeToString(b[:])
}
