package mastodon

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
)

// full is a status with all that a current server sends.
const full = `{
 "id":"110","uri":"https://far.example/users/bo/statuses/9","url":"https://far.example/@bo/9",
 "created_at":"2026-05-01T11:00:00.000Z","edited_at":"2026-05-01T11:30:00.000Z",
 "in_reply_to_id":"100","in_reply_to_account_id":"7","sensitive":true,"spoiler_text":"food","visibility":"private","language":"de",
 "replies_count":1,"reblogs_count":2,"favourites_count":3,"quotes_count":4,"favourited":true,"reblogged":false,"bookmarked":true,
 "content":"<p>hi</p>","reblog":null,
 "account":{"id":"8","username":"bo","acct":"bo@far.example","display_name":"Bo\u001b[31m","bot":true,"url":"https://far.example/@bo",
  "avatar":"https://far.example/a.gif","avatar_static":"https://far.example/a.png","emojis":[],"fields":[],"last_status_at":"2026-05-01"},
 "media_attachments":[
  {"id":"1","type":"image","url":"https://far.example/1.png","preview_url":"https://far.example/1s.png","remote_url":null,
   "description":"a jetty","blurhash":"UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH","meta":{"original":{"width":640,"height":480,"size":"640x480","aspect":1.3},"focus":{"x":0,"y":0}}},
  {"id":"2","type":"video","url":null,"preview_url":null,"remote_url":"https://far.example/2.mp4","description":null,
   "meta":{"length":"0:01:28.65","duration":88.65,"fps":24,"original":{"width":1280,"height":720,"frame_rate":"24/1","duration":88.6,"bitrate":862056}}},
  {"id":"3","type":"image","url":"javascript:x"}],
 "mentions":[{"id":"7","username":"ana","acct":"ana","url":"https://home.example/@ana"}],
 "tags":[{"name":"go","url":"https://far.example/tags/go"}],"emojis":[],
 "card":{"url":"https://a.example/","title":"A","description":"d","type":"link","provider_name":"a.example","image":null,"width":0,"height":0},
 "poll":{"id":"5","expires_at":"2026-05-02T11:00:00.000Z","expired":false,"multiple":true,"votes_count":3,"voters_count":null,
  "options":[{"title":"x","votes_count":3},{"title":"y","votes_count":null}],"emojis":[],"voted":true,"own_votes":[0,9]},
 "filtered":[{"filter":{"id":"1","title":"spoilers","context":["home"],"expires_at":null,"filter_action":"warn"},"keyword_matches":["x"],"status_matches":null}],
 "quote":{"state":"accepted","quoted_status":{"id":"90","uri":"https://home.example/users/ana/statuses/90","content":"<p>quoted</p>",
  "created_at":"2026-04-30T11:00:00.000Z","account":{"id":"7","acct":"ana"},"quote":{"state":"accepted","quoted_status_id":"80"}}}
}`

func decodeOne(t *testing.T, d *decoder, raw string) *timeline.Post {
	t.Helper()
	p := d.page([]json.RawMessage{json.RawMessage(raw)})
	if len(p.posts) != 1 {
		t.Fatalf("%d posts", len(p.posts))
	}
	return p.posts[0]
}

func TestPostHasEverything(t *testing.T) {
	d := testDecoder()
	line, at := timeline.CleanLine, func(h, m int) time.Time { return time.Date(2026, 5, 1, h, m, 0, 0, time.UTC) }
	id := func(s string) timeline.ID { return timeline.ID{Network: timeline.Mastodon, Local: s} }
	got := decodeOne(t, d, full)
	quoted := got.Quote.Post
	want := &timeline.Post{
		ID: id("https://far.example/users/bo/statuses/9"), URL: line("https://far.example/@bo/9"),
		Author: timeline.Author{
			ID: "bo@far.example", Handle: line("@bo@far.example"), Name: line("Bo[31m"), Bot: true,
			Avatar: line("https://far.example/a.png"), URL: line("https://far.example/@bo"),
		},
		Created: at(11, 0), Sorted: at(11, 0), Edited: at(11, 30), Revision: uint64(d.now().UnixMilli()),
		Text: timeline.PlainText(line("hi")), Warning: line("food"), Sensitive: true, Languages: []string{"de"},
		Visibility: timeline.Followers, Tags: []timeline.Safe{line("go")},
		Media: []timeline.Media{
			{
				Kind: timeline.Image, URL: line("https://far.example/1.png"), Preview: line("https://far.example/1s.png"),
				Alt: line("a jetty"), Width: 640, Height: 480, Blurhash: "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
			},
			{Kind: timeline.Video, URL: line("https://far.example/2.mp4"), Width: 1280, Height: 720, Duration: 88650 * time.Millisecond},
		},
		Poll: &timeline.Poll{
			ID: "5", Multiple: true, Closes: at(11, 0).AddDate(0, 0, 1), Votes: 3, Voted: true,
			Options: []timeline.PollOption{{Text: line("x"), Votes: 3, Chosen: true}, {Text: line("y"), Votes: -1}},
		},
		Card:    &timeline.Card{URL: line("https://a.example/"), Title: line("A"), Description: line("d"), Site: line("a.example")},
		Quote:   &timeline.Quote{State: timeline.QuoteShown, ID: id("https://home.example/users/ana/statuses/90"), Post: quoted},
		ReplyTo: &timeline.Ref{ID: id("https://home.example/users/ana/statuses/100"), Handle: line("@ana@home.example")},
		Counts:  timeline.Counts{Replies: 1, Boosts: 2, Quotes: 4, Likes: 3},
		Views: []timeline.View{{
			Account: "acc", ServerID: "110", Liked: true, Bookmarked: true, Filtered: line(`"x", by your Mastodon filter spoilers`),
		}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b timeline.Safe) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if quoted == nil || quoted.Text.Plain().String() != "quoted" || quoted.Quote != nil {
		t.Errorf("the quoted post is %+v", quoted)
	}
	if sid, ok := d.index.ids.get(got.Quote.ID.Local); !ok || sid != "90" {
		t.Errorf("the quoted post's server id is %q, want 90", sid)
	}
}

func TestMinimalStatusIsAPost(t *testing.T) {
	got := decodeOne(t, testDecoder(), `{"id":"1","account":{"acct":"ana"},"content":"x"}`)
	if got.ID.Local != "https://home.example/statuses/1" || got.Author.ID != "ana@home.example" || got.Author.Name.Empty() ||
		got.Sorted.IsZero() || got.Visibility != timeline.Public || !got.Note.Empty() {
		t.Errorf("got %+v", got)
	}
}

// TestOddStatusCostsOnlyItself puts odd items between good ones.
func TestOddStatusCostsOnlyItself(t *testing.T) {
	good := func(id string) string {
		return fmt.Sprintf(`{"id":%q,"uri":"https://home.example/%s","created_at":"2026-05-01T11:00:00Z","account":{"acct":"ana"},"content":"good"}`, id, id)
	}
	for name, c := range map[string]struct {
		raw  string
		note string // "" when the item is dropped
	}{
		"null":           {`null`, ""},
		"number":         {`17`, ""},
		"no id":          {`{"content":"x"}`, ""},
		"path as id":     {`{"id":"../../oauth","content":"x"}`, ""},
		"bad date":       {`{"id":"2","account":{"acct":"ana"},"content":"kept","created_at":"yesterday"}`, "created_at"},
		"bad types":      {`{"id":"2","account":{"acct":"ana"},"content":"kept","sensitive":"very","poll":[1],"media_attachments":{"a":1}}`, "media_attachments, poll, sensitive"},
		"bad card":       {`{"id":"2","account":{"acct":"ana"},"content":"kept","card":{"width":1.5}}`, "card"},
		"bad boost":      {`{"id":"2","account":{"acct":"ana"},"content":"kept","reblog":{"id":""}}`, "reblog"},
		"bad quote":      {`{"id":"2","account":{"acct":"ana"},"content":"kept","quote":"x"}`, "quote"},
		"number as acct": {`{"id":"2","account":{"acct":5},"content":"kept"}`, "account"},
	} {
		d := testDecoder()
		p := d.page([]json.RawMessage{json.RawMessage(good("3")), json.RawMessage(c.raw), json.RawMessage(good("1"))})
		switch {
		case c.note == "" && len(p.posts) != 2:
			t.Errorf("%s: %d posts, want it dropped", name, len(p.posts))
		case c.note == "":
		case len(p.posts) != 3:
			t.Errorf("%s: %d posts, want 3", name, len(p.posts))
		case !strings.HasSuffix(p.posts[1].Note.String(), ": "+c.note) || p.posts[1].Text.Plain().String() != "kept":
			t.Errorf("%s: note %q, text %q", name, p.posts[1].Note, p.posts[1].Text.Plain())
		}
		if p.low != "1" || p.high != "3" {
			t.Errorf("%s: from %s to %s", name, p.low, p.high)
		}
	}
}

func TestBoost(t *testing.T) {
	inner := `{"id":"1","uri":"https://far.example/1","created_at":"2026-05-01T10:00:00Z","account":{"acct":"bo@far.example"},"content":"x",
		"reblog":{"id":"9","content":"deeper"}}`
	wrap := func(uri string) string {
		return `{"id":"2","uri":"` + uri + `","created_at":"2026-05-01T11:00:00Z","account":{"acct":"ana"},"content":"x","reblog":` + inner + `}`
	}
	got := decodeOne(t, testDecoder(), wrap("https://home.example/2/activity"))
	if got.ID.Local != "https://home.example/2/activity" || got.Boosted == nil || got.Boosted.ID.Local != "https://far.example/1" ||
		got.Boosted.Boosted != nil || !got.Text.Empty() || got.Views[0].ServerID != "2" || got.Boosted.Views[0].ServerID != "1" {
		t.Errorf("got %+v of %+v", got, got.Boosted)
	}
	same := decodeOne(t, testDecoder(), wrap("https://far.example/1"))
	if same.ID.Local != "https://far.example/1#boosted-by-ana@home.example" {
		t.Errorf("a boost with its post's uri is called %s", same.ID.Local)
	}
}

func TestNestingIsNotFollowed(t *testing.T) {
	const levels = 30
	bad := strings.Repeat(`{"id":"1","created_at":"x","quote":{"state":"accepted","quoted_status":`, levels) + `null` + strings.Repeat(`}}`, levels)
	began := time.Now()
	decodeStatus(json.RawMessage(bad))
	if took := time.Since(began); took > time.Second { // doubling at each level would take hours
		t.Errorf("took %s", took)
	}
}

func TestQuoteStates(t *testing.T) {
	const quoted = `"quoted_status":{"id":"1","uri":"https://far.example/1","account":{"acct":"a"},"content":"q"}`
	for _, c := range []struct {
		quote string
		state timeline.QuoteState
		shown bool
	}{
		{`{"state":"accepted",` + quoted + `}`, timeline.QuoteShown, true},
		{`{"state":"pending","quoted_status":null}`, timeline.QuotePending, false},
		{`{"state":"deleted"}`, timeline.QuoteGone, false},
		{`{"state":"revoked"}`, timeline.QuoteRefused, false},
		{`{"state":"muted_account",` + quoted + `}`, timeline.QuoteRefused, false},
		{`{"state":"from the future",` + quoted + `}`, timeline.QuoteRefused, false},
		{`{"id":"1","uri":"https://far.example/1","account":{"acct":"a"},"content":"q"}`, timeline.QuoteShown, true}, // Akkoma
	} {
		p := decodeOne(t, testDecoder(), `{"id":"2","account":{"acct":"b"},"quote":`+c.quote+`}`)
		if p.Quote == nil || p.Quote.State != c.state || (p.Quote.Post != nil) != c.shown {
			t.Errorf("%s: %+v", c.quote, p.Quote)
		}
	}
	if p := decodeOne(t, testDecoder(), `{"id":"2","account":{"acct":"b"},"quote":null}`); p.Quote != nil {
		t.Errorf("null is %+v", p.Quote)
	}
}

func TestSensitive(t *testing.T) {
	for _, c := range []struct {
		raw                  string
		sensitive, mediaOnly bool
	}{
		{`"sensitive":false,"spoiler_text":""`, false, false},
		{`"sensitive":true,"spoiler_text":""`, true, true},
		{`"sensitive":true,"spoiler_text":"x"`, true, false},
		{`"sensitive":false,"spoiler_text":"x"`, true, false},
	} {
		p := decodeOne(t, testDecoder(), `{"id":"2",`+c.raw+`}`)
		if p.Sensitive != c.sensitive || p.MediaOnly != c.mediaOnly {
			t.Errorf("%s: %v %v", c.raw, p.Sensitive, p.MediaOnly)
		}
	}
}

func TestVisibilityIsNeverWidened(t *testing.T) {
	for s, want := range map[string]timeline.Visibility{
		"public": timeline.Public, "": timeline.Public, "unlisted": timeline.Unlisted, "private": timeline.Followers,
		"direct": timeline.Direct, "mutuals_only": timeline.Followers, "local": timeline.Followers,
	} {
		if got := visibility(s); got != want {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	}
}

func TestRevision(t *testing.T) {
	d := testDecoder()
	status := func(likes int, text string) string {
		return fmt.Sprintf(`{"id":"1","uri":"https://a.example/1","favourites_count":%d,"content":%q}`, likes, text)
	}
	boost := func(inner string) string {
		return `{"id":"2","uri":"https://a.example/2","reblog":` + inner + `}`
	}
	first := decodeOne(t, d, status(1, "x")).Revision
	if again := decodeOne(t, d, status(1, "x")).Revision; again != first {
		t.Errorf("the same post went from %d to %d", first, again)
	}
	second := decodeOne(t, d, status(2, "x")).Revision
	third := decodeOne(t, d, status(2, "y")).Revision
	if second <= first || third <= second {
		t.Errorf("revisions %d, %d, %d do not rise", first, second, third)
	}
	if a, b := decodeOne(t, d, boost(status(2, "y"))).Revision, decodeOne(t, d, boost(status(9, "y"))).Revision; b <= a {
		t.Errorf("a boost's revision went from %d to %d when its post changed", a, b)
	}
}

func TestTimes(t *testing.T) {
	d := testDecoder()
	future := decodeOne(t, d, `{"id":"1","created_at":"2100-01-01T00:00:00Z"}`)
	if !future.Future || !future.Sorted.Equal(d.now()) || future.Created.Year() != 2100 {
		t.Errorf("created %s, sorted %s, future %v", future.Created, future.Sorted, future.Future)
	}
	ahead := decodeOne(t, d, `{"id":"1","created_at":"2026-05-01T12:05:00Z"}`)
	if ahead.Future || ahead.Sorted.After(d.now()) {
		t.Errorf("five minutes ahead: sorted %s, future %v", ahead.Sorted, ahead.Future)
	}
	for _, edge := range []string{"9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"} { // another year in UTC
		p := decodeOne(t, d, strings.NewReplacer("EDGE", edge).Replace(
			`{"id":"1","created_at":"EDGE","edited_at":"EDGE","poll":{"expires_at":"EDGE","options":[{"title":"x"}]}}`))
		if _, err := json.Marshal(p); err != nil || p.Poll == nil {
			t.Errorf("%s: %v", edge, err)
		}
	}
}

func FuzzDecodeStatus(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte(`{"id":"1","reblog":{"id":"2","quote":{"state":"accepted","quoted_status":{"id":"3"}}}}`))
	f.Add([]byte(`{"id":1,"poll":{"options":[{}],"own_votes":[-1]},"media_attachments":[{"meta":{"duration":1e300}}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		for _, p := range testDecoder().page([]json.RawMessage{raw}).posts {
			if p.ID.Local == "" || p.Sorted.IsZero() || p.Content() == nil || p.Boosted != nil && p.Boosted.ID == p.ID {
				t.Errorf("%+v of %q", p, raw)
			}
			if _, err := json.Marshal(p); err != nil {
				t.Errorf("%v of %q", err, raw)
			}
		}
	})
}

func BenchmarkDecodePage(b *testing.B) {
	raws := make([]json.RawMessage, pageSize)
	for i := range raws {
		raws[i] = json.RawMessage(strings.Replace(full, `"id":"110"`, fmt.Sprintf(`"id":"%d"`, 1000+i), 1))
	}
	d := testDecoder()
	b.ReportAllocs()
	b.SetBytes(int64(len(full) * pageSize))
	for b.Loop() {
		if p := d.page(raws); len(p.posts) != pageSize {
			b.Fatal(len(p.posts))
		}
	}
}
