package bluesky

import (
	"encoding/json"
	"strings"
	"testing"

	"skein/timeline"
)

// Whatever a server answers, nothing panics, and only what was asked for counts as
// done.
func FuzzAnswer(f *testing.F) {
	const uri, cid = "at://did:plc:a/app.bsky.feed.post/3jui7kd54zh2y", "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
	for _, s := range []string{
		`{"uri":"` + uri + `","cid":"` + cid + `"}`, `{"results":[]}`, `{"uri":7}`, `null`, `[]`, `{"reply":{"root":null}}`,
		`{"subject":{"uri":"x"}}`, `{"subject":"did:plc:a"}`, `{"subject":[]}`, `{"createdAt":{}}`, `{"uri":"` + uri + `"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		one := frozen{Made: []sealed{{URI: uri}}, Receipt: timeline.Receipt{Posts: []timeline.Copy{{ID: timeline.ID{Local: uri}}}}}
		if one.confirm(raw) == nil && validCID(one.Receipt.Posts[0].ServerID) == "" {
			t.Errorf("%s confirms %+v", raw, one.Receipt)
		}
		two := frozen{Made: []sealed{{URI: uri}, {URI: uri + "2"}}}
		if two.confirm(raw) == nil && !json.Valid(raw) {
			t.Errorf("%s confirms two", raw)
		}
		if r := rootOf(raw); r != nil {
			if _, ok := postID(r.URI); !ok || validCID(r.CID) == "" {
				t.Errorf("%s has the root %+v", raw, r)
			}
		}
		_, _ = subjectIn(raw), createdAt(raw)
	})
}

func FuzzReadMeta(f *testing.F) {
	for _, s := range []string{"", "<title>a</title>", "<meta property=og:title content=b><body><title>c", "<title><b>x", "<meta><meta name><!--", "\x00<title>\xff</title>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		page := pageHead{meta: readMeta(strings.NewReader(s))}
		if title := page.title(); timeline.CleanLine(title).String() != title {
			t.Errorf("%q has the title %q", s, title)
		}
		if d := shorten(page.first("description"), maxCardDetail); len(d) > maxCardDetail {
			t.Errorf("%d bytes", len(d))
		}
	})
}
