package conformance

import (
	"testing"

	"skein/timeline"
)

func (c *suite) resolver(t *testing.T) timeline.Resolver {
	t.Helper()
	r, ok := timeline.As[timeline.Resolver](c.Backend)
	if !ok {
		t.Skip("this backend resolves no references")
	}
	return r
}

func (c *suite) testResolveOwn(t *testing.T) {
	r := c.resolver(t)
	p := c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Posts[0].Content()
	got, err := r.Resolve(t.Context(), p.URL.String())
	if err != nil {
		t.Fatalf("Resolve(%s): %v", p.URL, err)
	}
	if want := (timeline.Target{Post: p.ID}); got != want {
		t.Errorf("Resolve(%s) is %+v, want %+v", p.URL, got, want)
	}
}

// testResolveForeign offers what is plainly another network's, and what is
// nothing at all.
func (c *suite) testResolveForeign(t *testing.T) {
	r := c.resolver(t)
	refs := map[timeline.Network][]string{
		timeline.Mastodon: {"@ana@mastodon.example"},
		timeline.Bluesky: {
			"at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3jui7kd54zh2y", "@ana.bsky.example",
			"https://bsky.app/profile/ana.bsky.example/post/3jui7kd54zh2y", "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
		},
		timeline.Nostr: {
			"npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
			"nostr:npub10elfcs4fr0l0r8af98jlmgdh9c8tcxjvz9qkw038js35mp4dma8qzvjptg",
			"nevent1qqstna2yrezu5wghjvswqqculvvwxsrcvu7uc0f78gan4xqhvz49d9spr3mhxue69uhkummnw3ez6un9d3shjtn4de6x2argwghx6egpr4mhxue69uhkummnw3ez6ur4vgh8wetvd3hhyer9wghxuet5nxnepm",
		},
		"": {"", " ", "hello world", "\x1b]0;x\x07", "javascript:alert(1)", "file:///etc/passwd"},
	}
	for network, list := range refs {
		if network == c.account.Network {
			continue
		}
		for _, ref := range list {
			got, err := r.Resolve(t.Context(), ref)
			if err := wantCode(err, timeline.CodeNotMine); err != nil {
				t.Errorf("Resolve(%q) = %+v: %v", ref, got, err)
			}
		}
	}
}
