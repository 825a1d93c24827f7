package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms says which of skein's own packages each may import, the most particular
// entry first; an entry ending in "/" covers everything below it.
var rooms = []struct {
	room string
	may  []string
}{
	{"cmd/", []string{"backends", "backends/", "config", "config/", "outbox", "outbox/", "timeline", "timeline/", "ui", "ui/"}},
	{"ui", []string{"ui/", "outbox", "timeline", "config", "config/account"}},
	{"ui/uitest", []string{"ui", "ui/", "outbox", "timeline", "config", "config/account"}},
	{"ui/picture", []string{"ui/cell", "outbox/media", "timeline"}},
	{"ui/", []string{"ui/", "outbox", "timeline", "config", "config/account"}},
	{"outbox", []string{"outbox/media", "timeline", "timeline/failpoint", "timeline/sqlite"}},
	{"outbox/media", []string{"timeline"}},
	{"backends/transport", []string{"timeline"}},
	{"backends/files", []string{"timeline", "backends/transport"}},
	{"backends/callback", nil},
	{"backends/conformance", []string{"timeline"}},
	{"backends/sandbox", []string{"backends/sandbox/"}},
	{"backends/sandbox/", []string{"backends/sandbox/"}},
	{"backends/mastodon", []string{"timeline", "timeline/failpoint", "backends/transport", "backends/callback", "config/account"}},
	{"backends/bluesky", []string{"timeline", "timeline/failpoint", "backends/transport", "backends/callback", "config/account"}},
	{"backends/nostr", []string{"timeline", "timeline/failpoint", "backends/transport", "backends/callback", "config/account"}},
	{"backends", []string{"backends/mastodon", "backends/bluesky", "backends/nostr", "backends/transport", "timeline", "config/account"}},
	{"timeline/store", []string{"timeline", "timeline/failpoint", "timeline/sqlite"}},
	{"timeline/sqlite", []string{"timeline"}},
	{"timeline/cachetest", []string{"timeline"}},
	{"timeline/carry", []string{"timeline"}},
	{"timeline/specimen", []string{"timeline"}},
	{"timeline/failpoint", nil},
	{"config/account", nil},
	{"config", []string{"config/account"}},
	{"timeline", nil},
}

// forTests are what tests may import besides: servers to talk to, suites to pass.
var forTests = []string{"backends/sandbox", "backends/sandbox/", "backends/conformance", "ui/uitest", "timeline/specimen", "timeline/cachetest", "timeline/store"}

// toServe lists tests in which a server of the sandbox meets its own adapter.
var toServe = map[string]string{
	"backends/sandbox/instance": "backends/mastodon",
	"backends/sandbox/pds":      "backends/bluesky",
	"backends/sandbox/relay":    "backends/nostr",
}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportsPointOneWay(t *testing.T) {
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("only %d packages were listed", len(packages))
	}
	for _, p := range packages {
		room := strings.TrimPrefix(p.ImportPath, "skein/")
		may, known := allowance(room)
		if !known {
			t.Errorf("%s is a room that the plan does not have", room)
			continue
		}
		for _, i := range p.Imports {
			check(t, room, i, may)
		}
		tests := slices.Concat(may, forTests, []string{room})
		if adapter, ok := toServe[room]; ok {
			tests = append(tests, adapter, "backends/transport", "config/account", "timeline")
		}
		for _, i := range slices.Concat(p.TestImports, p.XTestImports) {
			check(t, room+" (tests)", i, tests)
		}
	}
}

func check(t *testing.T, room, imported string, may []string) {
	t.Helper()
	target, ours := strings.CutPrefix(imported, "skein/")
	if ours && !covers(may, target) {
		t.Errorf("%s must not import %s", room, target)
	}
}

func allowance(room string) ([]string, bool) {
	for _, r := range rooms {
		if covers([]string{r.room}, room) {
			return r.may, true
		}
	}
	return nil, false
}

func covers(may []string, target string) bool {
	return slices.ContainsFunc(may, func(m string) bool {
		return m == target || strings.HasSuffix(m, "/") && strings.HasPrefix(target, m)
	})
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "skein/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(fmt.Errorf("go list: %w", err))
	}
	var all []listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
