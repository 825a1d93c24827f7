package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"skein/outbox"
	"skein/timeline"
)

// peopleListJSON is a list of people that an account keeps.
type peopleListJSON struct {
	Type    string           `json:"type"` // "list"
	Network timeline.Network `json:"network"`
	Account string           `json:"account"`
	ID      timeline.Safe    `json:"id"`
	Title   timeline.Safe    `json:"title"`
}

func (a *app) listsCommand() *cobra.Command {
	var accounts []string
	c := &cobra.Command{
		Use: "lists", Short: "List, fill and make lists of people", Args: cobra.NoArgs,
		Long: "lists prints the lists of people that your accounts keep with their networks. What is\n" +
			"called the same on several networks is read as one: `skein timeline --feed list:NAME`.\n" +
			"show prints who is in one; add, remove, new and delete change them, through the\n" +
			"outbox as all that is written. NAME is a list's title or id.",
		Example: "  skein lists\n  skein lists new Birds\n  skein lists add Birds @ana@mastodon.example\n  skein lists show Birds",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.printLists(cmd.Context(), accounts) },
	}
	c.Flags().StringSliceVar(&accounts, "account", nil, "only the accounts of these NAMES")
	c.AddCommand(
		a.listsShowCommand(), a.listsNewCommand(), a.listsDeleteCommand(),
		a.enlistCommand("add", "Put somebody in a list", "add puts somebody in a list of the account that understands REF first; --as chooses another.", false),
		a.enlistCommand("remove", "Take somebody out of a list", "remove takes somebody out of a list. Whether you follow them stays as it is.", true),
	)
	return c
}

// curating is an account that keeps lists, and those that it has.
type curating struct {
	timeline.Curator
	backend timeline.Backend
	account timeline.Account
	lists   []timeline.PeopleList
}

// curators asks the accounts chosen, or all, for their lists. One that fails is told and
// holds up no other; failed counts them.
func (d *desk) curators(ctx context.Context, chosen []string) (all []curating, failed int, err error) {
	records, err := d.accounts(nil, chosen)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range records {
		b, err := d.pool.backend(ctx, timeline.AccountID(r.ID))
		if err != nil {
			return nil, 0, err
		}
		c, ok := timeline.As[timeline.Curator](b)
		if !ok {
			continue
		}
		one := curating{Curator: c, backend: b, account: b.Account()}
		switch one.lists, err = c.PeopleLists(ctx, ""); {
		case ctx.Err() != nil:
			return nil, 0, ctx.Err()
		case err != nil:
			failed++
			d.report(failure{
				Code: timeline.CodeOf(err), Account: one.account.Name, Network: one.account.Network, Message: timeline.CleanLine(err.Error()).String(),
			})
		default:
			all = append(all, one)
		}
	}
	return all, failed, nil
}

func (a *app) printLists(ctx context.Context, accounts []string) error {
	return a.atDesk(ctx, func(d *desk) error {
		all, failed, err := d.curators(ctx, accounts)
		if err != nil {
			return err
		}
		found := 0
		for _, c := range all {
			for _, l := range c.lists {
				if err := a.printList(c.account, l); err != nil {
					return err
				}
				found++
			}
		}
		if found == 0 && failed == 0 && !a.flags.json {
			a.say("skein: there are no lists; `skein lists new NAME` makes one\n")
		}
		return partly(len(all)+failed, failed, 0)
	})
}

func (a *app) printList(account timeline.Account, l timeline.PeopleList) error {
	id := timeline.CleanLine(l.ID)
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(peopleListJSON{"list", account.Network, account.Name, id, l.Title})
	}
	_, err := fmt.Fprintf(a.out, "%s %s  %s  (%s)\n", account.Network.Letter(), l.Title.Line(), id, account.Name)
	return err
}

func (a *app) listsShowCommand() *cobra.Command {
	var f refFlags
	var number int
	c := &cobra.Command{
		Use: "show NAME", Short: "Print who is in a list", Args: cobra.ExactArgs(1),
		Long: "show prints who is in the list of that name, on every network that has one.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if number < 1 || number > 10*timeline.MaxPage {
				return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to %d", number, 10*timeline.MaxPage)
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.showList(cmd.Context(), args[0], f, number) })
		},
	}
	c.Flags().StringSliceVar(&f.account, "account", nil, "only of the accounts of these NAMES")
	c.Flags().StringVar(&f.template, "template", "", "print with a Go TEMPLATE")
	c.Flags().IntVarP(&number, "number", "n", 100, "how many of each account")
	return c
}

// called are the accounts that have a list of that name, each with that one alone.
func (d *desk) called(ctx context.Context, name string, chosen []string) ([]curating, int, error) {
	all, failed, err := d.curators(ctx, chosen)
	if err != nil {
		return nil, 0, err
	}
	var found []curating
	for _, c := range all {
		l, err := timeline.FindPeopleList(c.lists, name)
		if timeline.CodeOf(err) == timeline.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, 0, fmt.Errorf("%s: %w", c.account.Name, err)
		}
		c.lists = []timeline.PeopleList{l}
		found = append(found, c)
	}
	if len(found) == 0 && failed == 0 {
		return nil, 0, timeline.Errorf(timeline.CodeNotFound, "no account has a list %s; `skein lists` prints those that there are", timeline.CleanLine(name))
	}
	return found, failed, nil
}

func (d *desk) showList(ctx context.Context, name string, f refFlags, number int) error {
	found, failed, err := d.called(ctx, name, f.account)
	if err != nil {
		return err
	}
	p, err := d.printer(d.names, f.template)
	if err != nil {
		return err
	}
	for _, c := range found {
		read := func(page timeline.Page) (timeline.Listing, error) { return c.Enlisted(ctx, c.lists[0].ID, page) }
		if err := d.printPeople(p, c.backend, number, "", read); err != nil {
			return err
		}
	}
	if err := p.flush(); err != nil {
		return err
	}
	return partly(len(found)+failed, failed, 0)
}

func (a *app) enlistCommand(use, short, long string, undo bool) *cobra.Command {
	var f reactFlags
	c := &cobra.Command{
		Use: use + " NAME REF", Short: short, Args: cobra.ExactArgs(2), Long: long + "\n\n" + refHelp,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.send.check(); err != nil {
				return err
			}
			f.undo = undo
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.enlist(cmd.Context(), args[0], args[1], f) })
		},
	}
	c.Flags().StringVar(&f.as, "as", "", "with the account of this NAME")
	f.send.register(c)
	return c
}

// enlist puts a person in a list, or takes them out.
func (d *desk) enlist(ctx context.Context, name, ref string, f reactFlags) error {
	if known, err := d.acted(ctx, f.send, timeline.DoEnlist, f.undo); known || err != nil {
		return err
	}
	r, err := d.resolve(ctx, ref, f.as)
	if err != nil {
		return err
	}
	who, err := r.person(ctx)
	if err != nil {
		return err
	}
	account := r.backend.Account()
	c, ok := timeline.As[timeline.Curator](r.backend)
	if !ok {
		return refusef("%s: skein does not change lists there yet", account.Network)
	}
	lists, err := c.PeopleLists(ctx, "")
	if err != nil {
		return err
	}
	l, err := timeline.FindPeopleList(lists, name)
	if err != nil {
		return fmt.Errorf("%s: %w", d.nameOf(account), err)
	}
	return d.act(ctx, f.send, []outbox.Action{{
		Account: account.ID, Summary: timeline.CleanLine(l.Title.String() + ": " + ref),
		Intent: timeline.Intent{Kind: timeline.DoEnlist, Undo: f.undo, List: l.ID, Person: who},
	}})
}

func (a *app) listsNewCommand() *cobra.Command {
	var f reactFlags
	c := &cobra.Command{
		Use: "new NAME", Short: "Make a list", Args: cobra.ExactArgs(1),
		Long: "new makes an empty list with every account that can; --as chooses one.",
		RunE: func(cmd *cobra.Command, args []string) error {
			title, err := timeline.CheckListTitle(args[0])
			if err != nil {
				return err
			}
			if err := f.send.check(); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), func(d *desk) error {
				if known, err := d.acted(cmd.Context(), f.send, timeline.DoList, false); known || err != nil {
					return err
				}
				intent := timeline.Intent{Kind: timeline.DoList, Title: title}
				return d.withAll(cmd.Context(), f, intent, "make a list", timeline.CleanLine(title))
			})
		},
	}
	c.Flags().StringVar(&f.as, "as", "", "with the account of this NAME")
	f.send.register(c)
	return c
}

func (a *app) listsDeleteCommand() *cobra.Command {
	var f reactFlags
	var yes bool
	c := &cobra.Command{
		Use: "delete NAME", Short: "Delete a list", Args: cobra.ExactArgs(1),
		Long: "delete deletes the list of that name with every account that has it; --as chooses one.\n" +
			"The people in it are followed as before. skein asks on a terminal, and wants --yes\n" +
			"elsewhere.",
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.send.check(); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.deleteList(cmd.Context(), args[0], f, yes) })
		},
	}
	c.Flags().StringVar(&f.as, "as", "", "with the account of this NAME")
	c.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask")
	f.send.register(c)
	return c
}

func (d *desk) deleteList(ctx context.Context, name string, f reactFlags, yes bool) error {
	if known, err := d.acted(ctx, f.send, timeline.DoList, true); known || err != nil {
		return err
	}
	var chosen []string
	if f.as != "" {
		chosen = []string{f.as}
	}
	found, failed, err := d.called(ctx, name, chosen)
	switch {
	case err != nil:
		return err
	case failed > 0:
		return refusef("not every account could say whether it has the list: nothing was deleted; --as chooses one")
	}
	var actions []outbox.Action
	var where []string
	for _, c := range found {
		where = append(where, d.nameOf(c.account))
		actions = append(actions, outbox.Action{
			Account: c.account.ID, Summary: c.lists[0].Title,
			Intent: timeline.Intent{Kind: timeline.DoList, Undo: true, List: c.lists[0].ID},
		})
	}
	gone := warned{
		warning: fmt.Sprintf("the list %s of %s would be deleted, which cannot be taken back", found[0].lists[0].Title, strings.Join(where, ", ")),
		yes:     "means it", question: "Delete it?", refused: "nothing was deleted",
	}
	if err := d.sure(ctx, yes, gone); err != nil {
		return err
	}
	return d.act(ctx, f.send, actions)
}
