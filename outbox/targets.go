package outbox

import (
	"context"
	"sync"
	"time"

	"skein/timeline"
	"skein/timeline/failpoint"
)

// learnTime is how long a server is waited for that is asked what it takes. When
// it does not answer, the usual is assumed: one can write without a network.
const learnTime = 5 * time.Second

// Targets opens accounts for writing and asks their servers what they take, all at
// once; with no ids every account. One that fails is there with its Err.
func (o *Outbox) Targets(ctx context.Context, ids ...timeline.AccountID) []Target {
	if len(ids) == 0 {
		for _, a := range *o.accounts.Load() {
			ids = append(ids, a.ID)
		}
	}
	targets := make([]Target, len(ids))
	var wg sync.WaitGroup
	for i, id := range ids {
		wg.Go(func() { targets[i] = o.target(ctx, id) })
	}
	wg.Wait()
	return targets
}

func (o *Outbox) target(ctx context.Context, id timeline.AccountID) Target {
	t := Target{Account: o.account(timeline.Account{ID: id})}
	if _, ok := o.known(id); !ok {
		t.Err = timeline.Errorf(timeline.CodeUsage, "there is no account %q", id)
		return t
	}
	b, err := o.opts.Open(ctx, id)
	if err != nil {
		t.Err = timeline.AsError(err)
		return t
	}
	p, ok := timeline.As[timeline.Publisher](b)
	if !ok {
		t.Err = timeline.Errorf(timeline.CodeUnsupported, "skein cannot write to %s", t.Account.Name)
		return t
	}
	asking, cancel := context.WithTimeout(ctx, failpoint.Scale(learnTime))
	defer cancel()
	if err := learn(asking, b); err != nil {
		o.opts.Log.Info("a server did not say what it takes", "account", id, "error", err)
	}
	t.Account, t.Limits, t.Rules = b.Account(), b.Limits(), p.Rules()
	return t
}
