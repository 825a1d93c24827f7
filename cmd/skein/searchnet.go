package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"

	"skein/timeline"
)

// tagJSON is a tag that a network knows.
type tagJSON struct {
	Type    string           `json:"type"` // "tag"
	Network timeline.Network `json:"network"`
	Account string           `json:"account"`
	Name    timeline.Safe    `json:"name"` // without '#'
	URL     timeline.Safe    `json:"url,omitzero"`
	Uses    int              `json:"uses,omitempty"` // in the last days
	Follow  bool             `json:"follow,omitempty"`
}

// sought is what the flags ask the networks for.
func (f searchFlags) sought() (timeline.Sought, error) {
	switch {
	case f.people && f.tags, f.asks && (f.people || f.tags):
		return "", timeline.Errorf(timeline.CodeUsage, "of --networks (posts), --people and --tags one can be asked for at a time")
	case f.ranked || f.since != "":
		return "", timeline.Errorf(timeline.CodeUsage, "--rank and --since are for what was read: a network has its own order")
	case f.number < 1 || f.number > timeline.MaxPage:
		return "", timeline.Errorf(timeline.CodeUsage, "-n %d: a network is asked for 1 to %d", f.number, timeline.MaxPage)
	case f.people:
		return timeline.SoughtPeople, nil
	case f.tags:
		return timeline.SoughtTags, nil
	}
	return timeline.SoughtPosts, nil
}

// searchNetworks prints what the networks find. What one cannot be asked for is told
// and no failure, where another can.
func (a *app) searchNetworks(ctx context.Context, f searchFlags, args []string) error {
	s, err := f.sought()
	if err != nil {
		return err
	}
	if err := checkNetworks(f.networks); err != nil {
		return err
	}
	all, names, err := a.readers(ctx, f.accounts)
	if err != nil {
		return err
	}
	defer a.closeAll(all)
	chosen := slices.DeleteFunc(slices.Clone(all), func(b timeline.Backend) bool {
		return len(f.networks) > 0 && !slices.Contains(f.networks, string(b.Account().Network))
	})
	p, err := a.printer(names, f.template)
	if err != nil {
		return err
	}
	if !f.muted {
		p.mutes = a.mutes(ctx)
	}
	answers := timeline.Inquire(ctx, chosen, s, strings.Join(args, " "), nil, f.number)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	n, err := p.findings(s, answers, f)
	if err != nil {
		return err
	}
	if err := p.flush(); err != nil {
		return err
	}
	return a.inquired(answers, n)
}

// findings prints what was found, at most as much as was asked for, and counts it.
func (p *printer) findings(s timeline.Sought, answers []timeline.Inquiry, f searchFlags) (n int, err error) {
	switch s {
	case timeline.SoughtPeople:
		people := timeline.FoundPeople(answers)
		for _, who := range people[:min(f.number, len(people))] {
			if err := p.profile(who.Profile, p.names[who.By.ID]); err != nil {
				return n, err
			}
			n++
		}
	case timeline.SoughtTags:
		for _, a := range answers {
			for _, t := range a.Tags {
				if err := p.tag(t, a.Account); err != nil {
					return n, err
				}
				n++
			}
		}
	default:
		for _, post := range timeline.FoundPosts(answers) {
			if _, hidden := p.mutes.Hides(post); hidden || n == f.number {
				continue
			}
			if err := p.post(post, -1, false); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}

// tag prints a tag.
func (p *printer) tag(t timeline.FoundTag, acct timeline.Account) error {
	if p.layout != nil || p.json {
		return p.object(tagJSON{"tag", acct.Network, acct.Name, t.Name, t.URL, t.Uses, t.Follow})
	}
	about := t.URL.String()
	if t.Uses > 0 {
		about = fmt.Sprintf("used %d times lately  %s", t.Uses, about)
	}
	_, err := fmt.Fprintf(p.w, "%s  %s  %s\n", acct.Network.Letter(), lipgloss.NewStyle().Bold(true).Render("#"+t.Name.Line().String()), lipgloss.NewStyle().Faint(true).Render(about))
	return err
}

// inquired tells what failed, and turns it into an exit code.
func (a *app) inquired(answers []timeline.Inquiry, found int) error {
	failed, answered := 0, 0
	for _, q := range answers {
		f := failure{Account: q.Account.Name, Network: q.Account.Network}
		switch {
		case q.Err == nil:
			answered++
			if f.Message = q.Note.Line().String(); f.Message == "" || a.flags.json {
				continue
			}
			a.say("skein: " + f.Account + ": " + f.Message + "\n")
			continue
		case q.Err.Code != timeline.CodeUnsupported:
			failed++
		}
		f.Code, f.Message = q.Err.Code, q.Err.Message.Line().String()
		a.report(f)
	}
	switch {
	case failed > 0:
		return partly(answered+failed, failed, 0)
	case answered == 0:
		return silent(exitFailed)
	case found == 0 && !a.flags.json:
		a.say("skein: the networks found nothing\n")
	}
	return nil
}
