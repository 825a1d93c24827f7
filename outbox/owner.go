package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
)

// owner is this process's sign of life: a file that is locked for as long as the
// process lives, whatever ends it. Its name stands in the rows that the process is
// at, and is written there only after the file is locked.
type owner struct {
	id   string
	dir  string
	lock *flock.Flock
}

const lockSuffix = ".lock"

func newOwner(dir string) (*owner, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making %s: %w", dir, err)
	}
	for {
		o := &owner{id: newKey(), dir: dir}
		o.lock = flock.New(o.path(o.id))
		locked, err := o.lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("locking %s: %w", o.path(o.id), err)
		}
		if locked && o.intact() {
			return o, nil
		}
		// A sweep took the file for a dead process's in the moment before it was locked.
		if err := o.lock.Unlock(); err != nil {
			return nil, fmt.Errorf("unlocking %s: %w", o.path(o.id), err)
		}
	}
}

func (o *owner) path(id string) string { return filepath.Join(o.dir, id+lockSuffix) }

// intact tells whether the locked file is the one that others will find.
func (o *owner) intact() bool {
	held, err := o.lock.Stat()
	if err != nil {
		return false
	}
	found, err := os.Stat(o.path(o.id))
	return err == nil && os.SameFile(held, found)
}

// close ends the sign of life. No row may name the owner any more.
func (o *owner) close() error {
	return remove(o.lock)
}

// dead tells whether the process of that name is gone. In doubt it lives.
func (o *owner) dead(id string) bool {
	if id == o.id {
		return false
	}
	if _, err := os.Stat(o.path(id)); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	lock := flock.New(o.path(id))
	locked, err := lock.TryLock()
	if err != nil || !locked {
		return false
	}
	return lock.Unlock() == nil
}

// sweep removes the files of dead processes. Their rows lose nothing: an owner
// without a file is dead.
func (o *owner) sweep() {
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return // the next start tries again
	}
	for _, entry := range entries {
		id, ok := strings.CutSuffix(entry.Name(), lockSuffix)
		if !ok || id == o.id {
			continue
		}
		lock := flock.New(o.path(id))
		if locked, err := lock.TryLock(); err == nil && locked {
			_ = remove(lock)
		}
	}
}

// remove deletes a locked file and unlocks it. Where an open file cannot be
// deleted it goes afterwards: a process that has just made a file of that name
// holds it open, and the deletion fails.
func remove(lock *flock.Flock) error {
	err := os.Remove(lock.Path())
	if unlocked := lock.Unlock(); unlocked != nil {
		return fmt.Errorf("unlocking %s: %w", lock.Path(), unlocked)
	}
	if err != nil && runtime.GOOS == "windows" {
		err = os.Remove(lock.Path())
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", lock.Path(), err)
	}
	return nil
}
