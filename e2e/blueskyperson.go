package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// indexWithin bounds the time from a write on the PDS to its place in the
// AppView's answers.
const indexWithin = 15 * time.Second

// BlueskyPerson is somebody with an account on the network, who uses another
// client than skein.
type BlueskyPerson struct {
	DID      string `json:"did"`
	Handle   string `json:"handle"`
	Password string `json:"-"`

	token   string
	pds     string
	appview string
}

// BlueskyRef names one version of one record.
type BlueskyRef struct {
	URI string `json:"uri"`
	CID string `json:"cid"`
}

// BlueskyPost is what a timeline says of a post.
type BlueskyPost struct {
	BlueskyRef
	Author struct {
		Handle string `json:"handle"`
	} `json:"author"`
	Record struct {
		Text string `json:"text"`
	} `json:"record"`
	LikeCount  int `json:"likeCount"`
	ReplyCount int `json:"replyCount"`
}

// Join makes an account: name becomes the handle name.test.
func (b *Bluesky) Join(t testing.TB, name string) *BlueskyPerson {
	t.Helper()
	person := &BlueskyPerson{Password: "correct horse " + name, pds: b.PDS, appview: b.AppView}
	var session struct {
		BlueskyPerson
		AccessJWT string `json:"accessJwt"`
	}
	callJSON(t, http.MethodPost, b.PDS+"/xrpc/com.atproto.server.createAccount", "", map[string]string{
		"handle": name + ".test", "email": name + "@example.test", "password": person.Password,
	}, &session)
	person.DID, person.Handle, person.token = session.DID, session.Handle, session.AccessJWT
	return person
}

// AppPassword makes a password for one application.
func (p *BlueskyPerson) AppPassword(t testing.TB, application string) string {
	t.Helper()
	var made struct {
		Password string `json:"password"`
	}
	p.procedure(t, "com.atproto.server.createAppPassword", map[string]string{"name": application}, &made)
	return made.Password
}

// Names sets the display name.
func (p *BlueskyPerson) Names(t testing.TB, name string) {
	t.Helper()
	p.procedure(t, "com.atproto.repo.putRecord", map[string]any{
		"repo": p.DID, "collection": "app.bsky.actor.profile", "rkey": "self",
		"record": map[string]any{"$type": "app.bsky.actor.profile", "displayName": name},
	}, nil)
}

// Posts publishes a post now.
func (p *BlueskyPerson) Posts(t testing.TB, text string) BlueskyRef {
	t.Helper()
	return p.create(t, "app.bsky.feed.post", map[string]any{"text": text})
}

// Replies answers parent in the thread that root started.
func (p *BlueskyPerson) Replies(t testing.TB, root, parent BlueskyRef, text string) BlueskyRef {
	t.Helper()
	return p.create(t, "app.bsky.feed.post", map[string]any{
		"text": text, "reply": map[string]any{"root": root, "parent": parent},
	})
}

// Likes likes a post.
func (p *BlueskyPerson) Likes(t testing.TB, post BlueskyRef) BlueskyRef {
	t.Helper()
	return p.create(t, "app.bsky.feed.like", map[string]any{"subject": post})
}

// Follows follows the others and returns when their posts would be in the home
// timeline.
func (p *BlueskyPerson) Follows(t testing.TB, others ...*BlueskyPerson) {
	t.Helper()
	for _, other := range others {
		p.create(t, "app.bsky.graph.follow", map[string]any{"subject": other.DID})
		Eventually(t, indexWithin, p.Handle+" follows "+other.Handle, func(ctx context.Context) error {
			var profile struct {
				Viewer struct {
					Following string `json:"following"`
				} `json:"viewer"`
			}
			err := Call(ctx, http.MethodGet,
				p.pds+"/xrpc/app.bsky.actor.getProfile?actor="+url.QueryEscape(other.DID), p.token, nil, &profile)
			if err == nil && profile.Viewer.Following == "" {
				err = errNotYet
			}
			return err
		})
	}
}

// Timeline is the home timeline as the server gives it, newest first.
func (p *BlueskyPerson) Timeline(ctx context.Context) ([]BlueskyPost, error) {
	var page struct {
		Feed []struct {
			Post BlueskyPost `json:"post"`
		} `json:"feed"`
	}
	if err := Call(ctx, http.MethodGet, p.pds+"/xrpc/app.bsky.feed.getTimeline?limit=100", p.token, nil, &page); err != nil {
		return nil, err
	}
	posts := make([]BlueskyPost, len(page.Feed))
	for i, item := range page.Feed {
		posts[i] = item.Post
	}
	return posts, nil
}

// AwaitPost returns when the home timeline has the post, and how long that took.
func (p *BlueskyPerson) AwaitPost(t testing.TB, post BlueskyRef) time.Duration {
	t.Helper()
	return Eventually(t, indexWithin, "the timeline of "+p.Handle+" has "+post.URI, func(ctx context.Context) error {
		return p.inTimeline(ctx, post)
	})
}

// HasIndexed returns once the person's followers could read the post, and nil; or
// why that cannot be told.
func (p *BlueskyPerson) HasIndexed(ctx context.Context, post BlueskyRef) error {
	_, err := until(ctx, indexWithin, func(ctx context.Context) error {
		var found struct {
			Posts []BlueskyPost `json:"posts"`
		}
		address := p.appview + "/xrpc/app.bsky.feed.getPosts?uris=" + url.QueryEscape(post.URI)
		err := Call(ctx, http.MethodGet, address, "", nil, &found)
		if err == nil && len(found.Posts) == 0 {
			err = errNotYet
		}
		return err
	})
	return err
}

func (p *BlueskyPerson) inTimeline(ctx context.Context, post BlueskyRef) error {
	posts, err := p.Timeline(ctx)
	if err != nil {
		return err
	}
	for _, found := range posts {
		if found.URI == post.URI {
			return nil
		}
	}
	return errNotYet
}

func (p *BlueskyPerson) create(t testing.TB, collection string, record map[string]any) BlueskyRef {
	t.Helper()
	made, err := p.Write(t.Context(), collection, record)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// Write makes any record of a collection now, and ends no test when it cannot:
// for what somebody else's test calls.
func (p *BlueskyPerson) Write(ctx context.Context, collection string, record map[string]any) (BlueskyRef, error) {
	record["$type"] = collection
	record["createdAt"] = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	var made BlueskyRef
	err := Call(ctx, http.MethodPost, p.pds+"/xrpc/com.atproto.repo.createRecord", p.token, map[string]any{
		"repo": p.DID, "collection": collection, "record": record,
	}, &made)
	return made, err
}

// Delete removes the record at://did/collection/key.
func (p *BlueskyPerson) Delete(ctx context.Context, uri string) error {
	parts := strings.Split(uri, "/")
	const uriParts = 5
	if len(parts) != uriParts {
		return fmt.Errorf("%q names no record", uri)
	}
	return Call(ctx, http.MethodPost, p.pds+"/xrpc/com.atproto.repo.deleteRecord", p.token, map[string]string{
		"repo": p.DID, "collection": parts[3], "rkey": parts[4],
	}, nil)
}

func (p *BlueskyPerson) procedure(t testing.TB, method string, body, into any) {
	t.Helper()
	callJSON(t, http.MethodPost, p.pds+"/xrpc/"+method, p.token, body, into)
}
