package instance

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"skein/backends/sandbox/world"
)

// escape is Ruby's ERB::Util.html_escape.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;").Replace(s)
}

// html writes parts as the real server does.
//
// Source: app/lib/text_formatter.rb
func (s *Server) html(parts []world.Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch p.Kind {
		case world.Link:
			b.WriteString(link(p))
		case world.Mention:
			b.WriteString(s.mention(p))
		case world.Tag:
			b.WriteString(`<a href="` + escape(s.tagURL(p.Text)) + `" class="mention hashtag" rel="tag">#<span>` + escape(p.Text) + `</span></a>`)
		case world.Emoji:
			b.WriteString(":" + escape(p.Text) + ":")
		default:
			b.WriteString(escape(p.Text))
		}
	}
	return paragraphs(b.String())
}

// paragraphs is Rails' simple_format without its line breaks.
func paragraphs(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var b strings.Builder
	for text != "" {
		paragraph, rest, _ := strings.Cut(text, "\n\n")
		b.WriteString("<p>" + strings.ReplaceAll(paragraph, "\n", "<br />") + "</p>")
		text = strings.TrimLeft(rest, "\n")
	}
	return b.String()
}

// link shortens an address as the real server does, unless the world gives it
// another label, as posts from other software may have one.
func link(p world.Part) string {
	u, err := url.Parse(p.Target)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return escape(p.Text)
	}
	prefix := u.Scheme + "://"
	if strings.HasPrefix(p.Target, prefix+"www.") {
		prefix += "www."
	}
	rest, ok := strings.CutPrefix(p.Target, prefix)
	open := `<a href="` + escape(p.Target) + `" target="_blank" rel="nofollow noopener" translate="no">`
	label := strings.TrimSuffix(strings.TrimPrefix(p.Text, prefix), "…")
	if !ok || !strings.HasPrefix(rest, strings.TrimSuffix(label, "...")) {
		return open + escape(p.Text) + "</a>"
	}
	shown, hidden, class := rest, "", ""
	const longest = 30
	if utf8.RuneCountInString(rest) > longest {
		runes := []rune(rest)
		shown, hidden, class = string(runes[:longest]), string(runes[longest:]), "ellipsis"
	}
	return open + `<span class="invisible">` + escape(prefix) + `</span><span class="` + class + `">` + escape(shown) +
		`</span><span class="invisible">` + escape(hidden) + `</span></a>`
}

func (s *Server) mention(p world.Part) string {
	who := s.town.people[p.Target]
	if who == nil {
		return escape(p.Text)
	}
	return `<span class="h-card" translate="no"><a href="` + escape(s.profileURL(who)) + `" class="u-url mention">@<span>` +
		escape(who.user()) + `</span></a></span>`
}

// source is what a client would have sent for parts.
func source(parts []world.Part) string {
	var b strings.Builder
	for _, p := range parts {
		switch p.Kind {
		case world.Tag:
			b.WriteString("#" + p.Text)
		case world.Emoji:
			b.WriteString(":" + p.Text + ":")
		case world.Link:
			b.WriteString(p.Target)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// The addresses. Those that the whole network sees are on the public host, files
// on the loopback server that has them.

func (s *Server) profileURL(p *person) string { return s.home(p) + "/@" + p.user() }

func (s *Server) actor(p *person) string { return s.home(p) + "/users/" + p.user() }

// home is the address of the server where p lives.
func (s *Server) home(p *person) string {
	_, host, elsewhere := strings.Cut(p.Handle, "@")
	if !elsewhere {
		host = s.opts.Host
	}
	return "https://" + host
}

func (s *Server) tagURL(tag string) string {
	return "https://" + s.opts.Host + "/tags/" + url.PathEscape(strings.ToLower(tag))
}
func (s *Server) file(id string) string { return s.base + "/files/" + id + ".png" }

// uri is the ActivityPub id; a boost's is that of its Announce.
func (s *Server) uri(p *post) string {
	uri := s.actor(p.by) + "/statuses/" + p.ID()
	if p.boostOf != nil {
		uri += "/activity"
	}
	return uri
}

func (s *Server) webURL(p *post) string {
	if p.boostOf != nil {
		return s.uri(p)
	}
	return s.profileURL(p.by) + "/" + p.ID()
}

// status is p as the viewer sees it.
func (c *call) status(p *post) statusEntity {
	e := c.flatStatus(p)
	if p.boostOf != nil {
		inner := c.status(p.boostOf)
		e.Reblog = &inner
		// A boost carries the content of what it boosts, as on the real server.
		e.Content, e.SpoilerText, e.Sensitive, e.Language = inner.Content, inner.SpoilerText, inner.Sensitive, inner.Language
		return e
	}
	if p.quoteOf != nil {
		e.Quote = c.quote(p.quoteOf)
		e.Content = `<p class="quote-inline">RE: ` + link(world.Part{Text: c.s.webURL(p.quoteOf), Target: c.s.webURL(p.quoteOf)}) + `</p>` + e.Content
	}
	return e
}

func (c *call) quote(of *post) *quoteEntity {
	switch {
	case c.s.town.ids[of.ID()] != of:
		return &quoteEntity{State: "deleted"}
	case !c.s.town.visible(of, c.viewer):
		return &quoteEntity{State: "unauthorized"}
	}
	inner := c.flatStatus(of)
	if of.quoteOf != nil {
		id := of.quoteOf.ID()
		inner.Quote = &quoteEntity{State: "accepted", StatusID: &id}
	}
	return &quoteEntity{State: "accepted", Status: &inner}
}

// flatStatus is p without what it boosts or quotes.
func (c *call) flatStatus(p *post) statusEntity {
	t := c.s.town
	e := statusEntity{
		ID: p.ID(), CreatedAt: timestamp(p.created), Sensitive: p.sensitive, SpoilerText: p.warning,
		Visibility: p.visibility, URI: c.s.uri(p), URL: c.s.webURL(p), Content: c.s.html(p.parts),
		RepliesCount:    t.count(func(o *post) bool { return o.replyTo == p }),
		QuotesCount:     t.count(func(o *post) bool { return o.quoteOf == p }),
		ReblogsCount:    p.boosts + len(p.boosted),
		FavouritesCount: p.likes + len(p.liked),
		Account:         c.account(p.by), MediaAttachments: c.media(p), Poll: c.poll(p), Card: card(p.card),
		Mentions: c.mentions(p), Tags: []tagEntity{}, Emojis: c.emojis(p.parts),
	}
	if p.lang != "" {
		e.Language = &p.lang
	}
	if !p.edited.IsZero() {
		at := timestamp(p.edited)
		e.EditedAt = &at
	}
	if p.replyTo != nil {
		id := p.replyTo.ID()
		e.InReplyToID, e.InReplyToAccountID = &id, &p.replyTo.by.id
	}
	if c.viewer != nil {
		liked, boosted, kept := p.liked.has(c.viewer), p.boosted[c.viewer], p.bookmarked.has(c.viewer)
		e.Favourited, e.Reblogged, e.Bookmarked = &liked, &boosted, &kept
		e.Filtered = c.filtered(p)
	}
	if p.boostOf == nil {
		e.QuoteApproval = c.approval(p)
	}
	for _, part := range p.parts {
		if part.Kind == world.Tag {
			e.Tags = append(e.Tags, tagEntity{Name: strings.ToLower(part.Text), URL: c.s.tagURL(part.Text)})
		}
	}
	return e
}

func (c *call) mentions(p *post) []mentionEntity {
	out := []mentionEntity{}
	seen := map[*person]bool{}
	for _, part := range p.parts {
		who := c.s.town.people[part.Target]
		if part.Kind != world.Mention || who == nil || seen[who] {
			continue
		}
		seen[who] = true
		out = append(out, mentionEntity{ID: who.id, Username: who.user(), Acct: who.Handle, URL: c.s.profileURL(who)})
	}
	return out
}

func (c *call) emojis(parts []world.Part) []emojiEntity {
	out := []emojiEntity{}
	for _, part := range parts {
		if part.Kind == world.Emoji {
			address := c.s.file(emojiPrefix + part.Text)
			out = append(out, emojiEntity{Shortcode: part.Text, URL: address, StaticURL: address, Visible: true})
		}
	}
	return out
}

func card(in *world.Card) *cardEntity {
	if in == nil {
		return nil
	}
	e := &cardEntity{URL: in.URL, Title: in.Title, Description: in.Description, Type: "link", Authors: []any{}}
	if u, err := url.Parse(in.URL); err == nil {
		e.ProviderName = u.Hostname()
	}
	return e
}
