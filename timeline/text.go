package timeline

import "strings"

// SpanKind tells what a Span is.
type SpanKind uint8

// The kinds of span.
const (
	SpanPlain   SpanKind = iota // text as it is, with its line breaks
	SpanLink                    // Target is an http(s) address
	SpanMention                 // Target is the person's Profile.ID on the post's own network
	SpanTag                     // Target is the tag without '#'
	SpanEmoji                   // a custom emoji, Text is ":shortcode:", Target the image's address
	SpanPost                    // an inline reference to a post, Target its ID.Local on the same network
)

// Span is a run of text with one meaning. Text is what is shown; Target is what
// it stands for and is empty for plain text.
type Span struct {
	Kind   SpanKind
	Text   Safe
	Target Safe
}

// Text is what an adapter makes of its network's own markup: spans in reading
// order, with nothing of HTML, facets or NIP-27 left in them.
type Text []Span

// PlainText makes a Text of one plain span; an empty s makes none.
func PlainText(s Safe) Text {
	if s.Empty() {
		return nil
	}
	return Text{{Text: s}}
}

// Plain is the text as it reads, without marks. A link whose label is not its
// address keeps its label only.
func (t Text) Plain() Safe {
	if len(t) == 1 {
		return t[0].Text
	}
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text.s)
	}
	return Safe{b.String()} // a concatenation of Safes holds no rune that they did not
}

// Links are the spans that lead out of the program, in reading order.
func (t Text) Links() []Span {
	var links []Span
	for _, s := range t {
		if s.Kind == SpanLink {
			links = append(links, s)
		}
	}
	return links
}

// Empty tells whether nothing is left to read.
func (t Text) Empty() bool {
	for _, s := range t {
		if strings.TrimSpace(s.Text.s) != "" {
			return false
		}
	}
	return true
}
