package mastodon

import (
	"context"
	"encoding/json"
	"net/url"

	"skein/timeline"
)

// relate prepares to follow, mute or block a person, or to take it back.
//
// Source: docs.joinmastodon.org/methods/accounts#follow, #mute, #block
func (p preparation) relate(ctx context.Context, f *frozen) error {
	sid, err := timeline.Step(ctx, p.notes, "person", func(ctx context.Context) (string, error) {
		if sid, known := p.people.get(p.intent.Person); known {
			return sid, nil
		}
		who, err := p.person(ctx, p.api, p.intent.Person)
		if err != nil {
			return "", err
		}
		return string(who.ID), nil
	})
	if err != nil {
		return err
	}
	verb := map[timeline.Kind]string{
		timeline.DoFollow: "follow", timeline.DoMute: "mute", timeline.DoBlock: "block",
	}[f.Kind]
	if f.Undo {
		verb = "un" + verb
	}
	f.Person = sid
	f.Path = "/api/v1/accounts/" + sid + "/" + verb
	return nil
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
}

// is tells whether kind was done to the person; a follow that was asked for is as
// good as one.
func (r relationship) is(kind timeline.Kind) bool {
	switch kind {
	case timeline.DoMute:
		return r.Muting
	case timeline.DoBlock:
		return r.Blocking
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
	case r.is(f.Kind) == f.Undo:
		return outcome(timeline.Rejected, timeline.Errorf(timeline.CodeRefused, "%s: says yes and does not do it; is it the account itself?", b.base.Host))
	case f.Kind == timeline.DoBlock && !f.Undo:
		out.Receipt.Note = timeline.Literal("neither follows the other any more; unblocking does not bring that back")
	}
	return out
}
