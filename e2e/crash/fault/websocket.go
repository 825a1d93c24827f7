package fault

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

// maxMessage bounds one message of a websocket, in bytes.
const maxMessage = 4 << 20

// tunnel is one client's websocket and the one to the server behind it.
type tunnel struct {
	proxy          *Proxy
	client, server *websocket.Conn
	cancel         context.CancelFunc

	mu      sync.Mutex
	answers map[string]Kind // event id → what becomes of its OK
}

// errCut ends a tunnel on purpose.
var errCut = errors.New("cut by the fault proxy")

// relay opens a websocket to the server for one of the client's.
func (p *Proxy) relay(w http.ResponseWriter, r *http.Request) {
	if f := p.fault(Request{Method: "OPEN"}); f.Kind == Reset || f.Kind == DropAnswer {
		sever(w)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	server, resp, err := websocket.Dial(ctx, *p.target.Load()+r.URL.RequestURI(), nil)
	if err != nil {
		sever(w)
		return
	}
	if resp != nil && resp.Body != nil {
		defer resp.Body.Close() //nolint:errcheck // the websocket has taken its place
	}
	defer server.CloseNow() //nolint:errcheck // whoever ends it, it has ended
	client, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer client.CloseNow() //nolint:errcheck // as above
	client.SetReadLimit(maxMessage)
	server.SetReadLimit(maxMessage)
	t := &tunnel{proxy: p, client: client, server: server, cancel: cancel, answers: map[string]Kind{}}
	var back sync.WaitGroup
	back.Go(func() {
		defer cancel()
		pump(ctx, server, t.fromServer)
	})
	pump(ctx, client, t.fromClient)
	cancel()
	back.Wait()
}

// pump hands on messages until one cannot be.
func pump(ctx context.Context, from *websocket.Conn, hand func(context.Context, []byte) error) {
	for {
		_, message, err := from.Read(ctx)
		if err != nil || hand(ctx, message) != nil {
			return
		}
	}
}

// fromClient passes a message on, or does what the fault says.
func (t *tunnel) fromClient(ctx context.Context, message []byte) error {
	label, id := told(message)
	f := t.proxy.fault(Request{Method: label})
	switch f.Kind {
	case Delay:
		if err := wait(ctx, f.After); err != nil {
			return err
		}
	case Reset, CutRequest: // a websocket's message arrives whole or not at all
		return errCut
	case Silence:
		return nil
	case Late:
		t.proxy.later(f.After, func(ctx context.Context) { t.proxy.say(ctx, message) })
		return errCut
	case Unavailable:
		if label == "EVENT" {
			return t.refuse(ctx, id, "error: the database is away")
		}
	case TooMany:
		if label == "EVENT" {
			return t.refuse(ctx, id, "rate-limited: slow down")
		}
	case DropAnswer, CutAnswer, SpoilAnswer, DoneAndError:
		if label == "EVENT" {
			t.mu.Lock()
			t.answers[id] = f.Kind
			t.mu.Unlock()
		}
	}
	return t.server.Write(ctx, websocket.MessageText, message)
}

// fromServer passes an answer back, unless it is the OK that a fault is for.
func (t *tunnel) fromServer(ctx context.Context, message []byte) error {
	label, id := told(message)
	kind := Pass
	if label == "OK" {
		t.mu.Lock()
		kind = t.answers[id]
		delete(t.answers, id)
		t.mu.Unlock()
	}
	switch kind {
	case DropAnswer:
		return nil
	case CutAnswer:
		return errCut
	case SpoilAnswer:
		message = []byte(`["OK","` + id)
	case DoneAndError:
		return t.refuse(ctx, id, "error: could not connect to the database")
	}
	return t.client.Write(ctx, websocket.MessageText, message)
}

// refuse answers an event in the server's place.
func (t *tunnel) refuse(ctx context.Context, id, why string) error {
	message, err := json.Marshal([]any{"OK", id, false, why})
	if err != nil {
		return err
	}
	return t.client.Write(ctx, websocket.MessageText, message)
}

// say opens a connection of the proxy's own for one message, and waits for an
// answer to it.
func (p *Proxy) say(ctx context.Context, message []byte) {
	ctx, cancel := context.WithTimeout(ctx, headerTimeout)
	defer cancel()
	server, resp, err := websocket.Dial(ctx, *p.target.Load(), nil)
	if err != nil {
		return // the server has gone meanwhile
	}
	if resp != nil && resp.Body != nil {
		defer resp.Body.Close() //nolint:errcheck // the websocket has taken its place
	}
	defer server.CloseNow() //nolint:errcheck // one message was all
	if server.Write(ctx, websocket.MessageText, message) == nil {
		_, _, _ = server.Read(ctx) // the answer is for nobody
	}
}

// told reads a message's label, and the id of the event that it is about where it
// is an EVENT of a client or an OK.
func told(message []byte) (label, id string) {
	var parts []json.RawMessage
	if json.Unmarshal(message, &parts) != nil || len(parts) < 2 || json.Unmarshal(parts[0], &label) != nil {
		return "", ""
	}
	switch label {
	case "EVENT":
		var event struct {
			ID string `json:"id"`
		}
		_ = json.Unmarshal(parts[1], &event) // the server's EVENT has a name there instead
		return label, event.ID
	case "OK":
		_ = json.Unmarshal(parts[1], &id) // anything else has no id
		return label, id
	}
	return label, ""
}
