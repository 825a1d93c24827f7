package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"skein/timeline"
	"skein/timeline/carry"
)

// importFlags are what `skein import` can be told.
type importFlags struct {
	as      string
	account string
	dry     bool
	yes     bool
	skip    bool
	wait    time.Duration
	noWait  bool
}

// importable are the kinds that can be read in again.
func importable() []carry.Kind {
	return []carry.Kind{carry.Follows, carry.Mutes, carry.Blocks, carry.Bookmarks, carry.People, carry.Cache}
}

func (a *app) importCommand() *cobra.Command {
	var f importFlags
	c := &cobra.Command{
		Use: "import FILE", Short: "Add a list from a file to an account",
		Long: "import reads a file of `skein export`, or one of Mastodon's own CSV files, and adds\n" +
			"what is in it to an account: follows, mutes, blocks and bookmarks; of a CSV file the\n" +
			"addresses alone. FILE may be - for standard input. It only ever adds: what the\n" +
			"account has already stays, and repeating an import does nothing.\n\n" +
			"The whole file is read before anything is done, and refused with the lines that are\n" +
			"not understood; --skip goes on without them. Then import shows what it will do and\n" +
			"asks; elsewhere than on a terminal it wants --yes. What cannot be added is written\n" +
			"to FILE.left-out as it stood, with the reasons on standard error. All that is added\n" +
			"goes through the outbox: an import that was interrupted is finished by\n" +
			"`skein outbox drain`.\n\n" +
			"People of another network are looked up in the address book. A file of people adds\n" +
			"to the address book itself, one of posts (`skein export cache`) to what was read;\n" +
			"both need no account.",
		Example: "  skein import following_accounts.csv --account mastodon --dry-run\n" +
			"  skein import follows.ndjson --account bluesky --skip --yes\n" +
			"  skein export people | ssh elsewhere skein import - --yes",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.importFile(cmd.Context(), args[0], f) },
	}
	s := c.Flags()
	s.StringVar(&f.as, "as", "", "what the file is: follows, mutes, blocks, bookmarks, people or cache")
	s.StringVar(&f.account, "account", "", "add to the account of this NAME")
	s.BoolVar(&f.dry, "dry-run", false, "only show what would be added")
	s.BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	s.BoolVar(&f.skip, "skip", false, "leave out the lines that are not understood")
	s.DurationVar(&f.wait, "wait", time.Hour, "how long to wait for the networks' answers")
	s.BoolVar(&f.noWait, "no-wait", false, "return as soon as it is safely in the outbox")
	offer(c, "as", kindNames(importable())...)
	return c
}

// importing is a file on its way in.
type importing struct {
	*app
	flags importFlags
	name  string        // of the file, for messages
	from  *os.File      // to be read from its beginning
	kind  carry.Kind    // "" until it is known
	lines []leftOutLine // what is left out, see keepLeftOut
	head  string        // the header of the file
}

// leftOutLine is a line of the file that is not imported.
type leftOutLine struct {
	number int
	raw    string
	why    string
}

func (a *app) importFile(ctx context.Context, path string, f importFlags) error {
	as := carry.Kind(f.as)
	switch {
	case as != "" && !slices.Contains(importable(), as):
		return timeline.Errorf(timeline.CodeUsage, "--as %s: one of %s", f.as, strings.Join(kindNames(importable()), ", "))
	case f.wait < 0:
		return timeline.Errorf(timeline.CodeUsage, "--wait %v: not less than nothing", f.wait)
	}
	if err := a.setup(); err != nil {
		return err
	}
	from, name, err := a.openImport(ctx, path)
	if err != nil {
		return err
	}
	defer from.Close() //nolint:errcheck // only read from
	m := &importing{app: a, flags: f, name: name, from: from, kind: as}
	if err := m.recognise(); err != nil {
		return err
	}
	switch m.kind {
	case carry.Cache:
		return m.importCache(ctx)
	case carry.People:
		return m.importPeople(ctx)
	}
	return a.atDesk(ctx, func(d *desk) error {
		l := &importingList{importing: m, desk: d}
		return l.run(ctx)
	})
}

// openImport opens the file. Standard input, which is read more than once, is copied
// into a file that nobody else sees.
func (a *app) openImport(ctx context.Context, path string) (*os.File, string, error) {
	if path != "-" {
		f, err := os.Open(filepath.Clean(path))
		if err != nil {
			return nil, "", timeline.Errorf(timeline.CodeUsage, "reading %s: %w", path, err)
		}
		return f, path, nil
	}
	f, err := os.CreateTemp("", "skein-import-*")
	if err != nil {
		return nil, "", fmt.Errorf("copying standard input: %w", err)
	}
	_ = os.Remove(f.Name()) // it lives as long as it is open; where that cannot be, it lies among the temporary files
	_, err = unlessDone(ctx, func() (string, error) {
		_, err := io.Copy(f, a.in)
		return "", err
	})
	if err != nil {
		return nil, "", errors.Join(fmt.Errorf("reading standard input: %w", err), f.Close())
	}
	return f, "standard-input", nil
}

// recognise settles what the file is.
func (m *importing) recognise() error {
	if err := m.rewind(); err != nil {
		return err
	}
	for line, err := range carry.Lines(m.from) {
		if err != nil {
			return m.unreadable(err)
		}
		_, m.kind = carry.Recognise(line.Raw, m.name, m.kind)
		switch {
		case m.kind == "":
			return timeline.Errorf(timeline.CodeUsage, "%s does not say what it is: --as says it (%s)", m.name, strings.Join(kindNames(importable()), ", "))
		case !slices.Contains(importable(), m.kind):
			return timeline.Errorf(timeline.CodeUsage, "%s holds %s, which nobody can take over; --as cache keeps posts to be read here", m.name, m.kind)
		}
		return m.rewind()
	}
	return timeline.Errorf(timeline.CodeUsage, "%s is empty", m.name)
}

func (m *importing) rewind() error {
	if _, err := m.from.Seek(0, io.SeekStart); err != nil {
		return m.unreadable(err)
	}
	return nil
}

func (m *importing) unreadable(err error) error {
	var te *timeline.Error
	if errors.As(err, &te) {
		return refusef("%s: %w; nothing was changed", m.name, err)
	}
	return timeline.Errorf(timeline.CodeUsage, "reading %s: %w", m.name, err)
}

// read reads the whole list. Lines that are not understood refuse it, or are left
// out.
func (m *importing) read() (carry.File, error) {
	file, err := carry.Read(m.from, m.name, m.kind)
	if err != nil {
		return file, m.unreadable(err)
	}
	m.head = file.Header
	for _, f := range file.Faults {
		m.leaveOut(f.Line, f.Raw, f.Why.String())
	}
	return file, m.acceptable(len(file.Faults))
}

// acceptable refuses a file with faults, unless they are to be left out.
func (m *importing) acceptable(faults int) error {
	if faults == 0 || m.flags.skip {
		return nil
	}
	m.tellLeftOut()
	return refusef("%s: %s not understood, so nothing was changed; --skip goes on without", m.name, count(faults, "line")+isAre(faults))
}

func isAre(n int) string {
	if n == 1 {
		return " is"
	}
	return " are"
}

// leaveOut notes a line that is not imported.
func (m *importing) leaveOut(number int, raw, why string) {
	m.lines = append(m.lines, leftOutLine{number, raw, why})
}

// tellLeftOut tells which lines are left out.
func (m *importing) tellLeftOut() {
	const most = 50
	slices.SortStableFunc(m.lines, func(a, b leftOutLine) int { return a.number - b.number })
	for i, l := range m.lines {
		if i == most {
			m.report(failure{Code: timeline.CodeNotFound, Message: fmt.Sprintf("%s: and %d more lines", m.name, len(m.lines)-most)})
			break
		}
		m.report(failure{Code: timeline.CodeNotFound, Message: timeline.CleanLine(fmt.Sprintf("%s:%d: %s", m.name, l.number, l.why)).String()})
	}
}

// keepLeftOut writes the lines that are left out, verbatim, to a file beside the one
// that is imported.
func (m *importing) keepLeftOut() error {
	if len(m.lines) == 0 {
		return nil
	}
	var b bytes.Buffer
	if m.head != "" {
		b.WriteString(m.head + "\n")
	}
	for _, l := range m.lines {
		b.WriteString(l.raw + "\n")
	}
	to, err := createWhole(m.leftOutFile(), true)
	if err != nil {
		return err
	}
	defer to.drop()
	if _, err := to.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing %s: %w", to.path, err)
	}
	return to.keep()
}

func (m *importing) leftOutFile() string { return m.name + ".left-out" }

// importJSON says what an import does, or would do.
type importJSON struct {
	Type    string     `json:"type"` // "import"
	What    carry.Kind `json:"what"`
	Account string     `json:"account,omitempty"`
	New     int        `json:"new"`
	There   int        `json:"there"`    // already
	LeftOut int        `json:"left_out"` // see the file FILE.left-out
	Dry     bool       `json:"dry_run,omitempty"`
}

// sum is what will be done.
func (m *importing) sum(account string, fresh, there int) importJSON {
	return importJSON{"import", m.kind, account, fresh, there, len(m.lines), m.flags.dry}
}

// agree shows what will be done, and goes on only where that is wanted. proceed is
// false where nothing is to be done.
func (m *importing) agree(ctx context.Context, s importJSON) (proceed bool, err error) {
	m.tellLeftOut()
	to := "here"
	if s.Account != "" {
		to = "to " + s.Account
	}
	line := fmt.Sprintf("%s: %d new, %d there already, %d left out", s.What, s.New, s.There, s.LeftOut)
	asks := s.New > 0 && !m.flags.dry && !m.flags.yes
	switch {
	case asks && !m.typing():
		return false, refusef("%s; nothing was changed: --yes adds them %s", line, to)
	case asks:
		agrees, err := m.agrees(ctx, "%s. Add them %s?", line, to)
		if err != nil {
			return false, err
		}
		if !agrees {
			return false, refusef("nothing was changed")
		}
	case m.app.flags.json:
		if err := json.NewEncoder(m.out).Encode(s); err != nil {
			return false, err
		}
	default:
		if _, err := fmt.Fprintln(m.out, line+"."); err != nil {
			return false, err
		}
	}
	if m.flags.dry {
		return false, nil
	}
	return s.New > 0, m.keepLeftOut()
}

// end is the command's end where all else was done.
func (m *importing) end() error {
	if len(m.lines) == 0 {
		return nil
	}
	if !m.flags.dry {
		m.say(fmt.Sprintf("skein: what was left out is in %s\n", timeline.CleanLine(m.leftOutFile())))
	}
	return silent(exitSome)
}
