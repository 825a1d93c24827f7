package bluesky

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"skein/timeline"
)

func facet(start, end int, feature string) json.RawMessage {
	return fmt.Appendf(nil, `{"index":{"byteStart":%d,"byteEnd":%d},"features":[%s]}`, start, end, feature)
}

const (
	link    = `{"$type":"app.bsky.richtext.facet#link","uri":"https://example.com/long"}`
	tag     = `{"$type":"app.bsky.richtext.facet#tag","tag":"birds"}`
	mention = `{"$type":"app.bsky.richtext.facet#mention","did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}`
)

// show writes spans as kind:text→target, so that a test reads at a glance.
func show(t timeline.Text) string {
	var out []string
	for _, s := range t {
		out = append(out, fmt.Sprintf("%d:%s→%s", s.Kind, s.Text, s.Target))
	}
	return strings.Join(out, "|")
}

func TestFacets(t *testing.T) {
	const text = "héron @ana ex.com #birds" // é has two bytes
	for name, c := range map[string]struct {
		facets []json.RawMessage
		want   string
	}{
		"none":           {nil, "0:" + text + "→"},
		"bytes not rune": {[]json.RawMessage{facet(7, 11, mention)}, "0:héron →|2:@ana→did:plc:aaaaaaaaaaaaaaaaaaaaaaaa|0: ex.com #birds→"},
		"any order":      {[]json.RawMessage{facet(19, 25, tag), facet(12, 18, link)}, "0:héron @ana →|1:ex.com→https://example.com/long|0: →|3:#birds→birds"},
		"splits a rune":  {[]json.RawMessage{facet(2, 5, link)}, "0:" + text + "→"},
		"outside":        {[]json.RawMessage{facet(12, 99, link), facet(-1, 4, link), facet(30, 31, link), facet(9, 9, link), facet(9, 7, link)}, "0:" + text + "→"},
		"overlapping":    {[]json.RawMessage{facet(7, 18, mention), facet(12, 18, link)}, "0:héron →|2:@ana ex.com→did:plc:aaaaaaaaaaaaaaaaaaaaaaaa|0: #birds→"},
		"unknown":        {[]json.RawMessage{facet(12, 18, `{"$type":"com.example.facet#bold"}`)}, "0:" + text + "→"},
		"unknown first":  {[]json.RawMessage{facet(12, 18, `{"$type":"com.example.facet#bold"},`+link)}, "0:héron @ana →|1:ex.com→https://example.com/long|0: #birds→"},
		"no web link":    {[]json.RawMessage{facet(12, 18, `{"$type":"app.bsky.richtext.facet#link","uri":"javascript:alert(1)"}`)}, "0:" + text + "→"},
		"escape in link": {[]json.RawMessage{facet(12, 18, `{"$type":"app.bsky.richtext.facet#link","uri":"https://e.com/\u001b[31m"}`)}, "0:" + text + "→"},
		"no JSON":        {[]json.RawMessage{json.RawMessage(`7`), json.RawMessage(`{}`), json.RawMessage(`{"index":{"byteStart":"a"}}`), json.RawMessage(`{"index":{"byteStart":0,"byteEnd":2},"features":[null]}`)}, "0:" + text + "→"},
		"huge":           {[]json.RawMessage{facet(0, 1<<62, link)}, "0:" + text + "→"},
	} {
		if got := show(richText(text, c.facets)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func FuzzRichText(f *testing.F) {
	f.Add("héron @ana ex.com #birds", `[{"index":{"byteStart":7,"byteEnd":11},"features":[`+mention+`]}]`)
	f.Add("a\x1b[31mb\u202e", `[{"index":{"byteStart":1,"byteEnd":3},"features":[`+link+`]},{"index":{"byteStart":2,"byteEnd":4},"features":[`+tag+`]}]`)
	f.Fuzz(func(t *testing.T, text, facets string) {
		var list []json.RawMessage
		if json.Unmarshal([]byte(facets), &list) != nil {
			t.Skip()
		}
		total := 0
		for _, s := range richText(text, list) {
			if s.Text.Empty() || s.Text != timeline.Clean(s.Text.String()) {
				t.Errorf("span %+v", s)
			}
			if (s.Kind == timeline.SpanPlain) != s.Target.Empty() {
				t.Errorf("span %+v: only plain text has no target", s)
			}
			total += len(s.Text.String())
		}
		if longest := 4 * len(text); total > longest { // U+FFFD has three bytes, a tab becomes four
			t.Errorf("%d bytes became %d", len(text), total)
		}
	})
}

func FuzzItem(f *testing.F) {
	f.Add([]byte(`{"post":` + string(view(f, nil)) + `,"reason":{"$type":"app.bsky.feed.defs#reasonRepost","by":{"did":"` + did2 + `"}}}`))
	f.Add([]byte(`{"post":` + string(view(f, m{"embed": m{"$type": "app.bsky.embed.record#view", "record": m{"$type": "app.bsky.embed.record#viewRecord", "uri": uri2, "value": m{"$type": postNSID}}}})) + `}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, p := range testDecoder().feed([]json.RawMessage{raw}) {
			if _, ok := postID(p.Content().ID.Local); !ok {
				t.Errorf("post %q has no valid name", p.ID)
			}
			if p.Sorted.IsZero() || p.Created.IsZero() || p.Author.ID == "" || p.Author.Name.Empty() {
				t.Errorf("post %+v lacks a time or an author", p)
			}
		}
		var tr tree
		tr.decode, tr.seen = testDecoder(), map[timeline.ID]bool{}
		if v, n := tr.node(raw); n != nil {
			tr.climb(v, n)
			tr.fill(n, v.Replies)
		}
	})
}
