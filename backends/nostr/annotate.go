package nostr

import (
	"context"
	"slices"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// annotations are what others made of some posts.
type annotations struct {
	polls  map[string]tally
	counts map[string]timeline.Counts
}

const maxVotes = 500

// keep notes the votes that were read of the events and of what they show.
func (b *Backend) keep(n annotations, events []*nostr.Event) {
	for _, id := range subjects(events) {
		b.votes.Add(id, n.polls[id])
	}
}

// annotate asks the relays, each once, whether the posts were deleted, and for the
// votes in their polls. It does not wait for long and takes what there is by then.
func (b *Backend) annotate(ctx context.Context, events []*nostr.Event, relays []string) annotations {
	var polls []string
	for _, e := range events {
		if e.Kind == kindPoll {
			polls = append(polls, e.ID)
		}
		if l, ok := references(e); ok {
			if inner, ok := b.events.Peek(l.id); ok && inner.Kind == kindPoll {
				polls = append(polls, l.id)
			}
		}
	}
	about := subjects(events)
	about = about[:min(len(about), maxIDs)]
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = questions(about, polls)
	}
	ctx, cancel := context.WithTimeout(ctx, b.pauses.lookup)
	defer cancel()
	var found []*nostr.Event
	for _, a := range b.ask(ctx, want) {
		found = append(found, a.events...)
	}
	return b.tallyUp(found, false)
}

func questions(about, polls []string) nostr.Filters {
	filters := nostr.Filters{{Kinds: []int{kindDeletion}, Tags: nostr.TagMap{"e": about}, Limit: len(about)}}
	if len(polls) > 0 {
		filters = append(filters, nostr.Filter{Kinds: []int{kindVote}, Tags: nostr.TagMap{"e": polls}, Limit: maxVotes})
	}
	return filters
}

// tallyUp sorts reactions by what they are about. Each person counts once for each
// kind of reaction; what its author deleted does not count.
func (b *Backend) tallyUp(found []*nostr.Event, count bool) annotations {
	n := annotations{polls: map[string]tally{}, counts: map[string]timeline.Counts{}}
	seen := map[string]bool{}
	found = slices.Clone(found)
	slices.SortFunc(found, byTime)
	for _, e := range found {
		if b.isDeleted(e) {
			continue
		}
		l, ok := target(e.Tags)
		if e.Kind == kindNote {
			n.reply(e, seen)
			continue
		}
		if !ok {
			continue
		}
		if e.Kind == kindVote {
			if n.polls[l.id] == nil {
				n.polls[l.id] = tally{}
			}
			n.polls[l.id].count(e)
			continue
		}
		n.reaction(e, l.id, seen)
	}
	if !count {
		n.counts = nil
	}
	return n
}

// reaction counts a boost or a like.
func (n *annotations) reaction(e *nostr.Event, about string, seen map[string]bool) {
	c := n.counts[about]
	switch {
	case e.Kind == kindBoost || e.Kind == kindBoostAny:
		c.Boosts += once(seen, "boost"+e.PubKey+about)
	case e.Kind == kindLike && e.Content != "-": // NIP-25: "-" is a dislike
		c.Likes += once(seen, "like"+e.PubKey+about)
	default:
		return
	}
	n.counts[about] = c
}

// reply counts a note as a reply to its parent and as a quote of what it quotes.
func (n *annotations) reply(e *nostr.Event, seen map[string]bool) {
	if parent, _ := thread(e.Tags); parent != nil {
		c := n.counts[parent.id]
		c.Replies += once(seen, e.ID+parent.id)
		n.counts[parent.id] = c
	}
	if l, _, ok := quote(e.Tags); ok && l.id != "" {
		c := n.counts[l.id]
		c.Quotes += once(seen, "quote"+e.ID+l.id)
		n.counts[l.id] = c
	}
}

func once(seen map[string]bool, key string) int {
	if seen[key] {
		return 0
	}
	seen[key] = true
	return 1
}
