//go:build !failpoints

package failpoint

import "time"

// Hit marks a point at which a test may end the program.
func Hit(_ string) {}

// Scale shortens a wait in tests.
func Scale(d time.Duration) time.Duration { return d }
