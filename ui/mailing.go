package ui

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/compose"
	"skein/ui/messages"
	"skein/ui/overlay"
)

// Messages is what the interface needs of *timeline.Messages, whose methods say what
// each of these does. All are called off the path of the keys.
type Messages interface {
	Refresh(ctx context.Context, ids ...timeline.AccountID) (timeline.Conversed, error)
	Read(ctx context.Context, c timeline.Conversation, p timeline.Page) (timeline.Batch, error)
	MarkRead(ctx context.Context, c timeline.Conversation, upTo *timeline.Post) error
}

// mailing is the direct messages on the screen. They live as long as it shows them.
type mailing struct {
	found   timeline.Conversed
	loading bool
	open    map[string]*correspondence // by Conversation.Short
}

// correspondence is what was read of one conversation.
type correspondence struct {
	posts   []*timeline.Post // the newest first
	older   timeline.Cursor
	loading bool
	said    string
}

// The messages of the commands that read them.
type (
	conversed struct {
		found timeline.Conversed
		err   error
	}
	messaged struct {
		of    timeline.Conversation
		batch timeline.Batch
		older bool
		err   error
	}
	messagesRead struct{ err error }
)

// showMessages lists the conversations of all accounts.
func (m *Model) showMessages() tea.Cmd {
	if m.mail.open == nil {
		m.mail.open = map[string]*correspondence{}
	}
	m.show(messages.NewList(m.inbox))
	return m.readConversations()
}

func (m *Model) noMessages() string {
	switch {
	case m.o.Hub == nil:
		return "there is no account yet"
	case m.o.Messages == nil:
		return "nothing here can read messages"
	}
	return ""
}

func (m *Model) readConversations() tea.Cmd {
	if m.mail.loading {
		return nil
	}
	m.mail.loading = true
	from, ctx := m.o.Messages, m.ctx
	return func() tea.Msg {
		found, err := from.Refresh(ctx)
		return conversed{found, err}
	}
}

// inbox is what the list shows.
func (m *Model) inbox() messages.Inbox {
	in := messages.Inbox{
		Conversations: m.mail.found.Conversations, Loading: m.mail.loading, Now: m.o.Now(),
		Several: map[timeline.Network]bool{}, Names: map[timeline.AccountID]string{},
	}
	seen := map[timeline.Network]bool{}
	for _, h := range m.health {
		in.Several[h.Account.Network] = seen[h.Account.Network]
		seen[h.Account.Network] = true
		in.Names[h.Account.ID] = h.Account.Name
		if e := m.mail.found.Failed[h.Account.ID]; e != nil {
			in.Said = append(in.Said, h.Account.Name+": "+e.Message.Line().String())
		}
		if note := m.mail.found.Notes[h.Account.ID]; !note.Empty() {
			in.Said = append(in.Said, h.Account.Name+": "+note.Line().String())
		}
	}
	return in
}

// readMessages reads a page of a conversation: the newest, or one that is older.
func (m *Model) readMessages(c timeline.Conversation, older bool) tea.Cmd {
	at := m.mail.open[c.Short()]
	if at == nil {
		at = &correspondence{}
		m.mail.open[c.Short()] = at
	}
	if at.loading || c.ID == "" {
		return nil
	}
	at.loading, at.said = true, ""
	var page timeline.Page
	if older {
		page.Before = at.older
	}
	from, ctx := m.o.Messages, m.ctx
	return func() tea.Msg {
		batch, err := from.Read(ctx, c, page)
		return messaged{c, batch, older, err}
	}
}

// actMessages carries out what the list, or a conversation, wants.
func (m *Model) actMessages(a overlay.Action) (cmd tea.Cmd, done bool) {
	switch a := a.(type) {
	case messages.Open:
		c := a.Conversation
		m.show(messages.NewLog(c, func() messages.Page { return m.correspondence(c) }))
		return m.readMessages(c, false), true
	case messages.Write:
		return m.writeMessage(a.Conversation), true
	case messages.More:
		return m.readMessages(a.Conversation, true), true
	case messages.Refresh:
		if a.Conversation.Account == "" {
			return m.readConversations(), true
		}
		return m.readMessages(a.Conversation, false), true
	}
	return nil, false
}

// messageSent reads the conversation on the screen again once a message has been sent.
func (m *Model) messageSent(all []timeline.Delivery) tea.Cmd {
	sent := slices.ContainsFunc(all, func(d timeline.Delivery) bool {
		return d.Kind == timeline.DoMessage && d.State == timeline.Sent
	})
	if n := len(m.overlays); sent && n > 0 {
		if log, ok := m.overlays[n-1].(*messages.Log); ok {
			return m.readMessages(log.Conversation(), false)
		}
	}
	return nil
}

// correspondence is what a conversation shows.
func (m *Model) correspondence(c timeline.Conversation) messages.Page {
	at := m.mail.open[c.Short()]
	if at == nil {
		return messages.Page{Now: m.o.Now()}
	}
	return messages.Page{Posts: at.posts, Older: at.older != "", Loading: at.loading, Said: at.said, Now: m.o.Now()}
}

// writeMessage opens the compose screen for a message: it is for those in the
// conversation, and for nobody else.
func (m *Model) writeMessage(c timeline.Conversation) tea.Cmd {
	if why := m.noOutbox(); why != "" {
		return m.tell(why, plain)
	}
	about := compose.About{Who: c.Names()}
	if at := m.mail.open[c.Short()]; at != nil && len(at.posts) > 0 {
		c.Last = at.posts[0]
	}
	if c.Last != nil {
		about.Text = c.Last.Text.Plain()
	}
	return m.startWriting(outbox.Draft{
		Letter: outbox.LetterTo(c), To: []timeline.AccountID{c.Account}, Visibility: timeline.Direct,
	}, about)
}

// mailed takes what the commands of reading messages bring.
func (m *Model) mailed(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case conversed:
		m.mail.loading = false
		if msg.err != nil {
			return m.tell("your messages could not be read: "+msg.err.Error(), bad)
		}
		m.mail.found = msg.found
	case messaged:
		return m.takeMessages(msg)
	case messagesRead:
		if msg.err != nil {
			m.o.Log.Warn("marking messages as read", "error", msg.err)
		}
	}
	return nil
}

// takeMessages takes a page. What was shown is read.
func (m *Model) takeMessages(msg messaged) tea.Cmd {
	at := m.mail.open[msg.of.Short()]
	if at == nil {
		return nil
	}
	at.loading = false
	if msg.err != nil {
		at.said = timeline.AsError(msg.err).Message.Line().String()
		return nil
	}
	at.older = msg.batch.Older
	if msg.older {
		at.posts = append(at.posts, msg.batch.Posts...)
		return nil
	}
	at.posts = msg.batch.Posts
	if len(at.posts) == 0 {
		return nil
	}
	i := slices.IndexFunc(m.mail.found.Conversations, func(c timeline.Conversation) bool { return c.Short() == msg.of.Short() })
	if i >= 0 {
		m.mail.found.Conversations[i].Unread = 0
	}
	from, ctx, newest := m.o.Messages, m.ctx, at.posts[0]
	return func() tea.Msg { return messagesRead{from.MarkRead(ctx, msg.of, newest)} }
}
