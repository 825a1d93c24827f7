package store_test

import (
	"slices"
	"testing"
	"time"

	"skein/timeline/specimen"
	"skein/timeline/store"
)

func TestForecastIsAboutWhatTrimDoes(t *testing.T) {
	now := func() time.Time { return specimen.Newest() }
	c, err := store.OpenCache(t.Context(), store.CacheOptions{Dir: t.TempDir(), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	if would, err := c.Forecast(t.Context(), store.TrimOptions{OlderThan: time.Hour, MaxBytes: 1}); err != nil || would != (store.Trimmed{}) {
		t.Errorf("of an empty cache: %+v, %v", would, err)
	}
	fill(t, c, slices.Collect(specimen.Posts(1, 3000)), 500)
	for _, o := range []store.TrimOptions{{OlderThan: 2 * time.Hour}, {MaxBytes: 1 << 20}} { // the second leaves nothing that old
		would, err := c.Forecast(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := c.Forecast(t.Context(), o); err != nil || again != would {
			t.Errorf("%+v: it has changed something: %+v, %v", o, again, err)
		}
		did, err := c.Trim(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if did.Posts == 0 || would.Posts < did.Posts/2 || would.Posts > did.Posts*2 {
			t.Errorf("%+v: %d posts were forecast, %d went", o, would.Posts, did.Posts)
		}
		if left, err := c.Forecast(t.Context(), o); err != nil || left.Posts > would.Posts/5 {
			t.Errorf("%+v: %+v is left to do, %v", o, left, err)
		}
	}
}
