package bluesky

import (
	"context"
	"net/url"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// Resolve implements timeline.Resolver for at:// URIs, addresses of bsky.app,
// DIDs and handles with or without an @. Only a handle costs a request.
func (b *Backend) Resolve(ctx context.Context, ref string) (timeline.Target, error) {
	ref = strings.TrimSpace(ref)
	switch {
	case strings.HasPrefix(ref, "at://"):
		uri, err := syntax.ParseATURI(ref)
		if err != nil {
			return timeline.Target{}, timeline.Errorf(timeline.CodeUsage, "%q is no at:// URI", ref)
		}
		return b.target(ctx, uri.Authority(), uri.Collection().String(), uri.RecordKey().String())
	case strings.HasPrefix(ref, "https://"), strings.HasPrefix(ref, "http://"):
		return b.resolveURL(ctx, ref)
	case strings.HasPrefix(ref, "did:plc:"), strings.HasPrefix(ref, "did:web:"):
		if did, err := syntax.ParseDID(ref); err == nil {
			return timeline.Target{Person: did.String()}, nil
		}
		return timeline.Target{}, notMine(ref)
	}
	handle, err := syntax.ParseHandle(strings.TrimPrefix(ref, "@")) // has a dot and no further @
	if err != nil {
		return timeline.Target{}, notMine(ref)
	}
	return b.target(ctx, handle.AtIdentifier(), "", "")
}

func notMine(ref string) error {
	return timeline.Errorf(timeline.CodeNotMine, "%q is nothing of Bluesky", ref)
}

// resolveURL reads https://bsky.app/profile/<who>[/post/<rkey>].
func (b *Backend) resolveURL(ctx context.Context, ref string) (timeline.Target, error) {
	u, err := url.Parse(ref)
	if err != nil || !strings.EqualFold(u.Host, "bsky.app") {
		return timeline.Target{}, notMine(ref)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	const profileParts, postParts = 2, 4
	if len(parts) >= profileParts && parts[0] == "profile" {
		who, err := syntax.ParseAtIdentifier(parts[1])
		switch {
		case err != nil:
		case len(parts) == profileParts:
			return b.target(ctx, who, "", "")
		case len(parts) == postParts && parts[2] == "post":
			return b.target(ctx, who, postNSID, parts[3])
		}
	}
	return timeline.Target{}, timeline.Errorf(timeline.CodeUnsupported, "%s is neither a post nor a person", ref)
}

// target names a person, or a post of theirs when there is a record key.
func (b *Backend) target(ctx context.Context, who syntax.AtIdentifier, collection, rkey string) (timeline.Target, error) {
	if collection != "" && collection != postNSID && collection != repostNSID {
		return timeline.Target{}, timeline.Errorf(timeline.CodeUnsupported, "a record of %s is neither a post nor a person", collection)
	}
	did, err := b.resolveHandle(ctx, who)
	if err != nil {
		return timeline.Target{}, tried("handle "+who.String(), err)
	}
	if rkey == "" {
		return timeline.Target{Person: did.String()}, nil
	}
	id, ok := postID("at://" + did.String() + "/" + collection + "/" + rkey)
	if !ok {
		return timeline.Target{}, timeline.Errorf(timeline.CodeUsage, "%q names no post", rkey)
	}
	return timeline.Target{Post: id}, nil
}

// resolveHandle asks the server, which keeps an index
// (com.atproto.identity.resolveHandle).
func (b *Backend) resolveHandle(ctx context.Context, who syntax.AtIdentifier) (syntax.DID, error) {
	if who.IsDID() {
		return who.AsDID()
	}
	var out struct {
		DID string `json:"did"`
	}
	err := b.get(ctx, "com.atproto.identity.resolveHandle", map[string]any{"handle": who.Normalize().String()}, &out)
	if err != nil {
		return "", err
	}
	did, err := syntax.ParseDID(out.DID)
	if err != nil {
		return "", timeline.Errorf(timeline.CodeMalformed, "%s answered with no DID", b.host)
	}
	return did, nil
}
