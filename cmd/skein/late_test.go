package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"skein/config"
	"skein/timeline"
)

func lateApp(t *testing.T) *app {
	t.Helper()
	dir := t.TempDir()
	a := &app{world: world{out: &bytes.Buffer{}, err: &bytes.Buffer{}, now: time.Now}, log: slog.New(slog.DiscardHandler)}
	a.paths = config.Paths{Cache: filepath.Join(dir, "cache"), State: filepath.Join(dir, "state")}
	if err := config.MakePrivate(a.paths.State); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.close)
	return a
}

func TestLateFilesAreOpenedOnUse(t *testing.T) {
	a := lateApp(t)
	var o timeline.HubOptions
	a.keepWith(t.Context(), &o)
	if entries, err := os.ReadDir(a.paths.State); err != nil || len(entries) != 0 {
		t.Fatalf("opened before anybody asks: %v, %v", entries, err)
	}
	feed, to := timeline.HomeOf("a"), timeline.Key{Time: time.Unix(1, 0).UTC(), ID: timeline.ID{Network: timeline.Nostr, Local: "1"}}
	if err := o.Marks.SetReadTo(t.Context(), feed, to); err != nil {
		t.Fatal(err)
	}
	state, err := a.state(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := state.ReadTo(t.Context(), feed); err != nil || got.Compare(to) != 0 {
		t.Errorf("state.db has %v, %v", got, err)
	}
	if _, err := o.Cache.Reach(t.Context(), feed); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(a.paths.Cache, "cache.db")); err != nil {
		t.Error(err)
	}
}

// Without its marks all that is kept would count as unread.
func TestLateFilesFailTogether(t *testing.T) {
	a := lateApp(t)
	if err := os.Mkdir(filepath.Join(a.paths.State, "state.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	files := a.lateFiles(t.Context())
	_, first := files.Reach(t.Context(), timeline.HomeOf("a"))
	_, second := files.FirstSeen(t.Context(), nil)
	if first == nil || second == nil {
		t.Errorf("state.db cannot be opened: %v, %v", first, second)
	}
}
