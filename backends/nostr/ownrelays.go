package nostr

import (
	"context"
	"slices"

	"skein/backends/transport"
	"skein/timeline"
)

// OwnRelay is one of an account's relays.
type OwnRelay struct {
	URL       string
	Own       bool  // the account's here: of its own, or of the configuration
	Published bool  // in the list that the person has published (NIP-65)
	Err       error // why it does not answer
}

// Relays asks an account's relays for the list that the person has published, and tells
// of both. It sends nothing but that question, and it is no error when nobody answers.
func Relays(ctx context.Context, client *transport.Client, public string, own []string) ([]OwnRelay, error) {
	own = relayURLs(own, maxOwn)
	a, err := meet(ctx, client, public, own, -1)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if len(a.answers) == 0 && err != nil {
		return nil, err
	}
	more := slices.DeleteFunc(slices.Clone(a.list), func(u string) bool { return slices.Contains(own, u) })
	answers := a.answers
	if len(more) > 0 {
		b, _ := meet(ctx, client, public, more, -1) // each relay's own error is told
		for url, said := range b.answers {
			answers[url] = said
		}
	}
	var all []OwnRelay
	for _, url := range slices.Concat(own, more) {
		r := OwnRelay{URL: url, Own: slices.Contains(own, url), Published: slices.Contains(a.list, url), Err: answers[url].err}
		if timeline.CodeOf(r.Err) == timeline.CodeAuth {
			r.Err = nil // it is there
		}
		if answers[url].late {
			r.Err = timeline.Errorf(timeline.CodeOffline, "%s: no answer in time", hostOf(url))
		}
		all = append(all, r)
	}
	return all, ctx.Err()
}

// ReadRelays reads addresses of relays with commas or spaces between them; wss:// may be
// left out. Twelve are the most.
func ReadRelays(said string) ([]string, error) { return readRelays(said) }
