package nostr

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/transport"
)

// frame is one message from a relay (NIP-01, NIP-42). Which fields are set depends
// on the label.
type frame struct {
	label    string
	sub      string       // EVENT, EOSE, CLOSED
	event    *nostr.Event // EVENT: of the right form, not verified
	id       string       // OK
	accepted bool         // OK
	text     string       // CLOSED, OK, NOTICE: the relay's words; AUTH: the challenge
}

// The labels that relays send.
const (
	labelEvent  = "EVENT"
	labelEOSE   = "EOSE"
	labelClosed = "CLOSED"
	labelNotice = "NOTICE"
	labelOK     = "OK"
	labelAuth   = "AUTH"
)

const (
	frameDepth = 16              // an EVENT nests 4 deep; unknown fields may nest more
	maxKind    = 1<<16 - 1       // NIP-01
	maxTime    = 253_402_300_799 // the end of the year 9999, the last that RFC 3339 can write
	maxTags    = 20_000
)

var errFrame = errors.New("not a message of NIP-01")

// parseFrame reads one message. The library's parsers index into what they hope is
// there, so they see only JSON that is known to be valid and shallow.
func parseFrame(b []byte) (frame, error) {
	if len(b) > transport.MaxFrame || transport.Depth(b) > frameDepth {
		return frame{}, fmt.Errorf("%w: too large or too deep", errFrame)
	}
	var parts []json.RawMessage
	var f frame
	if err := json.Unmarshal(b, &parts); err != nil {
		return frame{}, fmt.Errorf("%w: %w", errFrame, err)
	}
	if len(parts) < 2 || !text(parts, 0, &f.label) {
		return frame{}, errFrame
	}
	ok := false
	switch f.label {
	case labelEvent:
		return eventFrame(f, parts)
	case labelEOSE:
		ok = text(parts, 1, &f.sub)
	case labelClosed:
		ok = text(parts, 1, &f.sub)
		text(parts, 2, &f.text)
	case labelNotice, labelAuth:
		ok = text(parts, 1, &f.text)
	case labelOK:
		ok = text(parts, 1, &f.id) && len(parts) > 2 && json.Unmarshal(parts[2], &f.accepted) == nil
		text(parts, 3, &f.text)
	}
	if !ok {
		return frame{}, errFrame
	}
	return f, nil
}

// text reads the string at position i.
func text(parts []json.RawMessage, i int, into *string) bool {
	return i < len(parts) && len(parts[i]) > 0 && parts[i][0] == '"' && json.Unmarshal(parts[i], into) == nil
}

func eventFrame(f frame, parts []json.RawMessage) (frame, error) {
	if len(parts) != 3 || !text(parts, 1, &f.sub) {
		return frame{}, errFrame
	}
	e, err := parseEvent(parts[2])
	if err != nil {
		return frame{}, err
	}
	f.event = e
	return f, nil
}

// parseEvent reads one event from valid JSON and checks its form.
func parseEvent(raw json.RawMessage) (*nostr.Event, error) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, fmt.Errorf("%w: the event is no object", errFrame)
	}
	var e nostr.Event
	if err := e.UnmarshalJSON(raw); err != nil {
		return nil, fmt.Errorf("%w: %w", errFrame, err)
	}
	if !isHex(e.ID, 64) || !isHex(e.PubKey, 64) || !isHex(e.Sig, 128) ||
		e.Kind < 0 || e.Kind > maxKind || e.CreatedAt < 0 || e.CreatedAt > maxTime || len(e.Tags) > maxTags {
		return nil, fmt.Errorf("%w: a field of the event is out of form", errFrame)
	}
	return &e, nil
}

// isHex tells whether s is n lower-case hex digits, the only form of ids and keys.
func isHex(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
