// Command relayread is the least that can be done to read a Nostr home timeline: one
// connection a relay, one REQ, and no more than counting until EOSE. It checks no
// signature and keeps nothing, so it is a floor and no client.
//
//	relayread FILTERS RELAY…   FILTERS as JSON: the REQ's filters, with commas between
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// The bounds of a reading.
const (
	readWithin = 20 * time.Second
	frameLimit = 1 << 20 // bytes
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "relayread FILTERS RELAY…")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "relayread:", err)
		os.Exit(1)
	}
}

// run reads all relays at once.
func run(filters string, relays []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), readWithin)
	defer cancel()
	errs, events := make([]error, len(relays)), make([]int, len(relays))
	var all sync.WaitGroup
	for i, relay := range relays {
		all.Go(func() { events[i], errs[i] = read(ctx, relay, filters) })
	}
	all.Wait()
	total := 0
	for _, n := range events {
		total += n
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if _, err := fmt.Println(total, "events"); err != nil {
		return fmt.Errorf("print the count: %w", err)
	}
	return nil
}

// read counts the events that a relay has.
func read(ctx context.Context, relay, filters string) (int, error) {
	connection, response, err := websocket.Dial(ctx, relay, nil)
	if response != nil && response.Body != nil {
		_ = response.Body.Close() // of the handshake
	}
	if err != nil {
		return 0, fmt.Errorf("dial %s: %w", relay, err)
	}
	defer connection.CloseNow() //nolint:errcheck // everything asked for was heard
	connection.SetReadLimit(frameLimit)
	if err := connection.Write(ctx, websocket.MessageText, []byte(`["REQ","home",`+filters+`]`)); err != nil {
		return 0, fmt.Errorf("write to %s: %w", relay, err)
	}
	for events := 0; ; {
		_, frame, err := connection.Read(ctx)
		switch {
		case err != nil:
			return events, fmt.Errorf("read from %s: %w", relay, err)
		case bytes.HasPrefix(frame, []byte(`["EVENT"`)):
			events++
		case bytes.HasPrefix(frame, []byte(`["EOSE"`)):
			return events, nil
		case bytes.HasPrefix(frame, []byte(`["CLOSED"`)):
			return events, fmt.Errorf("%s will not be read: %s", relay, frame)
		}
	}
}
