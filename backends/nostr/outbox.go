package nostr

import (
	"cmp"
	"slices"
)

// The shape of a plan.
const (
	coverEach  = 2   // relays that each person is read from
	coverMax   = 30  // relays that a plan uses at most
	perAuthor  = 8   // write relays of one person that are looked at
	authorsMax = 200 // authors in one filter
)

// plan says whom to read at which relay.
type plan map[string][]string

// cover picks relays for the authors, greedily: the relay that serves the most
// who still lack one comes next, an own relay before another that serves as many.
// Each author ends up on coverEach of their relays where they have as many; one
// without a list, or whom no picked relay serves, is read at all of fallback.
//
// lists holds write relays by author, normalised; avoid tells of a relay that
// does not work at the moment: it counts for no one, so that people on it get a
// further relay, or the fallback.
func cover(authors []string, lists map[string][]string, fallback []string, avoid func(url string) bool) plan {
	own := map[string]bool{}
	for _, u := range fallback {
		own[u] = true
	}
	serves := map[string][]string{}
	need := map[string]int{}
	for _, a := range authors {
		usable := 0
		for _, u := range lists[a][:min(len(lists[a]), perAuthor)] {
			if !avoid(u) {
				serves[u] = append(serves[u], a)
				usable++
			}
		}
		need[a] = min(usable, coverEach)
	}
	p := plan{}
	for len(p) < coverMax-len(fallback) {
		url, n := best(serves, need, own)
		if n == 0 {
			break
		}
		for _, a := range serves[url] {
			if need[a] > 0 {
				need[a]--
				p[url] = append(p[url], a)
			}
		}
		delete(serves, url)
	}
	served := map[string]bool{}
	for _, list := range p {
		for _, a := range list {
			served[a] = true
		}
	}
	for _, a := range authors {
		if served[a] {
			continue
		}
		for _, u := range fallback {
			p[u] = append(p[u], a)
		}
	}
	for _, list := range p {
		slices.Sort(list)
	}
	return p
}

// best is the relay that serves the most people in need.
func best(serves map[string][]string, need map[string]int, own map[string]bool) (url string, n int) {
	for u, list := range serves {
		count := 0
		for _, a := range list {
			if need[a] > 0 {
				count++
			}
		}
		if count == 0 {
			continue
		}
		c := cmp.Or(cmp.Compare(count, n), rank(own[u])-rank(own[url]), cmp.Compare(url, u))
		if n == 0 || c > 0 {
			url, n = u, count
		}
	}
	return url, n
}

func rank(own bool) int {
	if own {
		return 1
	}
	return 0
}
