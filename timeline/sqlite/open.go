package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	driver "modernc.org/sqlite"

	"skein/timeline"
)

// busyTimeout is how long one statement waits for another process's transaction.
const busyTimeout = 5 * time.Second

// setupPoll is the distance of attempts to be the one process that sets a file up.
const setupPoll = 5 * time.Millisecond

// normal is the synchronous of files that are not precious: only checkpoints flush.
const normal = "normal"

// Options say which file to open, and how.
type Options struct {
	// Path of the file. Its folder is made, private to the person, where it is
	// missing.
	Path string
	// Migrations are the steps to the present schema, each one or more statements. The
	// first makes a new file; how many were taken is kept in PRAGMA user_version. A
	// released step never changes.
	Migrations []string
	// Precious is a file that holds what no network can give again: every commit is
	// flushed to the disk before it returns, and a migration leaves a copy of what was
	// there as <Path>.v<version>.
	Precious bool
	// Shrinks is a file from which much is deleted at times: PRAGMA incremental_vacuum
	// gives the room back. It is settled when the file is made.
	Shrinks bool
	// PageSize is that of a new file, in bytes; 0: SQLite's own.
	PageSize int
	// Conns is the most connections at once; 0: 4.
	Conns int
	// Upgrading is called before a file of an older schema is migrated, which takes a
	// while where it is large; nil: nobody is told.
	Upgrading func()
	// Pragmas are further settings of each connection, such as "cache_size(-8000)".
	Pragmas []string
}

// LockFile is the file that a process holds a lock on while it sets the one at path
// up, or moves it away.
func LockFile(path string) string { return path + ".lock" }

// Open opens a file and brings it to the present schema. Any number of processes
// may open one at the same moment, the first time too. It fails with an *Error of
// timeline that says what to do; a file that cannot be read is left as it is.
//
// Transactions begin IMMEDIATE, so one that has begun can always commit; foreign
// keys are enforced.
func Open(ctx context.Context, o Options) (*sql.DB, error) {
	db, err := open(ctx, o)
	if err != nil {
		return nil, Explain(err, o.Path)
	}
	return db, nil
}

func open(ctx context.Context, o Options) (_ *sql.DB, err error) {
	if err := os.MkdirAll(filepath.Dir(o.Path), 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of %s: %w", o.Path, err)
	}
	// One process at a time, so that none meets a file that is half set up.
	lock := flock.New(LockFile(o.Path))
	if _, err := lock.TryLockContext(ctx, setupPoll); err != nil {
		return nil, fmt.Errorf("locking %s: %w", o.Path, err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()

	if err := create(o.Path); err != nil {
		return nil, err
	}
	connector, err := driver.NewConnector(dsn(o))
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", o.Path, err)
	}
	db := sql.OpenDB(connector)
	conns := o.Conns
	if conns == 0 {
		conns = 4
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	if err := prepare(ctx, db, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// create makes an empty file that only the person can read; SQLite gives the
// write-ahead log the same mode.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600) //nolint:gosec // the path is the caller's own
	if errors.Is(err, fs.ErrExist) {
		// Not by a descriptor of our own: see the package's documentation.
		if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 {
			if err := os.Chmod(path, 0o600); err != nil {
				return fmt.Errorf("making %s private: %w", path, err)
			}
		}
		return nil
	}
	if err != nil {
		return fmt.Errorf("making %s: %w", path, err)
	}
	return f.Close()
}

// dsn is the address of the file with what each connection has to be told.
func dsn(o Options) string {
	path := filepath.ToSlash(o.Path)
	if !strings.HasPrefix(path, "/") && filepath.IsAbs(o.Path) {
		path = "/" + path // a drive letter
	}
	u := url.URL{Scheme: "file", Path: path}
	if !filepath.IsAbs(o.Path) {
		u = url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}
	}
	synchronous := normal
	if o.Precious {
		synchronous = "full"
	}
	q := url.Values{"_txlock": {"immediate"}, "_busy_timeout": {fmt.Sprint(busyTimeout.Milliseconds())}}
	for _, pragma := range []string{
		"synchronous(" + synchronous + ")",
		"foreign_keys(1)",
		"fullfsync(1)", // without it macOS leaves a flushed commit in the drive's own memory
		"checkpoint_fullfsync(1)",
		"trusted_schema(0)",
	} {
		q.Add("_pragma", pragma)
	}
	for _, pragma := range o.Pragmas {
		q.Add("_pragma", pragma)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// prepare brings the file to the present schema, by one connection.
func prepare(ctx context.Context, db *sql.DB, o Options) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("reading %s: %w", o.Path, err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	var version int
	if err := conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return fmt.Errorf("reading %s: %w", o.Path, err)
	}
	if version > len(o.Migrations) {
		return timeline.Errorf(timeline.CodeUnsupported,
			"%s was written by a newer skein; update skein to use it", o.Path)
	}
	var settings []string
	if version == 0 && o.PageSize > 0 { // before anything else is in the file
		settings = append(settings, fmt.Sprintf("PRAGMA page_size = %d", o.PageSize))
	}
	if version == 0 && o.Shrinks { // a table would settle it
		settings = append(settings, "PRAGMA auto_vacuum = incremental")
	}
	// A new file is lost as a whole when the power fails, until the first checkpoint
	// flushes it: where that is no loss, nobody waits for the disk.
	unflushed := version == 0 && !o.Precious
	if unflushed {
		settings = append(settings, "PRAGMA synchronous = off")
	}
	for _, pragma := range settings {
		if _, err := conn.ExecContext(ctx, pragma); err != nil {
			return fmt.Errorf("preparing %s: %w", o.Path, err)
		}
	}
	var mode string
	if err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return fmt.Errorf("preparing %s: %w", o.Path, err)
	}
	if mode != "wal" {
		return timeline.Errorf(timeline.CodeInternal,
			"%s cannot be shared between processes on this file system; move skein's state folder to a local disk", o.Path)
	}
	if err := migrate(ctx, conn, o, version); err != nil || !unflushed {
		return err
	}
	if _, err := conn.ExecContext(ctx, "PRAGMA synchronous = "+normal); err != nil {
		return fmt.Errorf("preparing %s: %w", o.Path, err)
	}
	return nil
}

// migrate takes the steps that are missing.
func migrate(ctx context.Context, conn *sql.Conn, o Options, version int) error {
	if version > 0 && version < len(o.Migrations) && o.Upgrading != nil {
		o.Upgrading()
	}
	for ; version < len(o.Migrations); version++ {
		if version > 0 && o.Precious {
			if err := copyTo(ctx, conn, fmt.Sprintf("%s.v%d", o.Path, version)); err != nil {
				return err
			}
		}
		err := On(ctx, conn, true, func() error {
			if _, err := conn.ExecContext(ctx, o.Migrations[version]); err != nil {
				return err
			}
			_, err := conn.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", version+1))
			return err
		})
		if err != nil {
			return fmt.Errorf("bringing %s to version %d: %w", o.Path, version+1, err)
		}
	}
	return nil
}

// copyTo writes what the database holds to a file of its own, whole or not at all.
func copyTo(ctx context.Context, conn *sql.Conn, path string) error {
	half := path + ".half"
	if err := os.Remove(half); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("clearing %s: %w", half, err)
	}
	if _, err := conn.ExecContext(ctx, "VACUUM INTO ?", half); err != nil {
		return fmt.Errorf("copying to %s: %w", path, err)
	}
	if err := os.Chmod(half, 0o600); err != nil {
		return fmt.Errorf("making %s private: %w", half, err)
	}
	f, err := os.OpenFile(half, os.O_RDWR, 0) //nolint:gosec // written just now
	if err != nil {
		return fmt.Errorf("copying to %s: %w", path, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("copying to %s: %w", path, err)
	}
	if err := os.Rename(half, path); err != nil {
		return fmt.Errorf("copying to %s: %w", path, err)
	}
	return nil
}
