package instance

import (
	"net/http"
	"strings"
)

func verifyCredentials(c *call) (any, error) {
	return credentialEntity{
		accountEntity: c.account(c.viewer),
		Source: sourceEntity{
			Privacy: "public", Language: "en", Note: c.viewer.Bio, Fields: c.fields(c.viewer, true),
		},
		Role: roleEntity{ID: "-99", Permissions: "65536"},
	}, nil
}

// lookupAccount finds a person by user or user@host; the host must be this one,
// for nobody else is known here.
func lookupAccount(c *call) (any, error) {
	if p := c.s.byAcct(c.URL.Query().Get("acct")); p != nil {
		return c.account(p), nil
	}
	return nil, errNotFound()
}

func (s *Server) byAcct(acct string) *person {
	name, host, full := strings.Cut(strings.TrimPrefix(acct, "@"), "@")
	if full && !strings.EqualFold(host, s.opts.Host) {
		return nil
	}
	return s.town.names[strings.ToLower(name)]
}

func getAccount(c *call) (any, error) {
	if p := c.s.town.byID[c.PathValue("id")]; p != nil {
		return c.account(p), nil
	}
	return nil, errNotFound()
}

func accountStatuses(c *call) (any, error) {
	who := c.s.town.byID[c.PathValue("id")]
	if who == nil {
		return nil, errNotFound()
	}
	q := c.URL.Query()
	return c.page(c.s.town.filter(func(p *post) bool {
		return p.by == who && c.s.town.visible(p, c.viewer) &&
			(p.boostOf == nil || !isTrue(q.Get("exclude_reblogs"))) &&
			(p.replyTo == nil || p.replyTo.by == who || !isTrue(q.Get("exclude_replies")))
	})), nil
}

func relationships(c *call) (any, error) {
	out := []relationshipEntity{}
	q := c.URL.Query()
	for _, id := range append(q["id[]"], q["id"]...) {
		who := c.s.town.byID[id]
		if who == nil {
			continue
		}
		out = append(out, c.relationship(who))
	}
	return out, nil
}

func (c *call) relationship(who *person) relationshipEntity {
	return relationshipEntity{
		ID: who.id, Following: c.viewer.follows[who.Key], ShowingReblogs: c.viewer.follows[who.Key],
		FollowedBy: who.follows[c.viewer.Key], Requested: c.viewer.asked[who.Key], RequestedBy: who.asked[c.viewer.Key],
	}
}

// follow follows, or asks to where somebody decides for themselves, or stops.
func follow(on bool) answer {
	return func(c *call) (any, error) {
		who := c.s.town.byID[c.PathValue("id")]
		switch {
		case who == nil:
			return nil, errNotFound()
		case who == c.viewer:
			return nil, refusal{http.StatusForbidden, "This action is not allowed"}
		case !on:
			delete(c.viewer.follows, who.Key)
			delete(c.viewer.asked, who.Key)
		case who.Locked && !c.viewer.follows[who.Key]:
			c.viewer.asked[who.Key] = true
		default:
			c.viewer.follows[who.Key] = true
		}
		return c.relationship(who), nil
	}
}

func bookmarks(c *call) (any, error) {
	return c.page(c.s.town.filter(func(p *post) bool { return p.bookmarked[c.viewer] && c.s.town.visible(p, c.viewer) })), nil
}
