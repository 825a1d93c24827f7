package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
)

// noticeFlags are what `skein notifications` can be told.
type noticeFlags struct {
	number   int
	kinds    []string
	networks []string
	accounts []string
	unread   bool
	all      bool
	markRead bool
	cached   bool
	follow   bool
	template string
}

func (a *app) notificationsCommand() *cobra.Command {
	var f noticeFlags
	c := &cobra.Command{
		Use: "notifications", Short: "Print what has happened to your accounts, newest first",
		Long: "notifications prints mentions, replies, quotes, boosts, likes, follows and what else has\n" +
			"happened to all accounts, merged and grouped: likes of one post are one row, also where\n" +
			"it went to several networks. What is muted here is left out.\n\n" +
			"Printing marks nothing as read; --mark-read does, on Mastodon and Bluesky for your other\n" +
			"clients, too. It exits with 0 when every account answered, 5 when some did, 4 when none\n" +
			"did.",
		Example: "  skein notifications --unread\n  skein notifications --kind mention,reply --json | jq -r .text\n" +
			"  skein notifications --follow --template '{{.who}} {{.what}}'",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.notifications(cmd.Context(), f) },
	}
	c.Flags().IntVarP(&f.number, "number", "n", 30, "how many rows")
	c.Flags().StringSliceVar(&f.kinds, "kind", nil, "only these KINDS: "+noticeKindNames())
	c.Flags().StringSliceVar(&f.networks, "network", nil, "only NETWORKS: mastodon, bluesky, nostr")
	c.Flags().StringSliceVar(&f.accounts, "account", nil, "only the accounts of these NAMES")
	c.Flags().BoolVar(&f.unread, "unread", false, "only what was not read")
	c.Flags().BoolVar(&f.all, "all", false, "each by itself, not grouped")
	c.Flags().BoolVar(&f.markRead, "mark-read", false, "then mark everything up to the newest as read, also what is not printed")
	c.Flags().BoolVar(&f.cached, "cached", false, "print what was read before, without any network")
	c.Flags().BoolVarP(&f.follow, "follow", "f", false, "oldest first, and go on with what happens")
	c.Flags().StringVar(&f.template, "template", "", "print each row with a Go TEMPLATE such as {{.who}}")
	return c
}

func noticeKindNames() string {
	var names []string
	for _, k := range timeline.NoticeKinds() {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

func (f noticeFlags) check() error {
	for _, k := range f.kinds {
		if !slices.Contains(timeline.NoticeKinds(), timeline.NoticeKind(k)) {
			return timeline.Errorf(timeline.CodeUsage, "--kind %s: one of %s", k, noticeKindNames())
		}
	}
	switch {
	case f.number < 1 || f.number > timeline.MaxKeptNotices:
		return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to %d", f.number, timeline.MaxKeptNotices)
	case f.cached && f.follow:
		return timeline.Errorf(timeline.CodeUsage, "--cached asks no network, so there is nothing to --follow")
	case f.markRead && f.follow:
		return timeline.Errorf(timeline.CodeUsage, "--mark-read with --follow: what arrives is for you to read")
	case f.markRead && f.cached:
		return timeline.Errorf(timeline.CodeUsage, "--mark-read tells the networks, which --cached does not ask")
	}
	return nil
}

// wants tells whether the flags ask for a notice.
func (f noticeFlags) wants(n timeline.Notice) bool {
	return (len(f.kinds) == 0 || slices.Contains(f.kinds, string(n.Kind))) && (!f.unread || !n.Read)
}

func (a *app) notifications(ctx context.Context, f noticeFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	records, err := a.accounts(f.networks, f.accounts)
	if err != nil {
		return err
	}
	if len(f.accounts) == 0 {
		records = a.merged(records)
	}
	return a.atDesk(ctx, func(d *desk) error {
		p, err := a.printer(namesOf(records), f.template)
		if err != nil {
			return err
		}
		inbox := d.inbox(ctx, records)
		if f.follow {
			return d.followNotices(ctx, f, inbox, records, p)
		}
		return d.printNotices(ctx, f, inbox, len(records), p)
	})
}

// inbox is the notices of accounts, kept where posts are.
func (d *desk) inbox(ctx context.Context, records []account.Record) *timeline.Inbox {
	o := timeline.InboxOptions{Open: d.pool.lend, Now: d.now, Log: d.log, Copies: copiesIn(d.box)}
	if cache, err := d.cache(ctx); err == nil {
		o.Cache = cache
	} else {
		d.forgetful(timeline.AsError(err).Message)
	}
	if state, err := d.state(ctx); err == nil {
		o.Marks, o.Mutes = state, state
	} else {
		d.tellUnmuted(ctx, err)
	}
	return timeline.NewInbox(o, accountsOf(records)...)
}

// printNotices prints what there is, newest first, and marks it.
func (d *desk) printNotices(ctx context.Context, f noticeFlags, inbox *timeline.Inbox, accounts int, p *printer) error {
	read := inbox.Refresh
	if f.cached {
		read = func(ctx context.Context, _ ...timeline.AccountID) (timeline.Noticed, error) { return inbox.Kept(ctx) }
	}
	found, err := read(ctx)
	if err != nil {
		return err
	}
	failed := found.Failed
	rows := f.rows(inbox, found)
	const mostPages = 10 // who wants rarer things reads longer in what is kept
	for page := 0; len(rows) < f.number && found.More && !f.cached && len(failed) < accounts && page < mostPages; page++ {
		if found, err = inbox.Older(ctx); err != nil {
			return err
		}
		rows = f.rows(inbox, found)
	}
	for _, g := range rows[:min(len(rows), f.number)] {
		if err := p.notice(g); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	d.forgetful(found.Forgetful)
	if found.Hidden > 0 && len(rows) < f.number && !d.flags.json && f.template == "" {
		d.say("skein: " + are(found.Hidden, "notification") + " muted here and left out\n")
	}
	if f.markRead {
		untold, err := inbox.MarkAllRead(ctx, found.Notices)
		if err != nil {
			return err
		}
		for id, e := range untold {
			if failed[id] == nil {
				failed[id] = timeline.Errorf(e.Code, "marked as read here, but not there: %s", e.Message)
			}
		}
	}
	return d.noticeVerdict(failed, accounts, p)
}

// rows are the notices that are asked for, grouped or each by itself.
func (f noticeFlags) rows(inbox *timeline.Inbox, found timeline.Noticed) []timeline.NoticeGroup {
	wanted := slices.DeleteFunc(slices.Clone(found.Notices), func(n timeline.Notice) bool { return !f.wants(n) })
	if !f.all {
		return inbox.Group(wanted)
	}
	rows := make([]timeline.NoticeGroup, len(wanted))
	for i, n := range wanted {
		rows[i] = timeline.NoticeGroup{Kind: n.Kind, Notices: []timeline.Notice{n}}
	}
	return rows
}

// noticeVerdict tells which accounts failed and turns that into an exit code.
func (d *desk) noticeVerdict(failed map[timeline.AccountID]*timeline.Error, accounts int, p *printer) error {
	signIn := 0
	for _, a := range accountsOf(d.records) {
		e := failed[a.ID]
		if e == nil {
			continue
		}
		if e.Code == timeline.CodeAuth {
			signIn++
		}
		d.report(failure{Code: e.Code, Account: p.names[a.ID], Network: a.Network, Message: e.Message.Line().String()})
	}
	return partly(accounts, len(failed), signIn)
}

// followNotices prints what there is, oldest first, and then what happens.
func (d *desk) followNotices(ctx context.Context, f noticeFlags, inbox *timeline.Inbox, records []account.Record, p *printer) error {
	found, err := inbox.Refresh(ctx)
	if err != nil {
		return err
	}
	rows := f.rows(inbox, found)
	rows = rows[:min(len(rows), f.number)]
	slices.Reverse(rows)
	for _, g := range rows {
		if err := p.notice(g); err != nil {
			return err
		}
	}
	if err := errorsIfAll(d.noticeVerdict(found.Failed, len(records), p)); err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return err
	}
	known := map[string]bool{}
	for _, n := range found.Notices {
		known[string(n.Account)+" "+n.ID] = true
	}
	options, accounts := d.hubOptions(records)
	options.Open = d.pool.lend
	d.keepWith(ctx, &options)
	hub := timeline.NewHub(options, accounts...) //nolint:contextcheck // it goes on until Close
	defer hub.Close()                            //nolint:contextcheck // what was read is kept whatever ended ctx
	hub.Start()
	tell := watch{app: d.app, hub: hub, states: map[timeline.AccountID]timeline.State{}, gaps: map[timeline.Key]int{}}
	for {
		c, err := hub.Next(ctx)
		if err != nil {
			return err
		}
		c.Gaps = nil // of the timeline
		if err := tell.look(c); err != nil {
			return err
		}
		if err := d.arrived(ctx, f, inbox, c, known, p); err != nil {
			return err
		}
	}
}

// errorsIfAll lets go on what only some accounts failed at.
func errorsIfAll(err error) error {
	if err == silent(exitSome) { //nolint:errorlint // it is our own, and never wrapped
		return nil
	}
	return err
}

// arrived prints what is new: what the streams have told, and of accounts that were away
// what happened meanwhile.
func (d *desk) arrived(ctx context.Context, f noticeFlags, inbox *timeline.Inbox, c timeline.Changes, known map[string]bool, p *printer) error {
	var fresh []timeline.Notice
	if len(c.Notices) > 0 {
		got, err := inbox.Take(ctx, c.Notices...)
		if err != nil {
			return err
		}
		fresh = got.Notices
	}
	if back := inbox.Missed(c.Health); len(back) > 0 {
		got, err := inbox.Refresh(ctx, back...)
		if err != nil {
			return err
		}
		fresh = timeline.MergeNotices(fresh, got.Notices)
	}
	for _, n := range slices.Backward(fresh) {
		name := string(n.Account) + " " + n.ID
		if known[name] || !f.wants(n) {
			continue
		}
		known[name] = true
		if err := p.notice(timeline.NoticeGroup{Kind: n.Kind, Notices: []timeline.Notice{n}}); err != nil {
			return err
		}
	}
	return p.flush()
}

// notice prints one row.
func (p *printer) notice(g timeline.NoticeGroup) error {
	if p.layout == nil && !p.json {
		return p.readableNotice(g)
	}
	return p.object(p.asNotice(g))
}

func (p *printer) readableNotice(g timeline.NoticeGroup) error {
	bold, dim := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true)
	var networks []string
	for _, n := range g.Networks() {
		networks = append(networks, n.Network.Letter())
	}
	mark := " "
	if g.Unread() > 0 {
		mark = "•"
	}
	head := g.What().String()
	if who := g.Who(); !who.Empty() {
		head = bold.Render(who.String()) + " " + head
	}
	if len(g.Networks()) > 1 {
		head += dim.Render(" (" + perNetwork(g) + ")")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %-3s %s  %s\n", mark, strings.Join(networks, ""), head, dim.Render(g.At().Local().Format("2006-01-02 15:04")))
	if said := g.Notices[0].Text; g.Kind == timeline.NoticeZap && !said.Empty() {
		fmt.Fprintf(&b, "      “%s”\n", said)
	}
	if post := g.Post(); post != nil {
		text := ansi.Truncate(post.Content().Text.Plain().Line().String(), max(p.width-6, 100), "…")
		if post.Content().Hidden() {
			text = "[" + post.Content().Warning.Line().String() + "]"
		}
		if !g.Kind.Speaks() {
			text = dim.Render(text)
		}
		fmt.Fprintf(&b, "      %s  %s\n", text, dim.Render(post.Content().ID.Short()))
	}
	_, err := p.w.WriteString(b.String())
	return err
}

// perNetwork counts people by network: "4 M, 3 B".
func perNetwork(g timeline.NoticeGroup) string {
	var parts []string
	for _, n := range g.Networks() {
		parts = append(parts, fmt.Sprintf("%d %s", n.People, n.Network.Letter()))
	}
	return strings.Join(parts, ", ")
}
