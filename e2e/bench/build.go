package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// baseName is a program's name without its folder.
func baseName(path string) string { return filepath.Base(path) }

// source is the folder of skein's module. The bench runs within that of e2e.
func source(ctx context.Context) (string, error) {
	where, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "skein").Output()
	if err != nil {
		return "", fmt.Errorf("look for skein's source: %w", err)
	}
	return strings.TrimSpace(string(where)), nil
}

// commit is that of the source, with "-dirty" when it was changed since.
func commit(ctx context.Context, source string) string {
	out, err := exec.CommandContext(ctx, "git", "-C", source, "describe", "--always", "--dirty").Output()
	if err != nil {
		return "an unknown commit"
	}
	return strings.TrimSpace(string(out))
}

// build builds a package in the module at dir, as a release is built.
func build(ctx context.Context, dir, pkg, out string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-ldflags=-s -w", "-o", out}, flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, pkg)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", pkg, err, said)
	}
	return nil
}

// binaryVariable names the skein that package e2e runs.
const binaryVariable = "SKEIN_E2E_BINARY"

// prepare builds what every study needs. A skein that the environment names is not
// built anew.
func (b *bench) prepare(ctx context.Context) error {
	var err error
	if b.source, err = source(ctx); err != nil {
		return err
	}
	b.launcher = filepath.Join(b.dir, "launch")
	if err := build(ctx, filepath.Join(b.source, "e2e"), "./bench/launch", b.launcher); err != nil {
		return err
	}
	if b.skein = os.Getenv(binaryVariable); b.skein != "" {
		return nil
	}
	b.skein = filepath.Join(b.dir, "skein")
	if err := build(ctx, b.source, "./cmd/skein", b.skein); err != nil {
		return err
	}
	if err := os.Setenv(binaryVariable, b.skein); err != nil {
		return fmt.Errorf("name the binary: %w", err)
	}
	return nil
}

// tellingMain stands in for cmd/skein/main.go: it tells how much memory the heap has
// when the program ends, before anything was given back.
const tellingMain = `package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	code := run(os.Args[1:], standard())
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	fmt.Fprintln(os.Stderr, "heap", m.HeapInuse, m.TotalAlloc)
	os.Exit(code)
}
`

// buildTelling builds a skein that tells its heap on stderr. The source tree stays as
// it is: the compiler is given another main.go in an overlay.
func (b *bench) buildTelling(ctx context.Context) (string, error) {
	main, overlay := filepath.Join(b.dir, "main.go"), filepath.Join(b.dir, "overlay.json")
	content, err := json.Marshal(map[string]map[string]string{
		"Replace": {filepath.Join(b.source, "cmd", "skein", "main.go"): main},
	})
	if err != nil {
		return "", fmt.Errorf("an overlay: %w", err)
	}
	for path, text := range map[string][]byte{main: []byte(tellingMain), overlay: content} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return "", fmt.Errorf("an overlay: %w", err)
		}
	}
	out := filepath.Join(b.dir, "skein-heap")
	return out, build(ctx, b.source, "./cmd/skein", out, "-overlay", overlay)
}
