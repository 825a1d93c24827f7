package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"skein/e2e"
)

// Whatever is wrong, there is one clear line and the right exit code. Run itself
// fails the test on a stack trace.
func TestBadUsage(t *testing.T) {
	home := e2e.NewHome(t)
	for _, bad := range []struct {
		name, says string
		args       []string
	}{
		{"unknown flag", `--colour`, []string{"timeline", "--colour"}},
		{"unknown command", `timelime`, []string{"timelime"}},
		{"number that is none", `many`, []string{"timeline", "-n", "many"}},
		{"reference missing", `(?i)arg|ref`, []string{"thread"}},
		{"network without a name", `(?i)network|account add|mastodon`, []string{"account", "add", "usenet"}},
	} {
		t.Run(bad.name, func(t *testing.T) {
			home.Run(t, bad.args...).Exits(t, 2).Says(t, bad.says)
		})
	}

	t.Run("as JSON", func(t *testing.T) {
		failure := home.Run(t, "timeline", "--json", "--colour").Exits(t, 2).Failure(t)
		if failure.Code != "usage" || !strings.Contains(failure.Message, "--colour") {
			t.Errorf("the error is %+v", failure)
		}
	})
}

func TestBadConfig(t *testing.T) {
	for _, bad := range []struct{ name, content, says string }{
		{"unknown key", e2e.LoopbackConfig + "colour = true\n", `config\.toml:7:1: .*colour`},
		{"not TOML", "[network\n", `config\.toml.*\b1\b`},
		{"wrong type", "[network]\nallow = 3\n", `config\.toml.*(allow|\b2\b)`},
	} {
		t.Run(bad.name, func(t *testing.T) {
			home := e2e.NewHome(t)
			home.Configure(t, bad.content)
			home.Run(t, "timeline").Exits(t, 1, 2).Says(t, bad.says)
			// Help never needs a config.
			home.Run(t, "help").Exits(t, 0)
			home.Run(t, "version").Exits(t, 0)
		})
	}

	t.Run("a file that is not there", func(t *testing.T) {
		home := e2e.NewHome(t)
		home.Run(t, "timeline", "--config", home.Dir+"/nowhere.toml").Exits(t, 1, 2).Says(t, `nowhere\.toml`)
	})
}

func TestNobodySignedIn(t *testing.T) {
	e2e.NewHome(t).Run(t, "timeline").Exits(t, 3).Says(t, `skein account add`)
}

func TestBadServers(t *testing.T) {
	closed := fmt.Sprintf("127.0.0.1:%d", e2e.FreePort(t))

	t.Run("nobody listens", func(t *testing.T) {
		home := e2e.NewHome(t)
		home.RunInput(t, "token\n", "account", "add", "mastodon", "--server", "http://"+closed, "--token-stdin").
			Exits(t, 1, 4).Says(t, `(?i)refused|reach|offline`)
		home.RunInput(t, "word\n", "account", "add", "bluesky", "--handle", "ana.test", "--pds", "http://"+closed, "--app-password-stdin").
			Exits(t, 1, 4).Says(t, `(?i)refused|reach|offline`)
		home.Run(t, "timeline").Exits(t, 3)
	})
	t.Run("loopback has to be allowed", func(t *testing.T) {
		home := e2e.NewHome(t)
		home.Configure(t, "")
		home.RunInput(t, "token\n", "account", "add", "mastodon", "--server", "http://"+closed, "--token-stdin").
			Exits(t, 1, 2, 6).Says(t, `network\.allow|\[network\]`)
	})
	t.Run("plain http is for loopback", func(t *testing.T) {
		e2e.NewHome(t).RunInput(t, "token\n", "account", "add", "mastodon", "--server", "http://social.example", "--token-stdin").
			Exits(t, 1, 2, 6).Says(t, `https`)
	})
	t.Run("a name that is none", func(t *testing.T) {
		e2e.NewHome(t).RunInput(t, "token\n", "account", "add", "mastodon", "--server", "https://nowhere.invalid", "--token-stdin").
			Exits(t, 1, 4).Says(t, `nowhere\.invalid`)
	})
	t.Run("a key that is none", func(t *testing.T) {
		result := e2e.NewHome(t).RunInput(t, "nsec1qqqq\n", "account", "add", "nostr", "--nsec-stdin").Exits(t, 1, 2).Says(t, `(?i)nsec|key`)
		if strings.Contains(result.String(), "nsec1qqqq") {
			t.Errorf("the key is repeated: %s", result)
		}
	})
}

func TestWrongToken(t *testing.T) {
	sandbox := e2e.NewHome(t).Serve(t)
	home := e2e.NewHome(t)
	const token = "wrong-token-canary"
	result := home.RunInput(t, token+"\n", "account", "add", "mastodon", "--server", sandbox.Mastodon, "--token-stdin").
		Exits(t, 1, 3).Says(t, `(?i)token|sign.?in|refused`)
	if strings.Contains(result.String(), token) {
		t.Errorf("the token is repeated: %s", result)
	}
	home.RunInput(t, "wrong\n", "account", "add", "bluesky", "--handle", "nobody.test", "--pds", sandbox.Bluesky, "--app-password-stdin").
		Exits(t, 1, 3).Says(t, `(?i)password|sign.?in|handle`)
	home.Run(t, "timeline").Exits(t, 3)
}

func TestMalformedAnswers(t *testing.T) {
	t.Run("Mastodon", func(t *testing.T) {
		sandbox := e2e.NewHome(t).Serve(t)
		meddler := e2e.StartMeddler(t, sandbox.Mastodon)
		home := e2e.NewHome(t)
		home.RunInput(t, sandbox.Tokens["mastodon"]+"\n", "account", "add", "mastodon", "--server", meddler.URL, "--token-stdin").Exits(t, 0)
		for _, body := range []string{
			"", "<html>parked</html>", `[{"id":`, `{"error":"teapot"}`, `"text"`, "[1,2,3]", strings.Repeat("[", 100_000), "\x1b[31m\x00\xff",
		} {
			meddler.Spoil(body)
			result := home.Run(t, "timeline").Exits(t, 0, 1, 4)
			// Items that cannot be read may be left out; anything else is an error.
			if result.Code == 0 && body != "[1,2,3]" {
				t.Errorf("%.20q passes for a timeline: %s", body, result)
			}
			if strings.ContainsAny(result.Stdout+result.Stderr, "\x1b\x00") {
				t.Errorf("%.20q is repeated raw: %q", body, result.Stderr)
			}
		}
	})
	t.Run("Nostr", func(t *testing.T) {
		relay, home := e2e.StartRelay(t), e2e.NewHome(t)
		me := e2e.NewNostrPerson(t)
		me.Lists(t, relay)
		home.RunInput(t, me.Nsec+"\n", "account", "add", "nostr", "--nsec-stdin", "--relay", relay.URL).Exits(t, 0)
		relay.Stop()
		relay.Babble(t)
		home.Run(t, "timeline").Exits(t, 4).Says(t, `(?i)127\.0\.0\.1|relay|nostr`)
	})
}
