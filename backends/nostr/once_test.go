package nostr

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// TestReactOnce: what was boosted or liked already, in another process, is left
// alone; what was taken back can be done again, even where a relay keeps what was
// deleted.
func TestReactOnce(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	fern, b := me(t, urls(servers)), me(t, urls(servers))
	post := subjectOf(do(t, fern, posting("likeable")))
	for kind, number := range map[timeline.Kind]int{timeline.DoLike: kindLike, timeline.DoBoost: kindBoost} {
		act := func(undo bool) timeline.Outcome {
			return do(t, again(t, b), intent(timeline.Intent{Kind: kind, On: post, Undo: undo, Created: time.Now().Add(-time.Minute)}))
		}
		act(false)
		if o := act(false); len(o.Receipt.Posts) != 1 || o.Receipt.Posts[0].ID != post.ID {
			t.Errorf("%s: the receipt is %+v", kind, o.Receipt)
		}
		kept := stored(servers[0], b.cfg.PubKey, number)
		if len(kept) != 1 {
			t.Fatalf("%s twice: %d events", kind, len(kept))
		}
		act(true)
		stubborn := servers[0]
		stubborn.Put(kept[0])
		do(t, again(t, b), intent(timeline.Intent{Kind: kind, On: post}))
		fresh := 0
		for _, e := range stored(servers[1], b.cfg.PubKey, number) {
			if e.ID != kept[0].ID {
				fresh++
			}
		}
		if fresh != 1 {
			t.Errorf("%s after it was taken back: %d new events", kind, fresh)
		}
	}
}

// TestRestIsAwaited: who sends what is published already to the relays that lack it
// wants to know what they say.
func TestRestIsAwaited(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	servers[1].Treat(sandbox.Fails, 2)
	b := me(t, urls(servers))
	r := prepare(t, b, posting("to all"))
	o := b.Send(t.Context(), r)
	if o.Verdict != timeline.Published || answerOf(t, o, servers[1].URL()).Taken {
		t.Fatalf("%s, %v, %+v", o.Verdict, o.Err, o.Receipt.Answers)
	}
	r.Known, r.Tries = o.Receipt, 1
	b = again(t, b)
	b.pace.grace = time.Nanosecond
	if o = b.Send(t.Context(), r); o.Verdict != timeline.Published || !answerOf(t, o, servers[1].URL()).Taken {
		t.Errorf("%s, %v, %+v", o.Verdict, o.Err, o.Receipt.Answers)
	}
}

// TestMediaServerSaysNo: a media server that does not want the person's files is no
// reason to sign in to anything.
func TestMediaServerSaysNo(t *testing.T) {
	for _, status := range []int{http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden} {
		m := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Reason", "members only")
			w.WriteHeader(status)
		}))
		b := me(t, urls(empty(t, sandbox.Options{})), func(c *Config) { c.MediaServer = m.URL })
		_, err := b.Prepare(t.Context(), withPicture(picture(t, "one")), &notes{})
		if timeline.CodeOf(err) != timeline.CodeRefused {
			t.Errorf("%d: %s, %v", status, timeline.CodeOf(err), err)
		}
		m.Close()
	}
}

// TestChangedByMediaServer: the hash in a post is that of the file which is there.
func TestChangedByMediaServer(t *testing.T) {
	const other = "00000000000000000000000000000000000000000000000000000000000000aa"
	var m *httptest.Server
	m = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		switch {
		case req.URL.Path == "/.well-known/nostr/nip96.json":
			_, _ = w.Write([]byte(`{"api_url":"` + m.URL + `/api"}`))
		case req.Method == http.MethodPost:
			_, _ = w.Write([]byte(`{"status":"success","nip94_event":{"tags":[["url","` + m.URL + `/a.webp"],["x","` + other + `"],["m","image/webp"]]}}`))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer m.Close()
	s := empty(t, sandbox.Options{})
	b := me(t, urls(s), func(c *Config) { c.MediaServer = m.URL })
	do(t, b, withPicture(picture(t, "one")))
	tag := stored(s[0], b.cfg.PubKey, kindNote)[0].Tags.Find("imeta")
	if field(tag, "x") != other || field(tag, "url") != m.URL+"/a.webp" {
		t.Errorf("%v", tag)
	}
}
