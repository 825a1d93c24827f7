package mastodon

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/timeline"
)

// drive is the outbox in small: it prepares, sends and settles until it is known
// what became of an intent. It returns the last verdict.
func (f *between) drive(t *testing.T, i timeline.Intent) timeline.Outcome {
	t.Helper()
	var r timeline.Request
	unknown := false
	give := time.Now().Add(20 * time.Second)
	for n := 0; time.Now().Before(give); n++ {
		if r.Body == nil {
			i.Key = fmt.Sprintf("%032x", time.Now().UnixNano())
			r = prepare(t, f.backend, i)
			n = 0
		}
		var out timeline.Outcome
		if unknown {
			out = f.backend.Settle(t.Context(), r)
		} else {
			if r.First.IsZero() {
				r.First = time.Now()
			}
			r.Last = time.Now()
			r.Tries++
			out = f.backend.Send(t.Context(), r)
		}
		switch out.Verdict {
		case timeline.Published, timeline.Rejected, timeline.Hopeless:
			return out
		case timeline.Spent:
			r, unknown = timeline.Request{}, false
		case timeline.Absent:
			unknown = false
		default:
			unknown = true
		}
		pause := 20 * time.Millisecond
		if out.Err != nil && !out.Err.Until.IsZero() {
			pause = time.Until(out.Err.Until) + time.Millisecond
		}
		time.Sleep(pause) // the outbox's own back-off
	}
	t.Fatal("it never ends")
	return timeline.Outcome{}
}

// TestExactlyOnce posts to each kind of server through each kind of broken network:
// never is there a second post, and where the server knows keys always one.
func TestExactlyOnce(t *testing.T) {
	troubles := [][]fault{
		{pass},
		{dropAnswer},
		{cutAnswer},
		{spoil},
		{serverSays},
		{dropAsked},
		{late},
		{busy},
		{patient},
		{dropKept},
		{dropAsked, dropAnswer},
		{busy, serverSays},
		{late, dropAnswer},
		{dropAsked, late, dropAsked},
		{late, late, cutAnswer},
	}
	for _, o := range []instance.Options{
		{},
		{Repeats: instance.HonourLate},
		{Repeats: instance.IgnoreKey},
		{Repeats: instance.FailRepeat},
		{Repeats: instance.StoreErrors},
		{Commit: 100 * time.Millisecond},
		{Commit: 100 * time.Millisecond, Repeats: instance.HonourLate},
		{Commit: 100 * time.Millisecond, Repeats: instance.IgnoreKey},
		{Commit: 100 * time.Millisecond, Repeats: instance.StoreErrors},
	} {
		for _, trouble := range troubles {
			t.Run(fmt.Sprintf("%s %s %v", o.Repeats, o.Commit, trouble), func(t *testing.T) {
				t.Parallel()
				f := front(t, o)
				before := publish(t, f.direct, note(f.direct, "the same words")) // which must not be taken for ours
				i := note(f.backend, "the same words")
				f.next(trouble...)
				out := f.drive(t, i)
				f.late.Wait()
				posts := f.posts(t)
				keyless := o.Repeats == instance.IgnoreKey
				switch {
				case len(posts) > 2:
					t.Fatalf("%s: posted %d times", out.Verdict, len(posts)-1)
				case out.Verdict == timeline.Hopeless && keyless: // and nobody can know
				case out.Verdict != timeline.Published:
					t.Fatalf("%s: %v", out.Verdict, out.Err)
				case len(posts) != 2:
					t.Fatal("lost")
				case out.Receipt.Posts[0].ID == before.ID || !slices.ContainsFunc(posts, func(p *timeline.Post) bool { return p.ID == out.Receipt.Posts[0].ID }):
					t.Errorf("it is said to be %s", out.Receipt.Posts[0].ID)
				}
			})
		}
	}
}

// TestTwinsAreToldApart loses the answers to two equal posts.
func TestTwinsAreToldApart(t *testing.T) {
	f := front(t, instance.Options{Repeats: instance.IgnoreKey})
	var requests []timeline.Request
	for range 2 {
		r := prepare(t, f.backend, note(f.backend, "twin"))
		r.First, r.Tries = time.Now(), 1
		requests = append(requests, r)
	}
	f.next(dropAnswer, dropAnswer)
	for _, r := range requests {
		if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Uncertain {
			t.Fatalf("%s, %v", out.Verdict, out.Err)
		}
	}
	first := f.backend.Settle(t.Context(), requests[0])
	requests[1].Taken = []timeline.ID{first.Receipt.Posts[0].ID}
	second := f.backend.Settle(t.Context(), requests[1])
	if first.Verdict != timeline.Published || second.Verdict != timeline.Published || first.Receipt.Posts[0] == second.Receipt.Posts[0] {
		t.Errorf("%+v and %+v", first, second)
	}
}
