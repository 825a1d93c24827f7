package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A Tool is something on this machine that a test cannot do without.
type Tool string

// The tools that tests ask for.
const (
	ToolPostgres Tool = "PostgreSQL"
	ToolRedis    Tool = "Redis"
	ToolTmux     Tool = "tmux"
	ToolNode     Tool = "Node.js"
	ToolNetwork  Tool = "the Bluesky network's npm packages"
	ToolKeyring  Tool = "a Secret Service"
)

// Require stops the test when a tool is missing, and says how to get it. Where
// CI=true that is a failure; elsewhere the test is skipped, with the reason.
func Require(t testing.TB, tools ...Tool) {
	t.Helper()
	for _, tool := range tools {
		remedy, found := look(tool)
		switch {
		case found:
		case os.Getenv("CI") == "true":
			t.Fatalf("%s is missing: %s, or run e2e/run, which does it for you", tool, remedy)
		default:
			t.Skipf("%s is missing: %s, or run e2e/run, which does it for you", tool, remedy)
		}
	}
}

// look says whether a tool is there and, for when it is not, how to get it.
func look(tool Tool) (remedy string, found bool) {
	switch tool {
	case ToolPostgres:
		_, err := postgresProgram("initdb")
		return "apt-get install postgresql", err == nil
	case ToolRedis:
		_, err := exec.LookPath("redis-server")
		return "apt-get install redis-server", err == nil
	case ToolTmux:
		_, err := exec.LookPath("tmux")
		return "apt-get install tmux", err == nil
	case ToolNode:
		_, err := exec.LookPath("node")
		return "install Node.js 20 or later", err == nil
	case ToolNetwork:
		_, err := os.Stat(filepath.Join("network", "node_modules", "@atproto", "dev-env", "package.json"))
		return "(cd e2e/network && npm ci)", err == nil
	case ToolKeyring:
		_, bus := exec.LookPath("dbus-run-session")
		_, ring := exec.LookPath("gnome-keyring-daemon")
		return "apt-get install dbus gnome-keyring", bus == nil && ring == nil
	}
	return "no such tool is known", false
}
