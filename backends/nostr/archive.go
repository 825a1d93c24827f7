package nostr

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	archiveFrom   = nostr.Timestamp(math.MaxInt32) // the newest date that every relay can compare with
	archiveRounds = 10_000                         // pages of one relay: five million events
	archiveTries  = 4                              // in a row that bring nothing, until a relay is given up
)

// Archive implements timeline.Archiver: every event of any kind that the account has
// signed and one of its relays holds, once and as it was signed, a line each (JSONL).
// Which relays those are is told by its NIP-65 list and its configuration; ids and
// signatures are checked, the order is no particular one.
//
// A relay that fails is asked again a few times. If one could not be read to its end
// the error tells which, and "jsonl" is returned with it: what the others hold is
// there.
func (b *Backend) Archive(ctx context.Context, w io.Writer, progress func(written int64)) (string, error) {
	const what, ending = "archive", "jsonl"
	if b.cfg.PubKey == "" {
		return "", b.wrap(what, timeline.Errorf(timeline.CodeUnsupported, "there is no archive without an account on Nostr"))
	}
	own, err := b.writeRelays(ctx)
	if err != nil {
		return "", b.wrap(what, err)
	}
	if progress == nil {
		progress = func(int64) {}
	}
	a := &archive{w: w, progress: progress, seen: map[string]bool{}}
	for _, url := range relayURLs(slices.Concat(own, b.own), maxOutlets) {
		a.relays = append(a.relays, &shelf{source: sources(plan{url: {b.cfg.PubKey}}, nil, archiveFrom, noSince, askLimit)[0]})
	}
	if err := a.read(ctx, b); err != nil {
		return "", b.wrap(what, err)
	}
	if err := a.complete(); err != nil {
		if a.events == 0 {
			return "", b.wrap(what, err)
		}
		return ending, b.wrap(what, err)
	}
	return ending, nil
}

// archive is one that is being written.
type archive struct {
	w        io.Writer
	progress func(int64)
	relays   []*shelf
	seen     map[string]bool
	events   int
	written  int64
	spoilt   int // events that JSON cannot carry
}

// shelf is one relay's part.
type shelf struct {
	*source
	tries   int
	why     error // the last failure
	stepped bool  // a second was stepped over that may have held more
	lacks   bool  // it did
}

// read asks all relays for their next page until none has more.
func (a *archive) read(ctx context.Context, b *Backend) error {
	never := func(*nostr.Event) bool { return false }
	for range archiveRounds {
		want := map[string]nostr.Filters{}
		again := false
		for _, s := range a.relays {
			if !s.end && s.tries < archiveTries {
				want[s.url] = nostr.Filters{s.request()}
				again = again || s.tries > 0
			}
		}
		if len(want) == 0 {
			return nil
		}
		if again {
			if err := pause(ctx, b.pauses.again); err != nil {
				return err
			}
		}
		answers := b.pool.ask(ctx, want, -1)
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, s := range a.relays {
			if want[s.url] == nil {
				continue
			}
			r := b.pool.relay(s.url)
			found := s.page(answers[s.url], never, r.cutsAbove)
			r.gave(s.got)
			if err := a.write(found); err != nil {
				return err
			}
		}
		a.progress(a.written)
	}
	return nil
}

// page takes an answer. A failure is forgotten by the next that is none.
func (s *shelf) page(a answer, known func(*nostr.Event) bool, cutsAbove func(int) bool) []*nostr.Event {
	until := s.until
	found := s.take(a, known, cutsAbove)
	if s.err != nil || s.stalled {
		s.why = s.err
		if s.why == nil {
			s.why = timeline.Errorf(timeline.CodeOffline, "%s: no answer in time", hostOf(s.url))
		}
		s.err, s.stalled = nil, false
		if s.tries++; len(found) > 0 {
			s.tries = 1
		}
		return found
	}
	s.tries = 0
	s.lacks = s.lacks || s.stepped && s.got > 0
	s.stepped = s.got > 1 && len(found) == 0 && s.until == until-1
	return found
}

// write appends what is new.
func (a *archive) write(events []*nostr.Event) error {
	for _, e := range events {
		if a.seen[e.ID] {
			continue
		}
		a.seen[e.ID] = true
		line := e.String()
		if back, err := parseEvent([]byte(line)); err != nil || !back.CheckID() {
			a.spoilt++
			continue
		}
		n, err := io.WriteString(a.w, line+"\n")
		a.written += int64(n)
		if err != nil {
			return fmt.Errorf("write the archive: %w", err)
		}
		a.events++
	}
	return nil
}

// complete is an error where something may be missing.
func (a *archive) complete() error {
	var lacks []string
	code := timeline.CodeOffline
	var first error
	for _, s := range a.relays {
		switch {
		case !s.end:
			err := s.why
			if err == nil {
				err = errors.New("it has more than is read")
			}
			first = err
			lacks = append(lacks, fmt.Sprintf("%s could not be read to its end (%s)", hostOf(s.url), timeline.AsError(err).Message))
		case s.lacks:
			code = timeline.CodeServer
			lacks = append(lacks, hostOf(s.url)+" gives no more than a part of what is from one second")
		}
	}
	if a.spoilt > 0 {
		code = timeline.CodeMalformed
		lacks = append(lacks, fmt.Sprintf("%d events are no text that JSON can carry", a.spoilt))
	}
	if len(lacks) == 0 {
		return nil
	}
	if first != nil {
		code = timeline.CodeOf(first)
	}
	return timeline.Errorf(code, "%d events were written, but %s: export again to get what is missing", a.events, strings.Join(lacks, "; "))
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
