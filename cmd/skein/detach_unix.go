//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach keeps what the terminal sends us, such as an interrupt, from a program that is
// to outlive us.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
