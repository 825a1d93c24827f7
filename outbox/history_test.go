package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"skein/outbox"
	"skein/timeline"
)

// TestWhateverHappens drives journals through random histories: answers of every
// kind, deaths, several processes, and a person who retries and cancels.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed of the network's dice")
		acts := rapid.SliceOfN(rapid.IntRange(0, len(deeds())-1), 1, 20).Draw(rt, "deeds")
		var wrong []string
		synctest.Test(t, func(t *testing.T) { wrong = history(t, seed, acts) })
		if len(wrong) > 0 {
			rt.Fatalf("%s", wrong)
		}
	})
}

// story is one history.
type story struct {
	t     *testing.T
	dir   string
	m     *moody
	procs []*outbox.Outbox
	ops   []outbox.Operation
	dice  *rand.Rand
}

// moody is a network that answers as the dice fall, and holds the outbox to its
// promises. What it says is true; what is lost it does not say.
type moody struct {
	*network
	dice  *rand.Rand
	doubt map[string]bool // sent, and nobody was told that it is absent
	calm  bool
}

func (m *moody) Send(ctx context.Context, r timeline.Request) timeline.Outcome {
	time.Sleep(50 * time.Millisecond)
	m.mu.Lock()
	key := string(r.Body)
	if m.doubt[key] {
		m.wrong = append(m.wrong, "sent while it may be there: "+key)
	}
	choice := m.dice.IntN(8)
	if m.calm {
		choice = 0
	}
	m.doubt[key] = choice < 2 || choice == 4
	m.mu.Unlock()
	if ctx.Err() != nil { // called off before it left
		choice = 2
	}
	switch choice {
	case 2:
		m.set(key, false)
		return timeline.Outcome{Verdict: timeline.Absent, Err: fault(timeline.CodeOffline, "down")}
	case 3:
		m.set(key, true)
		return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost before it arrived")}
	case 4:
		m.network.Send(context.WithoutCancel(ctx), r)
		return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeOffline, "lost after it arrived")}
	case 5:
		return timeline.Outcome{Verdict: timeline.Spent, Err: fault(timeline.CodeServer, "spent")}
	case 6:
		return timeline.Outcome{Verdict: timeline.Rejected, Err: fault(timeline.CodeRefused, "no")}
	case 7:
		return timeline.Outcome{Verdict: timeline.Absent, Err: fault(timeline.CodeAuth, "signed out")}
	}
	return m.network.Send(context.WithoutCancel(ctx), r)
}

func (m *moody) set(key string, doubt bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.doubt[key] = doubt
}

func (m *moody) Settle(ctx context.Context, r timeline.Request) timeline.Outcome {
	time.Sleep(50 * time.Millisecond)
	m.mu.Lock()
	choice := m.dice.IntN(6)
	if m.calm {
		choice = 0
	}
	m.mu.Unlock()
	switch choice {
	case 1:
		return timeline.Outcome{Verdict: timeline.Uncertain, Err: fault(timeline.CodeServer, "busy")}
	case 2:
		return timeline.Outcome{Verdict: timeline.Hopeless, Err: fault(timeline.CodeServer, "who knows")}
	}
	out := m.network.Settle(ctx, r)
	if out.Verdict == timeline.Absent {
		m.set(string(r.Body), false)
	}
	return out
}

func (s *story) open() *outbox.Outbox {
	o, err := outbox.Open(s.t.Context(), outbox.Options{
		Dir: s.dir, Accounts: []timeline.Account{s.m.account}, Rand: func() float64 { return 0.5 },
		Open: func(context.Context, timeline.AccountID) (timeline.Backend, error) { return s.m, nil },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s *story) drain(o *outbox.Outbox, d time.Duration) {
	ctx, cancel := context.WithTimeout(s.t.Context(), d)
	defer cancel()
	if _, err := o.Drain(ctx); err != nil {
		s.t.Error(err)
	}
}

// deeds are what persons, scripts and power cuts do to process o.
func deeds() []func(s *story, i int) {
	return []func(s *story, i int){
		func(s *story, i int) {
			text := []string{"one", "two", "part|part|part"}[s.dice.IntN(3)]
			op, err := s.procs[i].Add(s.t.Context(), planOf(outbox.Draft{Text: text}, s.m.network), outbox.Added{Key: fmt.Sprint(len(s.ops))})
			if err != nil {
				s.t.Error(err)
				return
			}
			s.ops = append(s.ops, op)
		},
		func(s *story, i int) { s.drain(s.procs[i], 10*time.Second) },
		func(s *story, i int) {
			s.procs[i].Die()
			s.procs[i] = s.open()
		},
		func(s *story, i int) {
			if len(s.ops) > 0 {
				_, err := s.procs[i].Cancel(s.t.Context(), s.ops[s.dice.IntN(len(s.ops))].ID)
				if err != nil && timeline.CodeOf(err) != timeline.CodeRefused {
					s.t.Error(err)
				}
			}
		},
		func(s *story, i int) {
			for _, op := range s.ops {
				now, err := s.procs[i].Operation(s.t.Context(), op.ID)
				// What is unconfirmed may be doubled by this: that is for a person to say.
				if err == nil && !slices.Contains(states(now.Deliveries), timeline.Unconfirmed) {
					_, err = s.procs[i].Retry(s.t.Context(), op.ID)
				}
				if err != nil {
					s.t.Error(err)
				}
			}
		},
		func(s *story, i int) { // a death in the middle, while another process works
			done := make(chan struct{}, len(s.procs))
			for _, o := range s.procs {
				go func() {
					ctx, cancel := context.WithTimeout(s.t.Context(), 10*time.Second)
					defer cancel()
					_, _ = o.Drain(ctx)
					done <- struct{}{}
				}()
			}
			time.Sleep(time.Duration(s.dice.IntN(300)) * time.Millisecond)
			s.procs[i].Die()
			for range s.procs {
				<-done
			}
			s.procs[i] = s.open()
		},
	}
}

// history plays one, lets everything come to rest, and tells what is wrong.
func history(t *testing.T, seed uint64, acts []int) []string {
	dice := rand.New(rand.NewPCG(seed, 1))
	s := &story{t: t, dir: t.TempDir(), dice: rand.New(rand.NewPCG(seed, 2)), m: &moody{network: newNetwork("a"), dice: dice, doubt: map[string]bool{}}}
	s.procs = []*outbox.Outbox{s.open(), s.open()}
	for _, act := range acts {
		deeds()[act](s, s.dice.IntN(len(s.procs)))
	}
	s.m.mu.Lock()
	s.m.calm = true
	s.m.mu.Unlock()
	for _, o := range s.procs { // each leaves what it has added to whoever comes
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	}
	last := s.open()
	for range 20 {
		s.drain(last, 10*time.Minute)
	}
	wrong := s.account(last)
	if err := last.Close(); err != nil {
		t.Error(err)
	}
	return wrong
}

// account compares what the journal says with what the network has.
func (s *story) account(o *outbox.Outbox) []string {
	s.m.mu.Lock()
	defer s.m.mu.Unlock()
	wrong := slices.Clone(s.m.wrong)
	explained := map[string]bool{}
	for _, op := range s.ops {
		now, err := o.Operation(s.t.Context(), op.ID)
		if err != nil {
			return append(wrong, errors.Join(errors.New("lost: "+op.ID), err).Error())
		}
		for _, d := range now.Deliveries {
			switch {
			case d.State == timeline.Sent:
				id := d.Receipt.Posts[0].ID.Local
				if explained[id] {
					wrong = append(wrong, "one post for two deliveries: "+id)
				}
				explained[id] = true
				if !slices.ContainsFunc(s.m.posts, func(p posted) bool { return "post-"+p.Key == id }) {
					wrong = append(wrong, "called sent and is not there: "+id)
				}
			case d.State == timeline.Waiting && slices.Contains(states(now.Deliveries), timeline.Unconfirmed) && !d.Message.Empty():
			case !d.State.Settled():
				wrong = append(wrong, fmt.Sprintf("still %s after all: %s", d.State, d.Message))
			}
		}
	}
	var unconfirmed int
	if err := o.Query("SELECT count(*) FROM delivery WHERE state = 'unconfirmed'", &unconfirmed); err != nil {
		wrong = append(wrong, err.Error())
	}
	if n := len(s.m.posts) - len(explained); n > unconfirmed {
		wrong = append(wrong, fmt.Sprintf("%d posts that no delivery tells of, %d unconfirmed", n, unconfirmed))
	}
	return wrong
}
