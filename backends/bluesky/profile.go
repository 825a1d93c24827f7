package bluesky

import (
	"context"

	"github.com/bluesky-social/indigo/api/bsky"
	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// actor is a person as views carry them (app.bsky.actor.defs#profileViewBasic).
// indigo's type is not used: it fails where a person's status is a record of a
// type that it does not know.
type actor struct {
	DID          string                            `json:"did"`
	Handle       string                            `json:"handle"`
	DisplayName  string                            `json:"displayName"`
	Avatar       string                            `json:"avatar"`
	Verification *bsky.ActorDefs_VerificationState `json:"verification"`
	Viewer       struct {
		Following string `json:"following"`
	} `json:"viewer"`
}

// author makes an Author. did stands in for an identifier that is not valid, as
// does the DID for a handle that does not lead to the person.
func (a actor) author(did string) timeline.Author {
	if id, err := syntax.ParseDID(a.DID); err == nil {
		did = id.String()
	}
	shown, path := did, did
	if h, err := syntax.ParseHandle(a.Handle); err == nil && !h.IsInvalidHandle() {
		shown, path = "@"+h.String(), h.String()
	}
	out := timeline.Author{
		ID: did, Handle: timeline.CleanLine(shown), Name: timeline.CleanLine(a.DisplayName),
		Avatar: webURL(a.Avatar), URL: webURL(webApp + path),
	}
	if out.Name.Empty() {
		out.Name = out.Handle
	}
	if v := a.Verification; v != nil {
		out.Verified = v.VerifiedStatus == "valid" || v.TrustedVerifierStatus == "valid"
	}
	return out
}

// postURL is where a browser shows a post.
func postURL(a timeline.Author, rkey string) timeline.Safe {
	return webURL(a.URL.String() + "/post/" + rkey)
}

// profileView is app.bsky.actor.defs#profileViewDetailed.
type profileView struct {
	actor
	Description    string `json:"description"`
	Banner         string `json:"banner"`
	Website        string `json:"website"`
	CreatedAt      string `json:"createdAt"`
	PostsCount     int    `json:"postsCount"`
	FollowsCount   int    `json:"followsCount"`
	FollowersCount int    `json:"followersCount"`

	PinnedPost reference `json:"pinnedPost"`
	Viewer     struct {
		Muted          bool     `json:"muted"`
		MutedByList    listView `json:"mutedByList"`
		Blocking       string   `json:"blocking"`
		BlockingByList listView `json:"blockingByList"`
		Following      string   `json:"following"`
		FollowedBy     string   `json:"followedBy"`
	} `json:"viewer"`
}

// listView is app.bsky.graph.defs#listViewBasic.
type listView struct {
	Name string `json:"name"`
}

// Profile implements timeline.Profiler with app.bsky.actor.getProfile. id is a
// DID.
func (b *Backend) Profile(ctx context.Context, id string) (*timeline.Profile, error) {
	did, err := syntax.ParseDID(id)
	if err != nil {
		return nil, timeline.Errorf(timeline.CodeNotFound, "%q is nobody on Bluesky", id)
	}
	v, err := b.profile(ctx, did)
	if err != nil {
		return nil, tried("profile "+did.String(), err)
	}
	return v.profile(did.String()), nil
}

// profile is the person with that DID.
func (v profileView) profile(did string) *timeline.Profile {
	p := &timeline.Profile{
		Network: timeline.Bluesky, Author: v.author(did),
		Bio: timeline.PlainText(timeline.Clean(v.Description)), Banner: webURL(v.Banner),
		Posts: max(0, v.PostsCount), Following: max(0, v.FollowsCount), Followers: max(0, v.FollowersCount),
		Followed: v.Viewer.Following != "", FollowedBy: v.Viewer.FollowedBy != "",
		Muted: v.Viewer.Muted, Blocked: v.Viewer.Blocking != "",
	}
	p.Created, _ = parseTime(v.CreatedAt)
	if site := webURL(v.Website); !site.Empty() {
		p.Fields = []timeline.Field{{
			Name:  timeline.Literal("Website"),
			Value: timeline.Text{{Kind: timeline.SpanLink, Text: site, Target: site}},
		}}
	}
	return p
}

func (b *Backend) profile(ctx context.Context, did syntax.DID) (profileView, error) {
	var v profileView
	err := b.get(ctx, "app.bsky.actor.getProfile", map[string]any{"actor": did.String()}, &v)
	if err == nil && v.DID != did.String() {
		err = timeline.Errorf(timeline.CodeMalformed, "%s answered with another profile", b.host)
	}
	return v, err
}

// ProfilePosts implements timeline.Profiler with app.bsky.feed.getAuthorFeed.
func (b *Backend) ProfilePosts(ctx context.Context, id string, p timeline.Page) (timeline.Batch, error) {
	did, err := syntax.ParseDID(id)
	if err != nil {
		return timeline.Batch{}, timeline.Errorf(timeline.CodeNotFound, "%q is nobody on Bluesky", id)
	}
	f := feed{endpoint: "app.bsky.feed.getAuthorFeed", params: map[string]any{"actor": did.String()}}
	batch, err := b.read(ctx, f, p)
	return batch, tried("posts of "+did.String(), err)
}
