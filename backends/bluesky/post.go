package bluesky

import (
	"context"
	"encoding/json"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// own reads an ID of this network: the URI of a post or of a repost.
func own(id timeline.ID) (syntax.ATURI, error) {
	if id.Network != timeline.Bluesky {
		return "", timeline.Errorf(timeline.CodeNotMine, "%s is no post of Bluesky", id)
	}
	checked, ok := postID(id.Local)
	if !ok {
		return "", timeline.Errorf(timeline.CodeNotFound, "%q names no post of Bluesky", id.Local)
	}
	return syntax.ATURI(checked.Local), nil
}

// Post implements timeline.Backend with app.bsky.feed.getPosts. A repost is read
// from its author's repository first.
func (b *Backend) Post(ctx context.Context, id timeline.ID) (*timeline.Post, error) {
	uri, err := own(id)
	if err != nil {
		return nil, err
	}
	switch uri.Collection() {
	case repostNSID:
		p, err := b.repost(ctx, uri)
		return p, tried("repost "+uri.String(), err)
	case postNSID:
		p, err := b.post(ctx, uri)
		return p, tried("post "+uri.String(), err)
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "%s is no post", uri)
}

func (b *Backend) post(ctx context.Context, uri syntax.ATURI) (*timeline.Post, error) {
	var out struct {
		Posts []json.RawMessage `json:"posts"`
	}
	if err := b.get(ctx, "app.bsky.feed.getPosts", map[string]any{"uris": []string{uri.String()}}, &out); err != nil {
		return nil, err
	}
	for _, raw := range out.Posts {
		if p := b.decode.post(raw, 0); p != nil && p.ID.Local == uri.String() {
			return p, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "%s has no such post", b.host)
}

// repost puts together the row that a repost makes in a feed.
func (b *Backend) repost(ctx context.Context, uri syntax.ATURI) (*timeline.Post, error) {
	var out struct {
		CID   string `json:"cid"`
		Value struct {
			CreatedAt string `json:"createdAt"`
			Subject   struct {
				URI string `json:"uri"`
			} `json:"subject"`
		} `json:"value"`
	}
	err := b.get(ctx, "com.atproto.repo.getRecord", map[string]any{
		"repo": uri.Authority().String(), "collection": repostNSID, "rkey": uri.RecordKey().String(),
	}, &out)
	if err != nil {
		return nil, err
	}
	subject, ok := postID(out.Value.Subject.URI)
	if !ok {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s: the repost names no post", b.host)
	}
	post, err := b.post(ctx, syntax.ATURI(subject.Local))
	if err != nil {
		return nil, err
	}
	by, err := b.profile(ctx, uri.Authority().DID())
	if err != nil {
		return nil, err
	}
	boost := b.boostRow(post, by.actor, uri.String(), out.CID, out.Value.CreatedAt)
	if boost == nil {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s: nobody made this repost", b.host)
	}
	return boost, nil
}

// boostRow is the row of a repost of which there is the record only, which has no
// more than what its author claims; nil when that is nobody.
func (b *Backend) boostRow(post *timeline.Post, by actor, uri, cid, created string) *timeline.Post {
	boost := b.decode.boost(post, repostReason{By: by, URI: uri, CID: cid, IndexedAt: created})
	if now := b.now(); boost != nil && boost.Sorted.After(now) {
		boost.Sorted = now
	}
	return boost
}
