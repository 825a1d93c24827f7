package feed

import (
	"slices"
	"sort"

	"skein/timeline"
)

// Unread is the keys of the posts that nobody has read yet, wherever they are kept.
// It is for one goroutine; the zero value is empty.
type Unread struct {
	keys   []timeline.Key // oldest first, the newest timeline.MaxUnread
	counts map[timeline.Network]int
	read   map[timeline.ID]bool // read, or gone, before Load; nil afterwards
	loaded bool
}

// Load adds what was unread when it was asked for. What has been read since stays
// read, and what is gone stays away.
func (u *Unread) Load(keys []timeline.Key) {
	u.loaded = true
	u.Add(slices.DeleteFunc(slices.Clone(keys), func(k timeline.Key) bool { return u.read[k.ID] })...)
	u.read = nil
}

// Add marks posts as unread.
func (u *Unread) Add(keys ...timeline.Key) {
	fresh := slices.DeleteFunc(slices.Clone(keys), u.Has)
	if len(fresh) == 0 {
		return
	}
	slices.SortFunc(fresh, timeline.Key.Compare)
	fresh = slices.CompactFunc(fresh, func(a, b timeline.Key) bool { return a.Compare(b) == 0 })
	inOrder := len(u.keys) == 0 || u.keys[len(u.keys)-1].Less(fresh[0])
	u.keys = append(u.keys, fresh...)
	if !inOrder {
		slices.SortFunc(u.keys, timeline.Key.Compare)
	}
	u.count(1, fresh...)
	if over := len(u.keys) - timeline.MaxUnread; over > 0 {
		u.count(-1, u.keys[:over]...)
		u.keys = slices.Delete(u.keys, 0, over)
	}
}

// Remove marks posts as read.
func (u *Unread) Remove(keys ...timeline.Key) {
	if len(keys) == 0 {
		return
	}
	for _, k := range keys {
		u.settle(k.ID)
	}
	gone := slices.Clone(keys)
	slices.SortFunc(gone, timeline.Key.Compare)
	u.drop(func(k timeline.Key) bool {
		_, found := slices.BinarySearchFunc(gone, k, timeline.Key.Compare)
		return found
	})
}

// Forget takes posts out that are gone.
func (u *Unread) Forget(ids ...timeline.ID) {
	for _, id := range ids {
		u.settle(id)
	}
	if len(ids) > 0 {
		u.drop(func(k timeline.Key) bool { return slices.Contains(ids, k.ID) })
	}
}

// settle notes what Load may still bring although it is unread no more.
func (u *Unread) settle(id timeline.ID) {
	if u.loaded {
		return
	}
	if u.read == nil {
		u.read = map[timeline.ID]bool{}
	}
	u.read[id] = true
}

func (u *Unread) drop(gone func(timeline.Key) bool) {
	u.keys = slices.DeleteFunc(u.keys, func(k timeline.Key) bool {
		if !gone(k) {
			return false
		}
		u.count(-1, k)
		return true
	})
}

func (u *Unread) count(d int, keys ...timeline.Key) {
	if u.counts == nil {
		u.counts = map[timeline.Network]int{}
	}
	for _, k := range keys {
		u.counts[k.ID.Network] += d
	}
}

// Has tells whether a post is unread.
func (u *Unread) Has(k timeline.Key) bool {
	_, found := slices.BinarySearchFunc(u.keys, k, timeline.Key.Compare)
	return found
}

// Len counts those of a network, or all for "".
func (u *Unread) Len(only timeline.Network) int {
	if only != "" {
		return u.counts[only]
	}
	return len(u.keys)
}

// Above counts those of a network, or all for "", that are newer than k.
func (u *Unread) Above(k timeline.Key, only timeline.Network) int {
	newer := u.keys[u.after(k):]
	if only == "" || len(newer) == 0 {
		return len(newer)
	}
	n := 0
	for _, k := range newer {
		if k.ID.Network == only {
			n++
		}
	}
	return n
}

// Next is, of those that shown holds for, the oldest above k, so that arrivals are
// read in their order, or else the newest below it.
func (u *Unread) Next(k timeline.Key, shown func(timeline.Key) bool) (next timeline.Key, ok bool) {
	at := u.after(k)
	for _, k := range u.keys[at:] {
		if shown(k) {
			return k, true
		}
	}
	for _, other := range slices.Backward(u.keys[:at]) {
		if other.Less(k) && shown(other) {
			return other, true
		}
	}
	return timeline.Key{}, false
}

// All is every key, or those of a network, oldest first.
func (u *Unread) All(only timeline.Network) []timeline.Key {
	return slices.DeleteFunc(slices.Clone(u.keys), func(k timeline.Key) bool { return only != "" && k.ID.Network != only })
}

// after is the index of the first key that is newer than k.
func (u *Unread) after(k timeline.Key) int {
	return sort.Search(len(u.keys), func(i int) bool { return k.Less(u.keys[i]) })
}
