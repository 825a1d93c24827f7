package mastodon

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/config/account"
	"skein/timeline"
)

// TestMissing is what Settle says of a post that is not to be seen.
func TestMissing(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "[]") }))
	defer s.Close()
	b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
	now := time.Now()
	b.decode.now = func() time.Time { return now }
	const gts, old, current, akkoma = "gotosocial 0.20.0", "mastodon 4.5.9", "mastodon 4.6.0", "akkoma 3.15.0"
	for _, c := range []struct {
		program     string
		first, last time.Duration // ago
		tries       int
		want        timeline.Verdict
	}{
		{current, 0, 0, 1, timeline.Absent}, // the key is locked: repeating is safe at once
		{current, 49 * time.Minute, time.Second, 5, timeline.Absent},
		{current, 51 * time.Minute, time.Second, 5, timeline.Uncertain},
		{current, 51 * time.Minute, 4 * time.Minute, 5, timeline.Hopeless},
		{old, time.Second, time.Second, 1, timeline.Uncertain}, // it may be committing yet
		{old, 2 * time.Minute, 2 * time.Minute, 1, timeline.Uncertain},
		{old, 3 * time.Minute, 3 * time.Minute, 1, timeline.Absent},
		{old, 9 * time.Minute, time.Minute, 2, timeline.Uncertain},
		{old, 9 * time.Minute, 0, 2, timeline.Uncertain}, // nobody knows when it was sent last
		{old, 9 * time.Minute, 3 * time.Minute, 2, timeline.Absent},
		{old, 54 * time.Minute, 0, 2, timeline.Hopeless},
		{old, 51 * time.Minute, 51 * time.Minute, 1, timeline.Hopeless},
		{akkoma, time.Minute, time.Minute, 1, timeline.Uncertain},
		{akkoma, 5 * time.Hour, 3 * time.Minute, 1, timeline.Absent},
		{akkoma, 6 * time.Hour, 3 * time.Minute, 1, timeline.Hopeless},
		{gts, time.Second, time.Second, 1, timeline.Uncertain},
		{gts, 3 * time.Minute, 3 * time.Minute, 1, timeline.Hopeless},
		{"", time.Second, time.Second, 1, timeline.Uncertain},
		{"", 3 * time.Minute, 3 * time.Minute, 1, timeline.Hopeless},
	} {
		name, version, _ := strings.Cut(c.program, " ")
		r := written5(t, func(f *frozen) { f.Program = program{name, version} })
		r.First, r.Tries = now.Add(-c.first), c.tries
		if c.last > 0 {
			r.Last = now.Add(-c.last)
		}
		if out := b.Settle(t.Context(), r); out.Verdict != c.want || out.Err == nil {
			t.Errorf("%q, %s and %s ago, %d tries: %s, want %s", c.program, c.first, c.last, c.tries, out.Verdict, c.want)
		}
	}
	if out := b.Settle(t.Context(), written5(t, nil)); out.Verdict != timeline.Absent {
		t.Errorf("what was never sent: %s", out.Verdict)
	}
}

// TestMatching settles beside posts that are nearly the one.
func TestMatching(t *testing.T) {
	const base = `"id":"9","uri":"https://a.example/9","account":{"id":"1","acct":"you"},"visibility":"public","content":"<p>hello</p>"`
	const source = `{"id":"9","text":"hello","spoiler_text":""}`
	other := func(f *frozen) {}
	for _, c := range []struct {
		name, status, source string
		change               func(*frozen)
		want                 bool
	}{
		{"the post", base, source, other, true},
		{"white space", base, `{"text":"hello\r\n "}`, other, true},
		{"lines", base, `{"text":"a\r\nb"}`, func(f *frozen) { f.Post.Text = "a\nb" }, true},
		{"another text", base, `{"text":"hallo"}`, other, false},
		{"another warning", base, `{"text":"hello","spoiler_text":"w"}`, other, false},
		{"its warning", base, `{"text":"hello","spoiler_text":"w"}`, func(f *frozen) { f.Post.Warning = "w" }, true},
		{"a warning that became the text", base, `{"text":"w"}`, func(f *frozen) { f.Post.Warning, f.Post.Text = "w", "" }, true},
		{"no source, but the page", base, "", other, true},
		{"no source, another page", strings.Replace(base, "hello", "hallo", 1), "", other, false},
		{
			"no source, mentions and links", strings.Replace(base, "hello",
				`<span class=\"h-card\"><a href=\"https://b.example/@Ana\" class=\"u-url mention\">@<span>Ana</span></a></span> see <a href=\"https://skein.org/a\"><span class=\"invisible\">https://</span>skein.org/a</a><br>#x`, 1), "",
			func(f *frozen) { f.Post.Text = "@ana@b.example see https://skein.org/a\n#x" }, true,
		},
		{"older than the watermark", base, source, func(f *frozen) { f.Post.After = "9" }, false},
		{"newer than the watermark", base, source, func(f *frozen) { f.Post.After = "8" }, true},
		{"a reply", base + `,"in_reply_to_id":"4"`, source, other, false},
		{"the reply", base + `,"in_reply_to_id":"4"`, source, func(f *frozen) { f.Post.ReplyTo = "4" }, true},
		{"no reply", base, source, func(f *frozen) { f.Post.ReplyTo = "4" }, false},
		{"wider", base, source, func(f *frozen) { f.Post.Visibility = "private" }, false},
		{"as it is", base, source, func(f *frozen) { f.Post.Visibility = "public" }, true},
		{"of a limited account", strings.Replace(base, "public", "unlisted", 1), source, func(f *frozen) { f.Post.Visibility = "public" }, true},
		{"for another circle", strings.Replace(base, "public", "direct", 1), source, func(f *frozen) { f.Post.Visibility = "public" }, false},
		{"its media", base + `,"media_attachments":[{"id":"1"},{"id":"2"}]`, source, func(f *frozen) { f.Post.Media = []string{"1", "2"} }, true},
		{"other media", base + `,"media_attachments":[{"id":"1"},{"id":"3"}]`, source, func(f *frozen) { f.Post.Media = []string{"1", "2"} }, false},
		{"its poll", base + `,"poll":{"id":"1","options":[{"title":"a"},{"title":"b "}]}`, source, func(f *frozen) { f.Post.Options = []string{"a", "b"} }, true},
		{"another poll", base + `,"poll":{"id":"1","options":[{"title":"a"},{"title":"c"}]}`, source, func(f *frozen) { f.Post.Options = []string{"a", "b"} }, false},
		{"its quote", base + `,"quote":{"state":"accepted","quoted_status_id":"3"}`, source, func(f *frozen) { f.Post.Quote = "3" }, true},
		{"its quote, which waits", base + `,"quote":{"state":"pending","quoted_status":null}`, source, func(f *frozen) { f.Post.Quote = "3" }, true},
		{"another quote", base + `,"quote":{"state":"accepted","quoted_status_id":"4"}`, source, func(f *frozen) { f.Post.Quote = "3" }, false},
		{"no quote", base, source, func(f *frozen) { f.Post.Quote = "3" }, false},
		{"a boost", base + `,"reblog":{` + strings.ReplaceAll(base, "9", "7") + `}`, source, other, false},
		{"no status at all", `"uri":5`, source, other, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case strings.HasSuffix(r.URL.Path, "/source") && c.source == "":
					http.NotFound(w, r)
				case strings.HasSuffix(r.URL.Path, "/source"):
					fmt.Fprint(w, c.source)
				case r.URL.Query().Get("min_id") == "9" || r.URL.Query().Has("max_id"):
					fmt.Fprint(w, "[]")
				default:
					fmt.Fprint(w, "[{"+c.status+"}]")
				}
			}))
			defer s.Close()
			b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
			r := written5(t, c.change)
			r.First, r.Tries = time.Now(), 1
			out := b.Settle(t.Context(), r)
			if (out.Verdict == timeline.Published) != c.want {
				t.Errorf("%s, %v", out.Verdict, out.Err)
			}
		})
	}
}

// TestSettleNeedsToReadEverything cannot, in each way.
func TestSettleNeedsToReadEverything(t *testing.T) {
	page := 0
	for name, answer := range map[string]http.HandlerFunc{
		"a failure": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"no token":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"no JSON":   func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"always the same page": func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `[{"id":"12","account":{"id":"1"},"in_reply_to_id":"5"}]`)
		},
		"always another page": func(w http.ResponseWriter, _ *http.Request) {
			page++
			fmt.Fprintf(w, `[{"id":"%d","account":{"id":"1"},"in_reply_to_id":"5"}]`, 100+page)
		},
		"the source fails": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/source") {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			fmt.Fprint(w, `[{"id":"12","account":{"id":"1"}}]`)
		},
	} {
		s := httptest.NewServer(answer)
		b := newBackend(t, newClient(t), s.URL, "@you@a.example", "token")
		r := written5(t, func(f *frozen) { f.Post.After = "11" })
		r.First, r.Tries = time.Now().Add(-time.Hour), 1
		if out := b.Settle(t.Context(), r); out.Verdict != timeline.Uncertain || out.Err == nil {
			t.Errorf("%s: %s", name, out.Verdict)
		}
		s.Close()
	}
	if page != matchPages {
		t.Errorf("read %d pages, want %d", page, matchPages)
	}
}

// TestSettleReadsFar finds a post among many that came after it.
func TestSettleReadsFar(t *testing.T) {
	f := front(t, instance.Options{Repeats: instance.IgnoreKey})
	r := prepare(t, f.backend, note(f.backend, "first"))
	f.next(dropAnswer)
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Uncertain {
		t.Fatal(out.Verdict)
	}
	for n := range 2*pageSize + 5 {
		publish(t, f.direct, note(f.direct, fmt.Sprint("later ", n)))
	}
	r.First, r.Tries = time.Now(), 1
	if out := f.backend.Settle(t.Context(), r); out.Verdict != timeline.Published {
		t.Errorf("%s: %v", out.Verdict, out.Err)
	}
}

// TestScheduled loses the answer to a post for later.
func TestScheduled(t *testing.T) {
	clock := time.Now()
	f := front(t, instance.Options{Now: func() time.Time { return clock }})
	f.backend.decode.now = func() time.Time { return clock }
	f.direct.decode.now = f.backend.decode.now
	i := note(f.backend, "later")
	i.Publish, i.Visibility = clock.Add(time.Hour), timeline.Followers
	if r := do(t, f.direct, i); !strings.Contains(r.Note.String(), "keeps the post until") || len(r.Posts) != 0 {
		t.Errorf("the receipt is %+v", r) // an equal one, which must not be taken for ours
	}
	r := prepare(t, f.backend, i)
	r.First, r.Tries = clock, 1
	if out := f.backend.Settle(t.Context(), r); out.Verdict != timeline.Uncertain {
		t.Errorf("before it was sent: %s", out.Verdict)
	}
	f.next(dropAnswer)
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Uncertain {
		t.Fatal(out.Verdict)
	}
	if out := f.backend.Settle(t.Context(), r); out.Verdict != timeline.Published || out.Receipt.Note.Empty() {
		t.Errorf("when it waits: %s, %v", out.Verdict, out.Err)
	}
	clock = clock.Add(2 * time.Hour)
	if out := f.backend.Settle(t.Context(), r); out.Verdict != timeline.Published || len(out.Receipt.Posts) != 1 {
		t.Errorf("when it was published: %s, %v", out.Verdict, out.Err)
	}
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Rejected {
		t.Errorf("sending it too late: %s", out.Verdict)
	}
	lost := prepare(t, f.backend, func() timeline.Intent { i.Publish = clock.Add(time.Hour); return i }())
	lost.First, lost.Tries = clock.Add(-4*time.Minute), 1
	if out := f.backend.Settle(t.Context(), lost); out.Verdict != timeline.Hopeless {
		t.Errorf("one that never arrived: %s, though no key tells", out.Verdict)
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"id":"5","uri":"https://a.example/5"}`), 200)
	f.Add([]byte(`{"id":"5","scheduled_at":"2030-01-01T00:00:00Z","params":{"in_reply_to_id":5}}`), 200)
	f.Add([]byte(`{"error":"\u001b[31m"}`), 422)
	b, err := New(Config{Server: "https://home.example", Store: unusedStore{}, Client: newClient(f)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		for _, fr := range []frozen{{Kind: timeline.DoPost}, {Kind: timeline.DoPost, Post: expected{Scheduled: time.Now()}}} {
			out := b.accepted(fr, body)
			if out.Verdict != timeline.Published && out.Verdict != timeline.Uncertain {
				t.Errorf("%s", out.Verdict)
			}
			for _, c := range out.Receipt.Posts {
				if !validURI(c.ID.Local) || !validID(c.ServerID) {
					t.Errorf("%+v", c)
				}
			}
		}
		e := answer{status: status, header: http.Header{}, body: body}.fault("a.example")
		if timeline.CleanLine(e.Message.String()) != e.Message {
			t.Errorf("%q", e.Message)
		}
		var s scheduledStatus
		_ = json.Unmarshal(body, &s) // it must not panic
	})
}

// unusedStore belongs to a backend that never asks who it is.
type unusedStore struct{ account.Store }
