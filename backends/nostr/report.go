package nostr

import (
	"context"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// report drafts a kind 1984 (NIP-56) about a person, or a post of theirs. Relays and
// programs make of it what they like; everybody can read it.
func (b *Backend) report(ctx context.Context, i timeline.Intent) (draft, error) {
	if err := i.Complaint.Check(); err != nil {
		return draft{}, err
	}
	who, kind := i.Person, reportType(i.Complaint.Reason)
	var tags nostr.Tags
	about := &nostr.Event{PubKey: who}
	if !i.On.ID.Zero() {
		e, err := b.subject(ctx, i.On, "the post")
		if err != nil {
			return draft{}, err
		}
		about, who = e, e.PubKey
		tags = nostr.Tags{{"e", e.ID, kind}}
	}
	switch {
	case !isHex(who, 64):
		return draft{}, timeline.Errorf(timeline.CodeUsage, "not a Nostr public key: %s", cut(who, maxName))
	case who == b.cfg.PubKey:
		return draft{}, timeline.Errorf(timeline.CodeRefused, "nobody can report themselves")
	}
	d := b.on(i, kindReport, about)
	if about.ID == "" {
		d.request.On = timeline.ID{}
	}
	d.request.Note = noteReport
	d.event.Content = i.Complaint.Comment
	d.event.Tags = append(nostr.Tags{{"p", who, kind}}, tags...)
	return d, ctx.Err()
}

// reportType is a reason in NIP-56's own words.
func reportType(r timeline.Reason) string {
	switch r {
	case timeline.ReasonSpam:
		return "spam"
	case timeline.ReasonSexual:
		return "nudity"
	case timeline.ReasonIllegal:
		return "illegal"
	case timeline.ReasonFake:
		return "impersonation"
	case timeline.ReasonRude:
		return "profanity"
	}
	return "other"
}
