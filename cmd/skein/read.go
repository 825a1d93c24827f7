package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"skein/backends"
	"skein/config/account"
	"skein/timeline"
)

// refFlags choose who reads.
type refFlags struct {
	account  []string
	template string
}

func (a *app) refCommand(use, short, long string, f *refFlags, do func(context.Context, string) error) *cobra.Command {
	c := &cobra.Command{
		Use: use + " REF", Short: short,
		Long: long + "\n\n" + refHelp,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return do(cmd.Context(), args[0]) },
	}
	c.Flags().StringSliceVar(&f.account, "account", nil, "read with the account of this NAME")
	c.Flags().StringVar(&f.template, "template", "", "print with a Go TEMPLATE")
	return c
}

func (a *app) showCommand() *cobra.Command {
	var f refFlags
	var lang string
	long := "show prints one post of any network. With --translate it is printed in another\n" +
		"language, where its server translates; with --json the post is as it is, and the\n" +
		"other words are in \"translation\"."
	c := a.refCommand("show", "Print one post", long, &f, func(ctx context.Context, ref string) error {
		return a.withRef(ctx, ref, f, func(r reading, p *printer) error {
			id, err := r.post(ref)
			if err != nil {
				return err
			}
			post, err := r.backend.Post(ctx, id)
			if err != nil {
				return err
			}
			if lang != "" {
				err = p.translated(ctx, r.backend, post, lang)
			} else {
				err = p.post(post, -1, false)
			}
			if err != nil {
				return err
			}
			return a.fromCache(r.backend, time.Time{}, unanswered(r.backend))
		})
	})
	c.Flags().StringVar(&lang, "translate", "", "in the language LANG, such as de")
	return c
}

func (a *app) threadCommand() *cobra.Command {
	var f refFlags
	var muted bool
	long := "thread prints a post with what it replies to and what was replied, as a tree. Of what\n" +
		"is muted here a line says why it is hidden; --muted shows it, and so does --json."
	c := a.refCommand("thread", "Print the conversation around a post", long, &f, func(ctx context.Context, ref string) error {
		return a.withRef(ctx, ref, f, func(r reading, p *printer) error {
			p.folds = !muted
			id, err := r.post(ref)
			if err != nil {
				return err
			}
			thread, err := r.backend.Thread(ctx, id)
			if err != nil {
				return err
			}
			if err := printThread(p, thread); err != nil {
				return err
			}
			return a.fromCache(r.backend, thread.Kept, thread.Why)
		})
	})
	c.Flags().BoolVar(&muted, "muted", false, "show what is muted here, too")
	return c
}

// printThread prints a tree from the top, parents before replies.
func printThread(p *printer, t *timeline.Thread) error {
	var walk func(nodes []*timeline.Node, depth int) error
	walk = func(nodes []*timeline.Node, depth int) error {
		for _, n := range nodes {
			var err error
			if n.Post != nil {
				err = p.post(n.Post, depth, n.Post.ID == t.Focus)
			} else {
				err = p.missing(n, depth)
			}
			if err != nil {
				return err
			}
			if err := walk(n.Replies, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(t.Roots, 0)
}

// withRef finds the backend that understands ref, and lets do print what it
// names.
func (a *app) withRef(ctx context.Context, ref string, f refFlags, do func(reading, *printer) error) (err error) {
	all, names, err := a.readers(ctx, f.account)
	if err != nil {
		return err
	}
	defer a.closeAll(all)
	r, err := a.resolve(ctx, all, ref)
	if err != nil {
		return err
	}
	p, err := a.printer(names, f.template)
	if err != nil {
		return err
	}
	p.mutes = a.mutes(ctx)
	err = do(r, p)
	if ferr := p.flush(); err == nil { // what was printed before an error is printed
		err = ferr
	}
	return err
}

// closeAll ends the connections of backends that a command has opened for itself.
func (a *app) closeAll(all []timeline.Backend) {
	for _, b := range all {
		if err := b.Close(); err != nil {
			a.log.Warn("closing an account", "error", err)
		}
	}
}

// readers opens the accounts chosen; for networks without one it adds what can
// be read without signing in.
func (a *app) readers(ctx context.Context, chosen []string) ([]timeline.Backend, map[timeline.AccountID]string, error) {
	if err := a.setup(); err != nil {
		return nil, nil, err
	}
	records, err := a.book.All()
	if err != nil {
		return nil, nil, err
	}
	if len(chosen) > 0 {
		if records, err = a.accounts(nil, chosen); err != nil {
			return nil, nil, err
		}
	}
	var all []timeline.Backend
	for _, r := range records {
		b, err := a.openAccount(r)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, a.remember(ctx, b))
	}
	names := namesOf(records)
	if len(chosen) > 0 {
		return all, names, nil
	}
	public, err := backends.Public(a.deps())
	if err != nil {
		return nil, nil, err
	}
	for _, b := range public {
		if !slices.ContainsFunc(records, func(r account.Record) bool { return r.Network == string(b.Account().Network) }) {
			all = append(all, a.remember(ctx, b))
			names[b.Account().ID] = b.Account().Name
		}
	}
	return all, names, nil
}
