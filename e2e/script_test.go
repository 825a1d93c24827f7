package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"skein/e2e"
)

// A pipe whose reader has seen enough ends the command quietly: the reader has
// its line, nothing is on stderr, and the exit code tells of a closed pipe (or of
// nothing, when all was written before) and of no crash.
func TestClosedPipeEndsQuietly(t *testing.T) {
	home := e2e.NewHome(t)
	sandbox := home.Serve(t)
	for _, format := range []string{"", "--json"} {
		t.Run("timeline "+format, func(t *testing.T) {
			var stdout, stderr strings.Builder
			script := `"$0" timeline -n 200 $1 | head -1; printf '%s\n' "${PIPESTATUS[0]}"`
			cmd := exec.CommandContext(t.Context(), "bash", "-c", script, home.Binary(), format)
			cmd.Env = home.With("SKEIN_CONFIG=" + sandbox.Config).Environment()
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			if err := cmd.Run(); err != nil {
				t.Fatalf("the pipe: %v\n%s", err, stderr.String())
			}
			line, code, _ := strings.Cut(stdout.String(), "\n")
			if line == "" || format == "--json" && !json.Valid([]byte(line)) {
				t.Errorf("the reader was given %q", line)
			}
			if code = strings.TrimSpace(code); code != "0" && code != "1" && code != "141" {
				t.Errorf("exit code %s", code)
			}
			if stderr.String() != "" {
				t.Errorf("stderr: %q", stderr.String())
			}
		})
	}
}

// Ctrl-C is how --follow ends: at once, with what arrived until then, and without
// a word.
func TestInterruptedFollowEndsQuietly(t *testing.T) {
	home := e2e.NewHome(t)
	sandbox := home.Serve(t)
	follow := home.With("SKEIN_CONFIG="+sandbox.Config).Start(t, "timeline", "--follow", "--json", "-n", "5")
	await := func(what string, lines int, text string) {
		t.Helper()
		e2e.Eventually(t, 20*time.Second, what, func(context.Context) error {
			if out := follow.Stdout(); strings.Count(out, "\n") < lines || !strings.Contains(out, text) {
				return errors.New("until now: " + out)
			}
			return nil
		})
	}
	await("the first five", 5, "")
	sandbox.Posts(t, "while somebody follows")
	await("what arrives", 6, "while somebody follows")

	follow.Interrupt(t)
	interrupted := time.Now()
	result := follow.Wait(t).Exits(t, 130)
	if took := time.Since(interrupted); took > 5*time.Second {
		t.Errorf("it took %s to end", took)
	}
	if result.Stderr != "" {
		t.Errorf("stderr: %q", result.Stderr)
	}
	if posts := result.Posts(t); len(posts) < 6 {
		t.Errorf("%d whole posts were printed", len(posts))
	}
}
