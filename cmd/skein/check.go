package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

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
	b, err := a.openAccount(r)
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
	return writeChecks(a.out, results, a.flags.json)
}

func writeChecks(w io.Writer, results []checkResult, asJSON bool) error {
	e := json.NewEncoder(w)
	for _, r := range results {
		r.Type = "check"
		if asJSON {
			if err := e.Encode(r); err != nil {
				return err
			}
			continue
		}
		if _, err := fmt.Fprintf(w, "%-5s %-14s %s\n", r.Result, r.What, r.Message); err != nil {
			return err
		}
		for _, f := range r.Facts {
			if _, err := fmt.Fprintf(w, "%21s%s\n", "", f); err != nil {
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
	return partly(len(results), failed, signIn)
}
