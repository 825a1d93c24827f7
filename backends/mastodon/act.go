package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"skein/timeline"
)

// mark prepares a boost, a like or a bookmark, or takes one back.
//
// Source: docs.joinmastodon.org/methods/statuses
func (p preparation) mark(ctx context.Context, f *frozen) error {
	verb := map[timeline.Kind]string{
		timeline.DoBoost: "reblog", timeline.DoLike: "favourite", timeline.DoBookmark: "bookmark",
	}[f.Kind]
	if f.Undo {
		verb = "un" + verb
	}
	if err := p.onPost(ctx, f, verb); err != nil {
		return err
	}
	visibility, err := visibilityWord(p.intent.Visibility)
	if err != nil || visibility == "" || f.Kind != timeline.DoBoost || f.Undo {
		return err
	}
	return f.put(struct {
		Visibility string `json:"visibility"`
	}{visibility})
}

// vote prepares a vote.
//
// Source: docs.joinmastodon.org/methods/polls#vote
func (p preparation) vote(ctx context.Context, f *frozen) error {
	if err := p.onPost(ctx, f, ""); err != nil {
		return err
	}
	st, err := p.statusByID(ctx, p.api, f.OnServer)
	if err != nil {
		return err
	}
	if st.Poll == nil || !validID(string(st.Poll.ID)) {
		return timeline.Errorf(timeline.CodeRefused, "%s: the post has no poll", p.base.Host)
	}
	f.Poll, f.Choices = string(st.Poll.ID), slices.Sorted(slices.Values(p.intent.Choices))
	f.Path = "/api/v1/polls/" + f.Poll + "/votes"
	return f.put(struct {
		Choices []int `json:"choices"`
	}{f.Choices})
}

// voted tells whether the account has voted, and whether as it was to.
func (a *api) voted(ctx context.Context, f frozen) (voted, asAsked bool, err error) {
	var p struct {
		Voted bool  `json:"voted"`
		Own   []int `json:"own_votes"`
	}
	if err := a.get(ctx, "/api/v1/polls/"+f.Poll, nil, &p); err != nil {
		return false, false, err
	}
	slices.Sort(p.Own)
	return p.Voted, p.Voted && slices.Equal(slices.Compact(p.Own), slices.Compact(slices.Clone(f.Choices))), nil
}

// follow prepares to follow a person, or to stop.
//
// Source: docs.joinmastodon.org/methods/accounts#follow
func (p preparation) follow(ctx context.Context, f *frozen) error {
	sid, err := timeline.Step(ctx, p.notes, "person", func(ctx context.Context) (string, error) {
		who, err := p.person(ctx, p.api, p.intent.Person)
		if err != nil {
			return "", err
		}
		return string(who.ID), nil
	})
	if err != nil {
		return err
	}
	f.Person = sid
	f.Path = "/api/v1/accounts/" + sid + "/follow"
	if f.Undo {
		f.Path = "/api/v1/accounts/" + sid + "/unfollow"
	}
	return nil
}

// relationship is what matters of a Relationship.
type relationship struct {
	ID        string `json:"id"`
	Following bool   `json:"following"`
	Requested bool   `json:"requested"` // the person has to agree first
}

// follows tells whether the account follows the person, or has asked to, as it was
// to.
func (a *api) follows(ctx context.Context, f frozen) (bool, error) {
	var list []relationship
	if err := a.get(ctx, "/api/v1/accounts/relationships", url.Values{"id[]": {f.Person}}, &list); err != nil {
		return false, err
	}
	for _, r := range list {
		if r.ID == f.Person {
			return (r.Following || r.Requested) != f.Undo, nil
		}
	}
	return false, timeline.Errorf(timeline.CodeMalformed, "%s: does not say whether we follow", a.base.Host)
}

// followed reads the answer to a follow.
func followed(f frozen, body []byte) timeline.Outcome {
	out := timeline.Outcome{Verdict: timeline.Published}
	var r relationship
	if json.Unmarshal(body, &r) == nil && r.Requested && !r.Following && !f.Undo {
		out.Receipt.Note = timeline.Literal("the person decides who follows them, and was asked")
	}
	return out
}

// marked is the Outcome of a boost, a like or a bookmark. The receipt has the post
// itself, not the boost; st may be nil.
func (b *Backend) marked(f frozen, st *status) timeline.Outcome {
	out := b.done(f)
	if st != nil && st.boosted != nil {
		b.decode.remember(st)
		st = st.boosted
	}
	if st != nil && string(st.ID) == f.OnServer {
		out.Receipt.Posts[0].URL = b.copyOf(st).URL
	}
	return out
}

// done is the Outcome of what was done on a post, or on none.
func (b *Backend) done(f frozen) timeline.Outcome {
	out := timeline.Outcome{Verdict: timeline.Published}
	if !f.On.Zero() {
		out.Receipt.Posts = []timeline.Copy{{ID: f.On, ServerID: f.OnServer}}
	}
	return out
}
