package nostr

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip11"

	"skein/timeline"
)

const (
	nipSearch = 50
	freshNIPs = time.Hour
)

// Search implements timeline.Searcher with NIP-50, at those of the account's relays and
// the default ones whose NIP-11 document says that they search. Each relay finds by its
// own lights; what is found is put in the order of time. Nostr lists no tags.
func (b *Backend) Search(ctx context.Context, s timeline.Sought, question string, p timeline.Page) (timeline.Findings, error) {
	f, err := b.search(ctx, s, question, p)
	return f, b.wrap("search for "+string(s), err)
}

func (b *Backend) search(ctx context.Context, s timeline.Sought, question string, p timeline.Page) (timeline.Findings, error) {
	question = strings.TrimSpace(question)
	if question == "" || len(question) > timeline.MaxQuestion {
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUsage, "a question of %d bytes: from 1 to %d can be asked", len(question), timeline.MaxQuestion)
	}
	kinds := map[timeline.Sought][]int{timeline.SoughtPosts: {kindNote, kindPoll, kindArticle}, timeline.SoughtPeople: {kindProfile}}[s]
	if kinds == nil {
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUnsupported, "Nostr lists no %s; a search for posts finds those with #a-tag", timeline.CleanLine(string(s)))
	}
	at := cursor{at: b.stamp() + aheadSeconds}
	if p.Before != "" {
		var err error
		if at, err = parseCursor(p.Before); err != nil {
			return timeline.Findings{}, err
		}
	}
	relays, of, err := b.searching(ctx)
	if err != nil {
		return timeline.Findings{}, err
	}
	events, err := b.sought(ctx, relays, nostr.Filter{Kinds: kinds, Search: question, Limit: pageLimit(p)}, at)
	if err != nil {
		return timeline.Findings{}, err
	}
	page := events[:min(len(events), pageLimit(p))]
	out := timeline.Findings{Note: timeline.CleanLine(fmt.Sprintf("asked %d of %d relays: the others do not search", len(relays), of))}
	if len(relays) == of {
		out.Note = timeline.Safe{}
	}
	if len(page) > 0 {
		out.Older = cursorAt(page[len(page)-1].CreatedAt, page, at).encode()
	}
	if s == timeline.SoughtPeople {
		keys := make([]string, len(page))
		for i, e := range page {
			keys[i] = e.PubKey
		}
		out.People = b.presented(ctx, keys)
		return out, ctx.Err()
	}
	pl := plan{}
	for _, url := range relays {
		pl[url] = nil
	}
	out.Posts, err = b.posts(ctx, page, scope{plan: pl})
	return out, err
}

// sought asks relays to search, and orders what is not beyond the cursor by time.
func (b *Backend) sought(ctx context.Context, relays []string, f nostr.Filter, at cursor) ([]*nostr.Event, error) {
	until := at.at
	f.Until = &until
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = nostr.Filters{f}
	}
	answers := b.ask(ctx, want)
	found := map[string]*nostr.Event{}
	for _, a := range answers {
		for _, e := range a.events {
			if e.CreatedAt <= at.at && !at.holds(e) {
				found[e.ID] = e
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, allFailed(answers)
	}
	events := make([]*nostr.Event, 0, len(found))
	for _, e := range found {
		events = append(events, e)
	}
	slices.SortFunc(events, byTime)
	return events, nil
}

// searching are those of the relays that say that they search, and how many were asked
// for that; it fails where none does. A relay that says nothing is taken to do no more
// than it must.
func (b *Backend) searching(ctx context.Context) (relays []string, of int, err error) {
	all := relayURLs(slices.Concat(b.own, b.fallback), coverMax)
	asking, cancel := context.WithTimeout(ctx, learnWait)
	defer cancel()
	can, errs := make([]bool, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, url := range all {
		if c, ok := b.seekers.Get(url); ok && b.cfg.Now().Sub(c.asked) < freshNIPs {
			can[i] = c.v
			continue
		}
		wg.Go(func() {
			info, err := relayInfo(asking, b.cfg.Client, url)
			if err != nil {
				errs[i] = err
				return // it is asked again the next time
			}
			can[i] = searches(info)
			b.seekers.Add(url, cached[bool]{can[i], b.cfg.Now()})
		})
	}
	wg.Wait()
	silent := 0
	for i, url := range all {
		switch {
		case can[i]:
			relays = append(relays, url)
		case timeline.CodeOf(errs[i]) == timeline.CodeOffline:
			silent++
		}
	}
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case len(relays) > 0:
		return relays, len(all), nil
	case silent > 0:
		return nil, 0, timeline.Errorf(timeline.CodeOffline, "%d of %d relays do not say whether they search, and the others do not", silent, len(all))
	}
	return nil, 0, timeline.Errorf(timeline.CodeUnsupported,
		"none of the %d relays asked can search (NIP-50); a relay that can, such as wss://relay.nostr.band, is added with `skein account relays`", len(all))
}

// searches tells whether a relay's document names NIP-50. Relays write numbers there,
// and some of them text.
func searches(info nip11.RelayInformationDocument) bool {
	return slices.ContainsFunc(info.SupportedNIPs, func(n any) bool { return fmt.Sprint(n) == fmt.Sprint(nipSearch) })
}
