package nostr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

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
	if !json.Valid(b) {
		return frame{}, fmt.Errorf("%w: no JSON", errFrame)
	}
	parts := elements(b)
	var f frame
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

// elements cuts a JSON array into its elements, and none out of anything else. The JSON
// is known to be valid, so that only strings and brackets need to be told apart: a
// frame comes for every event, and json.Unmarshal takes thrice as long.
func elements(b []byte) []json.RawMessage {
	b = bytes.TrimSpace(b)
	if len(b) < 2 || b[0] != '[' {
		return nil
	}
	b = bytes.TrimSpace(b[1 : len(b)-1])
	if len(b) == 0 {
		return nil
	}
	var parts []json.RawMessage
	start, depth, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			depth++
		case c == ']' || c == '}':
			depth--
		case c == ',' && depth == 0:
			parts = append(parts, bytes.TrimSpace(b[start:i]))
			start = i + 1
		}
	}
	return append(parts, bytes.TrimSpace(b[start:]))
}

// text reads the string at position i.
func text(parts []json.RawMessage, i int, into *string) bool {
	if i >= len(parts) || parts[i][0] != '"' {
		return false
	}
	inner := parts[i][1 : len(parts[i])-1]
	if !bytes.ContainsFunc(inner, func(r rune) bool { return r == '\\' || r >= utf8.RuneSelf }) {
		*into = string(inner)
		return true
	}
	return json.Unmarshal(parts[i], into) == nil
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
