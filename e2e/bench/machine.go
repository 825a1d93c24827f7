package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
)

// unknown stands for what the system does not tell.
const unknown = "unknown"

// machine is where the figures come from.
type machine struct {
	cpu      string
	cores    int
	ram      string
	system   string
	load     string // before the first run
	versions []string
}

// look reads what the system tells about itself.
func look(ctx context.Context) machine {
	m := machine{
		cpu: valueOf("/proc/cpuinfo", "model name"), cores: runtime.NumCPU(), ram: unknown, load: load(),
		system: strings.Trim(valueOf("/etc/os-release", "PRETTY_NAME"), `"`) + ", " + runtime.GOOS + "/" + runtime.GOARCH,
	}
	kilobytes, _, _ := strings.Cut(valueOf("/proc/meminfo", "MemTotal"), " ")
	if n, err := strconv.ParseInt(kilobytes, 10, 64); err == nil {
		m.ram = fmt.Sprintf("%.1f GiB", float64(n)/(1<<20))
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.system += ", kernel " + strings.TrimSpace(string(kernel))
	}
	m.versions = append(m.versions, runtime.Version())
	for _, argv := range [][]string{{"curl", "--version"}, {"sqlite3", "--version"}, {"less", "--version"}} {
		if line := firstLine(ctx, argv...); line != "" {
			m.versions = append(m.versions, line)
		}
	}
	return m
}

// load is how many processes wanted to run during the last 1, 5 and 15 minutes.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if fields := strings.Fields(string(text)); err == nil && len(fields) > 3 {
		return strings.Join(fields[:3], " ")
	}
	return unknown
}

// valueOf finds "name: value" or "name=value" in a file.
func valueOf(path, name string) string {
	f, err := os.Open(path)
	if err != nil {
		return unknown
	}
	defer f.Close() //nolint:errcheck // it was only read
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		key, value, ok := strings.Cut(lines.Text(), ":")
		if !ok {
			key, value, _ = strings.Cut(lines.Text(), "=")
		}
		if strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return unknown
}

// firstLine is the first two words of what a program says of its version; "" where
// there is no such program.
func firstLine(ctx context.Context, argv ...string) string {
	out, err := exec.CommandContext(ctx, argv[0], argv[1:]...).Output()
	if err != nil {
		return ""
	}
	words := strings.Fields(string(out))
	if len(words) > 0 && words[0] != argv[0] {
		words = append([]string{argv[0]}, words...)
	}
	return strings.Join(words[:min(2, len(words))], " ")
}
