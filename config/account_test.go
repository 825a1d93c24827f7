package config_test

import (
	"strings"
	"testing"

	"skein/config"
)

func TestAccountsAreReadByName(t *testing.T) {
	c, _, err := load(t, "[network]\nonion = \"socks5://127.0.0.1:9050\"\n[account.Work]\ncolor = \"#FFaa00\"\nproxy = \"none\"\nread = false\n")
	if err != nil {
		t.Fatal(err)
	}
	if a := c.Of("work"); a.Color != "#FFaa00" || a.Proxy != config.NoProxy || a.Reads() {
		t.Errorf("got %+v", a)
	}
	if a := c.Of("other"); a != (config.Account{}) || !a.Reads() {
		t.Errorf("nobody said anything of it: %+v", a)
	}
	shown, err := c.TOML()
	if err != nil || !strings.Contains(shown, "[account.Work]") {
		t.Errorf("%s, %v", shown, err)
	}
	if shown, err = config.Default().TOML(); err != nil || strings.Contains(shown, "[account") {
		t.Errorf("%s, %v", shown, err)
	}
}
