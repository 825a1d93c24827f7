package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestBarDrawsHowMuchIsDone(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 3, 14, 9, 26, 0, 0, time.UTC)
	b := &bar{w: &out, width: 60, label: "trimming", now: func() time.Time { return at }}
	drawn := func() string {
		defer out.Reset()
		return out.String()
	}
	b.set(0.5)
	if got := drawn(); !strings.HasSuffix(got, "trimming  [============            ]  50 %") {
		t.Errorf("%q", got)
	}
	b.set(0.6)
	if got := drawn(); got != "" {
		t.Errorf("it is drawn again at once: %q", got)
	}
	b.set(7)
	if got := drawn(); !strings.HasSuffix(got, "[========================] 100 %") {
		t.Errorf("%q", got)
	}
	b.clear()
	if got := drawn(); got != "\r\x1b[K" {
		t.Errorf("it leaves %q", got)
	}
	b.clear()
	nobody := &bar{w: &out, label: "trimming", now: b.now}
	nobody.set(0.5)
	nobody.clear()
	if got := drawn(); got != "" {
		t.Errorf("where there is no terminal: %q", got)
	}
}
