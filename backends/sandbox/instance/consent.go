package instance

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"skein/backends/sandbox/world"
)

// consentHTML is the page that asks a person whether an app may. It is Mastodon's in
// what its forms send; who signs in is said in a field, as the sandbox knows no
// passwords.
const consentHTML = `<!doctype html>
<meta charset="utf-8"><title>Authorization required</title>
{{if .Error}}<div class="flash-message" id="error_explanation">{{.Error}}</div>
{{else if .Code}}<p>Copy this authorization code and paste it to the application.</p>
<input class="oauth-code" readonly value="{{.Code}}">
{{else}}<h1>{{.App}} would like permission to access your account</h1>
<ul class="permissions-list">{{range .Scopes}}<li>{{.}}</li>{{end}}</ul>
{{range .Forms}}<form action="/oauth/authorize" method="post">
{{range $name, $values := .Hidden}}{{range $values}}<input type="hidden" name="{{$name}}" value="{{.}}">
{{end}}{{end}}<button name="button" type="submit">{{.Button}}</button>
</form>
{{end}}{{end}}`

type consentPage struct {
	Error, Code, App string
	Scopes           []string
	Forms            []consentForm
}

type consentForm struct {
	Button string
	Hidden url.Values
}

// show sends the page.
func (p consentPage) show(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("X-Frame-Options", "DENY")
	w.WriteHeader(status)
	if t, err := template.New("consent").Parse(consentHTML); err == nil {
		_ = t.Execute(w, p) // the browser went away
	}
}

// request is what an app asks of a person.
type request struct {
	client   *client
	redirect string
	scopes   []string
	query    url.Values
}

// asks reads an authorization request. What cannot be sent back to the app, because
// it is not known or not the app's address, is shown to the person.
//
// Source: docs.joinmastodon.org/methods/oauth#authorize
func (s *Server) asks(query url.Values) (request, string) {
	r := request{query: query, redirect: query.Get("redirect_uri"), scopes: strings.Fields(query.Get("scope"))}
	s.mu.Lock()
	r.client = s.apps[query.Get("client_id")]
	s.mu.Unlock()
	if len(r.scopes) == 0 {
		r.scopes = []string{"read"}
	}
	switch {
	case r.client == nil:
		return r, "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."
	case !slices.Contains(r.client.redirects, r.redirect):
		return r, "The redirect uri included is not valid."
	}
	return r, ""
}

// wrong is the error that goes back to the app; "" when all is well.
//
// Source: RFC 6749 section 4.1.2.1, RFC 7636 section 4.4.1
func (r request) wrong(s SignIns) string {
	outside := slices.ContainsFunc(r.scopes, func(w string) bool { return !slices.Contains(r.client.scopes, w) })
	method := r.query.Get("code_challenge_method")
	switch {
	case r.query.Get("response_type") != "code":
		return "unsupported_response_type"
	case outside || !s.knows(r.scopes):
		return "invalid_scope"
	case s != SignInsOld && r.query.Has("code_challenge") && method != "S256":
		return "invalid_code_challenge_method"
	}
	return ""
}

// consent shows the page.
func (s *Server) consent(w http.ResponseWriter, r *http.Request) {
	asked, broken := s.asks(r.URL.Query())
	if broken != "" {
		consentPage{Error: broken}.show(w, http.StatusBadRequest)
		return
	}
	if wrong := asked.wrong(s.opts.SignIns); wrong != "" {
		asked.back(w, r, url.Values{"error": {wrong}, "error_description": {"The request was refused."}})
		return
	}
	form := func(button, method string) consentForm {
		hidden := url.Values{"person": {world.Viewer}}
		for name, values := range asked.query {
			hidden[name] = values
		}
		if method != "" {
			hidden.Set("_method", method) // as Rails has forms say DELETE
		}
		return consentForm{Button: button, Hidden: hidden}
	}
	consentPage{
		App: asked.client.name, Scopes: asked.scopes,
		Forms: []consentForm{form("Authorize", ""), form("Deny", "delete")},
	}.show(w, http.StatusOK)
}

// decide takes what the person answered.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if r.ParseForm() != nil {
		consentPage{Error: "The form cannot be read."}.show(w, http.StatusBadRequest)
		return
	}
	asked, broken := s.asks(r.PostForm)
	if broken == "" {
		broken = asked.wrong(s.opts.SignIns)
	}
	who := r.PostForm.Get("person")
	switch {
	case broken != "":
		consentPage{Error: broken}.show(w, http.StatusBadRequest)
		return
	case r.PostForm.Get("_method") == "delete":
		asked.back(w, r, url.Values{
			"error": {"access_denied"}, "error_description": {"The resource owner or authorization server denied the request."},
		})
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.town.people[who] == nil {
		consentPage{Error: "Nobody here is called that."}.show(w, http.StatusUnprocessableEntity)
		return
	}
	code := random()
	g := grant{client: asked.client, person: who, redirect: asked.redirect, scopes: asked.scopes, until: s.opts.Now().Add(codeLives)}
	if s.opts.SignIns != SignInsOld {
		g.challenge = asked.query.Get("code_challenge")
	}
	s.grants[code] = g
	asked.back(w, r, url.Values{"code": {code}})
}

// back sends the browser to the app, with what the app sent along; or shows the person
// what the app wants to know.
func (r request) back(w http.ResponseWriter, req *http.Request, say url.Values) {
	if r.redirect == OutOfBand {
		if say.Has("error") {
			consentPage{Error: say.Get("error_description")}.show(w, http.StatusBadRequest)
			return
		}
		http.Redirect(w, req, "/oauth/authorize/native?"+say.Encode(), http.StatusFound)
		return
	}
	if state := r.query.Get("state"); state != "" {
		say.Set("state", state)
	}
	http.Redirect(w, req, r.redirect+"?"+say.Encode(), http.StatusFound)
}

// showCode is where the browser ends that has no app to go back to.
func showCode(w http.ResponseWriter, r *http.Request) {
	consentPage{Code: r.URL.Query().Get("code")}.show(w, http.StatusOK)
}
