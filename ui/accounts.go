package ui

import (
	"context"
	"fmt"
	"slices"

	tea "charm.land/bubbletea/v2"

	"skein/config/account"
	"skein/timeline"
	"skein/ui/accounts"
	"skein/ui/overlay"
)

// Accounts is what the interface signs in and out with. All but Networks, SignIn and
// Browser are called off the path of the keys, and wait for the disk or a network.
type Accounts interface {
	// Networks asks on which network.
	Networks() account.Choice
	// SignIn begins to sign in on a network. It waits for nothing.
	SignIn(network string) (account.Flow, error)
	// Browser tells whether a browser that is opened here is one that the person sees.
	Browser() bool
	// Keep keeps what a sign-in ended with, and has the account read from now on. When
	// it fails nothing is kept, here or on the server.
	Keep(ctx context.Context, f account.Finished) (account.Record, error)
	// GiveBack ends a sign-in that is not kept after all.
	GiveBack(ctx context.Context, f account.Finished)
	// All lists the accounts.
	All(ctx context.Context) ([]account.Record, error)
	// Pending counts what is on its way to an account.
	Pending(ctx context.Context, r account.Record) (int, error)
	// Remove forgets an account and cancels what is on its way to it. It returns one
	// line for the person: whether the server has ended the sign-in.
	Remove(ctx context.Context, r account.Record) (string, error)
	// Rename gives an account another name, which no other may have.
	Rename(ctx context.Context, r account.Record, name string) error
	// Post has new posts go to an account of themselves, or not.
	Post(ctx context.Context, r account.Record, on bool) error
	// Check asks an account's server whether it works, and returns one line.
	Check(ctx context.Context, r account.Record) (string, error)
}

// remark is what was said of an account.
type remark struct {
	text string
	bad  bool
}

// The messages of the list of accounts.
type (
	recordsRead struct {
		records []account.Record
		err     error
	}
	checked struct {
		record account.Record
		said   string
		err    error
	}
	removable struct { // what would be lost with an account is known
		record  account.Record
		pending int
		err     error
	}
	accountChanged struct {
		record account.Record
		said   string
		gone   bool
		err    error
	}
)

// removing is that the person wants an account gone, all the same.
type removing struct{ record account.Record }

// IsAction makes it an Action.
func (removing) IsAction() {}

// showAccounts lists the accounts.
func (m *Model) showAccounts() tea.Cmd {
	m.said = map[string]remark{}
	m.show(accounts.NewList(m.accountRows))
	return m.readAccounts()
}

func (m *Model) readAccounts() tea.Cmd {
	if m.o.Accounts == nil {
		return nil
	}
	keep, ctx := m.o.Accounts, m.ctx
	return func() tea.Msg {
		all, err := keep.All(ctx)
		return recordsRead{all, err}
	}
}

// accountRows are the accounts as they stand now.
func (m *Model) accountRows() []accounts.Row {
	rows := make([]accounts.Row, len(m.records))
	for i, r := range m.records {
		said := m.said[r.ID]
		acts, _ := m.actsAs(timeline.Network(r.Network))
		rows[i] = accounts.Row{Record: r, Posts: m.postsTo(r), Acts: string(acts.Account.ID) == r.ID, Said: said.text, Bad: said.bad}
		of := slices.IndexFunc(m.health, func(h timeline.Health) bool { return string(h.Account.ID) == r.ID })
		if rows[i].Aside = of < 0 && len(m.health) > 0; of >= 0 {
			rows[i].Health = m.health[of]
		}
	}
	return rows
}

// actAccounts carries out what the list of accounts wants.
func (m *Model) actAccounts(a overlay.Action) (cmd tea.Cmd, done bool) {
	keep, ctx := m.o.Accounts, m.ctx
	switch a := a.(type) {
	case accounts.Add:
		return m.addAccount(), true
	case accounts.Check:
		m.said[a.Account.ID] = remark{text: "asking its server" + m.theme.Signs.More}
		return func() tea.Msg {
			said, err := keep.Check(ctx, a.Account)
			return checked{a.Account, said, err}
		}, true
	case accounts.Rename:
		return func() tea.Msg {
			err := keep.Rename(ctx, a.Account, a.Name)
			return accountChanged{record: a.Account, said: a.Account.Name + " is called " + a.Name + " now", err: err}
		}, true
	case accounts.Post:
		return func() tea.Msg {
			err := keep.Post(ctx, a.Account, a.On)
			said := "new posts leave " + a.Account.Name + " out"
			if a.On {
				said = "new posts go to " + a.Account.Name
			}
			return accountChanged{record: a.Account, said: said, err: err}
		}, true
	case accounts.Remove:
		return func() tea.Msg {
			n, err := keep.Pending(ctx, a.Account)
			return removable{a.Account, n, err}
		}, true
	case removing:
		m.closeOverlay()
		m.said[a.record.ID] = remark{text: "signing out" + m.theme.Signs.More}
		return func() tea.Msg {
			said, err := keep.Remove(context.WithoutCancel(ctx), a.record)
			return accountChanged{record: a.record, said: said, gone: true, err: err}
		}, true
	}
	return nil, false
}

// accounted takes what the commands of the list bring.
func (m *Model) accounted(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case recordsRead:
		if msg.err != nil {
			return m.tell("your accounts could not be read: "+msg.err.Error(), bad)
		}
		m.records = msg.records
	case checked:
		m.said[msg.record.ID] = remark{text: msg.said}
		if msg.err != nil {
			m.said[msg.record.ID] = remark{msg.err.Error(), true}
		}
	case removable:
		return m.askToRemove(msg)
	case accountChanged:
		return m.takeChanged(msg)
	}
	return nil
}

// askToRemove asks before an account is forgotten, and says what would be lost.
func (m *Model) askToRemove(r removable) tea.Cmd {
	if r.err != nil {
		m.said[r.record.ID] = remark{r.err.Error(), true}
		return nil
	}
	name := timeline.CleanLine(r.record.Handle).String()
	lines := []string{"skein forgets " + name + " and its secrets, and has the server end the sign-in."}
	if r.pending > 0 {
		lines = append(lines, "", fmt.Sprintf("What is still on its way to it would never be sent: %d.", r.pending))
	}
	m.show(overlay.NewConfirm("remove "+timeline.CleanLine(r.record.Name).String()+"?", lines,
		overlay.Answer{Key: "y", Label: "removes it", Action: removing{r.record}}))
	return nil
}

func (m *Model) takeChanged(c accountChanged) tea.Cmd {
	if c.err != nil {
		m.said[c.record.ID] = remark{c.err.Error(), true}
		return m.tell(c.err.Error(), bad)
	}
	delete(m.said, c.record.ID)
	if c.gone && len(m.records) == 1 { // with nothing left to show
		m.result.Again = true
		return m.quit()
	}
	say := m.tell(c.said, good)
	if !c.gone || m.o.Hub == nil {
		return tea.Batch(say, m.readAccounts(), m.askTargets())
	}
	cmds := []tea.Cmd{say, m.readAccounts(), m.askTargets()}
	for _, r := range m.readings() {
		cmds = append(cmds, m.refilter(r), m.readUnread(r))
	}
	return tea.Batch(cmds...)
}

// postsTo tells whether new posts go to an account of themselves.
func (m *Model) postsTo(r account.Record) bool {
	for _, a := range m.usualTargets() {
		if string(a) == r.ID {
			return true
		}
	}
	return false
}

func (m *Model) noAccounts() string {
	switch {
	case m.o.Accounts == nil:
		return "nothing here can sign in"
	case m.o.Demo:
		return "the demo has the accounts that it has"
	}
	return ""
}
