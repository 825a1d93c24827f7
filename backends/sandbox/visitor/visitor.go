// Package visitor is a person at a browser, for tests: it opens the page of a sign-in,
// presses one of its buttons and goes wherever that leads.
//
// It reads forms as a browser does and knows no server.
package visitor

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// maxPage is how much of a page is read, in bytes.
const maxPage = 1 << 20

// Page is where the browser ended.
type Page struct {
	URL    string
	Status int
	Text   string // what is to be read on it
	Code   string // what a field with the class oauth-code holds
}

// Open shows a page without touching it.
func Open(ctx context.Context, address string) (Page, error) {
	p, _, err := load(ctx, http.MethodGet, address, nil)
	return p, err
}

// Press opens the page at address and presses the button with a text. A page without
// that button is an error that says what is there instead.
func Press(ctx context.Context, address, button string) (Page, error) {
	p, doc, err := load(ctx, http.MethodGet, address, nil)
	if err != nil {
		return p, err
	}
	for form := range all(doc, "form") {
		for b := range all(form, "button") {
			if strings.TrimSpace(text(b)) != button {
				continue
			}
			return submit(ctx, p.URL, form, b)
		}
	}
	return p, fmt.Errorf("there is no button %q at %s (%d): %s", button, p.URL, p.Status, p.Text)
}

// submit sends a form by one of its buttons.
func submit(ctx context.Context, at string, form, button *html.Node) (Page, error) {
	base, err := url.Parse(at)
	if err != nil {
		return Page{}, fmt.Errorf("form of %s: %w", at, err)
	}
	to, err := base.Parse(attribute(form, "action"))
	if err != nil {
		return Page{}, fmt.Errorf("form of %s: %w", at, err)
	}
	values := url.Values{}
	for in := range all(form, "input") {
		values.Add(attribute(in, "name"), attribute(in, "value"))
	}
	for s := range all(form, "select") {
		values.Add(attribute(s, "name"), selected(s))
	}
	values.Add(attribute(button, "name"), attribute(button, "value"))
	p, _, err := load(ctx, http.MethodPost, to.String(), strings.NewReader(values.Encode()))
	return p, err
}

// selected is the option that is chosen in a list: the one marked, or the first.
func selected(list *html.Node) string {
	first, found := "", false
	for o := range all(list, "option") {
		value := strings.TrimSpace(text(o))
		if has(o, "selected") {
			return value
		}
		if !found {
			first, found = value, true
		}
	}
	return first
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

// load asks for a page, following redirects, each as the navigation that it is.
func load(ctx context.Context, method, address string, body io.Reader) (Page, *html.Node, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return Page{}, nil, fmt.Errorf("open %s: %w", address, err)
	}
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	req.Header.Set("Sec-Fetch-Dest", "document")
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return Page{}, nil, fmt.Errorf("open %s: %w", address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := html.Parse(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return Page{}, nil, fmt.Errorf("read %s: %w", address, err)
	}
	p := Page{URL: resp.Request.URL.String(), Status: resp.StatusCode, Text: strings.Join(strings.Fields(text(doc)), " ")}
	for in := range all(doc, "input") {
		if attribute(in, "class") == "oauth-code" {
			p.Code = attribute(in, "value")
		}
	}
	return p, doc, nil
}

// all are the elements of a name within n.
func all(n *html.Node, name string) iter.Seq[*html.Node] {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && d.Data == name && !yield(d) {
				return
			}
		}
	}
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is what n shows.
func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && d.Parent.Data != "style" {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}
