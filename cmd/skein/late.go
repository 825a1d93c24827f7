package main

import (
	"cmp"
	"context"
	"sync"
	"time"

	"skein/timeline"
	"skein/timeline/store"
)

// lateFiles are cache.db and state.db, opened both at once when the first of them is
// used: by then the networks are being asked, and nothing that they answer waits for
// the disk. Where one cannot be opened both fail, for without its marks all that is
// kept would count as unread; the hub tells of it and goes on without. All methods are
// safe for concurrent use.
type lateFiles struct {
	open func() (openFiles, error) // the same to everybody
}

type openFiles struct {
	cache *store.Cache
	state *store.Store
}

var (
	_ timeline.Cache      = lateFiles{}
	_ timeline.Marks      = lateFiles{}
	_ timeline.MuteReader = lateFiles{}
)

// lateFiles are those of this run. Who reads may end before they are open, so that it
// is the command's ctx that opens them.
func (a *app) lateFiles(ctx context.Context) lateFiles {
	return lateFiles{open: sync.OnceValues(func() (files openFiles, err error) {
		var failed error
		var opening sync.WaitGroup
		opening.Go(func() { files.cache, failed = a.cache(ctx) })
		files.state, err = a.state(ctx)
		opening.Wait()
		return files, cmp.Or(failed, err)
	})}
}

// Reach implements timeline.Cache.
func (l lateFiles) Reach(ctx context.Context, f timeline.Feed) (timeline.Reach, error) {
	files, err := l.open()
	if err != nil {
		return timeline.Reach{}, err
	}
	return files.cache.Reach(ctx, f)
}

// Keep implements timeline.Cache.
func (l lateFiles) Keep(ctx context.Context, hauls ...timeline.Haul) (timeline.Kept, error) {
	files, err := l.open()
	if err != nil {
		return timeline.Kept{}, err
	}
	return files.cache.Keep(ctx, hauls...)
}

// Page implements timeline.Cache.
func (l lateFiles) Page(ctx context.Context, q timeline.Query) (timeline.Stretch, error) {
	files, err := l.open()
	if err != nil {
		return timeline.Stretch{}, err
	}
	return files.cache.Page(ctx, q)
}

// Unread implements timeline.Cache.
func (l lateFiles) Unread(ctx context.Context, feeds []timeline.Feed, limit int) ([]timeline.Key, error) {
	files, err := l.open()
	if err != nil {
		return nil, err
	}
	return files.cache.Unread(ctx, feeds, limit)
}

// MarkRead implements timeline.Cache.
func (l lateFiles) MarkRead(ctx context.Context, keys ...timeline.Key) error {
	files, err := l.open()
	if err != nil {
		return err
	}
	return files.cache.MarkRead(ctx, keys...)
}

// MarkReadTo implements timeline.Cache.
func (l lateFiles) MarkReadTo(ctx context.Context, f timeline.Feed, to timeline.Key) ([]timeline.Key, error) {
	files, err := l.open()
	if err != nil {
		return nil, err
	}
	return files.cache.MarkReadTo(ctx, f, to)
}

// ReadTo implements timeline.Marks.
func (l lateFiles) ReadTo(ctx context.Context, f timeline.Feed) (timeline.Key, error) {
	files, err := l.open()
	if err != nil {
		return timeline.Key{}, err
	}
	return files.state.ReadTo(ctx, f)
}

// SetReadTo implements timeline.Marks.
func (l lateFiles) SetReadTo(ctx context.Context, f timeline.Feed, to timeline.Key) error {
	files, err := l.open()
	if err != nil {
		return err
	}
	return files.state.SetReadTo(ctx, f, to)
}

// Position implements timeline.Marks.
func (l lateFiles) Position(ctx context.Context, screen string) (timeline.Position, bool, error) {
	files, err := l.open()
	if err != nil {
		return timeline.Position{}, false, err
	}
	return files.state.Position(ctx, screen)
}

// SetPosition implements timeline.Marks.
func (l lateFiles) SetPosition(ctx context.Context, screen string, p timeline.Position) error {
	files, err := l.open()
	if err != nil {
		return err
	}
	return files.state.SetPosition(ctx, screen, p)
}

// FirstSeen implements timeline.Marks.
func (l lateFiles) FirstSeen(ctx context.Context, seen map[timeline.ID]time.Time) (map[timeline.ID]time.Time, error) {
	files, err := l.open()
	if err != nil {
		return nil, err
	}
	return files.state.FirstSeen(ctx, seen)
}

// Muted implements timeline.MuteReader.
func (l lateFiles) Muted(ctx context.Context, known int64) ([]timeline.Mute, int64, error) {
	files, err := l.open()
	if err != nil {
		return nil, 0, err
	}
	return files.state.Muted(ctx, known)
}
