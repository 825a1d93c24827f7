package bluesky

import (
	"context"
	"errors"
	"io"
	"net/http"

	"skein/timeline"
)

// maxArchive is the most bytes that an account's records may have. Pictures and videos
// are not among them.
const maxArchive = 2 << 30

var _ timeline.Archiver = (*Backend)(nil)

// Archive implements timeline.Archiver with com.atproto.sync.getRepo: all records of
// the account, as its PDS keeps them. They are looked through on the way: an archive
// that is damaged, not whole, another's, or older than the server's newest commit at
// the beginning is CodeMalformed, and what was written then is of no use.
func (b *Backend) Archive(ctx context.Context, w io.Writer, progress func(written int64)) (string, error) {
	if b.session == nil {
		return "", timeline.Errorf(timeline.CodeUnsupported, "there is no archive without signing in to Bluesky")
	}
	err := b.archive(ctx, &counted{w: w, progress: progress})
	return "car", tried("archive of "+b.account.Handle.String(), err)
}

func (b *Backend) archive(ctx context.Context, w *counted) error {
	var head struct {
		CID string `json:"cid"`
		Rev string `json:"rev"`
	}
	if err := b.get(ctx, "com.atproto.sync.getLatestCommit", map[string]any{"did": b.did}, &head); err != nil {
		return err
	}
	req, err := b.api.request(ctx, http.MethodGet, "com.atproto.sync.getRepo", map[string]any{"did": b.did}, http.NoBody)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/vnd.ipld.car")
	resp, err := b.api.send(b.large, req)
	if err != nil {
		return explain(b.host, err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	in := &heard{Reader: resp.Body}
	top, err := readCAR(io.TeeReader(in, w))
	switch {
	case w.failed != nil:
		return timeline.Errorf(timeline.CodeInternal, "it could not be written: %w", w.failed)
	case errors.Is(in.failed, io.ErrUnexpectedEOF):
		return timeline.Errorf(timeline.CodeOffline, "%s: the connection broke off after %d bytes", b.host, w.written)
	case in.failed != nil:
		return explain(b.host, in.failed)
	case err != nil:
		return timeline.Errorf(timeline.CodeMalformed, "%s sent an archive that is damaged: %w", b.host, err)
	case top.DID != b.did:
		return timeline.Errorf(timeline.CodeMalformed, "%s sent the archive of another account (%s)", b.host, top.DID)
	case top.Rev < head.Rev || top.Rev == head.Rev && top.CID != head.CID:
		return timeline.Errorf(timeline.CodeMalformed, "%s sent an archive that is older than its newest commit %s", b.host, head.Rev)
	}
	return nil
}

// heard notes why a body could not be read to its end.
type heard struct {
	io.Reader
	failed error
}

// Read implements io.Reader.
func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		h.failed = err
	}
	return n, err
}

// counted tells how much was written, and why it was not.
type counted struct {
	w        io.Writer
	progress func(written int64)
	written  int64
	failed   error
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.written += int64(n)
	c.failed = err
	if c.progress != nil {
		c.progress(c.written)
	}
	return n, err
}
