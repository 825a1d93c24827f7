package bluesky

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

// subject is a post that an intent refers to, as it is now.
type subject struct {
	reference
	Root       *reference `json:"root,omitempty"` // of the thread that it answers in; nil for a first post
	Like       string     `json:"like,omitempty"` // the viewer's own records, as the AppView knows them
	Repost     string     `json:"repost,omitempty"`
	Bookmarked bool       `json:"bookmarked,omitempty"`
	NoReplies  bool       `json:"no_replies,omitempty"` // the viewer may not
	NoQuotes   bool       `json:"no_quotes,omitempty"`
}

// subjectOf reads the post that an intent refers to from the AppView, and one of
// the person's own, which that may not have yet, from the PDS.
func (b *Backend) subjectOf(ctx context.Context, id timeline.ID) (subject, error) {
	uri, err := own(id)
	if err != nil {
		return subject{}, err
	}
	if uri.Collection() != postNSID {
		return subject{}, timeline.Errorf(timeline.CodeNotFound, "%s is no post", uri)
	}
	s, err := b.viewedSubject(ctx, uri)
	if timeline.CodeOf(err) != timeline.CodeNotFound || uri.Authority().String() != b.did {
		return s, tried("post "+uri.String(), err)
	}
	kept, err := b.kept(ctx, uri.String())
	switch {
	case err != nil:
		return subject{}, tried("post "+uri.String(), err)
	case kept == nil:
		return subject{}, timeline.Errorf(timeline.CodeNotFound, "the post %s is gone", uri)
	}
	return subject{reference: reference{uri.String(), kept.CID}, Root: rootOf(kept.Value)}, nil
}

func (b *Backend) viewedSubject(ctx context.Context, uri syntax.ATURI) (subject, error) {
	var out struct {
		Posts []struct {
			reference
			Record json.RawMessage `json:"record"`
			Viewer struct {
				Like       string `json:"like"`
				Repost     string `json:"repost"`
				Bookmarked bool   `json:"bookmarked"`
				NoReplies  bool   `json:"replyDisabled"`
				NoQuotes   bool   `json:"embeddingDisabled"`
			} `json:"viewer"`
		} `json:"posts"`
	}
	if err := b.get(ctx, "app.bsky.feed.getPosts", map[string]any{"uris": []string{uri.String()}}, &out); err != nil {
		return subject{}, err
	}
	for _, p := range out.Posts {
		if p.URI != uri.String() || validCID(p.CID) == "" {
			continue
		}
		return subject{
			reference: p.reference, Root: rootOf(p.Record), Like: p.Viewer.Like, Repost: p.Viewer.Repost,
			Bookmarked: p.Viewer.Bookmarked, NoReplies: p.Viewer.NoReplies, NoQuotes: p.Viewer.NoQuotes,
		}, nil
	}
	return subject{}, timeline.Errorf(timeline.CodeNotFound, "%s has no such post", b.host)
}

// rootOf is the first post of the thread that a post answers in.
func rootOf(record json.RawMessage) *reference {
	var r struct {
		Reply struct {
			Root reference `json:"root"`
		} `json:"reply"`
	}
	if json.Unmarshal(record, &r) != nil || validCID(r.Reply.Root.CID) == "" {
		return nil
	}
	if _, ok := postID(r.Reply.Root.URI); !ok {
		return nil
	}
	return &r.Reply.Root
}

// keptRecord is a record of the person's own repository.
type keptRecord struct {
	URI   string          `json:"uri"`
	CID   string          `json:"cid"`
	Value json.RawMessage `json:"value"`
}

// collection and rkey are the parts of its name, which was found valid.
func (r keptRecord) collection() string { return syntax.ATURI(r.URI).Collection().String() }
func (r keptRecord) rkey() string       { return syntax.ATURI(r.URI).RecordKey().String() }

// kept reads a record of the person's own from the PDS, which has the last word
// (com.atproto.repo.getRecord). nil without an error means that it is surely not
// there: any other failure is one of reading.
func (b *Backend) kept(ctx context.Context, uri string) (*keptRecord, error) {
	u, err := syntax.ParseATURI(uri)
	if err != nil || u.Authority().String() != b.did || u.RecordKey() == "" {
		return nil, timeline.Errorf(timeline.CodeRefused, "%s is no record of %s", uri, b.account.Handle)
	}
	var out keptRecord
	err = b.get(ctx, "com.atproto.repo.getRecord", map[string]any{
		"repo": b.did, "collection": u.Collection().String(), "rkey": u.RecordKey().String(),
	}, &out)
	var api *apiError
	if errors.As(err, &api) && api.status == http.StatusBadRequest &&
		(api.name == "RecordNotFound" || strings.HasPrefix(api.message, "Could not locate record")) {
		return nil, nil //nolint:nilnil // not there is an answer
	}
	if err != nil {
		return nil, err
	}
	if out.URI != uri || validCID(out.CID) == "" {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s answered with another record", b.host)
	}
	return &out, nil
}

// pointing finds the person's own records of a collection that point at a post or
// a person: the one that the AppView claims, if it is still there, and what the
// last hundred hold, for the AppView lags behind.
func (b *Backend) pointing(ctx context.Context, collection, at, claimed string) ([]string, error) {
	var found []string
	if u, err := syntax.ParseATURI(claimed); err == nil && u.Authority().String() == b.did && u.Collection().String() == collection {
		r, err := b.kept(ctx, u.String())
		if err != nil {
			return nil, err
		}
		if r != nil && subjectIn(r.Value) == at {
			found = append(found, r.URI)
		}
	}
	const recent = 100
	records, _, err := b.listRecords(ctx, collection, "", recent)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		if subjectIn(r.Value) == at && !slices.Contains(found, r.URI) {
			found = append(found, r.URI)
		}
	}
	return found, nil
}

// subjectIn is what a like, a repost (a strong reference), a follow or a block (a
// DID) points at.
func subjectIn(record json.RawMessage) string {
	var r struct {
		Subject json.RawMessage `json:"subject"`
	}
	if json.Unmarshal(record, &r) != nil {
		return ""
	}
	var plain string
	if json.Unmarshal(r.Subject, &plain) == nil {
		return plain
	}
	var ref reference
	if json.Unmarshal(r.Subject, &ref) != nil {
		return ""
	}
	return ref.URI
}
