package ui

import (
	"slices"
	"strings"

	"skein/timeline"
	"skein/ui/compose"
)

const seenMost = 1000 // posts looked through for tags and authors

// finder completes names and tags: the address book, and what is in the posts that
// were loaded when writing began.
type finder struct {
	people People
	tags   []string         // without #, the newest first
	seen   []compose.Choice // handles, with the names of whose they are
}

func (m *Model) finder() finder {
	f := finder{people: m.o.People}
	tags, handles := map[string]bool{}, map[string]bool{}
	for _, p := range m.loaded(seenMost) {
		p = p.Content()
		for _, t := range p.Tags {
			f.tag(tags, t)
		}
		for _, s := range p.Text {
			if s.Kind == timeline.SpanTag {
				f.tag(tags, s.Target)
			}
		}
		handle := p.Author.Handle.Line().String()
		if strings.HasPrefix(handle, "@") && !handles[handle] {
			handles[handle] = true
			f.seen = append(f.seen, compose.Choice{Text: handle, About: p.Author.Name.Line().String()})
		}
	}
	return f
}

func (f *finder) tag(seen map[string]bool, t timeline.Safe) {
	s := strings.TrimPrefix(t.Line().String(), "#")
	if s != "" && !seen[strings.ToLower(s)] && !strings.Contains(s, " ") {
		seen[strings.ToLower(s)] = true
		f.tags = append(f.tags, s)
	}
}

// People implements compose.Find: the address book first.
func (f finder) People(prefix string) []compose.Choice {
	var out []compose.Choice
	if f.people != nil {
		for _, p := range f.people.Complete(prefix) {
			var on []string
			for _, n := range timeline.Networks() {
				if h, ok := p.On(n); ok {
					on = append(on, n.Letter()+" "+timeline.CleanLine(h.Handle).String())
				}
			}
			out = append(out, compose.Choice{Text: "@" + timeline.CleanLine(p.Name).String(), About: strings.Join(on, "  ")})
		}
	}
	for _, s := range f.seen {
		if begins(s.Text[1:], prefix) || begins(s.About, prefix) {
			out = append(out, s)
		}
	}
	return out
}

// Tags implements compose.Find.
func (f finder) Tags(prefix string) []string {
	return slices.DeleteFunc(slices.Clone(f.tags), func(t string) bool { return !begins(t, prefix) })
}

func begins(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
