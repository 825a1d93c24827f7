package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

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
	Post    Post    `toml:"post" comment:"what a post is when the command or the compose screen does not say"`
	Cache   Cache   `toml:"cache" comment:"what was read before, kept for reading and searching without a network"`
	Secrets Secrets `toml:"secrets"`
	Notify  Notify  `toml:"notify" comment:"what has happened is told outside the screen while nobody looks at it"`
	// Pictures are those of posts, on the full screen.
	Pictures Pictures `toml:"pictures"`
	// Account holds what is decided about single accounts, by their names.
	Account map[string]Account `toml:"account,omitempty"`
	// Tabs stand after Home: [[tab]].
	Tabs []Tab `toml:"tab,omitempty"`
	// Keys rebinds: action = ["key", "other key"].
	Keys map[string][]string `toml:"keys"`
}

// Network holds what concerns connections.
type Network struct {
	// Allow lists hosts that may have private or loopback addresses.
	Allow []string `toml:"allow"`
	// Onion is the SOCKS proxy through which .onion names are reached, and nothing else
	// is: Tor's is socks5://127.0.0.1:9050. "": they are not.
	Onion string `toml:"onion" comment:"the SOCKS proxy for .onion names, such as \"socks5://127.0.0.1:9050\"; empty: they are not reached"`
}

// Nostr holds what concerns Nostr.
type Nostr struct {
	// Relays serve accounts that name none of their own, and people without a
	// relay list.
	Relays []string `toml:"relays"`
	// Quorum is how many of the own write relays must have taken a post before it
	// counts as sent; at least 1. More than there are relays means all of them.
	Quorum int `toml:"quorum" comment:"how many relays must have taken a post before it counts as sent"`
	// MediaServer keeps the pictures and videos of posts: a Blossom or NIP-96 server,
	// https://…; "" means that none can be attached.
	MediaServer string `toml:"media_server" comment:"https:// address of the Blossom or NIP-96 server that keeps pictures; empty: none can be attached"`
}

// Post holds what a new post is where nothing else is said.
type Post struct {
	To         []string `toml:"to" comment:"names of accounts or networks, or \"all\"; empty: every account that can write"`
	Lang       []string `toml:"lang" comment:"languages of the text, such as \"en\""`
	Visibility string   `toml:"visibility" comment:"public, unlisted, followers or direct; empty: as each account has it"`
	Number     bool     `toml:"number" comment:"number the posts of a thread: 2/5"`
	Undo       Span     `toml:"undo" comment:"how long the full screen waits before it sends, so that a post can be taken back"`
}

// Cache holds how much of what was read is kept. The oldest posts go first.
type Cache struct {
	MaxSize Size `toml:"max_size" comment:"the most that it may take on the disk, such as \"500MB\"; 0: no bound"`
	MaxAge  Span `toml:"max_age" comment:"how old posts may get, such as \"365d\"; 0: no bound"`
}

// MinCache is the least value of cache.max_size but 0: a smaller cache would lose
// what the screen has just read.
const MinCache Size = 10e6

// MaxUndo is the longest value of post.undo.
const MaxUndo = 10 * time.Minute

// Secrets says where the key of the secrets file is.
type Secrets struct {
	// Key is one of account.Modes.
	Key string `toml:"key" comment:"where the key of the secrets is: auto (the keyring, else a file), keyring, passphrase, command or file"`
	// PassphraseCommand prints the passphrase: `pass show skein`.
	PassphraseCommand string `toml:"passphrase_command" comment:"prints the passphrase of the key file, such as \"pass show skein\"; empty: it is asked for"`
}

// Themes lists the values of "theme".
func Themes() []string { return []string{"auto", "dark", "light", "ember", "paper", "plain"} }

// Visibilities lists the values of "post.visibility", besides none.
func Visibilities() []string { return []string{"public", "unlisted", "followers", "direct"} }

// Default is the configuration of a person who has written none.
func Default() Config {
	return Config{
		Theme:    "auto",
		Secrets:  Secrets{Key: "auto"},
		Notify:   Notify{Kinds: []string{}, Command: []string{}},
		Cache:    Cache{MaxSize: 2e9},
		Pictures: Pictures{Show: "auto", MaxRows: 10},
		Post:     Post{To: []string{}, Lang: []string{}, Undo: Span(5 * time.Second)},
		Nostr: Nostr{Quorum: 1, Relays: []string{
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

// TOML writes the configuration with its defaults, as `skein config` shows it.
func (c Config) TOML() (string, error) {
	b, err := toml.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("writing the configuration: %w", err)
	}
	return string(b), nil
}
