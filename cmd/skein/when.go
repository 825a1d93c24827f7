package main

import (
	"strings"
	"time"

	"skein/config"
	"skein/timeline"
)

// parseAt reads the time that a post is planned for: RFC 3339, "15:04" or
// "tomorrow 9:00" on the person's own clock, a day with a time, or a span from now
// such as "+2h". It has to be to come, and within ten years.
func parseAt(s string, now time.Time) (time.Time, error) {
	at, ok := readAt(strings.ToLower(strings.TrimSpace(s)), now)
	switch {
	case !ok:
		return time.Time{}, timeline.Errorf(timeline.CodeUsage, `--at %s: an RFC 3339 time, "15:04", "tomorrow 9:00", "2026-03-14 9:00" or "+2h"`, s)
	case !at.After(now):
		return time.Time{}, timeline.Errorf(timeline.CodeUsage, "--at %s: that was %s, and is past", s, at.Format("2006-01-02 15:04 MST"))
	case at.After(now.AddDate(10, 0, 0)):
		return time.Time{}, timeline.Errorf(timeline.CodeUsage, "--at %s: that is more than ten years ahead", s)
	}
	return at, nil
}

func readAt(s string, now time.Time) (time.Time, bool) {
	if span, ok := strings.CutPrefix(s, "+"); ok {
		d, ok := parseSpan(span)
		return now.Add(d), ok
	}
	if t, err := time.Parse(time.RFC3339, strings.ToUpper(s)); err == nil {
		return t, true
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04", s, now.Location()); err == nil {
		return t, true
	}
	day := now
	if rest, ok := strings.CutPrefix(s, "tomorrow "); ok {
		day, s = now.AddDate(0, 0, 1), strings.TrimSpace(rest)
	}
	clock, err := time.Parse("15:04", s)
	if err != nil {
		return time.Time{}, false
	}
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location()), true
}

// parseSpan reads a span as the configuration has it; it is not negative.
func parseSpan(s string) (time.Duration, bool) {
	span, err := config.ParseSpan(s)
	return time.Duration(span), err == nil && span >= 0
}
