package timeline

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// MessagesOptions configure Messages. Open is needed, the rest has defaults.
type MessagesOptions struct {
	Open  Opener
	Marks Marks      // nil: memory
	Mutes MuteReader // whose conversations are hidden; nil: nobody's
	Now   func() time.Time
	Log   *slog.Logger
}

// Messages are the conversations of all accounts. An account that fails hides no
// other's. It keeps no message and has no goroutine of its own. All methods are safe for
// concurrent use.
type Messages struct {
	opts MessagesOptions

	mu       sync.Mutex
	accounts []Account
	older    map[AccountID]Cursor // where Older continues; "" where nothing is older
	read     map[AccountID]bool   // older is known
}

// NewMessages makes the Messages of accounts.
func NewMessages(o MessagesOptions, accounts ...Account) *Messages {
	if o.Marks == nil {
		o.Marks = NewMemoryMarks()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	m := &Messages{opts: o, older: map[AccountID]Cursor{}, read: map[AccountID]bool{}}
	m.SetAccounts(accounts...)
	return m
}

// SetAccounts takes others in place of the accounts that there were.
func (m *Messages) SetAccounts(accounts ...Account) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.accounts = slices.Clone(accounts)
}

func (m *Messages) all() []Account {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.accounts
}

// Conversed is what the accounts have told.
type Conversed struct {
	Conversations []Conversation // the newest first, without those that are hidden
	Hidden        int            // those that mutes have left out
	// Failed tells why an account could not be asked, by account. One whose network has
	// no messages is not among them.
	Failed map[AccountID]*Error
	Notes  map[AccountID]Safe // what may be missing
	More   bool               // Older may bring more
}

// Unread is how many messages were not read, in conversations that are not muted.
func (c Conversed) Unread() (unread int) {
	for _, one := range c.Conversations {
		if !one.Muted {
			unread += one.Unread
		}
	}
	return unread
}

// Refresh reads the newest page of accounts, of all of them where none is named. It
// fails only when ctx ends or when what is kept here cannot be read.
func (m *Messages) Refresh(ctx context.Context, ids ...AccountID) (Conversed, error) {
	return m.ask(ctx, func(a Account) (Page, bool) {
		return Page{Limit: MaxPage}, len(ids) == 0 || slices.Contains(ids, a.ID)
	})
}

// Older reads what is below what was read so far.
func (m *Messages) Older(ctx context.Context) (Conversed, error) {
	return m.ask(ctx, func(a Account) (Page, bool) {
		m.mu.Lock()
		defer m.mu.Unlock()
		return Page{Before: m.older[a.ID], Limit: MaxPage}, !m.read[a.ID] || m.older[a.ID] != ""
	})
}

// ask asks accounts side by side.
func (m *Messages) ask(ctx context.Context, page func(Account) (Page, bool)) (Conversed, error) {
	var wg sync.WaitGroup
	var mu sync.Mutex
	out := Conversed{Failed: map[AccountID]*Error{}, Notes: map[AccountID]Safe{}}
	var found [][]Conversation
	for _, a := range m.all() {
		p, wanted := page(a)
		if !wanted {
			continue
		}
		wg.Go(func() {
			batch, err := m.page(ctx, a, p)
			mu.Lock()
			defer mu.Unlock()
			found = append(found, batch.Conversations)
			if !batch.Note.Empty() {
				out.Notes[a.ID] = batch.Note
			}
			if err != nil && CodeOf(err) != CodeUnsupported {
				out.Failed[a.ID] = AsError(err)
				m.opts.Log.Warn("conversations", "account", a.Name, "error", err)
			}
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return Conversed{}, err
	}
	err := m.seen(ctx, &out, MergeConversations(found...))
	return out, err
}

// page reads a page of one account. A mistake in one adapter is that account's failure.
func (m *Messages) page(ctx context.Context, a Account, p Page) (batch ConversationBatch, err error) {
	defer m.guard(a, &err)
	b, err := m.messenger(ctx, a)
	if err != nil {
		return ConversationBatch{}, err
	}
	if batch, err = b.Conversations(ctx, p); err != nil {
		return ConversationBatch{}, fmt.Errorf("conversations of %s: %w", a.Name, err)
	}
	if batch.Older == p.Before {
		batch.Older = "" // it goes in circles
	}
	batch.Conversations = batch.Conversations[:min(len(batch.Conversations), MaxPage)]
	for i, c := range batch.Conversations {
		batch.Conversations[i] = believedConversation(c, a, m.opts.Now())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.read[a.ID] || p.Before != "" {
		m.older[a.ID], m.read[a.ID] = batch.Older, true
	}
	return batch, nil
}

func (m *Messages) guard(a Account, err *error) {
	if r := recover(); r != nil {
		m.opts.Log.Error("panic", "account", a.Name, "cause", r)
		*err = Errorf(CodeInternal, "a mistake in skein itself; the log file says more")
	}
}

// messenger opens an account for its messages.
func (m *Messages) messenger(ctx context.Context, a Account) (Messenger, error) {
	b, err := m.opts.Open(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	found, ok := As[Messenger](b)
	if !ok {
		return nil, Errorf(CodeUnsupported, "skein knows no messages on %s", a.Network)
	}
	return found, nil
}

// seen leaves out what is hidden and counts what was not read. A conversation is hidden
// with the one other person in it; one of more people stays, for others speak there.
func (m *Messages) seen(ctx context.Context, out *Conversed, all []Conversation) error {
	var mutes *Mutes
	if m.opts.Mutes != nil {
		list, _, err := m.opts.Mutes.Muted(ctx, 0)
		if err != nil {
			return fmt.Errorf("what you have muted: %w", err)
		}
		mutes = NewMutes(list, m.all(), m.opts.Now())
	}
	for _, c := range all {
		if len(c.People) == 1 {
			if _, hidden := mutes.Person(c.Network, c.People[0]); hidden {
				out.Hidden++
				continue
			}
		}
		c, err := m.counted(ctx, c)
		if err != nil {
			return err
		}
		out.Conversations = append(out.Conversations, c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out.More = slices.ContainsFunc(m.accounts, func(a Account) bool { return m.older[a.ID] != "" })
	return nil
}

// counted fills in Unread where the network leaves it to us.
func (m *Messages) counted(ctx context.Context, c Conversation) (Conversation, error) {
	if len(c.Arrived) == 0 {
		return c, nil
	}
	to, err := m.opts.Marks.ReadTo(ctx, c.Feed())
	if err != nil {
		return c, fmt.Errorf("how far a conversation was read: %w", err)
	}
	c.Unread = 0
	for _, at := range c.Arrived {
		if to.Less(at) {
			c.Unread++
		}
	}
	return c, nil
}

func (m *Messages) account(id AccountID) (Account, error) {
	for _, a := range m.all() {
		if a.ID == id {
			return a, nil
		}
	}
	return Account{}, Errorf(CodeUsage, "there is no account %q", id)
}

// Read reads a page of a conversation, the newest message first.
func (m *Messages) Read(ctx context.Context, c Conversation, p Page) (batch Batch, err error) {
	a, err := m.account(c.Account)
	if err != nil {
		return Batch{}, err
	}
	defer m.guard(a, &err)
	b, err := m.messenger(ctx, a)
	if err != nil {
		return Batch{}, err
	}
	if batch, err = b.Messages(ctx, c.ID, p); err != nil {
		return Batch{}, fmt.Errorf("messages of %s: %w", a.Name, err)
	}
	if batch.Older == p.Before {
		batch.Older = ""
	}
	for i, post := range batch.Posts {
		batch.Posts[i] = Place(post, m.opts.Now())
	}
	slices.SortFunc(batch.Posts, func(a, b *Post) int { return b.Key().Compare(a.Key()) })
	return batch, nil
}

// With names the conversation of an account with exactly these people, by Author.ID.
func (m *Messages) With(ctx context.Context, id AccountID, people ...string) (c Conversation, err error) {
	a, err := m.account(id)
	if err != nil {
		return Conversation{}, err
	}
	if len(people) == 0 || len(people) > MaxCorrespondents {
		return Conversation{}, Errorf(CodeUsage, "a message is for 1 to %d people, not %d", MaxCorrespondents, len(people))
	}
	defer m.guard(a, &err)
	b, err := m.messenger(ctx, a)
	if err != nil {
		return Conversation{}, err
	}
	if c, err = b.Correspond(ctx, people); err != nil {
		return Conversation{}, fmt.Errorf("messages of %s: %w", a.Name, err)
	}
	return m.counted(ctx, believedConversation(c, a, m.opts.Now()))
}

// MarkRead marks a conversation as read up to and with a message: on its network where
// that keeps it, and here.
func (m *Messages) MarkRead(ctx context.Context, c Conversation, upTo *Post) (err error) {
	a, err := m.account(c.Account)
	if err != nil {
		return err
	}
	if err := m.opts.Marks.SetReadTo(ctx, c.Feed(), upTo.Key()); err != nil {
		return fmt.Errorf("how far a conversation was read: %w", err)
	}
	defer m.guard(a, &err)
	b, err := m.opts.Open(ctx, a.ID)
	if err != nil {
		return err
	}
	marker, ok := As[MessageMarker](b)
	if !ok {
		return nil
	}
	if err := marker.MarkMessages(ctx, c.ID, upTo.ID); err != nil {
		return fmt.Errorf("marking messages of %s as read: %w", a.Name, err)
	}
	return nil
}
