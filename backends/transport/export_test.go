package transport

import "time"

// SetIdle shortens the wait for a silent body.
func (c *Client) SetIdle(d time.Duration) { c.idle = d }
