package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// The most entries that Mastodon gives at once.
const (
	mostPeople = 80
	mostPosts  = pageSize
)

// list is one of the account's lists on the server.
type list struct {
	path string
	most int
	// is marks a person as what those in the list are; nil for posts.
	is func(*timeline.Profile)
	// byID tells that the entries' own ids are its positions. All others page by the ids
	// of ties, of which only the Link header knows.
	byID bool
}

// List implements timeline.Lister: one request, and before the first list of its own
// account's posts or follows one that says who that is. Of people it tells what the
// list says of them; whether they follow back would need another request.
//
// A list that ends for the server ends here, and a server that goes in circles is an
// error: what follows is not known, and must not be taken for all.
//
// Source: docs.joinmastodon.org/methods/accounts#statuses, #following,
// docs.joinmastodon.org/methods/mutes, /blocks, /bookmarks, /favourites
func (b *Backend) List(ctx context.Context, l timeline.List, p timeline.Page) (timeline.Listing, error) {
	out, err := b.list(ctx, l, p)
	if err != nil {
		return timeline.Listing{}, b.failed("list of "+timeline.CleanLine(string(l)).String(), err)
	}
	return out, nil
}

func (b *Backend) list(ctx context.Context, name timeline.List, p timeline.Page) (timeline.Listing, error) {
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Listing{}, err
	}
	l, err := b.listed(ctx, a, name)
	if err != nil {
		return timeline.Listing{}, err
	}
	return b.listing(ctx, a, l, p)
}

// listing reads a page of a list.
func (b *Backend) listing(ctx context.Context, a *api, l list, p timeline.Page) (timeline.Listing, error) {
	target, err := b.aim(l, p)
	if err != nil {
		return timeline.Listing{}, err
	}
	got, err := a.ask(ctx, http.MethodGet, target)
	if err != nil {
		return timeline.Listing{}, err
	}
	switch {
	case got.good():
	case got.missing():
		return timeline.Listing{}, timeline.Errorf(timeline.CodeUnsupported, "%s has no such list", b.base.Host)
	default:
		return timeline.Listing{}, got.fault(b.base.Host)
	}
	var raws []json.RawMessage
	if err := json.Unmarshal(got.body, &raws); err != nil {
		return timeline.Listing{}, err
	}
	out := b.entries(l, raws)
	if out.Older, err = b.below(l, p.Before, got.header, out.low); err != nil {
		return timeline.Listing{}, err
	}
	return out.Listing, nil
}

// listed is the list of a name.
func (b *Backend) listed(ctx context.Context, a *api, name timeline.List) (list, error) {
	switch name {
	case timeline.ListMutes:
		return list{path: "/api/v1/mutes", most: mostPeople, is: func(p *timeline.Profile) { p.Muted = true }}, nil
	case timeline.ListBlocks:
		return list{path: "/api/v1/blocks", most: mostPeople, is: func(p *timeline.Profile) { p.Blocked = true }}, nil
	case timeline.ListBookmarks:
		return list{path: "/api/v1/bookmarks", most: mostPosts}, nil
	case timeline.ListLikes:
		return list{path: "/api/v1/favourites", most: mostPosts}, nil
	case timeline.ListPosts, timeline.ListFollows:
		me, err := b.self(ctx, a)
		if err != nil {
			return list{}, err
		}
		if name == timeline.ListPosts {
			return list{path: "/api/v1/accounts/" + me + "/statuses", most: mostPosts, byID: true}, nil
		}
		return list{
			path: "/api/v1/accounts/" + me + "/following", most: mostPeople,
			is: func(p *timeline.Profile) { p.Followed = true },
		}, nil
	}
	return list{}, timeline.Errorf(timeline.CodeUnsupported, "%s: there is no such list", b.base.Host)
}

// self is the server's id of the account itself, asked for once.
//
// Source: docs.joinmastodon.org/methods/accounts#verify_credentials
func (b *Backend) self(ctx context.Context, a *api) (string, error) {
	b.mu.Lock()
	me := b.me
	b.mu.Unlock()
	if me != "" {
		return me, nil
	}
	var who struct {
		ID string `json:"id"`
	}
	if err := a.get(ctx, "/api/v1/accounts/verify_credentials", nil, &who); err != nil {
		return "", err
	}
	if !validID(who.ID) {
		return "", timeline.Errorf(timeline.CodeMalformed, "%s: does not say who we are", b.base.Host)
	}
	b.mu.Lock()
	b.me = who.ID
	b.mu.Unlock()
	return who.ID, nil
}

// aim is the path and query of a page. A cursor is the one parameter of the server's
// own link to it, "max_id=…" on Mastodon.
func (b *Backend) aim(l list, p timeline.Page) (string, error) {
	q := url.Values{}
	if p.Before != "" {
		name, value, _ := strings.Cut(string(p.Before), "=")
		if !slices.Contains(positions(), name) || !validPosition(value) {
			return "", timeline.Errorf(timeline.CodeUsage, "%s: not a position in a list", b.base.Host)
		}
		q.Set(name, value)
	}
	want := l.most
	if p.Limit > 0 {
		want = min(p.Limit, l.most)
	}
	q.Set("limit", strconv.Itoa(want))
	return l.path + "?" + q.Encode(), nil
}

// positions are the parameters with which servers of the family page: Pixelfed has
// the others.
func positions() []string { return []string{"max_id", "cursor", "page", "offset"} }

// validPosition tells whether s can be the value of one: an id, a number, or the
// base64 of Laravel's cursors.
func validPosition(s string) bool {
	const longest = 512
	if s == "" || len(s) > longest {
		return false
	}
	for _, c := range []byte(s) {
		if !alphanumeric(c) && !strings.ContainsRune("-_=+/.", rune(c)) {
			return false
		}
	}
	return true
}

// decoded is a Listing and the least id in it.
type decoded struct {
	timeline.Listing
	low masto.ID
}

// entries decodes a page item by item. What cannot be read is told.
func (b *Backend) entries(l list, raws []json.RawMessage) decoded {
	var out decoded
	if l.is == nil {
		statuses := make([]*status, 0, len(raws))
		for _, raw := range raws {
			st := decodeStatus(raw)
			if st == nil {
				out.Unread = append(out.Unread, named(raw))
				continue
			}
			b.decode.remember(st)
			statuses = append(statuses, st)
		}
		for _, st := range statuses {
			out.Posts = append(out.Posts, b.decode.post(st))
			if out.low == "" || st.ID.Compare(out.low) < 0 {
				out.low = st.ID
			}
		}
		return out
	}
	for _, raw := range raws {
		var who masto.Account
		if json.Unmarshal(raw, &who) != nil || b.decode.personID(who.Acct) == "" || !validID(string(who.ID)) {
			out.Unread = append(out.Unread, named(raw))
			continue
		}
		p := b.decode.profile(&who)
		l.is(p)
		b.people.put(p.ID, string(who.ID))
		out.People = append(out.People, p)
	}
	return out
}

// named is what of an entry that cannot be read tells a person which it is.
func named(raw json.RawMessage) timeline.Safe {
	var fields map[string]any
	_ = json.Unmarshal(raw, &fields) // what is no object has no name
	for _, key := range []string{"uri", "acct", "url", "id"} {
		if s, ok := fields[key].(string); ok && !timeline.CleanLine(s).Empty() {
			const longest = 300
			return timeline.CleanLine(s[:min(len(s), longest)])
		}
	}
	return timeline.Literal("an entry without a name")
}

// below is the cursor of the page under this one: what the server links to, or
// where entries are their own positions the least of them.
func (b *Backend) below(l list, at timeline.Cursor, h http.Header, low masto.ID) (timeline.Cursor, error) {
	next := linked(h)
	if l.byID { // a page from which the server has left something out has no link, though more follow
		next = ""
		if low != "" {
			next = timeline.Cursor("max_id=" + string(low))
		}
	}
	if next == "" || at == "" {
		return next, nil
	}
	was, wasID := strings.CutPrefix(string(at), "max_id=")
	is, isID := strings.CutPrefix(string(next), "max_id=")
	if next == at || wasID && isID && !newer(was, is) {
		return "", timeline.Errorf(timeline.CodeMalformed, "%s: the list goes in circles", b.base.Host)
	}
	return next, nil
}

// linked is the position in the link to the next page; "" without one. Only that is
// taken of the address: the next request goes to where this one went.
//
// Source: docs.joinmastodon.org/api/guidelines#pagination, RFC 8288
func linked(h http.Header) timeline.Cursor {
	for _, rest := range h.Values("Link") {
		for {
			_, link, ok := strings.Cut(rest, "<")
			address, tail, closed := strings.Cut(link, ">")
			if !ok || !closed {
				break
			}
			parameters, _, _ := strings.Cut(tail, "<")
			rest = tail
			u, err := url.Parse(address)
			if err != nil || !strings.Contains(strings.ReplaceAll(parameters, `"`, ""), "rel=next") {
				continue
			}
			for _, name := range positions() {
				if at := u.Query().Get(name); validPosition(at) {
					return timeline.Cursor(name + "=" + at)
				}
			}
		}
	}
	return ""
}
