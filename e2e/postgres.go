package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Postgres is a throwaway PostgreSQL server.
type Postgres struct {
	URL string // postgresql://…, superuser, no password
}

// StartPostgres makes a new database cluster in a temporary folder and serves it
// until the test ends. It forgoes durability: nobody will miss these rows.
func StartPostgres(t testing.TB) *Postgres {
	t.Helper()
	Require(t, ToolPostgres)
	// Not t.TempDir: its parent is closed to the user that PostgreSQL runs as.
	dir, err := os.MkdirTemp("", "skein-e2e-postgres-")
	if err != nil {
		t.Fatalf("folder for PostgreSQL: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // its guard has done so, unless it never started
	as := postgresUser(t)
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			t.Fatalf("folder for PostgreSQL: %v", err)
		}
	}

	data, port := filepath.Join(dir, "data"), FreePort(t)
	initdb := exec.CommandContext(t.Context(), mustProgram(t, "initdb"),
		"--pgdata", data, "--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C")
	initdb.Dir = dir
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	if out, err := initdb.CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	isReady := mustProgram(t, "pg_isready")
	startService(t, serviceOptions{
		name: "postgres", dir: dir, as: as, stop: "QUIT", within: 30 * time.Second,
		argv: []string{
			mustProgram(t, "postgres"), "-D", data, "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off",
		},
		ready: func(ctx context.Context) error {
			return exec.CommandContext(ctx, isReady, "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(port)).Run()
		},
	})
	return &Postgres{URL: fmt.Sprintf("postgresql://postgres@%s/postgres", loopback(port))}
}

// postgresUser is who runs the server: PostgreSQL refuses root, so root lends it
// to the user that the package made. Nil means the current user.
func postgresUser(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		t.Fatalf("PostgreSQL refuses to run as root, and there is no user named postgres to run it: %v", err)
	}
	uid, errUID := strconv.ParseUint(account.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(account.Gid, 10, 32)
	if errUID != nil || errGID != nil {
		t.Fatalf("the user postgres has no numeric ids: %s, %s", account.Uid, account.Gid)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func mustProgram(t testing.TB, name string) string {
	t.Helper()
	path, err := postgresProgram(name)
	if err != nil {
		t.Fatalf("PostgreSQL is incomplete: %v", err)
	}
	return path
}

// postgresProgram finds one of PostgreSQL's programs. Debian keeps the server's
// out of PATH, in a folder for each version.
func postgresProgram(name string) (string, error) {
	folders, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err == nil && len(folders) > 0 {
		sort.Strings(folders)
		return folders[len(folders)-1], nil
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", name, err)
	}
	return path, nil
}
