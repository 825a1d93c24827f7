package stage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
)

// The collections that the person's posts and reactions are in.
const (
	collectionPost   = "app.bsky.feed.post"
	collectionLike   = "app.bsky.feed.like"
	collectionRepost = "app.bsky.feed.repost"
)

// bluesky is the sandbox's server, or another that runs already.
type bluesky struct {
	proxy    *fault.Proxy
	server   Server
	sandbox  *pds.Server // nil for another
	did      string      // the person's
	somebody session
	subjects map[string]bool
}

// session is who writes, and with which token.
type session struct {
	DID   string `json:"did"`
	Token string `json:"accessJwt"`
}

func openBluesky(ctx context.Context, o Options) (Network, error) {
	b := &bluesky{}
	if o.Bluesky != nil {
		b.server = *o.Bluesky
	} else {
		var err error
		if b.sandbox, err = pds.Start(people(), pds.Options{}); err != nil { //nolint:contextcheck // it lives until Close
			return nil, fmt.Errorf("open bluesky: %w", err)
		}
		b.server = Server{
			URL:      b.sandbox.URL(),
			Person:   Login{b.sandbox.Handle(world.Viewer), b.sandbox.AppPassword(world.Viewer)},
			Somebody: Login{b.sandbox.Handle(somebody), b.sandbox.AppPassword(somebody)},
		}
	}
	var err error
	if b.proxy, err = fault.Start(b.server.URL, o.Counts); err != nil { //nolint:contextcheck // as above
		return nil, errors.Join(fmt.Errorf("open bluesky: %w", err), b.Close()) //nolint:contextcheck // as above
	}
	me, err := b.signIn(ctx, b.server.Person)
	if err == nil {
		b.did = me.DID
		b.somebody, err = b.signIn(ctx, b.server.Somebody)
	}
	if err != nil {
		return nil, errors.Join(err, b.Close()) //nolint:contextcheck // it has to be closed whatever ends ctx
	}
	return b, nil
}

func (b *bluesky) signIn(ctx context.Context, l Login) (s session, err error) {
	err = call(ctx, http.MethodPost, b.server.URL+"/xrpc/com.atproto.server.createSession", "",
		map[string]string{"identifier": l.Handle, "password": l.Password}, &s)
	return s, err
}

func (b *bluesky) Name() string            { return Bluesky }
func (b *bluesky) Proxies() []*fault.Proxy { return []*fault.Proxy{b.proxy} }

func (b *bluesky) SignIn() (stdin string, args []string) {
	return b.server.Person.Password, []string{"--handle", b.server.Person.Handle, "--pds", b.proxy.URL(), "--app-password-stdin"}
}

func (b *bluesky) Renew(context.Context, Variant) error {
	b.subjects = map[string]bool{}
	return nil
}

func (b *bluesky) Close() error {
	if b.proxy != nil {
		b.proxy.Close()
	}
	if b.sandbox != nil {
		return b.sandbox.Close()
	}
	return nil
}

func (b *bluesky) Write(ctx context.Context, text string) (Subject, error) {
	uri, err := b.post(ctx, b.somebody, text)
	if err == nil {
		b.subjects[uri] = true
	}
	return Subject{Ref: uri, ID: uri}, err
}

// post publishes a post and returns its URI.
func (b *bluesky) post(ctx context.Context, by session, text string) (string, error) {
	var made struct{ URI string }
	err := call(ctx, http.MethodPost, b.server.URL+"/xrpc/com.atproto.repo.createRecord", by.Token, map[string]any{
		"repo": by.DID, "collection": collectionPost,
		"record": map[string]any{"$type": collectionPost, "text": text, "createdAt": time.Now().UTC().Format(time.RFC3339)},
	}, &made)
	return made.URI, err
}

// record is one of a repository. The subject is of likes and reposts.
type record struct {
	URI   string `json:"uri"`
	Value struct {
		Text    string `json:"text"`
		Subject struct {
			URI string `json:"uri"`
		} `json:"subject"`
		Reply struct {
			Parent struct {
				URI string `json:"uri"`
			} `json:"parent"`
		} `json:"reply"`
	} `json:"value"`
}

func (b *bluesky) Read(ctx context.Context, seed int64) (history.Truth, error) {
	var truth history.Truth
	posts, err := b.records(ctx, collectionPost)
	if err != nil {
		return truth, err
	}
	for _, r := range posts {
		if of(seed, r.Value.Text) {
			truth.Posts = append(truth.Posts, history.Post{Network: Bluesky, ID: r.URI, Text: r.Value.Text, Parent: r.Value.Reply.Parent.URI})
		}
	}
	for kind, collection := range map[string]string{history.KindLike: collectionLike, history.KindBoost: collectionRepost} {
		reactions, err := b.records(ctx, collection)
		if err != nil {
			return truth, err
		}
		for _, r := range reactions {
			if on := r.Value.Subject.URI; b.subjects[on] {
				truth.Reactions = append(truth.Reactions, history.Reaction{Network: Bluesky, Kind: kind, On: on})
			}
		}
	}
	return truth, nil
}

// records are all of one collection of the person's repository.
func (b *bluesky) records(ctx context.Context, collection string) ([]record, error) {
	var all []record
	query := url.Values{"repo": {b.did}, "collection": {collection}, "limit": {"100"}}
	for {
		var page struct {
			Cursor  string   `json:"cursor"`
			Records []record `json:"records"`
		}
		if err := call(ctx, http.MethodGet, b.server.URL+"/xrpc/com.atproto.repo.listRecords?"+query.Encode(), "", nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if page.Cursor == "" || len(page.Records) == 0 {
			return all, nil
		}
		query.Set("cursor", page.Cursor)
	}
}
