package ui

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	tea "charm.land/bubbletea/v2"

	"skein/outbox"
	"skein/timeline"
	"skein/ui/frames"
	"skein/ui/theme"
)

// Options configure the interface. The zero value shows the welcome screen.
type Options struct {
	// Hub is what is read; nil when there is no account yet.
	Hub Hub
	// Marks remember where the reader was; nil: skein opens at the newest post.
	Marks timeline.Marks
	// Mutes keep what the person mutes here; nil: nothing can be.
	Mutes timeline.MuteBook
	// Inbox is what has happened to the accounts; nil: it is not shown.
	Inbox Inbox
	// Alert tells of it outside the screen; nil: nothing does.
	Alert *Alert
	// Library is all that was ever read; nil: nothing can be searched.
	Library timeline.Library
	// Feeds are what there is to read beside home; nil: nothing.
	Feeds Feeds
	// Theme is one of theme.Names; "" is theme.Auto.
	Theme string
	// Keys gives actions other keys, see CheckKeys.
	Keys map[string][]string
	// ASCII draws skein's own signs with ASCII alone.
	ASCII bool
	// Demo says that the networks are the sandbox's.
	Demo bool
	// Name and Version are the program's; "" is "skein" and none.
	Name, Version string
	// OpenURL shows an http or https address in a browser; nil when there is none.
	OpenURL func(ctx context.Context, url string) error
	// Outbox is the way out of whatever is written; nil when nothing can be.
	Outbox Outbox
	// People is the address book; nil is an empty one.
	People People
	// To is where a new post goes unless the person says otherwise; nil is every
	// account that can be written to.
	To []timeline.AccountID
	// Attach looks at a file that is to be attached; nil: none can be. It is called
	// off the path of the keys.
	Attach func(path, alt string) (outbox.File, error)
	// Editor gives a text to the person's own editor (tea.ExecProcess on $VISUAL or
	// $EDITOR) and brings the message that done makes of what comes back; nil when
	// there is none.
	Editor func(text string, done func(text string, err error) tea.Msg) tea.Cmd
	// Pipe gives posts to commands; nil: none are run.
	Pipe Pipe
	// Language is what posts are translated into (BCP 47); "" leaves it to the server.
	Language string
	// Media is what becomes of media outside skein; nil: nothing does.
	Media Media
	// Pictures are how pictures are shown; nil: they are told and not shown.
	Pictures *Pictures
	// Undo is how long a post can be taken back before it leaves; 0 is 5 s, less is
	// not at all.
	Undo time.Duration
	// Colors are those of accounts' letters, #rrggbb; others have their network's.
	Colors map[timeline.AccountID]string
	// Messages are the direct messages of all accounts; nil: none can be read.
	Messages Messages
	// Accounts are what signs in and out; nil: nothing here can.
	Accounts Accounts
	// Notices are told when the interface starts.
	Notices []string
	// Now is time.Now.
	Now func() time.Time
	Log *slog.Logger
}

// Hub is what the interface needs of *timeline.Hub, whose methods say what each of
// these does.
type Hub interface {
	Start()
	Next(ctx context.Context) (timeline.Changes, error)
	History(ctx context.Context, from timeline.Key, newer bool, only timeline.Network, limit int) (timeline.Stretch, error)
	Unread(ctx context.Context) ([]timeline.Key, error)
	Seen(keys ...timeline.Key)
	SeenBelow(only timeline.Network)
	Older()
	Refresh()
	Fill(k timeline.Key)
	SetPace(p timeline.Pace)
	Reader(ctx context.Context, p *timeline.Post) (timeline.Backend, error)
	Retract(id timeline.ID)
	Mutes() *timeline.Mutes
	ReadMutes(ctx context.Context) error
}

// Outbox is what the interface needs of *outbox.Outbox, whose methods say what
// each of these does. All are called off the path of the keys.
type Outbox interface {
	Targets(ctx context.Context, ids ...timeline.AccountID) []outbox.Target
	Add(ctx context.Context, p outbox.Plan, a outbox.Added) (outbox.Operation, error)
	Act(ctx context.Context, a outbox.Added, actions ...outbox.Action) (outbox.Operation, error)
	Deliveries(ctx context.Context, f outbox.Filter) ([]timeline.Delivery, error)
	Retry(ctx context.Context, operation string, accounts ...timeline.AccountID) ([]timeline.Delivery, error)
	Cancel(ctx context.Context, operation string, accounts ...timeline.AccountID) ([]timeline.Delivery, error)
	Copies(ctx context.Context, id timeline.ID) ([]outbox.Placed, error)
	SaveDraft(ctx context.Context, id string, d outbox.Draft) (string, error)
	Drafts(ctx context.Context) ([]outbox.Saved, error)
	DropDraft(ctx context.Context, id string) error
}

// People is the address book, in memory: both methods answer at once.
type People interface {
	outbox.Book
	// Complete lists those whose name begins with prefix, whatever the case.
	Complete(prefix string) []timeline.Person
}

// undo is how long a post can be taken back.
const undo = 5 * time.Second

func (o Options) withDefaults() Options {
	if o.Undo == 0 {
		o.Undo = undo
	}
	if o.Name == "" {
		o.Name = "skein"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Check returns an error for a theme or keys that are not right.
func (o Options) Check() error { return errors.Join(theme.Check(o.Theme), CheckKeys(o.Keys)) }

// Result is what the person decided before leaving.
type Result struct {
	StartDemo bool // from the welcome screen: show the demo now
	Again     bool // there is a first account, or the last one has gone: show another screen
}

// Run shows the interface until the person leaves or ctx ends, which is no error.
// The hub stays the caller's to close.
func Run(ctx context.Context, o Options, more ...tea.ProgramOption) (Result, error) {
	if err := o.Check(); err != nil {
		return Result{}, err
	}
	m := New(ctx, o)
	defer m.cancel()
	err := frames.Run(m, append([]tea.ProgramOption{tea.WithContext(ctx)}, more...)...)
	if lost := m.Close(context.WithoutCancel(ctx)); lost != nil { // the next start opens a little beside where it could
		m.o.Log.Warn("where the reader was is not kept", "err", lost)
	}
	switch {
	case ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return m.result, nil
	case err != nil:
		return m.result, fmt.Errorf("terminal interface: %w", err)
	}
	return m.result, nil
}
