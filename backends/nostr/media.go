package nostr

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxMedia    = 50
	maxAlt      = 5000 // bytes
	maxSide     = 100_000
	maxBlurhash = 120
)

// attach finds the pictures, videos and sounds among a text's links: by NIP-92's
// imeta tags, else by the address's ending. A link that stands at the end of a
// line goes from the text, since the attachment is shown instead.
func attach(text timeline.Text, tags nostr.Tags) (timeline.Text, []timeline.Media) {
	meta := imetas(tags)
	var media []timeline.Media
	seen := map[string]bool{}
	kept := make(timeline.Text, 0, len(text))
	for i, s := range text {
		m, ok := timeline.Media{}, false
		if s.Kind == timeline.SpanLink {
			m, ok = mediaOf(s.Target, meta[s.Target.String()])
		}
		if !ok || len(media) == maxMedia && !seen[s.Target.String()] {
			kept = append(kept, s)
			continue
		}
		if !seen[s.Target.String()] {
			seen[s.Target.String()] = true
			media = append(media, m)
		}
		if i+1 < len(text) && !lineEnds(text[i+1:], meta) {
			kept = append(kept, s)
		}
	}
	return trim(kept), media
}

// lineEnds tells whether nothing but white space and attachments follow on the line.
func lineEnds(rest timeline.Text, meta map[string]nostr.Tag) bool {
	next := rest[0]
	if next.Kind == timeline.SpanLink {
		_, ok := mediaOf(next.Target, meta[next.Target.String()])
		return ok
	}
	if next.Kind != timeline.SpanPlain {
		return false
	}
	s := strings.TrimLeft(next.Text.String(), " ")
	if s == "" && len(rest) > 1 {
		return lineEnds(rest[1:2], meta)
	}
	return s == "" || s[0] == '\n'
}

// trim takes the blank lines off a text's ends, and joins plain spans that an
// attachment stood between.
func trim(text timeline.Text) timeline.Text {
	var out timeline.Text
	for _, s := range text {
		if n := len(out); n > 0 && s.Kind == timeline.SpanPlain && out[n-1].Kind == timeline.SpanPlain {
			before := strings.TrimRight(out[n-1].Text.String(), " \n")
			out[n-1].Text = timeline.Clean(before + "\n" + strings.TrimLeft(s.Text.String(), " \n"))
			continue
		}
		out = append(out, s)
	}
	for len(out) > 0 && out[0].Kind == timeline.SpanPlain {
		if out[0].Text = timeline.Clean(strings.TrimLeft(out[0].Text.String(), " \n")); !out[0].Text.Empty() {
			break
		}
		out = out[1:]
	}
	for n := len(out); n > 0 && out[n-1].Kind == timeline.SpanPlain; n = len(out) {
		if out[n-1].Text = timeline.Clean(strings.TrimRight(out[n-1].Text.String(), " \n")); !out[n-1].Text.Empty() {
			break
		}
		out = out[:n-1]
	}
	return out
}

// imetas are the imeta tags by the address that they describe.
func imetas(tags nostr.Tags) map[string]nostr.Tag {
	var m map[string]nostr.Tag
	for t := range tags.FindAll("imeta") {
		if u := field(t, "url"); u != "" && len(m) < maxMedia {
			if m == nil {
				m = map[string]nostr.Tag{}
			}
			m[u] = t
		}
	}
	return m
}

// field is the value of "name value" in an imeta tag.
func field(t nostr.Tag, name string) string {
	for _, s := range t[min(1, len(t)):] {
		if k, v, ok := strings.Cut(s, " "); ok && k == name {
			return v
		}
	}
	return ""
}

// mediaOf tells what an address leads to, when it is an attachment.
func mediaOf(u timeline.Safe, meta nostr.Tag) (timeline.Media, bool) {
	kind, ok := kindOf(u.String(), field(meta, "m"))
	if !ok {
		return timeline.Media{}, false
	}
	m := timeline.Media{Kind: kind, URL: u}
	if alt := field(meta, "alt"); len(alt) <= maxAlt {
		m.Alt = timeline.Clean(alt)
	}
	if w, h, ok := strings.Cut(field(meta, "dim"), "x"); ok {
		m.Width, m.Height = side(w), side(h)
	}
	if b := field(meta, "blurhash"); len(b) <= maxBlurhash && timeline.CleanLine(b).String() == b {
		m.Blurhash = b
	}
	for _, name := range []string{"thumb", "image"} {
		if p, ok := webAddress(field(meta, name)); ok && m.Preview.Empty() {
			m.Preview = p
		}
	}
	return m, true
}

func side(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > maxSide {
		return 0
	}
	return n
}

// kindOf goes by the media type, else by the ending.
func kindOf(address, mime string) (timeline.MediaKind, bool) {
	top, _, _ := strings.Cut(mime, "/")
	switch top {
	case "image":
		return timeline.Image, true
	case "video":
		return timeline.Video, true
	case "audio":
		return timeline.Audio, true
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".heic", ".svg":
		return timeline.Image, true
	case ".mp4", ".webm", ".mov", ".m4v":
		return timeline.Video, true
	case ".mp3", ".ogg", ".m4a", ".wav", ".flac", ".opus":
		return timeline.Audio, true
	}
	return "", false
}
