package nostr

import (
	"context"
	"slices"
	"strconv"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxTakenBack = 50 // own reactions to one post
	kindUnknown  = -1 // of a post that is only known by its id
)

// on begins a draft about a post.
func (b *Backend) on(i timeline.Intent, kind int, about *nostr.Event) draft {
	return draft{
		event:   nostr.Event{PubKey: b.cfg.PubKey, CreatedAt: b.created(i), Kind: kind, Tags: nostr.Tags{}},
		request: request{On: timeline.ID{Network: timeline.Nostr, Local: about.ID}, Author: about.PubKey},
	}
}

// react drafts a boost (NIP-18) or a like (NIP-25). A post that has it already gets no
// second one.
func (b *Backend) react(ctx context.Context, i timeline.Intent, own []string) (draft, error) {
	about, err := b.subject(ctx, i.On, "the post")
	if err != nil {
		return draft{}, err
	}
	if b.reacted(ctx, i.Kind, about.ID, own) {
		d := b.on(i, kindUnknown, about)
		d.nothing = true
		return d, ctx.Err()
	}
	b.fetchLists(ctx, []string{about.PubKey})
	if i.Kind == timeline.DoLike {
		d := b.on(i, kindLike, about)
		d.event.Content = "+"
		d.event.Tags = b.naming(about, true)
		return d, nil
	}
	d := b.on(i, kindBoost, about)
	if about.Kind != kindNote {
		d.event.Kind = kindBoostAny
	}
	d.event.Tags = b.naming(about, d.event.Kind == kindBoostAny)
	if weight(about) <= defaultBytes/2 && !protected(about) {
		d.event.Content = about.String()
	}
	return d, nil
}

// protected tells of an event that only its author may publish (NIP-70).
func protected(e *nostr.Event) bool {
	return slices.ContainsFunc(e.Tags, func(t nostr.Tag) bool { return len(t) > 0 && t[0] == "-" })
}

// naming are the tags that say what an event is about: e with a relay and the
// author, p, a where it has an address, and k where the kind is to be told.
func (b *Backend) naming(about *nostr.Event, kind bool) nostr.Tags {
	hint := b.hint(about.ID)
	if hint == "" {
		hint = b.home(about.PubKey)
	}
	if hint == "" { // NIP-18 demands one
		hint = b.own[0]
	}
	tags := nostr.Tags{{"e", about.ID, hint, about.PubKey}, {"p", about.PubKey}}
	if nostr.IsAddressableKind(about.Kind) {
		tags = append(tags, nostr.Tag{"a", address{about.Kind, about.PubKey, about.Tags.GetD()}.String(), hint})
	}
	if kind {
		tags = append(tags, nostr.Tag{"k", strconv.Itoa(about.Kind)})
	}
	return tags
}

// remove drafts a NIP-09 deletion of an own post. Where no relay has the post any
// more the deletion is sent all the same: it keeps the post from coming back.
func (b *Backend) remove(ctx context.Context, i timeline.Intent) (draft, error) {
	if i.On.ID.Network != timeline.Nostr || !isHex(i.On.ID.Local, 64) {
		return draft{}, timeline.Errorf(timeline.CodeUsage, "not the name of a Nostr post: %s", cut(i.On.ID.Local, maxName))
	}
	e, err := b.certain(ctx, i.On.ID, "the post")
	switch {
	case timeline.CodeOf(err) == timeline.CodeNotFound:
		e = &nostr.Event{ID: i.On.ID.Local, PubKey: b.cfg.PubKey, Kind: kindUnknown}
	case err != nil:
		return draft{}, err
	case e.PubKey != b.cfg.PubKey:
		return draft{}, timeline.Errorf(timeline.CodeRefused, "the post is not yours to delete")
	}
	d := b.deletion(i, e, []*nostr.Event{e})
	d.outlets = b.inboxesOf(ctx, named(e.Tags)) // who got the post gets its deletion, too
	return d, ctx.Err()
}

// deletion drafts a kind 5 of events of one's own; about is the post concerned.
func (b *Backend) deletion(i timeline.Intent, about *nostr.Event, gone []*nostr.Event) draft {
	d := b.on(i, kindDeletion, about)
	d.request.Note = noteDelete
	kinds := nostr.Tags{}
	for _, e := range gone {
		d.request.Gone = append(d.request.Gone, e.ID)
		d.event.Tags = append(d.event.Tags, nostr.Tag{"e", e.ID})
		if k := strconv.Itoa(e.Kind); e.Kind != kindUnknown && kinds.FindWithValue("k", k) == nil {
			kinds = append(kinds, nostr.Tag{"k", k})
		}
		d.event.CreatedAt = max(d.event.CreatedAt, e.CreatedAt)
	}
	d.event.Tags = append(d.event.Tags, kinds...)
	return d
}

// takeBack drafts the deletion of all own likes or boosts of a post. Where there
// are none, nothing is to be done.
func (b *Backend) takeBack(ctx context.Context, i timeline.Intent, own []string) (draft, error) {
	about, err := b.subject(ctx, i.On, "the post")
	switch {
	case timeline.CodeOf(err) == timeline.CodeNotFound:
		about = &nostr.Event{ID: i.On.ID.Local}
	case err != nil:
		return draft{}, err
	}
	found, err := b.consult(ctx, relayURLs(slices.Concat(own, b.own), maxOutlets), b.reactionsTo(i.Kind, about.ID))
	if err != nil {
		return draft{}, err
	}
	mine := b.lasting(found, about.ID)
	d := b.deletion(i, about, mine)
	d.nothing = len(mine) == 0
	if about.PubKey != "" {
		d.outlets = b.inboxesOf(ctx, []string{about.PubKey}) // where the reaction went
	}
	return d, ctx.Err()
}

// reactionsTo asks for the own likes or boosts of a post.
func (b *Backend) reactionsTo(kind timeline.Kind, id string) nostr.Filters {
	kinds := []int{kindLike}
	if kind == timeline.DoBoost {
		kinds = []int{kindBoost, kindBoostAny}
	}
	return nostr.Filters{{Kinds: kinds, Authors: []string{b.cfg.PubKey}, Tags: nostr.TagMap{"e": {id}}, Limit: maxTakenBack}}
}

// lasting are those of the own reactions to a post that were not taken back.
func (b *Backend) lasting(found []*nostr.Event, id string) []*nostr.Event {
	var mine []*nostr.Event
	for _, e := range found {
		if l, ok := target(e.Tags); ok && l.id == id && (e.Kind != kindLike || e.Content != "-") && !b.isDeleted(e) {
			mine = append(mine, e)
		}
	}
	return mine
}

// reacted tells whether the own relays show such a reaction of the account, and no
// deletion of it: some keep what was taken back. It is no more than a look, for a
// second like does little harm and a relay that is away must not delay the first.
func (b *Backend) reacted(ctx context.Context, kind timeline.Kind, id string, own []string) bool {
	look := func(filters nostr.Filters) (found []*nostr.Event) {
		want := map[string]nostr.Filters{}
		for _, url := range own {
			want[url] = filters
		}
		for _, a := range b.ask(ctx, want) {
			found = append(found, a.events...)
		}
		return found
	}
	mine := b.lasting(look(b.reactionsTo(kind, id)), id)
	if len(mine) == 0 {
		return false
	}
	deletions := nostr.Filter{Kinds: []int{kindDeletion}, Authors: []string{b.cfg.PubKey}, Tags: nostr.TagMap{}, Limit: maxTakenBack}
	for _, e := range mine {
		deletions.Tags["e"] = append(deletions.Tags["e"], e.ID)
	}
	look(nostr.Filters{deletions})
	return len(b.lasting(mine, id)) > 0
}

// consult asks relays and waits for all of them. More than half must have told
// everything they have.
func (b *Backend) consult(ctx context.Context, relays []string, filters nostr.Filters) ([]*nostr.Event, error) {
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = filters
	}
	answers := b.pool.ask(ctx, want, -1)
	told := complete(answers)
	found := map[string]*nostr.Event{}
	for _, a := range answers {
		for _, e := range a.events {
			found[e.ID] = e
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if told*2 <= len(relays) {
		return nil, fewTold(answers, told)
	}
	var all []*nostr.Event
	for _, e := range found {
		all = append(all, e)
	}
	slices.SortFunc(all, byTime)
	return all, nil
}

// fewTold is the error of a question that too few relays answered.
func fewTold(answers map[string]answer, told int) error {
	if err := allFailed(answers); err != nil {
		return err
	}
	return timeline.Errorf(timeline.CodeOffline, "only %d of %d relays answered, and more than half must", told, len(answers))
}

// vote drafts an answer to a poll (NIP-88). It goes to the relays that the poll
// names, too.
func (b *Backend) vote(ctx context.Context, i timeline.Intent) (draft, error) {
	poll, err := b.subject(ctx, i.On, "the poll")
	if err != nil {
		return draft{}, err
	}
	if poll.Kind != kindPoll {
		return draft{}, timeline.Errorf(timeline.CodeRefused, "the post has no poll")
	}
	k := &known{now: b.cfg.Now(), me: b.cfg.PubKey}
	p := k.poll(poll)
	switch {
	case p.Closed:
		return draft{}, timeline.Errorf(timeline.CodeRefused, "the poll is over")
	case len(i.Choices) == 0, !p.Multiple && len(i.Choices) > 1:
		return draft{}, timeline.Errorf(timeline.CodeUsage, "%d choices where the poll wants one", len(i.Choices))
	}
	options := optionIDs(poll.Tags)
	d := b.on(i, kindVote, poll)
	d.event.Tags = nostr.Tags{{"e", poll.ID, b.hint(poll.ID)}}
	for _, c := range i.Choices {
		if c < 0 || c >= len(options) {
			return draft{}, timeline.Errorf(timeline.CodeUsage, "the poll has no option %d", c+1)
		}
		d.event.Tags = append(d.event.Tags, nostr.Tag{"response", options[c]})
	}
	for t := range poll.Tags.FindAll("relay") {
		d.outlets = append(d.outlets, t[1])
	}
	return d, nil
}

// optionIDs are the ids of a poll's options in the order in which they are shown.
func optionIDs(tags nostr.Tags) []string {
	var all []string
	for t := range tags.FindAll("option") {
		if !slices.Contains(all, t[1]) && len(all) < maxOptions {
			all = append(all, t[1])
		}
	}
	return all
}
