package specimen

import (
	"fmt"
	"strings"

	"skein/timeline"
)

// person is somebody who posts.
type person struct {
	network timeline.Network
	user    string
	host    string
	lang    *language
	author  timeline.Author
}

// hosts are where people of Mastodon are, the large ones more than once.
func hosts() []string {
	return []string{
		"mastodon.social", "mastodon.social", "mastodon.social", "mastodon.social", "mastodon.online", "fosstodon.org", "fosstodon.org",
		"hachyderm.io", "hachyderm.io", "mstdn.jp", "mstdn.jp", "infosec.exchange", "chaos.social", "social.tchncs.de", "mas.to",
		"piaille.fr", "norden.social", "sigmoid.social", "social.lol", "pixelfed.social", "lemmy.world", "misskey.io",
	}
}

func (w *world) person(i int) *person {
	p := &person{network: w.byShare[w.rand.IntN(shares)].Network, lang: w.language()}
	given, family := pick(w, p.lang.given), pick(w, p.lang.family)
	p.user = fmt.Sprintf("%s%s%d", strings.ToLower(pick(w, latinNames())), pick(w, []string{"", "_", "dev", "writes", "art"}), i)
	name := given + " " + family
	if w.chance(35) {
		name += " " + pick(w, emoji())
	}
	if w.chance(8) {
		name += " :verified:"
	}
	p.author = timeline.Author{Name: timeline.CleanLine(name), Bot: w.chance(3)}
	w.settle(p)
	return p
}

// settle gives a person what their network calls them by.
func (w *world) settle(p *person) {
	a := &p.author
	switch p.network {
	case timeline.Mastodon:
		p.host = pick(w, hosts())
		a.ID = p.user + "@" + p.host
		a.Handle = timeline.CleanLine("@" + a.ID)
		a.URL = timeline.CleanLine("https://" + p.host + "/@" + p.user)
		a.Avatar = timeline.CleanLine(fmt.Sprintf("https://files.fosstodon.example/cache/accounts/avatars/%s/original/%s.png", w.triples(6), w.hex(16)))
	case timeline.Bluesky:
		p.host = p.user + ".bsky.social"
		a.ID = "did:plc:" + w.base32(24)
		a.Handle = timeline.CleanLine("@" + p.host)
		a.URL = timeline.CleanLine("https://bsky.app/profile/" + p.host)
		a.Avatar = timeline.CleanLine("https://cdn.bsky.app/img/avatar/plain/" + a.ID + "/bafkrei" + w.base32(52) + "@jpeg")
		a.Verified = w.chance(2)
	default:
		p.host = "relay.damus.io"
		a.ID = w.hex(64)
		npub := "npub1" + w.bech32(58)
		a.Handle = timeline.CleanLine(npub[:12] + "…" + npub[len(npub)-6:])
		if w.chance(60) {
			a.Handle = timeline.CleanLine(p.user + "@nostrplebs.com")
		}
		a.URL = timeline.CleanLine("https://njump.me/" + npub)
		a.Avatar = timeline.CleanLine("https://image.nostr.build/" + w.hex(64) + ".jpg")
	}
}

// letters draws n letters of an alphabet.
func (w *world) letters(n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[w.rand.IntN(len(alphabet))]
	}
	return string(b)
}

func (w *world) hex(n int) string    { return w.letters(n, "0123456789abcdef") }
func (w *world) base32(n int) string { return w.letters(n, "abcdefghijklmnopqrstuvwxyz234567") }
func (w *world) bech32(n int) string { return w.letters(n, "qpzry9x8gf2tvdw0s3jn54khce6mua7l") }

// triples is a folder of n times three digits, as Mastodon keeps files in.
func (w *world) triples(n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = w.letters(3, "0123456789")
	}
	return strings.Join(parts, "/")
}
