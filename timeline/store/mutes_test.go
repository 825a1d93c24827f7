package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/timeline"
	"skein/timeline/store"
)

var begun = time.Date(2026, 11, 30, 12, 0, 0, 123, time.UTC)

func word(s string) timeline.Mute {
	return timeline.Mute{Kind: timeline.MuteWord, Word: s, Created: begun}
}

func muted(t *testing.T, s *store.Store) (list []timeline.Mute, version int64) {
	t.Helper()
	list, version, err := s.Muted(t.Context(), 0)
	must(t, err)
	return list, version
}

func whats(list []timeline.Mute) string {
	var out []string
	for _, m := range list {
		what := m.What().String()
		for _, h := range m.Handles {
			what += " " + h.Handle
		}
		out = append(out, what)
	}
	return strings.Join(out, ", ")
}

func TestMutesAreKept(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	sky := timeline.Handle{Network: timeline.Bluesky, Handle: "@bo.example", ID: "did:plc:bo", URL: "https://bsky.example/bo"}
	want := []timeline.Mute{
		word("Crème brûlée"),
		{Kind: timeline.MutePerson, Handles: []timeline.Handle{sky}, Created: begun, Until: begun.AddDate(0, 0, 7)},
		{Kind: timeline.MuteNetwork, Network: timeline.Nostr, Created: begun},
		{Kind: timeline.MutePerson, Name: "ana", Handles: []timeline.Handle{onMasto("@ana@host.example"), {Network: timeline.Nostr, Handle: "npub1ana", ID: "f00"}}, Created: begun},
		word("#cats"),
	}
	{
		s, err := store.Open(ctx, dir)
		must(t, err)
		must(t, s.AddPerson(ctx, "ana", want[3].Handles...))
		for i := range want {
			m := want[i]
			if m.Name != "" {
				m.Handles, m.Name = nil, "ANA" // who that is the address book says
			}
			kept, err := s.Mute(ctx, m)
			must(t, err)
			want[i].ID = kept.ID
			if diff := cmp.Diff(want[i], kept); diff != "" {
				t.Error(diff)
			}
		}
		must(t, s.Close())
	}
	s := open(t, dir)
	got, version := muted(t, s)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if again, same, err := s.Muted(ctx, version); err != nil || again != nil || same != version {
		t.Errorf("what is known already is %v, version %d of %d, %v", again, same, version, err)
	}
	must(t, s.Unmute(ctx, want[1].ID))
	wants(t, timeline.CodeNotFound, s.Unmute(ctx, want[1].ID))
	if got, _ := muted(t, s); whats(got) != `"Crème brûlée", nostr, ana @ana@host.example npub1ana, #cats` {
		t.Errorf("left are %s", whats(got))
	}
}

func TestMutesThatMakeNoSense(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	for code, bad := range map[timeline.Code][]timeline.Mute{
		timeline.CodeUsage: {
			{},
			word(""), word("#"),
			{Kind: timeline.MutePerson, Handles: []timeline.Handle{{Network: "gopher", Handle: "@a"}}},
			{Kind: timeline.MutePerson, Handles: []timeline.Handle{onMasto("a b")}},
		},
		timeline.CodeNotFound: {{Kind: timeline.MutePerson, Name: "nobody"}},
	} {
		for _, m := range bad {
			_, err := s.Mute(ctx, m)
			wants(t, code, err)
		}
	}
	if list, _ := muted(t, s); len(list) > 0 {
		t.Errorf("kept are %s", whats(list))
	}
}

// The same is muted once, however it is written; what ends later is what was said last.
func TestMutedAgain(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	first, err := s.Mute(ctx, word("Über"))
	must(t, err)
	again := word("uber")
	again.Created, again.Until = begun.Add(time.Hour), begun.Add(48*time.Hour)
	second, err := s.Mute(ctx, again)
	must(t, err)
	if second.ID != first.ID || !second.Until.Equal(again.Until) || !second.Created.Equal(begun) || second.Word != "uber" {
		t.Errorf("it is %+v", second)
	}
	// What has ended goes with the next that is kept.
	other := word("rain")
	other.Created = again.Until
	_, err = s.Mute(ctx, other)
	must(t, err)
	if list, _ := muted(t, s); whats(list) != `"rain"` {
		t.Errorf("left are %s", whats(list))
	}
}

// A mute follows the address book: new handles are hidden, and a name that is forgotten
// lets nobody out.
func TestMutesFollowTheBook(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	must(t, s.AddPerson(ctx, "ana", onMasto("@ana@host.example")))
	must(t, s.AddPerson(ctx, "bea", onMasto("@bea@host.example")))
	_, err := s.Mute(ctx, timeline.Mute{Kind: timeline.MutePerson, Name: "ana", Created: begun, Until: begun.AddDate(1, 0, 0)})
	must(t, err)
	_, known := muted(t, s)
	for _, change := range []struct {
		do   func() error
		want string
	}{
		{func() error {
			return s.Link(ctx, "ana", timeline.Handle{Network: timeline.Bluesky, Handle: "@ana.example", ID: "did:ana"})
		}, "ana @ana@host.example @ana.example"},
		{func() error { return s.RenamePerson(ctx, "ana", "Annie") }, "Annie @ana@host.example @ana.example"},
		{func() error { return s.RemovePerson(ctx, "annie") }, "@ana@host.example @ana@host.example, @ana.example @ana.example"},
		{func() error { return s.RemovePerson(ctx, "bea") }, "@ana@host.example @ana@host.example, @ana.example @ana.example"},
	} {
		must(t, change.do())
		list, version := muted(t, s)
		if whats(list) != change.want || version == known {
			t.Errorf("muted is %s, not %s; version %d after %d", whats(list), change.want, version, known)
		}
		if !list[0].Until.Equal(begun.AddDate(1, 0, 0)) {
			t.Errorf("it ends %v", list[0].Until)
		}
		known = version
	}
}

// A file of the schema before has everything that it had, and takes mutes.
func TestMutesComeToAnOlderFile(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s, err := store.Open(ctx, dir)
	must(t, err)
	must(t, s.AddPerson(ctx, "ana", onMasto("@ana@host.example")))
	must(t, s.Close())
	db, err := sql.Open("sqlite", filepath.Join(dir, "state.db"))
	must(t, err)
	for _, stmt := range store.BeforeMutes() {
		_, err := db.ExecContext(ctx, stmt)
		must(t, err)
	}
	must(t, db.Close())

	s = open(t, dir)
	_, err = s.Mute(ctx, timeline.Mute{Kind: timeline.MutePerson, Name: "ana", Created: begun})
	must(t, err)
	if list, _ := muted(t, s); whats(list) != "ana @ana@host.example" {
		t.Errorf("muted is %s", whats(list))
	}
	if _, err := os.Stat(filepath.Join(dir, "state.db.v2")); err != nil {
		t.Errorf("no copy of what was there: %v", err)
	}
}

// Several processes mute at once; each sees what the others did.
func TestProcessesShareMutes(t *testing.T) {
	dir, ctx := t.TempDir(), t.Context()
	s := open(t, dir)
	_, before := muted(t, s)
	const processes, each = 4, 10
	var wg sync.WaitGroup
	for i := range processes {
		wg.Go(func() {
			cmd := exec.CommandContext(ctx, os.Args[0])
			cmd.Env = append(os.Environ(), muteVar+"="+dir, fmt.Sprint(seedVar, "=", i), fmt.Sprint(countVar, "=", each))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	list, version := muted(t, s)
	if len(list) != processes*each+1 || version == before {
		t.Errorf("%d mutes, version %d after %d", len(list), version, before)
	}
}

const muteVar = "SKEIN_STORE_TEST_MUTES"

// muteInChild mutes words of a process's own, and one that all mute.
func muteInChild(dir string) error {
	ctx := context.Background()
	s, err := store.Open(ctx, dir)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(os.Getenv(countVar))
	if err != nil {
		return err
	}
	for i := range n {
		for _, w := range []string{fmt.Sprint("word", os.Getenv(seedVar), "x", i), "shared"} {
			if _, err := s.Mute(ctx, word(w)); err != nil {
				return err
			}
		}
		if _, err := fmt.Println(i + 1); err != nil {
			return err
		}
	}
	return s.Close()
}

// A process that is killed leaves every mute that it told of.
func TestKilledWhileMuting(t *testing.T) {
	for i := range 4 {
		dir := t.TempDir()
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), muteVar+"="+dir, seedVar+"=1", countVar+"=4000")
		told := killed(t, cmd, 1+3*i, time.Duration(i)*300*time.Microsecond)
		list, _ := muted(t, open(t, dir))
		if n := len(list) - 1; n < told || n > told+1 {
			t.Errorf("%d mutes are kept, %d were told", n, told)
		}
	}
}

func TestMutesHaveABound(t *testing.T) {
	s, ctx := open(t, t.TempDir()), t.Context()
	store.FillMutes(t, s, 2000)
	_, err := s.Mute(ctx, word("one more"))
	wants(t, timeline.CodeRefused, err)
	last := word("filler0")
	last.Until = begun.AddDate(0, 0, 1)
	if _, err := s.Mute(ctx, last); err != nil { // it is there already
		t.Error(err)
	}
	if list, _ := muted(t, s); len(list) != 2000 {
		t.Errorf("%d mutes", len(list))
	}
}
