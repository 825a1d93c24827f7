package fault

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// maxBody bounds what is held of a request or an answer, in bytes.
const maxBody = 64 << 20

// handle answers a request, or opens a websocket.
func (p *Proxy) handle(w http.ResponseWriter, r *http.Request) {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		p.relay(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		sever(w)
		return
	}
	ask := request{method: r.Method, url: *p.target.Load() + r.URL.RequestURI(), header: r.Header.Clone(), body: body}
	f := p.fault(Request{Method: r.Method, Path: r.URL.Path})
	if f.Kind == Delay && wait(r.Context(), f.After) != nil {
		return
	}
	p.answer(w, r, f, ask)
}

// answer does what the fault says.
func (p *Proxy) answer(w http.ResponseWriter, r *http.Request, f Fault, ask request) {
	switch f.Kind {
	case Reset:
		sever(w)
		return
	case Late:
		p.later(f.After, func(ctx context.Context) { _, _ = p.ask(ctx, ask) }) // nobody waits for the answer
		sever(w)
		return
	case CutRequest:
		p.askHalf(r.Context(), ask)
		sever(w)
		return
	case Unavailable:
		http.Error(w, "<html>service unavailable</html>", http.StatusServiceUnavailable)
		return
	case TooMany:
		w.Header().Set("Retry-After", "1")
		http.Error(w, `{"error":"Too many requests"}`, http.StatusTooManyRequests)
		return
	case Silence:
		<-r.Context().Done()
		return
	}
	// What the server was asked it does, whether or not the client still waits.
	p.flight.begin()
	got, err := p.ask(p.ctx, ask) //nolint:contextcheck // see above
	p.flight.end()
	if err != nil {
		sever(w)
		return
	}
	switch f.Kind {
	case DropAnswer:
		sever(w)
	case CutAnswer:
		got.half(w)
	case SpoilAnswer:
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>parked</html>") // the client may have gone
	case DoneAndError:
		http.Error(w, "<html>internal server error</html>", http.StatusInternalServerError)
	default:
		got.write(w)
	}
}

// request is one to be passed on, whole.
type request struct {
	method, url string
	header      http.Header
	body        []byte
}

// response is one that has come, whole.
type response struct {
	status int
	header http.Header
	body   []byte
}

func (q request) build(ctx context.Context) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, q.method, q.url, bytes.NewReader(q.body))
	if err != nil {
		return nil, fmt.Errorf("pass a request on: %w", err)
	}
	r.Header = q.header.Clone()
	return r, nil
}

// ask passes a request on and reads the whole answer.
func (p *Proxy) ask(ctx context.Context, q request) (response, error) {
	r, err := q.build(ctx)
	if err != nil {
		return response{}, err
	}
	resp, err := p.forward.RoundTrip(r)
	if err != nil {
		return response{}, fmt.Errorf("pass a request on: %w", err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	if err != nil {
		return response{}, fmt.Errorf("read an answer: %w", err)
	}
	return response{resp.StatusCode, resp.Header, body}, nil
}

// askHalf writes the request but for the second half of its body, or of its
// headers when it has none, and hangs up.
func (p *Proxy) askHalf(ctx context.Context, q request) {
	r, err := q.build(ctx)
	if err != nil {
		return
	}
	var whole bytes.Buffer
	if err := r.Write(&whole); err != nil {
		return
	}
	missing := max(len(q.body)/2, 1)
	if len(q.body) == 0 {
		missing = whole.Len() / 2
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", r.URL.Host)
	if err != nil {
		return
	}
	_, _ = conn.Write(whole.Bytes()[:whole.Len()-missing]) // the server may hang up first
	_ = conn.Close()
}

// write gives the answer as it came.
func (a response) write(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // the client may have gone
}

// half gives the headers of the whole answer, half of its body, and hangs up.
func (a response) half(w http.ResponseWriter) {
	maps.Copy(w.Header(), a.header)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)+1)) // also where there is none
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body[:len(a.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler) // which ends the connection after what was written
}
