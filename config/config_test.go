package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"skein/config"
)

func load(t *testing.T, text string) (config.Config, config.Paths, error) {
	t.Helper()
	p, err := config.FindPaths("", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := config.MakePrivate(p.Dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.Config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config.Load(p)
}

func TestNoFileIsTheDefault(t *testing.T) {
	p, err := config.FindPaths("", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := config.Load(p)
	if err != nil || c.Theme != "auto" || len(c.Nostr.Relays) < 3 || c.Secrets.Key != "auto" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestMistakesHaveAPlaceAndAWayOut(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"theme = \"dark\"\ncolour = 1\n", "config.toml:2:1: no such setting: colour"},
		{"[network]\nallowed = []\n", "config.toml:2:1: no such setting: network.allowed"},
		{"theme = 7\n", "config.toml:1:9:"},
		{"theme = \n", "config.toml:1:"},
		{"theme = \"sepia\"\n", "one of auto, dark, light"},
		{"[secrets]\nkey = \"sock drawer\"\n", "one of auto, keyring, passphrase, command, file"},
		{"[secrets]\nkey = \"command\"\n", "needs secrets.passphrase_command"},
		{"[network]\nallow = [\"http://127.0.0.1:3000\"]\n", "leave scheme, port and path out"},
		{"[network]\nallow = [\"localhost\", \"127.0.0.1\", \"::1\", \"[::1]\"]\ntheme = 1\n", "no such setting: network.theme"},
		{"[network]\nonion = \"http://127.0.0.1:8118\"\n", "a SOCKS proxy"},
		{"[network]\nonion = \"9050\"\n", "an address such as socks5://"},
		{"[account.work]\ncolor = \"red\"\n", "account.work.color = \"red\": written as #rrggbb"},
		{"[account.work]\nproxy = \"tor\"\n", "account.work.proxy = \"tor\": an address such as"},
		{"[account.work]\nproxy = \"socks5://me:word@127.0.0.1:1\"\n", "have no place in this file"},
		{"[account.work]\nproxy = \"http://proxy.example/path\"\n", "only scheme, host and port"},
		{"[account.work]\nrelays = []\n", "no such setting: account.work.relays"},
		{"[account.work]\n[account.Work]\n", "are one account"},
		{"[nostr]\nrelays = [\"https://x.example\"]\n", "is not a wss:// address"},
		{"[nostr]\nquorum = 0\n", "at least 1"},
		{"[nostr]\nmedia_server = \"files.example\"\n", "is not an https:// address"},
		{"[post]\nto = [\"\"]\n", "an empty name"},
		{"[post]\nlang = [\"english\"]\n", "no language tag"},
		{"[post]\nvisibility = \"secret\"\n", "one of public, unlisted, followers, direct"},
		{"[post]\nundo = \"5\"\n", "config.toml:2:8:"},
		{"[post]\nundo = \"-1s\"\n", "from 0s to 10m0s"},
		{"[post]\nundo = \"11m\"\n", "from 0s to 10m0s"},
		{"[cache]\nmax_size = \"big\"\n", "config.toml:2:12: \"big\" is no size such as 500MB or 2GB"},
		{"[cache]\nmax_size = -1\n", "at least 10MB, or 0 for no bound"},
		{"[cache]\nmax_size = \"2MB\"\n", "at least 10MB, or 0 for no bound"},
		{"[cache]\nmax_age = \"a year\"\n", "config.toml:2:11: \"a year\" is no span of time"},
		{"[cache]\nmax_age = \"2h\"\n", "at least 1d, or 0 for no bound"},
		{"[cache]\nmax_age = \"-3000h\"\n", "at least 1d, or 0 for no bound"},
		{"[[tab]]\nname = \"Birds\"\n", "tab 1 (\"Birds\"): feed is missing"},
		{"[[tab]]\nfeed = \"home\"\n[[tab]]\nfeed = \"local\"\nnetworks = [\"myspace\"]\n", "tab 2: networks: \"myspace\" is none of"},
		{"[[tab]]\nfeed = \"home\"\nlang = [\"english\"]\n", "no language tag"},
		{"[[tab]]\nfeed = \"home\"\naccounts = [\"\"]\n", "accounts has an empty name"},
		{"[[tab]]\nfeed = \"home\"\nboost = false\n", "config.toml:3:1: no such setting: tab.boost"},
		{"[post]\nwarn = \"x\"\n", "no such setting: post.warn"},
	} {
		_, _, err := load(t, c.text)
		var bad *config.Error
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q gives %v, want one line with %q", c.text, err, c.want)
		}
	}
}

func TestHomeInTheFileMovesEverything(t *testing.T) {
	_, p, err := load(t, "home = \"elsewhere\"\n")
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(filepath.Dir(p.Config), "elsewhere")
	for _, got := range []string{p.Accounts(), p.Secrets(), p.Key(), p.Log(), p.Cache} {
		if !strings.HasPrefix(got, home+string(filepath.Separator)) {
			t.Errorf("%s is not under %s", got, home)
		}
	}
}

func TestShownConfigurationIsReadable(t *testing.T) {
	text, err := config.Default().TOML()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := load(t, text); err != nil {
		t.Errorf("skein does not understand what it prints: %v\n%s", err, text)
	}
}

func TestPostDefaultsAreRead(t *testing.T) {
	c, _, err := load(t, "[post]\nto = [\"all\"]\nlang = [\"en\", \"pt-BR\"]\nvisibility = \"unlisted\"\nnumber = true\nundo = \"1m30s\"\n[nostr]\nquorum = 2\nmedia_server = \"https://files.example\"\n")
	if err != nil {
		t.Fatal(err)
	}
	want := config.Post{To: []string{"all"}, Lang: []string{"en", "pt-BR"}, Visibility: "unlisted", Number: true, Undo: config.Span(90 * time.Second)}
	if !reflect.DeepEqual(c.Post, want) || c.Nostr.Quorum != 2 || c.Nostr.MediaServer != "https://files.example" || len(c.Nostr.Relays) < 3 {
		t.Errorf("%+v", c)
	}
}

func TestCacheBoundsAreRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want config.Cache
	}{
		{"", config.Cache{MaxSize: 2e9}},
		{"[cache]\nmax_size = 0\n", config.Cache{}},
		{"[cache]\nmax_size = \"0\"\nmax_age = \"0\"\n", config.Cache{}},
		{"[cache]\nmax_size = \"1.5 GB\"\nmax_age = \"90d\"\n", config.Cache{MaxSize: 1.5e9, MaxAge: config.Span(90 * 24 * time.Hour)}},
		{"[cache]\nmax_size = \"500 mib\"\nmax_age = \"36h\"\n", config.Cache{MaxSize: 500 << 20, MaxAge: config.Span(36 * time.Hour)}},
		{"[cache]\nmax_size = 20000000\n", config.Cache{MaxSize: 2e7}},
	} {
		got, _, err := load(t, c.text)
		if err != nil || got.Cache != c.want {
			t.Errorf("%q: %+v, %v", c.text, got.Cache, err)
		}
	}
}

func TestSizesAreWrittenAsTheyAreRead(t *testing.T) {
	for text, want := range map[string]string{
		"2GB": "2GB", "1500MB": "1.5GB", "0": "0B", "999": "999B", "1 KiB": "1024B", "2 tb": "2TB", "1.005GB": "1005000000B", "7b": "7B",
	} {
		size, err := config.ParseSize(text)
		if err != nil {
			t.Error(err)
			continue
		}
		got, err := size.MarshalText()
		if err != nil || string(got) != want {
			t.Errorf("%s is written %s (%v), not %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "GB", "-1GB", "1e30", "NaN", "Inf", "2 gigs"} {
		if size, err := config.ParseSize(text); err == nil {
			t.Errorf("%q is read as %v", text, size)
		}
	}
}
