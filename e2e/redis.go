package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strconv"
	"testing"
	"time"
)

// Redis is a throwaway Redis server that keeps everything in memory.
type Redis struct {
	Addr string // host:port
}

// StartRedis serves until the test ends.
func StartRedis(t testing.TB) *Redis {
	t.Helper()
	Require(t, ToolRedis)
	port := FreePort(t)
	startService(t, serviceOptions{
		name: "redis", dir: t.TempDir(), stop: "TERM", within: 10 * time.Second,
		argv: []string{
			"redis-server", "--bind", "127.0.0.1", "--port", strconv.Itoa(port),
			"--save", "", "--appendonly", "no",
		},
		ready: func(ctx context.Context) error { return ping(ctx, loopback(port)) },
	})
	return &Redis{Addr: loopback(port)}
}

// ping is Redis's own question whether it answers.
func ping(ctx context.Context, addr string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("redis at %s: %w", addr, err)
	}
	defer conn.Close() //nolint:errcheck // nothing was written that could be lost
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return fmt.Errorf("redis at %s: %w", addr, err)
		}
	}
	if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
		return fmt.Errorf("redis at %s: %w", addr, err)
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return fmt.Errorf("redis at %s: %w", addr, err)
	}
	if answer != "+PONG\r\n" {
		return fmt.Errorf("redis at %s answered %q", addr, answer)
	}
	return nil
}
