package bluesky

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bluesky-social/indigo/api/bsky"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// maxFacets bounds the work that one post can make; real ones have a few.
const maxFacets = 1000

// piece is a facet that can be used: a byte range of the text and its meaning.
type piece struct {
	start, end int
	kind       timeline.SpanKind
	target     string
}

// richText makes spans of a text and its facets (app.bsky.richtext.facet): ranges
// of UTF-8 bytes, the end exclusive. A facet that lies outside the text, splits a
// rune, overlaps an earlier one or means nothing known leaves its text plain.
func richText(text string, facets []json.RawMessage) timeline.Text {
	return spans(text, usable(text, facets))
}

// spans cuts a text at its pieces, which are in order; one that overlaps an earlier
// one stays plain.
func spans(text string, pieces []piece) timeline.Text {
	if len(pieces) == 0 {
		return timeline.PlainText(timeline.Clean(text))
	}
	var out timeline.Text
	add := func(kind timeline.SpanKind, s, target string) {
		if safe := timeline.Clean(s); !safe.Empty() {
			out = append(out, timeline.Span{Kind: kind, Text: safe, Target: timeline.CleanLine(target)})
		}
	}
	at := 0
	for _, p := range pieces {
		if p.start < at {
			continue
		}
		add(timeline.SpanPlain, text[at:p.start], "")
		add(p.kind, text[p.start:p.end], p.target)
		at = p.end
	}
	add(timeline.SpanPlain, text[at:], "")
	return out
}

// usable decodes facets one by one and returns those that fit the text, in order.
func usable(text string, facets []json.RawMessage) []piece {
	var out []piece
	for _, raw := range facets[:min(len(facets), maxFacets)] {
		var f bsky.RichtextFacet
		if json.Unmarshal(raw, &f) != nil || f.Index == nil {
			continue
		}
		start, end := f.Index.ByteStart, f.Index.ByteEnd
		if start < 0 || end <= start || end > int64(len(text)) || !boundary(text, int(start)) || !boundary(text, int(end)) {
			continue
		}
		for _, feature := range f.Features {
			if kind, target := meaning(feature); target != "" {
				out = append(out, piece{int(start), int(end), kind, target})
				break
			}
		}
	}
	slices.SortStableFunc(out, func(a, b piece) int { return cmp.Compare(a.start, b.start) })
	return out
}

// boundary tells whether a rune begins, or the text ends, at byte i.
func boundary(text string, i int) bool { return i == len(text) || utf8.RuneStart(text[i]) }

// meaning is what one feature of a facet says; an empty target says nothing.
func meaning(f *bsky.RichtextFacet_Features_Elem) (timeline.SpanKind, string) {
	switch {
	case f == nil:
	case f.RichtextFacet_Link != nil:
		return timeline.SpanLink, webURL(f.RichtextFacet_Link.Uri).String()
	case f.RichtextFacet_Mention != nil:
		if did, err := syntax.ParseDID(f.RichtextFacet_Mention.Did); err == nil {
			return timeline.SpanMention, did.String()
		}
	case f.RichtextFacet_Tag != nil:
		tag := strings.TrimPrefix(f.RichtextFacet_Tag.Tag, "#")
		return timeline.SpanTag, timeline.CleanLine(tag).String()
	}
	return timeline.SpanPlain, ""
}

// tags lists a post's hashtags once each: those of the text, then those beside it.
func tags(text timeline.Text, beside []string) []timeline.Safe {
	var out []timeline.Safe
	add := func(t timeline.Safe) {
		if !t.Empty() && !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	for _, s := range text {
		if s.Kind == timeline.SpanTag {
			add(s.Target)
		}
	}
	for _, t := range beside {
		add(timeline.CleanLine(strings.TrimPrefix(t, "#")))
	}
	return out
}

// webURL takes an absolute http(s) address as its normal form, which is safe to
// hand on; anything else is empty.
func webURL(s string) timeline.Safe {
	const longest = 8 << 10
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || len(s) > longest || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return timeline.Safe{}
	}
	normal := u.String()
	safe := timeline.CleanLine(normal)
	if safe.String() != normal || strings.ContainsAny(normal, " \"<>") {
		return timeline.Safe{} // what Clean changes would lead somewhere else
	}
	return safe
}
