// Package terminal gives a program a terminal that nobody looks at.
package terminal

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// The size of the terminal, in cells.
const (
	rows    = 40
	columns = 100
)

// Attach makes a new terminal the program's own, before it is started. What the
// program draws is thrown away. The terminal ends when free is called, after the
// program.
func Attach(cmd *exec.Cmd) (free func(), err error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("a terminal: %w", err)
	}
	slave, err := open(master)
	if err != nil {
		_ = master.Close()
		return nil, fmt.Errorf("a terminal: %w", err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	drawn := make(chan struct{})
	go func() {
		defer close(drawn)
		_, _ = io.Copy(io.Discard, master) // ends when the last one closes the other end
	}()
	return func() {
		_ = slave.Close()
		<-drawn
		_ = master.Close()
	}, nil
}

// open unlocks and opens the other end of a terminal.
func open(master *os.File) (*os.File, error) {
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, err
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, err
	}
	slave, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	err = unix.IoctlSetWinsize(int(slave.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: rows, Col: columns})
	return slave, err
}
