package bluesky

import (
	"context"
	"encoding/json"
	"maps"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

var _ timeline.Lister = (*Backend)(nil)

// List implements timeline.Lister.
//
// What the account published, likes, follows and blocks is read from its own
// repository (com.atproto.repo.listRecords) and then looked up record by record
// (app.bsky.feed.getPosts, app.bsky.actor.getProfiles). The AppView has such lists,
// too, but they leave out without a word what is gone or hidden, by a block for
// example, and lag behind. Mutes and bookmarks are in no repository: those the AppView
// alone can tell (app.bsky.graph.getMutes, app.bsky.bookmark.getBookmarks).
func (b *Backend) List(ctx context.Context, l timeline.List, p timeline.Page) (timeline.Listing, error) {
	if b.session == nil {
		return timeline.Listing{}, timeline.Errorf(timeline.CodeUnsupported, "there are no lists without signing in to Bluesky")
	}
	limit := p.Limit
	if limit <= 0 {
		limit = defaultPage
	}
	out, err := b.list(ctx, l, p.Before, min(limit, timeline.MaxPage))
	return out, tried(string(l)+" of "+b.account.Handle.String(), err)
}

func (b *Backend) list(ctx context.Context, l timeline.List, before timeline.Cursor, limit int) (timeline.Listing, error) {
	switch l {
	case timeline.ListPosts:
		return b.listPosts(ctx, before, limit, postNSID, repostNSID)
	case timeline.ListLikes:
		return b.listPosts(ctx, before, limit, likeNSID)
	case timeline.ListFollows:
		return b.listPeople(ctx, before, limit, followNSID)
	case timeline.ListBlocks:
		return b.listPeople(ctx, before, limit, blockNSID)
	case timeline.ListMutes:
		return b.listMutes(ctx, before, limit)
	case timeline.ListBookmarks:
		return b.listBookmarks(ctx, before, limit)
	}
	return timeline.Listing{}, timeline.Errorf(timeline.CodeUnsupported, "Bluesky has no list called %s", l)
}

// listPosts are the posts that records of the account's own are, or point at.
func (b *Backend) listPosts(ctx context.Context, before timeline.Cursor, limit int, collections ...string) (timeline.Listing, error) {
	records, older, err := b.recordsBelow(ctx, before, limit, collections...)
	if err != nil {
		return timeline.Listing{}, err
	}
	about := make([]string, len(records))
	for n, r := range records {
		if about[n] = r.URI; r.collection() != postNSID {
			about[n] = subjectIn(r.Value)
		}
	}
	found, err := b.postsNamed(ctx, about)
	if err != nil {
		return timeline.Listing{}, err
	}
	out := timeline.Listing{Older: older}
	given := make(map[timeline.ID]bool, len(records))
	for n, r := range records {
		post := found[about[n]]
		if post != nil && r.collection() == repostNSID {
			if post, err = b.ownBoost(ctx, post, r); err != nil {
				return timeline.Listing{}, err
			}
		}
		switch {
		case post == nil:
			out.Unread = append(out.Unread, timeline.CleanLine(r.URI))
		case !given[post.ID]: // another client may have liked it once more
			given[post.ID] = true
			out.Posts = append(out.Posts, post)
		}
	}
	return out, nil
}

// ownBoost is the row of one of the person's own reposts.
func (b *Backend) ownBoost(ctx context.Context, post *timeline.Post, r keptRecord) (*timeline.Post, error) {
	me, err := b.self(ctx)
	if err != nil {
		return nil, err
	}
	return b.boostRow(post, me, r.URI, r.CID, createdAt(r.Value)), nil
}

// self is the person's own profile, which is read once.
func (b *Backend) self(ctx context.Context) (actor, error) {
	b.mu.Lock()
	me := b.me
	b.mu.Unlock()
	if me.DID != "" {
		return me, nil
	}
	v, err := b.profile(ctx, syntax.DID(b.did))
	if err != nil {
		return actor{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.me = v.actor
	return v.actor, nil
}

// postsNamed reads posts by their URIs; those that nobody has, or that are not
// shown to the person, are missing in what it returns.
func (b *Backend) postsNamed(ctx context.Context, uris []string) (map[string]*timeline.Post, error) {
	var names []string
	for _, uri := range uris {
		if id, ok := postID(uri); ok && syntax.ATURI(id.Local).Collection() == postNSID {
			names = append(names, uri)
		}
	}
	found := map[string]*timeline.Post{}
	err := b.lookUp(ctx, "app.bsky.feed.getPosts", "uris", "posts", names, func(raw json.RawMessage) {
		if p := b.decode.post(raw, 0); p != nil {
			found[p.ID.Local] = p
		}
	})
	return found, err
}

// listPeople are those whom records of a collection of the account's own name.
func (b *Backend) listPeople(ctx context.Context, before timeline.Cursor, limit int, collection string) (timeline.Listing, error) {
	records, older, err := b.recordsBelow(ctx, before, limit, collection)
	if err != nil {
		return timeline.Listing{}, err
	}
	out, err := b.peopleOf(ctx, records, collection)
	out.Older = older
	return out, err
}

// peopleOf are those whom records name.
func (b *Backend) peopleOf(ctx context.Context, records []keptRecord, collection string) (timeline.Listing, error) {
	var dids []string
	for _, r := range records {
		if did, err := syntax.ParseDID(subjectIn(r.Value)); err == nil {
			dids = append(dids, did.String())
		}
	}
	found := map[string]*timeline.Profile{}
	err := b.lookUp(ctx, "app.bsky.actor.getProfiles", "actors", "profiles", dids, func(raw json.RawMessage) {
		if p := readProfile(raw); p != nil {
			found[p.ID] = p
		}
	})
	if err != nil {
		return timeline.Listing{}, err
	}
	var out timeline.Listing
	given := make(map[string]bool, len(records))
	for _, r := range records {
		did := subjectIn(r.Value)
		p := found[did]
		switch {
		case given[did]:
		case p == nil && did == "":
			out.Unread = append(out.Unread, timeline.CleanLine(r.URI))
		case p == nil:
			out.Unread = append(out.Unread, timeline.CleanLine(did))
		default: // the AppView may not know it yet
			p.Followed = p.Followed || collection == followNSID
			p.Blocked = p.Blocked || collection == blockNSID
			out.People = append(out.People, p)
		}
		given[did] = true
	}
	return out, nil
}

// lookUp asks a query for what names say, as many at a time as it takes, and hands
// each item of the answers to take.
func (b *Backend) lookUp(ctx context.Context, query syntax.NSID, param, field string, names []string, take func(json.RawMessage)) error {
	const most = 25 // of app.bsky.feed.getPosts and app.bsky.actor.getProfiles
	for ; len(names) > 0; names = names[min(most, len(names)):] {
		var out map[string]json.RawMessage
		if err := b.get(ctx, query, map[string]any{param: names[:min(most, len(names))]}, &out); err != nil {
			return err
		}
		var items []json.RawMessage
		if err := json.Unmarshal(out[field], &items); err != nil {
			return timeline.Errorf(timeline.CodeMalformed, "%s answered %s without %s: %w", b.host, query, field, err)
		}
		b.moderated(ctx)
		for _, raw := range items {
			take(raw)
		}
	}
	return nil
}

// readProfile reads a view of a person; nil when it is of nobody.
func readProfile(raw json.RawMessage) *timeline.Profile {
	var v profileView
	if json.Unmarshal(raw, &v) != nil {
		return nil
	}
	did, err := syntax.ParseDID(v.DID)
	if err != nil {
		return nil
	}
	return v.profile(did.String())
}

// listMutes reads app.bsky.graph.getMutes. Whom a list mutes is not in it.
func (b *Backend) listMutes(ctx context.Context, before timeline.Cursor, limit int) (timeline.Listing, error) {
	var out timeline.Listing
	older, err := b.appViewList(ctx, "app.bsky.graph.getMutes", "mutes", nil, before, limit, func(raw json.RawMessage) {
		p := readProfile(raw)
		if p == nil {
			out.Unread = append(out.Unread, timeline.Literal("somebody whom skein could not read"))
			return
		}
		p.Muted = true
		out.People = append(out.People, p)
	})
	out.Older = older
	return out, err
}

// listBookmarks reads app.bsky.bookmark.getBookmarks.
func (b *Backend) listBookmarks(ctx context.Context, before timeline.Cursor, limit int) (timeline.Listing, error) {
	var out timeline.Listing
	older, err := b.appViewList(ctx, "app.bsky.bookmark.getBookmarks", "bookmarks", nil, before, limit, func(raw json.RawMessage) {
		var bookmark struct {
			Subject reference       `json:"subject"`
			Item    json.RawMessage `json:"item"`
		}
		var kind struct {
			Type string `json:"$type"`
		}
		if json.Unmarshal(raw, &bookmark) == nil && json.Unmarshal(bookmark.Item, &kind) == nil && kind.Type == "app.bsky.feed.defs#postView" {
			if p := b.decode.post(bookmark.Item, 0); p != nil {
				out.Posts = append(out.Posts, p)
				return
			}
		}
		name := timeline.CleanLine(bookmark.Subject.URI) // gone, or by somebody who is blocked
		if name.Empty() {
			name = timeline.Literal("a bookmark that skein could not read")
		}
		out.Unread = append(out.Unread, name)
	})
	out.Older = older
	return out, err
}

// appViewList reads a page of a list that the AppView keeps, item by item.
func (b *Backend) appViewList(ctx context.Context, query syntax.NSID, field string, extra map[string]any, before timeline.Cursor, limit int, take func(json.RawMessage)) (timeline.Cursor, error) {
	params := map[string]any{"limit": limit}
	maps.Copy(params, extra)
	if before != "" {
		params["cursor"] = string(before)
	}
	var out map[string]json.RawMessage
	if err := b.get(ctx, query, params, &out); err != nil {
		return "", err
	}
	var items []json.RawMessage
	var cursor string
	err := json.Unmarshal(out[field], &items)
	if raw, ok := out["cursor"]; err == nil && ok {
		err = json.Unmarshal(raw, &cursor)
	}
	switch {
	case err != nil:
		return "", timeline.Errorf(timeline.CodeMalformed, "%s answered %s without %s: %w", b.host, query, field, err)
	case cursor != "" && cursor == string(before):
		return "", timeline.Errorf(timeline.CodeMalformed, "%s repeats a page without end", b.host)
	}
	b.moderated(ctx)
	for _, raw := range items {
		take(raw)
	}
	return timeline.Cursor(cursor), nil
}
