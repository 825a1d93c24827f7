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

// setAside moves the file that was found damaged out of the way, unless another
// process has done so already, and tells the person.
func (c *Cache) setAside(ctx context.Context, damaged os.FileInfo, why error) (err error) {
	lock := flock.New(sqlite.LockFile(c.path))
	if _, err := lock.TryLockContext(ctx, 5*time.Millisecond); err != nil {
		return c.explain(fmt.Errorf("locking %s: %w", c.path, err))
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	info, err := os.Stat(c.path)
	if absent(err) || err == nil && !os.SameFile(info, damaged) {
		return nil
	}
	if err != nil {
		return c.explain(err)
	}
	aside := c.path + ".damaged-" + c.opts.Now().UTC().Format("20060102T150405.000")
	for _, part := range parts() {
		if err := os.Rename(c.path+part, aside+part); err != nil && !absent(err) {
			return c.explain(fmt.Errorf("setting %s aside: %w", c.path+part, err))
		}
	}
	c.opts.Log.Error("the cache was damaged", "path", c.path, "aside", aside, "error", why)
	what := "is damaged"
	if timeline.CodeOf(why) == timeline.CodeUnsupported {
		what = "was written by a newer skein"
	}
	c.opts.Tell(timeline.CleanLine(fmt.Sprintf(
		"the cache %s %s and was begun anew: what was read before is read again from the networks; the old file is %s", c.path, what, filepath.Base(aside))))
	return c.clearAside()
}

// clearAside removes all but the newest of the files that were set aside.
func (c *Cache) clearAside() error {
	names, err := filepath.Glob(c.path + ".damaged-*")
	if err != nil {
		return c.explain(err)
	}
	for i, name := range names {
		names[i] = strings.TrimSuffix(strings.TrimSuffix(name, "-wal"), "-shm")
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names[:max(0, len(names)-keptAside)] {
		for _, part := range parts() {
			if err := os.Remove(name + part); err != nil && !absent(err) {
				return c.explain(err)
			}
		}
	}
	return nil
}

// parts are the endings of the files that make one database, in the order in which
// they are moved: a new file must never meet an old log.
func parts() []string { return []string{"-wal", "-shm", ""} }
