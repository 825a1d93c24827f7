package pds

import (
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// consentPage is where a person says yes or no. It asks for no password: whoever can
// reach the sandbox is the person who runs it.
const consentPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Sandbox: sign in</title>
<body style="font: 1.1em sans-serif; max-width: 30em; margin: 3em auto">
<h1>{{.Domain}}</h1>
<p><b>{{.Client}}</b> asks to act for you: <code>{{.Scope}}</code></p>
<form method="post">
<input type="hidden" name="request_uri" value="{{.URI}}">
<p><label>Account <select name="account">{{range .People}}<option{{if eq . $.Hint}} selected{{end}}>{{.}}</option>{{end}}</select></label></p>
<p><button name="verdict" value="approve">Approve</button> <button name="verdict" value="deny">Deny</button></p>
</form>`

// pending finds the request that a page is about.
func (o *authority) pending(values url.Values) *request {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.requests[values.Get("request_uri")]
	if r == nil || o.now().After(r.until) {
		return nil
	}
	return r
}

func (s *Server) showConsent(w http.ResponseWriter, r *http.Request) {
	asked := s.authority.pending(r.URL.Query())
	if asked == nil || asked.client != r.URL.Query().Get("client_id") {
		http.Error(w, "Unknown request_uri", http.StatusBadRequest)
		return
	}
	t, err := template.New("consent").Parse(consentPage)
	if err != nil {
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	s.mu.RLock()
	people := make([]string, 0, len(s.handles))
	for handle := range s.handles {
		people = append(people, handle)
	}
	hint := asked.hint
	if p := s.lookup(hint); p != nil {
		hint = p.handle
	}
	s.mu.RUnlock()
	slices.Sort(people)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = t.Execute(w, object{ // the browser has gone
		"Domain": s.opts.HandleDomain, "Client": asked.client, "Scope": asked.scope, "Hint": hint,
		"People": people, "URI": r.URL.Query().Get("request_uri"),
	})
}

// takeConsent sends the browser back with a code, or with a refusal. A request is
// answered once.
func (s *Server) takeConsent(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if r.ParseForm() != nil {
		http.Error(w, "no form", http.StatusBadRequest)
		return
	}
	asked := s.authority.pending(r.PostForm)
	s.mu.RLock()
	p := s.lookup(strings.TrimPrefix(r.PostForm.Get("account"), "@"))
	s.mu.RUnlock()
	if asked == nil || p == nil {
		http.Error(w, "Unknown request_uri or account", http.StatusBadRequest)
		return
	}
	back := url.Values{"state": {asked.state}, "iss": {s.url}}
	s.authority.mu.Lock()
	delete(s.authority.requests, r.PostForm.Get("request_uri"))
	if r.PostForm.Get("verdict") == "approve" {
		code := "cod-" + rand.Text()
		asked.subject = p.did
		s.authority.codes[code] = asked
		back.Set("code", code)
	} else {
		back.Set("error", "access_denied")
		back.Set("error_description", "The user rejected the request")
	}
	s.authority.mu.Unlock()
	http.Redirect(w, r, asked.redirect+"?"+back.Encode(), http.StatusSeeOther)
}
