package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"skein/config/account"
	"skein/timeline"
	"skein/timeline/carry"
)

// listedPersonJSON and listedPostJSON are entries of an account's list.
type listedPersonJSON struct {
	profileJSON
	List timeline.List `json:"list"`
}

type listedPostJSON struct {
	postJSON
	List timeline.List `json:"list"`
}

// exporter writes the entries of one list in one form.
type exporter struct {
	list    timeline.List
	account account.Record
	names   map[timeline.AccountID]string
	objects *json.Encoder // nil where table is set
	table   *carry.Table
	count   int // entries written
}

func newExporter(w io.Writer, k carry.Kind, form carry.Form, of account.Record) (*exporter, error) {
	l, _ := k.List()
	x := &exporter{list: l, account: of, names: namesOf([]account.Record{of})}
	if form == carry.CSV {
		table, err := carry.NewTable(w, k)
		x.table = table
		return x, err
	}
	x.objects = json.NewEncoder(w)
	return x, nil
}

// page writes the entries of a page.
func (x *exporter) page(page timeline.Listing) error {
	for _, p := range page.People {
		if err := x.entry(carry.PersonAddress(p), listedPersonJSON{asProfile(p, x.account.Name), x.list}); err != nil {
			return err
		}
	}
	for _, p := range page.Posts {
		if err := x.entry(carry.PostAddress(p), listedPostJSON{asJSON(p, x.names), x.list}); err != nil {
			return err
		}
	}
	return nil
}

func (x *exporter) entry(address timeline.Safe, object any) error {
	x.count++
	if x.table != nil {
		return x.table.Add(address)
	}
	return x.objects.Encode(object)
}

func (x *exporter) flush() error {
	if x.table != nil {
		return x.table.Flush()
	}
	return nil
}

// mostPages is how many pages of a list are read; a server with more goes in circles.
const mostPages = 20_000

// eachPage reads a list from its newest entry to its end. It fails where any page of
// it could not be read: what is missing is then not known.
func (a *app) eachPage(ctx context.Context, b timeline.Backend, l timeline.List, take func(timeline.Listing) error) error {
	lister, ok := timeline.As[timeline.Lister](b)
	if !ok {
		return timeline.Errorf(timeline.CodeUnsupported, "%s gives no lists", b.Account().Network)
	}
	p := timeline.Page{Limit: timeline.MaxPage}
	for range mostPages {
		var page timeline.Listing
		err := a.patiently(ctx, func() (err error) {
			page, err = lister.List(ctx, l, p)
			return err
		})
		if err != nil {
			return err
		}
		if err := take(page); err != nil {
			return err
		}
		if page.Older == "" {
			return nil
		}
		if page.Older == p.Before {
			break
		}
		p.Before = page.Older
	}
	return timeline.Errorf(timeline.CodeMalformed, "the list does not end: the server goes in circles")
}

// How long a server is waited for.
const (
	longestWait = 16 * time.Minute // Mastodon's longest window is 15
	mostWaits   = 200
	mostRetries = 2 // of what fails for no given time
)

// patiently repeats what failed for a while: when the server says that it may be asked
// again, or soon where it does not.
func (a *app) patiently(ctx context.Context, do func() error) error {
	retries := 0
	for range mostWaits {
		err := do()
		te := timeline.AsError(err)
		if te == nil || ctx.Err() != nil || !te.Temporary() {
			return err
		}
		wait := te.Until.Sub(a.now())
		switch {
		case wait > longestWait:
			return err
		case wait <= 0:
			if retries++; retries > mostRetries {
				return err
			}
			wait = time.Duration(retries) * time.Second / 2
		}
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
	}
	return timeline.Errorf(timeline.CodeRateLimited, "the server asks for patience again and again")
}

// whole is a file that has its name only once all of it is written.
type whole struct {
	*os.File
	path string
	done bool
}

// createWhole begins a file; one that exists is refused unless it is to be replaced.
func createWhole(path string, replace bool) (*whole, error) {
	if _, err := os.Lstat(path); err == nil && !replace {
		return nil, refusef("%s exists: --force replaces it", path)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.part")
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeRefused, "writing %s: %w", path, err)
	}
	return &whole{File: f, path: path}, nil
}

// keep gives the file its name, once it is safely on the disk.
func (w *whole) keep() error {
	if err := w.Sync(); err != nil {
		return fmt.Errorf("writing %s: %w", w.path, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("writing %s: %w", w.path, err)
	}
	if err := os.Rename(w.Name(), w.path); err != nil {
		return fmt.Errorf("writing %s: %w", w.path, err)
	}
	w.done = true
	return nil
}

// drop forgets a file that did not become whole.
func (w *whole) drop() {
	if w.done {
		return
	}
	_ = w.Close() // perhaps it was closed
	_ = os.Remove(w.Name())
}
