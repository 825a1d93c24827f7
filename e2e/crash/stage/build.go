package stage

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// programVariable names a skein that is already built, with -tags failpoints.
const programVariable = "SKEIN_CRASH_BINARY"

// Program returns a skein with failpoints: the one that the environment names, or
// that of this tree, built into dir. It has to be called within the module of the
// end-to-end tests.
func Program(ctx context.Context, dir string) (string, error) {
	if path := os.Getenv(programVariable); path != "" {
		return path, nil
	}
	out := filepath.Join(dir, "skein")
	return out, build(ctx, out)
}

func build(ctx context.Context, out string) error {
	where, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "skein").Output()
	if err != nil {
		return fmt.Errorf("look for skein's source: %w", err)
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "failpoints", "-o", out, "./cmd/skein")
	cmd.Dir = strings.TrimSpace(string(where))
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build skein: %w: %s", err, said)
	}
	return nil
}
