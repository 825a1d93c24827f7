package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
	"skein/timeline/carry"
)

func (a *app) archiveCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use: "archive [DIR]", Short: "Save everything of an account to a folder",
		Long: "archive writes what is an account's own to a folder: its posts and the media in\n" +
			"them, its profile, its lists, its drafts, and, where the network gives that, the data\n" +
			"in the network's own form (repo.car of Bluesky, events.jsonl of Nostr). manifest.json\n" +
			"says what is there, with checksums, and what could not be had.\n\n" +
			"The folder is called skein-archive-NAME-DATE unless DIR is another. Given the folder\n" +
			"of an archive that was interrupted or is older, archive goes on with it: lists are\n" +
			"read anew, media that are there already are not. A file has its name only once it is\n" +
			"whole.\n\n" +
			"It exits with 5 where something could not be had; that is told.",
		Example: "  skein archive --account mastodon\n  skein archive --account bluesky ~/backup/bluesky",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.archive(cmd.Context(), name, strings.Join(args, ""))
		},
	}
	c.Flags().StringVar(&name, "account", "", "the account of this NAME")
	return c
}

// archiving is an account on its way into a folder.
type archiving struct {
	*app
	record   account.Record
	backend  timeline.Backend
	dir      string
	manifest *manifest
	media    []attached // what the posts have, to be fetched
}

func (a *app) archive(ctx context.Context, name, dir string) error {
	if err := a.setup(); err != nil {
		return err
	}
	record, err := a.oneAccount(name)
	if err != nil {
		return err
	}
	backends := newPool(a)
	defer backends.close()
	b, err := backends.backend(ctx, timeline.AccountID(record.ID))
	if err != nil {
		return err
	}
	if dir == "" {
		dir = "skein-archive-" + plainName(record.Name) + "-" + a.now().Format(time.DateOnly)
	}
	r := &archiving{app: a, record: record, backend: b, dir: filepath.Clean(dir)}
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.run(ctx); err != nil {
		return err
	}
	return r.tell()
}

// plainName is a name of which a folder's can be made.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, name)
}

// run saves one thing after another. What cannot be had is noted, and the rest goes
// on; it fails where the account cannot be used at all, or the folder cannot.
func (r *archiving) run(ctx context.Context) error {
	if err := r.profile(ctx); err != nil {
		return err
	}
	for _, k := range []carry.Kind{carry.Posts, carry.Follows, carry.Mutes, carry.Blocks, carry.Bookmarks, carry.Likes} {
		if err := r.list(ctx, k); err != nil {
			return err
		}
	}
	for _, save := range []func(context.Context) error{r.drafts, r.raw, r.fetchMedia} {
		if err := save(ctx); err != nil {
			return err
		}
	}
	if err := r.file("README.txt", "what this folder is", nil, func(w io.Writer) error {
		_, err := io.WriteString(w, r.readme())
		return err
	}); err != nil {
		return err
	}
	r.manifest.finish(r.now())
	return r.note()
}

// lacks notes what could not be had, unless the person has stopped it.
func (r *archiving) lacks(ctx context.Context, what string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	te := timeline.AsError(err)
	if te.Code == timeline.CodeUnsupported {
		r.manifest.none(what, te.Message)
		return nil
	}
	r.manifest.lacks(what, te.Message)
	return nil
}

// profile saves who the account is. It is the first that is asked for: an account that
// has to sign in again, or whose server is away, ends here.
func (r *archiving) profile(ctx context.Context) error {
	const name = "profile.json"
	who, err := r.self(ctx)
	switch timeline.CodeOf(err) {
	case "":
	case timeline.CodeAuth, timeline.CodeOffline:
		return timeline.Errorf(timeline.CodeOf(err), "the profile of %s: %w", r.record.Name, err)
	default:
		return r.lacks(ctx, name, err)
	}
	return r.file(name, "the account's profile", nil, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(asProfile(who, r.record.Name))
	})
}

func (r *archiving) self(ctx context.Context) (*timeline.Profile, error) {
	resolver, resolves := timeline.As[timeline.Resolver](r.backend)
	profiler, profiles := timeline.As[timeline.Profiler](r.backend)
	if !resolves || !profiles {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "%s shows no profiles", r.record.Network)
	}
	var who *timeline.Profile
	err := r.patiently(ctx, func() error {
		t, err := resolver.Resolve(ctx, cmp.Or(r.record.DID, r.record.PubKey, r.record.Handle))
		if err == nil {
			who, err = profiler.Profile(ctx, t.Person)
		}
		return err
	})
	return who, err
}

// list saves a list, as objects and, where there is that form, as a table.
func (r *archiving) list(ctx context.Context, k carry.Kind) error {
	var table bytes.Buffer
	var unread []timeline.Safe
	var media []attached
	var failed error // of the list; what else fails is the folder's
	n := 0
	err := r.file(carry.FileName(k, carry.NDJSON), string(k), &n, func(w io.Writer) error {
		objects, err := newExporter(w, k, carry.NDJSON, r.record)
		if err != nil {
			return err
		}
		also := []*exporter{objects}
		if k.Tabular() {
			x, err := newExporter(&table, k, carry.CSV, r.record)
			if err != nil {
				return err
			}
			also = append(also, x)
		}
		failed, err = r.readInto(ctx, k, also, func(page timeline.Listing) {
			unread = append(unread, page.Unread...)
			if k == carry.Posts {
				media = append(media, attachments(page.Posts)...)
			}
		})
		n = objects.count
		return errors.Join(failed, err)
	})
	switch {
	case failed != nil:
		return r.lacks(ctx, string(k), failed)
	case err != nil:
		return err
	}
	r.media = append(r.media, media...)
	for _, u := range unread {
		r.manifest.lacks("an entry of "+string(k), u)
	}
	if k.Tabular() {
		if err := r.file(carry.FileName(k, carry.CSV), string(k)+", in the form of Mastodon's export", &n, contents(&table)); err != nil {
			return err
		}
	}
	return r.note()
}

// readInto reads a list to its end, into files. failed is the list's error, err one of
// the files.
func (r *archiving) readInto(ctx context.Context, k carry.Kind, files []*exporter, note func(timeline.Listing)) (failed, err error) {
	l, _ := k.List()
	progress := r.tally("reading " + string(k))
	defer progress.clear()
	failed = r.eachPage(ctx, r.backend, l, func(page timeline.Listing) error {
		for _, x := range files {
			if err = x.page(page); err != nil {
				return err
			}
		}
		note(page)
		progress.set(files[0].count, 0)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, x := range files {
		if err := x.flush(); err != nil {
			return failed, err
		}
	}
	return failed, nil
}

func contents(b *bytes.Buffer) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b.Bytes())
		return err
	}
}

// drafts saves what was written for the account and not sent.
func (r *archiving) drafts(ctx context.Context) error {
	return r.atDesk(ctx, func(d *desk) error {
		saved, err := d.box.Drafts(ctx)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		n, e := 0, json.NewEncoder(&b)
		for _, s := range saved {
			mine := len(s.Draft.To) == 0
			accounts := []string{}
			for _, id := range s.Draft.To {
				mine = mine || string(id) == r.record.ID
				accounts = append(accounts, d.nameOf(timeline.Account{ID: id}))
			}
			if !mine {
				continue
			}
			n++
			if err := e.Encode(draftJSON{"draft", s.ID, accounts, timeline.Clean(s.Draft.Text).String(), stamp(s.Updated)}); err != nil {
				return err
			}
		}
		return r.file("drafts.ndjson", "drafts", &n, contents(&b))
	})
}

// rawName is what the account's data in its network's own form are called.
func rawName(ending string) string {
	switch ending {
	case "car":
		return "repo.car"
	case "jsonl":
		return "events.jsonl"
	}
	return "data." + plainName(ending)
}

// raw saves the data in the network's own form. What an archiver has written before it
// failed is kept, and what it lacks noted.
func (r *archiving) raw(ctx context.Context) error {
	const what = "the data in the network's own form"
	archiver, ok := timeline.As[timeline.Archiver](r.backend)
	if !ok {
		r.manifest.none(what, timeline.CleanLine(r.record.Network+" gives none"))
		return nil
	}
	out, err := createWhole(filepath.Join(r.dir, "raw"), true)
	if err != nil {
		return err
	}
	defer out.drop()
	progress := r.tally("reading the raw data, KiB")
	defer progress.clear()
	sum := newSum(out)
	ending, err := archiver.Archive(ctx, sum, func(written int64) { progress.set(int(written>>10), 0) })
	if err != nil {
		if lerr := r.lacks(ctx, what, err); lerr != nil || ending == "" {
			return lerr
		}
	}
	name := rawName(ending)
	out.path = filepath.Join(r.dir, name)
	if err := out.keep(); err != nil {
		return err
	}
	f := sum.archived()
	f.What = what
	r.manifest.enter(name, f)
	return r.note()
}

// readme explains the folder to whoever finds it.
func (r *archiving) readme() string {
	return fmt.Sprintf(`An archive of %s on %s, made by skein on %s.

posts.ndjson          every post of the account, one JSON object a line
media/                what is attached to them, named by the post's short id
profile.json          the account's profile
*.ndjson, *.csv       the account's lists; Mastodon and others can import the CSV files
drafts.ndjson         what was written and not sent
repo.car              of Bluesky: the account's repository (AT Protocol, CAR v1)
events.jsonl          of Nostr: every event, signed, as relays take them
manifest.json         what is here, with SHA-256 checksums, and what could not be had

skein help json describes the objects. skein import takes the lists back.
In a CSV file cells that begin with =, +, - or @ are text: tell a spreadsheet so.
`, r.record.Handle, r.record.Network, stamp(r.manifest.Started.moment()))
}
