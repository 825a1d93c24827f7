package store

import (
	"context"
	"os"

	"skein/timeline"
)

// Maintain runs a pragma on a connection of the cache, for tests that make its life
// hard.
func (c *Cache) Maintain(ctx context.Context, pragma string) error { return c.maintain(ctx, pragma) }

// CarryAt makes the cache carry its leads over when there are so many of them.
func (c *Cache) CarryAt(fresh int64) { c.mostFresh = fresh }

// SetAside is what a process does that has found a file damaged.
func (c *Cache) SetAside(ctx context.Context, damaged os.FileInfo) error {
	return c.setAside(ctx, damaged, timeline.Errorf(timeline.CodeInternal, "damaged"))
}
