package bluesky

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// object is a JSON object in the making. Its keys are written in order, so that
// the same content always makes the same bytes.
type object = map[string]any

// wording is a post's text as its record holds it, and what its bytes mean. The
// target of a mention is a DID, or empty until its handle is resolved.
type wording struct {
	text   string
	pieces []piece
}

// compose writes a text as it is published: links that show their own address are
// cut short, labelled ones keep their label, and a warning that no label says
// stands in front. Pieces are made last, over the bytes of what is there then.
func compose(t timeline.Text, warning string) wording {
	var b strings.Builder
	var w wording
	if warning = timeline.CleanLine(warning).String(); warning != "" && selfLabel(warning) == "" {
		b.WriteString("[" + warning + "]")
		if !t.Empty() {
			b.WriteString("\n\n")
		}
	}
	for _, s := range t {
		shown, target := published(s)
		p := piece{start: b.Len(), end: b.Len() + len(shown), kind: s.Kind, target: target}
		b.WriteString(shown)
		if shown != "" && (target != "" || s.Kind == timeline.SpanMention) {
			w.pieces = append(w.pieces, p)
		}
	}
	w.text = b.String()
	return w
}

// published is what a span shows, and what its facet says; "" where it has none.
func published(s timeline.Span) (shown, target string) {
	shown = s.Text.String()
	switch s.Kind {
	case timeline.SpanLink:
		target = linkTarget(s.Target.String())
		if target != "" && linkTarget(shown) == target {
			shown = shortURL(target)
		}
	case timeline.SpanMention:
		if did, err := syntax.ParseDID(s.Target.String()); err == nil {
			target = did.String()
		}
	case timeline.SpanTag:
		if tag := s.Target.String(); fitsTag(tag) {
			target = tag
		}
	case timeline.SpanPlain, timeline.SpanEmoji, timeline.SpanPost:
	}
	return shown, target
}

// shortURL shows an address as Bluesky's own client does (social-app,
// lib/strings/url-helpers.ts, toShortUrl): without its scheme, and cut where the
// path gets long.
func shortURL(address string) string {
	const longest, kept = 15, 13 // characters of the path
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	host := u.Host
	path := strings.TrimPrefix(address, u.Scheme+"://")
	path = strings.TrimPrefix(path, host)
	if u.User != nil {
		return address // what stands before an @ must not pass for the host
	}
	if path == "/" {
		path = ""
	}
	if utf8.RuneCountInString(path) > longest {
		path = string([]rune(path)[:kept]) + "..."
	}
	return host + path
}

// resolved gives each mention its DID and drops those that nobody answers to:
// they stay plain text.
func (w wording) resolved(dids map[string]string) wording {
	out := wording{text: w.text}
	for _, p := range w.pieces {
		if p.kind == timeline.SpanMention && p.target == "" {
			p.target = dids[w.handle(p)]
		}
		if p.target != "" {
			out.pieces = append(out.pieces, p)
		}
	}
	return out
}

// handle is the handle that a mention shows, as it is looked up; "" when it shows
// none.
func (w wording) handle(p piece) string {
	h, err := syntax.ParseHandle(strings.TrimPrefix(w.text[p.start:p.end], "@"))
	if err != nil {
		return ""
	}
	return h.Normalize().String()
}

// unresolved lists the handles whose DIDs are not known.
func (w wording) unresolved() []string {
	var out []string
	for _, p := range w.pieces {
		if h := w.handle(p); p.kind == timeline.SpanMention && p.target == "" && h != "" {
			out = append(out, h)
		}
	}
	return out
}

// facets are the pieces in the form of app.bsky.richtext.facet: ranges of UTF-8
// bytes, the end exclusive.
func (w wording) facets() []object {
	var out []object
	for _, p := range w.pieces {
		feature := object{}
		switch p.kind {
		case timeline.SpanLink:
			feature["$type"], feature["uri"] = "app.bsky.richtext.facet#link", p.target
		case timeline.SpanMention:
			feature["$type"], feature["did"] = "app.bsky.richtext.facet#mention", p.target
		case timeline.SpanTag:
			feature["$type"], feature["tag"] = "app.bsky.richtext.facet#tag", p.target
		default:
			continue
		}
		out = append(out, object{
			"index":    object{"byteStart": p.start, "byteEnd": p.end},
			"features": []object{feature},
		})
	}
	return out
}

// firstLink is the address of the first link, "" when there is none.
func (w wording) firstLink() string {
	for _, p := range w.pieces {
		if p.kind == timeline.SpanLink {
			return p.target
		}
	}
	return ""
}

// selfLabel is the label that a warning means (com.atproto.label.defs#labelValue,
// as far as authors may set them); "" when it means none.
func selfLabel(warning string) string {
	switch strings.ToLower(strings.TrimSpace(warning)) {
	case "sexual", "suggestive", "sexually suggestive", "lewd":
		return "sexual"
	case "nudity", "nude", "artistic nudity":
		return "nudity"
	case "porn", "nsfw", "adult", "adult content", "18+":
		return "porn"
	case "graphic-media", "graphic media", "graphic", "gore", "blood", "violence":
		return "graphic-media"
	}
	return ""
}
