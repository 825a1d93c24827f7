package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
)

// dmRefHelp says what names a conversation.
const dmRefHelp = "REF is the short id that `skein dm` prints, or whom it is with: @user@host, @handle,\n" +
	"npub1…, a profile's URL; several with commas between them."

// dmFlags are those of reading messages.
type dmFlags struct {
	account  []string
	number   int
	template string
	read     bool
}

func (f *dmFlags) register(c *cobra.Command, number int) {
	c.Flags().StringSliceVar(&f.account, "account", nil, "only with the accounts of these NAMES")
	c.Flags().IntVarP(&f.number, "number", "n", number, "how many, 1 to 100")
	c.Flags().StringVar(&f.template, "template", "", "print each with a Go TEMPLATE")
}

func (f *dmFlags) check() error {
	if f.number < 1 || f.number > timeline.MaxPage {
		return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to %d", f.number, timeline.MaxPage)
	}
	return nil
}

func (a *app) dmCommand() *cobra.Command {
	var f dmFlags
	c := &cobra.Command{
		Use: "dm", Short: "Direct messages of every network, as conversations",
		Long: "dm lists the conversations of all accounts, the newest first. Messages are private: no\n" +
			"cache keeps them, so that `skein search`, `skein timeline` and exports never show them.\n\n" +
			"On Mastodon they are posts for those whom they mention, on Bluesky its chat: neither is\n" +
			"encrypted. On Nostr they are (NIP-17); the older NIP-04 is read alone.",
		Example: "  skein dm\n  skein dm show @ana@mastodon.example\n  echo 'On my way' | skein dm send @ana@mastodon.example",
		Args:    cobra.NoArgs,
	}
	list := func(cmd *cobra.Command, _ []string) error { return a.listMessages(cmd.Context(), f) }
	c.RunE = list
	f.register(c, 20)
	shadow := &cobra.Command{Use: "list", Short: "List conversations", Args: cobra.NoArgs, RunE: list}
	f.register(shadow, 20)
	c.AddCommand(shadow, a.dmShowCommand(), a.dmSendCommand(), a.dmReceiveCommand())
	return c
}

func (a *app) dmShowCommand() *cobra.Command {
	var f dmFlags
	c := &cobra.Command{
		Use: "show REF", Short: "Print a conversation", Args: cobra.ExactArgs(1),
		Long: "show prints the newest messages of a conversation, the oldest of them first. It does not\n" +
			"mark them as read unless --mark-read says so.\n\n" + dmRefHelp,
		RunE: func(cmd *cobra.Command, args []string) error { return a.showMessages(cmd.Context(), args[0], f) },
	}
	f.register(c, 20)
	c.Flags().BoolVar(&f.read, "mark-read", false, "mark it as read, here and on its network")
	return c
}

func (a *app) dmSendCommand() *cobra.Command {
	var f postFlags
	c := &cobra.Command{
		Use: "send REF [TEXT|-]", Short: "Send a message, exactly once", Args: cobra.RangeArgs(1, 2),
		Long: "send writes to a conversation, or begins one. It is for those in it and for nobody else:\n" +
			"what would reach others is refused before anything is sent. --plan shows who gets it.\n" +
			"What cannot be sent now waits in the outbox, and nothing is sent twice on a guess; exit\n" +
			"codes are those of `skein post`.\n\n" + dmRefHelp,
		Example: "  skein dm send npub1… 'See you at eight' --plan\n  uptime | skein dm send @ops@mastodon.example --key uptime-$(date +%F)",
	}
	c.RunE = func(cmd *cobra.Command, args []string) error {
		f.letterTo = args[0]
		return a.write(cmd.Context(), &f, args[1:])
	}
	s := c.Flags()
	f.set = s
	s.StringSliceVar(&f.lang, "lang", nil, "LANGUAGES of the text, such as en or pt-BR")
	s.BoolVar(&f.plan, "plan", false, "show what would be sent to whom, and send nothing")
	s.BoolVar(&f.editor, "edit", false, "write the text in $VISUAL or $EDITOR")
	s.StringVar(&f.at, "at", "", `not before a TIME: RFC 3339, "15:04", "tomorrow 9:00" or "+2h"`)
	s.StringVar(&f.as, "as", "", "write with the account of this NAME")
	f.send.register(c)
	return c
}

func (a *app) dmReceiveCommand() *cobra.Command {
	var s sendFlags
	var names []string
	var yes bool
	c := &cobra.Command{
		Use: "receive", Short: "Publish where a Nostr account takes messages", Args: cobra.NoArgs,
		Long: "receive publishes the relays at which a Nostr account takes messages (NIP-17, kind\n" +
			"10050): without them nobody can write to it. What is published already stays as it is.\n" +
			"It asks before it does so; --yes answers.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := s.check(); err != nil {
				return err
			}
			return a.atDesk(cmd.Context(), func(d *desk) error { return d.receive(cmd.Context(), s, names, yes) })
		},
	}
	c.Flags().StringSliceVar(&names, "account", nil, "only for the accounts of these NAMES")
	c.Flags().BoolVar(&yes, "yes", false, "do not ask")
	s.register(c)
	return c
}

// receive makes accounts writable to, where their network has that.
func (d *desk) receive(ctx context.Context, s sendFlags, names []string, yes bool) error {
	if known, err := d.acted(ctx, s, timeline.DoReceive, false); known || err != nil {
		return err
	}
	if len(names) == 0 {
		names = []string{everyone}
	}
	ids, err := chosen(d.records, names)
	if err != nil {
		return err
	}
	var actions []outbox.Action
	why := "no account can be written to at all"
	for _, t := range d.box.Targets(ctx, ids...) {
		intent := timeline.Intent{Kind: timeline.DoReceive}
		if f := unable(t, intent); f.Message != "" {
			why = d.nameOf(t.Account) + ": " + f.Message
			continue
		}
		actions = append(actions, outbox.Action{Account: t.Account.ID, Intent: intent, Summary: t.Account.Handle})
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case len(actions) == 0:
		return refusef("nothing to publish: %s", why)
	case !yes && !d.typing():
		return refusef("everybody will see where %s takes messages: --yes publishes it", d.names[actions[0].Account])
	case !yes:
		agrees, err := d.agrees(ctx, "Everybody will see at which relays %s takes messages. Publish it?", d.names[actions[0].Account])
		if err != nil {
			return err
		}
		if !agrees {
			return errors.New("nothing was published")
		}
	}
	return d.act(ctx, s, actions)
}

// mailbox are the messages of accounts, by the names given or of all.
func (d *desk) mailbox(ctx context.Context, names []string) (*timeline.Messages, error) {
	if len(d.records) == 0 {
		return nil, noAccounts()
	}
	records := d.records
	if len(names) > 0 {
		records = nil
		for _, name := range names {
			i, err := account.Find(d.records, name)
			if err != nil {
				return nil, timeline.Errorf(timeline.CodeUsage, "%w", err)
			}
			records = append(records, d.records[i])
		}
	}
	if err := d.unlock(ctx, records); err != nil {
		return nil, err
	}
	files := d.lateFiles(ctx)
	o := timeline.MessagesOptions{Open: d.pool.backend, Marks: files, Mutes: files, Now: d.now, Log: d.log}
	return timeline.NewMessages(o, accountsOf(records)...), nil
}

// conversation finds what REF names.
func (d *desk) conversation(ctx context.Context, m *timeline.Messages, ref, as string) (timeline.Conversation, error) {
	if timeline.IsShort(ref) {
		all, err := m.Refresh(ctx)
		if err != nil {
			return timeline.Conversation{}, err
		}
		for _, c := range all.Conversations {
			if strings.EqualFold(c.Short(), ref) {
				return c, nil
			}
		}
		for id, e := range all.Failed { // it may be one of theirs
			return timeline.Conversation{}, timeline.Errorf(e.Code, "no conversation that could be read is called %s, and %s could not be asked: %w", ref, d.names[id], e)
		}
	}
	var people []string
	var who timeline.Account
	for part := range strings.SplitSeq(ref, ",") {
		r, err := d.resolve(ctx, strings.TrimSpace(part), as)
		if err != nil {
			return timeline.Conversation{}, err
		}
		acct := r.backend.Account()
		if who.ID != "" && who.ID != acct.ID {
			return timeline.Conversation{}, refusef("%s: they are on different networks, and a message goes to one", ref)
		}
		who, as = acct, acct.Name // the others are looked for where the first is
		person, err := r.person(ctx)
		if err != nil {
			return timeline.Conversation{}, err
		}
		if !slices.Contains(people, person) {
			people = append(people, person)
		}
	}
	return m.With(ctx, who.ID, people...)
}

// letter fills in whom a message is for, and the account that writes it.
func (w *writing) letter(ctx context.Context) error {
	if w.draft.Letter != nil && len(w.draft.Letter.People) > 0 {
		return nil // taken up again
	}
	if w.flags.letterTo == "" {
		return refusef("the message in the draft names nobody: skein dm send REF sends its text")
	}
	var names []string
	if w.flags.as != "" {
		names = []string{w.flags.as}
	}
	m, err := w.mailbox(ctx, names)
	if err != nil {
		return err
	}
	c, err := w.conversation(ctx, m, w.flags.letterTo, w.flags.as)
	if err != nil {
		return err
	}
	if !c.Closed.Empty() {
		return refusef("%s", c.Closed)
	}
	w.draft.To, w.draft.Letter = []timeline.AccountID{c.Account}, outbox.LetterTo(c)
	return nil
}
