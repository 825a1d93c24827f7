package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"skein/timeline"
)

// What leaves through the buffer must not be cut within a colour or a letter.
func TestPrintedTextIsNotCutWithinASequence(t *testing.T) {
	var out bytes.Buffer
	a := quietApp(time.Now)
	a.out = &out
	p, err := a.printer(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for range 3000 {
		const piece = "\x1b[1m漢\x1b[0m👍🏽"
		b.WriteString("漢👍🏽")
		if _, err := p.w.WriteString(piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.flush(); err != nil || out.String() != b.String() {
		t.Errorf("%v; %d bytes of %d came, %d replaced", err, out.Len(), b.Len(), strings.Count(out.String(), "\uFFFD"))
	}
}

// A template sees numbers as the JSON has them.
func TestTemplateKeepsNumbers(t *testing.T) {
	var out bytes.Buffer
	a := quietApp(time.Now)
	a.out = &out
	p, err := a.printer(nil, "{{.counts.likes}}")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.post(&timeline.Post{Counts: timeline.Counts{Likes: 1_500_000}}, -1, false); err != nil {
		t.Fatal(err)
	}
	if err := p.flush(); err != nil || out.String() != "1500000\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}

// A post of a thread that cannot be read leaves a line, not a hole.
func TestThreadTellsWhatIsMissing(t *testing.T) {
	thread := &timeline.Thread{Roots: []*timeline.Node{{
		ID: timeline.ID{Network: timeline.Nostr, Local: "abc"}, Missing: timeline.Literal("no relay has it"),
		Replies: []*timeline.Node{{Post: &timeline.Post{ID: timeline.ID{Network: timeline.Nostr, Local: "def"}}}},
	}}, Truncated: true}
	for _, json := range []bool{false, true} {
		var out bytes.Buffer
		a := quietApp(time.Now)
		a.out, a.flags.json = &out, json
		p, err := a.printer(nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := printThread(p, thread); err != nil {
			t.Fatal(err)
		}
		if err := p.flush(); err != nil || !strings.Contains(out.String(), "no relay has it") {
			t.Errorf("%q, %v", out.String(), err)
		}
	}
}

// Whoever is asked for a secret can leave.
func TestSecretIsAskedForUntilInterrupted(t *testing.T) {
	r, w := io.Pipe()
	defer w.Close()
	a := quietApp(time.Now)
	a.in = r
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.secret(ctx, "Access token", true, "--token-stdin"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestChecksTellWhoAnswered(t *testing.T) {
	ok, auth, down := checkResult{Result: good}, checkResult{Result: bad, Code: timeline.CodeAuth}, checkResult{Result: bad, Code: timeline.CodeOffline}
	for _, c := range []struct {
		results []checkResult
		want    int
	}{
		{[]checkResult{ok, ok}, exitOK},
		{[]checkResult{ok, down}, exitSome},
		{[]checkResult{ok, auth}, exitSome},
		{[]checkResult{auth, auth}, exitSignIn},
		{[]checkResult{down, auth}, exitNone},
	} {
		if got := quietApp(time.Now).code(t.Context(), worstOf(c.results)); got != c.want {
			t.Errorf("%v: exit %d, want %d", c.results, got, c.want)
		}
	}
}
