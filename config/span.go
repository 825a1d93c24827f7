package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// day is the longest unit in which a span is written.
const day = 24 * time.Hour

// Span is a duration as a person writes it: "5s", "1m30s", "90d".
type Span time.Duration

// ParseSpan reads what time.ParseDuration does, and whole days as "90d".
func ParseSpan(s string) (Span, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return Span(time.Duration(n) * day), nil
		}
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("%q is no span of time such as 5s, 1m or 90d", s)
	}
	return Span(d), nil
}

// String writes whole days as such.
func (s Span) String() string {
	d := time.Duration(s)
	if d > 0 && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	return d.String()
}

// UnmarshalText reads what ParseSpan does.
func (s *Span) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSpan(string(b))
	return err
}

// MarshalText writes what UnmarshalText reads.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
