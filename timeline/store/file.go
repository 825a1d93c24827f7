package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"sync"

	"skein/timeline/sqlite"
)

// file is one open file. When the path leads to another one it is closed, as soon as
// nobody uses it.
type file struct {
	db      *sql.DB
	info    os.FileInfo
	changes int64 // of person, as Cache.people knows them; guarded by Cache.writing

	mu      sync.Mutex
	users   int
	retired bool
	idle    []*lane
}

// lane is a connection with the statements that were prepared on it.
type lane struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
}

func (f *file) use() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.users++
}

// release ends a use.
func (f *file) release() error {
	f.mu.Lock()
	f.users--
	last := f.retired && f.users == 0
	f.mu.Unlock()
	if last {
		return f.close()
	}
	return nil
}

// retire closes the file once nobody uses it.
func (f *file) retire() error {
	f.mu.Lock()
	f.retired = true
	unused := f.users == 0
	f.mu.Unlock()
	if unused {
		return f.close()
	}
	return nil
}

func (f *file) close() error {
	var errs []error
	for _, l := range f.idle {
		errs = append(errs, l.close())
	}
	return errors.Join(append(errs, f.db.Close())...)
}

func (l *lane) close() error {
	var errs []error
	for _, s := range l.statements {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, l.conn.Close())...)
}

// run runs do in a transaction of a connection that nobody else uses; of those there
// are as many as were ever needed at once, up to what the database allows.
func (f *file) run(ctx context.Context, write bool, do func(*lane) error) error {
	l, err := f.lane(ctx)
	if err != nil {
		return err
	}
	defer f.park(l)
	return sqlite.On(ctx, l.conn, write, func() error { return do(l) })
}

// maintain runs a pragma outside a transaction, to its end.
func (f *file) maintain(ctx context.Context, pragma string) (err error) {
	l, err := f.lane(ctx)
	if err != nil {
		return err
	}
	defer f.park(l)
	rows, err := l.conn.QueryContext(ctx, pragma)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() { // each step does a part of the work
	}
	return rows.Err()
}

// park gives a connection back.
func (f *file) park(l *lane) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.idle = append(f.idle, l)
}

func (f *file) lane(ctx context.Context) (*lane, error) {
	f.mu.Lock()
	if n := len(f.idle); n > 0 {
		l := f.idle[n-1]
		f.idle = f.idle[:n-1]
		f.mu.Unlock()
		return l, nil
	}
	f.mu.Unlock()
	conn, err := f.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &lane{conn: conn, statements: map[string]*sql.Stmt{}}, nil
}
