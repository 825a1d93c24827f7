package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/adrg/xdg"

	"skein/config/account"
	"skein/timeline"
)

// logTail is how much of the log goes into a report, in bytes.
const logTail = 256 << 10

const bundleNote = `This is a report of skein for whoever is to find a fault.

  doctor.txt    what ` + "`skein doctor`" + ` found
  doctor.json   the same, for programs
  version.txt   the program and the system
  config.toml   the settings in force
  log.txt       the end of the log

Names, handles, keys and DIDs of your accounts stand as <account 1>, your home folder
as ~. What looks like a secret stands as <secret>. Servers and relays are named.
`

// bundle writes a report to a new file, which only the person can read.
func (a *app) bundle(path string, records []account.Record, results []checkResult) (err error) {
	parts, err := a.reportParts(records, results)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(path), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return timeline.Errorf(timeline.CodeUsage, "%s is there already: choose another name", path)
	}
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(f.Name())) // half of it is of no use
		}
	}()
	z := zip.NewWriter(f)
	for _, p := range parts {
		w, err := z.Create(p.name)
		if err == nil {
			_, err = io.WriteString(w, p.text)
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", path, err)
		}
	}
	return z.Close()
}

// part is a file of a report.
type part struct{ name, text string }

// reportParts are the files of a report, without anything that names the person.
func (a *app) reportParts(records []account.Record, results []checkResult) ([]part, error) {
	var text, object bytes.Buffer
	if err := errors.Join(writeChecks(&text, results, false), writeChecks(&object, results, true)); err != nil {
		return nil, err
	}
	c := a.config
	if c.Secrets.PassphraseCommand != "" {
		c.Secrets.PassphraseCommand = hiddenSecret
	}
	settings, err := c.TOML()
	if err != nil {
		return nil, err
	}
	log, err := tail(a.paths.Log(), logTail)
	if err != nil {
		return nil, err
	}
	for _, name := range a.strays(records) { // the configuration speaks of them
		records = append(slices.Clone(records), account.Record{Name: name})
	}
	s := newScrubber(records, xdg.Home)
	parts := []part{
		{"doctor.txt", text.String()},
		{"doctor.json", object.String()},
		{"version.txt", versions()},
		{"config.toml", settings},
		{"log.txt", log},
	}
	for i := range parts {
		parts[i].text = s.scrub(parts[i].text)
	}
	return append([]part{{"README.txt", bundleNote}}, parts...), nil
}

// versions tells what the program was built of.
func versions() string {
	var b strings.Builder
	fmt.Fprintf(&b, "skein %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			fmt.Fprintf(&b, "%s %s\n", m.Path, m.Version)
		}
	}
	return b.String()
}

// tail is the end of a file, from the beginning of a line; "" where there is no file.
func tail(path string, most int64) (text string, err error) {
	f, err := os.Open(filepath.Clean(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading the log: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return "", fmt.Errorf("reading the log: %w", err)
	}
	from := max(0, info.Size()-most)
	b, err := io.ReadAll(io.NewSectionReader(f, from, most))
	if err != nil {
		return "", fmt.Errorf("reading the log: %w", err)
	}
	text = string(b)
	if from > 0 {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text, nil
}
