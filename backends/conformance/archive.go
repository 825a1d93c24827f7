package conformance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"skein/timeline"
)

// testArchive has the account's data written out, and a reader that goes away.
func (c *suite) testArchive(t *testing.T) {
	a, ok := timeline.As[timeline.Archiver](c.Backend)
	if !ok {
		t.Skip("this network gives no archive (see Abilities)")
	}
	var out bytes.Buffer
	at := int64(0)
	ending, err := a.Archive(t.Context(), &out, func(written int64) {
		if written < at {
			t.Errorf("the progress goes back from %d to %d", at, written)
		}
		at = written
	})
	if err != nil {
		t.Fatalf("Archive: %v", err)
	}
	if ending == "" || out.Len() == 0 || at == 0 || at > int64(out.Len()) {
		t.Errorf("an archive with ending %q has %d bytes, of which %d were told", ending, out.Len(), at)
	}
	if _, err := a.Archive(t.Context(), io.Discard, nil); err != nil {
		t.Errorf("Archive without progress: %v", err)
	}
	if _, err := a.Archive(t.Context(), full{}, nil); !errors.Is(err, errFull) {
		t.Errorf("Archive to a full disk: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Archive(ctx, io.Discard, nil); err == nil {
		t.Error("Archive answers a cancelled context with an archive")
	}
}

var errFull = errors.New("no space left")

// full is a disk without space.
type full struct{}

// Write implements io.Writer.
func (full) Write([]byte) (int, error) { return 0, errFull }
