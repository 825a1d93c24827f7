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
	"skein/e2e"
	"skein/e2e/crash/fault"
	"skein/e2e/crash/history"
)

// The collections that the person's posts and reactions are in.
const (
	collectionPost   = "app.bsky.feed.post"
	collectionLike   = "app.bsky.feed.like"
	collectionRepost = "app.bsky.feed.repost"
)

// shortSession is how long an access token lives where sessions are short: skein
// renews it in each command.
const shortSession = 5 * time.Second

// bluesky is the sandbox's servers, one of them with short sessions, or another
// that runs already.
type bluesky struct {
	proxy    *fault.Proxy
	server   Server
	sandbox  map[bool]*pds.Server // by whether sessions are short; empty for another
	did      string               // the person's
	somebody session
	subjects map[string]bool
}

// session is who writes, and with which token.
type session struct {
	DID   string `json:"did"`
	Token string `json:"accessJwt"`
}

func openBluesky(ctx context.Context, o Options) (Network, error) {
	b := &bluesky{sandbox: map[bool]*pds.Server{}}
	err := b.open(ctx, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open bluesky: %w", err), b.Close()) //nolint:contextcheck // as above
	}
	return b, nil
}

func (b *bluesky) open(ctx context.Context, o Options) (err error) {
	if o.Bluesky != nil {
		b.server = *o.Bluesky
	} else {
		for short, life := range map[bool]time.Duration{false: 0, true: shortSession} {
			if b.sandbox[short], err = pds.Start(people(), pds.Options{AccessTTL: life}); err != nil { //nolint:contextcheck // it lives until Close
				return err
			}
		}
		b.choose(false)
	}
	if b.proxy, err = fault.Start(b.server.URL, o.Counts); err != nil { //nolint:contextcheck // as above
		return err
	}
	me, err := b.signIn(ctx, b.server.Person)
	b.did = me.DID
	return err
}

// choose puts one of the sandbox's servers into use. People have the same names and
// passwords on both.
func (b *bluesky) choose(short bool) {
	s := b.sandbox[short]
	b.server = Server{
		URL:      s.URL(),
		Person:   Login{s.Handle(world.Viewer), s.AppPassword(world.Viewer)},
		Somebody: Login{s.Handle(somebody), s.AppPassword(somebody)},
	}
}

func (b *bluesky) signIn(ctx context.Context, l Login) (s session, err error) {
	err = e2e.Call(ctx, http.MethodPost, b.server.URL+"/xrpc/com.atproto.server.createSession", "",
		map[string]string{"identifier": l.Handle, "password": l.Password}, &s)
	return s, err
}

func (b *bluesky) Name() string            { return Bluesky }
func (b *bluesky) Proxies() []*fault.Proxy { return []*fault.Proxy{b.proxy} }

func (b *bluesky) SignIn() (stdin string, args []string) {
	return b.server.Person.Password, []string{"--handle", b.server.Person.Handle, "--pds", b.proxy.URL(), "--app-password-stdin"}
}

// Renew has whoever writes sign in anew, for their session may be over.
func (b *bluesky) Renew(ctx context.Context, v Servers) (err error) {
	if len(b.sandbox) > 0 {
		b.choose(v.ShortSessions)
		b.proxy.Stand(b.server.URL)
	}
	b.subjects = map[string]bool{}
	b.somebody, err = b.signIn(ctx, b.server.Somebody)
	return err
}

func (b *bluesky) Close() error {
	if b.proxy != nil {
		b.proxy.Close()
	}
	var errs []error
	for _, s := range b.sandbox {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
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
	err := e2e.Call(ctx, http.MethodPost, b.server.URL+"/xrpc/com.atproto.repo.createRecord", by.Token, map[string]any{
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
		if err := e2e.Call(ctx, http.MethodGet, b.server.URL+"/xrpc/com.atproto.repo.listRecords?"+query.Encode(), "", nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if page.Cursor == "" || len(page.Records) == 0 {
			return all, nil
		}
		query.Set("cursor", page.Cursor)
	}
}
