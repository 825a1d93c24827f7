package bluesky

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/timeline"
)

// resendWithin is how long after the first attempt a request may be sent again just
// because its records are not there. Later they may have been there in between, and
// their author may have deleted them elsewhere.
const resendWithin = 10 * time.Minute

// Send implements timeline.Publisher.
func (b *Backend) Send(ctx context.Context, r timeline.Request) timeline.Outcome {
	f, err := b.thaw(r)
	switch {
	case timeline.CodeOf(err) == timeline.CodeAuth:
		return failed(timeline.Absent, err)
	case err != nil && r.First.IsZero():
		return failed(timeline.Spent, err)
	case err != nil:
		return failed(timeline.Hopeless, err)
	case len(f.Made) > 0 && b.late(r):
		return b.settleMade(ctx, r, f)
	}
	for _, p := range f.Calls {
		if o := b.sendCall(ctx, r, &f, p); o.Verdict != timeline.Published {
			return o
		}
	}
	if f.ofList() {
		b.forgetLists()
	}
	return timeline.Outcome{Verdict: timeline.Published, Receipt: f.Receipt}
}

// thaw reads what Prepare froze.
func (b *Backend) thaw(r timeline.Request) (frozen, error) {
	var f frozen
	if err := json.Unmarshal(r.Body, &f); err != nil {
		return f, timeline.Errorf(timeline.CodeInternal, "the request in the journal cannot be read: %w", err)
	}
	if b.session == nil {
		return f, &timeline.Error{Code: timeline.CodeAuth, Message: rules{readOnly: true}.Takes(timeline.DoPost, false)}
	}
	return f, nil
}

// late tells whether too much time has passed for sending again on an absence. A
// first attempt in the future was made before the clock was put back: nobody knows
// how long ago.
func (b *Backend) late(r timeline.Request) bool {
	return !r.First.IsZero() && b.now().Sub(r.First).Abs() > resendWithin
}

func failed(v timeline.Verdict, err error) timeline.Outcome {
	return timeline.Outcome{Verdict: v, Err: timeline.AsError(err)}
}

// sendCall does one call and judges the answer.
func (b *Backend) sendCall(ctx context.Context, r timeline.Request, f *frozen, p procedure) timeline.Outcome {
	out := &outgoing{method: p.Method, body: bytes.NewReader(p.Input), size: int64(len(p.Input)), kind: "application/json"}
	var answer json.RawMessage
	into := any(&answer)
	if f.Bookmark != nil || f.Mute != nil {
		into = nil // these are answered with nothing
	}
	err := b.send(ctx, b.api.client, out, into)
	switch {
	case err != nil:
		// A call that was given up for want of a new token had been refused before.
		if f.Chat != nil {
			if te := timeline.AsError(b.explainChat(err)); te.Code == timeline.CodeAuth {
				return failed(timeline.Absent, te)
			}
		}
		o := b.verdict(err, out.touched.Load() && !errors.As(err, new(*notRenewedError)))
		if len(f.Made) > 0 && !r.First.IsZero() {
			return b.unlessMade(ctx, r, *f, o)
		}
		return o
	case f.Chat != nil:
		said, ok := f.Chat.sent(answer)
		if !ok {
			return failed(timeline.Uncertain, timeline.Errorf(timeline.CodeMalformed, "%s answered in a way that leaves the message open", b.host))
		}
		f.Receipt.Posts = []timeline.Copy{said}
	case len(f.Made) > 0:
		if err := f.confirm(answer); err != nil {
			return failed(timeline.Uncertain, timeline.Errorf(timeline.CodeMalformed, "%s answered in a way that leaves the post open: %w", b.host, err))
		}
	}
	return timeline.Outcome{Verdict: timeline.Published}
}

// unlessMade holds what a repeat was refused with to what the repository has: the
// first attempt may have made the very records that are in its way.
func (b *Backend) unlessMade(ctx context.Context, r timeline.Request, f frozen, refused timeline.Outcome) timeline.Outcome {
	if refused.Verdict != timeline.Rejected && refused.Verdict != timeline.Spent {
		return refused
	}
	o := b.settleMade(ctx, r, f)
	if o.Verdict == timeline.Absent || o.Verdict == timeline.Hopeless {
		return refused
	}
	return o
}

// spent says that the place of a record is taken by another one.
func (b *Backend) spent() timeline.Outcome {
	return failed(timeline.Spent, timeline.Errorf(timeline.CodeRefused, "%s has another record under that key", b.host))
}

// verdict tells what a failed call means. touched is whether a byte of it may have
// left.
func (b *Backend) verdict(err error, touched bool) timeline.Outcome {
	te := timeline.AsError(explain(b.host, err))
	var api *apiError
	said := errors.As(err, &api)
	var status transport.HTTPStatus
	switch {
	case errors.As(err, &status) && status != http.StatusTooManyRequests:
		return failed(timeline.Uncertain, te) // a server in between asks for patience
	case te.Code == timeline.CodeRateLimited, te.Code == timeline.CodeAuth:
		return failed(timeline.Absent, te) // looked at before what is to be written
	case said && api.name == "InvalidSwap":
		return b.spent()
	case said && api.name == "BlobNotFound": // a blob waits some hours for its record
		return failed(timeline.Spent, te)
	case said && api.status == http.StatusNotImplemented:
		return failed(timeline.Rejected, te)
	case said && (api.status >= http.StatusInternalServerError || api.status == http.StatusRequestTimeout):
		return failed(timeline.Uncertain, te)
	case said:
		return failed(timeline.Rejected, te)
	case !touched:
		return failed(timeline.Absent, te)
	case te.Code == timeline.CodeRefused: // a redirect, which the transport does not follow
		return failed(timeline.Rejected, te)
	}
	return failed(timeline.Uncertain, te)
}

// confirm holds an answer to what was asked for: each record under its own name.
// The server's CIDs are the ones that count.
func (f *frozen) confirm(answer json.RawMessage) error {
	var out struct {
		reference
		Results []reference `json:"results"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return err
	}
	if len(f.Made) == 1 {
		out.Results = []reference{out.reference}
	}
	if len(out.Results) != len(f.Made) {
		return fmt.Errorf("%d records for %d", len(out.Results), len(f.Made))
	}
	for i, r := range out.Results {
		if r.URI != f.Made[i].URI || validCID(r.CID) == "" {
			return fmt.Errorf("record %q in place of %s", r.URI, f.Made[i].URI)
		}
		f.named(r)
	}
	return nil
}

// named puts the CID that a server gave into the receipt.
func (f *frozen) named(r reference) {
	for i, c := range f.Receipt.Posts {
		if c.ID.Local == r.URI {
			f.Receipt.Posts[i].ServerID = r.CID
		}
	}
}

// outgoing is a signed-in call on its way. touched is set when the first byte of
// its body was taken, which is after a connection was made.
type outgoing struct {
	method  syntax.NSID
	body    io.ReaderAt
	size    int64
	kind    string // Content-Type
	touched atomic.Bool
}

// reader is the body from its beginning. Each attempt has one of its own: a server
// may answer while the connection still reads the last one.
func (o *outgoing) reader() (io.ReadCloser, error) {
	return io.NopCloser(&watched{io.NewSectionReader(o.body, 0, o.size), &o.touched}), nil
}

// watched notes that it was read from.
type watched struct {
	io.Reader
	touched *atomic.Bool
}

func (w *watched) Read(p []byte) (int, error) {
	w.touched.Store(true)
	return w.Reader.Read(p)
}

// send does a signed-in call; a nil into takes no answer. What the server says
// against it is an *apiError.
func (b *Backend) send(ctx context.Context, client *http.Client, o *outgoing, into any) error {
	body, err := o.reader()
	if err != nil {
		return err
	}
	server := b.service(o.method.String())
	req, err := server.request(ctx, http.MethodPost, o.method, nil, body)
	if err != nil {
		return err
	}
	req.ContentLength, req.GetBody = o.size, o.reader
	req.Header.Set("Content-Type", o.kind)
	return server.call(client, req, into)
}
