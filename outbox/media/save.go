package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"skein/timeline"
)

// block is how much is written between two looks at the context.
const block = 1 << 20

// save writes a file into dir under the name of what it holds, and completes a with
// its path, size and hash.
func save(dir string, a timeline.Attachment, write func(*os.File) error) (timeline.Attachment, error) {
	half, err := os.CreateTemp(dir, "*.half")
	if err != nil {
		return timeline.Attachment{}, fmt.Errorf("making a file for the upload: %w", err)
	}
	sum := sha256.New()
	err = write(half)
	if err == nil {
		err = half.Sync()
	}
	if err == nil {
		_, err = half.Seek(0, io.SeekStart)
	}
	if err == nil {
		a.Size, err = io.Copy(sum, half)
	}
	a.SHA256 = hex.EncodeToString(sum.Sum(nil))
	a.Path = filepath.Join(dir, a.SHA256)
	if err = errors.Join(err, half.Close()); err == nil {
		err = settle(half.Name(), a)
	}
	if err != nil {
		return timeline.Attachment{}, errors.Join(fmt.Errorf("writing a file for the upload: %w", err), os.Remove(half.Name()))
	}
	return a, syncFolder(dir)
}

// settle gives a file its name. One of that name holds the same, and may be in use:
// where open files cannot be replaced it has to stay.
func settle(half string, a timeline.Attachment) error {
	if there, err := os.Stat(a.Path); err == nil && there.Size() == a.Size {
		return os.Remove(half)
	}
	return os.Rename(half, a.Path)
}

// syncFolder makes a new name in a folder durable. Windows has no such thing.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir) //nolint:gosec // the outbox's own
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// copyFile copies the first size bytes.
func copyFile(ctx context.Context, w io.Writer, r io.ReaderAt, size int64) error {
	for at := int64(0); at < size; at += block {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(block, size-at)
		if m, err := io.Copy(w, io.NewSectionReader(r, at, n)); err != nil {
			return err
		} else if m < n {
			return errCutOff // it became shorter meanwhile
		}
	}
	return nil
}

// write blanks a stretch of a file of so many bytes.
func (b blank) write(ctx context.Context, w io.WriterAt, size int64) error {
	at, end := b.at, min(b.end, size)
	if at >= size {
		return nil
	}
	if len(b.head) > 0 {
		if _, err := w.WriteAt(b.head, at); err != nil {
			return err
		}
		at += int64(len(b.head))
	}
	zeros := make([]byte, min(block, max(end-at, 0)))
	for ; at < end; at += int64(len(zeros)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if _, err := w.WriteAt(zeros[:min(int64(len(zeros)), end-at)], at); err != nil {
			return err
		}
	}
	return nil
}
