package timeline

import "context"

// MaxUnread is the most unread posts that are told apart; older ones count as read.
const MaxUnread = 10_000

// Start begins to read the accounts. What was kept can be read before.
func (h *Hub) Start() {}

// History reads kept rows of the merged home timeline around the rows that the
// reader has: those below from, or with newer those above it; a zero from begins at
// the newest, or with newer at the oldest. It reaches down as far as every account
// has been read; what is below that comes by Older. It is called from commands,
// never from the screen's own goroutine.
func (h *Hub) History(ctx context.Context, from Key, newer bool, only Network, limit int) (Stretch, error) {
	return Stretch{}, nil
}

// Unread returns the keys of the unread posts, oldest first, the newest MaxUnread.
func (h *Hub) Unread(ctx context.Context) ([]Key, error) { return nil, nil }

// Seen tells that posts have been on the screen. It does not wait: they are marked
// as read soon, and at Close at the latest, here and where the network keeps a mark.
func (h *Hub) Seen(keys ...Key) {}
