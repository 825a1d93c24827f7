package config

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/adrg/xdg"
)

// Paths are where skein's files are. All are absolute.
type Paths struct {
	Config string // the file config.toml
	Dir    string // accounts.toml and secrets.age
	State  string // the log, and what no network can give again
	Cache  string // what can be thrown away
}

// FindPaths settles the places. file is --config or SKEIN_CONFIG and may be
// empty, home is SKEIN_HOME and may be empty: it puts everything under one
// folder. A file's own "home" key wins over both (see Load).
func FindPaths(file, home string) (Paths, error) {
	p := Paths{
		Config: filepath.Join(xdg.ConfigHome, "skein", "config.toml"),
		State:  filepath.Join(xdg.StateHome, "skein"),
		Cache:  filepath.Join(xdg.CacheHome, "skein"),
	}
	if home != "" {
		p = under(home)
	}
	if file != "" {
		p.Config = file
	}
	for _, s := range []*string{&p.Config, &p.State, &p.Cache} {
		abs, err := filepath.Abs(*s)
		if err != nil {
			return Paths{}, fmt.Errorf("place of %s: %w", *s, err)
		}
		*s = abs
	}
	p.Dir = filepath.Dir(p.Config)
	return p, nil
}

// under puts everything under one folder.
func under(home string) Paths {
	dir := filepath.Join(home, "config")
	return Paths{
		Config: filepath.Join(dir, "config.toml"), Dir: dir,
		State: filepath.Join(home, "state"), Cache: filepath.Join(home, "cache"),
	}
}

// Accounts is the file of account records.
func (p Paths) Accounts() string { return filepath.Join(p.Dir, "accounts.toml") }

// Secrets is the age-encrypted file of credentials.
func (p Paths) Secrets() string { return filepath.Join(p.Dir, "secrets.age") }

// Key is the file of the secrets' key, where no keyring holds it.
func (p Paths) Key() string { return filepath.Join(p.State, "secrets.key") }

// Log is the log file.
func (p Paths) Log() string { return filepath.Join(p.State, "skein.log") }

// MakePrivate makes a folder that only its owner can enter.
func MakePrivate(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	return nil
}
