//go:build unix

package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"skein/config/account"
	"skein/timeline"
)

func TestPipeGivesAPostToACommand(t *testing.T) {
	a := &app{world: world{env: func(string) (string, bool) { return "", false }}}
	run := a.pipe([]account.Record{{ID: "one", Name: "mine"}})
	post := &timeline.Post{
		ID: timeline.ID{Network: timeline.Nostr, Local: "abc"}, Text: timeline.PlainText(timeline.CleanLine("it's $(here)")),
		Created: time.Unix(1e9, 0), Views: []timeline.View{{Account: "one"}},
	}
	out, err := run(t.Context(), post, "cat")
	var got postJSON
	if err != nil || json.Unmarshal([]byte(out.String()), &got) != nil {
		t.Fatalf("%s, %v", out, err)
	}
	if got.Type != "post" || got.ID != "abc" || got.Account != "mine" || got.Text.String() != "it's $(here)" {
		t.Errorf("the command was given %s", out)
	}
	out, err = run(t.Context(), post, `printf '\033[2Jhi\007'; echo lost >&2; exit 3`)
	if strings.ContainsAny(out.String(), "\x1b\x07") || !strings.Contains(out.String(), "hi") || !strings.Contains(out.String(), "lost") {
		t.Errorf("what it said is %q", out)
	}
	if err == nil || err.Error() != "exit 3" {
		t.Errorf("how it ended: %v", err)
	}
	out, err = run(t.Context(), post, "head -c 1000000 /dev/zero | tr '\\0' x")
	if n := len(out.String()); err != nil || n < pipeMost || n > pipeMost+100 || !strings.HasSuffix(out.String(), "not shown") {
		t.Errorf("of a lot %d bytes are shown, %v", n, err)
	}
	if _, err := run(t.Context(), post, "exec 3</dev/tty"); err == nil {
		t.Error("the command has a terminal")
	}
}

// TestPipeEndsWithItsContext: whoever waits for a command can leave it, and nothing that
// it has started stays.
func TestPipeEndsWithItsContext(t *testing.T) {
	a := &app{world: world{env: func(string) (string, bool) { return "", false }}}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := a.pipe(nil)(ctx, &timeline.Post{}, "sleep 60 | sleep 60")
	if err == nil || time.Since(start) > 30*time.Second {
		t.Errorf("it ended after %v: %v", time.Since(start), err)
	}
}
