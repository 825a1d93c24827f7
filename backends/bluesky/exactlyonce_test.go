package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/transport"
	"skein/timeline"
)

// meddler stands between the Backend and the network and spoils calls that write.
type meddler struct {
	next  http.RoundTripper
	spoil atomic.Pointer[spoiler]
}

// spoiler does a request in its own way.
type spoiler func(next http.RoundTripper, req *http.Request) (*http.Response, error)

func (m *meddler) RoundTrip(req *http.Request) (*http.Response, error) {
	if s := m.spoil.Load(); s != nil && req.Method == http.MethodPost {
		return (*s)(m.next, req)
	}
	return m.next.RoundTrip(req)
}

// meddle puts a meddler in; what it returns changes what it does. nil does nothing.
func (st *stage) meddle() func(spoiler) {
	client := *st.b.api.client
	m := &meddler{next: client.Transport}
	client.Transport = m
	st.b.api.client = &client
	return func(s spoiler) {
		if s == nil {
			m.spoil.Store(nil)
			return
		}
		m.spoil.Store(&s)
	}
}

var errCut = errors.New("the line was cut")

// commitAndDrop has the server do it and loses the answer.
func commitAndDrop(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := next.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	return nil, errors.Join(errCut, err)
}

// cutBody has the server do it and loses the end of the answer.
func cutBody(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(io.MultiReader(io.LimitReader(resp.Body, 20), failing{}))
	return resp, nil
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// dropBefore takes the request and lets it reach nobody.
func dropBefore(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	return nil, errCut
}

// noConnection fails before a byte is written.
func noConnection(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, errCut }

// answer is another's answer in place of the server's.
func answer(status int, body string) spoiler {
	return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, req.Body)
		return &http.Response{
			StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}},
			Body: io.NopCloser(strings.NewReader(body)), Request: req,
		}, nil
	}
}

// patience is what the transport makes of a 429, or of a 503 with Retry-After.
func patience(status int) spoiler {
	return func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, req.Body)
		return nil, &timeline.Error{Code: timeline.CodeRateLimited, Until: time.Now().Add(time.Minute), Err: transport.HTTPStatus(status)}
	}
}

// refuse is what the transport makes of a redirect.
func refuse(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, req.Body)
	return nil, &timeline.Error{Code: timeline.CodeRefused}
}

// intents are one of each shape of request that makes records.
func (st *stage) intents() map[string]timeline.Intent {
	thread := st.post("one", "two")
	thread.Key, thread.Replies = key(3), timeline.Nobody
	like := timeline.Intent{Kind: timeline.DoLike, Key: key(2), Created: thread.Created, On: timeline.Subject{ID: st.somePost()}}
	return map[string]timeline.Intent{"putRecord": st.post("alone"), "applyWrites": thread, "like": like}
}

// somePost is a post of somebody else.
func (st *stage) somePost() timeline.ID {
	st.t.Helper()
	batch, err := st.b.Home(st.t.Context(), timeline.Page{})
	if err != nil {
		st.t.Fatalf("home: %v", err)
	}
	for _, p := range batch.Posts {
		if p.Author.ID != st.b.did {
			return p.ID
		}
	}
	st.t.Fatal("nobody else has posted")
	return timeline.ID{}
}

// Whatever happens to the answer, the outbox's way ends with one post.
func TestExactlyOnce(t *testing.T) {
	for fault, c := range map[string]struct {
		spoil   spoiler
		verdict timeline.Verdict // of the spoiled Send
		settled timeline.Verdict // of the Settle after it
	}{
		"commit, no answer":    {commitAndDrop, timeline.Uncertain, timeline.Published},
		"commit, half answer":  {cutBody, timeline.Uncertain, timeline.Published},
		"never arrived":        {dropBefore, timeline.Uncertain, timeline.Absent},
		"no connection":        {noConnection, timeline.Absent, timeline.Absent},
		"bad gateway":          {answer(502, "<html>"), timeline.Uncertain, timeline.Absent},
		"another's 200":        {answer(200, "<html>"), timeline.Uncertain, timeline.Absent},
		"another's answer":     {answer(200, `{"uri":"at://did:plc:x/a.b.c/d","cid":"x"}`), timeline.Uncertain, timeline.Absent},
		"no answer to the 200": {answer(200, `{}`), timeline.Uncertain, timeline.Absent},
	} {
		t.Run(fault, func(t *testing.T) {
			st := newStage(t, pds.Options{})
			meddle := st.meddle()
			for name, i := range st.intents() {
				r := st.prepare(i)
				meddle(c.spoil)
				o := st.b.Send(t.Context(), r)
				meddle(nil)
				if o.Verdict != c.verdict || o.Err == nil {
					t.Errorf("%s: Send says %s, %v", name, o.Verdict, o.Err)
				}
				r.Tries, r.First = 1, st.now
				settled := st.b.Settle(t.Context(), r)
				if settled.Verdict != c.settled {
					t.Errorf("%s: Settle says %s, %v", name, settled.Verdict, settled.Err)
				}
				if settled.Verdict == timeline.Absent {
					if again := st.b.Send(t.Context(), r); again.Verdict != timeline.Published {
						t.Errorf("%s: again: %s, %v", name, again.Verdict, again.Err)
					}
				}
			}
			if posts, likes := st.mine(postNSID), st.mine(likeNSID); posts != 3 || likes != 1 {
				t.Errorf("%d posts and %d likes", posts, likes)
			}
		})
	}
}

// Eight processes that send the same bytes at once make one post.
func TestConcurrentSends(t *testing.T) {
	st := newStage(t, pds.Options{})
	const senders = 8
	for name, i := range st.intents() {
		r := st.prepare(i)
		outcomes := make([]timeline.Outcome, senders)
		var wg sync.WaitGroup
		for k := range senders {
			wg.Go(func() {
				outcomes[k] = st.b.Send(t.Context(), r)
				if outcomes[k].Verdict == timeline.Uncertain { // applyWrites: the key is taken
					outcomes[k] = st.b.Settle(t.Context(), r)
				}
			})
		}
		wg.Wait()
		for _, o := range outcomes {
			if o.Verdict != timeline.Published || o.Receipt.Posts[0] != outcomes[0].Receipt.Posts[0] {
				t.Errorf("%s: %s, %v, %+v", name, o.Verdict, o.Err, o.Receipt)
			}
		}
	}
	if posts, likes := st.mine(postNSID), st.mine(likeNSID); posts != 3 || likes != 1 {
		t.Errorf("%d posts and %d likes", posts, likes)
	}
}

// What is found of a request's first record, and when, decides what it means.
func TestSettleMatrix(t *testing.T) {
	const early, late = 9 * time.Minute, 11 * time.Minute
	for name, c := range map[string]struct {
		there string // "", "same", "changed" by another client, or "other": not ours
		since time.Duration
		want  timeline.Verdict
	}{
		"same, early":    {"same", early, timeline.Published},
		"same, late":     {"same", late, timeline.Published},
		"changed, early": {"changed", early, timeline.Published},
		"changed, late":  {"changed", late, timeline.Published},
		"other, early":   {"other", early, timeline.Spent},
		"other, late":    {"other", late, timeline.Spent},
		"gone, early":    {"", early, timeline.Absent},
		"gone, late":     {"", late, timeline.Hopeless},
	} {
		st := newStage(t, pds.Options{})
		for kind, i := range st.intents() {
			r := st.prepare(i)
			st.place(r, c.there)
			r.First, r.Tries = st.now, 1
			st.now = st.now.Add(c.since)
			if o := st.b.Settle(t.Context(), r); o.Verdict != c.want || (o.Err == nil) != (c.want == timeline.Published) {
				t.Errorf("%s, %s: Settle says %s, %v; want %s", name, kind, o.Verdict, o.Err, c.want)
			}
			if c.since < resendWithin {
				continue
			}
			if o := st.b.Send(t.Context(), r); o.Verdict != c.want { // looks first
				t.Errorf("%s, %s: a late Send says %s, %v; want %s", name, kind, o.Verdict, o.Err, c.want)
			}
		}
	}
}

// place writes what is to be found under a request's first key.
func (st *stage) place(r timeline.Request, what string) {
	st.t.Helper()
	var f frozen
	if err := json.Unmarshal(r.Body, &f); err != nil {
		st.t.Fatal(err)
	}
	first := f.Made[0]
	var value map[string]any
	if err := json.Unmarshal(first.Value, &value); err != nil {
		st.t.Fatal(err)
	}
	switch what {
	case "":
		return
	case "changed":
		value["text"] = "edited"
	case "other":
		value["createdAt"] = "2020-01-01T00:00:00.000Z"
	}
	err := st.me.api.post(st.t.Context(), "com.atproto.repo.putRecord", map[string]any{
		"repo": st.b.did, "collection": first.Collection, "rkey": first.RKey, "record": value,
	}, nil)
	if err != nil {
		st.t.Fatal(err)
	}
}

// The first attempt at a key that another record has is of no use; a later one may
// have made that record itself.
func TestTakenKey(t *testing.T) {
	st := newStage(t, pds.Options{})
	r := st.prepare(st.post("mine"))
	st.place(r, "other")
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Spent {
		t.Errorf("first: %s, %v", o.Verdict, o.Err)
	}
	i := st.post("edited since")
	i.Key = key(7)
	r = st.prepare(i)
	st.place(r, "changed")
	r.Tries, r.First = 1, st.now
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("second: %s, %v", o.Verdict, o.Err)
	}
}

// What a server says against a call decides whether it may be there.
func TestVerdicts(t *testing.T) {
	st := newStage(t, pds.Options{})
	meddle := st.meddle()
	said := func(name string) string { return `{"error":"` + name + `","message":"no"}` }
	for name, c := range map[string]struct {
		spoil spoiler
		want  timeline.Verdict
		code  timeline.Code
	}{
		"invalid":       {answer(400, said("InvalidRequest")), timeline.Rejected, timeline.CodeRefused},
		"too large":     {answer(413, said("PayloadTooLarge")), timeline.Rejected, timeline.CodeRefused},
		"forbidden":     {answer(403, said("Forbidden")), timeline.Rejected, timeline.CodeRefused},
		"signed out":    {answer(401, said("AuthenticationRequired")), timeline.Absent, timeline.CodeAuth},
		"taken down":    {answer(400, said("AccountTakedown")), timeline.Absent, timeline.CodeAuth},
		"old blob":      {answer(400, said("BlobNotFound")), timeline.Spent, timeline.CodeRefused},
		"no such call":  {answer(501, said("MethodNotImplemented")), timeline.Rejected, timeline.CodeUnsupported},
		"failed":        {answer(500, said("InternalServerError")), timeline.Uncertain, timeline.CodeServer},
		"timed out":     {answer(504, "<html>"), timeline.Uncertain, timeline.CodeServer},
		"asked to wait": {patience(429), timeline.Absent, timeline.CodeRateLimited},
		"overloaded":    {patience(503), timeline.Uncertain, timeline.CodeRateLimited},
		"redirected":    {refuse, timeline.Rejected, timeline.CodeRefused},
		"slow":          {answer(408, ""), timeline.Uncertain, timeline.CodeRefused},
	} {
		r := st.prepare(st.post(name))
		meddle(c.spoil)
		o := st.b.Send(t.Context(), r)
		meddle(nil)
		if o.Verdict != c.want || timeline.CodeOf(o.Err) != c.code {
			t.Errorf("%s: %s, %v (%s)", name, o.Verdict, o.Err, timeline.CodeOf(o.Err))
		}
	}
	if n := st.mine(postNSID); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// A Send that is given up in the middle does not know what became of it.
func TestSendGivenUp(t *testing.T) {
	st := newStage(t, pds.Options{})
	meddle := st.meddle()
	r := st.prepare(st.post("slow"))
	ctx, cancel := context.WithCancel(t.Context())
	meddle(func(_ http.RoundTripper, req *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, req.Body)
		cancel()
		return nil, req.Context().Err()
	})
	if o := st.b.Send(ctx, r); o.Verdict != timeline.Uncertain {
		t.Errorf("%s, %v", o.Verdict, o.Err)
	}
	meddle(nil)
	if o := st.b.Send(ctx, r); o.Verdict != timeline.Absent {
		t.Errorf("before anything was sent: %s, %v", o.Verdict, o.Err)
	}
}

// A session that has expired is renewed on the way, and the bytes are sent once more
// from their beginning.
func TestSendRenewsSession(t *testing.T) {
	start := time.Now()
	var mu sync.Mutex
	server := start
	st := newStage(t, pds.Options{AccessTTL: time.Minute, Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return server }})
	i := st.post("after a while")
	i.Parts[0].Media = []timeline.Attachment{file(t, timeline.Image, "image/png", bytes.Repeat([]byte("p"), 1<<20))}
	mu.Lock()
	server = start.Add(2 * time.Minute) // our own clock has not noticed
	mu.Unlock()
	r := st.prepare(i)
	mu.Lock()
	server = server.Add(2 * time.Minute)
	mu.Unlock()
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("%s, %v", o.Verdict, o.Err)
	}
}

// A body that nobody can read is nothing to be sent again.
func TestThaw(t *testing.T) {
	st := newStage(t, pds.Options{})
	r := timeline.Request{Body: json.RawMessage(`{"calls":7}`), First: st.now, Tries: 1}
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Hopeless {
		t.Errorf("Send: %s", o.Verdict)
	}
	if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Hopeless {
		t.Errorf("Settle: %s", o.Verdict)
	}
}
