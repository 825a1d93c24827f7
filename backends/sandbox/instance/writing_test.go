package instance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/sandbox/world"
)

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Now()} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func keyed(key, text string) *body {
	b := formBody(url.Values{"status": {text}})
	b.key = key
	return b
}

// TestRepeats posts twice with one key to each kind of server.
func TestRepeats(t *testing.T) {
	for _, c := range []struct {
		repeats   Repeats
		software  string
		again     int
		posts     int
		replayed  bool
		afterFail int // the answer to a good text under the key of a refused one
	}{
		{HonourKey, "mastodon", 200, 1, false, 200},
		{HonourLate, "mastodon", 200, 1, false, 200},
		{IgnoreKey, "gotosocial", 200, 2, false, 200},
		{FailRepeat, "mastodon", 500, 1, false, 200},
		{StoreErrors, "akkoma", 200, 1, true, 422},
	} {
		t.Run(string("repeats "+c.repeats), func(t *testing.T) {
			s := start(t, village(), Options{Repeats: c.repeats})
			g := s.do(t, http.MethodGet, "/nodeinfo/2.0", "", nil)
			if name := fmt.Sprint(g.object["software"]); !strings.Contains(name, "name:"+c.software) {
				t.Errorf("it says it is %s", name)
			}
			you := s.Token(world.Viewer)
			first := s.do(t, http.MethodPost, "/api/v1/statuses", you, keyed("k", "one"))
			again := s.do(t, http.MethodPost, "/api/v1/statuses", you, keyed("k", "two"))
			if first.status != 200 || again.status != c.again || (again.header.Get("Idempotent-Replayed") == "true") != c.replayed {
				t.Errorf("answers are %d and %d, replayed %q", first.status, again.status, again.header.Get("Idempotent-Replayed"))
			}
			if n := len(s.do(t, http.MethodGet, "/api/v1/timelines/home", you, nil).list); n != c.posts {
				t.Errorf("there are %d posts, want %d", n, c.posts)
			}
			bad := s.do(t, http.MethodPost, "/api/v1/statuses", you, keyed("l", ""))
			good := s.do(t, http.MethodPost, "/api/v1/statuses", you, keyed("l", "better"))
			if bad.status != 422 || good.status != c.afterFail {
				t.Errorf("a refused text %d, then a good one %d", bad.status, good.status)
			}
		})
	}
}

// TestSlowCommit repeats a key while its post is being written.
func TestSlowCommit(t *testing.T) {
	for repeats, want := range map[Repeats]struct{ codes, posts int }{
		HonourKey: {200 + 503, 1}, HonourLate: {200 + 200, 2}, IgnoreKey: {200 + 200, 2},
	} {
		s := start(t, village(), Options{Repeats: repeats, Commit: 200 * time.Millisecond})
		you := s.Token(world.Viewer)
		codes := make(chan int, 2)
		began := time.Now()
		for range 2 {
			go func() { codes <- s.do(t, http.MethodPost, "/api/v1/statuses", you, keyed("k", "slow")).status }()
		}
		if sum := <-codes + <-codes; sum != want.codes {
			t.Errorf("%q: the answers add up to %d, want %d", repeats, sum, want.codes)
		}
		if took := time.Since(began); took < 200*time.Millisecond {
			t.Errorf("%q: committed after %s", repeats, took)
		}
		if n := len(s.do(t, http.MethodGet, "/api/v1/timelines/home", you, nil).list); n != want.posts {
			t.Errorf("%q: %d posts, want %d", repeats, n, want.posts)
		}
	}
}

func picturePNG(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func multipartBody(t *testing.T, raw []byte, alt string) *body {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", "x.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteField("description", alt); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &body{kind: w.FormDataContentType(), text: b.String()}
}

func TestUpload(t *testing.T) {
	for _, async := range []bool{false, true} {
		s := start(t, village(), Options{AsyncMedia: async})
		you := s.Token(world.Viewer)
		up := s.do(t, http.MethodPost, "/api/v2/media", you, multipartBody(t, picturePNG(t, 9), "a dot"))
		path := "/api/v1/media/" + up.text("id")
		attach := jsonBody(`{"status":"","media_ids":["` + up.text("id") + `"]}`)
		if want := map[bool]int{false: 200, true: 202}[async]; up.status != want || (up.text("url") == "") != async {
			t.Fatalf("async %v: %d %s", async, up.status, up.raw)
		}
		if async {
			if g := s.do(t, http.MethodPost, "/api/v1/statuses", you, attach); g.status != 422 {
				t.Errorf("attached what is not ready: %d", g.status)
			}
			if g := s.do(t, http.MethodGet, path, you, nil); g.status != 206 || g.text("url") != "" {
				t.Errorf("the first look: %d %s", g.status, g.raw)
			}
		}
		if g := s.do(t, http.MethodGet, path, you, nil); g.status != 200 || g.text("url") == "" || g.text("description") != "a dot" {
			t.Errorf("async %v: a look: %d %s", async, g.status, g.raw)
		}
		if g := s.do(t, http.MethodGet, path, s.Token("ana"), nil); g.status != 404 {
			t.Errorf("somebody else sees it: %d", g.status)
		}
		posted := s.do(t, http.MethodPost, "/api/v1/statuses", you, attach)
		var st statusEntity
		if err := json.Unmarshal(posted.raw, &st); err != nil || len(st.MediaAttachments) != 1 || st.MediaAttachments[0].Meta.Original.Width != 9 {
			t.Fatalf("posted %s", posted.raw)
		}
		again := s.do(t, http.MethodPost, "/api/v1/statuses", you, attach)
		if again.status != 422 || !strings.Contains(again.text("error"), "already attached") {
			t.Errorf("attached twice: %d %s", again.status, again.raw)
		}
		if g := s.do(t, http.MethodPost, "/api/v2/media", you, multipartBody(t, []byte("text"), "")); g.status != 422 {
			t.Errorf("took a text: %d", g.status)
		}
	}
}

func TestEdit(t *testing.T) {
	s := start(t, village(), Options{})
	you := s.Token(world.Viewer)
	posted := s.do(t, http.MethodPost, "/api/v1/statuses", you,
		jsonBody(`{"status":"@ana@hachyderm.example one","poll":{"options":["a","b"],"expires_in":600}}`))
	path := "/api/v1/statuses/" + posted.text("id")
	s.do(t, http.MethodPost, "/api/v1/polls/"+posted.text("id")+"/votes", s.Token("bo"), jsonBody(`{"choices":[1]}`))
	if g := s.do(t, http.MethodGet, path+"/source", you, nil); g.text("text") != "@ana@hachyderm.example one" {
		t.Errorf("the source is %q", g.text("text"))
	}
	edited := s.do(t, http.MethodPut, path, you, jsonBody(`{"status":"two","spoiler_text":"w","poll":{"options":["a","b"],"expires_in":600}}`))
	poll, _ := edited.object["poll"].(map[string]any)
	if edited.text("content") != "<p>two</p>" || edited.text("edited_at") == "" || edited.text("spoiler_text") != "w" || poll["votes_count"] != 1.0 {
		t.Errorf("edited: %s", edited.raw)
	}
	if g := s.do(t, http.MethodPut, path, you, jsonBody(`{"status":"three"}`)); g.object["poll"] != nil {
		t.Errorf("a poll that was not named stays: %s", g.raw)
	}
	if g := s.do(t, http.MethodPut, path, s.Token("bo"), jsonBody(`{"status":"mine"}`)); g.status != 404 {
		t.Errorf("somebody else edits: %d", g.status)
	}
}

func TestVote(t *testing.T) {
	p := say("p", "ana", "which?")
	p.Poll = &world.Poll{Options: []string{"a", "b"}, Votes: []int{2, 0}, Open: time.Hour}
	clock := newClock()
	s := start(t, village(p), Options{Now: clock.now})
	path := "/api/v1/polls/" + s.statusID(t, "p") + "/votes"
	for _, c := range []struct {
		who, choices string
		want         int
	}{
		{"bo", "[0,1]", 422},
		{"bo", "[7]", 422},
		{"bo", "[]", 422},
		{"ana", "[0]", 422},
		{"bo", "[1]", 200},
		{"bo", "[1]", 422},
	} {
		if g := s.do(t, http.MethodPost, path, s.Token(c.who), jsonBody(`{"choices":`+c.choices+`}`)); g.status != c.want {
			t.Errorf("%s chooses %s: %d %s", c.who, c.choices, g.status, g.raw)
		}
	}
	g := s.do(t, http.MethodGet, strings.TrimSuffix(path, "/votes"), s.Token("bo"), nil)
	if g.object["voted"] != true || fmt.Sprint(g.object["own_votes"]) != "[1]" || g.object["votes_count"] != 3.0 {
		t.Errorf("afterwards: %s", g.raw)
	}
	clock.pass(2 * time.Hour)
	if g := s.do(t, http.MethodPost, path, s.Token("you"), jsonBody(`{"choices":[1]}`)); g.status != 422 {
		t.Errorf("voted when it was closed: %d", g.status)
	}
}

func TestFollow(t *testing.T) {
	w := village()
	w.People[3].Locked = true
	s := start(t, w, Options{})
	account := func(name string) string {
		return "/api/v1/accounts/" + s.do(t, http.MethodGet, "/api/v1/accounts/lookup?acct="+name, "", nil).text("id")
	}
	bo := s.Token("bo")
	if g := s.do(t, http.MethodPost, account("you")+"/follow", bo, nil); g.object["following"] != true {
		t.Errorf("follow: %s", g.raw)
	}
	if g := s.do(t, http.MethodPost, account("eve")+"/follow", bo, nil); g.object["following"] != false || g.object["requested"] != true {
		t.Errorf("ask: %s", g.raw)
	}
	if g := s.do(t, http.MethodPost, account("ana")+"/unfollow", bo, nil); g.object["following"] != false {
		t.Errorf("unfollow: %s", g.raw)
	}
}

func TestScheduled(t *testing.T) {
	clock := newClock()
	s := start(t, village(), Options{Now: clock.now})
	you := s.Token(world.Viewer)
	at := func(in time.Duration) string { return clock.now().Add(in).UTC().Format(time.RFC3339) }
	later := jsonBody(`{"status":"later","scheduled_at":"` + at(time.Hour) + `"}`)
	later.key = "k"
	first := s.do(t, http.MethodPost, "/api/v1/statuses", you, later)
	second := s.do(t, http.MethodPost, "/api/v1/statuses", you, later)
	if first.text("scheduled_at") == "" || first.text("id") == second.text("id") {
		t.Errorf("scheduled %s, then %s", first.raw, second.raw)
	}
	if g := s.do(t, http.MethodPost, "/api/v1/statuses", you, jsonBody(`{"status":"x","scheduled_at":"`+at(time.Minute)+`"}`)); g.status != 422 {
		t.Errorf("a minute ahead: %d", g.status)
	}
	if g := s.do(t, http.MethodGet, "/api/v1/scheduled_statuses?limit=1", you, nil); len(g.list) != 1 || g.list[0]["id"] != second.text("id") {
		t.Errorf("the newest is %s", g.raw)
	}
	if g := s.do(t, http.MethodDelete, "/api/v1/scheduled_statuses/"+first.text("id"), you, nil); g.status != 200 {
		t.Errorf("dropping one: %d", g.status)
	}
	clock.pass(2 * time.Hour)
	if g := s.do(t, http.MethodGet, "/api/v1/timelines/home", you, nil); len(g.list) != 1 || g.contents()[0] != "<p>later</p>" {
		t.Errorf("when it is due: %s", g.raw)
	}
	if g := s.do(t, http.MethodGet, "/api/v1/scheduled_statuses", you, nil); len(g.list) != 0 {
		t.Errorf("still waiting: %s", g.raw)
	}
}

func TestWhoMayQuote(t *testing.T) {
	s := start(t, village(), Options{})
	for policy, want := range map[string]int{"public": 200, "followers": 200, "nobody": 404} {
		of := s.do(t, http.MethodPost, "/api/v1/statuses", s.Token("ana"), jsonBody(`{"status":"quote me","quote_approval_policy":"`+policy+`"}`))
		g := s.do(t, http.MethodPost, "/api/v1/statuses", s.Token("you"), jsonBody(`{"status":"see","quoted_status_id":"`+of.text("id")+`"}`))
		if g.status != want {
			t.Errorf("%s: you quote ana: %d, want %d", policy, g.status, want)
		}
		if approval := fmt.Sprint(of.object["quote_approval"]); !strings.Contains(approval, map[string]string{"nobody": "automatic:[]"}[policy]) {
			t.Errorf("%s: %s", policy, approval)
		}
	}
}
