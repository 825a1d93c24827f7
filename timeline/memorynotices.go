package timeline

import (
	"context"
	"slices"
	"sync"
)

// MemoryNotices is a NoticeCache that lives as long as the process.
type MemoryNotices struct {
	mu   sync.Mutex
	kept map[AccountID][]Notice // the newest first
}

var _ NoticeCache = (*MemoryNotices)(nil)

// NewMemoryNotices makes an empty one.
func NewMemoryNotices() *MemoryNotices { return &MemoryNotices{kept: map[AccountID][]Notice{}} }

// KeepNotices implements NoticeCache.
func (m *MemoryNotices) KeepNotices(_ context.Context, notices ...Notice) (fresh []Notice, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	added := map[AccountID][]Notice{}
	for _, n := range MergeNotices(notices) {
		added[n.Account] = append(added[n.Account], n)
	}
	for a, list := range added {
		known := map[string]bool{}
		for _, n := range m.kept[a] {
			known[n.ID] = true
		}
		for _, n := range list {
			if !known[n.ID] {
				fresh = append(fresh, n)
			}
		}
		list = MergeNotices(list, m.kept[a])
		m.kept[a] = list[:min(len(list), MaxKeptNotices)]
	}
	return fresh, nil
}

// KeptNotices implements NoticeCache.
func (m *MemoryNotices) KeptNotices(_ context.Context, a AccountID, limit int) ([]Notice, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.kept[a]
	return slices.Clone(list[:min(len(list), max(limit, 0))]), nil
}
