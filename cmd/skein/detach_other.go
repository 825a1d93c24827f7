//go:build !unix

package main

import "os/exec"

// detach does nothing: no terminal interrupts a program with a window here.
func detach(*exec.Cmd) {}

// apart does nothing: only the program itself is ended.
func apart(*exec.Cmd) {}
