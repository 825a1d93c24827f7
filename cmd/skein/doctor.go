package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"skein/config/account"
	"skein/timeline"
)

func (a *app) doctorCommand() *cobra.Command {
	var bundle string
	c := &cobra.Command{
		Use: "doctor", Short: "Look for what is wrong, and say what to do about it", Args: cobra.NoArgs,
		Long: "doctor looks at skein's own files and where the secrets are kept, at the way to each\n" +
			"server (DNS, TLS, the clock, requests left), at each account and at the terminal.\n\n" +
			"--bundle writes what it found to a zip file for a bug report, with the log and the\n" +
			"configuration. Names, keys and everything secret are taken out; look into it before\n" +
			"you send it.",
		Example: "  skein doctor\n  skein doctor --bundle skein-report.zip",
	}
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := a.setup(); err != nil {
			return err
		}
		return a.examine(cmd.Context(), bundle)
	}
	c.Flags().StringVar(&bundle, "bundle", "", "also write a report without names or secrets to a new zip FILE")
	return c
}

// examine looks at everything, prints it, and ends with the worst of it.
func (a *app) examine(ctx context.Context, bundle string) error {
	records, err := a.book.All()
	if err != nil {
		return err
	}
	own := append(a.checkFiles(ctx), a.checkOutbox(ctx), a.checkState(ctx), a.checkCache(ctx), a.checkTerminal())
	for _, name := range a.strays(records) {
		own = append(own, checkResult{
			What: "configuration", Result: warning, Message: timeline.CleanLine("[account." + name + "]: there is no account of that name; `skein account list` shows them"),
		})
	}
	if len(records) == 0 {
		own = append(own, checkResult{
			What: "accounts", Result: warning, Message: timeline.Literal("none yet: `skein account add` signs in to one"),
		})
	}
	servers := a.checkAccounts(ctx, records)
	all := slices.Concat(own, servers, a.checkWays(ctx, records))
	if err := a.printChecks(all); err != nil {
		return err
	}
	if bundle != "" {
		if err := a.bundle(bundle, records, all); err != nil {
			return err
		}
		a.say(fmt.Sprintf("The report is %s. It holds no secrets and none of your names; look into it before you send it.\n", bundle))
	}
	if slices.ContainsFunc(own, func(r checkResult) bool { return r.Result == bad }) {
		return silent(exitFailed)
	}
	return worstOf(servers)
}

// checkFiles looks at skein's own files, their modes and the secrets' key.
func (a *app) checkFiles(ctx context.Context) []checkResult {
	results := []checkResult{{What: "configuration", Result: good, Message: timeline.CleanLine(a.paths.Config)}}
	if _, err := os.Stat(a.paths.Config); err != nil {
		results[0].Message = timeline.CleanLine(a.paths.Config + " is not there: the defaults are used")
	}
	const file, folder = 0o600, 0o700
	for path, mode := range map[string]os.FileMode{
		a.paths.Secrets(): file, a.paths.Key(): file, a.paths.Accounts(): file, a.paths.Log(): file, a.paths.State: folder,
	} {
		info, err := os.Stat(path)
		if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			results = append(results, checkResult{
				What: "files", Result: bad,
				Message: timeline.CleanLine(fmt.Sprintf("%s is open to others (%v): chmod %o it", path, info.Mode().Perm(), mode)),
			})
		}
	}
	return append(results, a.checkSecrets(ctx))
}

// checkSecrets tells where the key of the secrets is, and whether it is found.
func (a *app) checkSecrets(ctx context.Context) checkResult {
	key, err := a.keyPlace(ctx)
	r := checkResult{What: "secrets", Result: good, Message: timeline.CleanLine("their key: " + string(key.Key))}
	switch {
	case err != nil:
		r.Result, r.Message = bad, timeline.CleanLine(err.Error())
	case key.Key == account.InFile:
		r.Result = warning
		r.Message = timeline.CleanLine("their key lies in the file " + key.KeyFile + ", which whoever reads your files can use: `skein account key --move-to keyring` or `passphrase` keeps it better")
	}
	return r
}

// checkTerminal tells what skein can count on.
func (a *app) checkTerminal() checkResult {
	r := checkResult{What: "terminal", Result: good}
	f, ok := a.out.(*os.File)
	if !ok || !isTerminal(f) {
		r.Message = timeline.Literal("the output is no terminal: the commands work, the full screen needs one")
		return r
	}
	width, height, err := term.GetSize(int(f.Fd()))
	name, _ := a.env("TERM")
	parts := []string{name, fmt.Sprintf("%d×%d cells", width, height)}
	if depth, _ := a.env("COLORTERM"); depth != "" {
		parts = append(parts, depth)
	}
	if _, there := a.env("TMUX"); there {
		parts = append(parts, "within tmux")
	}
	advice := ""
	switch {
	case err != nil || width < 40 || height < 12:
		advice = ": 40×12 is the least that works well"
	case !a.writesUnicode():
		advice = ": its locale is not UTF-8, so names and texts may look broken; LANG=C.UTF-8 or ascii = true in config.toml helps"
	case name == "dumb" || name == "":
		advice = ": TERM names no terminal that can be drawn on; the commands work"
	}
	if advice != "" {
		r.Result = warning
	}
	r.Message = timeline.CleanLine(strings.Join(parts, ", ") + advice)
	return r
}

// writesUnicode tells whether the locale is one of UTF-8: the first variable that is
// set decides. Where none is, as on macOS and Windows, terminals are.
func (a *app) writesUnicode() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v, _ := a.env(name); v != "" {
			v = strings.ToLower(v)
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return true
}
