package callback

import (
	_ "embed" // the page
	"html/template"
	"net/http"
)

//go:embed page.html
var pageHTML string

// page is what the browser shows at the end.
type page struct {
	status      int
	Title, Text string
}

// The pages.
func pageDone() page {
	return page{http.StatusOK, "Back to your terminal", "skein has what it needs and goes on there. You can close this page."}
}

func pageDenied() page {
	return page{http.StatusOK, "You are not signed in", "The server says that skein was not let in, and skein got nothing. You can close this page."}
}

func pageForeign() page {
	return page{http.StatusBadRequest, "This is another sign-in", "This page does not belong to the sign-in that waits in your terminal, which was stopped to be safe. Begin it again there."}
}

func pageNothing() page {
	return page{http.StatusBadRequest, "There is no sign-in here", "Something is missing from this address. If you came here from your server, begin the sign-in again in your terminal."}
}

func pageUsed() page {
	return page{http.StatusGone, "This was used already", "The sign-in that belongs to this page is over. You can close it."}
}

// serve answers a browser. What is not the one navigation that is waited for ends
// nothing.
func (l *Listener) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Host != l.host: // a name of a stranger's that resolves to this machine
		http.Error(w, "misdirected", http.StatusMisdirectedRequest)
	case r.URL.Path != l.path:
		http.NotFound(w, r)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "only GET", http.StatusMethodNotAllowed)
	case embedded(r):
		http.Error(w, "only a page of its own", http.StatusForbidden)
	default:
		l.take(r).write(w)
	}
}

// embedded tells whether a page asks for this one as a part of itself: as a picture, in
// a frame or by script. Browsers that do not tell are believed.
//
// Source: www.w3.org/TR/fetch-metadata
func embedded(r *http.Request) bool {
	mode, dest := r.Header.Get("Sec-Fetch-Mode"), r.Header.Get("Sec-Fetch-Dest")
	return mode != "" && mode != "navigate" || dest != "" && dest != "document"
}

// take settles the sign-in, if the request may.
func (l *Listener) take(r *http.Request) page {
	query := r.URL.Query()
	end, shown := outcome{query: query}, pageDone()
	switch state := query.Get("state"); {
	case l.isOver():
		return pageUsed()
	case state == "": // opened by hand, or by a program that looks around
		return pageNothing()
	case !l.mine(state):
		end, shown = outcome{err: ErrState}, pageForeign()
	case query.Has("error"):
		shown = pageDenied()
	}
	if !l.settle(end) {
		return pageUsed()
	}
	return shown
}

// write sends the page. The address in the browser's bar holds a code: it is neither
// kept nor told to anybody, and the page loads nothing.
func (p page) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.WriteHeader(p.status)
	t, err := template.New("page").Parse(pageHTML)
	if err == nil {
		_ = t.Execute(w, p) // the browser went away
	}
}
