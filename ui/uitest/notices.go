package uitest

import (
	"context"
	"slices"
	"time"

	"skein/timeline"
)

var (
	_ timeline.Notifier     = (*Backend)(nil)
	_ timeline.NoticeMarker = (*Backend)(nil)
)

// Notice makes what somebody did to a post, or to nobody's where there is none, ago
// before Start.
func Notice(kind timeline.NoticeKind, who string, about *timeline.Post, ago time.Duration) timeline.Notice {
	n := timeline.Notice{
		ID: string(kind) + " " + who + " " + ago.String(), Kind: kind, Post: about, At: Start().Add(-ago),
		By: timeline.Author{ID: who, Handle: timeline.CleanLine("@" + who), Name: timeline.CleanLine(who)},
	}
	if about != nil {
		n.Subject = about.ID
	}
	return n
}

// Happened says what has happened to the account, newest first, before anybody asks.
func (b *Backend) Happened(notices ...timeline.Notice) *Backend {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, n := range notices {
		n.Account, n.Network = b.account.ID, b.account.Network
		b.notices = append(b.notices, n)
	}
	return b
}

// Happens makes something happen, which the stream tells.
func (b *Backend) Happens(notices ...timeline.Notice) {
	for _, n := range notices {
		n.Account, n.Network = b.account.ID, b.account.Network
		b.mu.Lock()
		b.notices = slices.Insert(b.notices, 0, n)
		b.mu.Unlock()
		b.events <- timeline.Event{Notice: &n}
	}
}

// Marked are the notices up to which the network was told that all is read.
func (b *Backend) Marked() []timeline.Notice {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.marked)
}

// Notices implements timeline.Notifier, in one page.
func (b *Backend) Notices(ctx context.Context, _ timeline.Page) (timeline.NoticeBatch, error) {
	if err := b.begin(ctx); err != nil {
		return timeline.NoticeBatch{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return timeline.NoticeBatch{Notices: slices.Clone(b.notices)}, nil
}

// MarkNotices implements timeline.NoticeMarker.
func (b *Backend) MarkNotices(ctx context.Context, upTo timeline.Notice) error {
	if err := b.begin(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.marked = append(b.marked, upTo)
	return nil
}

// inbox is a real Inbox beside a hub, where something has happened to an account.
func inbox(hub *timeline.Hub, networks []*Backend) *timeline.Inbox {
	if !slices.ContainsFunc(networks, func(b *Backend) bool { return len(b.notices) > 0 }) {
		return nil
	}
	return timeline.NewInbox(timeline.InboxOptions{Open: hub.Backend}, hub.Accounts()...)
}
