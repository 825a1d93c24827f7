//go:build unix

package store_test

import (
	"syscall"
	"time"
)

// cpuTime is what this process has worked, which a loaded machine does not blur.
func cpuTime() time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
