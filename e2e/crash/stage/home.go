package stage

import (
	"context"
	"os"
	"os/exec"
	"strings"
)

// Home is a SKEIN_HOME and the program to run in it.
type Home struct {
	Dir     string
	Program string
	Env     []string // further environment, NAME=value
}

// With returns the same home with more environment.
func (h Home) With(env ...string) Home {
	h.Env = append(append([]string{}, h.Env...), env...)
	return h
}

// Command is a skein to be run there. Nothing of the environment leads it to the
// person who runs the harness.
func (h Home) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, h.Program, args...)
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "SKEIN_") || strings.HasPrefix(name, "XDG_") ||
			name == "DBUS_SESSION_BUS_ADDRESS" || name == "EDITOR" || name == "VISUAL" {
			continue
		}
		cmd.Env = append(cmd.Env, variable)
	}
	cmd.Env = append(append(cmd.Env, "SKEIN_HOME="+h.Dir, "HOME="+h.Dir, "LC_ALL=C.UTF-8"), h.Env...)
	return cmd
}
