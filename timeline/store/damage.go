package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// keptAside is how many damaged files are kept, for whoever wants to look.
const keptAside = 1

// asideMark is between the file's name and the time at which it was found damaged.
const asideMark = ".damaged-"

// exclusively runs do while no process opens the file, or moves it away.
func (c *Cache) exclusively(ctx context.Context, do func() error) (err error) {
	lock := flock.New(sqlite.LockFile(c.path))
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return fmt.Errorf("locking %s: %w", c.path, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	return do()
}

// setAside moves the file that was found damaged out of the way, unless another
// process has done so already, and tells the person.
func (c *Cache) setAside(ctx context.Context, damaged os.FileInfo, why error) error {
	aside := c.path + asideMark + c.opts.Now().UTC().Format("20060102T150405.000")
	moved := false
	err := c.exclusively(ctx, func() error {
		info, err := os.Stat(c.path)
		if absent(err) || err == nil && !os.SameFile(info, damaged) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, part := range parts() {
			if err := os.Rename(c.path+part, aside+part); err != nil && !absent(err) {
				return fmt.Errorf("setting %s aside: %w", c.path+part, err)
			}
		}
		moved = true
		return c.clearAside()
	})
	if err != nil || !moved {
		return c.explain(err)
	}
	c.opts.Log.Error("the cache was damaged", "path", c.path, "aside", aside, "error", why)
	what := "is damaged"
	if timeline.CodeOf(why) == timeline.CodeUnsupported {
		what = "was written by a newer skein"
	}
	c.opts.Tell(timeline.CleanLine(fmt.Sprintf(
		"the cache %s %s and was begun anew: what was read before is read again from the networks; the old file is %s", c.path, what, filepath.Base(aside))))
	return nil
}

// clearAside removes all but the newest of the files that were set aside.
func (c *Cache) clearAside() error {
	names, err := filepath.Glob(c.path + asideMark + "*")
	if err != nil {
		return err
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(strings.TrimSuffix(name, "-wal"), "-shm")
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names[:max(0, len(names)-keptAside)] {
		for _, part := range parts() {
			if err := os.Remove(name + part); err != nil && !absent(err) {
				return err
			}
		}
	}
	return nil
}

// parts are the endings of the files that make one database, in the order in which
// they are moved: a new file must never meet an old log.
func parts() []string { return []string{"-wal", "-shm", ""} }
