package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"skein/outbox"
	"skein/timeline"
)

// reportFlags are what `skein report` can be told.
type reportFlags struct {
	as      string
	reason  string
	comment string
	forward bool
	rules   []string
	send    sendFlags
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	var reasons []string
	for _, r := range timeline.Reasons() {
		reasons = append(reasons, string(r)+" ("+r.Says()+")")
	}
	c := &cobra.Command{
		Use: "report REF", Short: "Report a post or a person to the moderators", Args: cobra.ExactArgs(1),
		Long: "report tells those who look after a person's network about a post or a person: the\n" +
			"moderators of your server, the moderation service of your Bluesky host. On Nostr there\n" +
			"is nobody to tell: the report is an event that all can read.\n\n" +
			"REASON is one of: " + strings.Join(reasons, ", ") + ".\n\n" +
			"A report cannot be taken back. Where the answer is lost nothing tells whether it has\n" +
			"arrived: it is then kept as unconfirmed, and not sent again by itself.\n\n" + refHelp,
		Example: "  skein report https://mastodon.example/@eve/1234 --reason spam --comment 'the fifth today' --forward\n  skein report @eve.bsky.example --reason fake",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.send.check(); err != nil {
				return err
			}
			complaint := timeline.Complaint{
				Reason: timeline.Reason(strings.ToLower(f.reason)), Comment: strings.TrimSpace(timeline.Clean(f.comment).String()),
				Forward: f.forward, Rules: f.rules,
			}
			if f.reason == "" {
				return timeline.Errorf(timeline.CodeUsage, "--reason is missing: one of %s", strings.Join(reasons, ", "))
			}
			if err := complaint.Check(); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.report1(cmd.Context(), args[0], complaint, f) })
		},
	}
	s := c.Flags()
	s.StringVar(&f.reason, "reason", "", "why, a `WORD` of those above")
	s.StringVar(&f.comment, "comment", "", "what the moderators should know, in your own WORDS")
	s.BoolVar(&f.forward, "forward", false, "tell the moderators of the person's own server, too (Mastodon)")
	s.StringArrayVar(&f.rules, "rule", nil, "with --reason rule: the ID of the server's rule that was broken; may be repeated")
	s.StringVar(&f.as, "as", "", "with the account of this NAME")
	f.send.register(c)
	return c
}

// report1 reports one post, or one person.
func (d *desk) report1(ctx context.Context, ref string, complaint timeline.Complaint, f reportFlags) error {
	if known, err := d.acted(ctx, f.send, timeline.DoReport, false); known || err != nil {
		return err
	}
	r, err := d.resolve(ctx, ref, f.as)
	if err != nil {
		return err
	}
	action := outbox.Action{
		Account: r.backend.Account().ID, Summary: timeline.CleanLine(ref),
		Intent: timeline.Intent{Kind: timeline.DoReport, Complaint: &complaint, Person: r.target.Person},
	}
	if !r.target.Post.Zero() && r.target.Person == "" {
		post, err := r.backend.Post(ctx, r.target.Post)
		if err != nil {
			return err
		}
		c := post.Content()
		view, _ := c.View(action.Account)
		action.Intent.On, action.Intent.Person = timeline.Subject{ID: c.ID, ServerID: view.ServerID}, c.Author.ID
		action.URL = c.URL
	}
	return d.act(ctx, f.send, []outbox.Action{action})
}

func (a *app) requestsCommand() *cobra.Command {
	var f refFlags
	var number int
	c := &cobra.Command{
		Use: "requests", Short: "List and answer those who ask to follow you", Args: cobra.NoArgs,
		Long: "requests lists who asked to follow an account that lets nobody follow unasked (a locked\n" +
			"account, on Mastodon). accept lets one of them follow, reject turns one down.",
		RunE: func(cmd *cobra.Command, _ []string) error { return a.requests(cmd.Context(), f, number) },
	}
	c.Flags().StringSliceVar(&f.account, "account", nil, "only of the accounts of these NAMES")
	c.Flags().StringVar(&f.template, "template", "", "print with a Go TEMPLATE")
	c.Flags().IntVarP(&number, "number", "n", 40, "how many of each account")
	for _, answer := range []struct {
		use, short string
		undo       bool
	}{{"accept", "Let somebody follow you who asked to", false}, {"reject", "Turn somebody down who asked to follow you", true}} {
		sub := a.reactCommand(timeline.DoAdmit, answer.use, answer.short, answer.short+".")
		sub.Flags().Lookup("undo").Hidden = true
		if answer.undo {
			_ = sub.Flags().Set("undo", "true") // it is there
		}
		c.AddCommand(sub)
	}
	return c
}

// requests prints who asks to follow each account that can be asked.
func (a *app) requests(ctx context.Context, f refFlags, number int) error {
	if number < 1 || number > 10*timeline.MaxPage {
		return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to %d", number, 10*timeline.MaxPage)
	}
	all, names, err := a.readers(ctx, f.account)
	if err != nil {
		return err
	}
	defer a.closeAll(all)
	p, err := a.printer(names, f.template)
	if err != nil {
		return err
	}
	asked := 0
	for _, b := range all {
		r, ok := timeline.As[timeline.Requester](b)
		if !ok {
			continue
		}
		asked++
		err := a.printPeople(p, b, number, "", func(page timeline.Page) (timeline.Listing, error) { return r.Requests(ctx, page) })
		if err != nil {
			return err
		}
	}
	if asked == 0 {
		return timeline.Errorf(timeline.CodeUnsupported, "none of the accounts has requests: only Mastodon lets an account decide who follows it")
	}
	return p.flush()
}
