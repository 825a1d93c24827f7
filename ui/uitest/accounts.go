package uitest

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"skein/config/account"
)

// Accounts is a person's accounts that a test signs in to and out of. It is safe for
// several goroutines.
type Accounts struct {
	// Steps are those of every sign-in, in their order; a Finished ends it.
	Steps []account.Step
	// Refuse tells whether an answer does not serve, and why.
	Refuse func(answer account.Answer) error
	// NoBrowser says that none can be opened here.
	NoBrowser bool
	// Failed is what keeping an account fails with.
	Failed error
	// OnTheWay is what Pending answers.
	OnTheWay int
	// Slow blocks every step of a flow until it is closed; nil blocks none.
	Slow chan struct{}

	mu       sync.Mutex
	records  []account.Record
	answers  []account.Answer
	open     int
	given    []account.Finished
	networks []string
}

// NewAccounts makes Accounts that hold some records.
func NewAccounts(records ...account.Record) *Accounts { return &Accounts{records: records} }

// Record is the record of the Backend of a network, see NewBackend.
func Record(network string) account.Record {
	return account.Record{ID: "acct-" + network, Network: network, Name: network, Handle: "@me@" + network + ".example", Server: "https://" + network + ".example"}
}

// Answers are what was answered to all flows, in order.
func (a *Accounts) Answers() []account.Answer {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.answers)
}

// Open counts the flows that are not closed.
func (a *Accounts) Open() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.open
}

// Given are the sign-ins that were given back.
func (a *Accounts) Given() []account.Finished {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.given)
}

// Records are the accounts that are here.
func (a *Accounts) Records() []account.Record {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.records)
}

// Networks implements ui.Accounts.
func (a *Accounts) Networks() account.Choice {
	return account.Choice{Name: "network", Title: "Which network", Options: []account.Option{
		{Value: "mastodon", Title: "Mastodon", Help: "and GoToSocial, Pleroma, Pixelfed and others of its kind"},
		{Value: "bluesky", Title: "Bluesky", Help: "on bsky.social or a server of your own"},
		{Value: "nostr", Title: "Nostr", Help: "with a key of yours, or a new one"},
	}}
}

// Browser implements ui.Accounts.
func (a *Accounts) Browser() bool { return !a.NoBrowser }

// SignIn implements ui.Accounts.
func (a *Accounts) SignIn(network string) (account.Flow, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open++
	a.networks = append(a.networks, network)
	return &flow{a: a, left: slices.Clone(a.Steps)}, nil
}

// flow is a sign-in that asks what the test says.
type flow struct {
	a       *Accounts
	left    []account.Step
	current account.Step
	busy    sync.Mutex
}

// Next implements account.Flow.
func (f *flow) Next(ctx context.Context, answer account.Answer) (account.Step, error) {
	if !f.busy.TryLock() {
		panic("two have the flow at once")
	}
	defer f.busy.Unlock()
	if f.a.Slow != nil {
		select {
		case <-f.a.Slow:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	f.a.mu.Lock()
	defer f.a.mu.Unlock()
	if f.current != nil {
		f.a.answers = append(f.a.answers, answer)
		if f.a.Refuse != nil {
			if err := f.a.Refuse(answer); err != nil {
				return f.current, err
			}
		}
	}
	if len(f.left) == 0 {
		return nil, fmt.Errorf("the server has hung up")
	}
	f.current, f.left = f.left[0], f.left[1:]
	return f.current, nil
}

// Close implements account.Flow.
func (f *flow) Close() error {
	if !f.busy.TryLock() {
		panic("a flow is closed that somebody has")
	}
	defer f.busy.Unlock()
	f.a.mu.Lock()
	defer f.a.mu.Unlock()
	f.a.open--
	return nil
}

// Keep implements ui.Accounts.
func (a *Accounts) Keep(_ context.Context, done account.Finished) (account.Record, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.Failed != nil {
		return account.Record{}, a.Failed
	}
	r := done.Record
	if r.ID == "" {
		r.ID, r.Name = fmt.Sprint("new-", len(a.records)), "new"
	}
	a.records = append(a.records, r)
	return r, nil
}

// GiveBack implements ui.Accounts.
func (a *Accounts) GiveBack(_ context.Context, done account.Finished) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.given = append(a.given, done)
}

// All implements ui.Accounts.
func (a *Accounts) All(context.Context) ([]account.Record, error) { return a.Records(), nil }

// Pending implements ui.Accounts.
func (a *Accounts) Pending(context.Context, account.Record) (int, error) { return a.OnTheWay, nil }

// Remove implements ui.Accounts.
func (a *Accounts) Remove(_ context.Context, r account.Record) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.records = slices.DeleteFunc(a.records, func(o account.Record) bool { return o.ID == r.ID })
	return r.Name + " is gone from here, and its sign-in was revoked.", nil
}

// Rename implements ui.Accounts.
func (a *Accounts) Rename(_ context.Context, r account.Record, name string) error {
	return a.change(r, func(o *account.Record) error {
		if name == "taken" {
			return fmt.Errorf("the name %q is taken: choose another", name)
		}
		o.Name = name
		return nil
	})
}

// Post implements ui.Accounts.
func (a *Accounts) Post(_ context.Context, r account.Record, on bool) error {
	return a.change(r, func(o *account.Record) error { o.Post = &on; return nil })
}

func (a *Accounts) change(r account.Record, change func(*account.Record) error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.records {
		if a.records[i].ID == r.ID {
			return change(&a.records[i])
		}
	}
	return fmt.Errorf("there is no account %q", r.Name)
}

// Check implements ui.Accounts.
func (a *Accounts) Check(_ context.Context, r account.Record) (string, error) {
	if r.Network == "nostr" {
		return "", fmt.Errorf("no relay answers")
	}
	return r.Handle + ", works", nil
}
