package mastodon

import (
	"context"
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
