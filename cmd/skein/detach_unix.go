//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach keeps what the terminal sends us, such as an interrupt, from a program that is
// to outlive us.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// apart runs a program without our terminal, and ends all that it has started with it.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
