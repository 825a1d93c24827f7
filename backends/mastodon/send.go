package mastodon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"

	"skein/backends/transport"
	"skein/timeline"
)

// Send implements timeline.Publisher. It sends the frozen bytes once: what may go
// wrong on the way is an Outcome and never a second try.
func (b *Backend) Send(ctx context.Context, r timeline.Request) timeline.Outcome {
	f, err := thaw(r)
	if err != nil {
		return outcome(timeline.Rejected, b.blame(err))
	}
	a, err := b.open(ctx)
	if err != nil {
		return outcome(timeline.Absent, b.blame(err))
	}
	if at := f.Post.Scheduled; !at.IsZero() && at.Before(b.decode.now().Add(scheduleAhead)) {
		return outcome(timeline.Rejected, b.blame(errTooNear()))
	}
	got, sent, err := a.deliver(ctx, f)
	if err != nil {
		return b.unanswered(sent, err)
	}
	if out, ok := b.general(f, got); ok {
		return out
	}
	return b.answered(ctx, a, f, got)
}

// blame is what went wrong with a request. What was asked for is not in it: a
// Delivery says so itself.
func (b *Backend) blame(err error) *timeline.Error { return b.failed("", err) }

func outcome(v timeline.Verdict, e *timeline.Error) timeline.Outcome {
	return timeline.Outcome{Verdict: v, Err: e}
}

// deliver sends the request. sent tells whether the server may have got it; without
// it surely nothing has left.
func (a *api) deliver(ctx context.Context, f frozen) (got answer, sent bool, err error) {
	// From the moment at which there is a connection net/http may write, and may still
	// be writing when it has given up waiting. What comes before is name, dial and TLS.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	var body io.Reader
	if f.Body != "" {
		// net/http sends a request with an Idempotency-Key again by itself when a kept
		// connection ends without an answer, if it can have the body a second time. Not
		// all servers honour the key, so it must not: a NopCloser leaves GetBody nil.
		body = io.NopCloser(strings.NewReader(f.Body))
	}
	req, err := a.request(ctx, f.Method, f.Path, body)
	if err != nil {
		return answer{}, false, err
	}
	req.ContentLength = int64(len(f.Body))
	if f.Type != "" {
		req.Header.Set("Content-Type", f.Type)
	}
	if f.Key != "" {
		req.Header.Set("Idempotency-Key", f.Key)
	}
	resp, err := a.Do(req)
	if err != nil {
		if resp != nil && resp.StatusCode != http.StatusSeeOther {
			// A redirect that was not followed: the server has done nothing.
			return answer{}, false, errors.Join(err, resp.Body.Close())
		}
		return answer{}, connected.Load(), err
	}
	got, err = readAnswer(resp)
	return got, true, err
}

// unanswered is the Outcome of a request without an answer.
func (b *Backend) unanswered(sent bool, err error) timeline.Outcome {
	e := b.blame(err)
	var status transport.HTTPStatus
	switch {
	case errors.As(err, &status) && status == http.StatusTooManyRequests:
		return outcome(timeline.Absent, e)
	case sent:
		return outcome(timeline.Uncertain, e)
	case e.Code == timeline.CodeRefused: // by skein's own rules, or a redirect
		return outcome(timeline.Rejected, e)
	}
	return outcome(timeline.Absent, e)
}

// general judges the answers that mean the same for every kind of request. It
// reports whether this is one.
func (b *Backend) general(f frozen, got answer) (timeline.Outcome, bool) {
	if got.good() {
		return timeline.Outcome{}, false
	}
	e := b.blame(got.fault(b.base.Host))
	switch got.status {
	case http.StatusUnauthorized:
		return outcome(timeline.Absent, e), !got.replayed()
	case http.StatusForbidden:
		if !got.replayed() && (e.Code == timeline.CodeAuth || aboutToken(e)) {
			e.Code = timeline.CodeAuth
			return outcome(timeline.Absent, e), true
		}
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		e.Code = timeline.CodeRateLimited
		return outcome(timeline.Absent, e), !got.replayed()
	case http.StatusConflict: // an identical request is being worked on
		return outcome(timeline.Uncertain, e), true
	}
	if got.status >= http.StatusInternalServerError && f.Kind != timeline.DoPost {
		return outcome(timeline.Uncertain, e), true
	}
	return timeline.Outcome{}, false
}

// replayed tells whether a server of the Pleroma family repeats what it answered to
// an earlier request with the same key.
func (r answer) replayed() bool { return r.header.Get("Idempotent-Replayed") == "true" }

func (r answer) good() bool { return r.status >= 200 && r.status < 300 }

// aboutToken tells a refusal that another sign-in would lift: "This action is
// outside the authorized scopes", "Your login is currently disabled".
func aboutToken(e *timeline.Error) bool {
	said := strings.ToLower(e.Message.String())
	return strings.Contains(said, "scope") || strings.Contains(said, "login")
}

// answered judges an answer by what was asked for.
func (b *Backend) answered(ctx context.Context, a *api, f frozen, got answer) timeline.Outcome {
	switch f.Kind {
	case timeline.DoPost:
		return b.posted(ctx, a, f, got)
	case timeline.DoVote, timeline.DoEdit, timeline.DoDelete:
		return b.verified(ctx, a, f, got)
	case timeline.DoEnlist, timeline.DoList:
		return b.curated(ctx, a, f, got)
	}
	if !got.good() {
		return outcome(timeline.Rejected, b.blame(got.fault(b.base.Host)))
	}
	switch f.Kind {
	case timeline.DoFollow, timeline.DoMute, timeline.DoBlock, timeline.DoAdmit:
		return b.relation(f, got.body)
	case timeline.DoFollowTag:
		return b.tagFollowed(f, got.body)
	case timeline.DoReport:
		return b.reported(f)
	}
	return b.marked(f, decodeStatus(got.body))
}

// posted judges the answer to a new post.
func (b *Backend) posted(ctx context.Context, a *api, f frozen, got answer) timeline.Outcome {
	if got.good() {
		return b.accepted(f, got.body)
	}
	e := b.blame(got.fault(b.base.Host))
	switch {
	case got.status >= http.StatusInternalServerError && got.replayed():
		// The first request is over, so what is not to be seen now never will be.
		return b.conclude(ctx, a, f, e)
	case got.status >= http.StatusInternalServerError:
		return outcome(timeline.Uncertain, e)
	case got.replayed():
		return outcome(timeline.Spent, e)
	case got.status == http.StatusUnprocessableEntity && len(f.Post.Media) > 0:
		gone, err := b.attached(ctx, a, f.Post.Media)
		if err != nil {
			return outcome(timeline.Uncertain, b.blame(err))
		}
		if gone { // by an earlier try of this very request, or after a day without use
			return b.conclude(ctx, a, f, e)
		}
	}
	return outcome(timeline.Rejected, e)
}

// conclude is for when nothing can be on its way any more: what is not there yet
// needs a new request.
func (b *Backend) conclude(ctx context.Context, a *api, f frozen, why *timeline.Error) timeline.Outcome {
	st, err := b.find(ctx, a, f.Post, nil)
	switch {
	case err != nil:
		return outcome(timeline.Uncertain, b.blame(err))
	case st != nil:
		return b.published(st)
	}
	return outcome(timeline.Spent, why)
}

// accepted reads what a new post became.
func (b *Backend) accepted(f frozen, body []byte) timeline.Outcome {
	if !f.Post.Scheduled.IsZero() {
		var s scheduledStatus
		if err := json.Unmarshal(body, &s); err == nil && validID(s.ID) && !s.At.IsZero() {
			return b.scheduledUntil(s.At.Local().Format("2006-01-02 15:04"))
		}
	}
	if st := decodeStatus(body); st != nil && validURI(st.URI) {
		return b.published(st)
	}
	return outcome(timeline.Uncertain, timeline.Errorf(timeline.CodeMalformed, "%s: the answer is no post", b.base.Host))
}

func (b *Backend) scheduledUntil(when string) timeline.Outcome {
	return timeline.Outcome{
		Verdict: timeline.Published,
		Receipt: timeline.Receipt{Note: timeline.CleanLine(fmt.Sprintf("%s keeps the post until %s", b.base.Host, when))},
	}
}

// published is the Outcome for a post that is there.
func (b *Backend) published(st *status) timeline.Outcome {
	return timeline.Outcome{Verdict: timeline.Published, Receipt: timeline.Receipt{Posts: []timeline.Copy{b.copyOf(st)}}}
}

func (b *Backend) copyOf(st *status) timeline.Copy {
	b.decode.remember(st)
	return timeline.Copy{ID: b.decode.id(st), ServerID: string(st.ID), URL: webAddress(st.URL)}
}
