package outbox_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"skein/outbox"
	"skein/timeline"
)

// network is a server and the one account on it. What it does can be scripted for
// each call; else it works, and knows a key that it has seen.
type network struct {
	account timeline.Account
	limits  timeline.Limits

	mu       sync.Mutex
	posts    []posted
	bytes    map[string]string // key: what was sent under it
	calls    []string
	wrong    []string // what must never happen
	prepares int
	sends    int
	settles  int
	reads    int                // of posts
	requests []timeline.Request // as Send and Settle got them
	intents  []timeline.Intent  // as Prepare got them

	open    func() error
	prepare func(n int, i timeline.Intent) error
	send    func(n int, arrive func() timeline.Outcome) timeline.Outcome
	settle  func(n int, find func() timeline.Outcome) timeline.Outcome
}

// posted is what others see.
type posted struct {
	Key   string `json:"key"`
	Text  string `json:"text"`
	Reply string `json:"reply,omitempty"`
	Kind  timeline.Kind
	Undo  bool
	On    string
}

func newNetwork(name string) *network {
	return &network{
		account: timeline.Account{ID: timeline.AccountID(name), Network: timeline.Network(name), Name: name},
		bytes:   map[string]string{},
	}
}

var (
	_ timeline.Backend   = (*network)(nil)
	_ timeline.Publisher = (*network)(nil)
)

func (n *network) Account() timeline.Account { return n.account }
func (n *network) Limits() timeline.Limits   { return n.limits }
func (n *network) Rules() timeline.Rules     { return rules{} }
func (n *network) Close() error              { return nil }
func (n *network) Home(context.Context, timeline.Page) (timeline.Batch, error) {
	return timeline.Batch{}, nil
}

func (n *network) Thread(context.Context, timeline.ID) (*timeline.Thread, error) { return nil, nil }

func (n *network) Post(_ context.Context, id timeline.ID) (*timeline.Post, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reads++
	return &timeline.Post{ID: id}, nil
}

func (n *network) note(format string, args ...any) {
	n.calls = append(n.calls, fmt.Sprintf(format, args...))
}

func (n *network) Prepare(ctx context.Context, i timeline.Intent, notes timeline.Notes) (timeline.Request, error) {
	n.mu.Lock()
	n.prepares++
	count, script := n.prepares, n.prepare
	n.intents = append(n.intents, i)
	n.note("prepare")
	n.mu.Unlock()
	if _, err := timeline.Step(ctx, notes, "upload", func(context.Context) (string, error) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.note("upload")
		return "media", nil
	}); err != nil {
		return timeline.Request{}, err
	}
	if script != nil {
		if err := script(count, i); err != nil {
			return timeline.Request{}, err
		}
	}
	p := posted{Key: i.Key, Kind: i.Kind, Undo: i.Undo, On: i.On.ID.Local, Reply: i.ReplyTo.ID.Local}
	for _, part := range i.Parts {
		p.Text += part.Text.Plain().String()
	}
	body, err := json.Marshal(p)
	return timeline.Request{Body: body}, err
}

// arrive is the request taking effect.
func (n *network) arrive(r timeline.Request) timeline.Outcome {
	var p posted
	if err := json.Unmarshal(r.Body, &p); err != nil {
		return timeline.Outcome{Verdict: timeline.Rejected, Err: timeline.Errorf(timeline.CodeRefused, "no request")}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if slices.ContainsFunc(n.posts, func(o posted) bool { return o.Key == p.Key }) {
		n.wrong = append(n.wrong, "published twice: "+p.Text)
	}
	n.posts = append(n.posts, p)
	return n.there(p)
}

func (n *network) there(p posted) timeline.Outcome {
	id := timeline.ID{Network: n.account.Network, Local: "post-" + p.Key}
	if p.Kind != timeline.DoPost {
		id.Local = p.On
	}
	return timeline.Outcome{Verdict: timeline.Published, Receipt: timeline.Receipt{Posts: []timeline.Copy{{
		ID: id, ServerID: "s" + p.Key, URL: timeline.CleanLine("https://" + n.account.Name + "/" + p.Key),
	}}}}
}

func (n *network) Send(ctx context.Context, r timeline.Request) timeline.Outcome {
	var p posted
	_ = json.Unmarshal(r.Body, &p)
	n.mu.Lock()
	n.sends++
	count, script := n.sends, n.send
	n.note("send")
	n.requests = append(n.requests, r)
	if before, ok := n.bytes[p.Key]; ok && before != string(r.Body) {
		n.wrong = append(n.wrong, "other bytes under the same key: "+p.Text)
	}
	n.bytes[p.Key] = string(r.Body)
	n.mu.Unlock()
	arrive := func() timeline.Outcome { return n.arrive(r) }
	if script != nil {
		return script(count, arrive)
	}
	if ctx.Err() != nil {
		return timeline.Outcome{Verdict: timeline.Uncertain, Err: timeline.AsError(ctx.Err())}
	}
	return arrive()
}

func (n *network) Settle(_ context.Context, r timeline.Request) timeline.Outcome {
	var p posted
	_ = json.Unmarshal(r.Body, &p)
	n.mu.Lock()
	n.settles++
	count, script := n.settles, n.settle
	n.note("settle")
	n.requests = append(n.requests, r)
	n.mu.Unlock()
	find := func() timeline.Outcome {
		n.mu.Lock()
		defer n.mu.Unlock()
		if slices.ContainsFunc(n.posts, func(o posted) bool { return o.Key == p.Key }) {
			return n.there(p)
		}
		return timeline.Outcome{Verdict: timeline.Absent, Err: timeline.Errorf(timeline.CodeServer, "it is not there")}
	}
	if script != nil {
		return script(count, find)
	}
	return find()
}

// published are the texts that others see, in order.
func (n *network) published() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var texts []string
	for _, p := range n.posts {
		texts = append(texts, p.Text)
	}
	return texts
}

// did are the calls that were made.
func (n *network) did() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.calls)
}

// check fails for what must never happen.
func (n *network) check(t testing.TB) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range n.wrong {
		t.Error(w)
	}
}

// opener opens the networks' accounts.
func opener(networks []*network) timeline.Opener {
	return func(_ context.Context, id timeline.AccountID) (timeline.Backend, error) {
		for _, n := range networks {
			if n.account.ID != id {
				continue
			}
			n.mu.Lock()
			open := n.open
			n.mu.Unlock()
			if open != nil {
				if err := open(); err != nil {
					return nil, err
				}
			}
			return n, nil
		}
		return nil, timeline.Errorf(timeline.CodeUsage, "no account %q", id)
	}
}

// openAt opens the outbox of a folder on these networks.
func openAt(t testing.TB, dir string, networks ...*network) *outbox.Outbox {
	t.Helper()
	return openWith(t, outbox.Options{Dir: dir}, networks...)
}

func openWith(t testing.TB, o outbox.Options, networks ...*network) *outbox.Outbox {
	t.Helper()
	o.Open = opener(networks)
	o.Rand = func() float64 { return 0.5 }
	for _, n := range networks {
		o.Accounts = append(o.Accounts, n.account)
	}
	b, err := outbox.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		for _, n := range networks {
			n.check(t)
		}
	})
	return b
}

// planOf is what the planner makes of a text, one part for each word group
// separated by a bar.
func planOf(d outbox.Draft, networks ...*network) outbox.Plan {
	p := outbox.Plan{Draft: d}
	for _, n := range networks {
		intent := timeline.Intent{Kind: timeline.DoPost}
		for _, text := range split(d.Text) {
			intent.Parts = append(intent.Parts, timeline.Part{Text: timeline.PlainText(timeline.Clean(text))})
		}
		p.Targets = append(p.Targets, outbox.TargetPlan{Account: n.account, Limits: n.limits, Intent: intent})
	}
	return p
}

func split(text string) []string {
	var parts []string
	for {
		i := slices.Index([]byte(text), '|')
		if i < 0 {
			return append(parts, text)
		}
		parts, text = append(parts, text[:i]), text[i+1:]
	}
}

func add(t testing.TB, o *outbox.Outbox, text string, networks ...*network) outbox.Operation {
	t.Helper()
	op, err := o.Add(t.Context(), planOf(outbox.Draft{Text: text}, networks...), outbox.Added{})
	if err != nil {
		t.Fatal(err)
	}
	return op
}

// drain sends, for as long as it takes within a minute.
func drain(t testing.TB, o *outbox.Outbox, ops ...string) []timeline.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	d, err := o.Drain(ctx, ops...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func states(ds []timeline.Delivery) []timeline.DeliveryState {
	var s []timeline.DeliveryState
	for _, d := range ds {
		s = append(s, d.State)
	}
	return s
}

func equal[S ~[]E, E comparable](t testing.TB, what string, got, want S) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s: %v, not %v", what, got, want)
	}
}

func TestMain(m *testing.M) {
	if role := os.Getenv(roleVar); role != "" {
		os.Exit(child(role))
	}
	if raced {
		// The command line still has the last word.
		if err := flag.Set("rapid.checks", "20"); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m)
}
