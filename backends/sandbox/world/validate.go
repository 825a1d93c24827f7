package world

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

// The bounds that the networks set, as far as a World can break them.
const (
	maxPictures       = 4
	maxPollOptions    = 4
	maxPollOption     = 50   // Mastodon: configuration.polls.max_characters_per_option
	maxBlueskyLength  = 300  // graphemes, app.bsky.feed.post
	maxBlueskyBytes   = 3000 // UTF-8, app.bsky.feed.post
	longestHandleHost = len(".bsky.example")
)

// Validate reports everything in w that a server could not serve: keys used twice,
// references to nothing or to something later, and what a network does not have.
// It is nil for every World that New returns.
func (w *World) Validate() error {
	c := checker{people: map[string]bool{}, posts: map[string]Post{}}
	for _, p := range w.People {
		c.person(p)
	}
	for _, network := range []string{Mastodon, Bluesky, Nostr} {
		if !c.people[network+"/"+Viewer] {
			c.fail("nobody looks at %s", network)
		}
	}
	for _, p := range w.People {
		for _, key := range p.Follows {
			if !c.people[p.Network+"/"+key] || key == p.Key {
				c.fail("%s/%s follows %q", p.Network, p.Key, key)
			}
		}
	}
	for i, p := range w.Posts {
		if i > 0 && p.Age > w.Posts[i-1].Age {
			c.fail("%s/%s is older than the post before it", p.Network, p.Key)
		}
		c.post(p)
	}
	for _, p := range w.Later {
		c.post(p)
	}
	for _, d := range append(slices.Clone(w.Deeds), w.LaterDeeds...) {
		c.deed(d)
	}
	c.copies(w.Posts)
	for _, l := range w.Messages {
		for _, key := range append([]string{l.By}, l.To...) {
			if !c.people[l.Network+"/"+key] {
				c.fail("a message of %s/%s names %q, whom nobody knows", l.Network, l.By, key)
			}
		}
		if l.Network == Mastodon || len(l.To) == 0 || l.Text == "" {
			c.fail("a message of %s/%s has no text, nobody to get it, or is a direct post on Mastodon", l.Network, l.By)
		}
	}
	return errors.Join(c.errs...)
}

// checker knows who and what has been met so far, by "network/key".
type checker struct {
	people map[string]bool
	posts  map[string]Post
	errs   []error
}

func (c *checker) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("world: "+format, args...))
}

var (
	keyForm  = regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`)
	nameForm = regexp.MustCompile(`^[a-z0-9]+$`)
)

func (c *checker) person(p Person) {
	at := p.Network + "/" + p.Key
	switch {
	case p.Network != Mastodon && p.Network != Bluesky && p.Network != Nostr:
		c.fail("%s: no such network", at)
	case !keyForm.MatchString(p.Key), !nameForm.MatchString(p.Handle), p.Human == "", p.Name == "":
		c.fail("%s: a key, a plain handle, a human and a name are needed", at)
	case c.people[at]:
		c.fail("%s: lives here twice", at)
	}
	c.people[at] = true
}

func (c *checker) post(p Post) {
	at := p.Network + "/" + p.Key
	if _, twice := c.posts[at]; twice || !keyForm.MatchString(p.Key) {
		c.fail("%s: the key is malformed or used twice", at)
	}
	if !c.people[p.Network+"/"+p.By] {
		c.fail("%s: %q does not live here", at, p.By)
	}
	for _, ref := range []string{p.ReplyTo, p.QuoteOf, p.BoostOf} {
		if _, known := c.posts[p.Network+"/"+ref]; ref != "" && !known {
			c.fail("%s: refers to %q, which is not before it", at, ref)
		}
	}
	empty := len(p.Text) == 0 && len(p.Pictures) == 0 && p.Poll == nil
	if (p.BoostOf != "") != empty || p.BoostOf != "" && (p.ReplyTo != "" || p.QuoteOf != "") {
		c.fail("%s: a boost is a boost alone, and anything else says something", at)
	}
	c.parts(at, p)
	c.media(at, p)
	c.network(at, p)
	c.posts[at] = p
}

func (c *checker) parts(at string, p Post) {
	for _, part := range p.Text {
		switch part.Kind {
		case Plain:
		case Link:
			c.address(at, part.Target)
		case Mention:
			if !c.people[p.Network+"/"+part.Target] {
				c.fail("%s: mentions %q, who does not live here", at, part.Target)
			}
		case Tag, Emoji:
			if part.Text == "" || strings.ContainsAny(part.Text, "#: \n") {
				c.fail("%s: %q is no tag or shortcode", at, part.Text)
			}
		default:
			c.fail("%s: part of unknown kind %d", at, part.Kind)
		}
		if part.Kind == Emoji && p.Network != Mastodon {
			c.fail("%s: custom emoji are Mastodon's", at)
		}
	}
	if p.Card != nil {
		c.address(at, p.Card.URL)
	}
}

// address insists on https and the .example domain (RFC 2606), which nobody can own.
func (c *checker) address(at, raw string) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || !strings.HasSuffix(u.Hostname(), ".example") {
		c.fail("%s: %q is no https address under .example", at, raw)
	}
}

func (c *checker) media(at string, p Post) {
	if len(p.Pictures) > maxPictures {
		c.fail("%s: %d pictures", at, len(p.Pictures))
	}
	for _, pic := range p.Pictures {
		if pic.Width < minSide || pic.Height < minSide || pic.Width > maxSide || pic.Height > maxSide {
			c.fail("%s: a picture of %d×%d", at, pic.Width, pic.Height)
		}
	}
	if p.Poll == nil {
		return
	}
	if n := len(p.Poll.Options); n < 2 || n > maxPollOptions || n != len(p.Poll.Votes) || p.Poll.Open <= 0 {
		c.fail("%s: a poll with %d options, %d counts, open %s", at, n, len(p.Poll.Votes), p.Poll.Open)
	}
	for _, option := range p.Poll.Options {
		if n := uniseg.GraphemeClusterCount(option); n == 0 || n > maxPollOption {
			c.fail("%s: a poll option of %d characters", at, n)
		}
	}
}

// network checks what one of the networks alone has or forbids.
func (c *checker) network(at string, p Post) {
	switch p.Network {
	case Mastodon:
		switch p.Visibility {
		case "", "unlisted", "followers", "direct":
		default:
			c.fail("%s: visibility %q", at, p.Visibility)
		}
		if p.QuoteOf != "" && (p.Poll != nil || len(p.Pictures) > 0) {
			c.fail("%s: Mastodon quotes carry neither media nor poll", at)
		}
		return
	case Bluesky:
		length, bytes := blueskySize(p)
		if length > maxBlueskyLength || bytes > maxBlueskyBytes || p.Poll != nil || p.Edited {
			c.fail("%s: %d graphemes, %d bytes, poll or edit: more than Bluesky takes", at, length, bytes)
		}
	}
	if p.Visibility != "" {
		c.fail("%s: only Mastodon has visibility", at)
	}
}

// blueskySize is the length of p's text as Bluesky counts it, in graphemes and bytes.
func blueskySize(p Post) (graphemes, bytes int) {
	var b strings.Builder
	if p.Warning != "" { // a warning that is no label stands in front of the text
		b.WriteString(p.Warning + "\n\n")
	}
	for _, part := range p.Text {
		switch part.Kind {
		case Tag:
			b.WriteString("#" + part.Text)
		case Mention:
			b.WriteString(part.Text + strings.Repeat("x", longestHandleHost))
		default:
			b.WriteString(part.Text)
		}
	}
	return uniseg.GraphemeClusterCount(b.String()), b.Len()
}

// copies checks CopyOf, which may point at either side in time.
func (c *checker) copies(posts []Post) {
	for _, p := range posts {
		if p.CopyOf == "" {
			continue
		}
		if original, known := c.posts[p.CopyOf]; !known || original.Network == p.Network {
			c.fail("%s/%s: a copy of %q, which is not on another network", p.Network, p.Key, p.CopyOf)
		}
	}
}
