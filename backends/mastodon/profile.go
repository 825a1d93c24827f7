package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// Profile implements timeline.Profiler. The id is user@host.
//
// Source: docs.joinmastodon.org/methods/accounts#lookup
func (b *Backend) Profile(ctx context.Context, id string) (*timeline.Profile, error) {
	what := "profile of " + timeline.CleanLine(id).String()
	a, err := b.open(ctx)
	if err != nil {
		return nil, b.failed(what, err)
	}
	person, err := b.person(ctx, a, id)
	if err != nil {
		return nil, b.failed(what, err)
	}
	p := b.decode.profile(person)
	// A server without relationships still has a profile worth showing.
	if known, err := a.GetAccountRelationships(ctx, []string{string(person.ID)}); err == nil {
		for _, r := range known {
			if r != nil && r.ID == person.ID {
				p.Followed, p.FollowedBy, p.Requested = r.Following, r.FollowedBy, r.Requested
				p.Muted, p.Blocked = r.Muting, r.Blocking
			}
		}
	}
	return p, nil
}

// ProfilePosts implements timeline.Profiler.
//
// Source: docs.joinmastodon.org/methods/accounts#statuses
func (b *Backend) ProfilePosts(ctx context.Context, id string, p timeline.Page) (timeline.Batch, error) {
	what := "posts of " + timeline.CleanLine(id).String()
	sid, err := b.personOnServer(ctx, id)
	if err != nil {
		return timeline.Batch{}, b.failed(what, err)
	}
	return b.read(ctx, feed{name: what, path: "/api/v1/accounts/" + sid + "/statuses"}, p)
}

// personOnServer is the server's own id of a person.
func (b *Backend) personOnServer(ctx context.Context, id string) (string, error) {
	if sid, known := b.people.get(id); known {
		return sid, nil
	}
	a, err := b.open(ctx)
	if err != nil {
		return "", err
	}
	who, err := b.person(ctx, a, id)
	if err != nil {
		return "", err
	}
	return string(who.ID), nil
}

// person finds an account by user@host: among those the server knows, else by
// having it look at the other server.
func (b *Backend) person(ctx context.Context, a *api, id string) (*masto.Account, error) {
	id = strings.TrimPrefix(id, "@")
	if b.decode.personID(id) == "" {
		return nil, timeline.Errorf(timeline.CodeUsage, "%s: %s is no handle of a person: user@host", b.base.Host, id)
	}
	found, err := a.AccountLookup(ctx, b.decode.acct(id))
	if err != nil && failure("", b.base.Host, err).Code == timeline.CodeNotFound {
		found, err = b.searchPerson(ctx, a, id)
	}
	if err != nil {
		return nil, err
	}
	if !validID(string(found.ID)) {
		return nil, timeline.Errorf(timeline.CodeMalformed, "%s: the answer is no person", b.base.Host)
	}
	b.people.put(id, string(found.ID))
	return found, nil
}

func (b *Backend) searchPerson(ctx context.Context, a *api, id string) (*masto.Account, error) {
	results, err := a.Search(ctx, "@"+id, true)
	if err != nil {
		return nil, err
	}
	for _, r := range results.Accounts {
		if r != nil && strings.EqualFold(b.decode.personID(r.Acct), id) {
			return r, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "%s: nobody is called %s", b.base.Host, id)
}

// profile converts an account.
//
// Source: docs.joinmastodon.org/entities/Account
func (d *decoder) profile(a *masto.Account) *timeline.Profile {
	p := &timeline.Profile{
		Network:   timeline.Mastodon,
		Author:    d.author(a),
		Bio:       d.text(a.Note, a.Emojis, nil),
		Banner:    webAddress(a.HeaderStatic),
		Created:   utc(a.CreatedAt),
		Posts:     count(a.StatusesCount),
		Following: count(a.FollowingCount),
		Followers: count(a.FollowersCount),
		Locked:    a.Locked,
	}
	if a.Moved != nil {
		p.Moved = d.handle(a.Moved.Acct)
	}
	for _, f := range a.Fields {
		p.Fields = append(p.Fields, timeline.Field{
			Name:     timeline.CleanLine(f.Name),
			Value:    d.text(f.Value, a.Emojis, nil),
			Verified: !f.VerifiedAt.IsZero(),
		})
	}
	return p
}

// searchStatus has the server find a post by its address.
//
// Source: docs.joinmastodon.org/methods/search#v2
func (b *Backend) searchStatus(ctx context.Context, a *api, address string) (*status, error) {
	var found struct {
		Statuses []json.RawMessage `json:"statuses"`
	}
	q := url.Values{"q": {address}, "resolve": {"true"}, "type": {"statuses"}, "limit": {"5"}}
	if err := a.get(ctx, "/api/v2/search", q, &found); err != nil {
		return nil, err
	}
	for _, raw := range found.Statuses {
		if st := decodeStatus(raw); st != nil {
			b.decode.remember(st)
			return st, nil
		}
	}
	return nil, timeline.Errorf(timeline.CodeNotFound, "%s: finds no post at %s", b.base.Host, address)
}
