package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTick is the unit in which the kernel tells CPU time: USER_HZ, which is 100 on
// every architecture that Go runs on.
const clockTick = 10 * time.Millisecond

// memory is what a process has in memory, in bytes.
type memory struct{ now, most int64 }

// memoryOf reads proc(5).
func memoryOf(pid int) (memory, error) {
	path := fmt.Sprintf("/proc/%d/status", pid)
	var m memory
	for name, field := range map[string]*int64{"VmRSS": &m.now, "VmHWM": &m.most} {
		kilobytes, _, _ := strings.Cut(valueOf(path, name), " ")
		n, err := strconv.ParseInt(kilobytes, 10, 64)
		if err != nil {
			return m, fmt.Errorf("memory of process %d: %w", pid, err)
		}
		*field = n << 10
	}
	return m, nil
}

// cpuOf is the CPU time that a process has used, in steps of a clockTick; see proc(5).
func cpuOf(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	// The second field is the program's name, in brackets and with anything in it.
	_, rest, _ := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("CPU time of process %d: %q", pid, stat)
	}
	user, errUser := strconv.ParseInt(fields[11], 10, 64)
	system, errSystem := strconv.ParseInt(fields[12], 10, 64)
	if err := errors.Join(errUser, errSystem); err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	return time.Duration(user+system) * clockTick, nil
}
