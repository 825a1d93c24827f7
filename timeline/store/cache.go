package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"skein/timeline"
	"skein/timeline/sqlite"
)

// cachePage is larger than is usual: most that is written comes in long runs.
const cachePage = 8192

// cacheName is the database's name in the folder that OpenCache is given.
const cacheName = "cache.db"

// CacheOptions say where the cache is. The zero value but Dir is real.
type CacheOptions struct {
	Dir string
	Now func() time.Time
	// Tell is called, from any goroutine, with what the person should know: that the
	// file was damaged and is begun anew. It must not use the Cache.
	Tell func(timeline.Safe)
	// Upgrading is called before a file of an earlier skein is brought up to date: with a
	// million posts that takes half a minute. nil: nobody is told.
	Upgrading func()
	Log       *slog.Logger
}

func (o CacheOptions) withDefaults() CacheOptions {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Tell == nil {
		o.Tell = func(timeline.Safe) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Cache is cache.db: a timeline.Cache and a timeline.Library. What is damaged in it
// is no failure: the file is set aside and a new one begun, in use as on opening,
// and processes that have the old one open notice.
//
// All methods may be called at once, and fail with a *timeline.Error.
type Cache struct {
	opts  CacheOptions
	path  string
	codec codec

	writing sync.Mutex // one transaction at a time; other processes are waited for by SQLite
	people  *lru.Cache[personKey, known]

	mostFresh int64 // leads, see there

	mu     sync.Mutex
	file   *file // the one at path; nil before the first use and after Close
	closed bool
}

var (
	_ timeline.Cache   = (*Cache)(nil)
	_ timeline.Library = (*Cache)(nil)
)

// OpenCache opens cache.db in a folder, and makes both where they are missing. It
// fails where the folder cannot be written.
func OpenCache(ctx context.Context, o CacheOptions) (*Cache, error) {
	people, err := lru.New[personKey, known](knownPeople)
	if err != nil {
		return nil, timeline.AsError(err)
	}
	c := &Cache{opts: o.withDefaults(), path: filepath.Join(o.Dir, cacheName), codec: newCodec(), people: people, mostFresh: mostFresh}
	f, err := c.acquire(ctx)
	if err != nil {
		return nil, err
	}
	return c, c.explain(f.release())
}

// Close ends the connections, once all that is under way has ended.
func (c *Cache) Close() error {
	c.writing.Lock()
	defer c.writing.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return c.explain(c.retire())
}

func (c *Cache) explain(err error) error { return sqlite.Explain(err, c.path) }

// acquire returns the file at the path, for a use that ends with release.
func (c *Cache) acquire(ctx context.Context) (*file, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, timeline.Errorf(timeline.CodeInternal, "%s is closed", c.path)
	}
	info, err := os.Stat(c.path)
	if err == nil && c.file != nil && os.SameFile(info, c.file.info) {
		c.file.use()
		return c.file, nil
	}
	if err := c.retire(); err != nil {
		c.opts.Log.Warn("closing a cache that is gone", "path", c.path, "error", err)
	}
	db, err := c.open(ctx, info)
	if err != nil {
		return nil, err
	}
	info, err = os.Stat(c.path)
	if err != nil {
		return nil, c.explain(errors.Join(err, db.Close()))
	}
	c.file = &file{db: db, info: info, users: 1}
	c.people.Purge()
	return c.file, nil
}

// open opens the file, or sets aside what is there and opens a new one. c.mu is held.
func (c *Cache) open(ctx context.Context, there os.FileInfo) (*sql.DB, error) {
	o := sqlite.Options{Path: c.path, Migrations: cacheMigrations(), Shrinks: true, PageSize: cachePage, Pragmas: []string{
		"cache_size(-8000)",        // the indexes are written all over
		"wal_autocheckpoint(2000)", // 16 MB of log: a page that changes often is written home once
	}, Upgrading: c.opts.Upgrading}
	db, err := sqlite.Open(ctx, o)
	if err == nil || there == nil || !sqlite.Damaged(err) && timeline.CodeOf(err) != timeline.CodeUnsupported {
		return db, err
	}
	if err := c.setAside(ctx, there, err); err != nil {
		return nil, err
	}
	return sqlite.Open(ctx, o)
}

// retire gives up the file that was in use. c.mu is held.
func (c *Cache) retire() error {
	f := c.file
	c.file = nil
	if f == nil {
		return nil
	}
	return f.retire()
}

// with runs do with the file, and once more with a new one where it is damaged.
func (c *Cache) with(ctx context.Context, do func(*file) error) error {
	for attempt := 1; ; attempt++ {
		f, err := c.acquire(ctx)
		if err != nil {
			return err
		}
		err = do(f)
		if closing := f.release(); closing != nil {
			c.opts.Log.Warn("closing a cache that is gone", "path", c.path, "error", closing)
		}
		if !sqlite.Damaged(err) && !errors.Is(err, errPacked) || attempt == 2 {
			return c.explain(err)
		}
		if err := c.setAside(ctx, f.info, err); err != nil {
			return err
		}
	}
}

// view reads in one transaction.
func (c *Cache) view(ctx context.Context, do func(*session) error) error {
	return c.with(ctx, func(f *file) error {
		return f.run(ctx, false, func(l *lane) error { return do(newSession(ctx, c, f, l)) })
	})
}

// update writes in one transaction.
func (c *Cache) update(ctx context.Context, do func(*session) error) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return c.with(ctx, func(f *file) error {
		err := f.run(ctx, true, func(l *lane) error { return do(newSession(ctx, c, f, l)) })
		if err != nil {
			c.people.Purge() // it may hold rows that were not kept
		}
		return err
	})
}

// absent tells whether err says that there is no such file.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
