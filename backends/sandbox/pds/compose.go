package pds

import (
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"skein/backends/sandbox/world"
)

// postValue makes the record of a post (app.bsky.feed.post) without its time.
func (s *Server) postValue(p world.Post) (object, error) {
	value := object{}
	text, facets, err := s.richText(p)
	if err != nil {
		return nil, err
	}
	value["text"] = text
	if len(facets) > 0 {
		value["facets"] = facets
	}
	if p.Lang != "" {
		value["langs"] = []string{p.Lang}
	}
	if label := selfLabel(p); label != "" {
		value["labels"] = object{"$type": "com.atproto.label.defs#selfLabels", "values": []object{{"val": label}}}
	}
	if p.ReplyTo != "" {
		parent, err := s.post(p.ReplyTo)
		if err != nil {
			return nil, err
		}
		root := any(parent.ref())
		if reply, ok := parent.value["reply"].(object); ok {
			root = reply["root"]
		}
		value["reply"] = object{"root": root, "parent": parent.ref()}
	}
	embed, err := s.embedValue(p)
	if embed != nil {
		value["embed"] = embed
	}
	return value, err
}

// selfLabel is the label that a warning maps to; others go in front of the text.
func selfLabel(p world.Post) string {
	warning := strings.ToLower(p.Warning)
	switch {
	case p.Warning == "" && p.Sensitive:
		return "graphic-media"
	case strings.Contains(warning, "nudity"):
		return "nudity"
	case strings.Contains(warning, "blood"), strings.Contains(warning, "graphic"):
		return "graphic-media"
	}
	return ""
}

// richText joins a post's parts into text and the facets over its UTF-8 bytes
// (app.bsky.richtext.facet).
func (s *Server) richText(p world.Post) (string, []object, error) {
	var b strings.Builder
	var facets []object
	mark := func(text, kind, name, value string) {
		start := b.Len()
		b.WriteString(text)
		facets = append(facets, object{
			"index":    object{"byteStart": start, "byteEnd": b.Len()},
			"features": []object{{"$type": "app.bsky.richtext.facet#" + kind, name: value}},
		})
	}
	if p.Warning != "" && selfLabel(p) == "" {
		b.WriteString("[" + p.Warning + "]\n\n")
	}
	for _, part := range p.Text {
		text := strings.ToValidUTF8(part.Text, "\uFFFD")
		switch part.Kind {
		case world.Plain:
			b.WriteString(text)
		case world.Emoji:
			b.WriteString(":" + text + ":")
		case world.Tag:
			mark("#"+text, "tag", "tag", text)
		case world.Link:
			if text == "" {
				text = shorten(part.Target)
			}
			mark(text, "link", "uri", asURI(part.Target))
		case world.Mention:
			who, ok := s.keys[part.Target]
			if !ok {
				return "", nil, fmt.Errorf("mentions %q, who is nobody", part.Target)
			}
			mark("@"+who.handle, "mention", "did", who.did)
		}
	}
	return b.String(), facets, nil
}

// asURI writes an address in ASCII, as clients do and lexicons ask.
func asURI(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if host, err := idna.ToASCII(u.Host); err == nil {
		u.Host = host
	}
	return u.String()
}

// shorten writes a link as Bluesky's own client does: without the scheme, and
// cut where the path gets long.
func shorten(address string) string {
	const longest = 16
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	path := u.EscapedPath()
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	if len(path) > longest {
		path = strings.ToValidUTF8(path[:longest-3], "") + "..."
	}
	return u.Host + strings.TrimSuffix(path, "/")
}

// embedValue makes the record's embed: media, a link card, a quote, or a quote
// with media.
func (s *Server) embedValue(p world.Post) (object, error) {
	media, err := s.mediaValue(p)
	if err != nil || p.QuoteOf == "" {
		return media, err
	}
	quoted, err := s.post(p.QuoteOf)
	if err != nil {
		return nil, err
	}
	quote := object{"$type": "app.bsky.embed.record", "record": quoted.ref()}
	if media == nil {
		return quote, nil
	}
	return object{"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": media}, nil
}

func (s *Server) mediaValue(p world.Post) (object, error) {
	if len(p.Pictures) == 0 {
		if p.Card == nil {
			return nil, nil
		}
		return object{"$type": "app.bsky.embed.external", "external": object{
			"uri": asURI(p.Card.URL), "title": p.Card.Title, "description": p.Card.Description,
		}}, nil
	}
	images := make([]object, len(p.Pictures))
	for i, pic := range p.Pictures {
		b, err := s.painting(pic)
		if err != nil {
			return nil, err
		}
		images[i] = object{
			"alt": strings.ToValidUTF8(pic.Alt, "\uFFFD"), "image": b.value(),
			"aspectRatio": object{"width": pic.Width, "height": pic.Height},
		}
	}
	return object{"$type": "app.bsky.embed.images", "images": images}, nil
}
