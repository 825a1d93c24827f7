package bluesky

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
)

const (
	did1 = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"
	did2 = "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb"
	uri1 = "at://" + did1 + "/app.bsky.feed.post/3jui7kd54zh2y"
	uri2 = "at://" + did2 + "/app.bsky.feed.post/3jui7kd54zh2z"
	cid1 = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) //nolint:gochecknoglobals // a constant that Go cannot write

func testDecoder() decoder {
	return decoder{account: "acct-1", now: func() time.Time { return noon }, log: slog.New(slog.DiscardHandler)}
}

// view is a postView as JSON with some fields replaced or added.
func view(t testing.TB, change map[string]any) json.RawMessage {
	t.Helper()
	v := map[string]any{
		"uri": uri1, "cid": cid1, "indexedAt": "2026-06-01T11:00:05Z",
		"author": map[string]any{"did": did1, "handle": "ana.example", "displayName": "Ana"},
		"record": map[string]any{"$type": postNSID, "text": "hello", "createdAt": "2026-06-01T11:00:00Z"},
	}
	for k, x := range change {
		v[k] = x
	}
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type m = map[string]any

func decoded(t *testing.T, change m) *timeline.Post {
	t.Helper()
	p := testDecoder().post(view(t, change), 0)
	if p == nil {
		t.Fatal("no post")
	}
	return p
}

func TestOddItemsNeverFailAPage(t *testing.T) {
	item := func(post json.RawMessage) json.RawMessage { return json.RawMessage(`{"post":` + string(post) + `}`) }
	page := []json.RawMessage{
		item(view(t, nil)),
		json.RawMessage(`null`), json.RawMessage(`17`), json.RawMessage(`{}`), json.RawMessage(`{"post":{"uri":"\u001b[31m"}}`),
		item(view(t, m{"uri": uri2, "likeCount": "many"})),
		item(view(t, m{"uri": uri2 + "x", "record": m{"$type": "com.example.recipe", "title": "soup"}})),
		item(view(t, m{"uri": uri2 + "y", "record": m{"$type": postNSID, "text": 5}})),
		item(view(t, m{"uri": uri2 + "z", "embed": m{"$type": "com.example.embed.hologram"}})),
		item(view(t, m{"uri": uri2 + "w", "embed": "nothing"})),
		item(view(t, nil)), // again
	}
	var notes []string
	for _, p := range testDecoder().feed(page) {
		notes = append(notes, p.Note.String())
	}
	want := []string{
		"", "a post that skein could not read", "a kind of post skein does not know: com.example.recipe",
		"a post that skein could not read", "an attachment of a kind skein does not know: com.example.embed.hologram",
		"an attachment that skein could not read",
	}
	if d := cmp.Diff(want, notes); d != "" {
		t.Error(d)
	}
}

func TestTimes(t *testing.T) {
	for _, c := range []struct {
		claimed, indexed string
		created, sorted  time.Time
		future           bool
	}{
		{"2026-06-01T11:00:00Z", "2026-06-01T11:00:05Z", noon.Add(-time.Hour), noon.Add(-time.Hour), false},
		{"2099-01-01T00:00:00Z", "2026-06-01T11:00:00Z", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), noon.Add(-time.Hour), true},
		{"soon", "2026-06-01T11:00:00Z", noon.Add(-time.Hour), noon.Add(-time.Hour), false},
		{"2026-06-01T13:00:00+02:00", "", noon.Add(-time.Hour), noon.Add(-time.Hour), false},
		{"", "", noon, noon, false},
		{"2099-01-01T00:00:00Z", "", time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), noon, true},
		{"9999-12-31T23:59:59-01:00", "2026-06-01T11:00:00Z", noon.Add(-time.Hour), noon.Add(-time.Hour), false}, // the year 10000 in UTC
		{"0000-01-01T00:00:00+01:00", "2026-06-01T11:00:00Z", noon.Add(-time.Hour), noon.Add(-time.Hour), false},
	} {
		p := decoded(t, m{"indexedAt": c.indexed, "record": m{"$type": postNSID, "text": "x", "createdAt": c.claimed}})
		if !p.Created.Equal(c.created) || !p.Sorted.Equal(c.sorted) || p.Future != c.future {
			t.Errorf("claimed %q, indexed %q: created %s, sorted %s, future %t", c.claimed, c.indexed, p.Created, p.Sorted, p.Future)
		}
	}
	// A post that cannot be read keeps its place: it would be the newest at every look.
	for indexed, want := range map[any]time.Time{"2026-06-01T11:00:00Z": noon.Add(-time.Hour), "soon": noon, 5: noon} {
		if p := decoded(t, m{"likeCount": "many", "indexedAt": indexed}); !p.Sorted.Equal(want) {
			t.Errorf("unreadable, indexed %v: sorted %s", indexed, p.Sorted)
		}
	}
}

func TestRepost(t *testing.T) {
	reason := m{"$type": "app.bsky.feed.defs#reasonRepost", "by": m{"did": did2, "handle": "kit.example"}, "indexedAt": "2026-06-01T11:30:00Z"}
	row := func(reason m) *timeline.Post {
		r, err := json.Marshal(reason)
		if err != nil {
			t.Fatal(err)
		}
		return testDecoder().item(fmt.Appendf(nil, `{"post":%s,"reason":%s}`, view(t, nil), r))
	}
	p := row(reason)
	if p.ID.Local != uri1+"#repost:"+did2 || p.Boosted == nil || p.Boosted.ID.Local != uri1 || p.Author.Handle.String() != "@kit.example" {
		t.Errorf("a repost without a URI is %+v", p)
	}
	if !p.Sorted.Equal(noon.Add(-30 * time.Minute)) {
		t.Errorf("the repost stands at %s", p.Sorted)
	}
	reason["uri"] = "at://" + did2 + "/app.bsky.feed.repost/3jui7kd54zh22"
	if p = row(reason); p.ID.Local != reason["uri"] {
		t.Errorf("a repost with a URI has ID %s", p.ID)
	}
	for _, other := range []m{{"$type": "app.bsky.feed.defs#reasonPin"}, {"$type": "com.example.reason"}, {"$type": 5}} {
		if p = row(other); p == nil || p.Boosted != nil || p.ID.Local != uri1 {
			t.Errorf("reason %v makes %+v", other, p)
		}
	}
}

func TestEmbeds(t *testing.T) {
	image := m{"fullsize": "https://cdn.example/full", "thumb": "https://cdn.example/thumb", "alt": "a\u202eheron", "aspectRatio": m{"width": 4, "height": 3}}
	images := m{"$type": "app.bsky.embed.images#view", "images": []any{image, m{"fullsize": "javascript:alert(1)", "thumb": "", "alt": ""}}}
	p := decoded(t, m{"embed": images})
	want := []timeline.Media{{
		Kind: timeline.Image, URL: timeline.CleanLine("https://cdn.example/full"), Preview: timeline.CleanLine("https://cdn.example/thumb"),
		Alt: timeline.CleanLine("aheron"), Width: 4, Height: 3,
	}}
	if d := cmp.Diff(want, p.Media, cmp.Comparer(func(a, b timeline.Safe) bool { return a == b })); d != "" {
		t.Error(d)
	}
	p = decoded(t, m{"embed": m{"$type": "app.bsky.embed.video#view", "cid": cid1, "playlist": "https://v.example/x.m3u8", "presentation": "gif"}})
	if len(p.Media) != 1 || p.Media[0].Kind != timeline.GIF {
		t.Errorf("a looping video is %+v", p.Media)
	}
	p = decoded(t, m{"embed": m{"$type": "app.bsky.embed.external#view", "external": m{"uri": "https://news.example/a", "title": "News\n", "description": "of the day"}}})
	if p.Card == nil || p.Card.Title.String() != "News" || p.Card.URL.String() != "https://news.example/a" {
		t.Errorf("the card is %+v", p.Card)
	}
}

func TestQuotes(t *testing.T) {
	quoted := m{
		"$type": "app.bsky.embed.record#viewRecord", "uri": uri2, "cid": cid1, "indexedAt": "2026-06-01T10:00:00Z",
		"author": m{"did": did2, "handle": "kit.example"},
		"value":  m{"$type": postNSID, "text": "inner", "createdAt": "2026-06-01T10:00:00Z"},
		"embeds": []any{m{"$type": "app.bsky.embed.record#view", "record": m{"$type": "app.bsky.embed.record#viewRecord", "uri": uri1}}},
	}
	quote := func(record m) *timeline.Quote {
		return decoded(t, m{"embed": m{"$type": "app.bsky.embed.record#view", "record": record}}).Quote
	}
	q := quote(quoted)
	if q == nil || q.State != timeline.QuoteShown || q.Post == nil || q.Post.Text.Plain().String() != "inner" || q.ID.Local != uri2 {
		t.Fatalf("a quoted post is %+v", q)
	}
	if inner := q.Post.Quote; inner == nil || inner.Post != nil || inner.ID.Local != uri1 {
		t.Errorf("the quote in a quote is %+v, want a name only", inner)
	}
	for kind, want := range map[string]timeline.Quote{
		"app.bsky.embed.record#viewNotFound":         {State: timeline.QuoteGone},
		"app.bsky.embed.record#viewBlocked":          {State: timeline.QuoteRefused},
		"app.bsky.embed.record#viewDetached":         {State: timeline.QuoteRefused},
		"app.bsky.feed.defs#generatorView":           {State: timeline.QuoteOther, Title: timeline.CleanLine("feed: Birds by @kit.example")},
		"app.bsky.graph.defs#listView":               {State: timeline.QuoteOther, Title: timeline.CleanLine("list: Marsh by @kit.example")},
		"app.bsky.graph.defs#starterPackViewBasic":   {State: timeline.QuoteOther, Title: timeline.CleanLine("starter pack: Start by @kit.example")},
		"com.example.defs#something":                 {State: timeline.QuoteOther, Title: timeline.CleanLine("a record of a kind skein does not know: com.example.defs#something")},
		"com.example.defs#\x1b]0;title\x07something": {State: timeline.QuoteOther, Title: timeline.CleanLine("a record of a kind skein does not know: com.example.defs#]0;titlesomething")},
	} {
		got := quote(m{"$type": kind, "displayName": "Birds", "name": "Marsh", "record": m{"name": "Start"}, "creator": m{"did": did2, "handle": "kit.example"}, "uri": "at://x"})
		if got == nil || *got != want {
			t.Errorf("%q: %+v, want %+v", kind, got, want)
		}
	}
	if q = quote(m{"$type": "app.bsky.embed.record#viewRecord", "uri": "nowhere"}); q.State != timeline.QuoteOther || q.Title.Empty() {
		t.Errorf("a quoted post without a name is %+v", q)
	}
	both := decoded(t, m{"embed": m{
		"$type": "app.bsky.embed.recordWithMedia#view", "record": m{"record": quoted},
		"media": m{"$type": "app.bsky.embed.images#view", "images": []any{m{"fullsize": "https://cdn.example/1", "thumb": "https://cdn.example/1"}}},
	}})
	if both.Quote == nil || len(both.Media) != 1 {
		t.Errorf("a quote with media has quote %v and %d media", both.Quote, len(both.Media))
	}
}

func TestLabels(t *testing.T) {
	own := func(vals ...string) m {
		var list []any
		for _, v := range vals {
			list = append(list, m{"val": v})
		}
		return m{"record": m{
			"$type": postNSID, "text": "x", "createdAt": "2026-06-01T11:00:00Z",
			"labels": m{"$type": "com.atproto.label.defs#selfLabels", "values": list},
		}}
	}
	for _, c := range []struct {
		change               m
		warning, labels      string
		sensitive, mediaOnly bool
	}{
		{own("porn"), "Adult content", "porn", true, true},
		{own("nudity", "!warn"), "Flagged by moderators", "nudity !warn", true, false},
		{own("!hide", "porn"), "Hidden by moderators", "!hide porn", true, false},
		{own("spoiler"), "", "spoiler", false, false},
		{m{"labels": []any{m{"val": "graphic-media", "neg": true}}}, "", "", false, false},
		{m{"labels": []any{m{"val": "sexual", "exp": "2026-05-01T00:00:00Z"}}}, "", "", false, false},
		{m{"labels": []any{m{"val": "graphic-media"}, m{"val": "graphic-media"}}}, "Graphic media", "graphic-media", true, true},
	} {
		p := decoded(t, c.change)
		var labels []string
		for _, l := range p.Labels {
			labels = append(labels, l.String())
		}
		if p.Warning.String() != c.warning || strings.Join(labels, " ") != c.labels || p.Sensitive != c.sensitive || p.MediaOnly != c.mediaOnly {
			t.Errorf("%v: warning %q, labels %v, sensitive %t, media only %t", c.change, p.Warning, labels, p.Sensitive, p.MediaOnly)
		}
	}
}

func TestViewAndAuthor(t *testing.T) {
	p := decoded(t, m{
		"likeCount": 3, "replyCount": -1, "repostCount": 2, "quoteCount": 1,
		"viewer": m{"like": uri2, "repost": "not a uri", "bookmarked": true},
		"author": m{"did": did1, "handle": "handle.invalid", "verification": m{"verifiedStatus": "valid", "trustedVerifierStatus": "none"}},
	})
	v, ok := p.View("acct-1")
	if want := (timeline.View{Account: "acct-1", ServerID: cid1, Liked: true, LikeID: uri2, Boosted: true, Bookmarked: true}); !ok || v != want {
		t.Errorf("view %+v, want %+v", v, want)
	}
	if want := (timeline.Counts{Boosts: 2, Quotes: 1, Likes: 3}); p.Counts != want {
		t.Errorf("counts %+v, want %+v", p.Counts, want)
	}
	if p.Author.Handle.String() != did1 || p.Author.Name != p.Author.Handle || !p.Author.Verified {
		t.Errorf("author %+v", p.Author)
	}
	if want := "https://bsky.app/profile/" + did1 + "/post/3jui7kd54zh2y"; p.URL.String() != want {
		t.Errorf("URL %s, want %s", p.URL, want)
	}
}
