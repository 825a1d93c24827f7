package outbox

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"skein/timeline"
)

// edit puts a span in the place of the bytes from…to of a text.
type edit struct {
	from, to int
	span     timeline.Span
}

// withPeople puts people of the address book in the place of each @name: as the
// network mentions them, or by their plain name where they are not on it. Those are
// returned as well, each once.
func withPeople(t timeline.Text, book Book, on timeline.Network, rules timeline.Rules) (timeline.Text, []string) {
	if book == nil {
		return t, nil
	}
	var edits []edit
	var strangers []string
	plain := t.Plain().String()
	offset := 0
	for _, s := range t {
		end := offset + len(s.Text.String())
		if s.Kind == timeline.SpanPlain || s.Kind == timeline.SpanMention {
			for _, at := range namesIn(plain, offset, end) {
				person, ok := book.Find(plain[at[0]+1 : at[1]])
				if !ok {
					continue
				}
				e := edit{from: at[0], to: at[1], span: timeline.Span{Text: timeline.Clean(plain[at[0]+1 : at[1]])}}
				if h, known := person.On(on); known {
					e.span = rules.Mention(h.Handle, h.ID)
				} else if !slices.Contains(strangers, person.Name) {
					strangers = append(strangers, person.Name)
				}
				edits = append(edits, e)
			}
		}
		offset = end
	}
	return applyEdits(t, edits), strangers
}

// namesIn finds each @name of s that begins within from…to. Names end where a word
// ends. What is a handle already is none: @a@host, @a.example.
func namesIn(s string, from, to int) [][2]int {
	var names [][2]int
	for i := from; i < to; i++ {
		if s[i] != '@' {
			continue
		}
		if before, _ := utf8.DecodeLastRuneInString(s[:i]); i > 0 && (nameRune(before) || before == '@' || before == '/') {
			continue
		}
		rest := s[i+1:]
		n := strings.IndexFunc(rest, func(r rune) bool { return !nameRune(r) })
		if n < 0 {
			n = len(rest)
		}
		if goesOn(rest[n:]) {
			continue
		}
		if name := strings.TrimRight(rest[:n], "-_"); name != "" {
			names = append(names, [2]int{i, i + 1 + len(name)})
		}
	}
	return names
}

// goesOn tells whether what follows a name makes it a part of a handle.
func goesOn(rest string) bool {
	if rest == "" || rest[0] != '@' && rest[0] != '.' {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest[1:])
	return unicode.IsLetter(next) || unicode.IsDigit(next)
}

// nameRune tells whether r can be in a name of the address book.
func nameRune(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.N) || r == '_' || r == '-'
}

// applyEdits puts edits, in their order and without overlap, into a text. A span
// that an edit touches is plain in what is left of it.
func applyEdits(t timeline.Text, edits []edit) timeline.Text {
	if len(edits) == 0 {
		return t
	}
	plain := t.Plain().String()
	var out timeline.Text
	at, start := 0, 0
	for _, s := range t {
		end := start + len(s.Text.String())
		touched := at > start
		for ; len(edits) > 0 && edits[0].from < end; edits = edits[1:] {
			e := edits[0]
			out = appendSpan(out, timeline.Span{Text: timeline.Clean(plain[at:e.from])})
			out = appendSpan(out, e.span)
			at, touched = e.to, true
		}
		switch {
		case !touched:
			out, at = appendSpan(out, s), end
		case at < end:
			out, at = appendSpan(out, timeline.Span{Text: timeline.Clean(plain[at:end])}), end
		}
		start = end
	}
	return out
}

// appendSpan adds a span to a text of its own, and to the last one where both are
// plain. An empty one it leaves out.
func appendSpan(t timeline.Text, s timeline.Span) timeline.Text {
	if s.Text.Empty() {
		return t
	}
	if n := len(t); n > 0 && s.Kind == timeline.SpanPlain && t[n-1].Kind == timeline.SpanPlain {
		t[n-1].Text = timeline.Clean(t[n-1].Text.String() + s.Text.String())
		return t
	}
	return append(t, s)
}

// concat joins texts, without changing them.
func concat(texts ...timeline.Text) timeline.Text {
	var out timeline.Text
	for _, t := range texts {
		for _, s := range t {
			out = appendSpan(out, s)
		}
	}
	return out
}

// withLink is a text with an address behind it: what stands for a quote or a poll
// that the network cannot hold.
func withLink(t timeline.Text, url string) timeline.Text {
	address := timeline.CleanLine(url)
	var gap timeline.Text
	if !t.Empty() {
		gap = timeline.PlainText(timeline.Literal("\n\n"))
	}
	return concat(t, gap, timeline.Text{{Kind: timeline.SpanLink, Text: address, Target: address}})
}

// addressees are the mentions that a reply must have in its text to reach whom it
// is for, and that its texts have not: those of the author of the post answered, and
// of those addressed by it, but not of the person who replies.
func addressees(p Parent, self timeline.Account, texts []timeline.Text, rules timeline.Rules) timeline.Text {
	there := func(h timeline.Handle) bool {
		for _, t := range texts {
			for _, s := range t {
				if s.Kind == timeline.SpanMention && mentions(s, h, self) {
					return true
				}
			}
		}
		return false
	}
	var out timeline.Text
	for _, h := range append([]timeline.Handle{p.Author}, p.Mentions...) {
		if h.Handle == "" || sameHandle(fullHandle(h), self.Handle.String(), self) || there(h) {
			continue
		}
		s := rules.Mention(h.Handle, h.ID)
		texts = append(texts[:len(texts):len(texts)], timeline.Text{s}) // each once
		out = appendSpan(appendSpan(out, s), timeline.Span{Text: timeline.Literal(" ")})
	}
	return out
}

// fullHandle is a handle with its host where the network's own name for the person
// has it: a post may show @ana for somebody of another server.
func fullHandle(h timeline.Handle) string {
	if strings.Contains(h.ID, "@") {
		return h.ID
	}
	return h.Handle
}

// mentions tells whether a span names h.
func mentions(s timeline.Span, h timeline.Handle, self timeline.Account) bool {
	if target := s.Target.String(); target != "" && (target == h.ID || sameHandle(target, fullHandle(h), self)) {
		return true
	}
	return sameHandle(s.Text.String(), fullHandle(h), self)
}

// sameHandle compares handles as they are written on self's server, which may leave
// itself out: @ana is @ana@its.host.
func sameHandle(a, b string, self timeline.Account) bool {
	own := strings.TrimPrefix(self.Handle.String(), "@")
	whole := func(h string) string {
		h = strings.TrimPrefix(h, "@")
		if _, host, ok := strings.Cut(own, "@"); ok && !strings.Contains(h, "@") {
			h += "@" + host
		}
		return h
	}
	return a != "" && b != "" && strings.EqualFold(whole(a), whole(b))
}
