package nostr

import (
	"strconv"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxOptions = 50
	maxVote    = 8 << 10 // weight of a vote that counts: they are kept, many for each poll
)

// tally is what was voted in one poll, by voter.
type tally map[string][]*nostr.Event

// count adds a vote (kind 1018).
func (t tally) count(vote *nostr.Event) {
	if weight(vote) <= maxVote {
		t[vote.PubKey] = append(t[vote.PubKey], vote)
	}
}

// last is somebody's newest vote that came by the end, which is zero for a poll
// without one; nil when there is none.
func last(votes []*nostr.Event, end time.Time) *nostr.Event {
	var found *nostr.Event
	for _, v := range votes {
		if (end.IsZero() || !v.CreatedAt.Time().After(end)) && (found == nil || byTime(v, found) < 0) {
			found = v
		}
	}
	return found
}

// poll reads NIP-88. Each person's newest vote counts. Votes that came after the end
// do not, nor do further answers to a single choice.
func (k *known) poll(e *nostr.Event) *timeline.Poll {
	p := &timeline.Poll{ID: e.ID, Multiple: value(e.Tags, "polltype") == multipleChoice}
	at := map[string]int{}
	for t := range e.Tags.FindAll("option") {
		if _, twice := at[t[1]]; twice || len(p.Options) == maxOptions {
			continue
		}
		at[t[1]] = len(p.Options)
		p.Options = append(p.Options, timeline.PollOption{Text: timeline.CleanLine(cut(item(t, 2), maxAlt))})
	}
	if end, err := strconv.ParseInt(value(e.Tags, "endsAt"), 10, 64); err == nil && end > 0 && end <= maxTime {
		p.Closes = time.Unix(end, 0)
		p.Closed = !k.now.Before(p.Closes)
	}
	for _, votes := range k.polls[e.ID] {
		if vote := last(votes, p.Closes); vote != nil {
			countVote(p, vote, at, vote.PubKey == k.me)
		}
	}
	return p
}

// countVote adds one person's answers; at maps an option's id to its place.
func countVote(p *timeline.Poll, vote *nostr.Event, at map[string]int, mine bool) {
	chosen := map[int]bool{}
	for t := range vote.Tags.FindAll("response") {
		i, ok := at[t[1]]
		if !ok || chosen[i] || !p.Multiple && len(chosen) > 0 {
			continue
		}
		chosen[i] = true
		p.Options[i].Votes++
		p.Options[i].Chosen = p.Options[i].Chosen || mine
		p.Votes++
	}
	if len(chosen) > 0 {
		p.Voters++
		p.Voted = p.Voted || mine
	}
}

// foldTag is the form in which tags are compared.
func foldTag(s string) string { return strings.ToLower(s) }
