package mastodon

import (
	"context"
	"net/url"
	"path"
	"regexp"
	"strings"

	"skein/timeline"
)

// Resolve implements timeline.Resolver. It takes addresses of posts and people on
// servers of this network, @user@host, user@host, and @user for somebody on the
// own server. Only posts cost a request.
func (b *Backend) Resolve(ctx context.Context, ref string) (timeline.Target, error) {
	ref = strings.TrimSpace(ref)
	u, err := url.Parse(ref)
	isAddress := err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
	switch {
	case isAddress && validURI(ref):
		return b.resolveAddress(ctx, u)
	case !strings.Contains(ref, ":"):
		if id := b.resolveHandle(ref); id != "" {
			return timeline.Target{Person: id}, nil
		}
	}
	return timeline.Target{}, notMine(ref)
}

func notMine(ref string) error {
	return timeline.Errorf(timeline.CodeNotMine, "no address or handle of a Mastodon server: %s", ref)
}

// resolveHandle reads a handle. @name.tld without a second @ is how another
// network writes its own.
func (b *Backend) resolveHandle(ref string) string {
	handle, marked := strings.CutPrefix(ref, "@")
	_, host, full := strings.Cut(handle, "@")
	if full && strings.Contains(host, ".") || full && host == b.decode.domain {
		return b.decode.personID(handle)
	}
	if marked && !full && !strings.Contains(handle, ".") {
		return b.decode.personID(handle)
	}
	return ""
}

func (b *Backend) resolveAddress(ctx context.Context, u *url.URL) (timeline.Target, error) {
	if foreign(u) {
		return timeline.Target{}, notMine(u.Redacted())
	}
	if user := personPath(u.Path); user != "" {
		host := u.Host
		if b.local(u) {
			host = b.decode.domain
		}
		if !strings.Contains(user, "@") {
			user += "@" + host
		}
		if id := b.decode.personID(user); id != "" {
			return timeline.Target{Person: id}, nil
		}
	}
	known := timeline.ID{Network: timeline.Mastodon, Local: u.String()}
	if _, ok := b.decode.index.ids.get(known.Local); ok {
		return timeline.Target{Post: known}, nil
	}
	local := b.local(u) && localStatusID(u.Path) != ""
	if !local && !postPath(u.Path) {
		return timeline.Target{}, notMine(u.Redacted())
	}
	st, err := b.resolveStatus(ctx, u, local)
	if err != nil {
		return timeline.Target{}, b.failed("look for "+timeline.CleanLine(u.Redacted()).String(), err)
	}
	b.decode.remember(st)
	return timeline.Target{Post: b.decode.id(st)}, nil
}

func (b *Backend) resolveStatus(ctx context.Context, u *url.URL, local bool) (*status, error) {
	a, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	if local {
		return b.statusByID(ctx, a, localStatusID(u.Path))
	}
	return b.searchStatus(ctx, a, u.String())
}

// local tells whether an address is on the own server.
func (b *Backend) local(u *url.URL) bool {
	return strings.EqualFold(u.Host, b.base.Host) || strings.EqualFold(u.Host, b.decode.domain)
}

// foreign tells addresses of other networks' web clients by what they hold.
func foreign(u *url.URL) bool {
	if host := strings.ToLower(u.Hostname()); host == "bsky.app" || strings.HasSuffix(host, ".bsky.app") {
		return true
	}
	for part := range strings.SplitSeq(strings.ToLower(u.Path+"/"+u.Fragment), "/") {
		for _, prefix := range []string{"nevent1", "note1", "npub1", "nprofile1", "naddr1", "did:"} {
			if strings.HasPrefix(part, prefix) {
				return true
			}
		}
	}
	return false
}

// personPath is the user in /@user, /@user@host or /users/user.
func personPath(p string) string {
	parts := strings.Split(strings.Trim(p, "/"), "/")
	switch {
	case len(parts) == 1 && strings.HasPrefix(parts[0], "@"):
		return strings.TrimPrefix(parts[0], "@")
	case len(parts) == 2 && parts[0] == "users":
		return parts[1]
	}
	return ""
}

// localStatusID is the server's own id in the path of one of its posts:
// /@user/ID, /users/user/statuses/ID, /ap/users/N/statuses/ID, /@user/statuses/ID,
// /statuses/ID, /notice/ID. A Pleroma /objects/UUID holds none.
func localStatusID(p string) string {
	dir, id := path.Split(strings.TrimSuffix(strings.Trim(p, "/"), "/activity"))
	dir = strings.TrimSuffix(dir, "/")
	parent := path.Base(dir)
	if !validID(id) {
		return ""
	}
	if parent == "statuses" || parent == "notice" || strings.HasPrefix(parent, "@") && !strings.Contains(dir, "/") {
		return id
	}
	return ""
}

// postPath tells whether a path on some server looks like a post's: Mastodon,
// GoToSocial, Pleroma, Misskey, Pixelfed, Friendica, PeerTube, Lemmy.
func postPath(p string) bool {
	return postShape().MatchString(p)
}

func postShape() *regexp.Regexp {
	return regexp.MustCompile(`^/(` + strings.Join([]string{
		`@[^/]+/(statuses/)?[0-9A-Za-z]+`,
		`(ap/)?users/[^/]+/statuses/[^/]+(/activity)?`,
		`(notes|notice|objects|activities|display|post|comment)/[^/]+`,
		`p/[^/]+/[0-9]+`,
		`(w|videos/watch)/[^/]+`,
	}, "|") + `)/?$`)
}
