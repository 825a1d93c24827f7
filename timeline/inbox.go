package timeline

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	// MaxKeptNotices is how many notices of an account are kept, the newest.
	MaxKeptNotices = 2000
	// noticePages is how many pages one Refresh reads of an account in search of what
	// it knows.
	noticePages = 5
	// heldNotices are those of each account that are held at first: Older holds more.
	heldNotices = 500
	// mostCopies is how many posts an Inbox remembers the drafts of.
	mostCopies = 10_000
)

// NoticeCache keeps notices. It may be thrown away: all but the oldest can be read
// again. All methods are safe for concurrent use, by several processes too.
type NoticeCache interface {
	// KeepNotices keeps notices with their posts, and of each account the newest
	// MaxKeptNotices. Of one that is kept already it takes over what is newer, and that it
	// was read. It returns those that were not kept before.
	KeepNotices(ctx context.Context, notices ...Notice) (fresh []Notice, err error)
	// KeptNotices returns the newest notices of an account, the newest first.
	KeptNotices(ctx context.Context, a AccountID, limit int) ([]Notice, error)
}

// InboxOptions configure an Inbox. Open is needed, the rest has defaults.
type InboxOptions struct {
	Open  Opener
	Cache NoticeCache // nil: memory
	Marks Marks       // nil: memory
	Mutes MuteReader  // what is hidden; nil: nothing
	// Copies tells of which draft posts are copies, each with all of them; nil: none is
	// known.
	Copies func(ctx context.Context, id ID) ([]ID, error)
	// Accounts are those that there are now, where they come and go; nil: NewInbox's.
	Accounts func() []Account
	Now      func() time.Time
	Log      *slog.Logger
}

// Inbox is the notices of all accounts: it reads and keeps them, and marks them as
// read. An account that fails hides no other's. It has no goroutine of its own: what
// arrives by itself is given to it with Take. All methods are safe for concurrent use.
type Inbox struct {
	opts InboxOptions

	mu     sync.Mutex
	held   int                  // notices of each account that are shown
	older  map[AccountID]Cursor // where Older continues
	ended  map[AccountID]bool   // nothing is older
	copies map[ID]string
	states map[AccountID]State
}

// NewInbox makes an Inbox of accounts.
func NewInbox(o InboxOptions, accounts ...Account) *Inbox {
	if o.Cache == nil {
		o.Cache = NewMemoryNotices()
	}
	if o.Marks == nil {
		o.Marks = NewMemoryMarks()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	i := &Inbox{
		opts: o, older: map[AccountID]Cursor{}, ended: map[AccountID]bool{},
		copies: map[ID]string{}, states: map[AccountID]State{}, held: heldNotices,
	}
	if i.opts.Accounts == nil {
		i.opts.Accounts = func() []Account { return accounts }
	}
	return i
}

func (i *Inbox) all() []Account { return i.opts.Accounts() }

// Noticed is what an Inbox holds.
type Noticed struct {
	Notices []Notice // the newest first, without those that are hidden
	Hidden  int      // those that mutes have left out
	// Failed tells why an account could not be asked, by account. One whose network has
	// no notices is not among them.
	Failed map[AccountID]*Error
	More   bool // Older may bring more
	// Forgetful says why nothing is kept; empty while all is well.
	Forgetful Safe
}

// Unread is how many were not read.
func (n Noticed) Unread() (unread int) {
	for _, one := range n.Notices {
		if !one.Read {
			unread++
		}
	}
	return unread
}

// Kept returns what was read before, and asks no network. It fails where that cannot be
// read.
func (i *Inbox) Kept(ctx context.Context) (Noticed, error) {
	var lists [][]Notice
	i.mu.Lock()
	held := i.held
	i.mu.Unlock()
	for _, a := range i.all() {
		kept, err := i.opts.Cache.KeptNotices(ctx, a.ID, held)
		if err != nil {
			return Noticed{}, fmt.Errorf("the notices of %s that were kept: %w", a.Name, err)
		}
		lists = append(lists, kept)
	}
	return i.seen(ctx, MergeNotices(lists...))
}

// Take keeps notices that have come by themselves, and returns those that are new and
// not hidden. Where they cannot be kept they count as new.
func (i *Inbox) Take(ctx context.Context, notices ...Notice) (Noticed, error) {
	var mine []Notice
	for _, a := range i.all() {
		own := slices.DeleteFunc(slices.Clone(notices), func(n Notice) bool { return n.Account != a.ID })
		mine = append(mine, i.believed(a, own)...)
	}
	fresh, err := i.opts.Cache.KeepNotices(ctx, mine...)
	if err != nil {
		i.opts.Log.Error("notices are not kept", "error", err)
		fresh = mine
	}
	return i.seen(ctx, MergeNotices(fresh))
}

// seen leaves out what is hidden and says what was read.
func (i *Inbox) seen(ctx context.Context, notices []Notice) (Noticed, error) {
	out := Noticed{Notices: make([]Notice, 0, len(notices))}
	accounts := i.all()
	marks := map[AccountID]Key{}
	for _, a := range accounts {
		to, err := i.opts.Marks.ReadTo(ctx, NoticesOf(a.ID))
		if err != nil {
			return Noticed{}, fmt.Errorf("how far the notices of %s were read: %w", a.Name, err)
		}
		marks[a.ID] = to
	}
	var mutes *Mutes
	if i.opts.Mutes != nil {
		list, _, err := i.opts.Mutes.Muted(ctx, 0)
		if err != nil {
			return Noticed{}, fmt.Errorf("what you have muted: %w", err)
		}
		mutes = NewMutes(list, accounts, i.opts.Now())
	}
	for _, n := range notices {
		if _, hidden := mutes.HidesNotice(n); hidden {
			out.Hidden++
			continue
		}
		n.Read = n.Read || !marks[n.Account].Less(n.Key())
		out.Notices = append(out.Notices, n)
	}
	i.learnCopies(ctx, out.Notices)
	i.mu.Lock()
	defer i.mu.Unlock()
	out.More = slices.ContainsFunc(accounts, func(a Account) bool { return !i.ended[a.ID] })
	return out, nil
}

// learnCopies finds out of which drafts the posts are copies.
func (i *Inbox) learnCopies(ctx context.Context, notices []Notice) {
	if i.opts.Copies == nil {
		return
	}
	for _, n := range notices {
		i.mu.Lock()
		_, known := i.copies[n.Subject]
		i.mu.Unlock()
		if known || n.Subject.Zero() || n.Kind.Speaks() {
			continue
		}
		ids, err := i.opts.Copies(ctx, n.Subject)
		if err != nil { // they stand apart, then
			i.opts.Log.Warn("copies of a post", "error", err)
			return
		}
		name := ""
		for _, id := range ids {
			if s := id.String(); name == "" || s < name {
				name = s
			}
		}
		i.mu.Lock()
		if len(i.copies) > mostCopies {
			clear(i.copies)
		}
		i.copies[n.Subject] = name
		i.mu.Unlock()
	}
}

// Group makes rows of notices, see Grouping, with what is known of copies.
func (i *Inbox) Group(notices []Notice) []NoticeGroup {
	i.mu.Lock()
	defer i.mu.Unlock()
	return Grouping{
		Copies: func(id ID) string { return i.copies[id] }, Zone: i.opts.Now().Location(),
	}.Group(notices)
}

// MarkRead marks single notices as read on this machine: no network can be told of one
// alone.
func (i *Inbox) MarkRead(ctx context.Context, notices ...Notice) error {
	marked := slices.Clone(notices)
	for n := range marked {
		marked[n].Read = true
	}
	if _, err := i.opts.Cache.KeepNotices(ctx, marked...); err != nil {
		return fmt.Errorf("marking as read: %w", err)
	}
	return nil
}

// MarkAllRead marks all that is among notices, and all that is older, as read: here
// first, and then where the network keeps such a mark. It returns why a network was
// not told, by account; there its other clients still show them.
func (i *Inbox) MarkAllRead(ctx context.Context, notices []Notice) (untold map[AccountID]*Error, err error) {
	untold = map[AccountID]*Error{}
	for _, a := range i.all() {
		at := slices.IndexFunc(MergeNotices(notices), func(n Notice) bool { return n.Account == a.ID })
		if at < 0 {
			continue
		}
		newest := MergeNotices(notices)[at]
		if err := i.opts.Marks.SetReadTo(ctx, NoticesOf(a.ID), newest.Key()); err != nil {
			return untold, fmt.Errorf("marking the notices of %s as read: %w", a.Name, err)
		}
		if err := i.tellRead(ctx, a, newest); err != nil && CodeOf(err) != CodeUnsupported {
			untold[a.ID] = AsError(err)
			i.opts.Log.Warn("notices could not be marked on the network", "account", a.Name, "error", err)
		}
	}
	return untold, nil
}

func (i *Inbox) tellRead(ctx context.Context, a Account, newest Notice) error {
	b, err := i.opts.Open(ctx, a.ID)
	if err != nil {
		return err
	}
	m, ok := As[NoticeMarker](b)
	if !ok {
		return nil
	}
	return m.MarkNotices(ctx, newest)
}

// Missed are the accounts that have come, or come back, since it was asked last: what
// has happened meanwhile no stream has told, so they are to be refreshed.
func (i *Inbox) Missed(health []Health) []AccountID {
	i.mu.Lock()
	defer i.mu.Unlock()
	var back []AccountID
	for _, h := range health {
		was, known := i.states[h.Account.ID]
		lost := !known || was == Down || was == SignIn || was == Connecting
		if lost && (h.State == Live || h.State == Partial) {
			back = append(back, h.Account.ID)
		}
		i.states[h.Account.ID] = h.State
	}
	return back
}
