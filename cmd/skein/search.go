package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"skein/timeline"
)

// searchFlags are what `skein search` can be told.
type searchFlags struct {
	local    bool
	asks     bool // the networks, too; see searchNetworks
	people   bool
	tags     bool
	accounts []string
	number   int
	ranked   bool
	networks []string
	since    string
	muted    bool
	template string
}

func (a *app) searchCommand() *cobra.Command {
	var f searchFlags
	c := &cobra.Command{
		Use: "search QUERY…", Short: "Search all that was ever read, or the networks",
		Long: "search looks through every post that skein has read, newest first, on this machine\n" +
			"alone: no network is asked, so it works without one. With --networks it asks the\n" +
			"networks for posts instead, with --people for people and with --tags for tags.\n\n" +
			"  heron jetty         posts with both words, whatever the case and accents\n" +
			"  '\"at last\"'         words that follow each other\n" +
			"  -rain               posts without the word\n" +
			"  from:ana            who wrote it: a handle, a name, or a part of one\n" +
			"  on:mastodon         one network; on:mastodon on:bluesky both\n" +
			"  since:7d until:2026-03-14\n" +
			"  has:image           also media, video, audio, link, poll, quote, alt\n" +
			"  lang:ja             the language that the post names\n\n" +
			"These words are for what was read; a network is asked with the words as they stand.\n" +
			"Exit codes of --networks, --people and --tags: 0 every account's network was searched\n" +
			"or cannot be, 5 some failed, 4 all.\n\n" +
			"After -- a word may begin with a dash: skein search -- heron -rain. Nothing found is\n" +
			"no failure: the exit code is 0, and nothing is printed.",
		Example: "  skein search heron from:ana has:image\n  skein search --json --since 30d 'lang:pt' | jq -r .url\n" +
			"  skein search --networks heron -n 20\n  skein search --people ana",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.asks || f.people || f.tags || !f.local {
				return a.searchNetworks(cmd.Context(), f, args)
			}
			return a.search(cmd.Context(), f, args)
		},
	}
	c.ValidArgsFunction = completeQuery
	c.Flags().BoolVar(&f.local, "local", true, "search what was read; --local=false is --networks")
	c.Flags().BoolVar(&f.asks, "networks", false, "ask the networks for posts, each as your account there")
	c.Flags().BoolVar(&f.people, "people", false, "ask the networks for people")
	c.Flags().BoolVar(&f.tags, "tags", false, "ask the networks for tags")
	c.Flags().StringSliceVar(&f.accounts, "account", nil, "of the networks: ask only with the accounts of these NAMES")
	c.Flags().IntVarP(&f.number, "number", "n", 40, "how many posts")
	c.Flags().BoolVar(&f.ranked, "rank", false, "the best first, of the newest 2000 that match")
	c.Flags().StringSliceVar(&f.networks, "network", nil, "only NETWORKS: mastodon, bluesky, nostr")
	c.Flags().StringVar(&f.since, "since", "", "only posts since a TIME: 90m, 2d, 2026-03-14 or RFC 3339")
	c.Flags().BoolVar(&f.muted, "muted", false, "also what is muted here; in JSON, muted tells why")
	c.Flags().StringVar(&f.template, "template", "", "print each post with a Go TEMPLATE such as {{.snippet}}")
	return c
}

// completeQuery offers the filters that a shell's tab key may go on with.
func completeQuery(_ *cobra.Command, _ []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
	filters := []string{"from:", "since:", "until:", "lang:"}
	for _, n := range timeline.Networks() {
		filters = append(filters, "on:"+string(n))
	}
	for _, h := range []timeline.Having{
		timeline.HasMedia, timeline.HasImage, timeline.HasVideo, timeline.HasAudio,
		timeline.HasLink, timeline.HasPoll, timeline.HasQuote, timeline.HasAlt,
	} {
		filters = append(filters, "has:"+string(h))
	}
	var fitting []cobra.Completion
	for _, f := range filters {
		if strings.HasPrefix(f, begun) {
			fitting = append(fitting, f)
		}
	}
	return fitting, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// query is what the arguments and flags ask for.
func (a *app) query(f searchFlags, args []string) (timeline.Search, error) {
	var none timeline.Search
	switch {
	case len(f.accounts) > 0:
		return none, timeline.Errorf(timeline.CodeUsage, "--account chooses who asks a network: --networks, --people or --tags is missing")
	case f.number < 1 || f.number > timeline.MaxFound:
		return none, timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to %d", f.number, timeline.MaxFound)
	}
	if err := checkNetworks(f.networks); err != nil {
		return none, err
	}
	since, err := parseSince(f.since, a.now())
	if err != nil {
		return none, err
	}
	s, err := timeline.ParseSearch(strings.Join(args, " "), a.now())
	if err != nil {
		return none, err
	}
	for _, n := range f.networks {
		if !slices.Contains(s.On, timeline.Network(n)) {
			s.On = append(s.On, timeline.Network(n))
		}
	}
	if since.After(s.Since) {
		s.Since = since
	}
	s.Ranked, s.Limit = f.ranked, f.number
	return s, nil
}

// search prints what is found among all that was read.
func (a *app) search(ctx context.Context, f searchFlags, args []string) (err error) {
	s, err := a.query(f, args)
	if err != nil {
		return err
	}
	if err := a.setup(); err != nil {
		return err
	}
	defer collect(briefly)()
	records, err := a.book.All()
	if err != nil {
		return err
	}
	p, err := a.printer(namesOf(records), f.template)
	if err != nil {
		return err
	}
	cache, err := a.cache(ctx)
	if err != nil {
		return err
	}
	p.mutes = a.mutes(ctx)
	hidden := p.mutes
	if f.muted {
		hidden = nil
	}
	found, err := hidden.Search(ctx, cache, s)
	if err != nil {
		return err
	}
	for _, h := range found.Hits {
		if err := p.hit(h); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	switch {
	case a.flags.json, f.template != "": // for programs
	case found.Hidden > 0 && len(found.Hits) < f.number:
		a.say("skein: " + are(found.Hidden, "post") + " muted here and left out; --muted shows them\n")
	case len(found.Hits) == 0:
		a.say("skein: nothing that was read matches; `skein search --help` shows what can be asked for\n")
	case found.More:
		a.say(fmt.Sprintf("skein: there are more than these %d; -n shows more\n", len(found.Hits)))
	}
	return nil
}

// hit prints a post that was found, with the line that matches.
func (p *printer) hit(h timeline.Hit) error {
	if p.layout == nil && !p.json {
		return p.readableHit(h)
	}
	j := p.asJSON(h.Post)
	j.Snippet = h.Snippet
	return p.object(j)
}

func (p *printer) readableHit(h timeline.Hit) error {
	c := h.Post.Content()
	bold, dim := lipgloss.NewStyle().Bold(true), lipgloss.NewStyle().Faint(true)
	text := marked(h)
	if why, hidden := p.mutes.Hides(h.Post); hidden {
		text = dim.Render("▾ "+why.Why.String()) + "\n   " + text
	}
	_, err := fmt.Fprintf(p.w, "%-2s %s  %s\n   %s\n   %s\n\n", c.ID.Network.Letter(), bold.Render(c.Author.Name.Line().String()),
		dim.Render(c.Author.Handle.String()+"  "+c.Created.Local().Format("2006-01-02 15:04")),
		text, dim.Render(strings.TrimSpace(c.URL.String()+"   "+c.ID.Short())))
	return err
}

// marked is the snippet with what matches underlined.
func marked(h timeline.Hit) string {
	text := h.Snippet.String()
	style := ansi.Style{}.Bold().Underline(true) // lipgloss would underline letter by letter
	var b strings.Builder
	at := 0
	for _, m := range h.Marks {
		if m[0] < at || m[1] < m[0] || m[1] > len(text) {
			continue
		}
		b.WriteString(text[at:m[0]])
		b.WriteString(style.Styled(text[m[0]:m[1]]))
		at = m[1]
	}
	b.WriteString(text[at:])
	return b.String()
}
