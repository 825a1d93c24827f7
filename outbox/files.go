package outbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"skein/timeline"
)

// halfSuffix marks a file that is being written; abandoned is how old one is when
// nobody writes it any more.
const (
	halfSuffix = ".half"
	abandoned  = time.Hour
)

// take makes attachments the outbox's own: each file is copied once, under the
// name of what it holds, and is on the disk when take returns. The intent's paths
// then lead to the copies.
func (o *Outbox) take(ctx context.Context, i *timeline.Intent, known map[string]timeline.Attachment) error {
	for p := range i.Parts {
		media := make([]timeline.Attachment, len(i.Parts[p].Media)) // the caller's own are left alone
		for m, a := range i.Parts[p].Media {
			kept, ok := known[a.Path]
			if !ok {
				var err error
				if kept, err = o.takeFile(ctx, a.Path); err != nil {
					return err
				}
				known[a.Path] = kept
			}
			a.Name = filepath.Base(a.Path)
			a.Path, a.SHA256, a.Size = kept.Path, kept.SHA256, kept.Size
			media[m] = a
		}
		i.Parts[p].Media = media
	}
	return nil
}

func (o *Outbox) takeFile(ctx context.Context, path string) (timeline.Attachment, error) {
	src, err := os.Open(path) //nolint:gosec // what the person chose to attach
	if err != nil {
		return timeline.Attachment{}, timeline.Errorf(timeline.CodeUsage, "cannot read %s: %w", filepath.Base(path), err)
	}
	defer src.Close() //nolint:errcheck // only read
	half, err := os.CreateTemp(o.files, "*"+halfSuffix)
	if err != nil {
		return timeline.Attachment{}, fmt.Errorf("copying %s: %w", path, err)
	}
	a, err := o.fill(ctx, half, src)
	if err = errors.Join(err, half.Close()); err == nil {
		err = settleFile(half.Name(), a)
	}
	if err == nil {
		err = syncFolder(o.files)
	}
	if err != nil {
		return timeline.Attachment{}, errors.Join(fmt.Errorf("copying %s: %w", path, err), discard(half.Name()))
	}
	return a, nil
}

// settleFile gives a copy its name. One of that name holds the same, and may be in
// use: where open files cannot be replaced it has to stay.
func settleFile(half string, a timeline.Attachment) error {
	if there, err := os.Stat(a.Path); err == nil && there.Size() == a.Size {
		return discard(half)
	}
	return os.Rename(half, a.Path)
}

func (o *Outbox) fill(ctx context.Context, half *os.File, src io.Reader) (timeline.Attachment, error) {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(half, sum), cancelled{ctx, src})
	if err != nil {
		return timeline.Attachment{}, err
	}
	if err := half.Sync(); err != nil {
		return timeline.Attachment{}, err
	}
	name := hex.EncodeToString(sum.Sum(nil))
	return timeline.Attachment{Path: filepath.Join(o.files, name), SHA256: name, Size: size}, nil
}

// cancelled ends a long copy with its context.
type cancelled struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelled) Read(b []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(b)
}

// discard removes a file that may be gone already.
func discard(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", path, err)
	}
	return nil
}

// syncFolder makes a new name in a folder durable. Windows has no such thing.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	dir, err := os.Open(path) //nolint:gosec // the outbox's own
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// errGone says that a file was swept before anything referred to it.
var errGone = errors.New("a copied file is gone")

// hold refers to a delivery's file, which keeps it from being swept.
func (e *entry) hold(id int64, path string) error {
	if _, err := os.Stat(path); err != nil {
		return errors.Join(errGone, err)
	}
	_, err := e.tx.ExecContext(e.ctx, "INSERT OR IGNORE INTO file(name, delivery) VALUES(?, ?)", filepath.Base(path), id)
	if err != nil {
		return fmt.Errorf("keeping a file: %w", err)
	}
	return nil
}

// sweep removes files that no delivery needs any more: those of what is sent or
// cancelled, and what was copied for a plan that was never added. It is done in a
// transaction, as hold is, so that no file goes while it is being referred to.
func (o *Outbox) sweep(ctx context.Context) error {
	return o.write(ctx, "sweep", func(e *entry) error {
		_, err := e.tx.ExecContext(e.ctx, `DELETE FROM file WHERE delivery IN (SELECT id FROM delivery WHERE state IN ('sent', 'cancelled'))`)
		if err != nil {
			return fmt.Errorf("forgetting files: %w", err)
		}
		names, err := columnOf[string](e.ctx, e.tx, "SELECT DISTINCT name FROM file")
		if err != nil {
			return err
		}
		needed := map[string]bool{}
		for _, name := range names {
			needed[name] = true
		}
		return o.sweepFolder(e.now, needed)
	})
}

func (o *Outbox) sweepFolder(now time.Time, needed map[string]bool) error {
	entries, err := os.ReadDir(o.files)
	if err != nil {
		return fmt.Errorf("looking at copied files: %w", err)
	}
	for _, entry := range entries {
		if needed[entry.Name()] {
			continue
		}
		if strings.HasSuffix(entry.Name(), halfSuffix) {
			if info, err := entry.Info(); err != nil || now.Sub(info.ModTime()) < abandoned {
				continue // somebody may be writing it
			}
		}
		if err := discard(filepath.Join(o.files, entry.Name())); err != nil {
			return err
		}
	}
	return nil
}

// fit makes the attachments of a delivery ready for its network, each once: the
// result is a note.
func (o *Outbox) fit(ctx context.Context, i *timeline.Intent, n *notes, l timeline.Limits) error {
	for p := range i.Parts {
		media := make([]timeline.Attachment, len(i.Parts[p].Media))
		for m, a := range i.Parts[p].Media {
			step := fmt.Sprintf("%sfit.%d.%d", ownSteps, p, m)
			fitted, err := o.fitOne(ctx, a, step, n, l)
			if err != nil {
				return err
			}
			media[m] = fitted
		}
		i.Parts[p].Media = media
	}
	return nil
}

// ownSteps begins the names of the outbox's own notes, which outlive a request
// whose bytes are of no use any more.
const ownSteps = "outbox."

func (o *Outbox) fitOne(ctx context.Context, a timeline.Attachment, step string, n *notes, l timeline.Limits) (timeline.Attachment, error) {
	if raw, ok := n.Get(step); ok {
		var fitted timeline.Attachment
		if err := json.Unmarshal(raw, &fitted); err == nil {
			if _, err := os.Stat(fitted.Path); err == nil {
				return fitted, nil
			}
		}
	}
	for try := 1; ; try++ {
		fitted, err := o.opts.Fit(ctx, a, l, o.files)
		if err != nil {
			return a, err
		}
		raw, err := json.Marshal(fitted)
		if err != nil {
			return a, fmt.Errorf("keeping step %s: %w", step, err)
		}
		err = o.write(ctx, "fit", func(e *entry) error {
			return errors.Join(e.hold(n.id, fitted.Path), e.note(n.id, step, raw))
		})
		if err == nil || try == 3 || !errors.Is(err, errGone) {
			return fitted, err
		}
	}
}
