package main

import (
	"archive/zip"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"skein/backends/transport"
	"skein/config"
	"skein/config/account"
	"skein/timeline"
)

// Whatever a library may have logged, a report does not tell whose it is.
func TestReportNamesNobody(t *testing.T) {
	const key = "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a"
	records := []account.Record{
		{ID: "acct-41", Network: "mastodon", Name: "work", Handle: "@ana@marsh.example", Server: "https://marsh.example"},
		{ID: "acct-42", Network: "bluesky", Name: "bluesky", Handle: "@ana.example", DID: "did:plc:abc123"},
		{ID: "acct-43", Network: "nostr", Name: "n", Handle: "npub1qqq", PubKey: key},
	}
	dir := t.TempDir()
	a := &app{paths: config.Paths{State: dir}, config: config.Default(), log: slog.New(slog.DiscardHandler)}
	a.config.Secrets.PassphraseCommand = "pass show canary"
	log := strings.Join([]string{
		"account=work handle=@ana@marsh.example at=ana@marsh.example", "did=did:plc:abc123 of ana.example", "key=" + key, "id=" + strings.Repeat("0f", 32),
		"Authorization: Bearer canary-canary", "DPoP canary.canary.canary", "POST /token?code=canary&client_secret=canary2 -", `{"token":"canary-json","accessJwt": "canary-json"} password="canary-quoted"`, "app abcd-efgh-ijkl-mnop.", "nsec1canarycanary AGE-SECRET-KEY-1CANARY",
		"via socks5://canary:canary@127.0.0.1:9050", "jwt eyJcanarycanary.canary.canary", "opened /home/ana-lima/.config/skein bluesky",
	}, "\n")
	if err := os.WriteFile(a.paths.Log(), []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	results := []checkResult{{What: "work", Result: good, Message: timeline.Literal("@ana@marsh.example, mastodon 4.5.0")}}
	parts, err := a.reportParts(records, results)
	if err != nil {
		t.Fatal(err)
	}
	s := newScrubber(records, "/home/ana-lima")
	all := ""
	for _, p := range parts {
		all += s.scrub(p.text) + "\n"
	}
	for _, hidden := range []string{"canary", "CANARY", "ana@", "@ana", "ana.example", "did:plc", key, "acct-4", "npub1qqq", "abcd-efgh", "/home/", "work"} {
		if strings.Contains(all, hidden) {
			t.Errorf("%q is told: %s", hidden, all[max(0, strings.Index(all, hidden)-60):][:120])
		}
	}
	for _, told := range []string{"<account 1>, mastodon 4.5.0", "opened ~/.config/skein bluesky", "id=0f0f0f0f…", hiddenSecret} {
		if !strings.Contains(all, told) {
			t.Errorf("%q is not told", told)
		}
	}
}

func TestReportIsANewPrivateFile(t *testing.T) {
	dir := t.TempDir()
	a := &app{paths: config.Paths{State: dir}, config: config.Default(), log: slog.New(slog.DiscardHandler)}
	long := strings.Repeat("a line of the log that is forgotten\n", logTail/20) + "the last line\n"
	if err := os.WriteFile(a.paths.Log(), []byte(long), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "report.zip")
	if err := a.bundle(path, nil, nil); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		if f.Name != "log.txt" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(io.LimitReader(r, 1<<20))
		if err != nil || len(b) > logTail || !strings.HasPrefix(string(b), "a line") || !strings.HasSuffix(string(b), "the last line\n") {
			t.Errorf("%d bytes of the log, %v", len(b), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	if want := "README.txt doctor.txt doctor.json version.txt config.toml log.txt"; strings.Join(names, " ") != want {
		t.Errorf("it holds %v", names)
	}
	if err := a.bundle(path, nil, nil); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("over what is there: %v", err)
	}
}

func TestOddWaysAreTold(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		p    transport.Probed
		says string
	}{
		{transport.Probed{Told: true, Skew: time.Minute, Expires: now.Add(30 * 24 * time.Hour)}, ""},
		{transport.Probed{Told: true, Skew: 5 * time.Minute}, "5m0s ahead of"},
		{transport.Probed{Told: true, Skew: -5 * time.Minute}, "5m0s behind"},
		{transport.Probed{Skew: 5 * time.Minute}, ""},
		{transport.Probed{Expires: now.Add(24 * time.Hour)}, "15 March"},
	} {
		if all := strings.Join(advise(c.p, now), "; "); !strings.Contains(all, c.says) || c.says == "" && all != "" {
			t.Errorf("%+v: %q, want %q", c.p, all, c.says)
		}
	}
}
