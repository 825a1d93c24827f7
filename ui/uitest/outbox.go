package uitest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rivo/uniseg"

	"skein/outbox"
	"skein/timeline"
)

// Outbox is an outbox in memory that does what a test says. Everything is sent a
// moment after it may be. It is safe for several goroutines.
type Outbox struct {
	mu         sync.Mutex
	hub        *timeline.Hub
	targets    []outbox.Target
	refusals   map[timeline.AccountID]timeline.Safe
	stuck      map[timeline.AccountID]timeline.DeliveryState
	failure    error
	slowness   time.Duration
	drafts     []outbox.Saved
	operations []outbox.Operation
	held       map[string]time.Time
	copies     map[timeline.ID][]outbox.Placed
	ids        int
	saves      int
	acts       []outbox.Action
	plans      []outbox.Plan
}

// facts are what a network of the tests takes.
type facts struct {
	limits timeline.Limits
	edits  bool
	loses  timeline.Safe // of a post with a warning
}

// taken is what each network takes.
func taken() map[timeline.Network]facts {
	return map[timeline.Network]facts{
		timeline.Mastodon: {limits: timeline.Limits{Characters: 500, Unit: "characters", Media: 4, PollOptions: 4}, edits: true},
		timeline.Bluesky: {
			limits: timeline.Limits{Characters: 300, Bytes: 3000, Unit: "graphemes", Atomic: true, Media: 4},
			loses:  timeline.Literal("the warning becomes text in front of the post"),
		},
		timeline.Nostr: {limits: timeline.Limits{Media: 4, PollOptions: 4}},
	}
}

// NewOutbox makes an Outbox for the accounts of networks: Mastodon takes 500
// characters, Bluesky 300 graphemes, Nostr anything; only Mastodon edits.
func NewOutbox(networks ...*Backend) *Outbox {
	o := &Outbox{
		refusals: map[timeline.AccountID]timeline.Safe{}, stuck: map[timeline.AccountID]timeline.DeliveryState{},
		held: map[string]time.Time{}, copies: map[timeline.ID][]outbox.Placed{},
	}
	for _, b := range networks {
		f := taken()[b.account.Network]
		o.targets = append(o.targets, outbox.Target{Account: b.account, Rules: rules{b.account.Network, f}, Limits: f.limits})
	}
	return o
}

// rules are those of a network that marks nothing.
type rules struct {
	network timeline.Network
	facts
}

func (r rules) Takes(k timeline.Kind, _ bool) timeline.Safe {
	if k == timeline.DoEdit && !r.edits {
		return timeline.CleanLine("there is no edit on " + string(r.network))
	}
	return timeline.Safe{}
}

func (rules) Mark(text string) timeline.Text { return timeline.PlainText(timeline.Clean(text)) }

func (rules) Mention(handle, id string) timeline.Span {
	return timeline.Span{Kind: timeline.SpanMention, Text: timeline.CleanLine(handle), Target: timeline.CleanLine(id)}
}

func (rules) Count(t timeline.Text, warning string) timeline.Size {
	s := warning + t.Plain().String()
	return timeline.Size{Characters: uniseg.GraphemeClusterCount(s), Bytes: len(s)}
}

func (r rules) Review(i timeline.Intent, _ timeline.Limits) []timeline.Remark {
	if i.Warning != "" && !r.loses.Empty() {
		return []timeline.Remark{{Severity: timeline.Loss, Message: r.loses}}
	}
	return nil
}

// Refuses makes a network refuse what comes from now on.
func (o *Outbox) Refuses(n timeline.Network, why string) {
	o.set(func() { o.refusals[accountOf(n)] = timeline.CleanLine(why) })
}

// Holds makes the deliveries of a network stop in a state; "" lets them go on.
func (o *Outbox) Holds(n timeline.Network, s timeline.DeliveryState) {
	o.set(func() { o.stuck[accountOf(n)] = s })
}

// Fails makes every method fail; nil mends it.
func (o *Outbox) Fails(err error) { o.set(func() { o.failure = err }) }

// Slow makes what is read and saved take d.
func (o *Outbox) Slow(d time.Duration) { o.set(func() { o.slowness = d }) }

func (o *Outbox) wait() {
	o.mu.Lock()
	d := o.slowness
	o.mu.Unlock()
	time.Sleep(d)
}

// Left puts drafts there that an earlier run has left.
func (o *Outbox) Left(drafts ...outbox.Draft) {
	o.set(func() {
		for _, d := range drafts {
			o.ids++
			o.drafts = append(o.drafts, outbox.Saved{ID: fmt.Sprintf("d%d", o.ids), Draft: d, Updated: Start().Add(-time.Hour)})
		}
	})
}

// Wrote says that posts came of the same draft.
func (o *Outbox) Wrote(ids ...timeline.ID) {
	o.set(func() {
		var all []outbox.Placed
		for _, id := range ids {
			all = append(all, outbox.Placed{Operation: "earlier", Account: accountOf(id.Network), Copy: timeline.Copy{ID: id}})
		}
		for _, id := range ids {
			o.copies[id] = all
		}
	})
}

func (o *Outbox) set(do func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	do()
}

// Acts are the actions so far, Plans the plans that were added, Saves the number of
// times that a draft was saved.
func (o *Outbox) Acts() []outbox.Action {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.acts)
}

// Plans are the plans that were added.
func (o *Outbox) Plans() []outbox.Plan {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.plans)
}

// Saves counts how often a draft was saved.
func (o *Outbox) Saves() int { o.mu.Lock(); defer o.mu.Unlock(); return o.saves }

func accountOf(n timeline.Network) timeline.AccountID { return timeline.AccountID("acct-" + string(n)) }

// Targets implements ui.Outbox, as do the methods below.
func (o *Outbox) Targets(context.Context, ...timeline.AccountID) []outbox.Target {
	o.wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.targets)
}

// Add journals a plan.
func (o *Outbox) Add(_ context.Context, p outbox.Plan, a outbox.Added) (outbox.Operation, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failure != nil {
		return outbox.Operation{}, o.failure
	}
	if err := p.Err(); err != nil {
		return outbox.Operation{}, err
	}
	for _, op := range o.operations {
		if op.Key == a.Key && a.Key != "" {
			if op.Draft == nil || op.Draft.Text != p.Draft.Text {
				return outbox.Operation{}, fmt.Errorf("adding: %w", outbox.ErrKeyUsed)
			}
			op.Repeated = true
			return op, nil
		}
	}
	o.plans = append(o.plans, p)
	op := o.operation(a)
	op.Draft = &p.Draft
	for _, t := range p.Targets {
		parts := len(t.Parts)
		if t.Limits.Atomic {
			parts = 1
		}
		for i := range parts {
			op.Deliveries = append(op.Deliveries, timeline.Delivery{
				Operation: op.ID, Account: t.Account, Kind: t.Intent.Kind, Part: i + 1, Of: parts, Summary: t.Parts[0].Text.Plain().Line(),
			})
		}
	}
	return o.begin(op, a), nil
}

// Act journals actions.
func (o *Outbox) Act(_ context.Context, a outbox.Added, actions ...outbox.Action) (outbox.Operation, error) {
	o.wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failure != nil {
		return outbox.Operation{}, o.failure
	}
	op := o.operation(a)
	for _, act := range actions {
		o.acts = append(o.acts, act)
		i := slices.IndexFunc(o.targets, func(t outbox.Target) bool { return t.Account.ID == act.Account })
		op.Deliveries = append(op.Deliveries, timeline.Delivery{
			Operation: op.ID, Account: o.targets[i].Account, Kind: act.Intent.Kind, Undo: act.Intent.Undo, Part: 1, Of: 1,
			Summary: act.Summary, On: act.Intent.On.ID,
		})
	}
	return o.begin(op, a), nil
}

func (o *Outbox) operation(a outbox.Added) outbox.Operation {
	o.ids++
	return outbox.Operation{ID: fmt.Sprintf("op%d", o.ids), Key: a.Key, Created: time.Now()}
}

// begin queues the deliveries of an operation, and sends them in a while.
func (o *Outbox) begin(op outbox.Operation, a outbox.Added) outbox.Operation {
	due := time.Now().Add(a.Hold)
	for i := range op.Deliveries {
		o.ids++
		d := &op.Deliveries[i]
		d.ID, d.State, d.Created, d.Updated = int64(o.ids), timeline.Queued, time.Now(), time.Now()
		if a.Hold > 0 {
			d.Due = due
		}
	}
	o.operations = append(o.operations, op)
	o.held[op.ID] = due
	time.AfterFunc(a.Hold+100*time.Millisecond, func() { o.advance(op.ID, timeline.Sending) })
	time.AfterFunc(a.Hold+300*time.Millisecond, func() { o.advance(op.ID, timeline.Sent) })
	op.Deliveries = slices.Clone(op.Deliveries)
	return op
}

// advance brings the deliveries of an operation to a state.
func (o *Outbox) advance(id string, state timeline.DeliveryState) {
	o.mu.Lock()
	defer o.mu.Unlock()
	i := slices.IndexFunc(o.operations, func(op outbox.Operation) bool { return op.ID == id })
	for j := range o.operations[i].Deliveries {
		d := &o.operations[i].Deliveries[j]
		if d.State.Settled() || time.Now().Before(o.held[id]) {
			continue
		}
		d.State, d.Due, d.Tries, d.Updated = state, time.Time{}, 1, time.Now()
		if s := o.stuck[d.Account.ID]; s != "" {
			d.State = s
			continue
		}
		if why := o.refusals[d.Account.ID]; state == timeline.Sent && !why.Empty() {
			d.State, d.Code, d.Message = timeline.Refused, timeline.CodeRefused, why
			continue
		}
		if state == timeline.Sent && d.Kind == timeline.DoPost {
			d.Receipt.Posts = []timeline.Copy{{URL: timeline.CleanLine(fmt.Sprintf("https://%s/@me/%s-%d", d.Account.Server, id, d.Part))}}
		}
	}
	if o.hub != nil {
		o.hub.Delivered(slices.Clone(o.operations[i].Deliveries)...)
	}
}

// Deliveries lists, the newest first.
func (o *Outbox) Deliveries(_ context.Context, f outbox.Filter) ([]timeline.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []timeline.Delivery
	for _, op := range o.operations {
		for _, d := range op.Deliveries {
			if (!f.Open || !d.State.Settled()) && strings.HasPrefix(op.ID, f.Operation) {
				out = append(out, d)
			}
		}
	}
	slices.SortFunc(out, func(a, b timeline.Delivery) int { return cmp.Compare(b.ID, a.ID) })
	return out, o.failure
}

// Retry queues again.
func (o *Outbox) Retry(_ context.Context, id string, accounts ...timeline.AccountID) ([]timeline.Delivery, error) {
	return o.change(id, accounts, func(d *timeline.Delivery) {
		if d.State.Settled() {
			d.State, d.Message = timeline.Queued, timeline.Safe{}
			time.AfterFunc(300*time.Millisecond, func() { o.advance(id, timeline.Sent) })
		}
	})
}

// Cancel stops what has not been sent.
func (o *Outbox) Cancel(_ context.Context, id string, accounts ...timeline.AccountID) ([]timeline.Delivery, error) {
	return o.change(id, accounts, func(d *timeline.Delivery) {
		if d.State == timeline.Queued || d.State == timeline.Waiting || d.State == timeline.Scheduled {
			d.State, d.Due = timeline.Cancelled, time.Time{}
		}
	})
}

func (o *Outbox) change(id string, accounts []timeline.AccountID, do func(*timeline.Delivery)) ([]timeline.Delivery, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var out []timeline.Delivery
	for i := range o.operations {
		for j := range o.operations[i].Deliveries {
			d := &o.operations[i].Deliveries[j]
			if d.Operation == id && (len(accounts) == 0 || slices.Contains(accounts, d.Account.ID)) {
				do(d)
				d.Updated = time.Now()
				out = append(out, *d)
			}
		}
	}
	return out, o.failure
}

// Copies answers what Wrote said.
func (o *Outbox) Copies(_ context.Context, id timeline.ID) ([]outbox.Placed, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.copies[id], o.failure
}

// SaveDraft keeps a draft.
func (o *Outbox) SaveDraft(_ context.Context, id string, d outbox.Draft) (string, error) {
	o.wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.failure != nil {
		return "", o.failure
	}
	o.saves++
	if id == "" {
		o.ids++
		id = fmt.Sprintf("d%d", o.ids)
	}
	o.drafts = slices.DeleteFunc(o.drafts, func(s outbox.Saved) bool { return s.ID == id })
	o.drafts = slices.Insert(o.drafts, 0, outbox.Saved{ID: id, Draft: d, Updated: time.Now()})
	return id, nil
}

// Drafts lists the drafts, the latest first.
func (o *Outbox) Drafts(context.Context) ([]outbox.Saved, error) {
	o.wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.drafts), o.failure
}

// DropDraft forgets a draft.
func (o *Outbox) DropDraft(_ context.Context, id string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drafts = slices.DeleteFunc(o.drafts, func(s outbox.Saved) bool { return s.ID == id })
	return o.failure
}

// Hurries makes what waits for a network be there before its time.
func (o *Outbox) Hurries(n timeline.Network) {
	o.set(func() {
		for i := range o.operations {
			for j := range o.operations[i].Deliveries {
				if d := &o.operations[i].Deliveries[j]; d.Account.Network == n && !d.State.Settled() {
					d.State, d.Updated = timeline.Sent, time.Now()
				}
			}
		}
	})
}
