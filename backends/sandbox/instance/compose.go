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

	"skein/backends/sandbox/world"
)

const (
	maxCharacters  = 500
	maxPollOptions = 4
	maxPollOption  = 50
	maxBody        = 1 << 20
	keyLives       = time.Hour // of an Idempotency-Key
)

// draft is a post before it has an author, a time and an id.
type draft struct {
	key        string // the world's name for it
	parts      []world.Part
	warning    string
	sensitive  bool
	lang       string
	visibility string // as the API spells it
	pictures   []picture
	poll       *world.Poll
	card       *world.Card

	replyTo, quoteOf, boostOf *post

	likes, boosts int // of people who live elsewhere
	likedByYou    bool
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
	Poll       *struct {
		Options  []string `json:"options"`
		Seconds  int      `json:"expires_in"`
		Multiple bool     `json:"multiple"`
	} `json:"poll"`
}

func postStatus(c *call) (any, error) {
	t, now := c.s.town, c.s.opts.Now()
	key := c.Header.Get("Idempotency-Key")
	if key != "" {
		key = c.viewer.Key + " " + key
		if k, ok := t.idempotent[key]; ok && now.Before(k.until) && t.ids[k.post.ID()] == k.post {
			return c.status(k.post), nil
		}
	}
	w, err := c.wish()
	if err != nil {
		return nil, err
	}
	d, err := t.fromWish(w, c.viewer)
	if err != nil {
		return nil, err
	}
	p := c.s.publish(c.viewer, d)
	if key != "" {
		t.idempotent[key] = kept{p, now.Add(keyLives)}
	}
	return c.status(p), nil
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
		Visibility: form.Get("visibility"), Language: form.Get("language"),
	}
	if options := form["poll[options][]"]; len(options) > 0 {
		seconds, _ := strconv.Atoi(form.Get("poll[expires_in]")) // zero is refused below
		w.Poll = &struct {
			Options  []string `json:"options"`
			Seconds  int      `json:"expires_in"`
			Multiple bool     `json:"multiple"`
		}{options, seconds, isTrue(form.Get("poll[multiple]"))}
	}
	return w, nil
}

func isTrue(s string) bool { return s == "true" || s == "1" || s == "t" }

// fromWish makes a draft of what a client asks for, if the rules allow it.
func (t *town) fromWish(w wish, by *person) (draft, error) {
	d := draft{
		parts: t.parse(w.Status), warning: w.Warning, sensitive: w.Sensitive || w.Warning != "",
		lang: cmp.Or(w.Language, "en"), visibility: cmp.Or(w.Visibility, "public"),
	}
	switch {
	case strings.TrimSpace(w.Status) == "":
		return d, errInvalid("Text can't be blank")
	case utf8.RuneCountInString(w.Warning)+length(d.parts) > maxCharacters:
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
	if w.Poll != nil {
		if len(w.Poll.Options) < 2 || len(w.Poll.Options) > maxPollOptions || w.Poll.Seconds <= 0 {
			return d, errInvalid("Poll is invalid")
		}
		d.poll = &world.Poll{
			Options: w.Poll.Options, Votes: make([]int, len(w.Poll.Options)),
			Multiple: w.Poll.Multiple, Open: time.Duration(w.Poll.Seconds) * time.Second,
		}
	}
	return d, nil
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
		who := t.names[strings.ToLower(name)]
		if who == nil {
			return world.Part{}, false
		}
		return world.Part{Kind: world.Mention, Text: "@" + who.Handle, Target: who.Key}, true
	case '#':
		return world.Part{Kind: world.Tag, Text: s[1:]}, true
	}
	return world.Part{Kind: world.Link, Text: s, Target: s}, true
}

// length counts as Mastodon does, but for graphemes: an address is 23 characters.
func length(parts []world.Part) int {
	const address = 23
	n := 0
	for _, p := range parts {
		switch p.Kind {
		case world.Link:
			n += address
		case world.Tag:
			n += 1 + utf8.RuneCountInString(p.Text)
		default:
			n += utf8.RuneCountInString(p.Text)
		}
	}
	return n
}
