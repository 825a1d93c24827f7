package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"skein/backends"
	"skein/config/account"
	"skein/timeline"
)

// checkTime is how long one account's check may take.
const checkTime = 20 * time.Second

// verdictKind is how a check ended.
type verdictKind string

const (
	good    verdictKind = "ok"
	warning verdictKind = "warn"
	bad     verdictKind = "fail"
)

// checkResult is one line of doctor or account check.
type checkResult struct {
	Type    string          `json:"type"` // "check"
	What    string          `json:"what"`
	Result  verdictKind     `json:"result"`
	Message timeline.Safe   `json:"message"`
	Facts   []timeline.Safe `json:"facts,omitempty"`
	Code    timeline.Code   `json:"code,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "Look for what is wrong, and say what to do about it", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := a.setup(); err != nil {
				return err
			}
			records, err := a.book.All()
			if err != nil {
				return err
			}
			own := append(a.checkFiles(cmd.Context()), a.checkOutbox(cmd.Context()), a.checkState(cmd.Context()), a.checkCache(cmd.Context()), a.checkTerminal())
			if len(records) == 0 {
				own = append(own, checkResult{
					What: "accounts", Result: warning, Message: timeline.Literal("none yet: `skein account add --help` shows how"),
				})
			}
			servers := a.checkAccounts(cmd.Context(), records)
			if err := a.printChecks(slices.Concat(own, servers)); err != nil {
				return err
			}
			if slices.ContainsFunc(own, func(r checkResult) bool { return r.Result == bad }) {
				return silent(exitFailed)
			}
			return worstOf(servers)
		},
	}
}

// checkFiles looks at skein's own files, their modes and the secrets' key.
func (a *app) checkFiles(ctx context.Context) []checkResult {
	results := []checkResult{{What: "configuration", Result: good, Message: timeline.CleanLine(a.paths.Config)}}
	if _, err := os.Stat(a.paths.Config); err != nil {
		results[0].Message = timeline.CleanLine(a.paths.Config + " is not there: the defaults are used")
	}
	for _, f := range []string{a.paths.Secrets(), a.paths.Key(), a.paths.Accounts(), a.paths.Log()} {
		info, err := os.Stat(f)
		if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			results = append(results, checkResult{
				What: "files", Result: bad, Message: timeline.CleanLine(fmt.Sprintf("%s can be read by others (%v): chmod 600 it", f, info.Mode().Perm())),
			})
		}
	}
	key, err := a.keyPlace(ctx)
	r := checkResult{What: "secrets", Result: good, Message: timeline.CleanLine("their key: " + string(key.Key))}
	switch {
	case err != nil:
		r.Result, r.Message = bad, timeline.CleanLine(err.Error())
	case key.Key == account.InFile:
		r.Result = warning
		r.Message = timeline.CleanLine("their key lies in the file " + key.KeyFile + ", which whoever reads your files can use: a keyring or secrets.passphrase_command keeps it better")
	}
	return append(results, r)
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
	r.Message = timeline.CleanLine(fmt.Sprintf("%s, %d×%d cells", name, width, height))
	if err != nil || width < 40 || height < 12 {
		r.Result = warning
		r.Message = timeline.CleanLine(r.Message.String() + ": 40×12 is the least that works well")
	}
	return r
}

// checkAccounts asks all servers at once.
func (a *app) checkAccounts(ctx context.Context, records []account.Record) []checkResult {
	results := make([]checkResult, len(records))
	var wg sync.WaitGroup
	for i, r := range records {
		wg.Go(func() { results[i] = a.checkAccount(ctx, r) })
	}
	wg.Wait()
	return results
}

func (a *app) checkAccount(ctx context.Context, r account.Record) checkResult {
	result := checkResult{What: r.Name, Result: bad}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	fail := func(err error) checkResult {
		result.Code, result.Message = timeline.CodeOf(err), timeline.CleanLine(err.Error())
		return result
	}
	b, err := backends.Open(r, a.deps())
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err := b.Close(); err != nil {
			a.log.Warn("closing an account", "account", r.Name, "error", err)
		}
	}()
	checker, ok := timeline.As[timeline.Checker](b)
	if !ok {
		result.Result, result.Message = warning, timeline.Literal("cannot be checked")
		return result
	}
	start := a.now()
	report, err := checker.Check(ctx)
	if err != nil {
		return fail(err)
	}
	result.Result, result.Facts = good, report.Facts
	parts := []string{report.Handle.String(), report.Software.String(), a.now().Sub(start).Round(time.Millisecond).String()}
	if report.ReadOnly {
		parts = append(parts, "read-only")
	}
	result.Message = timeline.CleanLine(strings.Join(parts, ", "))
	return result
}

// printChecks prints results as a table, or as JSON.
func (a *app) printChecks(results []checkResult) error {
	e := json.NewEncoder(a.out)
	for _, r := range results {
		r.Type = "check"
		if a.flags.json {
			if err := e.Encode(r); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(a.out, "%-5s %-14s %s\n", r.Result, r.What, r.Message); err != nil {
			return err
		}
		for _, f := range r.Facts {
			if _, err := fmt.Fprintf(a.out, "%21s%s\n", "", f); err != nil {
				return err
			}
		}
	}
	return nil
}

// worstOf turns the accounts' checks into an exit code, as reading does: it tells
// whether some or none answered.
func worstOf(results []checkResult) error {
	failed, signIn := 0, 0
	for _, r := range results {
		if r.Result == bad {
			failed++
		}
		if r.Code == timeline.CodeAuth {
			signIn++
		}
	}
	switch {
	case failed == 0:
		return nil
	case failed < len(results):
		return silent(exitSome)
	case signIn == failed:
		return silent(exitSignIn)
	}
	return silent(exitNone)
}
