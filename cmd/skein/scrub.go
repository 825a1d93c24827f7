package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"skein/config/account"
	"skein/timeline"
)

// hiddenSecret stands for what looks like a secret.
const hiddenSecret = "<secret>"

// scrubber takes out of a text what tells whose it is.
type scrubber struct {
	names   *strings.Replacer
	secrets *regexp.Regexp
	keys    *regexp.Regexp
}

// newScrubber makes one for the accounts of a person with a home folder.
func newScrubber(records []account.Record, home string) scrubber {
	var pairs [][2]string
	hide := func(what, with string) {
		if len(what) > 2 {
			pairs = append(pairs, [2]string{what, with})
		}
	}
	for i, r := range records {
		stands := fmt.Sprintf("<account %d>", i+1)
		for _, name := range []string{r.Handle, strings.TrimPrefix(r.Handle, "@"), r.DID, r.PubKey, r.ID} {
			hide(name, stands)
		}
		if !slices.Contains(timeline.Networks(), timeline.Network(r.Name)) { // that is nobody's name
			hide(r.Name, stands)
		}
	}
	hide(strings.TrimRight(home, `/\`), "~")
	// The longest first: of a handle with its @ nothing may stay.
	slices.SortStableFunc(pairs, func(a, b [2]string) int { return cmp.Compare(len(b[0]), len(a[0])) })
	var flat []string
	for _, p := range pairs {
		flat = append(flat, p[0], p[1])
	}
	return scrubber{
		names: strings.NewReplacer(flat...),
		secrets: regexp.MustCompile(`(?i)(?:nsec1|ncryptsec1|age-secret-key-1)[0-9a-z]+` + // keys in their own words
			`|eyJ[\w-]{8,}(?:\.[\w-]+)*` + // JSON web tokens
			`|(?:bearer|dpop|basic) +[\w.~+/=-]{8,}` +
			`|(?:secret|token|password|passwd|code|state|code_verifier|jwt|key)"?[=:] ?"?[^\s&"',}]{6,}` + // of forms, addresses and JSON
			`|\b[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}-[a-z2-7]{4}\b` + // app passwords
			`|://[^\s/@]+:[^\s/@]+@`), // of proxies
		keys: regexp.MustCompile(`\b([0-9a-fA-F]{8})[0-9a-fA-F]{56}\b`), // ids, and what may be a key
	}
}

func (s scrubber) scrub(text string) string {
	text = s.names.Replace(text)
	text = s.secrets.ReplaceAllString(text, hiddenSecret)
	return s.keys.ReplaceAllString(text, "$1…")
}
