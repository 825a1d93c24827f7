package bluesky

import (
	"context"

	"skein/timeline"
)

// Check implements timeline.Checker with com.atproto.server.getSession and
// describeServer. Without an account it asks the AppView for anything at all.
func (b *Backend) Check(ctx context.Context) (timeline.Report, error) {
	if b.session == nil {
		return b.checkPublic(ctx)
	}
	var session struct {
		DID    string `json:"did"`
		Handle string `json:"handle"`
		Active *bool  `json:"active"`
		Status string `json:"status"`
	}
	if err := b.get(ctx, "com.atproto.server.getSession", nil, &session); err != nil {
		return timeline.Report{}, tried("session of "+b.account.Handle.String(), err)
	}
	if session.DID != b.did {
		return timeline.Report{}, timeline.Errorf(timeline.CodeAuth, "%s says that this is %s, not %s", b.host, session.DID, b.did)
	}
	var server struct {
		DID string `json:"did"`
	}
	if err := b.get(ctx, "com.atproto.server.describeServer", nil, &server); err != nil {
		return timeline.Report{}, tried("description of "+b.host, err)
	}
	r := timeline.Report{
		Handle:   timeline.CleanLine("@" + session.Handle),
		Software: timeline.CleanLine("bluesky pds " + b.host),
		Facts:    []timeline.Safe{timeline.CleanLine("account " + session.DID), timeline.CleanLine("server " + server.DID)},
	}
	if by, scope := b.session.allowedBy(); by != "" {
		r.Facts = append(r.Facts, timeline.CleanLine("allowed by "+by+": "+scope))
	}
	if session.Active != nil && !*session.Active {
		r.ReadOnly = true
		r.Facts = append(r.Facts, timeline.CleanLine("the account is not active: "+session.Status))
	}
	return r, nil
}

func (b *Backend) checkPublic(ctx context.Context) (timeline.Report, error) {
	r := timeline.Report{
		Handle: b.account.Handle, Software: timeline.CleanLine("bluesky appview " + b.host), ReadOnly: true,
		Facts: []timeline.Safe{timeline.Literal("nobody is signed in: threads and people can be read, home cannot")},
	}
	const anybody = "bsky.app" // an account that is always there
	who := b.did
	if who == "" {
		who = anybody
	}
	var v profileView
	if err := b.get(ctx, "app.bsky.actor.getProfile", map[string]any{"actor": who}, &v); err != nil {
		return timeline.Report{}, tried("profile of "+who, err)
	}
	return r, nil
}
