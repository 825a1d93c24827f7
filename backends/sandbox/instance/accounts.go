package instance

import "strings"

func verifyCredentials(c *call) (any, error) {
	return credentialEntity{
		accountEntity: c.account(c.viewer),
		Source: sourceEntity{
			Privacy: "public", Language: "en", Note: c.viewer.Bio, Fields: c.fields(c.viewer, true),
		},
		Role: roleEntity{ID: "-99", Permissions: "65536"},
	}, nil
}

// lookupAccount finds a person by user or user@host.
func lookupAccount(c *call) (any, error) {
	if p := c.s.byAcct(c.URL.Query().Get("acct")); p != nil {
		return c.account(p), nil
	}
	return nil, errNotFound()
}

// byAcct finds a person of this host by user or user@host, and one from elsewhere by
// user@host where somebody here has met them. Nobody else can be resolved.
func (s *Server) byAcct(acct string) *person {
	acct = strings.ToLower(strings.TrimPrefix(acct, "@"))
	return s.town.names[strings.TrimSuffix(acct, "@"+strings.ToLower(s.opts.Host))]
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
			(p.pinned || !isTrue(q.Get("pinned"))) &&
			(len(p.pictures) > 0 && p.boostOf == nil || !isTrue(q.Get("only_media"))) &&
			(p.boostOf == nil || !isTrue(q.Get("exclude_reblogs"))) &&
			(p.replyTo == nil || p.replyTo.by == who || !isTrue(q.Get("exclude_replies")))
	})), nil
}
