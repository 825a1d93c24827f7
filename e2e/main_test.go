package e2e_test

import (
	"fmt"
	"io"
	"log"
	"os"
	"testing"

	"skein/e2e"
)

// TestMain builds skein once for all tests.
func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "skein-e2e-binary-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "folder for the binary:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := e2e.Build(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	log.SetOutput(io.Discard) // the relay's store tells it of its migrations
	return m.Run()
}
