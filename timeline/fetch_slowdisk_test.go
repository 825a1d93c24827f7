package timeline_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// busyDisk is a Cache that takes its time to keep.
type busyDisk struct {
	*timeline.Memory
	takes time.Duration
}

func (b busyDisk) Keep(ctx context.Context, hauls ...timeline.Haul) (timeline.Kept, error) {
	time.Sleep(b.takes) // of the bubble's clock
	return b.Memory.Keep(ctx, hauls...)
}

// An account that answers while the others' posts are being written must not be
// taken for one whose posts were handed over.
func TestFetchWaitsForWhatArrivesWhileTheDiskIsBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast, slow := newServer("mastodon", 100, time.Minute), newServer("bluesky", 100, time.Minute)
		slow.slow = time.Second
		o, accounts := options(fast, slow)
		o.Cache = busyDisk{timeline.NewMemory(), 3 * time.Second}
		got, err := timeline.Fetch(t.Context(), o, 10, accounts...)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range got.Posts { // both post at the same moments
			if want := noon.Add(-time.Duration(i/2+1) * time.Minute); !p.Sorted.Equal(want) {
				t.Fatalf("post %d is of %v, want %v: a hole", i, p.Sorted, want)
			}
		}
	})
}
