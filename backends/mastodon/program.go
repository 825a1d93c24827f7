package mastodon

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"skein/timeline"
)

// program is the software that a server runs, as nodeinfo names it. The zero value
// is one that is not known.
type program struct {
	Name    string `json:"name,omitempty"` // lower case
	Version string `json:"version,omitempty"`
}

// How long a request may be repeated under its key: well within the time for which
// the server remembers it, for the two clocks may differ and a request takes a while.
const (
	keyLifeMastodon = 50 * time.Minute             // of an hour
	keyLifePleroma  = 5*time.Hour + 50*time.Minute // of six
)

// keyLife is how long the server surely remembers an Idempotency-Key; 0: not at all.
//
// Source: Mastodon's app/services/post_status_service.rb, Pleroma's
// lib/pleroma/web/plugs/idempotency_plug.ex; GoToSocial and Pixelfed have none.
func (p program) keyLife() time.Duration {
	switch p.Name {
	case "mastodon":
		return keyLifeMastodon
	case "pleroma", "akkoma":
		return keyLifePleroma
	}
	return 0
}

// locks tells whether the server keeps a repeat apart from a first request that it
// is still working on. Others look for the key before they write the post and store
// it after, so that a repeat in between becomes a second post.
//
// Source: github.com/mastodon/mastodon/pull/37879, in Mastodon 4.6.0
func (p program) locks() bool {
	const major, minor = 4, 6
	is, rest, _ := strings.Cut(p.Version, ".")
	below, _, _ := strings.Cut(rest, ".")
	x, err := strconv.Atoi(is)
	y, err2 := strconv.Atoi(below)
	return p.Name == "mastodon" && err == nil && err2 == nil && (x > major || x == major && y >= minor) &&
		!strings.Contains(p.Version, "-") // what is not released yet may be older than its number
}

// countsShort tells whether the server counts an address, and a mention, as less
// than it is. GoToSocial says so of addresses and counts all the same.
func (p program) countsShort() bool { return p.Name != "gotosocial" }

// Learn implements timeline.Learner: the instance and the software.
func (b *Backend) Learn(ctx context.Context) error {
	a, err := b.open(ctx)
	if err == nil {
		_, err = b.facts(ctx, a)
	}
	if err == nil {
		_, err = b.software(ctx, a)
	}
	if err != nil {
		return b.failed("facts of the server", err)
	}
	return nil
}

// software asks nodeinfo once, and again only when that failed. A server without
// nodeinfo runs an unknown program; so it seems of one whose nodeinfo is no sense,
// for as long as it is.
func (b *Backend) software(ctx context.Context, a *api) (program, error) {
	b.mu.Lock()
	known := b.runs
	b.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	code := func(err error) timeline.Code { return failure("", a.base.Host, err).Code }
	p, err := newAnonymous(a).nodeinfo(ctx)
	if err != nil && code(err) == timeline.CodeMalformed {
		// What stands in between may have answered, such as a hotel's front page: taken for
		// a program without idempotency, the server would get posts that nobody can confirm.
		p, err = newAnonymous(a).nodeinfo(ctx)
	}
	if err != nil {
		switch code(err) {
		case timeline.CodeNotFound, timeline.CodeRefused, timeline.CodeAuth:
		case timeline.CodeMalformed:
			return program{}, nil // and asked again the next time
		default:
			return program{}, err
		}
	}
	b.mu.Lock()
	b.runs = &p
	b.mu.Unlock()
	return p, nil
}

// nodeinfo reads the document that the server points to. It is read from this
// server, whatever host the link names.
//
// Source: nodeinfo.diaspora.software/protocol.html
func (a *api) nodeinfo(ctx context.Context) (program, error) {
	var index struct {
		Links []struct {
			Rel  string `json:"rel"`
			Href string `json:"href"`
		} `json:"links"`
	}
	if err := a.get(ctx, "/.well-known/nodeinfo", nil, &index); err != nil {
		return program{}, err
	}
	for _, l := range index.Links {
		u, err := url.Parse(l.Href)
		if err != nil || !strings.HasPrefix(u.Path, "/") || !strings.HasPrefix(l.Rel, "http://nodeinfo.diaspora.software/ns/schema/") {
			continue
		}
		var info struct {
			Software program `json:"software"`
		}
		if err := a.get(ctx, u.Path, nil, &info); err != nil {
			return program{}, err
		}
		return program{
			Name:    strings.ToLower(timeline.CleanLine(info.Software.Name).String()),
			Version: timeline.CleanLine(info.Software.Version).String(),
		}, nil
	}
	return program{}, nil
}

// softwareName is the program's name and version, or what the instance says where
// there is no nodeinfo.
func (b *Backend) softwareName(ctx context.Context, a *api, f *facts) timeline.Safe {
	p, err := b.software(ctx, a)
	if err != nil || p.Name == "" {
		return timeline.CleanLine("mastodon API " + f.version)
	}
	return timeline.CleanLine(p.Name + " " + p.Version)
}
