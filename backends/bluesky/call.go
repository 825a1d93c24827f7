package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/backends/transport"
	"skein/timeline"
)

// get calls a query and turns what went wrong into a *timeline.Error.
func (b *Backend) get(ctx context.Context, endpoint syntax.NSID, params map[string]any, out any) error {
	if err := b.api.get(ctx, endpoint, params, out); err != nil {
		return explain(b.host, err)
	}
	return nil
}

// explain makes a *timeline.Error of what an XRPC client returned.
func explain(host string, err error) error {
	var te *timeline.Error
	if errors.As(err, &te) {
		return te
	}
	var api *apiError
	if errors.As(err, &api) {
		return explainAPI(host, api)
	}
	if errors.Is(err, context.Canceled) {
		return &timeline.Error{Code: timeline.CodeOffline, Message: timeline.CleanLine(host + ": the request was cancelled"), Err: err}
	}
	var syntaxErr *json.SyntaxError
	var typeErr *json.UnmarshalTypeError
	if errors.As(err, &syntaxErr) || errors.As(err, &typeErr) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return timeline.Errorf(timeline.CodeMalformed, "%s: the answer is not what the AT Protocol says: %w", host, err)
	}
	return timeline.AsError(transport.Unreachable(host, err))
}

// explainAPI reads an XRPC error: its name where it has one, else the status.
func explainAPI(host string, e *apiError) *timeline.Error {
	said := e.name
	if e.message != "" {
		said += ": " + e.message
	}
	te := transport.StatusError(host, e.status, said)
	switch e.name {
	case "ExpiredToken", "InvalidToken", "AuthMissing", "AuthenticationRequired", "AccountTakedown", "AccountDeactivated", "AuthFactorTokenRequired":
		te.Code = timeline.CodeAuth
	case "NotFound", "RecordNotFound", "RepoNotFound", "ActorNotFound", "HandleNotFound":
		te.Code = timeline.CodeNotFound
	case "InvalidRequest": // the AppView has no name for these
		if strings.Contains(e.message, "not found") || strings.Contains(e.message, "Unable to resolve handle") {
			te.Code = timeline.CodeNotFound
		}
	}
	if e.status == http.StatusNotImplemented {
		te.Code = timeline.CodeUnsupported
	}
	te.Err = e
	return te
}

// tried says what an error came of, keeping its code.
func tried(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", timeline.CleanLine(what), err)
}
