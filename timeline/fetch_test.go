package timeline_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

func TestFetchWaitsForEveryAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast, slow := newServer("mastodon", 100, time.Minute), newServer("bluesky", 100, time.Minute)
		slow.slow = 3 * time.Second
		o, accounts := options(fast, slow)
		got, err := timeline.Fetch(t.Context(), o, 35, accounts...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Posts) != 35 {
			t.Fatalf("%d posts", len(got.Posts))
		}
		for i, p := range got.Posts { // both post at the same moments
			if want := noon.Add(-time.Duration(i/2+1) * time.Minute); !p.Sorted.Equal(want) {
				t.Fatalf("post %d is of %v, want %v: a hole", i, p.Sorted, want)
			}
		}
	})
}

func TestFetchTellsWhoFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good, bad := newServer("mastodon", 5, time.Minute), newServer("bluesky", 5, time.Minute)
		bad.fail(timeline.Errorf(timeline.CodeAuth, "no"))
		o, accounts := options(good, bad)
		got, err := timeline.Fetch(t.Context(), o, 20, accounts...)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Posts) != 5 || got.Health[0].State != timeline.Live || got.Health[1].State != timeline.SignIn {
			t.Errorf("%d posts, %v", len(got.Posts), got.Health)
		}
		if bad.requests() != 1 {
			t.Errorf("%d requests: a one-shot reading does not retry", bad.requests())
		}
	})
}

func TestFetchObeysItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer("mastodon", 5, time.Minute)
		s.slow = time.Hour
		o, accounts := options(s)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := timeline.Fetch(ctx, o, 20, accounts...); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
