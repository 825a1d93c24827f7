package e2e_test

import (
	"encoding/base64"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"skein/config"
	"skein/config/account"
	"skein/e2e"
)

const (
	refreshSession = "/xrpc/com.atproto.server.refreshSession"
	createSession  = "/xrpc/com.atproto.server.createSession"
)

// Eight commands start at once and find that the session has run out. One renews
// it, the others take what it saved; nobody signs in anew, which a server allows
// only so often.
func TestEightProcessesRenewOneSession(t *testing.T) {
	network, home := e2e.StartBluesky(t), e2e.NewHome(t)
	front := e2e.StartMeddler(t, network.PDS)
	home.Configure(t, e2e.LoopbackConfig)
	me := network.Join(t, "myself")
	me.AwaitPost(t, me.Posts(t, "before the night"))
	home.RunInput(t, me.AppPassword(t, "skein")+"\n", "account", "add", "bluesky", "--name", "sky",
		"--handle", me.Handle, "--pds", front.URL, "--app-password-stdin").Exits(t, 0)
	vault, id := openVault(t, home)
	before := expireAccess(t, vault, id)
	signIns := front.Calls(createSession)

	// A slow server has all eight wait for one renewal.
	front.Slow(refreshSession, 2*time.Second)
	read := []string{"timeline", "--network", "bluesky", "--json"}
	var processes [8]*e2e.Process
	for i := range processes {
		processes[i] = home.Start(t, read...)
	}
	for _, process := range processes {
		if posts := process.Wait(t).Exits(t, 0).Posts(t); !posts.Has("bluesky", "before the night") {
			t.Errorf("the timeline is %+v", posts)
		}
	}
	home.Run(t, read...).Exits(t, 0) // and one more, with what was saved
	if n := front.Calls(refreshSession); n != 1 {
		t.Errorf("the session was renewed %d times", n)
	}
	if n := front.Calls(createSession) - signIns; n != 0 {
		t.Errorf("%d commands signed in anew", n)
	}

	after, err := vault.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("the vault afterwards: %v", err)
	}
	if after[account.AppPassword].Reveal() != before[account.AppPassword].Reveal() {
		t.Error("the app password was lost")
	}
	for _, token := range []string{account.AccessJWT, account.RefreshJWT} {
		if after[token].Empty() || after[token].Reveal() == before[token].Reveal() {
			t.Errorf("the %s is not new", token)
		}
	}
}

// openVault opens the vault of a home that has one account, and names it.
func openVault(t *testing.T, home *e2e.Home) (*account.Vault, string) {
	t.Helper()
	paths, err := config.FindPaths("", home.Dir)
	if err != nil {
		t.Fatal(err)
	}
	records, err := account.OpenBook(paths.Accounts()).All()
	if err != nil || len(records) != 1 {
		t.Fatalf("one account was expected in %s: %+v, %v", filepath.Base(paths.Accounts()), records, err)
	}
	keys := account.NewKeys(account.KeyOptions{Mode: "file", File: paths.Key(), Name: paths.Secrets()})
	return account.OpenVault(paths.Secrets(), keys), records[0].ID
}

// expireAccess has the stored access token say that it ended an hour ago, and
// returns what is stored then.
func expireAccess(t *testing.T, vault *account.Vault, id string) account.Credentials {
	t.Helper()
	stored, err := vault.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("load the session: %v", err)
	}
	parts := strings.Split(stored[account.AccessJWT].Reveal(), ".")
	if len(parts) != 3 {
		t.Fatalf("the access token has %d parts", len(parts))
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatalf("the access token: %v", err)
	}
	claims := map[string]any{}
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatalf("the access token: %v", err)
	}
	claims["exp"] = time.Now().Add(-time.Hour).Unix()
	if body, err = json.Marshal(claims); err != nil {
		t.Fatalf("the access token: %v", err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(body)
	stored[account.AccessJWT] = account.NewSecret(strings.Join(parts, "."))
	if err := vault.Save(t.Context(), id, stored); err != nil {
		t.Fatalf("save the session: %v", err)
	}
	return stored
}
