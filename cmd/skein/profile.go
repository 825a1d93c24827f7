package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"skein/timeline"
)

// profileFlags are what `skein profile` can be told: who reads, how many, and which
// part; at most one of the parts.
type profileFlags struct {
	refFlags
	number int
	parts  map[string]*bool
}

// The parts of a profile, by flag: what its author posted, and people around them.
func profileParts() (sections []timeline.Section, circles []timeline.Circle) {
	sections = []timeline.Section{
		timeline.SectionPosts, timeline.SectionReplies, timeline.SectionMedia, timeline.SectionPinned, timeline.SectionLikes,
	}
	return sections, []timeline.Circle{timeline.CircleFollowers, timeline.CircleFollowing}
}

func (a *app) profileCommand() *cobra.Command {
	f := profileFlags{parts: map[string]*bool{}}
	long := "profile prints a person of any network, then what is pinned to their profile and their\n" +
		"newest posts. A part can be asked for instead: --posts without answers to others,\n" +
		"--replies with them, --media, --pinned, --likes where they are for all to see, and the\n" +
		"people: --followers and --following."
	c := a.refCommand("profile", "Print a person and what they posted last", long, &f.refFlags, func(ctx context.Context, ref string) error {
		part, err := f.part()
		if err != nil {
			return err
		}
		return a.withRef(ctx, ref, f.refFlags, func(r reading, p *printer) error { return a.profile(ctx, r, p, part, f.number) })
	})
	c.Example = "  skein profile @ana@mastodon.example\n  skein profile @ana.bsky.example --media -n 20 --json\n  skein profile npub1… --followers"
	c.Flags().IntVarP(&f.number, "number", "n", 10, "how many posts or people, up to 100")
	sections, circles := profileParts()
	for _, s := range sections {
		f.parts[string(s)] = c.Flags().Bool(string(s), false, "only their "+string(s))
	}
	for _, s := range circles {
		f.parts[string(s)] = c.Flags().Bool(string(s), false, "only those whom you see "+map[timeline.Circle]string{
			timeline.CircleFollowers: "follow them", timeline.CircleFollowing: "followed by them",
		}[s])
	}
	return c
}

// part is the one that was asked for; "" is none of them.
func (f profileFlags) part() (string, error) {
	if f.number < 0 || f.number > timeline.MaxPage {
		return "", timeline.Errorf(timeline.CodeUsage, "-n %d: from 0 to %d", f.number, timeline.MaxPage)
	}
	var asked []string
	for name, set := range f.parts {
		if *set {
			asked = append(asked, name)
		}
	}
	slices.Sort(asked)
	switch len(asked) {
	case 0:
		return "", nil
	case 1:
		return asked[0], nil
	}
	return "", timeline.Errorf(timeline.CodeUsage, "--%s and --%s together: one part at a time", asked[0], asked[1])
}

func (a *app) profile(ctx context.Context, r reading, p *printer, part string, number int) error {
	profiler, ok := timeline.As[timeline.Profiler](r.backend)
	if !ok {
		return timeline.Errorf(timeline.CodeUnsupported, "%s shows no profiles", r.backend.Account().Network)
	}
	person, err := r.person(ctx)
	if err != nil {
		return err
	}
	sections, circles := profileParts()
	switch {
	case slices.Contains(sections, timeline.Section(part)):
		return printSection(ctx, p, r.backend, person, timeline.Section(part), number)
	case slices.Contains(circles, timeline.Circle(part)):
		return a.printCircle(ctx, p, r.backend, person, timeline.Circle(part), number)
	}
	who, err := profiler.Profile(ctx, person)
	if err != nil {
		return err
	}
	if err := p.profile(who, r.backend.Account().Name); err != nil {
		return err
	}
	if number > 0 {
		if err := printPostsBy(ctx, p, profiler, person, number); err != nil {
			return err
		}
	}
	return a.fromCache(r.backend, who.Kept, unanswered(r.backend))
}

// printPostsBy prints a person's newest posts.
func printPostsBy(ctx context.Context, p *printer, profiler timeline.Profiler, person string, number int) error {
	batch, err := profiler.ProfilePosts(ctx, person, timeline.Page{Limit: number})
	if err != nil {
		return err
	}
	posts := timeline.Merge(batch.Posts)
	slices.Reverse(posts)
	return printSome(p, posts, number)
}

func printSome(p *printer, posts []*timeline.Post, number int) error {
	for _, post := range posts[:min(number, len(posts))] {
		if err := p.post(post, -1, false); err != nil {
			return err
		}
	}
	return nil
}

// printSection prints a part of what a person posted, in the order in which it comes.
func printSection(ctx context.Context, p *printer, b timeline.Backend, person string, s timeline.Section, number int) error {
	sectioner, ok := timeline.As[timeline.Sectioner](b)
	if !ok {
		return timeline.Errorf(timeline.CodeUnsupported, "%s shows profiles in one piece", b.Account().Network)
	}
	page := timeline.Page{Limit: number}
	for number > 0 {
		batch, err := sectioner.ProfileSection(ctx, person, s, page)
		if err != nil {
			return err
		}
		if err := printSome(p, batch.Posts, number); err != nil {
			return err
		}
		number -= len(batch.Posts)
		if page.Before = batch.Older; page.Before == "" {
			break
		}
	}
	return nil
}

// printCircle prints people around a person.
func (a *app) printCircle(ctx context.Context, p *printer, b timeline.Backend, person string, c timeline.Circle, number int) error {
	acquainter, ok := timeline.As[timeline.Acquainter](b)
	if !ok {
		return timeline.Errorf(timeline.CodeUnsupported, "%s does not tell who follows whom", b.Account().Network)
	}
	return a.printPeople(p, b, number, "", func(page timeline.Page) (timeline.Listing, error) {
		return acquainter.People(ctx, person, c, page)
	})
}

// printPeople prints a list of people page by page, up to a number, and tells what is
// to be known of it. did is what each of them did, for programs; "" where that is one
// thing.
func (a *app) printPeople(p *printer, b timeline.Backend, number int, did timeline.Kind, read func(timeline.Page) (timeline.Listing, error)) error {
	page := timeline.Page{Limit: number}
	for number > 0 {
		l, err := read(page)
		if err != nil {
			return err
		}
		for _, who := range l.People[:min(number, len(l.People))] {
			if err := p.personWho(who, b.Account().Name, did); err != nil {
				return err
			}
		}
		number -= len(l.People)
		page.Before = l.Older
		if page.Before == "" || number <= 0 {
			if note := l.Note.Line().String(); note != "" && !a.flags.json && p.layout == nil {
				a.say("skein: " + note + "\n")
			}
			break
		}
	}
	return nil
}

// whoFlags are what `skein who` can be told.
type whoFlags struct {
	refFlags
	liked, boosted bool
	number         int
}

func (a *app) whoCommand() *cobra.Command {
	var f whoFlags
	long := "who prints the people who liked or boosted a post, as far as its network tells. In\n" +
		"JSON, did says which of the two."
	c := a.refCommand("who", "Print who liked or boosted a post", long, &f.refFlags, func(ctx context.Context, ref string) error {
		if f.number < 1 || f.number > 10*timeline.MaxPage {
			return timeline.Errorf(timeline.CodeUsage, "-n %d: from 1 to %d", f.number, 10*timeline.MaxPage)
		}
		return a.withRef(ctx, ref, f.refFlags, func(r reading, p *printer) error { return a.who(ctx, r, p, ref, f) })
	})
	c.Flags().BoolVar(&f.liked, "liked", false, "only who liked it")
	c.Flags().BoolVar(&f.boosted, "boosted", false, "only who boosted it")
	c.Flags().IntVarP(&f.number, "number", "n", 40, "how many people of each kind")
	return c
}

func (a *app) who(ctx context.Context, r reading, p *printer, ref string, f whoFlags) error {
	id, err := r.post(ref)
	if err != nil {
		return err
	}
	who, ok := timeline.As[timeline.Who](r.backend)
	if !ok {
		return timeline.Errorf(timeline.CodeUnsupported, "%s does not tell who liked what", r.backend.Account().Network)
	}
	for _, part := range []struct {
		kind  timeline.Kind
		asked bool
		title string
	}{{timeline.DoLike, f.liked, "Liked by"}, {timeline.DoBoost, f.boosted, "Boosted by"}} {
		if (f.liked || f.boosted) && !part.asked {
			continue
		}
		if p.layout == nil && !p.json {
			if _, err := fmt.Fprintln(p.w, part.title); err != nil {
				return err
			}
		}
		err := a.printPeople(p, r.backend, f.number, part.kind, func(page timeline.Page) (timeline.Listing, error) {
			return who.Who(ctx, id, part.kind, page)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
