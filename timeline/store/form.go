package store

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"skein/timeline"
)

const (
	maxName   = 64   // runes of a name
	maxHandle = 2048 // bytes of a handle, an id or an address
)

// key is what names are compared by: without case, and the same however an accent
// was typed.
func key(name string) string {
	return norm.NFC.String(cases.Fold().String(norm.NFC.String(strings.TrimPrefix(name, "@"))))
}

// handleKey is what handles of one network are compared by.
func handleKey(handle string) string { return strings.ToLower(strings.TrimPrefix(handle, "@")) }

// checkName returns a name as it is kept: without a leading @. A name can be typed
// after an @ and ends where the word does.
func checkName(name string) (string, error) {
	name = norm.NFC.String(strings.TrimPrefix(name, "@"))
	odd := func(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.N) && r != '_' && r != '-' }
	switch n := utf8.RuneCountInString(name); {
	case n == 0 || n > maxName || strings.ContainsFunc(name, odd) || timeline.Clean(name).String() != name:
	case strings.Trim(name, "-_") != name:
	default:
		return name, nil
	}
	return "", timeline.Errorf(timeline.CodeUsage,
		"%q is no name for the address book: it is one word of up to %d letters and digits, with - and _ between them", name, maxName)
}

// checkHandle checks the form of a handle: one line that can be drawn, with a web
// address or none.
func checkHandle(h timeline.Handle) error {
	if !slices.Contains(timeline.Networks(), h.Network) {
		return timeline.Errorf(timeline.CodeUsage, "%q is no network", string(h.Network))
	}
	for _, s := range []string{h.Handle, h.ID, h.URL} {
		if len(s) > maxHandle || timeline.CleanLine(s).String() != s || strings.ContainsFunc(s, unicode.IsSpace) {
			return timeline.Errorf(timeline.CodeUsage, "%q is no handle", s)
		}
	}
	if handleKey(h.Handle) == "" {
		return timeline.Errorf(timeline.CodeUsage, "%q is no handle", h.Handle)
	}
	if u, err := url.Parse(h.URL); h.URL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return timeline.Errorf(timeline.CodeUsage, "%q is no web address", h.URL)
	}
	return nil
}
