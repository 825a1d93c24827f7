package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// heapVar makes the test's program tell how much heap the start takes.
const heapVar = "SKEIN_TEST_HEAP"

// printHeap prints the bytes of heap in use when main begins, and when the command
// tree has been built and the smallest command has run.
func printHeap() int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	w := standard()
	w.out = &bytes.Buffer{}
	code := run([]string{"version"}, w)
	runtime.ReadMemStats(&after)
	fmt.Println(before.HeapInuse, after.HeapInuse)
	return code
}

// TestStartTakesLittleHeap holds what packages make when they are loaded, most of it
// before main, to a bound. The test's own packages are in it, too.
func TestStartTakesLittleHeap(t *testing.T) {
	const most = 12 << 20
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), heapVar+"=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var before, after uint64
	if _, err := fmt.Sscan(string(out), &before, &after); err != nil {
		t.Fatalf("%v in %q", err, out)
	}
	t.Logf("%.1f MiB at the start, %.1f MiB at the end", float64(before)/(1<<20), float64(after)/(1<<20))
	if after > most {
		t.Errorf("the smallest command needs %d bytes of heap, more than %d", after, most)
	}
}
