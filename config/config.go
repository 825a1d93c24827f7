package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/pelletier/go-toml/v2"
)

// Config is config.toml, with every default filled in.
type Config struct {
	// Home puts config, state and cache under one folder, as SKEIN_HOME does.
	Home    string  `toml:"home" comment:"puts accounts, state and cache under one folder"`
	Theme   string  `toml:"theme"`
	ASCII   bool    `toml:"ascii"`
	Network Network `toml:"network"`
	Nostr   Nostr   `toml:"nostr"`
	Secrets Secrets `toml:"secrets"`
	// Keys rebinds: action = ["key", "other key"].
	Keys map[string][]string `toml:"keys"`
}

// Network holds what concerns connections.
type Network struct {
	// Allow lists hosts that may have private or loopback addresses.
	Allow []string `toml:"allow"`
}

// Nostr holds what concerns Nostr.
type Nostr struct {
	// Relays serve accounts that name none of their own, and people without a
	// relay list.
	Relays []string `toml:"relays"`
}

// Secrets says where the key of the secrets file is.
type Secrets struct {
	// Key is "auto" (keyring, else a key file), "keyring", "file" or "command".
	Key string `toml:"key"`
	// PassphraseCommand prints the passphrase: `pass show skein`.
	PassphraseCommand string `toml:"passphrase_command"`
}

// Themes lists the values of "theme".
func Themes() []string { return []string{"auto", "dark", "light", "ember", "paper", "plain"} }

// Default is the configuration of a person who has written none.
func Default() Config {
	return Config{
		Theme:   "auto",
		Secrets: Secrets{Key: "auto"},
		Nostr: Nostr{Relays: []string{
			"wss://relay.damus.io", "wss://nos.lol", "wss://relay.primal.net", "wss://relay.nostr.band",
		}},
	}
}

// Error is a mistake in config.toml, with its place.
type Error struct {
	File         string
	Line, Column int // 0 when the mistake has no single place
	Message      string
}

func (e *Error) Error() string {
	if e.Line > 0 {
		return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
	}
	return fmt.Sprintf("%s: %s", e.File, e.Message)
}

// Load reads and checks the file at p.Config; a file that is not there is the
// default. It returns the paths as the file's own home changes them.
func Load(p Paths) (Config, Paths, error) {
	c := Default()
	b, err := os.ReadFile(p.Config)
	if errors.Is(err, fs.ErrNotExist) {
		return c, p, nil
	}
	if err != nil {
		return c, p, fmt.Errorf("reading the configuration: %w", err)
	}
	d := toml.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, p, located(p.Config, err)
	}
	if err := c.check(); err != nil {
		return c, p, &Error{File: p.Config, Message: err.Error()}
	}
	if c.Home != "" {
		home := c.Home
		if rest, ok := strings.CutPrefix(home, "~/"); ok {
			home = filepath.Join(xdg.Home, rest)
		}
		if !filepath.IsAbs(home) {
			home = filepath.Join(filepath.Dir(p.Config), home)
		}
		u := under(home)
		p.Dir, p.State, p.Cache = u.Dir, u.State, u.Cache
	}
	return c, p, nil
}

// located turns the decoder's errors into one line with a place.
func located(file string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		first := strict.Errors[0]
		line, column := first.Position()
		return &Error{File: file, Line: line, Column: column, Message: fmt.Sprintf("no such setting: %s (`skein config` lists them)", strings.Join(first.Key(), "."))}
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, column := bad.Position()
		return &Error{File: file, Line: line, Column: column, Message: strings.TrimPrefix(bad.Error(), "toml: ")}
	}
	return &Error{File: file, Message: err.Error()}
}

func (c Config) check() error {
	if !slices.Contains(Themes(), c.Theme) {
		return fmt.Errorf("theme = %q: one of %s", c.Theme, strings.Join(Themes(), ", "))
	}
	switch c.Secrets.Key {
	case "auto", "keyring", "file":
	case "command":
		if c.Secrets.PassphraseCommand == "" {
			return errors.New(`secrets.key = "command" needs secrets.passphrase_command`)
		}
	default:
		return fmt.Errorf("secrets.key = %q: one of auto, keyring, file, command", c.Secrets.Key)
	}
	for _, h := range c.Network.Allow {
		if _, err := netip.ParseAddr(strings.Trim(h, "[]")); err != nil && (h == "" || strings.ContainsAny(h, ":/ ")) {
			return fmt.Errorf("network.allow: %q is no host: leave scheme, port and path out", h)
		}
	}
	for _, r := range c.Nostr.Relays {
		if !strings.HasPrefix(r, "wss://") && !strings.HasPrefix(r, "ws://") {
			return fmt.Errorf("nostr.relays: %q is not a wss:// address", r)
		}
	}
	return nil
}

// TOML writes the configuration with its defaults, as `skein config` shows it.
func (c Config) TOML() (string, error) {
	b, err := toml.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("writing the configuration: %w", err)
	}
	return string(b), nil
}
