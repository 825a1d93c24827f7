package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// binaryVariable names the binary under test. Set it to try one that is already
// built.
const binaryVariable = "SKEIN_E2E_BINARY"

// buildLog is where Build leaves what the compiler said, beside the binary.
const buildLog = "build.log"

// buildWithin bounds a build from an empty cache.
const buildWithin = 10 * time.Minute

// Build builds skein into dir and makes it the binary under test, unless the
// environment names one. A failure is kept beside it and fails each test that
// needs the binary, so that those of the servers alone still run.
func Build(dir string) error {
	if os.Getenv(binaryVariable) != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildWithin)
	defer cancel()
	binary := filepath.Join(dir, "skein")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/skein")
	cmd.Dir = ".."
	if out, err := cmd.CombinedOutput(); err != nil {
		message := fmt.Appendf(nil, "go build ./cmd/skein: %v\n%s", err, out)
		if err := os.WriteFile(filepath.Join(dir, buildLog), message, 0o600); err != nil {
			return fmt.Errorf("keep the build's log: %w", err)
		}
	}
	if err := os.Setenv(binaryVariable, binary); err != nil {
		return fmt.Errorf("name the binary: %w", err)
	}
	return nil
}

// binary finds what Build left, or why it left nothing.
func binary() (string, error) {
	path := os.Getenv(binaryVariable)
	if path == "" {
		return "", errors.New("nothing was built: TestMain has to call Build")
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}

	if message, err := os.ReadFile(filepath.Join(filepath.Dir(path), buildLog)); err == nil {
		return "", errors.New(string(message))
	}
	return "", fmt.Errorf("there is no binary at %s (%s)", path, binaryVariable)
}
