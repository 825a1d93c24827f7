package outbox_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/outbox"
	"skein/timeline"
)

func TestTwinsAreNotUnderWayTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		var under, most int
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			n.mu.Lock()
			under++
			most = max(most, under)
			n.mu.Unlock()
			time.Sleep(time.Second)
			out := arrive()
			if i == 1 {
				return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost")}
			}
			n.mu.Lock()
			under--
			n.mu.Unlock()
			return out
		}
		n.settle = func(i int, find func() timeline.Outcome) timeline.Outcome {
			if i < 3 {
				return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeServer, "busy")}
			}
			n.mu.Lock()
			under--
			n.mu.Unlock()
			return find()
		}
		o := openAt(t, t.TempDir(), n)
		add(t, o, "the same", n)
		add(t, o, "the same", n)
		drain(t, o)
		if most != 1 {
			t.Errorf("%d at once", most)
		}
		equal(t, "published", n.published(), []string{"the same", "the same"})
	})
}

// A post of which the network says that it is not there may still arrive. Its twin
// is not sent before: should that one's answer be lost, the first would be found in
// its place.
func TestATwinWaitsForWhatMayStillArrive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			if i == 1 {
				return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost")}
			}
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		add(t, o, "the same", n)
		add(t, o, "the same", n)
		drain(t, o)
		var keys []string
		for _, r := range n.requests {
			var p posted
			if err := json.Unmarshal(r.Body, &p); err != nil {
				t.Fatal(err)
			}
			keys = append(keys, p.Key)
		}
		// Sent, settled, sent again; and only then the other.
		if len(keys) != 4 || keys[0] != keys[1] || keys[0] != keys[2] || keys[0] == keys[3] {
			t.Errorf("the network was asked for %v", keys)
		}
	})
}

func TestActionsOnAPostKeepTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		n.send = func(i int, arrive func() timeline.Outcome) timeline.Outcome {
			time.Sleep(time.Duration(10-i) * time.Second) // the later would overtake the earlier
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		on := timeline.Subject{ID: timeline.ID{Network: "a", Local: "1"}}
		var last outbox.Operation
		for i := range 6 {
			var err error
			last, err = o.Act(t.Context(), outbox.Added{}, outbox.Action{
				Account: "a", Intent: timeline.Intent{
					Kind: timeline.DoLike, Undo: i%2 == 1, On: on,
					Parts: []timeline.Part{{Text: timeline.PlainText(timeline.CleanLine(strconv.Itoa(i)))}}, // to tell them apart
				},
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		drain(t, o, last.ID) // and so all before it
		equal(t, "likes", n.published(), []string{"0", "1", "2", "3", "4", "5"})
	})
}

func TestAFewOfAnAccountAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		var under, most int
		n.send = func(_ int, arrive func() timeline.Outcome) timeline.Outcome {
			n.mu.Lock()
			under++
			most = max(most, under)
			n.mu.Unlock()
			time.Sleep(time.Second)
			n.mu.Lock()
			under--
			n.mu.Unlock()
			return arrive()
		}
		o := openAt(t, t.TempDir(), n)
		for i := range 10 {
			add(t, o, strings.Repeat("x", i+1), n)
		}
		drain(t, o)
		if most != 4 || len(n.published()) != 10 {
			t.Errorf("%d at once, %d in all", most, len(n.published()))
		}
	})
}

func TestAddRefuses(t *testing.T) {
	n := newNetwork("a")
	o := openAt(t, t.TempDir(), n)
	refused := planOf(outbox.Draft{Text: "hello"}, n)
	refused.Targets[0].Remarks = []timeline.Remark{{Severity: timeline.Refuse, Message: timeline.CleanLine("too rude")}}
	over := planOf(outbox.Draft{Text: "hello"}, n)
	over.Targets[0].Parts = []outbox.PartPlan{{Over: true}}
	if _, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "hello"}, n, n), outbox.Added{}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("an account chosen twice: %v", err)
	}
	for name, p := range map[string]outbox.Plan{"refused": refused, "over": over, "no target": {}} {
		if _, err := o.Add(t.Context(), p, outbox.Added{}); timeline.CodeOf(err) != timeline.CodeRefused {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := o.Add(t.Context(), planOf(outbox.Draft{Text: "x"}, n), outbox.Added{Key: strings.Repeat("k", 201)}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("a long key: %v", err)
	}
	if _, err := o.Act(t.Context(), outbox.Added{}, outbox.Action{Account: "nobody", Intent: timeline.Intent{Kind: timeline.DoLike}}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("an unknown account: %v", err)
	}
	if _, err := o.Act(t.Context(), outbox.Added{}, outbox.Action{Account: "a", Intent: timeline.Intent{Kind: timeline.DoPost}}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("a post as an action: %v", err)
	}
	var rows int
	if err := o.Query("SELECT (SELECT count(*) FROM operation) + (SELECT count(*) FROM delivery)", &rows); err != nil || rows != 0 {
		t.Errorf("%d rows were added, %v", rows, err)
	}
}

func TestTargetsFailOneByOne(t *testing.T) {
	a, b := newNetwork("a"), newNetwork("b")
	b.open = func() error { return errors.New("no keyring") }
	o := openAt(t, t.TempDir(), a, b)
	targets := o.Targets(t.Context())
	if len(targets) != 2 || targets[0].Rules == nil || targets[0].Err != nil || targets[1].Err == nil {
		t.Errorf("%+v", targets)
	}
	names := []timeline.AccountID{targets[0].Account.ID, targets[1].Account.ID}
	if !slices.Equal(names, []timeline.AccountID{"a", "b"}) {
		t.Errorf("%v", names)
	}
	if t1 := o.Targets(t.Context(), "nobody"); len(t1) != 1 || timeline.CodeOf(t1[0].Err) != timeline.CodeUsage {
		t.Errorf("%+v", t1)
	}
}
