package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
)

// timelineFlags are what `skein timeline` can be told.
type timelineFlags struct {
	number   int
	networks []string
	accounts []string
	since    string
	cached   bool
	muted    bool
	follow   bool
	exec     string
	template string
	feed     string
	name     timeline.FeedName // of feed, once it was read
}

func (a *app) timelineCommand() *cobra.Command {
	var f timelineFlags
	c := &cobra.Command{
		Use:   "timeline",
		Short: "Print the merged home timeline, or another feed, newest first",
		Long: "timeline prints the home timelines of all accounts merged into one, newest first, or\n" +
			"with --feed another feed of all accounts that have it: `skein feeds` lists them.\n\n" +
			"It exits with 0 when every account answered, 5 when some did, 4 when none did.\n" +
			"With --cached it asks nobody and prints what was read before. What is muted here is\n" +
			"left out, unless --muted asks for it: then it says why it would be.",
		Example: "  skein timeline -n 20\n  skein timeline --cached --since 2d\n  skein timeline --feed tag:golang\n  skein timeline --json --network bluesky | jq -r .url\n  skein timeline --follow --exec 'notify-send \"$(jq -r .author.name)\"'",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.timeline(cmd.Context(), f) },
	}
	c.Flags().IntVarP(&f.number, "number", "n", 40, "how many posts")
	c.Flags().StringVar(&f.feed, "feed", string(timeline.FeedHome), "which feed: "+timeline.FeedNames)
	c.Flags().StringSliceVar(&f.networks, "network", nil, "only NETWORKS: mastodon, bluesky, nostr")
	c.Flags().StringSliceVar(&f.accounts, "account", nil, "only the accounts of these NAMES")
	c.Flags().StringVar(&f.since, "since", "", "only posts since a TIME: 90m, 2d, 2026-03-14 or RFC 3339")
	c.Flags().BoolVar(&f.cached, "cached", false, "print what was read before, without any network")
	c.Flags().BoolVar(&f.muted, "muted", false, "also what is muted here; in JSON, muted tells why")
	c.Flags().BoolVarP(&f.follow, "follow", "f", false, "oldest first, and go on with what arrives")
	c.Flags().StringVar(&f.exec, "exec", "", "with --follow: run COMMAND for each new post, its JSON on standard input")
	c.Flags().StringVar(&f.template, "template", "", "print each post with a Go TEMPLATE such as {{.author.name}}")
	return c
}

// check finds what makes no sense together.
func (f timelineFlags) check() error {
	switch {
	case f.number < 1 || f.number > 10_000:
		return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to 10000", f.number)
	case f.exec != "" && !f.follow:
		return timeline.Errorf(timeline.CodeUsage, "--exec needs --follow")
	case f.cached && f.follow:
		return timeline.Errorf(timeline.CodeUsage, "--cached asks no network, so there is nothing to --follow")
	}
	return nil
}

func (a *app) timeline(ctx context.Context, f timelineFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	var err error
	if f.name, err = timeline.ParseFeedName(f.feed); err != nil {
		return err
	}
	since, err := parseSince(f.since, a.now())
	if err != nil {
		return err
	}
	records, err := a.accounts(f.networks, f.accounts)
	if err != nil {
		return err
	}
	if len(f.accounts) == 0 {
		records = a.merged(records)
	}
	p, err := a.printer(namesOf(records), f.template)
	if err != nil {
		return err
	}
	if f.muted {
		p.mutes = a.mutes(ctx)
	}
	if f.follow {
		return a.follow(ctx, f, since, records, p)
	}
	defer collect(briefly)()
	read := a.fetch
	if f.cached {
		read = a.recall
	}
	found, verdict, err := read(ctx, f, records)
	if err != nil {
		return err
	}
	for _, row := range found {
		if row.Sorted.Before(since) {
			break
		}
		if err := p.post(row, -1, false); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	return verdict()
}

// fetch reads the newest posts from the networks, newest first. Verdict tells what
// failed and is the command's end.
func (a *app) fetch(ctx context.Context, f timelineFlags, records []account.Record) (posts []*timeline.Post, verdict func() error, err error) {
	options, accounts := a.hubOptions(records)
	options.Feed = f.name
	a.keepWith(ctx, &options)
	if f.muted {
		options.Mutes = nil
	}
	found, err := timeline.Fetch(ctx, options, f.number, accounts...)
	return found.Posts, func() error {
		a.forgetful(found.Forgetful)
		a.tellHidden(f, found)
		if len(found.Health) == 0 && len(found.Lacking) > 0 {
			return a.lacking(f.name, found.Lacking)
		}
		err := a.verdict(found)
		if errors.Is(err, silent(exitNone)) && !a.flags.json && anyKept(ctx, options, accounts) {
			a.say("skein: `skein timeline --cached` prints what was read before\n")
		}
		return err
	}, err
}

// tellHidden tells that there would be more posts if fewer were muted.
func (a *app) tellHidden(f timelineFlags, found timeline.Fetched) {
	if len(found.Posts) < f.number && found.Hidden > 0 && !a.flags.json && f.template == "" {
		a.say(fmt.Sprintf("skein: %s muted here and left out; --muted shows them\n", are(found.Hidden, "post")))
	}
}

// are counts things: "1 post is", "3 posts are".
func are(n int, what string) string {
	if n == 1 {
		return "1 " + what + " is"
	}
	return fmt.Sprintf("%d %ss are", n, what)
}

// anyKept tells whether there is anything to recall.
func anyKept(ctx context.Context, o timeline.HubOptions, accounts []timeline.Account) bool {
	found, err := timeline.FetchKept(ctx, o, 1, accounts...)
	return err == nil && len(found.Posts) > 0
}

// recall is fetch without a network: the newest posts of those that were read
// before.
func (a *app) recall(ctx context.Context, f timelineFlags, records []account.Record) (posts []*timeline.Post, verdict func() error, err error) {
	cache, err := a.cache(ctx)
	if err != nil {
		return nil, nil, err
	}
	options, accounts := a.hubOptions(records)
	options.Cache, options.Feed = cache, f.name
	if !f.muted {
		if state, err := a.state(ctx); err == nil {
			options.Mutes = state
		} else { // what was read can be read all the same
			options.Mutes = nil
			a.tellUnmuted(ctx, err)
		}
	}
	found, err := timeline.FetchKept(ctx, options, f.number, accounts...)
	return found.Posts, func() error {
		for _, g := range found.Gaps {
			a.reportGap(g, found.Health)
		}
		a.tellHidden(f, found)
		if len(found.Posts)+found.Hidden == 0 && !a.flags.json {
			a.say("skein: nothing was read yet; `skein timeline` without --cached reads\n")
		}
		return nil
	}, err
}

// verdict tells which accounts failed and turns that into an exit code.
func (a *app) verdict(found timeline.Fetched) error {
	answered, signIn := 0, 0
	for _, h := range found.Health {
		switch h.State {
		case timeline.Live, timeline.Partial:
			answered++
			continue
		case timeline.SignIn:
			signIn++
		}
		a.reportHealth(h)
	}
	holes := 0
	for _, g := range found.Gaps {
		if !g.Outage { // an outage was told above
			holes++
			a.reportGap(g, found.Health)
		}
	}
	switch {
	case answered == len(found.Health) && holes == 0:
		return nil
	case answered > 0:
		return silent(exitSome)
	case signIn == len(found.Health):
		return silent(exitSignIn)
	}
	return silent(exitNone)
}

// reportHealth tells why an account does not answer.
func (a *app) reportHealth(h timeline.Health) {
	f := failure{Code: h.Code, Account: h.Account.Name, Network: h.Account.Network, Message: h.Message.String()}
	if f.Code == "" {
		f.Code = timeline.CodeOffline
	}
	if h.State == timeline.SignIn {
		f.Message += "; `skein account add " + string(h.Account.Network) + "` signs in again"
	}
	a.report(f)
}

// reportGap tells where posts may be missing.
func (a *app) reportGap(g timeline.Gap, health []timeline.Health) {
	f := failure{Code: timeline.CodeOffline, Message: "posts may be missing before " + stamp(g.Key.Time).String() + ": " + g.Reason.String()}
	for _, h := range health {
		if h.Account.ID == g.Account {
			f.Account, f.Network = h.Account.Name, h.Account.Network
		}
	}
	a.report(f)
}

// deliver prints a post, or hands it to the person's command.
func (a *app) deliver(ctx context.Context, f timelineFlags, p *printer, row *timeline.Post) error {
	if f.exec == "" {
		return p.post(row, -1, false)
	}
	b, err := json.Marshal(p.asJSON(row))
	if err != nil {
		return fmt.Errorf("post %s as JSON: %w", row.ID, err)
	}
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, f.exec) //nolint:gosec // the person's own command; the post comes on standard input
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(append(b, '\n')), a.out, a.err
	if err := cmd.Run(); err != nil {
		return timeline.Errorf(timeline.CodeUsage, "--exec: %w", err)
	}
	return nil
}

// parseSince reads a span back from now ("90m", "2d"), a day or a time.
func parseSince(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(-d), nil
	}
	if n := len(s); s[n-1] == 'd' {
		if days, err := strconv.Atoi(s[:n-1]); err == nil {
			return now.AddDate(0, 0, -days), nil
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, now.Location()); err == nil {
		return t, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	return time.Time{}, timeline.Errorf(timeline.CodeUsage, "--since %s: a span like 90m or 2d, a day like 2026-03-14, or an RFC 3339 time", s)
}

func namesOf(records []account.Record) map[timeline.AccountID]string {
	names := make(map[timeline.AccountID]string, len(records))
	for _, r := range records {
		names[timeline.AccountID(r.ID)] = r.Name
	}
	return names
}
