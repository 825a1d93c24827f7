package relay

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/backends/sandbox/world"
)

// The kinds that the library has no name for.
const (
	kindPoll = 1068 // NIP-88
	kindVote = 1018
)

// The most events that stand for a post's likes, boosts and votes.
const (
	mostLikes  = 4
	mostBoosts = 2
	mostVotes  = strangers
)

// compose makes the events of one post: itself first, then what others made of
// it. t.mu is held.
func (t *town) compose(p world.Post, author citizen, at time.Time) ([]*nostr.Event, error) {
	if p.BoostOf != "" {
		target, ok := t.posts[p.BoostOf]
		if !ok {
			return nil, fmt.Errorf("boosts %q, which is not there yet", p.BoostOf)
		}
		e, err := t.boost(author, target, at)
		return []*nostr.Event{e}, err
	}
	e, err := t.note(p, author, at)
	if err != nil {
		return nil, err
	}
	reactions, err := t.reactions(p, author, e, at)
	return append([]*nostr.Event{e}, reactions...), err
}

// boost is NIP-18's kind 6, or 16 for what is no plain note.
func (t *town) boost(by citizen, target *nostr.Event, at time.Time) (*nostr.Event, error) {
	tags := nostr.Tags{{"e", target.ID, t.hint(target)}, {"p", target.PubKey}}
	kind := nostr.KindRepost
	if target.Kind != nostr.KindTextNote {
		kind = nostr.KindGenericRepost
		tags = append(tags, nostr.Tag{"k", strconv.Itoa(target.Kind)})
	}
	return sign(by, at, kind, tags, target.String())
}

// note is a kind 1, or 1068 with a poll.
func (t *town) note(p world.Post, author citizen, at time.Time) (*nostr.Event, error) {
	var tags nostr.Tags
	if p.ReplyTo != "" {
		reply, err := t.replyTags(p.ReplyTo)
		if err != nil {
			return nil, err
		}
		tags = reply
	}
	content, tags, err := t.content(p, tags)
	if err != nil {
		return nil, err
	}
	if p.Warning != "" || p.Sensitive {
		tags = append(tags, nostr.Tag{"content-warning", p.Warning})
	}
	if p.Lang != "" {
		tags = append(tags, nostr.Tag{"L", "ISO-639-1"}, nostr.Tag{"l", p.Lang, "ISO-639-1"})
	}
	kind := nostr.KindTextNote
	if p.Poll != nil {
		kind = kindPoll
		tags = append(tags, t.pollTags(p.Poll, author, at)...)
	}
	return sign(author, at, kind, tags, content)
}

// content writes the text as NIP-27 and NIP-92 have it, and adds its tags.
func (t *town) content(p world.Post, tags nostr.Tags) (string, nostr.Tags, error) {
	var b strings.Builder
	for _, part := range p.Text {
		switch part.Kind {
		case world.Link:
			b.WriteString(part.Target)
		case world.Mention:
			c, ok := t.people[part.Target]
			if !ok {
				return "", nil, fmt.Errorf("mentions %q, who does not live here", part.Target)
			}
			ref, err := nip19.EncodeProfile(c.public, t.relays(c)[:1])
			if err != nil {
				return "", nil, err
			}
			b.WriteString("nostr:" + ref)
			tags = withPerson(tags, c.public)
		case world.Tag:
			b.WriteString("#" + part.Text)
			tags = append(tags, nostr.Tag{"t", strings.ToLower(part.Text)})
		case world.Emoji:
			b.WriteString(":" + part.Text + ":")
			tags = append(tags, nostr.Tag{"emoji", part.Text, t.picture(world.Picture{Seed: len(part.Text), Width: 32, Height: 32})})
		default:
			b.WriteString(part.Text)
		}
	}
	for i, pic := range p.Pictures {
		url := t.picture(pic)
		b.WriteString(strings.Repeat("\n", 2-min(i, 1)) + url)
		imeta := nostr.Tag{"imeta", "url " + url, "m image/png", fmt.Sprintf("dim %dx%d", pic.Width, pic.Height)}
		if pic.Alt != "" {
			imeta = append(imeta, "alt "+pic.Alt)
		}
		tags = append(tags, imeta)
	}
	if p.QuoteOf != "" {
		target, ok := t.posts[p.QuoteOf]
		if !ok {
			return "", nil, fmt.Errorf("quotes %q, which is not there yet", p.QuoteOf)
		}
		ref, err := nip19.EncodeEvent(target.ID, []string{t.hint(target)}, target.PubKey)
		if err != nil {
			return "", nil, err
		}
		b.WriteString("\n\nnostr:" + ref)
		tags = append(tags, nostr.Tag{"q", target.ID, t.hint(target), target.PubKey})
		tags = withPerson(tags, target.PubKey)
	}
	return strings.TrimLeft(b.String(), "\n"), tags, nil
}

// replyTags are NIP-10's marked tags: the root, the parent, and everybody in it.
func (t *town) replyTags(post string) (nostr.Tags, error) {
	parent, ok := t.posts[post]
	if !ok {
		return nil, fmt.Errorf("replies to %q, which is not there yet", post)
	}
	var tags nostr.Tags
	root := nostr.Tag{"e", parent.ID, t.hint(parent), "root", parent.PubKey}
	for tag := range parent.Tags.FindAll("e") {
		if len(tag) >= 4 && tag[3] == "root" {
			root = tag
		}
	}
	tags = append(tags, root)
	if root[1] != parent.ID {
		tags = append(tags, nostr.Tag{"e", parent.ID, t.hint(parent), "reply", parent.PubKey})
	}
	tags = append(tags, nostr.Tag{"p", parent.PubKey})
	for tag := range parent.Tags.FindAll("p") {
		tags = withPerson(tags, tag[1])
	}
	return tags, nil
}

// withPerson adds a p tag, unless there is one.
func withPerson(tags nostr.Tags, pubkey string) nostr.Tags {
	if tags.FindWithValue("p", pubkey) != nil {
		return tags
	}
	return append(tags, nostr.Tag{"p", pubkey})
}

func optionID(i int) string { return "option" + strconv.Itoa(i) }

func (t *town) pollTags(p *world.Poll, author citizen, at time.Time) nostr.Tags {
	var tags nostr.Tags
	for i, o := range p.Options {
		tags = append(tags, nostr.Tag{"option", optionID(i), o})
	}
	for _, url := range t.relays(author) {
		tags = append(tags, nostr.Tag{"relay", url})
	}
	kind := "singlechoice"
	if p.Multiple {
		kind = "multiplechoice"
	}
	tags = append(tags, nostr.Tag{"polltype", kind})
	if p.Open > 0 {
		tags = append(tags, nostr.Tag{"endsAt", strconv.FormatInt(at.Add(p.Open).Unix(), 10)})
	}
	return tags
}

// reactions are strangers' likes, boosts and votes: as many as the world says, up
// to a few, and your own like.
func (t *town) reactions(p world.Post, author citizen, e *nostr.Event, at time.Time) ([]*nostr.Event, error) {
	like := nostr.Tags{{"e", e.ID, t.hint(e), author.public}, {"p", e.PubKey}, {"k", strconv.Itoa(e.Kind)}}
	var events []*nostr.Event
	add := func(ev *nostr.Event, err error) error {
		events = append(events, ev)
		return err
	}
	for i := range min(p.Likes, mostLikes) {
		if err := add(sign(t.extras[i], at.Add(time.Second), nostr.KindReaction, like, "+")); err != nil {
			return nil, err
		}
	}
	if p.LikedByYou {
		if err := add(sign(t.people[world.Viewer], at.Add(time.Second), nostr.KindReaction, like, "+")); err != nil {
			return nil, err
		}
	}
	for i := range min(p.Boosts, mostBoosts) {
		if err := add(t.boost(t.extras[i], e, at.Add(time.Second))); err != nil {
			return nil, err
		}
	}
	if p.Poll != nil {
		votes, err := t.votes(p.Poll, e, at.Add(time.Second))
		return append(events, votes...), err
	}
	return events, nil
}

// votes scales the world's votes down to the strangers there are.
func (t *town) votes(p *world.Poll, poll *nostr.Event, at time.Time) ([]*nostr.Event, error) {
	sum := 0
	for _, v := range p.Votes {
		sum += v
	}
	if sum == 0 {
		return nil, nil
	}
	var events []*nostr.Event
	for i, v := range p.Votes {
		n := v
		if sum > mostVotes {
			n = v * mostVotes / sum
		}
		for range n {
			if len(events) == mostVotes {
				return events, nil
			}
			e, err := sign(t.extras[len(events)], at, kindVote, nostr.Tags{{"e", poll.ID}, {"response", optionID(i)}}, "")
			if err != nil {
				return nil, err
			}
			events = append(events, e)
		}
	}
	return events, nil
}

// hint is a relay that holds e: its author's first.
func (t *town) hint(e *nostr.Event) string {
	for _, c := range t.people {
		if c.public == e.PubKey {
			return t.relays(c)[0]
		}
	}
	return t.servers[0].URL()
}

func (t *town) picture(p world.Picture) string {
	return t.servers[0].HTTP() + "/picture/" + pictureName(p)
}
