package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"skein/timeline"
)

// followTag prepares to follow a tag, or to leave it. No step waits for the server.
//
// Source: docs.joinmastodon.org/methods/tags#follow, #unfollow
func (p preparation) followTag(f *frozen) error {
	n, err := timeline.ParseFeedName(timeline.FeedTag + ":" + p.intent.Tag)
	if err != nil {
		return err
	}
	verb := "follow"
	if f.Undo {
		verb = "unfollow"
	}
	f.Tag = n.Argument()
	f.Path = tagPath(f.Tag) + "/" + verb
	return nil
}

func tagPath(tag string) string { return "/api/v1/tags/" + url.PathEscape(tag) }

// tagEntity is what matters of a Tag.
//
// Source: docs.joinmastodon.org/entities/Tag
type tagEntity struct {
	Name      string `json:"name"`
	Following bool   `json:"following"`
}

// followsTag tells whether the account follows the tag as it was to.
func (a *api) followsTag(ctx context.Context, f frozen) (bool, error) {
	var t tagEntity
	if err := a.get(ctx, tagPath(f.Tag), nil, &t); err != nil {
		return false, err
	}
	return t.Following != f.Undo, nil
}

// tagFollowed judges the answer.
func (b *Backend) tagFollowed(f frozen, body []byte) timeline.Outcome {
	var t tagEntity
	if json.Unmarshal(body, &t) != nil || !strings.EqualFold(t.Name, f.Tag) || t.Following == f.Undo {
		return outcome(timeline.Uncertain, timeline.Errorf(timeline.CodeMalformed, "%s: the answer does not say that it is done", b.base.Host))
	}
	return timeline.Outcome{Verdict: timeline.Published}
}
