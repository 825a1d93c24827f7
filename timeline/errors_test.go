package timeline_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"

	"skein/timeline"
)

// What goes wrong with a file is no outage of a network, although both are told by the
// same numbers.
func TestAsErrorTellsFilesFromNetworks(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, c := range []struct {
		err  error
		want timeline.Code
	}{
		{refused, timeline.CodeOffline},
		{fmt.Errorf("reading: %w", refused), timeline.CodeOffline},
		{&net.DNSError{Err: "no such host", Name: "nowhere.invalid"}, timeline.CodeOffline},
		{context.DeadlineExceeded, timeline.CodeOffline},
		{&fs.PathError{Op: "mkdir", Path: "cache", Err: syscall.ENOTDIR}, timeline.CodeInternal},
		{fmt.Errorf("making a folder: %w", &fs.PathError{Op: "open", Path: "x", Err: syscall.ENOSPC}), timeline.CodeInternal},
		{syscall.ENOSPC, timeline.CodeInternal},
		{errors.New("odd"), timeline.CodeInternal},
		{timeline.Errorf(timeline.CodeNotFound, "gone"), timeline.CodeNotFound},
	} {
		if got := timeline.CodeOf(c.err); got != c.want {
			t.Errorf("%v is %s, not %s", c.err, got, c.want)
		}
	}
	if timeline.AsError(nil) != nil {
		t.Error("nothing is an error")
	}
}
