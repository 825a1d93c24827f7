package stage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
)

// The names of the networks, as skein spells them. The accounts have them too.
const (
	Mastodon = "mastodon"
	Bluesky  = "bluesky"
	Nostr    = "nostr"
)

// Subject is a post by somebody else.
type Subject struct {
	Ref string // what a command is given
	ID  string // as receipts name it
}

// Servers are the ways of the servers in one run.
type Servers struct {
	Mastodon      Variant
	ShortSessions bool // of the sandbox's Bluesky
}

// Network is one of the three.
type Network interface {
	Name() string
	// Proxies are what stands before it.
	Proxies() []*fault.Proxy
	// SignIn is what `skein account add` needs: standard input and arguments.
	SignIn() (stdin string, args []string)
	// Renew prepares the next run.
	Renew(ctx context.Context, v Servers) error
	// Write has somebody else publish a post, to be answered or liked in this run.
	Write(ctx context.Context, text string) (Subject, error)
	// Read tells what the person has there of one run: the posts that carry a mark of
	// the seed, and the likes and boosts of what was written since Renew.
	Read(ctx context.Context, seed int64) (history.Truth, error)
	Close() error

	again(ctx context.Context, p history.Post) error
	takeAway(ctx context.Context, p history.Post) error
}

// Options for Open. Program is required.
type Options struct {
	Program string // the skein that signs in
	Counts  *fault.Counts
	// Bluesky and Nostr replace the sandbox's when they are set.
	Bluesky *Server
	Nostr   []string // addresses of relays, ws://
}

// Server is a Bluesky server that runs already.
type Server struct {
	URL              string
	Person, Somebody Login
}

// Login is an account on a Bluesky server.
type Login struct{ Handle, Password string }

// Stage is the three networks, and a home that is signed in to them. It is for one
// run at a time.
type Stage struct {
	Networks []Network

	dir string // the home that runs are given copies of
}

// Open starts what is needed and signs in.
func Open(ctx context.Context, o Options) (s *Stage, err error) {
	s = &Stage{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
			s = nil
		}
	}()
	for _, open := range []func(context.Context, Options) (Network, error){openMastodon, openBluesky, openNostr} {
		n, err := open(ctx, o)
		if err != nil {
			return s, err
		}
		s.Networks = append(s.Networks, n)
	}
	if s.dir, err = os.MkdirTemp("", "skein-crash-home-"); err != nil {
		return s, fmt.Errorf("a home for the stage: %w", err)
	}
	return s, s.furnish(ctx, o.Program)
}

// Close ends the networks.
func (s *Stage) Close() error {
	var errs []error
	for _, n := range s.Networks {
		errs = append(errs, n.Close())
	}
	if s.dir != "" {
		errs = append(errs, os.RemoveAll(s.dir))
	}
	return errors.Join(errs...)
}

// homeConfig lets skein talk to this machine, and to no other; %s are the hosts of
// the proxies.
const homeConfig = `[network]
allow = ["127.0.0.1", "localhost", %s]
[nostr]
relays = []
[secrets]
key = "file"
`

// furnish makes the home that every run starts with.
func (s *Stage) furnish(ctx context.Context, program string) error {
	config := filepath.Join(s.dir, "config")
	if err := os.Mkdir(config, 0o700); err != nil {
		return fmt.Errorf("a home for the stage: %w", err)
	}
	var hosts []string
	for _, n := range s.Networks {
		for _, p := range n.Proxies() {
			hosts = append(hosts, strconv.Quote(p.Host()))
		}
	}
	content := fmt.Sprintf(homeConfig, strings.Join(hosts, ", "))
	if err := os.WriteFile(filepath.Join(config, "config.toml"), []byte(content), 0o600); err != nil {
		return fmt.Errorf("a home for the stage: %w", err)
	}
	home := Home{Dir: s.dir, Program: program}
	for _, n := range s.Networks {
		stdin, args := n.SignIn()
		cmd := home.Command(ctx, append([]string{"account", "add", n.Name(), "--name", n.Name()}, args...)...)
		cmd.Stdin = strings.NewReader(stdin + "\n")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("sign in to %s: %w: %s", n.Name(), err, out)
		}
	}
	return nil
}

// Home makes a new home in dir, which must not exist: signed in, and empty but for
// that.
func (s *Stage) Home(dir, program string) (Home, error) {
	if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
		return Home{}, fmt.Errorf("a home for a run: %w", err)
	}
	return Home{Dir: dir, Program: program}, nil
}

// Renew prepares the next run.
func (s *Stage) Renew(ctx context.Context, v Servers) error {
	for _, n := range s.Networks {
		if err := n.Renew(ctx, v); err != nil {
			return fmt.Errorf("renew %s: %w", n.Name(), err)
		}
	}
	return nil
}

// Lift ends every fault, and waits until nothing is on its way to a server.
func (s *Stage) Lift(ctx context.Context) error {
	for _, n := range s.Networks {
		for _, p := range n.Proxies() {
			p.Choose(nil)
			if err := p.Up(); err != nil { //nolint:contextcheck // it listens until Down
				return err
			}
			if err := p.Settle(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Read tells what the person has on the networks of one run.
func (s *Stage) Read(ctx context.Context, seed int64) (history.Truth, error) {
	var all history.Truth
	for _, n := range s.Networks {
		t, err := n.Read(ctx, seed)
		if err != nil {
			return all, fmt.Errorf("read %s: %w", n.Name(), err)
		}
		all.Posts = append(all.Posts, t.Posts...)
		all.Reactions = append(all.Reactions, t.Reactions...)
	}
	return all, nil
}

// of tells whether a text is of a run.
func of(seed int64, text string) bool {
	mark, _ := history.Read(text)
	return strings.HasPrefix(string(mark), string(history.NewMark(seed, 0))[:len(history.NewMark(seed, 0))-1])
}
