package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
	"skein/e2e/crash/stage"
)

// tally is what all runs together came to.
type tally struct {
	runs, commands, operations, deliveries int
	spoilt                                 int // by sabotage

	variants    map[stage.Variant]int
	short       int // runs with short sessions on Bluesky
	company     map[string]int
	kills       map[string]int // by failpoint; "at any time" for the others
	unconfirmed map[string]int // by variant or network
	violations  map[history.Fault]int
	failed      []int64 // seeds
	took        []time.Duration
}

func newTally() *tally {
	return &tally{
		variants: map[stage.Variant]int{}, company: map[string]int{}, kills: map[string]int{},
		unconfirmed: map[string]int{}, violations: map[history.Fault]int{},
	}
}

// outcome is what one run came to.
type outcome struct {
	script   script
	history  history.History
	found    []history.Violation
	broken   []string // what should not happen and is no violation: a command that fails
	commands int
	spoilt   bool // by sabotage
	kills    []string
	took     time.Duration
	log      []string // what was done, for -v
}

// add counts a run.
func (t *tally) add(o outcome) {
	t.runs++
	t.commands += o.commands
	if o.spoilt {
		t.spoilt++
	}
	t.deliveries += len(o.history.Journal)
	t.variants[o.script.servers.Mastodon]++
	if o.script.servers.ShortSessions {
		t.short++
	}
	t.company[cmp.Or(o.script.company, "nobody else")]++
	operations := map[string]bool{}
	for _, d := range o.history.Journal {
		operations[d.Operation] = true
		if d.State == history.Unconfirmed {
			where := d.Network
			if d.Network == stage.Mastodon {
				where += " that " + string(o.script.servers.Mastodon)
			}
			t.unconfirmed[where]++
		}
	}
	t.operations += len(operations)
	for _, k := range o.kills {
		t.kills[cmp.Or(k, "at any time")]++
	}
	for _, v := range o.found {
		t.violations[v.Fault]++
	}
	if len(o.found)+len(o.broken) > 0 {
		t.failed = append(t.failed, o.script.seed)
	}
	t.took = append(t.took, o.took)
}

// print writes the tables.
func (t *tally) print(w io.Writer, faults map[fault.Kind]int) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(name string, value any) { _, _ = fmt.Fprintf(out, "%s\t%v\n", name, value) } // Flush tells
	row("runs", t.runs)
	row("commands", t.commands)
	row("operations", t.operations)
	row("deliveries", t.deliveries)
	table(row, "Mastodon", t.variants)
	row("Bluesky with short sessions", t.short)
	table(row, "in the same home", t.company)
	table(row, "killed", t.kills)
	table(row, "fault", faults)
	table(row, "unconfirmed", t.unconfirmed)
	for _, f := range []history.Fault{history.Duplicate, history.Lost, history.Torn, history.Undead, history.Stuck, history.Doubt} {
		row("violations: "+string(f), t.violations[f])
	}
	slices.Sort(t.took)
	if n := len(t.took); n > 0 {
		row("seconds a run, median", seconds(t.took[n/2]))
		row("seconds a run, longest", seconds(t.took[n-1]))
	}
	if len(t.failed) > 0 {
		slices.Sort(t.failed)
		row("failed seeds", strings.Trim(fmt.Sprint(t.failed), "[]"))
	}
	return out.Flush()
}

// table writes the rows of a map, sorted by name.
func table[K ~string](row func(string, any), title string, counts map[K]int) {
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		row(title+": "+string(k), counts[k])
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.2f", d.Seconds()) }
