package bluesky

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"

	"skein/timeline"
)

// The sizes of files, in bytes. A picture's is the lexicon's (app.bsky.embed.images);
// a video's is what servers usually take: the lexicon allows more.
const (
	maxImageBytes = 2_000_000
	maxVideoBytes = 100_000_000
)

// uploadFile gives a file to the PDS (com.atproto.repo.uploadBlob), which keeps it
// for a while in hope of a record that refers to it. The same bytes become the same
// blob.
func (b *Backend) uploadFile(ctx context.Context, a timeline.Attachment) (atdata.Blob, error) {
	f, err := os.Open(a.Path)
	if err != nil {
		return atdata.Blob{}, unreadable(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	hash := sha256.New()
	size, err := io.Copy(hash, f)
	if err != nil {
		return atdata.Blob{}, unreadable(err)
	}
	most := int64(maxImageBytes)
	if strings.HasPrefix(a.Type, "video/") {
		most = maxVideoBytes
	}
	switch {
	case size > most:
		return atdata.Blob{}, timeline.Errorf(timeline.CodeRefused, "%s has %d bytes, Bluesky takes %d", a.Path, size, most)
	case hex.EncodeToString(hash.Sum(nil)) != a.SHA256:
		return atdata.Blob{}, timeline.Errorf(timeline.CodeRefused, "%s is not the file that was attached", a.Path)
	}
	blob, err := b.upload(ctx, f, size, a.Type)
	return blob, tried("upload of "+a.Path, err)
}

// unreadable says that a file is gone for good, or cannot be read now.
func unreadable(err error) error {
	code := timeline.CodeInternal
	if errors.Is(err, fs.ErrNotExist) {
		code = timeline.CodeRefused
	}
	return timeline.Errorf(code, "attachment: %w", err)
}

// upload sends the bytes of one blob.
func (b *Backend) upload(ctx context.Context, body io.ReaderAt, size int64, kind string) (atdata.Blob, error) {
	const slowest = 64 << 10 // bytes a second
	slow := *b.api.client
	slow.Timeout += time.Duration(size/slowest) * time.Second
	var out struct {
		Blob atdata.Blob `json:"blob"`
	}
	err := b.send(ctx, &slow, &outgoing{method: "com.atproto.repo.uploadBlob", body: body, size: size, kind: kind}, &out)
	if err != nil {
		return atdata.Blob{}, explain(b.host, err)
	}
	if !out.Blob.Ref.IsDefined() || out.Blob.Size != size {
		return atdata.Blob{}, timeline.Errorf(timeline.CodeMalformed, "%s answered with another file", b.host)
	}
	return out.Blob, nil
}
