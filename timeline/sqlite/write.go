package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"time"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"skein/timeline"
)

// patience is how long Write waits for its turn. SQLite's own waiting is not
// fair: with many writers one of them may wait for longer than busyTimeout.
const patience = time.Minute

// Write runs do in a transaction and commits it; when do fails nothing has
// changed. While other processes write it waits for up to a minute. What do
// fails with is returned as it is; see Explain.
func Write(ctx context.Context, db *sql.DB, do func(*sql.Tx) error) error {
	tx, err := begin(ctx, db)
	if err != nil {
		return fmt.Errorf("beginning to write: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it has nothing to do
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

func begin(ctx context.Context, db *sql.DB) (*sql.Tx, error) {
	for start := time.Now(); ; {
		tx, err := db.BeginTx(ctx, nil)
		if err == nil || primary(err) != lib.SQLITE_BUSY || time.Since(start) > patience || ctx.Err() != nil {
			return tx, err
		}
	}
}

// On runs do in a transaction of one connection, for whoever keeps statements that
// belong to it; one that writes waits for its turn as Write does. When do fails
// nothing has changed.
func On(ctx context.Context, conn *sql.Conn, write bool, do func() error) error {
	begin := "BEGIN"
	if write {
		begin = "BEGIN IMMEDIATE"
	}
	for start := time.Now(); ; {
		_, err := conn.ExecContext(ctx, begin)
		if err == nil {
			break
		}
		if primary(err) != lib.SQLITE_BUSY || time.Since(start) > patience || ctx.Err() != nil {
			return fmt.Errorf("beginning: %w", err)
		}
	}
	ending := context.WithoutCancel(ctx) // what has begun must end, or the connection is of no use
	if err := do(); err != nil {
		_, _ = conn.ExecContext(ending, "ROLLBACK") // SQLite itself may have done so: a full disk
		return err
	}
	if _, err := conn.ExecContext(ending, "COMMIT"); err != nil {
		_, _ = conn.ExecContext(ending, "ROLLBACK")
		return fmt.Errorf("writing: %w", err)
	}
	return nil
}

// Explain turns what SQLite and the file system say into an error for a person;
// file is what they would look for. An *Error of timeline and the end of a
// context pass through, nil stays nil.
func Explain(err error, file string) error {
	var known *timeline.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	say := func(code timeline.Code, message string) error {
		e := timeline.Errorf(code, message, file)
		e.Err = err
		return e
	}
	switch code := primary(err); {
	// The first thing for which a full disk has no room is the index of the log.
	case code == lib.SQLITE_FULL, extended(err) == lib.SQLITE_IOERR_SHMSIZE, errors.Is(err, syscall.ENOSPC):
		return say(timeline.CodeInternal, "the disk is full: %s could not be written; make room and try again")
	case code == lib.SQLITE_READONLY, code == lib.SQLITE_CANTOPEN, code == lib.SQLITE_PERM, errors.Is(err, fs.ErrPermission),
		errors.Is(err, syscall.EROFS):
		return say(timeline.CodeInternal, "%s cannot be written: check who may write to it and to its folder")
	case code == lib.SQLITE_CORRUPT, code == lib.SQLITE_NOTADB:
		return say(timeline.CodeInternal, "%s is damaged and was left as it is; put a copy of it back, or move it away to begin anew")
	case code == lib.SQLITE_BUSY, code == lib.SQLITE_LOCKED:
		return say(timeline.CodeInternal, "%s is held by another program; try again")
	case code == lib.SQLITE_IOERR:
		return say(timeline.CodeInternal, "%s could not be read or written: the disk reports an error")
	}
	e := timeline.Errorf(timeline.CodeInternal, "%s: %w", file, err)
	e.Err = err
	return e
}

// Damaged tells whether err says that the file itself is broken, so that waiting
// and trying again is of no use.
func Damaged(err error) bool {
	code := primary(err)
	return code == lib.SQLITE_CORRUPT || code == lib.SQLITE_NOTADB
}

// primary is the result code of SQLite in err without its details; 0: none.
func primary(err error) int { return extended(err) & 0xff }

// extended is the result code with its details.
func extended(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}
