package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"skein/timeline"
	"skein/timeline/store"
)

func (a *app) peopleCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "people", Short: "The address book: one person, their names on each network", Args: cobra.NoArgs, RunE: showHelp,
		Long: "The address book knows who a person is on each network. In what you write, @NAME\n" +
			"then becomes a mention of that person in each network's own words.",
	}
	c.AddCommand(
		&cobra.Command{
			Use: "list", Short: "List everybody", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return a.findPeople(cmd.Context(), "") },
		},
		&cobra.Command{
			Use: "find TEXT", Short: "Find people by a part of a name or handle", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error { return a.findPeople(cmd.Context(), args[0]) },
		},
		a.peopleAddCommand(), a.peopleLinkCommand(), a.peopleRemoveCommand(),
	)
	return c
}

func (a *app) peopleAddCommand() *cobra.Command {
	return &cobra.Command{
		Use: "add NAME HANDLE…", Short: "Add a person and who they are on the networks", Args: cobra.MinimumNArgs(2),
		Long: "add looks each handle up on its network and keeps what the network says. What\n" +
			"cannot be reached now is kept as it was typed.\n\n" + refHelp,
		Example: "  skein people add ana @ana@mastodon.example ana.bsky.example npub1…",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changePerson(cmd.Context(), args, func(ctx context.Context, s *store.Store, handles []timeline.Handle) error {
				return s.AddPerson(ctx, args[0], handles...)
			})
		},
	}
}

func (a *app) peopleLinkCommand() *cobra.Command {
	return &cobra.Command{
		Use: "link NAME HANDLE…", Short: "Add handles to a person", Args: cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changePerson(cmd.Context(), args, func(ctx context.Context, s *store.Store, handles []timeline.Handle) error {
				for _, h := range handles {
					if err := s.Link(ctx, args[0], h); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

// changePerson gives change the handles that stand after a NAME, looked up, and
// shows what has become of the person.
func (a *app) changePerson(ctx context.Context, args []string, change func(context.Context, *store.Store, []timeline.Handle) error) error {
	return a.withPeople(ctx, func(s *store.Store) error {
		handles, err := a.handles(ctx, args[1:])
		if err != nil {
			return err
		}
		if err := change(ctx, s, handles); err != nil {
			return err
		}
		return a.showPerson(ctx, s, args[0])
	})
}

func (a *app) peopleRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME [HANDLE…]", Short: "Forget a person, or only some of their handles", Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return a.withPeople(ctx, func(s *store.Store) error {
				p, err := s.Person(ctx, args[0])
				if err != nil {
					return err
				}
				if len(args) > 1 {
					return a.unlink(ctx, s, p, args[1:])
				}
				if err := s.RemovePerson(ctx, p.Name); err != nil {
					return err
				}
				if a.flags.json {
					return json.NewEncoder(a.out).Encode(asPerson("removed", p))
				}
				_, err = fmt.Fprintf(a.out, "%s is gone from the address book.\n", timeline.CleanLine(p.Name))
				return err
			})
		},
	}
}

// unlink forgets some of a person's handles.
func (a *app) unlink(ctx context.Context, s *store.Store, p timeline.Person, handles []string) error {
	for _, handle := range handles {
		found := false
		for _, h := range p.Handles {
			if strings.EqualFold(strings.TrimPrefix(h.Handle, "@"), strings.TrimPrefix(handle, "@")) {
				found = true
				if err := s.Unlink(ctx, p.Name, h); err != nil {
					return err
				}
			}
		}
		if !found {
			return timeline.Errorf(timeline.CodeUsage, "%s has no handle %s", p.Name, handle)
		}
	}
	return a.showPerson(ctx, s, p.Name)
}

// withPeople opens the address book.
func (a *app) withPeople(ctx context.Context, do func(*store.Store) error) error {
	if err := a.setup(); err != nil {
		return err
	}
	s, err := a.state(ctx)
	if err != nil {
		return err
	}
	return do(s)
}

// handles looks people up on their networks, so that what is kept is what the
// network says.
func (a *app) handles(ctx context.Context, refs []string) ([]timeline.Handle, error) {
	readers, _, err := a.readers(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer a.closeAll(readers)
	var handles []timeline.Handle
	for _, ref := range refs {
		h, err := a.handle(ctx, readers, ref)
		if err != nil {
			return nil, err
		}
		handles = append(handles, h)
	}
	return handles, nil
}

func (a *app) handle(ctx context.Context, readers []timeline.Backend, ref string) (timeline.Handle, error) {
	r, err := a.resolve(ctx, readers, ref)
	if err == nil {
		return profileHandle(ctx, r, ref)
	}
	if ctx.Err() != nil || !timeline.AsError(err).Temporary() {
		return timeline.Handle{}, err
	}
	for _, b := range readers { // whose network is it, that cannot be reached?
		resolver, ok := timeline.As[timeline.Resolver](b)
		if !ok {
			continue
		}
		if _, rerr := resolver.Resolve(ctx, ref); timeline.CodeOf(rerr) != timeline.CodeNotMine {
			a.report(failure{Code: timeline.CodeOf(err), Network: b.Account().Network, Message: ref + " is kept as typed: " + timeline.CleanLine(err.Error()).String()})
			return timeline.Handle{Network: b.Account().Network, Handle: timeline.CleanLine(ref).String()}, nil
		}
	}
	return timeline.Handle{}, err
}

// profileHandle is a person as their network knows them.
func profileHandle(ctx context.Context, r reading, ref string) (timeline.Handle, error) {
	id, err := r.person(ctx)
	if err != nil {
		return timeline.Handle{}, err
	}
	h := timeline.Handle{Network: r.backend.Account().Network, Handle: timeline.CleanLine(ref).String(), ID: id}
	profiler, ok := timeline.As[timeline.Profiler](r.backend)
	if !ok {
		return h, nil
	}
	who, err := profiler.Profile(ctx, id)
	if err != nil {
		return timeline.Handle{}, err
	}
	h.ID, h.URL = who.ID, who.URL.String()
	if whole := who.Handle.String(); whole != "" && !strings.Contains(whole, "…") { // a shortened key names nobody
		h.Handle = whole
	}
	return h, nil
}

// personJSON is an entry of the address book.
type personJSON struct {
	Type    string            `json:"type"` // "person"; "removed" when it was
	Name    string            `json:"name"`
	Handles []timeline.Handle `json:"handles"`
}

func asPerson(kind string, p timeline.Person) personJSON {
	return personJSON{kind, p.Name, append([]timeline.Handle{}, p.Handles...)}
}

func (a *app) showPerson(ctx context.Context, s *store.Store, name string) error {
	p, err := s.Person(ctx, name)
	if err != nil {
		return err
	}
	return a.printPerson(p)
}

func (a *app) printPerson(p timeline.Person) error {
	if a.flags.json {
		return json.NewEncoder(a.out).Encode(asPerson("person", p))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", timeline.CleanLine(p.Name))
	for _, h := range p.Handles {
		note := ""
		if h.ID == "" {
			note = "  (not looked up yet)"
		}
		fmt.Fprintf(&b, "   %s  %s%s\n", h.Network.Letter(), timeline.CleanLine(h.Handle), note)
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}

// findPeople prints everybody whose name or handle holds text, whatever the case.
func (a *app) findPeople(ctx context.Context, text string) error {
	return a.withPeople(ctx, func(s *store.Store) error {
		people, err := s.People(ctx)
		if err != nil {
			return err
		}
		found := 0
		for _, p := range people {
			if !holds(p, strings.ToLower(strings.TrimPrefix(text, "@"))) {
				continue
			}
			found++
			if err := a.printPerson(p); err != nil {
				return err
			}
		}
		switch {
		case found > 0 || a.flags.json:
			return nil
		case text != "":
			return timeline.Errorf(timeline.CodeNotFound, "nobody in the address book is called %s", text)
		}
		_, err = fmt.Fprintln(a.out, "Nobody is here yet: `skein people add --help` shows how.")
		return err
	})
}

func holds(p timeline.Person, text string) bool {
	if strings.Contains(strings.ToLower(p.Name), text) {
		return true
	}
	for _, h := range p.Handles {
		if strings.Contains(strings.ToLower(h.Handle), text) {
			return true
		}
	}
	return false
}
