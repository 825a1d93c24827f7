package store

import "context"

// Maintain runs a pragma on a connection of the cache, for tests that make its life
// hard.
func (c *Cache) Maintain(ctx context.Context, pragma string) error { return c.maintain(ctx, pragma) }
