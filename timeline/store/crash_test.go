package store_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"skein/timeline"
	"skein/timeline/specimen"
	"skein/timeline/store"
)

// What the test binary is told when it plays another process.
const (
	childVar = "SKEIN_STORE_TEST_DIR"
	seedVar  = "SKEIN_STORE_TEST_SEED"
	countVar = "SKEIN_STORE_TEST_COUNT"
)

func TestMain(m *testing.M) {
	for play, do := range map[string]func(dir string) error{childVar: child, muteVar: muteInChild} {
		if dir := os.Getenv(play); dir != "" {
			if err := do(dir); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	goleak.VerifyTestMain(m)
}

const perHaul = 20

// child keeps posts of a seed, haul by haul, and says after each how many are kept.
func child(dir string) error {
	ctx := context.Background()
	seed, err := strconv.ParseUint(os.Getenv(seedVar), 10, 64)
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(os.Getenv(countVar))
	if err != nil {
		return err
	}
	c, err := store.OpenCache(ctx, store.CacheOptions{Dir: dir})
	if err != nil {
		return err
	}
	s, err := store.Open(ctx, dir)
	if err != nil {
		return err
	}
	f, done := timeline.HomeOf(timeline.AccountID(fmt.Sprint("child", seed))), 0
	for haul := range slices.Chunk(slices.Collect(specimen.Posts(seed, count)), perHaul) {
		newest := haul[len(haul)-1].Key()
		_, err := c.Keep(ctx, timeline.Haul{Feed: f, Posts: haul, Up: &timeline.ReachUp{Newest: newest, Newer: timeline.Cursor(fmt.Sprint(done + len(haul)))}})
		if err != nil {
			return err
		}
		done += len(haul)
		if _, err := fmt.Println(done); err != nil {
			return err
		}
		err = errors.Join(c.MarkRead(ctx, newest), s.SetReadTo(ctx, f, newest), s.SetPosition(ctx, "home", timeline.Position{At: newest, Line: done}))
		if err != nil {
			return err
		}
	}
	return errors.Join(c.Close(), s.Close())
}

func process(ctx context.Context, dir string, seed, count int, env ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), append(env, childVar+"="+dir, fmt.Sprint(seedVar, "=", seed), fmt.Sprint(countVar, "=", count))...)
	return cmd
}

// heldBy checks that a process's posts are in the cache, exactly as many as its
// reach says, and at least told.
func heldBy(t *testing.T, c *store.Cache, seed, told int) (held int) {
	t.Helper()
	f := timeline.HomeOf(timeline.AccountID(fmt.Sprint("child", seed)))
	r, err := c.Reach(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	held, _ = strconv.Atoi(string(r.Newer))
	found, err := c.Page(t.Context(), timeline.Query{Feeds: []timeline.Feed{f}, Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Posts) != held || held < told {
		t.Errorf("process %d: %d posts are held, %d by its reach, %d were told as kept", seed, len(found.Posts), held, told)
	}
	return held
}

func TestManyProcessesWrite(t *testing.T) {
	const processes, each = 8, 400 / fewer
	dir := t.TempDir()
	var wg sync.WaitGroup
	for seed := range processes {
		wg.Go(func() {
			if out, err := process(t.Context(), dir, seed, each).CombinedOutput(); err != nil {
				t.Errorf("process %d: %v: %.300s", seed, err, out)
			}
		})
	}
	wg.Wait()
	c := openCache(t, dir)
	for seed := range processes {
		heldBy(t, c, seed, each)
	}
	sound(t, dir)
}

// A process that is killed at any moment leaves whole hauls, all that it has told of
// among them, and nobody is told of damage.
func TestKilledAtAnyMoment(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	for seed := range 12 / fewer {
		told := killed(t, process(t.Context(), dir, seed, 4000), 1+r.IntN(20), time.Duration(r.IntN(3000))*time.Microsecond)
		c := openCache(t, dir)
		held := heldBy(t, c, seed, told)
		marks(t, dir, seed, told, held)
	}
	sound(t, dir)
}

// killed runs a process until it has told of some hauls and a little longer, and
// returns how many posts it has told of.
func killed(t *testing.T, cmd *exec.Cmd, hauls int, longer time.Duration) (told int) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for n := 1; lines.Scan(); n++ {
		if told, err = strconv.Atoi(lines.Text()); err != nil {
			t.Fatal(err)
		}
		if n == hauls {
			time.AfterFunc(longer, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // it was killed
	return told
}

// marks checks that a process's marks in state.db are those of one of its last two
// hauls.
func marks(t *testing.T, dir string, seed, told, held int) {
	t.Helper()
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	k, err := s.ReadTo(t.Context(), timeline.HomeOf(timeline.AccountID(fmt.Sprint("child", seed))))
	if err != nil {
		t.Fatal(err)
	}
	posts := slices.Collect(specimen.Posts(uint64(seed), 4000))
	i := slices.IndexFunc(posts, func(p *timeline.Post) bool { return p.ID == k.ID })
	if i+1 < told-perHaul || i+1 > held {
		t.Errorf("process %d: read to post %d; %d were told, %d are held", seed, i+1, told, held)
	}
}

// filled makes a cache and leaves its write-ahead log as a crash would.
func filled(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	killed(t, process(t.Context(), dir, 1, 10*n), n/perHaul, 0)
	return dir
}

// closed makes a cache that was closed as it should be.
func closed(t *testing.T, n int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := process(t.Context(), dir, 1, n).CombinedOutput(); err != nil {
		t.Fatalf("%v: %.300s", err, out)
	}
	return dir
}

// copyTo copies the files of a cache to a folder of their own.
func copyTo(t *testing.T, from string, change func(name string, b []byte) []byte) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{"cache.db", "cache.db-wal"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, name), change(name, b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// notices collects what a Cache tells.
type notices struct {
	mu   sync.Mutex
	told []string
}

func (n *notices) tell(s timeline.Safe) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.told = append(n.told, s.String())
}

func (n *notices) count() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.told)
}

// use opens what is in a folder, reads all of it, writes to it and reads again. It
// returns how many posts there were.
func use(t *testing.T, dir string, n *notices) (before int) {
	t.Helper()
	ctx := t.Context()
	c, err := store.OpenCache(ctx, store.CacheOptions{Dir: dir, Tell: n.tell})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	f := timeline.HomeOf("child1")
	count := func() int {
		t.Helper()
		found, err := c.Page(ctx, timeline.Query{Feeds: []timeline.Feed{f}, Limit: 1 << 20})
		if err != nil {
			t.Fatalf("reading: %v", err)
		}
		if _, err := c.Search(ctx, timeline.Search{Words: []string{"the"}, Limit: 100}); err != nil {
			t.Fatalf("searching: %v", err)
		}
		return len(found.Posts)
	}
	before = count()
	told := n.count()
	haul := timeline.Haul{Feed: f, Posts: []*timeline.Post{said(timeline.Nostr, "cy", 9000, "the last one")}}
	if _, err := c.Keep(ctx, haul); err != nil {
		t.Fatalf("writing: %v", err)
	}
	if after := count(); n.count() == told && after != before+1 || after < 1 {
		t.Errorf("%d posts, then %d", before, after)
	}
	return before
}

// A log that ends anywhere is what a crash leaves: whole hauls up to there.
func TestLogIsCutAtEveryFrame(t *testing.T) {
	from := filled(t, 100)
	wal, err := os.ReadFile(filepath.Join(from, "cache.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	const header, frameHeader = 32, 24
	frame := frameHeader + int(binary.BigEndian.Uint32(wal[8:]))
	frames := (len(wal) - header) / frame
	last := 0
	for cut := 0; cut <= frames; cut += max(1, fewer*frames/40) {
		for _, torn := range []int{0, frame / 2} {
			var n notices
			dir := copyTo(t, from, func(name string, b []byte) []byte {
				if name == "cache.db" {
					return b
				}
				return b[:min(len(b), header+cut*frame+torn)]
			})
			posts := use(t, dir, &n)
			if n.count() > 0 || posts%perHaul != 0 || posts < last {
				t.Errorf("with %d of %d frames: %d posts, told %q", cut, frames, posts, n.told)
			}
			last = max(last, posts)
		}
	}
	if last == 0 {
		t.Error("nothing was read from any log")
	}
}
