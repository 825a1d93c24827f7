package main

import (
	"context"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"skein/backends/files"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
	"skein/ui"
	show "skein/ui/picture"
)

// picturesDir is the folder in the cache that holds fetched pictures.
const picturesDir = "pictures"

// pictures are how the full screen shows pictures; nil where the person wants none.
func (a *app) pictures(records []account.Record) *ui.Pictures {
	if a.config.Pictures.Show == string(show.Off) || a.config.ASCII {
		return nil
	}
	return &ui.Pictures{
		Fetcher: a.files(records), Rows: a.config.Pictures.MaxRows, Tmux: a.tmux,
		Terminal: &show.Terminal{Asked: a.config.Pictures.Show, Env: a.getenv},
	}
}

// files brings pictures, each by the way of the account that shows it.
func (a *app) files(records []account.Record) *files.Files {
	return files.New(files.Options{
		Dir: filepath.Join(a.paths.Cache, picturesDir), Log: a.log, Now: a.now,
		Way: func(id timeline.AccountID) *transport.Client {
			i := slices.IndexFunc(records, func(r account.Record) bool { return r.ID == string(id) })
			if i < 0 {
				return a.client
			}
			return a.clientOf(records[i])
		},
	})
}

func (a *app) getenv(name string) string {
	value, _ := a.env(name)
	return value
}

// tmux is the terminal around tmux, if tmux hands on what is meant for that one; "" where
// it does not, or there is no tmux. Tmux is asked, and answers at once or not at all: within 300 ms.
func (a *app) tmux(ctx context.Context) string {
	if a.getenv("TMUX") == "" {
		return ""
	}
	const patience = 300 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out, err := exec.CommandContext(ctx, "tmux", "display-message", "-p", "#{allow-passthrough} #{client_termname}").Output()
	if err != nil {
		return ""
	}
	passes, terminal, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if passes != "on" && passes != "all" {
		return ""
	}
	return terminal
}
