package bluesky

import (
	"context"
	"encoding/json"
	"strings"

	"skein/timeline"
)

// Search implements timeline.Searcher with app.bsky.feed.searchPosts and
// app.bsky.actor.searchActors. The network lists no tags by themselves.
func (b *Backend) Search(ctx context.Context, s timeline.Sought, question string, p timeline.Page) (timeline.Findings, error) {
	question = strings.TrimSpace(question)
	switch {
	case b.session == nil && s == timeline.SoughtPosts: // the public AppView refuses it
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUnsupported, "posts cannot be searched without signing in to Bluesky; `skein account add bluesky` does that")
	case question == "" || len(question) > timeline.MaxQuestion:
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUsage, "a question of %d bytes: from 1 to %d can be asked", len(question), timeline.MaxQuestion)
	}
	var out timeline.Findings
	var err error
	params := map[string]any{"q": question}
	switch s {
	case timeline.SoughtPosts:
		params["sort"] = "latest"
		out.Older, err = b.appViewPage(ctx, "app.bsky.feed.searchPosts", "posts", params, p, func(raw json.RawMessage) {
			if post := b.decode.post(raw, 0); post != nil {
				out.Posts = append(out.Posts, post)
			}
		})
	case timeline.SoughtPeople:
		out.Older, err = b.appViewPage(ctx, "app.bsky.actor.searchActors", "actors", params, p, func(raw json.RawMessage) {
			if who := readProfile(raw); who != nil {
				out.People = append(out.People, who)
			}
		})
	default:
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUnsupported, "Bluesky lists no %s; a search for posts finds those with #a-tag", timeline.CleanLine(string(s)))
	}
	return out, tried("search for "+string(s), err)
}
