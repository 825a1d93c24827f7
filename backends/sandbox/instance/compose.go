package instance

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"skein/backends/sandbox/world"
)

const (
	maxCharacters  = 500
	maxPollOptions = 4
	maxPollOption  = 50
	maxMedia       = 4
	minPollSeconds = 300
	maxBody        = 1 << 20
)

// draft is a post before it has an author, a time and an id.
type draft struct {
	key        string // the world's name for it
	parts      []world.Part
	typed      string // what a client sent; "" for the world's posts
	warning    string
	sensitive  bool
	lang       string
	visibility string // as the API spells it
	quoting    string // who may quote it: public, followers or nobody; "" is public
	pictures   []picture
	poll       *world.Poll
	card       *world.Card

	replyTo, quoteOf, boostOf *post

	likes, boosts int // of people who live elsewhere
	likedByYou    bool
	likedBy       []string // keys
	pinned        bool
}

// Publish has a person of the world post now, as a client of theirs would: those
// who listen hear of it.
func (s *Server) Publish(p world.Post) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	d, err := s.town.fromWorld(p)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	s.publish(s.town.people[p.By], d)
	return nil
}

// publish is how every new post comes to be.
func (s *Server) publish(by *person, d draft) *post {
	p := s.town.add(by, d, s.opts.Now(), s.pictures)
	s.announce(p)
	s.announceNotices()
	return p
}

// wish is the body of POST /api/v1/statuses.
//
// Source: docs.joinmastodon.org/methods/statuses#create
type wish struct {
	Status     string `json:"status"`
	ReplyTo    string `json:"in_reply_to_id"`
	QuoteOf    string `json:"quoted_status_id"`
	Sensitive  bool   `json:"sensitive"`
	Warning    string `json:"spoiler_text"`
	Visibility string `json:"visibility"`
	Language   string `json:"language"`
	Quoting    string `json:"quote_approval_policy"`
	Scheduled  string `json:"scheduled_at"`

	MediaIDs []string `json:"media_ids"`
	Poll     *ballot  `json:"poll"`
}

// ballot is a poll as a client asks for it.
type ballot struct {
	Options    []string `json:"options"`
	Seconds    int      `json:"expires_in"`
	Multiple   bool     `json:"multiple"`
	HideTotals bool     `json:"hide_totals"`
}

// wish reads the body, a form or JSON.
func (c *call) wish() (wish, error) {
	var w wish
	body := http.MaxBytesReader(nil, c.Body, maxBody)
	kind, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if kind == "application/json" {
		if err := json.NewDecoder(body).Decode(&w); err != nil {
			return w, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
		}
		return w, nil
	}
	raw, err := io.ReadAll(body)
	if err != nil {
		return w, refusal{http.StatusRequestEntityTooLarge, "Request entity too large"}
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return w, refusal{http.StatusBadRequest, "Error occurred while parsing request parameters"}
	}
	w = wish{
		Status: form.Get("status"), ReplyTo: form.Get("in_reply_to_id"), QuoteOf: form.Get("quoted_status_id"),
		Sensitive: isTrue(form.Get("sensitive")), Warning: form.Get("spoiler_text"),
		Visibility: form.Get("visibility"), Language: form.Get("language"), Quoting: form.Get("quote_approval_policy"),
		Scheduled: form.Get("scheduled_at"), MediaIDs: form["media_ids[]"],
	}
	if options := form["poll[options][]"]; len(options) > 0 {
		seconds, _ := strconv.Atoi(form.Get("poll[expires_in]")) // zero is refused below
		w.Poll = &ballot{Options: options, Seconds: seconds, Multiple: isTrue(form.Get("poll[multiple]"))}
	}
	return w, nil
}

func isTrue(s string) bool { return s == "true" || s == "1" || s == "t" }

// fromWish makes a draft of what a client asks for, if the rules allow it. It is
// for a new post, or to change was.
func (t *town) fromWish(w wish, by *person, was *post) (draft, error) {
	w.Status, w.Warning = strings.TrimSpace(w.Status), strings.TrimSpace(w.Warning)
	d := draft{
		parts: t.parse(w.Status), typed: w.Status, warning: w.Warning, sensitive: w.Sensitive || w.Warning != "",
		lang: cmp.Or(w.Language, "en"), visibility: cmp.Or(w.Visibility, "public"), quoting: w.Quoting,
	}
	switch {
	case w.Status == "" && len(w.MediaIDs) == 0:
		return d, errInvalid("Text can't be blank")
	case uniseg.GraphemeClusterCount(w.Warning)+length(d.parts) > maxCharacters:
		return d, errInvalid(fmt.Sprintf("Text character limit of %d exceeded", maxCharacters))
	}
	switch d.visibility {
	case "public", "unlisted", "private", "direct":
	default:
		return d, errInvalid("Visibility is not included in the list")
	}
	for _, ref := range []struct {
		id string
		to **post
	}{{w.ReplyTo, &d.replyTo}, {w.QuoteOf, &d.quoteOf}} {
		if ref.id == "" {
			continue
		}
		p := t.ids[ref.id]
		if p == nil || !t.visible(p, by) {
			return d, errNotFound()
		}
		*ref.to = p
	}
	if d.quoteOf != nil && (w.Poll != nil || len(w.MediaIDs) > 0) {
		return d, errInvalid("Cannot attach media or a poll to a quote")
	}
	if d.quoteOf != nil && t.quotable(d.quoteOf, by) == "denied" {
		return d, refusal{http.StatusNotFound, "The post you are trying to quote does not appear to exist"}
	}
	return d, t.fill(&d, w, by, was)
}

// fill puts media or a poll into d.
func (t *town) fill(d *draft, w wish, by *person, was *post) error {
	var err error
	switch {
	case w.Poll == nil:
		d.pictures, err = t.attach(w.MediaIDs, by, was)
		return err
	case len(w.MediaIDs) > 0:
		return errInvalid("Cannot attach media and a poll to the same post")
	case len(w.Poll.Options) < 2 || len(w.Poll.Options) > maxPollOptions || w.Poll.Seconds < minPollSeconds:
		return errInvalid("Poll is invalid")
	}
	for _, o := range w.Poll.Options {
		if uniseg.GraphemeClusterCount(o) > maxPollOption {
			return errInvalid("Poll options can't be longer than " + strconv.Itoa(maxPollOption) + " characters each")
		}
	}
	d.poll = &world.Poll{
		Options: w.Poll.Options, Votes: make([]int, len(w.Poll.Options)),
		Multiple: w.Poll.Multiple, Open: time.Duration(w.Poll.Seconds) * time.Second,
	}
	return nil
}

// parse finds the addresses, mentions and hashtags in what somebody typed.
func (t *town) parse(text string) []world.Part {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var parts []world.Part
	last := 0
	for _, m := range tokens().FindAllStringIndex(text, -1) {
		part, ok := t.token(text[m[0]:m[1]])
		if before, _ := utf8.DecodeLastRuneInString(text[:m[0]]); !ok || m[0] > 0 && wordRune(before) {
			continue
		}
		if m[0] > last {
			parts = append(parts, world.Part{Text: text[last:m[0]]})
		}
		parts = append(parts, part)
		last = m[1]
	}
	if last < len(text) {
		parts = append(parts, world.Part{Text: text[last:]})
	}
	return parts
}

func tokens() *regexp.Regexp {
	return regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,;:!?')\]]|@[0-9A-Za-z_]+(?:@[0-9A-Za-z.-]+)?|#[\p{L}\p{N}_]+`)
}

func wordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func (t *town) token(s string) (world.Part, bool) {
	switch s[0] {
	case '@':
		name, _, _ := strings.Cut(s[1:], "@")
		who := cmp.Or(t.names[strings.ToLower(s[1:])], t.names[strings.ToLower(name)])
		if who == nil {
			return world.Part{}, false
		}
		return world.Part{Kind: world.Mention, Text: "@" + who.Handle, Target: who.Key}, true
	case '#':
		return world.Part{Kind: world.Tag, Text: s[1:]}, true
	}
	return world.Part{Kind: world.Link, Text: s, Target: s}, true
}

// length counts as Mastodon does: an address is 23 characters, a mention its first
// part.
func length(parts []world.Part) int {
	const address = 23
	n := 0
	for _, p := range parts {
		switch p.Kind {
		case world.Link:
			n += address
		case world.Tag:
			n += 1 + uniseg.GraphemeClusterCount(p.Text)
		default:
			n += uniseg.GraphemeClusterCount(p.Text)
		}
	}
	return n
}
