package main

import (
	"strings"
	"testing"
	"time"
)

func TestAtIsReadOnThePersonsClock(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 28, 20, 30, 0, 0, berlin) // the clocks change in the night
	for at, want := range map[string]string{
		"22:15":                "2026-03-28T22:15:00+01:00",
		" Tomorrow 9:00 ":      "2026-03-29T09:00:00+02:00",
		"+2h":                  "2026-03-28T22:30:00+01:00",
		"+90m":                 "2026-03-28T22:00:00+01:00",
		"+2d":                  "2026-03-30T21:30:00+02:00",
		"2026-04-01 7:05":      "2026-04-01T07:05:00+02:00",
		"2026-04-01T07:05:00Z": "2026-04-01T07:05:00Z",
		"2026-04-01t07:05:00z": "2026-04-01T07:05:00Z",
	} {
		got, err := parseAt(at, now)
		if err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("%q is %s, %v; want %s", at, got.Format(time.RFC3339), err, want)
		}
	}
	for at, want := range map[string]string{
		"":                     "an RFC 3339 time",
		"soon":                 "an RFC 3339 time",
		"25:00":                "an RFC 3339 time",
		"tomorrow":             "an RFC 3339 time",
		"+":                    "an RFC 3339 time",
		"+-2h":                 "an RFC 3339 time",
		"+99999999d":           "an RFC 3339 time",
		"20:30":                "is past",
		"+0s":                  "is past",
		"2026-03-27 12:00":     "is past",
		"2026-03-28T19:30:00Z": "is past",
		"+4000d":               "ten years",
		"9999-01-01 00:00":     "ten years",
	} {
		if got, err := parseAt(at, now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is %v, %v; want %q", at, got, err, want)
		}
	}
}

func TestSpansMayBeDays(t *testing.T) {
	for s, want := range map[string]time.Duration{"1d": 24 * time.Hour, "90m": 90 * time.Minute, "0s": 0} {
		if got, ok := parseSpan(s); !ok || got != want {
			t.Errorf("%s is %v, %v", s, got, ok)
		}
	}
	for _, s := range []string{"", "d", "-1d", "1.5d", "99999d", "-1h", "day"} {
		if got, ok := parseSpan(s); ok {
			t.Errorf("%q is %v", s, got)
		}
	}
}
