package endure_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"skein/e2e/crash/stage"
)

// TestMain builds skein once, with failpoints.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

// atOnce is how many tests run at the same time, on however few processors: they wait
// more than they work, and to be many is what some are about.
const atOnce = 16

func run(m *testing.M) int {
	flag.Parse()
	if err := flag.Set("test.parallel", fmt.Sprint(atOnce)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "skein-endure-binary-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "folder for the binary:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	program, err := stage.Program(context.Background(), dir)
	if err == nil {
		err = os.Setenv("SKEIN_E2E_BINARY", program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
