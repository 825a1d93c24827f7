package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"skein/config/account"
)

// check finds what is understood and makes no sense. The first mistake is enough.
func (c Config) check() error {
	if !slices.Contains(Themes(), c.Theme) {
		return fmt.Errorf("theme = %q: one of %s", c.Theme, strings.Join(Themes(), ", "))
	}
	for _, h := range c.Network.Allow {
		if _, err := netip.ParseAddr(strings.Trim(h, "[]")); err != nil && (h == "" || strings.ContainsAny(h, ":/ ")) {
			return fmt.Errorf("network.allow: %q is no host: leave scheme, port and path out", h)
		}
	}
	if err := checkAccounts(c.Account); err != nil {
		return err
	}
	if err := checkTabs(c.Tabs); err != nil {
		return err
	}
	for _, check := range []func() error{c.Network.check, c.Secrets.check, c.Nostr.check, c.Post.check, c.Cache.check, c.Pictures.check, c.Notify.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (s Secrets) check() error {
	switch s.Key {
	case account.ModeAuto, account.ModeKeyring, account.ModePassphrase, account.ModeFile:
	case account.ModeCommand:
		if s.PassphraseCommand == "" {
			return errors.New(`secrets.key = "command" needs secrets.passphrase_command`)
		}
	default:
		return fmt.Errorf("secrets.key = %q: one of %s", s.Key, strings.Join(account.Modes(), ", "))
	}
	return nil
}

func (n Nostr) check() error {
	for _, r := range n.Relays {
		if !strings.HasPrefix(r, "wss://") && !strings.HasPrefix(r, "ws://") {
			return fmt.Errorf("nostr.relays: %q is not a wss:// address", r)
		}
	}
	if n.Quorum < 1 {
		return fmt.Errorf("nostr.quorum = %d: at least 1", n.Quorum)
	}
	if n.MediaServer == "" {
		return nil
	}
	u, err := url.Parse(n.MediaServer)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("nostr.media_server: %q is not an https:// address", n.MediaServer)
	}
	return nil
}

func (p Post) check() error {
	for _, name := range p.To {
		if strings.TrimSpace(name) == "" {
			return errors.New(`post.to: an empty name; "all" means every account`)
		}
	}
	for _, l := range p.Lang {
		if !Language(l) {
			return fmt.Errorf("post.lang: %q is no language tag such as en or pt-BR", l)
		}
	}
	if p.Visibility != "" && !slices.Contains(Visibilities(), p.Visibility) {
		return fmt.Errorf("post.visibility = %q: one of %s", p.Visibility, strings.Join(Visibilities(), ", "))
	}
	if undo := time.Duration(p.Undo); undo < 0 || undo > MaxUndo {
		return fmt.Errorf("post.undo = %q: from 0s to %v", undo, MaxUndo)
	}
	return nil
}

func (c Cache) check() error {
	if c.MaxSize != 0 && c.MaxSize < MinCache {
		return fmt.Errorf("cache.max_size = %q: at least %v, or 0 for no bound", c.MaxSize, MinCache)
	}
	if age := time.Duration(c.MaxAge); age != 0 && age < day {
		return fmt.Errorf("cache.max_age = %q: at least 1d, or 0 for no bound", c.MaxAge)
	}
	return nil
}

// Language tells whether s has the form of a language tag (BCP 47), such as en or
// pt-BR.
func Language(s string) bool { return languageForm.MatchString(s) }

var languageForm = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)
