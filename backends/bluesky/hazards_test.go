package bluesky

import (
	"encoding/json"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"skein/backends/sandbox/pds"
	"skein/timeline"
)

// A server that refuses a repeat because the first attempt has made the record says
// nothing against the post: it is there.
func TestRefusedRepeat(t *testing.T) {
	for _, name := range []string{"InvalidRequest", "BlobNotFound", "RecordAlreadyExists"} {
		st := newStage(t, pds.Options{})
		meddle := st.meddle()
		for kind, i := range st.intents() {
			r := st.prepare(i)
			meddle(commitAndDrop)
			st.b.Send(t.Context(), r)
			r.First, r.Tries = st.now, 1
			meddle(answer(400, `{"error":"`+name+`","message":"no"}`))
			o := st.b.Send(t.Context(), r)
			meddle(nil)
			if o.Verdict != timeline.Published || o.Err != nil {
				t.Errorf("%s, %s: %s, %v", name, kind, o.Verdict, o.Err)
			}
		}
		i := st.post("never arrived")
		i.Key = key(9)
		r := st.prepare(i)
		r.First, r.Tries = st.now, 1
		meddle(answer(400, `{"error":"InvalidRequest","message":"no"}`))
		if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Rejected {
			t.Errorf("%s, not there: %s, %v", name, o.Verdict, o.Err)
		}
	}
}

// A server that refuses the token has not taken the post, even if the session cannot
// be renewed then: hours later it is still known to be absent.
func TestRenewalFailsOnTheWay(t *testing.T) {
	var ahead atomic.Int64
	st := newStage(t, pds.Options{AccessTTL: time.Minute, Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	r := st.prepare(st.post("after a while"))
	ahead.Store(int64(2 * time.Minute)) // our own clock has not noticed
	auth := *st.b.session.api.client
	st.b.session.api.client = &http.Client{Transport: broken{}}
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Absent || o.Err.Code != timeline.CodeOffline {
		t.Errorf("Send: %s, %v", o.Verdict, o.Err)
	}
	st.b.session.api.client = &auth
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("again: %s, %v", o.Verdict, o.Err)
	}
}

type broken struct{}

func (broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, errCut }

// A clock that was put back does not make an old attempt a young one.
func TestClockPutBack(t *testing.T) {
	st := newStage(t, pds.Options{})
	r := st.prepare(st.post("long ago"))
	r.First, r.Tries = st.now.Add(time.Hour), 1
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Hopeless {
		t.Errorf("%s, %v", o.Verdict, o.Err)
	}
	if n := st.mine(postNSID); n != 0 {
		t.Errorf("%d posts", n)
	}
}

// What nobody is signed in for, or what cannot be read and was never sent, is surely
// not there.
func TestNeverSent(t *testing.T) {
	st := newStage(t, pds.Options{})
	r := st.prepare(st.post("mine"))
	public := open(t, Config{Account: st.b.account, Client: newClient(t)})
	if o := public.Send(t.Context(), r); o.Verdict != timeline.Absent || o.Err.Code != timeline.CodeAuth {
		t.Errorf("signed out: %s, %v", o.Verdict, o.Err)
	}
	if o := st.b.Send(t.Context(), timeline.Request{Body: json.RawMessage(`{"calls":7}`)}); o.Verdict != timeline.Spent {
		t.Errorf("unreadable: %s, %v", o.Verdict, o.Err)
	}
}
