package endure_test

import (
	"bytes"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"skein/e2e"
)

// wear makes a home that was used: posts are read, somebody is in the address book,
// and a post waits in the outbox for tomorrow.
func wear(t *testing.T, tw *town) *e2e.Home {
	t.Helper()
	home := tw.home(t)
	home.Run(t, "timeline", "-n", "200").Exits(t, 0)
	home.Run(t, "people", "add", "friend", "@"+tw.authors["mastodon"]+"@"+tw.instance.Host()).Exits(t, 0)
	home.Run(t, "post", "for tomorrow", "--at", "+24h", "--no-wait").Exits(t, 0)
	return home
}

// damage is something that becomes of a home.
type damage struct {
	name string
	do   func(t *testing.T, home *e2e.Home)
	told string // on standard error, once; "" for nothing
	lost bool   // what was read before
}

// overwrite is a damage that leaves a file with this content and no log.
func overwrite(folder, name, content string) func(*testing.T, *e2e.Home) {
	return func(t *testing.T, home *e2e.Home) {
		t.Helper()
		remove(t, home, folder, name+"-wal", name+"-shm")
		if err := os.WriteFile(file(home, folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func remove(t *testing.T, home *e2e.Home, folder string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(file(home, folder, name)); err != nil {
			t.Fatal(err)
		}
	}
}

// execute is a damage that a statement does.
func execute(folder, name, statement string) func(*testing.T, *e2e.Home) {
	return func(t *testing.T, home *e2e.Home) {
		t.Helper()
		db, err := sql.Open("sqlite", file(home, folder, name))
		if err != nil {
			t.Fatal(err)
		}
		_, err = db.ExecContext(t.Context(), statement)
		if err := errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
	}
}

var garbage = strings.Repeat("no database at all\n", 5000)

// Whatever has become of cache.db, reading goes on at once and says what was lost, and
// nothing else is touched.
func TestBrokenCache(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	worn := wear(t, tw)
	const anew = `begun anew`
	for _, d := range []damage{
		{"garbage", overwrite("cache", "cache.db", garbage), anew, true},
		{"empty", overwrite("cache", "cache.db", ""), "", true},
		{"gone", func(t *testing.T, h *e2e.Home) { remove(t, h, "cache", "cache.db", "cache.db-wal", "cache.db-shm") }, "", true},
		{"half", func(t *testing.T, h *e2e.Home) {
			b, err := os.ReadFile(file(h, "cache", "cache.db"))
			if err != nil {
				t.Fatal(err)
			}
			overwrite("cache", "cache.db", string(b[:len(b)/2]))(t, h)
		}, anew, true},
		{"newer", execute("cache", "cache.db", "PRAGMA user_version = 1000"), `newer skein.*` + anew, true},
		{"a folder", func(t *testing.T, h *e2e.Home) {
			remove(t, h, "cache", "cache.db", "cache.db-wal", "cache.db-shm")
			if err := os.MkdirAll(file(h, "cache", "cache.db/folder"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, `not kept: .*cache\.db`, true},
		{"a file where the folder was", func(t *testing.T, h *e2e.Home) {
			remove(t, h, "", "cache")
			overwrite("", "cache", "a file")(t, h)
		}, `not kept: .*cache`, true},
	} {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			home := copyHome(t, worn.Dir)
			d.do(t, home)
			outbox := content(t, home, "outbox.db")
			result := home.Run(t, "timeline", "-n", "60", "--json").Exits(t, 0)
			if n := len(result.Posts(t)); n != 60 {
				t.Errorf("%d posts instead of 60", n)
			}
			tells(t, result, d.told)
			if !bytes.Equal(content(t, home, "outbox.db"), outbox) {
				t.Error("outbox.db was changed")
			}
			works(t, home)
			if strings.Contains(d.told, "not kept") {
				home.Run(t, "timeline", "--cached").Exits(t, 1).Says(t, `cache`)
				home.Run(t, "search", "the").Exits(t, 1).Says(t, `cache`)
				return
			}
			again := home.Run(t, "timeline", "-n", "60", "--json").Exits(t, 0)
			tells(t, again, "") // it was told
			if n := len(kept(t, home)); n < 60 {
				t.Errorf("%d of 60 posts are kept", n)
			}
			sound(t, home)
		})
	}
}

// works checks what a broken cache must not touch: the outbox and the address book.
func works(t *testing.T, home *e2e.Home) {
	t.Helper()
	if out := home.Run(t, "outbox", "list", "--json").Exits(t, 0).Stdout; strings.Count(out, `"scheduled"`) != 3 {
		t.Errorf("three deliveries were scheduled, and now: %s", out)
	}
	if out := home.Run(t, "people", "list", "--json").Exits(t, 0).Stdout; !strings.Contains(out, `"friend"`) {
		t.Errorf("the address book is %s", out)
	}
}

// tells checks that standard error says one thing, or nothing.
func tells(t *testing.T, r e2e.Result, pattern string) {
	t.Helper()
	if pattern == "" {
		if r.Stderr != "" {
			t.Errorf("it complains:\n%s", r.Stderr)
		}
		return
	}
	r.Says(t, pattern)
}

func content(t *testing.T, home *e2e.Home, name string) []byte {
	t.Helper()
	var all []byte
	for _, part := range []string{"", "-wal"} {
		b, err := os.ReadFile(file(home, "state", name+part))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// A log that ends anywhere is as after a power cut: nobody complains, and what is
// there is sound.
func TestCutLog(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	worn := tw.home(t)
	term := worn.Terminal(t, columns, lines)
	allWell(t, term)
	if err := syscall.Kill(term.Pid(t), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	term.WaitExit(t)
	log, err := os.Stat(file(worn, "cache", "cache.db-wal"))
	if err != nil || log.Size() == 0 {
		t.Fatalf("the kill has left no log: %v", err)
	}
	whole := len(kept(t, copyHome(t, worn.Dir)))
	for _, tenths := range []int64{0, 1, 3, 5, 8, 9, 10} {
		home := copyHome(t, worn.Dir)
		if err := os.Truncate(file(home, "cache", "cache.db-wal"), log.Size()*tenths/10); err != nil {
			t.Fatal(err)
		}
		offline := home.Run(t, "timeline", "--cached", "--json", "-n", "10000").Exits(t, 0)
		if n := len(offline.Posts(t)); n > whole || tenths == 10 && n != whole {
			t.Errorf("%d tenths of the log hold %d posts of %d", tenths, n, whole)
		}
		if strings.Contains(offline.Stderr, "anew") {
			t.Errorf("%d tenths of a log are told as damage: %s", tenths, offline.Stderr)
		}
		read := home.Run(t, "timeline", "--json", "-n", "60").Exits(t, 0)
		if n := len(read.Posts(t)); n != 60 {
			t.Errorf("%d posts instead of 60", n)
		}
		tells(t, read, "")
		sound(t, home)
	}
	sound(t, worn)
}

// state.db is precious: what is not understood there is refused and left as it is.
// All that can do without it goes on.
func TestBrokenState(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 300)
	worn := wear(t, tw)
	for _, d := range []damage{
		{name: "garbage", do: overwrite("state", "state.db", garbage), told: `state\.db`},
		{name: "newer", do: execute("state", "state.db", "PRAGMA user_version = 1000"), told: `state\.db.*newer|newer.*state\.db`},
		{name: "a folder", do: func(t *testing.T, h *e2e.Home) {
			remove(t, h, "state", "state.db", "state.db-wal", "state.db-shm")
			if err := os.MkdirAll(file(h, "state", "state.db/folder"), 0o700); err != nil {
				t.Fatal(err)
			}
		}, told: `state\.db`},
	} {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			home := copyHome(t, worn.Dir)
			d.do(t, home)
			before := tree(t, file(home, "state", "state.db"))
			result := home.Run(t, "timeline", "-n", "60", "--json").Exits(t, 0)
			if n := len(result.Posts(t)); n != 60 {
				t.Errorf("%d posts instead of 60", n)
			}
			tells(t, result, `not kept: .*(`+d.told+`)`)
			home.Run(t, "people", "list").Exits(t, 1).Says(t, d.told)
			home.Run(t, "people", "add", "other", "@"+tw.authors["mastodon"]+"@"+tw.instance.Host()).Exits(t, 1).Says(t, d.told)
			if n := len(kept(t, home)); n < 200 {
				t.Errorf("of what was read %d posts are left", n)
			}
			term := home.Terminal(t, columns, lines)
			screen := term.WaitUntil(t, "it is told, and posts are there", func(s e2e.Screen) bool {
				return strings.Contains(string(s), "not remembered") && s.Selected() != ""
			})
			if strings.Contains(string(screen), "goroutine") {
				t.Error(screen.Framed())
			}
			allWell(t, term)
			down(t, term, 3)
			quit(t, term)
			if after := tree(t, file(home, "state", "state.db")); after != before {
				t.Errorf("state.db was touched: it was %d bytes of names and contents, and is %d", len(before), len(after))
			}
			if out := home.Run(t, "outbox", "list", "--json").Exits(t, 0).Stdout; strings.Count(out, `"scheduled"`) != 3 {
				t.Errorf("three deliveries were scheduled, and now: %s", out)
			}
		})
	}
}

// tree is all that is at a path, names and contents.
func tree(t *testing.T, path string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(path, func(at string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		all.WriteString(at + "\n")
		if d.IsDir() {
			return nil
		}
		b, err := os.ReadFile(at)
		all.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// On a full disk reading goes on and says what is not kept; what is written is
// refused or journaled, and there is room again afterwards.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	tw := startTown(t, 2000)
	home := wear(t, tw)
	small := t.TempDir()
	if err := syscall.Mount("skein-endure", small, "tmpfs", 0, "size=24m"); err != nil {
		t.Skipf("NOT RUN: a full disk, for no small file system can be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(small, 0); err != nil {
			t.Errorf("unmount %s: %v", small, err)
		}
	})
	onSmall := *home
	onSmall.Dir = filepath.Join(small, "home")
	if err := os.CopyFS(onSmall.Dir, os.DirFS(home.Dir)); err != nil {
		t.Fatal(err)
	}
	before := len(kept(t, &onSmall))
	filler := filepath.Join(small, "filler")
	fill(t, filler)
	none := onSmall.Run(t, "timeline", "-n", "60", "--json").Exits(t, 0)
	if n := len(none.Posts(t)); n != 60 {
		t.Errorf("%d posts instead of 60", n)
	}
	tells(t, none, `not kept: .*disk is full`)
	onSmall.Run(t, "post", "no room at all", "--to", "mastodon", "--no-wait").Exits(t, 1, 6).Says(t, `disk is full`)

	const little = 300 << 10 // to begin with, and not for all that is read
	if err := os.Truncate(filler, sizeOf(t, filler)-little); err != nil {
		t.Fatal(err)
	}
	full := onSmall.Run(t, "timeline", "-n", "1500", "--json").Exits(t, 0)
	if n := len(full.Posts(t)); n != 1500 {
		t.Errorf("%d posts instead of 1500", n)
	}
	if !regexp.MustCompile(`(?i)not kept: .*disk is full`).MatchString(full.Stderr) {
		t.Errorf("it says %q", full.Stderr)
	}
	if now := len(kept(t, &onSmall)); now < before {
		t.Errorf("of %d posts %d are left", before, now)
	}
	refused := onSmall.Run(t, "post", strings.Repeat("no room ", 20), "--to", "mastodon", "--no-wait")
	if refused.Code == 0 != strings.Contains(onSmall.Run(t, "outbox", "list", "--json").Stdout, "no room") {
		t.Errorf("exit code %d, and the outbox disagrees:\n%s", refused.Code, refused)
	}
	term := onSmall.Terminal(t, columns, lines)
	allWell(t, term)
	down(t, term, 20)
	quit(t, term)

	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	well := onSmall.Run(t, "timeline", "-n", "1500", "--json").Exits(t, 0)
	tells(t, well, "")
	if n := len(kept(t, &onSmall)); n < 1500 {
		t.Errorf("with room again %d of 1500 posts are kept", n)
	}
	works(t, &onSmall)
	sound(t, &onSmall)
}

func sizeOf(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// fill makes a file that takes all the room that is left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
