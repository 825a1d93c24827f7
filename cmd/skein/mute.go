package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"skein/config/account"
	"skein/timeline"
	"skein/timeline/store"
)

// muteFlags are what mute can be told besides what every reaction can.
type muteFlags struct {
	here  bool
	words []string
	span  string
}

// local tells whether something is to be muted here and not by a network.
func (f muteFlags) local() bool { return f.here || len(f.words) > 0 }

func (a *app) muteCommand() *cobra.Command {
	var f muteFlags
	c := a.reactCommand(timeline.DoMute, "mute", "Mute a person, or here a word or a network", "")
	c.Long = "mute takes a person's posts out of your timeline, in whatever program you read it: their\n" +
		"network keeps that. On Nostr the list is public. It is done by the account that\n" +
		"understands REF first; --as chooses another.\n\n" +
		"With --here only this skein hides them, on every network at once, and no network is\n" +
		"told. REF may then also be a name of the address book, for all that person's handles,\n" +
		"or the name of a network, for everything on it. --word hides what says a word or\n" +
		"phrase: as a whole, whatever the case and accents, in text, warnings, alt texts, polls\n" +
		"and link cards. '#word' is the tag alone, and a word with a dot is looked for in\n" +
		"addresses, too. What is yours is never hidden.\n\n" +
		"--undo takes back what is muted in the same words.\n\n" + refHelp
	c.Use = "mute [REF]"
	c.Example = "  skein mute @ana@mastodon.example\n  skein mute --here ana --for 7d\n  skein mute --word 'election night' --word '#spoiler' --for 3d\n" +
		"  skein mute --here nostr --undo\n  skein mute list"
	s := c.Flags()
	s.BoolVar(&f.here, "here", false, "hide it in skein alone: a person of one network or of the address book, or a network")
	s.StringArrayVar(&f.words, "word", nil, "hide what says this `TEXT`, or has this #tag; may be repeated")
	s.StringVar(&f.span, "for", "", "only for a TIME such as 12h or 7d; a network only where it can (Mastodon)")
	onNetwork := c.RunE
	c.Args = cobra.MaximumNArgs(1)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		undo, err := s.GetBool("undo")
		switch {
		case err != nil:
			return err
		case f.local():
			return a.muteHere(cmd.Context(), f, undo, args)
		case len(args) == 0:
			return timeline.Errorf(timeline.CodeUsage, "who or what? REF is missing, or --word; `skein mute --help` shows how")
		}
		if _, err := muteUntil(f.span, undo, a.now()); err != nil {
			return err
		}
		return onNetwork(cmd, args)
	}
	c.AddCommand(a.mutedCommand())
	return c
}

// muteHere mutes words, and what REF names, or takes that back.
func (a *app) muteHere(ctx context.Context, f muteFlags, undo bool, args []string) error {
	switch {
	case f.here && len(args) == 0:
		return timeline.Errorf(timeline.CodeUsage, "--here: who or what? REF is missing")
	case !f.here && len(args) > 0:
		return timeline.Errorf(timeline.CodeUsage, "--word and REF together: --here is missing, or the text of --word needs quotes")
	}
	if err := a.setup(); err != nil {
		return err
	}
	now := a.now()
	until, err := muteUntil(f.span, undo, now)
	if err != nil {
		return err
	}
	book, err := a.state(ctx)
	if err != nil {
		return err
	}
	wanted := make([]timeline.Mute, 0, len(f.words)+len(args))
	for _, w := range f.words {
		wanted = append(wanted, timeline.Mute{Kind: timeline.MuteWord, Word: timeline.CleanLine(w).String()})
	}
	for _, ref := range args {
		m, err := a.whatToMute(ctx, book, ref, undo)
		if err != nil {
			return err
		}
		wanted = append(wanted, m)
	}
	for i, m := range wanted { // all are looked at before the first is kept
		m.Created, m.Until = now, until
		if wanted[i] = m; !undo {
			if err := m.Check(); err != nil {
				return err
			}
		}
	}
	do := a.keepMute
	if undo {
		do = a.takeBackMute
	}
	for _, m := range wanted {
		if err := do(ctx, book, m); err != nil {
			return err
		}
	}
	return nil
}

// muteUntil is when a mute ends that --for was said of.
func muteUntil(span string, undo bool, now time.Time) (time.Time, error) {
	if span == "" {
		return time.Time{}, nil
	}
	d, ok := parseSpan(span)
	switch {
	case undo:
		return time.Time{}, timeline.Errorf(timeline.CodeUsage, "--for and --undo together make no sense")
	case !ok || d <= 0:
		return time.Time{}, timeline.Errorf(timeline.CodeUsage, "--for %s: a span such as 12h or 7d", span)
	}
	return now.Add(d), nil
}

// whatToMute is what a reference names: a network, somebody of the address book, or
// a person as their network knows them. What is to be taken back is found without
// asking a network.
func (a *app) whatToMute(ctx context.Context, book *store.Store, ref string, undo bool) (timeline.Mute, error) {
	if n := timeline.Network(strings.ToLower(ref)); slices.Contains(timeline.Networks(), n) {
		return timeline.Mute{Kind: timeline.MuteNetwork, Network: n}, nil
	}
	if p, err := book.Person(ctx, ref); err == nil {
		return timeline.Mute{Kind: timeline.MutePerson, Name: p.Name}, nil
	} else if timeline.CodeOf(err) != timeline.CodeNotFound {
		return timeline.Mute{}, err
	}
	if undo {
		list, _, err := book.Muted(ctx, 0)
		if err != nil {
			return timeline.Mute{}, err
		}
		bare := func(s string) string { return strings.ToLower(strings.TrimPrefix(s, "@")) }
		for _, m := range list {
			if m.Kind == timeline.MutePerson && m.Name == "" && bare(m.Handles[0].Handle) == bare(ref) {
				return m, nil
			}
		}
	}
	readers, _, err := a.readers(ctx, nil)
	if err != nil {
		return timeline.Mute{}, err
	}
	defer a.closeAll(readers)
	h, err := a.whomToMute(ctx, readers, ref)
	return timeline.Mute{Kind: timeline.MutePerson, Handles: []timeline.Handle{h}}, err
}

// whomToMute looks a person up: by themself, or by a post of theirs. Whose network
// cannot be asked is muted as typed.
func (a *app) whomToMute(ctx context.Context, readers []timeline.Backend, ref string) (timeline.Handle, error) {
	r, err := a.resolve(ctx, readers, ref)
	switch {
	case err != nil && strings.Contains(ref, "/"): // an address names nobody by itself
		return timeline.Handle{}, err
	case err != nil || r.target.Post.Zero():
		return a.handle(ctx, readers, ref)
	}
	post, err := r.backend.Post(ctx, r.target.Post)
	if err != nil {
		return timeline.Handle{}, err
	}
	who := post.Content().Author
	return timeline.Handle{Network: r.backend.Account().Network, Handle: timeline.HandleOf(who), ID: who.ID}, nil
}

// keepMute mutes.
func (a *app) keepMute(ctx context.Context, book *store.Store, m timeline.Mute) error {
	kept, err := book.Mute(ctx, m)
	if err != nil {
		return err
	}
	return a.tellMute("muted here", kept, false)
}

// takeBackMute takes the mute back that mutes the same.
func (a *app) takeBackMute(ctx context.Context, book *store.Store, m timeline.Mute) error {
	list, _, err := book.Muted(ctx, 0)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, m.Same)
	if i < 0 {
		return timeline.Errorf(timeline.CodeNotFound, "%s is not muted here; `skein mute list` shows what is", m.What())
	}
	if err := book.Unmute(ctx, list[i].ID); err != nil {
		return err
	}
	return a.tellMute("no longer muted", list[i], true)
}

func (a *app) tellMute(what string, m timeline.Mute, undone bool) error {
	if a.flags.json {
		j := asMute(m)
		j.Undone = undone
		return json.NewEncoder(a.out).Encode(j)
	}
	line := "✓ " + what + "  " + m.What().String()
	if ends := m.Ends(a.now()); ends != "" && !undone {
		line += " " + ends
	}
	_, err := fmt.Fprintln(a.out, line)
	return err
}

// muteJSON is something that is muted here.
type muteJSON struct {
	Type      string            `json:"type"` // "mute"
	ID        int64             `json:"id"`
	What      timeline.MuteKind `json:"what"`
	Word      string            `json:"word,omitempty"`
	Network   timeline.Network  `json:"network,omitempty"`
	Name      string            `json:"name,omitempty"`
	Handles   []timeline.Handle `json:"handles,omitempty"`
	CreatedAt stamp             `json:"created_at"`
	Until     *stamp            `json:"until,omitempty"`
	Undone    bool              `json:"undone,omitempty"`
}

func asMute(m timeline.Mute) muteJSON {
	return muteJSON{
		Type: "mute", ID: m.ID, What: m.Kind, Word: m.Word, Network: m.Network, Name: m.Name, Handles: m.Handles,
		CreatedAt: stamp(m.Created), Until: stampOf(m.Until),
	}
}

// listMutes prints what is muted here now.
func (a *app) listMutes(ctx context.Context) error {
	if err := a.setup(); err != nil {
		return err
	}
	book, err := a.state(ctx)
	if err != nil {
		return err
	}
	list, _, err := book.Muted(ctx, 0)
	if err != nil {
		return err
	}
	now := a.now()
	list = slices.DeleteFunc(list, func(m timeline.Mute) bool { return m.Ended(now) })
	if len(list) == 0 && !a.flags.json {
		_, err := fmt.Fprintln(a.out, "Nothing is muted here: `skein mute --help` shows how.")
		return err
	}
	for _, m := range list {
		if a.flags.json {
			err = json.NewEncoder(a.out).Encode(asMute(m))
		} else {
			_, err = fmt.Fprintln(a.out, mutedLine(m, now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mutedLine is a mute as a line of text.
func mutedLine(m timeline.Mute, now time.Time) string {
	parts := []string{m.What().String()}
	switch {
	case m.Kind == timeline.MuteNetwork:
		parts = append(parts, "everything on it")
	case m.Name != "":
		for _, h := range m.Handles {
			parts = append(parts, h.Network.Letter()+" "+timeline.CleanLine(h.Handle).String())
		}
	case m.Kind == timeline.MutePerson:
		parts[0] = m.Handles[0].Network.Letter() + " " + parts[0]
	}
	if ends := m.Ends(now); ends != "" {
		parts = append(parts, ends)
	}
	return strings.Join(parts, "  ")
}

// mutes are those that hold now, for whoever prints what no hub has seen through them.
// Where they cannot be read nothing is hidden, and that is told.
func (a *app) mutes(ctx context.Context) *timeline.Mutes {
	list, records, err := a.readMutes(ctx)
	if err != nil {
		a.tellUnmuted(ctx, err)
		return nil
	}
	return timeline.NewMutes(list, accountsOf(records), a.now())
}

// tellUnmuted says why nothing is hidden.
func (a *app) tellUnmuted(ctx context.Context, err error) {
	if ctx.Err() == nil {
		a.report(failure{Code: timeline.CodeOf(err), Message: "what you have muted is not known: " + timeline.CleanLine(err.Error()).String()})
	}
}

func (a *app) readMutes(ctx context.Context) ([]timeline.Mute, []account.Record, error) {
	book, err := a.state(ctx)
	if err != nil {
		return nil, nil, err
	}
	list, _, err := book.Muted(ctx, 0)
	if err != nil {
		return nil, nil, err
	}
	records, err := a.book.All()
	return list, records, err
}
