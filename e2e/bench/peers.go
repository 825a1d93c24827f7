package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"skein/e2e"
)

// peer is a program of others, in the place and on the interpreter that it needs.
type peer struct {
	name   string
	argv   []string // how it is started
	env    []string // besides what skein runs in
	absent string   // why it cannot run here
}

// toot is the Debian package's: a client for Mastodon's servers, in Python.
func (b *bench) toot(ctx context.Context, t *town) (peer, error) {
	p := peer{name: "toot"}
	path, err := exec.LookPath("toot")
	if err != nil && b.peers {
		out, err := exec.CommandContext(ctx, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "toot").CombinedOutput()
		if err != nil {
			b.tell("toot: %v: %s", err, out)
		}
		path, _ = exec.LookPath("toot")
	}
	if path == "" {
		p.absent = "not installed here (apt-get install toot, or -peers)"
		return p, nil
	}
	if out, err := exec.CommandContext(ctx, "dpkg-query", "-W", "-f", "${Version}", "toot").Output(); err == nil {
		p.name += " " + string(out)
	}
	dir := filepath.Join(b.dir, "toot")
	// It asks for https only when it signs in; what it has saved may say otherwise.
	host := strings.TrimPrefix(t.Mastodon, "http://")
	config, err := json.Marshal(map[string]any{
		"active_user": "me@" + host,
		"apps":        map[string]any{host: map[string]string{"instance": host, "base_url": t.Mastodon, "client_id": "-", "client_secret": "-"}},
		"users":       map[string]any{"me@" + host: map[string]string{"instance": host, "username": "me", "access_token": t.Tokens["mastodon"]}},
	})
	if err != nil {
		return p, fmt.Errorf("configuration of toot: %w", err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "toot"), 0o700); err != nil {
		return p, fmt.Errorf("configuration of toot: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "toot", "config.json"), config, 0o600); err != nil {
		return p, fmt.Errorf("configuration of toot: %w", err)
	}
	p.argv, p.env = []string{path}, []string{"XDG_CONFIG_HOME=" + dir}
	return p, nil
}

// crosspost is the npm package's, which publishes to several networks as skein does.
// It speaks https only, so that it is shown the servers behind t's.
func (b *bench) crosspost(ctx context.Context, t *town) (peer, error) {
	p := peer{name: "crosspost"}
	where := filepath.Join(b.source, "e2e", "peers")
	modules := filepath.Join(where, "node_modules")
	script := filepath.Join(modules, "@humanwhocodes", "crosspost", "dist", "bin.js")
	if b.peers && !isThere(script) {
		cmd := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
		cmd.Dir = where
		if out, err := cmd.CombinedOutput(); err != nil {
			b.tell("crosspost: npm ci: %v: %s", err, out)
		}
	}
	if !isThere(script) {
		p.absent = "not installed here ((cd e2e/peers && npm ci), or -peers)"
		return p, nil
	}
	node, version := nodeIn(ctx, modules)
	if node == "" {
		p.absent = "needs Node.js 22 or later; here is " + version
		return p, nil
	}
	out, err := exec.CommandContext(ctx, node, script, "--version").Output()
	if err != nil {
		return p, fmt.Errorf("crosspost --version: %w", err)
	}
	p.name += " " + strings.TrimSpace(string(out)) + " on Node.js " + version
	front, err := b.front(t)
	if err != nil {
		return p, err
	}
	p.argv = []string{node, script, "--mastodon", "--bluesky", "--nostr"}
	p.env = []string{
		"NODE_EXTRA_CA_CERTS=" + front.authority,
		"MASTODON_HOST=" + front.mastodon, "MASTODON_ACCESS_TOKEN=" + t.Tokens["mastodon"],
		"BLUESKY_HOST=" + front.bluesky, "BLUESKY_IDENTIFIER=" + t.handle, "BLUESKY_PASSWORD=" + t.Tokens["bluesky"],
		"NOSTR_RELAYS=" + strings.Join(front.nostr, ","), "NOSTR_PRIVATE_KEY=" + t.Tokens["nostr"],
	}
	return p, nil
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// nodeIn finds a Node.js that has websockets, which came with 22: the one installed
// with the peers, else the machine's. Without one, node is "".
func nodeIn(ctx context.Context, modules string) (node, version string) {
	candidates, _ := filepath.Glob(filepath.Join(modules, "node-linux-*", "bin", "node")) // the pattern is right
	if path, err := exec.LookPath("node"); err == nil {
		candidates = append(candidates, path)
	}
	version = "none"
	for _, path := range candidates {
		out, err := exec.CommandContext(ctx, path, "--version").Output()
		if err != nil {
			continue // built for another machine
		}
		version = strings.TrimPrefix(strings.TrimSpace(string(out)), "v")
		var major int
		if _, err := fmt.Sscan(strings.Split(version, ".")[0], &major); err == nil && major >= 22 {
			return path, version
		}
	}
	return "", version
}

// run is the peer's command in a home of skein's, so that both have one environment.
func (p peer) run(home *e2e.Home, args ...string) command {
	return command{argv: append(append([]string{}, p.argv...), args...), env: append(home.Environment(), p.env...)}
}
