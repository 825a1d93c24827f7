package mastodon

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"skein/timeline"
)

// relate prepares to follow, mute or block a person, to let them follow, or to take it
// back.
//
// Source: docs.joinmastodon.org/methods/accounts#follow, #mute, #block,
// docs.joinmastodon.org/methods/follow_requests#accept, #reject
func (p preparation) relate(ctx context.Context, f *frozen) error {
	sid, err := p.whom(ctx)
	if err != nil {
		return err
	}
	f.Person = sid
	if f.Kind == timeline.DoAdmit {
		f.Path = "/api/v1/follow_requests/" + sid + map[bool]string{false: "/authorize", true: "/reject"}[f.Undo]
		return nil
	}
	verb := map[timeline.Kind]string{
		timeline.DoFollow: "follow", timeline.DoMute: "mute", timeline.DoBlock: "block",
	}[f.Kind]
	if f.Undo {
		verb = "un" + verb
	}
	f.Path = "/api/v1/accounts/" + sid + "/" + verb
	if f.Kind == timeline.DoMute && !f.Undo && p.intent.Lasts > 0 {
		return f.put(struct {
			Duration int64 `json:"duration"` // seconds
		}{max(1, int64(p.intent.Lasts/time.Second))})
	}
	return nil
}

// whom is the server's id of the person that the intent is about.
func (p preparation) whom(ctx context.Context) (string, error) {
	return timeline.Step(ctx, p.notes, "person", func(ctx context.Context) (string, error) {
		return p.personOnServer(ctx, p.intent.Person)
	})
}

// relationship is what matters of a Relationship.
//
// Source: docs.joinmastodon.org/entities/Relationship
type relationship struct {
	ID        string `json:"id"`
	Following bool   `json:"following"`
	Requested bool   `json:"requested"` // the person has to agree first
	Muting    bool   `json:"muting"`
	Blocking  bool   `json:"blocking"`
	Follower  bool   `json:"followed_by"`
	Asks      bool   `json:"requested_by"`
}

// is tells whether kind was done to the person; a follow that was asked for is as
// good as one.
func (r relationship) is(kind timeline.Kind) bool {
	switch kind {
	case timeline.DoMute:
		return r.Muting
	case timeline.DoBlock:
		return r.Blocking
	case timeline.DoAdmit: // turned down, too, is settled when nobody asks any more
		return r.Follower
	}
	return r.Following || r.Requested
}

// related tells whether the account stands to the person as it was to.
func (a *api) related(ctx context.Context, f frozen) (bool, error) {
	var list []relationship
	if err := a.get(ctx, "/api/v1/accounts/relationships", url.Values{"id[]": {f.Person}}, &list); err != nil {
		return false, err
	}
	for _, r := range list {
		if r.ID == f.Person {
			if f.Kind == timeline.DoAdmit && f.Undo { // whether they followed before is not the question
				return !r.Asks, nil
			}
			return r.is(f.Kind) != f.Undo, nil
		}
	}
	return false, timeline.Errorf(timeline.CodeMalformed, "%s: does not say how we stand to the person", a.base.Host)
}

// relation judges the answer to a follow, a mute or a block. A server says yes to
// muting oneself, too, and does nothing.
func (b *Backend) relation(f frozen, body []byte) timeline.Outcome {
	out := timeline.Outcome{Verdict: timeline.Published}
	var r relationship
	err := json.Unmarshal(body, &r)
	switch {
	case f.Kind == timeline.DoFollow:
		if err == nil && r.Requested && !r.Following && !f.Undo {
			out.Receipt.Note = timeline.Literal("the person decides who follows them, and was asked")
		}
	case err != nil || r.ID != f.Person:
		return outcome(timeline.Uncertain, timeline.Errorf(timeline.CodeMalformed, "%s: the answer is no relationship", b.base.Host))
	case f.Kind == timeline.DoAdmit && f.Undo:
	case r.is(f.Kind) == f.Undo:
		return outcome(timeline.Rejected, timeline.Errorf(timeline.CodeRefused, "%s: says yes and does not do it; is it the account itself?", b.base.Host))
	case f.Kind == timeline.DoBlock && !f.Undo:
		out.Receipt.Note = timeline.Literal("neither follows the other any more; unblocking does not bring that back")
	}
	return out
}
