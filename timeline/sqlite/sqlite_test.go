package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"skein/timeline"
	"skein/timeline/sqlite"
)

const childVar = "SKEIN_SQLITE_TEST_FILE"

var first = []string{"CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT"}

func TestMain(m *testing.M) {
	if path := os.Getenv(childVar); path != "" {
		os.Exit(child(path))
	}
	goleak.VerifyTestMain(m)
}

// child is a process of TestManyProcessesOpenANewFile.
func child(path string) int {
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: path, Migrations: first, Precious: true})
	if err == nil {
		err = errors.Join(insert(db, "by a process"), db.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func insert(db *sql.DB, text string) error {
	return sqlite.Write(context.Background(), db, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(context.Background(), "INSERT INTO word(text) VALUES(?)", text)
		return err
	})
}

func open(t *testing.T, o sqlite.Options) *sql.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func scan[T any](t *testing.T, db *sql.DB, query string) T {
	t.Helper()
	var v T
	if err := db.QueryRowContext(t.Context(), query).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func TestOpenSetsTheFileUp(t *testing.T) {
	// Every sign that means something in an address.
	path := filepath.Join(t.TempDir(), "a folder", "50% #1?.db")
	if runtime.GOOS == "windows" {
		path = filepath.Join(t.TempDir(), "a folder", "50% #1.db")
	}
	db := open(t, sqlite.Options{Path: path, Migrations: first, Precious: true})
	if err := insert(db, "kept"); err != nil {
		t.Fatal(err)
	}
	if mode := scan[string](t, db, "PRAGMA journal_mode"); mode != "wal" {
		t.Errorf("journal_mode %s", mode)
	}
	for pragma, want := range map[string]int{"synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "fullfsync": 1, "user_version": 1} {
		if got := scan[int](t, db, "PRAGMA "+pragma); got != want {
			t.Errorf("%s is %d, not %d", pragma, got, want)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	for name, want := range map[string]os.FileMode{path: 0o600, path + "-wal": 0o600, filepath.Dir(path): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %o, not %o", name, info.Mode().Perm(), want)
		}
	}
}

func TestManyOpenANewFileAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrations: first})
			if err != nil {
				t.Error(err)
				return
			}
			if err := errors.Join(insert(db, "by a goroutine"), db.Close()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	db := open(t, sqlite.Options{Path: path, Migrations: first})
	if n := scan[int](t, db, "SELECT count(*) FROM word"); n != 8 {
		t.Errorf("%d of 8 rows", n)
	}
}

func TestManyProcessesOpenANewFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0])
			cmd.Env = append(os.Environ(), childVar+"="+path)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	wg.Wait()
	db := open(t, sqlite.Options{Path: path, Migrations: first})
	if n := scan[int](t, db, "SELECT count(*) FROM word"); n != 8 {
		t.Errorf("%d of 8 rows", n)
	}
}

func TestMigrationLeavesACopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db := open(t, sqlite.Options{Path: path, Migrations: first, Precious: true})
	if err := errors.Join(insert(db, "before"), db.Close()); err != nil {
		t.Fatal(err)
	}
	second := append(first[:1:1], "ALTER TABLE word ADD COLUMN lang TEXT; UPDATE word SET lang = 'en'")
	told := 0
	for range 2 { // the second time there is nothing to do
		db = open(t, sqlite.Options{Path: path, Migrations: second, Precious: true, Upgrading: func() { told++ }})
	}
	if told != 1 {
		t.Errorf("told %d times of one migration", told)
	}
	if lang := scan[string](t, db, "SELECT lang FROM word"); lang != "en" {
		t.Errorf("migrated to %q", lang)
	}
	kept := open(t, sqlite.Options{Path: path + ".v1", Migrations: first, Precious: true})
	if text := scan[string](t, kept, "SELECT text FROM word"); text != "before" {
		t.Errorf("the copy holds %q", text)
	}
	if n := scan[int](t, kept, "SELECT count(*) FROM pragma_table_info('word')"); n != 2 {
		t.Errorf("the copy has %d columns: it is not of before", n)
	}
}

func TestMigrationThatFailsChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	db := open(t, sqlite.Options{Path: path, Migrations: first})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	broken := append(first[:1:1], "ALTER TABLE word ADD COLUMN lang TEXT; SELECT nonsense")
	if _, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrations: broken}); err == nil {
		t.Fatal("a broken migration went through")
	}
	db = open(t, sqlite.Options{Path: path, Migrations: first})
	if n := scan[int](t, db, "SELECT count(*) FROM pragma_table_info('word')"); n != 2 {
		t.Errorf("%d columns: half of it was kept", n)
	}
}

func TestNewerSchemaIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newer.db")
	db := open(t, sqlite.Options{Path: path, Migrations: append(first[:1:1], "SELECT 1")})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrations: first})
	if timeline.CodeOf(err) != timeline.CodeUnsupported || !strings.Contains(err.Error(), "update skein") {
		t.Errorf("refused with %v", err)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	dir := t.TempDir()
	damaged := filepath.Join(dir, "damaged.db")
	if err := os.WriteFile(damaged, []byte(strings.Repeat("no database at all\n", 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder.db")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{damaged: "damaged", folder: "cannot be written"} {
		_, err := sqlite.Open(t.Context(), sqlite.Options{Path: path, Migrations: first})
		var e *timeline.Error
		if !errors.As(err, &e) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%s: %v", filepath.Base(path), err)
		}
	}
	if b, err := os.ReadFile(damaged); err != nil || !strings.HasPrefix(string(b), "no database") {
		t.Errorf("the damaged file was touched: %v", err)
	}
}

func TestFullDiskIsTold(t *testing.T) {
	db := open(t, sqlite.Options{Path: filepath.Join(t.TempDir(), "small.db"), Migrations: first, Conns: 1})
	if _, err := db.ExecContext(t.Context(), "PRAGMA max_page_count = 8"); err != nil {
		t.Fatal(err)
	}
	var err error
	for range 10 {
		if err = insert(db, strings.Repeat("x", 8000)); err != nil {
			break
		}
	}
	err = sqlite.Explain(err, "small.db")
	if err == nil || !strings.Contains(err.Error(), "the disk is full: small.db") {
		t.Errorf("told as %v", err)
	}
}

func TestWriteThatFailsChangesNothing(t *testing.T) {
	db := open(t, sqlite.Options{Path: filepath.Join(t.TempDir(), "a.db"), Migrations: first})
	failed := errors.New("no")
	err := sqlite.Write(t.Context(), db, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(t.Context(), "INSERT INTO word(text) VALUES('half')"); err != nil {
			return err
		}
		return failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("failed with %v", err)
	}
	if n := scan[int](t, db, "SELECT count(*) FROM word"); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
}

func TestOnIsWholeOrNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db, other := open(t, sqlite.Options{Path: path, Migrations: first}), open(t, sqlite.Options{Path: path, Migrations: first})
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	add := func(text string) error {
		_, err := conn.ExecContext(t.Context(), "INSERT INTO word(text) VALUES(?)", text)
		return err
	}
	failed := errors.New("no")
	if err := sqlite.On(t.Context(), conn, true, func() error { return errors.Join(add("half"), failed) }); !errors.Is(err, failed) {
		t.Errorf("failed with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if err := sqlite.On(ctx, conn, true, func() error { cancel(); return add("kept") }); err != nil {
		t.Errorf("a transaction that had done its work: %v", err)
	}
	// A reader sees one state throughout, whoever writes.
	err = sqlite.On(t.Context(), conn, false, func() error {
		var before, after int
		if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM word").Scan(&before); err != nil {
			return err
		}
		if err := insert(other, "meanwhile"); err != nil {
			return err
		}
		if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM word").Scan(&after); err != nil {
			return err
		}
		if before != 1 || after != 1 {
			t.Errorf("%d rows, then %d", before, after)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if n := scan[int](t, db, "SELECT count(*) FROM word"); n != 2 {
		t.Errorf("%d rows instead of 2", n)
	}
}

func TestFileThatShrinks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	for range 2 { // made, and opened again
		db := open(t, sqlite.Options{Path: path, Migrations: first, Shrinks: true, Pragmas: []string{"cache_size(-1234)"}})
		if mode := scan[int](t, db, "PRAGMA auto_vacuum"); mode != 2 {
			t.Errorf("auto_vacuum is %d", mode)
		}
		if size := scan[int](t, db, "PRAGMA cache_size"); size != -1234 {
			t.Errorf("cache_size is %d", size)
		}
	}
}
