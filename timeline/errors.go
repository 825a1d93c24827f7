package timeline

import (
	"context"
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// Code is what went wrong, as far as a program needs to know.
type Code string

// The codes. They are part of the JSON output and never change.
const (
	CodeAuth        Code = "auth"         // sign-in is needed (again)
	CodeRateLimited Code = "rate-limited" // asked too often; Until says when to come back
	CodeNotFound    Code = "not-found"
	CodeOffline     Code = "offline"     // the server could not be reached, or did not answer in time
	CodeServer      Code = "server"      // the server answered that it failed
	CodeRefused     Code = "refused"     // the server, or skein's own rules, said no for good
	CodeMalformed   Code = "malformed"   // the answer was not what the protocol says
	CodeTooLarge    Code = "too-large"   // the answer was over a cap
	CodeUnsupported Code = "unsupported" // this network or server has no such thing
	CodeNotMine     Code = "not-mine"    // the reference belongs to another network
	CodeUsage       Code = "usage"       // what the person asked for makes no sense as written
	CodeInternal    Code = "internal"
)

// Error is the one error type that leaves an adapter.
type Error struct {
	Code    Code
	Message Safe      // what happened, for a person, without a trailing full stop
	Until   time.Time // not before this; zero when unknown
	Err     error     // the cause; never shown raw
}

// Errorf makes an Error whose message is cleaned, so remote text may be in args.
// An error among args wrapped with %w is kept as the cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: CleanLine(err.Error()), Err: errors.Unwrap(err)}
}

// Error is the message: it is safe to print.
func (e *Error) Error() string {
	if !e.Message.Empty() {
		return e.Message.s
	}
	return string(e.Code)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Temporary tells whether the same request may succeed later without the person
// doing anything.
func (e *Error) Temporary() bool {
	switch e.Code {
	case CodeOffline, CodeServer, CodeRateLimited, CodeMalformed, CodeTooLarge, CodeInternal:
		return true
	}
	return false
}

// Unanswered tells whether the server has not said what it knows, so that what was
// kept of it is the best there is: it may answer later, or after a sign-in.
func (e *Error) Unanswered() bool { return e.Temporary() || e.Code == CodeAuth }

// AsError finds the Error in err, or makes one: a network failure or a deadline
// is CodeOffline, everything else CodeInternal. It returns nil for nil.
func AsError(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) || ofNetwork(err) {
		return &Error{Code: CodeOffline, Message: CleanLine(err.Error()), Err: err}
	}
	return &Error{Code: CodeInternal, Message: CleanLine(err.Error()), Err: err}
}

// ofNetwork tells whether err comes from a connection. The bare number of a system
// call that failed looks like a net.Error, too, but is a file's: package net wraps its
// own.
func ofNetwork(err error) bool {
	var ne net.Error
	if !errors.As(err, &ne) {
		return false
	}
	_, number := ne.(syscall.Errno)
	return !number
}

// CodeOf is AsError(err).Code, and "" for nil.
func CodeOf(err error) Code {
	if e := AsError(err); e != nil {
		return e.Code
	}
	return ""
}
