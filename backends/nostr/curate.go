package nostr

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

var _ timeline.Curator = (*Backend)(nil)

// PeopleLists implements timeline.Curator: follow sets (NIP-51, kind 30000), named by
// their d tags. Whether the hidden part of one holds somebody is told where it can be
// read.
func (b *Backend) PeopleLists(ctx context.Context, who string) ([]timeline.PeopleList, error) {
	sets, err := b.followSets(ctx)
	if err != nil {
		return nil, b.wrap("lists", err)
	}
	out := make([]timeline.PeopleList, 0, len(sets))
	for _, s := range sets {
		l := timeline.PeopleList{ID: s.name, Title: timeline.CleanLine(s.title)}
		if l.Holds = who != "" && slices.Contains(s.people, who); who != "" && !l.Holds {
			if h, err := b.hidden(ctx, s.event); err == nil {
				l.Holds = h.tags().FindWithValue("p", who) != nil
			}
		}
		out = append(out, l)
	}
	return out, nil
}

// Enlisted implements timeline.Curator. It fails where too few relays answer, so that
// half a list is not taken for all of it.
func (b *Backend) Enlisted(ctx context.Context, id string, p timeline.Page) (timeline.Listing, error) {
	list, err := b.set(ctx, id)
	if err != nil {
		return timeline.Listing{}, b.wrap("list "+id, err)
	}
	p.After = ""
	l, err := b.listPeople(ctx, list, p, func(*timeline.Profile) {})
	if err != nil {
		return timeline.Listing{}, b.wrap("list "+id, err)
	}
	return l, nil
}

// set is the list of a name, if there is one.
func (b *Backend) set(ctx context.Context, name string) (document, error) {
	list := document{kindFollowSet, name}
	own, err := b.writeRelays(ctx)
	if err != nil {
		return list, err
	}
	_, err = b.existing(ctx, list, own)
	return list, err
}

// existing is the newest version of a set of people. One that is not there, or is known
// to be deleted, is not made by the way: it fails with CodeNotFound.
func (b *Backend) existing(ctx context.Context, list document, own []string) (*nostr.Event, error) {
	if b.cfg.PubKey == "" {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "there are no lists without an account on Nostr")
	}
	if list.D == "" || len(list.D) > timeline.MaxFeedName {
		return nil, timeline.Errorf(timeline.CodeNotFound, "this is no name of a list")
	}
	found, err := b.newestList(ctx, list, relayURLs(slices.Concat(own, b.own), maxOutlets))
	if found != nil && err == nil {
		b.askDeleted(ctx, []*nostr.Event{found})
	}
	if err == nil && (found == nil || b.isDeleted(found)) {
		err = timeline.Errorf(timeline.CodeNotFound, "you have no list %s", cut(timeline.CleanLine(list.D).String(), maxName))
	}
	return found, err
}

// enlist drafts a set of people with somebody added or taken off.
func (b *Backend) enlist(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	people, err := everybody(i)
	if err != nil {
		return draft{}, err
	}
	list := document{kindFollowSet, i.List}
	if _, err := b.existing(ctx, list, own); err != nil {
		return draft{}, err
	}
	var entries nostr.Tags
	for _, who := range people {
		entries = append(entries, nostr.Tag{"p", who})
	}
	d, err := b.edit(ctx, i, n, list, entries, own)
	if err == nil && d.event.Tags.GetD() != list.D { // it was there a moment ago
		return draft{}, timeline.Errorf(timeline.CodeOffline, "the list could not be read a second time")
	}
	return d, err
}

// listOf drafts an empty set of people, or the deletion of one (NIP-09). The name of a
// new one follows from the intent: sent again it is the same.
func (b *Backend) listOf(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	if i.Undo {
		return b.deleteList(ctx, i, n, own)
	}
	title, err := timeline.CheckListTitle(i.Title)
	if err != nil {
		return draft{}, err
	}
	sets, err := b.followSets(ctx)
	if err != nil {
		return draft{}, err
	}
	for _, s := range sets {
		if strings.EqualFold(timeline.CleanLine(s.title).String(), title) {
			return draft{}, timeline.Errorf(timeline.CodeRefused, "there is a list %s already", timeline.CleanLine(s.title))
		}
	}
	return draft{event: nostr.Event{
		PubKey: b.cfg.PubKey, Kind: kindFollowSet, CreatedAt: b.created(i),
		Tags: nostr.Tags{{"d", i.Key}, {"title", title}},
	}}, nil
}

// deleteList drafts the deletion of all versions up to the newest, which is kept in n.
func (b *Backend) deleteList(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	list := document{kindFollowSet, i.List}
	found, err := b.existing(ctx, list, own)
	if err != nil {
		return draft{}, err
	}
	raw, err := json.Marshal(found.String())
	if err != nil {
		return draft{}, err
	}
	if err := n.Put(ctx, "list before", raw); err != nil {
		return draft{}, err
	}
	d := b.deletion(i, found, []*nostr.Event{found})
	d.request.On, d.request.Author = timeline.ID{}, ""
	d.event.Tags = append(d.event.Tags, nostr.Tag{"a", address{kindFollowSet, b.cfg.PubKey, list.D}.String()})
	return d, nil
}

// ofList tells whether an event makes a set of people, or deletes one: it is no post.
func ofList(e *nostr.Event) bool {
	return e.Kind == kindFollowSet || e.Kind == kindDeletion && len(setsNamed(e, kindFollowSet)) > 0
}

// setsNamed are the lists of a kind that an event names by address.
func setsNamed(e *nostr.Event, kind int) []document {
	var all []document
	for t := range e.Tags.FindAll("a") {
		if a, ok := parseAddress(item(t, 1)); ok && a.kind == kind && a.pubkey == e.PubKey {
			all = append(all, document{kind, a.d})
		}
	}
	return all
}

// forgetDeleted forgets how new the sets were that a deletion names: that they are not
// found any more is no sign of a relay that lags behind.
func (b *Backend) forgetDeleted(e *nostr.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e.Kind == kindDeletion {
		for _, l := range setsNamed(e, kindFollowSet) {
			delete(b.latest, l)
		}
	}
}
