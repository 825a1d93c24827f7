package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/coder/websocket"
	"github.com/nbd-wtf/go-nostr"
)

// relayFrame caps one message from the relay.
const relayFrame = 4 << 20

// Publish sends a signed event and returns once the relay said OK (NIP-01). It is
// plain websocket: go-nostr's own connection takes silence for consent, and its
// Close races with its Connect.
func (r *Relay) Publish(ctx context.Context, event nostr.Event) error {
	return r.talk(ctx, []any{"EVENT", event}, func(label string, rest []json.RawMessage) (bool, error) {
		if label != "OK" || len(rest) < 2 {
			return false, nil
		}
		if string(rest[1]) != "true" {
			return true, fmt.Errorf("refused: %s", rest[len(rest)-1])
		}
		return true, nil
	})
}

// Read asks the relay for what it stored.
func (r *Relay) Read(ctx context.Context, filter nostr.Filter) ([]nostr.Event, error) {
	var events []nostr.Event
	err := r.talk(ctx, []any{"REQ", "read", filter}, func(label string, rest []json.RawMessage) (bool, error) {
		switch {
		case label == "EOSE":
			return true, nil
		case label == "CLOSED":
			return true, fmt.Errorf("closed: %s", rest[len(rest)-1])
		case label != "EVENT" || len(rest) < 2:
			return false, nil
		}
		var event nostr.Event
		if err := json.Unmarshal(rest[1], &event); err != nil {
			return true, fmt.Errorf("decode an event: %w", err)
		}
		events = append(events, event)
		return false, nil
	})
	return events, err
}

// talk sends one message and hands every answer to hear until it is done.
func (r *Relay) talk(ctx context.Context, message []any, hear func(string, []json.RawMessage) (bool, error)) error {
	connection, response, err := websocket.Dial(ctx, r.URL, nil)
	if err != nil {
		return fmt.Errorf("dial %s: %w", r.URL, err)
	}
	if response != nil && response.Body != nil {
		defer response.Body.Close() //nolint:errcheck // the websocket has taken its place
	}
	defer connection.CloseNow() //nolint:errcheck // everything asked for was heard
	connection.SetReadLimit(relayFrame)
	encoded, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("encode for %s: %w", r.URL, err)
	}
	if err := connection.Write(ctx, websocket.MessageText, encoded); err != nil {
		return fmt.Errorf("write to %s: %w", r.URL, err)
	}
	for {
		_, answer, err := connection.Read(ctx)
		if err != nil {
			return fmt.Errorf("read from %s: %w", r.URL, err)
		}
		var parts []json.RawMessage
		var label string
		if err := json.Unmarshal(answer, &parts); err != nil || len(parts) < 2 {
			return fmt.Errorf("%s answered %q: %w", r.URL, answer, err)
		}
		if err := json.Unmarshal(parts[0], &label); err != nil {
			return fmt.Errorf("%s answered %q: %w", r.URL, answer, err)
		}
		if done, err := hear(label, parts[1:]); done {
			return err
		}
	}
}

// mustPublish is Publish for a test that cannot go on without it.
func (r *Relay) mustPublish(t testing.TB, event nostr.Event) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), publishWithin)
	defer cancel()
	if err := r.Publish(ctx, event); err != nil {
		t.Fatalf("publish kind %d: %v", event.Kind, err)
	}
}
