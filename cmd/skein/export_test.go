package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"skein/timeline"
)

// TestCarryScripts and TestArchiveScripts have sandboxes to themselves, for they hold
// lists to what they were.
func TestCarryScripts(t *testing.T) { runScripts(t, filepath.Join("testdata", "carry")) }

func TestArchiveScripts(t *testing.T) { runScripts(t, filepath.Join("testdata", "archive")) }

// pages is a Lister that answers with pages, or with errors, one after another.
type pages struct {
	timeline.Backend
	answers []func() (timeline.Listing, error)
	asked   []timeline.Page
}

func (p *pages) Account() timeline.Account { return timeline.Account{Network: timeline.Nostr} }

func (p *pages) List(_ context.Context, _ timeline.List, page timeline.Page) (timeline.Listing, error) {
	n := min(len(p.asked), len(p.answers)-1)
	p.asked = append(p.asked, page)
	return p.answers[n]()
}

func page(older timeline.Cursor, ids ...string) func() (timeline.Listing, error) {
	var l timeline.Listing
	for _, id := range ids {
		l.People = append(l.People, &timeline.Profile{Author: timeline.Author{ID: id}})
	}
	l.Older = older
	return func() (timeline.Listing, error) { return l, nil }
}

func fails(code timeline.Code, until time.Time) func() (timeline.Listing, error) {
	return func() (timeline.Listing, error) {
		return timeline.Listing{}, &timeline.Error{Code: code, Until: until, Message: timeline.Literal("no")}
	}
}

// readAll reads a list and returns how many people it had.
func readAll(t *testing.T, p *pages) (n int, err error) {
	t.Helper()
	err = quietApp(time.Now).eachPage(t.Context(), p, timeline.ListFollows, func(l timeline.Listing) error {
		n += len(l.People)
		return nil
	})
	return n, err
}

func TestAListIsReadToItsEndOrNotAtAll(t *testing.T) {
	for what, c := range map[string]struct {
		answers []func() (timeline.Listing, error)
		people  int
		code    timeline.Code
		asked   int
	}{
		"two pages":              {[]func() (timeline.Listing, error){page("1", "a", "b"), page("", "c")}, 3, "", 2},
		"an empty page between":  {[]func() (timeline.Listing, error){page("1", "a"), page("2"), page("", "c")}, 2, "", 3},
		"a circle":               {[]func() (timeline.Listing, error){page("1", "a"), page("1", "b")}, 2, timeline.CodeMalformed, 2},
		"refused on the second":  {[]func() (timeline.Listing, error){page("1", "a"), fails(timeline.CodeRefused, time.Time{})}, 1, timeline.CodeRefused, 2},
		"away for long":          {[]func() (timeline.Listing, error){page("1", "a"), fails(timeline.CodeOffline, time.Time{})}, 1, timeline.CodeOffline, 4},
		"away for a moment":      {[]func() (timeline.Listing, error){fails(timeline.CodeServer, time.Time{}), page("", "a")}, 1, "", 2},
		"asked to come tomorrow": {[]func() (timeline.Listing, error){fails(timeline.CodeRateLimited, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))}, 0, timeline.CodeRateLimited, 1},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pages{answers: c.answers}
				n, err := readAll(t, p)
				if n != c.people || timeline.CodeOf(err) != c.code || len(p.asked) != c.asked {
					t.Errorf("%d people after %d questions, %v; want %d after %d, %q", n, len(p.asked), err, c.people, c.asked, c.code)
				}
				if c.asked > 1 && c.code == "" && c.people > 1 && p.asked[1].Before != "1" {
					t.Errorf("the second page was asked for with %+v", p.asked[1])
				}
			})
		})
	}
}

func TestAServerThatAsksForPatienceGetsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		until := time.Now().Add(5 * time.Minute)
		p := &pages{answers: []func() (timeline.Listing, error){page("1", "a"), fails(timeline.CodeRateLimited, until), page("", "b")}}
		if n, err := readAll(t, p); n != 2 || err != nil || time.Now().Before(until) {
			t.Errorf("%d people, %v, at %v", n, err, time.Now())
		}
	})
}

func TestAFileHasItsNameOnlyWhenItIsWhole(t *testing.T) {
	a := quietApp(time.Now)
	path := filepath.Join(t.TempDir(), "list")
	write := func(force bool, text string, failed error) error {
		return a.writeOut(path, force, func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return errors.Join(err, failed)
		})
	}
	holds := func(want string) {
		t.Helper()
		b, err := os.ReadFile(path)
		if string(b) != want || want != "" && err != nil {
			t.Errorf("it holds %q, %v; want %q", b, err, want)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
	if err := write(false, strings.Repeat("half", 1<<20), errors.New("away")); err == nil {
		t.Error("a failure was not told")
	}
	holds("")
	if err := write(false, "one", silent(exitSome)); !errors.Is(err, silent(exitSome)) { // some could not be read
		t.Error(err)
	}
	holds("one")
	if err := write(false, "two", nil); !errors.As(err, new(*refusal)) {
		t.Errorf("what exists was not refused: %v", err)
	}
	holds("one")
	if err := write(true, "half", errors.New("away")); err == nil {
		t.Error("a failure was not told")
	}
	holds("one")
	if err := write(true, "two", nil); err != nil {
		t.Error(err)
	}
	holds("two")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
