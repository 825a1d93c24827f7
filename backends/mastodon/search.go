package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"skein/timeline"
)

// Search implements timeline.Searcher. A server finds the people and tags that it has
// met; posts only where it keeps an index of them, and then those whose authors let
// themselves be found. A cursor is how many were given so far.
//
// Source: docs.joinmastodon.org/methods/search#v2
func (b *Backend) Search(ctx context.Context, s timeline.Sought, question string, p timeline.Page) (timeline.Findings, error) {
	what := "search for " + string(s)
	f, err := b.search(ctx, s, question, p)
	if err != nil {
		return timeline.Findings{}, b.failed(what, err)
	}
	return f, nil
}

func (b *Backend) search(ctx context.Context, s timeline.Sought, question string, p timeline.Page) (timeline.Findings, error) {
	kind := map[timeline.Sought]string{
		timeline.SoughtPosts: "statuses", timeline.SoughtPeople: "accounts", timeline.SoughtTags: "hashtags",
	}[s]
	question = strings.TrimSpace(question)
	switch {
	case kind == "":
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUnsupported, "%s cannot be searched for %s", b.base.Host, timeline.CleanLine(string(s)))
	case question == "" || len(question) > timeline.MaxQuestion:
		return timeline.Findings{}, timeline.Errorf(timeline.CodeUsage, "a question of %d bytes: from 1 to %d can be asked", len(question), timeline.MaxQuestion)
	}
	given := 0
	if p.Before != "" {
		n, err := strconv.Atoi(string(p.Before))
		if err != nil || n < 0 {
			return timeline.Findings{}, timeline.Errorf(timeline.CodeUsage, "%s: not a place among what was found", b.base.Host)
		}
		given = n
	}
	limit := pageSize
	if p.Limit > 0 {
		limit = min(p.Limit, pageSize)
	}
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Findings{}, err
	}
	q := url.Values{"q": {question}, "type": {kind}, "limit": {strconv.Itoa(limit)}}
	if given > 0 {
		q.Set("offset", strconv.Itoa(given))
	}
	var found map[string][]json.RawMessage
	if err := a.get(ctx, "/api/v2/search", q, &found); err != nil {
		return timeline.Findings{}, err
	}
	out := b.found(s, found[kind])
	// A full page may have another below it. A server that does not know offset gives
	// the same one again, of which whoever shows it drops what is there.
	const mostGiven = 400
	if n := len(found[kind]); n >= limit && given+n < mostGiven {
		out.Older = timeline.Cursor(strconv.Itoa(given + n))
	}
	return out, nil
}

// found decodes what was found, item by item; what cannot be read is left out.
func (b *Backend) found(s timeline.Sought, raws []json.RawMessage) timeline.Findings {
	var out timeline.Findings
	switch s {
	case timeline.SoughtPosts:
		out.Posts = b.entries(list{}, raws).Posts
	case timeline.SoughtPeople:
		out.People = b.entries(list{is: func(*timeline.Profile) {}}, raws).People
	case timeline.SoughtTags:
		for _, raw := range raws {
			if t, ok := foundTag(raw); ok {
				out.Tags = append(out.Tags, t)
			}
		}
	}
	return out
}

// foundTag decodes a tag and how much it was used in the last seven days.
//
// Source: docs.joinmastodon.org/entities/Tag
func foundTag(raw json.RawMessage) (timeline.FoundTag, bool) {
	var tag struct {
		Name    string `json:"name"`
		URL     string `json:"url"`
		Follow  bool   `json:"following"`
		History []struct {
			Uses string `json:"uses"` // a number in quotes
		} `json:"history"`
	}
	if json.Unmarshal(raw, &tag) != nil {
		return timeline.FoundTag{}, false
	}
	out := timeline.FoundTag{Name: timeline.CleanLine(strings.TrimPrefix(tag.Name, "#")), URL: webAddress(tag.URL), Follow: tag.Follow}
	for _, day := range tag.History {
		if n, err := strconv.Atoi(day.Uses); err == nil && n > 0 {
			out.Uses += n
		}
	}
	return out, !out.Name.Empty()
}
