// Command launch runs a program and tells what it took. It stands between the bench
// and what is measured because a process starts with the high-water mark of the
// memory of the one that started it: launch is as small as a Go program can be.
//
//	launch PROGRAM ARGUMENT…   writes "WALL CPU RSS CODE" to file 3, in nanoseconds
//	                           and bytes, and ends with PROGRAM's exit code
//	launch                     does nothing: what any Go program takes
package main

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

// exitBroken says that launch itself failed.
const exitBroken = 125

func main() {
	if len(os.Args) < 2 {
		return
	}
	os.Exit(launch(os.Args[1:]))
}

func launch(argv []string) int {
	started := time.Now()
	files := []*os.File{os.Stdin, os.Stdout, os.Stderr}
	process, err := os.StartProcess(argv[0], argv, &os.ProcAttr{Files: files}) //nolint:gosec // to run what it is told is its purpose
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return exitBroken
	}
	state, err := process.Wait()
	wall := time.Since(started)
	if err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return exitBroken
	}
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return exitBroken
	}
	cpu := time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	line := strconv.FormatInt(int64(wall), 10) + " " + strconv.FormatInt(int64(cpu), 10) + " " +
		strconv.FormatInt(usage.Maxrss*1024, 10) + " " + strconv.Itoa(state.ExitCode()) + "\n"
	if _, err := os.NewFile(3, "usage").WriteString(line); err != nil {
		return exitBroken
	}
	return state.ExitCode()
}
