package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/config"
	"skein/timeline"
)

// closing tells how often it was opened and closed.
type closing struct{ closed int }

func (c *closing) Close() error { c.closed++; return nil }

func TestWhatIsOpenedOnceIsClosedOnce(t *testing.T) {
	var o once[*closing]
	opened := 0
	open := func() (*closing, error) { opened++; return &closing{}, nil }
	first, err := o.get(open)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := o.get(open); second != first || err != nil || opened != 1 {
		t.Errorf("opened %d times: %v", opened, err)
	}
	if err := errors.Join(o.close(), o.close()); err != nil || first.closed != 1 {
		t.Errorf("closed %d times: %v", first.closed, err)
	}
	if _, err := o.get(open); err == nil || opened != 1 {
		t.Error("it is opened after its end")
	}
	var never once[*closing]
	if err := never.close(); err != nil {
		t.Error(err)
	}
}

func TestTheScreenTrimsAfterAWhileAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, runs := time.Now(), []time.Duration{}
		stop := periodically(t.Context(), time.Minute, time.Hour, func(context.Context) { runs = append(runs, time.Since(began)) })
		time.Sleep(2*time.Hour + 30*time.Minute)
		stop()
		want := []time.Duration{time.Minute, time.Hour + time.Minute, 2*time.Hour + time.Minute}
		if !slices.Equal(runs, want) {
			t.Errorf("it ran at %v", runs)
		}
		time.Sleep(5 * time.Hour)
		if len(runs) != len(want) {
			t.Error("it goes on after its end")
		}
	})
}

func TestBoundsOfTrimAreTheFlagsOrTheConfigurations(t *testing.T) {
	const day = config.Span(24 * time.Hour)
	own := config.Cache{MaxSize: 2e9, MaxAge: 365 * day}
	for _, c := range []struct {
		flags trimFlags
		want  config.Cache
	}{
		{trimFlags{}, own},
		{trimFlags{olderThan: "90d"}, config.Cache{MaxAge: 90 * day}},
		{trimFlags{maxSize: "500MB"}, config.Cache{MaxSize: 5e8}},
		{trimFlags{olderThan: "36h", maxSize: "1GiB"}, config.Cache{MaxAge: day * 3 / 2, MaxSize: 1 << 30}},
	} {
		if got, err := c.flags.bounds(own); err != nil || got != c.want {
			t.Errorf("%+v: %+v, %v", c.flags, got, err)
		}
	}
	for _, f := range []trimFlags{{olderThan: "0d"}, {olderThan: "-1h"}, {olderThan: "old"}, {maxSize: "0"}, {maxSize: "-1"}, {maxSize: "large"}} {
		if b, err := f.bounds(own); timeline.CodeOf(err) != timeline.CodeUsage {
			t.Errorf("%+v: %+v, %v", f, b, err)
		}
	}
}

func TestNumbersAreReadable(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := thousands(n); got != want {
			t.Errorf("%d is written %s", n, got)
		}
	}
	if got := count(1, "post") + " " + count(1200, "post"); got != "1 post 1,200 posts" {
		t.Error(got)
	}
	for d, want := range map[time.Duration]string{
		0: "just now", 59 * time.Second: "just now", 3 * time.Minute: "3 min ago", 3 * time.Hour: "3 h ago", 47 * time.Hour: "47 h ago", 72 * time.Hour: "3 days ago",
	} {
		if got := ago(d); got != want {
			t.Errorf("%v is told as %s", d, got)
		}
	}
}

func TestMatchesAreMarkedWhereTheyAre(t *testing.T) {
	h := timeline.Hit{Snippet: timeline.Literal("a heron at last"), Marks: [][2]int{{2, 7}, {5, 9}, {11, 15}, {12, 99}}}
	got := marked(h)
	plain := strings.NewReplacer("\x1b[1;4m", "<", "\x1b[m", ">").Replace(got)
	if plain != "a <heron> at <last>" {
		t.Errorf("%q", got)
	}
}

func TestFiltersAreCompleted(t *testing.T) {
	if got, _ := completeQuery(nil, nil, "on:"); !slices.Equal(got, []string{"on:mastodon", "on:bluesky", "on:nostr"}) {
		t.Error(got)
	}
	all, _ := completeQuery(nil, nil, "")
	for _, f := range all {
		if strings.HasSuffix(f, ":") {
			continue
		}
		if _, err := timeline.ParseSearch(f, time.Now()); err != nil {
			t.Errorf("what is offered is not understood: %v", err)
		}
	}
}
