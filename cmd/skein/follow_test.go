package main

import (
	"testing"
	"time"

	"skein/timeline"
)

// What is missing below the first post that was printed would not be printed: nobody
// pages through years of an account for it.
func TestFollowFillsOnlyWhatItPrints(t *testing.T) {
	hub := timeline.NewHub(timeline.HubOptions{})
	defer hub.Close()
	at := func(hour int) timeline.Key {
		return timeline.Key{Time: time.Date(2026, 3, 14, hour, 0, 0, 0, time.UTC)}
	}
	w := watch{hub: hub, floor: at(12), states: map[timeline.AccountID]timeline.State{}, gaps: map[timeline.Key]int{}}
	err := w.look(timeline.Changes{
		Health: []timeline.Health{{State: timeline.Live}},
		Gaps:   []timeline.Gap{{Key: at(9)}, {Key: at(15)}},
	})
	if err != nil || len(w.gaps) != 1 || w.gaps[at(15)] != 1 {
		t.Errorf("filled were %v, %v", w.gaps, err)
	}
}
