package timeline

import "context"

// Fetcher brings the pictures that posts name.
type Fetcher interface {
	// Fetch returns the whole file at an http or https address, at most most bytes of
	// it, by the way on which the account's own requests go: its proxy, if it has one.
	// An account that is not known, or "", goes by the way of those without one. It sends
	// no credentials. It returns an *Error: CodeUsage for what is no such address,
	// CodeTooLarge, CodeNotFound, CodeOffline. It may be called from several goroutines.
	Fetch(ctx context.Context, account AccountID, address Safe, most int64) ([]byte, error)
}
