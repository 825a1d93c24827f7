package nostr

import (
	"net/url"
	"path"
	"slices"
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

// attachments collects the pictures, videos and sounds among a text's links: by
// NIP-92's imeta tags, else by the address's ending.
type attachments struct {
	meta  map[string]nostr.Tag // imeta tags by the address that they describe
	media []timeline.Media
	seen  map[string]bool
}

func newAttachments(tags nostr.Tags) *attachments {
	return &attachments{meta: imetas(tags), seen: map[string]bool{}}
}

// take keeps u if it is a file, and tells whether it goes from the text: it does
// at the end of a line, since the attachment is shown instead; rest is what follows.
func (a *attachments) take(u timeline.Safe, rest string) bool {
	if a == nil {
		return false
	}
	m, ok := mediaOf(u, a.meta[u.String()])
	if !ok {
		return false
	}
	if !a.seen[u.String()] {
		if len(a.media) == maxMedia {
			return false
		}
		a.seen[u.String()] = true
		a.media = append(a.media, m)
	}
	return a.lineEnds(rest)
}

// lineEnds tells whether nothing follows on the line, or another file.
func (a *attachments) lineEnds(rest string) bool {
	rest = strings.TrimLeft(rest, " ")
	if rest == "" || rest[0] == '\n' || rest[0] == '\r' {
		return true
	}
	if rest[0] != 'h' && rest[0] != 'H' {
		return false
	}
	t := webToken(rest)
	if t.length == 0 {
		return false
	}
	_, ok := mediaOf(t.span.Target, a.meta[t.span.Target.String()])
	return ok
}

// trim takes the blank lines off a text's ends.
func trim(text timeline.Text) timeline.Text {
	for len(text) > 0 && text[0].Kind == timeline.SpanPlain {
		first := timeline.Clean(strings.TrimLeft(text[0].Text.String(), " \n"))
		if !first.Empty() {
			text = slices.Clone(text)
			text[0].Text = first
			break
		}
		text = text[1:]
	}
	for n := len(text); n > 0 && text[n-1].Kind == timeline.SpanPlain; n = len(text) {
		last := timeline.Clean(strings.TrimRight(text[n-1].Text.String(), " \n"))
		if !last.Empty() {
			text = slices.Clone(text)
			text[n-1].Text = last
			break
		}
		text = text[:n-1]
	}
	return text
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
