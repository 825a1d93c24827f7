package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
)

func (a *app) outboxCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "outbox", Short: "What is on its way, what is not, and why", Args: cobra.NoArgs, RunE: showHelp,
		Long: "Everything that is posted goes through the outbox and stays there until each\n" +
			"network has it, or you have been told why not. What is left over is sent by the\n" +
			"next skein that opens the full screen, by `skein outbox drain`, or by a service\n" +
			"of your system (`skein outbox unit`).",
	}
	c.AddCommand(
		a.outboxListCommand(), a.outboxShowCommand(), a.outboxRetryCommand(), a.outboxCancelCommand(),
		a.outboxDrainCommand(), a.outboxUnitCommand(), a.outboxDraftsCommand(),
	)
	return c
}

func (a *app) outboxListCommand() *cobra.Command {
	var all bool
	var name string
	var number int
	c := &cobra.Command{
		Use: "list", Short: "List what is on its way or needs you", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if number < 1 || number > 100_000 {
				return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to 100000", number)
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.listOutbox(cmd.Context(), name, all, number) })
		},
	}
	c.Flags().BoolVar(&all, "all", false, "also what is done")
	c.Flags().StringVar(&name, "account", "", "only of the account of this NAME")
	c.Flags().IntVarP(&number, "number", "n", 200, "how many posts at most, the newest first")
	return c
}

func (d *desk) listOutbox(ctx context.Context, name string, all bool, number int) error {
	f := outbox.Filter{Limit: number}
	find := d.unfinished
	if all {
		find = d.everything
	}
	if name != "" {
		r, err := d.record(name)
		if err != nil {
			return err
		}
		f.Account = timeline.AccountID(r.ID)
	}
	listed, err := find(ctx, f)
	if err != nil {
		return err
	}
	if d.flags.json {
		return d.printReceipts(listed)
	}
	return d.printList(listed)
}

// unfinished is what is on its way, and what a person has to decide on.
func (d *desk) unfinished(ctx context.Context, f outbox.Filter) ([]receipt, error) {
	f.Open = true
	open, err := d.box.Deliveries(ctx, f)
	if err != nil {
		return nil, err
	}
	f.Open, f.State = false, timeline.Unconfirmed
	doubtful, err := d.box.Deliveries(ctx, f)
	if err != nil {
		return nil, err
	}
	return receipts(append(doubtful, open...)), nil
}

func (d *desk) everything(ctx context.Context, f outbox.Filter) ([]receipt, error) {
	deliveries, err := d.box.Deliveries(ctx, f)
	return receipts(deliveries), err
}

// printList prints a table, a line a target.
func (d *desk) printList(listed []receipt) error {
	if len(listed) == 0 {
		_, err := fmt.Fprintln(d.out, "Nothing is waiting.")
		return err
	}
	w := tabwriter.NewWriter(d.out, 0, 4, 2, ' ', 0)
	for _, r := range listed {
		at := r.decisive()
		what := string(at.Kind)
		if at.Undo {
			what = "un" + what
		}
		if at.Of > 1 {
			what += fmt.Sprintf(" %d/%d", at.Part, at.Of)
		}
		_, err := fmt.Fprintf(w, "%s\t%s\t%s %s\t%s\t%s\t%s\n", at.Operation, at.Created.Local().Format("2006-01-02 15:04"),
			d.sign(at.State), at.State, d.nameOf(r.account), what, ansi.Truncate(r.parts[0].Summary.Line().String(), 50, "…"))
		if err != nil {
			return err
		}
	}
	return w.Flush()
}

// record is the account of a name.
func (d *desk) record(name string) (account.Record, error) {
	i, err := account.Find(d.records, name)
	if err != nil {
		return account.Record{}, timeline.Errorf(timeline.CodeUsage, "%w", err)
	}
	return d.records[i], nil
}

// only are the accounts of some names.
func (d *desk) only(names []string) ([]timeline.AccountID, error) {
	var ids []timeline.AccountID
	for _, name := range names {
		r, err := d.record(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, timeline.AccountID(r.ID))
	}
	return ids, nil
}

func (a *app) outboxShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show how each target of an operation stands", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.atDesk(cmd.Context(), func(d *desk) error {
				op, err := d.box.Operation(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				if d.flags.json {
					return d.printReceipts(receipts(op.Deliveries))
				}
				return d.showOperation(op)
			})
		},
	}
}

// showOperation prints everything that is known of an operation.
func (d *desk) showOperation(op outbox.Operation) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", op.ID, op.Created.Local().Format("2006-01-02 15:04:05"))
	if op.Draft != nil {
		for line := range strings.Lines(timeline.Clean(op.Draft.Text).String()) {
			fmt.Fprintf(&b, "   %s\n", strings.TrimRight(line, "\n"))
		}
	}
	for _, r := range receipts(op.Deliveries) {
		fmt.Fprintf(&b, "\n%s %s  %s\n", d.sign(r.decisive().State), d.nameOf(r.account), d.standing(r))
		for _, part := range r.parts {
			b.WriteString(partLines(part))
		}
	}
	_, err := fmt.Fprint(d.out, b.String())
	return err
}

// partLines are one delivery's attempts, posts and servers, a line each.
func partLines(p timeline.Delivery) string {
	var b strings.Builder
	which := string(p.State)
	if p.Of > 1 {
		which = fmt.Sprintf("%d of %d: %s", p.Part, p.Of, p.State)
	}
	fmt.Fprintf(&b, "   %s, attempts: %d", which, p.Tries)
	if !p.Due.IsZero() && !p.State.Settled() {
		fmt.Fprintf(&b, ", goes on %s", p.Due.Local().Format("2006-01-02 15:04:05"))
	}
	b.WriteByte('\n')
	for _, post := range p.Receipt.Posts {
		fmt.Fprintf(&b, "     %s\n", cmp.Or(post.URL.String(), post.ID.Local))
	}
	for _, s := range p.Receipt.Answers {
		said := "taken"
		if !s.Taken {
			said = cmp.Or(s.Message.Line().String(), "no answer")
		}
		fmt.Fprintf(&b, "     %s: %s\n", s.Server.Line(), said)
	}
	return b.String()
}
