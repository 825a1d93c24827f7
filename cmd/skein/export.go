package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
	"skein/timeline/carry"
)

// exportFlags are what `skein export` can be told.
type exportFlags struct {
	account  string
	format   string
	output   string
	force    bool
	since    string
	networks []string
}

func (a *app) exportCommand() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use: "export WHAT", Short: "Write a list, or all that was read, to a file",
		Long: "export writes out what is yours, for keeping it or for taking it elsewhere:\n\n" +
			"  follows, mutes, blocks, bookmarks, likes, posts\n" +
			"              an account's own lists, read from its network\n" +
			"  cache       every post that was read on this machine, oldest first\n" +
			"  people      the address book\n\n" +
			"ndjson is one object a line, as `skein help json` describes them. csv is the form\n" +
			"of Mastodon's own export, for follows, mutes, blocks and bookmarks; other programs\n" +
			"read it, too. Cells of it that begin with =, +, - or @ are text: tell a spreadsheet\n" +
			"so when it opens the file.\n\n" +
			"It exits with 5 where some entries could not be read; they are told.",
		Example: "  skein export follows --account mastodon --format csv -o follows.csv\n" +
			"  skein export bookmarks --account bluesky | jq -r .url\n" +
			"  skein export cache --since 30d -o read.ndjson",
		Args: cobra.ExactArgs(1), ValidArgs: kindNames(carry.Kinds()),
		RunE: func(cmd *cobra.Command, args []string) error { return a.export(cmd.Context(), carry.Kind(args[0]), f) },
	}
	s := c.Flags()
	s.StringVar(&f.account, "account", "", "of the account of this NAME")
	s.StringVar(&f.format, "format", string(carry.NDJSON), "ndjson or csv")
	s.StringVarP(&f.output, "output", "o", "", "write to FILE, which is there only once it is whole")
	s.BoolVar(&f.force, "force", false, "replace FILE where it exists")
	s.StringVar(&f.since, "since", "", "of the cache, only posts since a TIME: 90m, 2d, 2026-03-14 or RFC 3339")
	s.StringSliceVar(&f.networks, "network", nil, "of the cache, only NETWORKS: mastodon, bluesky, nostr")
	offer(c, "format", string(carry.NDJSON), string(carry.CSV))
	return c
}

// offer lets a shell complete the values of a flag.
func offer(c *cobra.Command, flag string, values ...string) {
	_ = c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // fails for a flag that there is not
}

func kindNames(kinds []carry.Kind) []string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = string(k)
	}
	return names
}

// check finds what makes no sense before anything is read.
func (f exportFlags) check(k carry.Kind) error {
	_, ofAccount := k.List()
	switch {
	case !slices.Contains(carry.Kinds(), k):
		return timeline.Errorf(timeline.CodeUsage, "export %s: one of %s", k, strings.Join(kindNames(carry.Kinds()), ", "))
	case f.format != string(carry.NDJSON) && f.format != string(carry.CSV):
		return timeline.Errorf(timeline.CodeUsage, "--format %s: ndjson or csv", f.format)
	case f.format == string(carry.CSV) && !k.Tabular():
		return timeline.Errorf(timeline.CodeUsage, "there is no CSV form of %s, only ndjson", k)
	case !ofAccount && f.account != "":
		return timeline.Errorf(timeline.CodeUsage, "--account: %s is not of one account", k)
	case k != carry.Cache && (f.since != "" || len(f.networks) > 0):
		return timeline.Errorf(timeline.CodeUsage, "--since and --network choose from the cache alone")
	}
	return checkNetworks(f.networks)
}

func (a *app) export(ctx context.Context, k carry.Kind, f exportFlags) error {
	if err := f.check(k); err != nil {
		return err
	}
	if err := a.setup(); err != nil {
		return err
	}
	return a.writeOut(f.output, f.force, func(w io.Writer) error {
		switch k {
		case carry.Cache:
			return a.exportCache(ctx, w, f)
		case carry.People:
			return a.exportPeople(ctx, w)
		}
		return a.exportList(ctx, w, k, f)
	})
}

// writeOut lets do write to standard output, or to a file that gets its name when do
// has not failed, or only by entries that could not be read.
func (a *app) writeOut(path string, force bool, do func(io.Writer) error) error {
	partly := error(silent(exitSome))
	if path == "" || path == "-" {
		b := bufio.NewWriter(a.out)
		told := do(b)
		if err := b.Flush(); err != nil && (told == nil || errors.Is(told, partly)) {
			return err
		}
		return told
	}
	out, err := createWhole(path, force)
	if err != nil {
		return err
	}
	defer out.drop()
	b := bufio.NewWriter(out)
	told := do(b)
	if told != nil && !errors.Is(told, partly) {
		return told
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := out.keep(); err != nil {
		return err
	}
	return told
}

// oneAccount is the account of a name, or the only one.
func (a *app) oneAccount(name string) (account.Record, error) {
	var names []string
	if name != "" {
		names = []string{name}
	}
	records, err := a.accounts(nil, names)
	if err != nil {
		return account.Record{}, err
	}
	if len(records) > 1 {
		return account.Record{}, timeline.Errorf(timeline.CodeUsage, "which account? --account NAME says it; `skein account list` shows them")
	}
	return records[0], nil
}

func (a *app) exportList(ctx context.Context, w io.Writer, k carry.Kind, f exportFlags) error {
	record, err := a.oneAccount(f.account)
	if err != nil {
		return err
	}
	backends := newPool(a)
	defer backends.close()
	b, err := backends.backend(ctx, timeline.AccountID(record.ID))
	if err != nil {
		return err
	}
	l, _ := k.List()
	to, err := newExporter(w, k, carry.Form(f.format), record)
	if err != nil {
		return err
	}
	progress := a.tally("reading " + string(k))
	defer progress.clear()
	var unread []timeline.Safe
	err = a.eachPage(ctx, b, l, func(page timeline.Listing) error {
		unread = append(unread, page.Unread...)
		if err := to.page(page); err != nil {
			return err
		}
		progress.set(to.count, 0)
		return nil
	})
	progress.clear()
	if err != nil {
		return timeline.Errorf(timeline.CodeOf(err), "%s of %s: %w", k, record.Name, err)
	}
	if err := to.flush(); err != nil {
		return err
	}
	return a.tellUnread(record, unread)
}

// tellUnread tells which entries of a list could not be read; it is the command's end.
func (a *app) tellUnread(record account.Record, unread []timeline.Safe) error {
	if len(unread) == 0 {
		return nil
	}
	const most = 50
	for i, u := range unread {
		message := "could not be read: " + u.Line().String()
		if i == most {
			message = fmt.Sprintf("and %d more could not be read", len(unread)-most)
		}
		a.report(failure{Code: timeline.CodeNotFound, Account: record.Name, Network: timeline.Network(record.Network), Message: message})
		if i == most {
			break
		}
	}
	return silent(exitSome)
}

func (a *app) exportPeople(ctx context.Context, w io.Writer) error {
	s, err := a.state(ctx)
	if err != nil {
		return err
	}
	people, err := s.People(ctx)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	for _, p := range people {
		if err := e.Encode(asPerson("person", p)); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) exportCache(ctx context.Context, w io.Writer, f exportFlags) error {
	since, err := parseSince(f.since, a.now())
	if err != nil {
		return err
	}
	records, err := a.book.All()
	if err != nil {
		return err
	}
	cache, err := a.cache(ctx)
	if err != nil {
		return err
	}
	names, e := namesOf(records), json.NewEncoder(w)
	progress := a.tally("writing posts")
	defer progress.clear()
	above, written := timeline.Key{Time: since}, 0
	if since.IsZero() {
		above = timeline.Key{}
	}
	for {
		found, err := cache.Every(ctx, above, timeline.MaxFound)
		if err != nil {
			return err
		}
		for _, p := range found.Posts {
			if len(f.networks) > 0 && !slices.Contains(f.networks, string(p.ID.Network)) {
				continue
			}
			if err := e.Encode(asJSON(p, names)); err != nil {
				return err
			}
			written++
		}
		progress.set(written, 0)
		if !found.More {
			return nil
		}
		above = found.Posts[len(found.Posts)-1].Key()
	}
}
