package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"skein/timeline"
)

// frozen is the Body of a timeline.Request: what is sent, byte for byte, and what
// Settle has to know. The token is not in it.
type frozen struct {
	Kind timeline.Kind `json:"kind"`
	Undo bool          `json:"undo,omitempty"`

	Method string `json:"method"`
	Path   string `json:"path"`
	Type   string `json:"type,omitempty"` // of the body
	Body   string `json:"body,omitempty"`
	Key    string `json:"key,omitempty"` // Idempotency-Key; only new posts have one

	Program program  `json:"program,omitzero"` // what the server ran
	Post    expected `json:"post,omitzero"`    // a new or edited post, as it must look

	On       timeline.ID `json:"on,omitzero"` // the post acted upon, and the server's id of it
	OnServer string      `json:"on_server,omitempty"`
	Poll     string      `json:"poll,omitempty"`    // id
	Choices  []int       `json:"choices,omitempty"` // sorted
	Person   string      `json:"person,omitempty"`  // the server's id
	Tag      string      `json:"tag,omitempty"`
	List     string      `json:"list,omitempty"`  // the server's id
	Title    string      `json:"title,omitempty"` // of a list that is made
}

// Prepare implements timeline.Publisher. What it leaves in n are the server's ids
// of posts and uploads, the place in the own timeline, and the finished request.
func (b *Backend) Prepare(ctx context.Context, i timeline.Intent, n timeline.Notes) (timeline.Request, error) {
	raw, err := b.prepare(ctx, i, n)
	if err != nil {
		return timeline.Request{}, fmt.Errorf("%s: %w", i.Kind, b.blame(err))
	}
	return timeline.Request{Body: raw}, nil
}

func (b *Backend) prepare(ctx context.Context, i timeline.Intent, n timeline.Notes) (json.RawMessage, error) {
	if why := b.Rules().Takes(i.Kind, i.Undo); !why.Empty() {
		return nil, &timeline.Error{Code: timeline.CodeUnsupported, Message: why}
	}
	a, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	p := preparation{b, a, i, n}
	f, err := timeline.Step(ctx, n, "request", p.freeze)
	if err != nil {
		return nil, err
	}
	return json.Marshal(f)
}

// preparation is one run of Prepare.
type preparation struct {
	*Backend
	api    *api
	intent timeline.Intent
	notes  timeline.Notes
}

// freeze makes the request of an intent.
func (p preparation) freeze(ctx context.Context) (frozen, error) {
	f := frozen{Kind: p.intent.Kind, Undo: p.intent.Undo, Method: http.MethodPost, On: p.intent.On.ID}
	var err error
	switch p.intent.Kind {
	case timeline.DoPost:
		err = p.newPost(ctx, &f)
	case timeline.DoMessage: // a post for those whom it mentions
		f.Kind = timeline.DoPost
		if p.intent.Visibility != timeline.Direct {
			return f, timeline.Errorf(timeline.CodeInternal, "a message that is not for its receivers alone")
		}
		err = p.newPost(ctx, &f)
	case timeline.DoEdit:
		err = p.edit(ctx, &f)
	case timeline.DoDelete:
		f.Method = http.MethodDelete
		err = p.onPost(ctx, &f, "")
	case timeline.DoVote:
		err = p.vote(ctx, &f)
	case timeline.DoFollow, timeline.DoMute, timeline.DoBlock, timeline.DoAdmit:
		err = p.relate(ctx, &f)
	case timeline.DoFollowTag:
		err = p.followTag(&f)
	case timeline.DoEnlist:
		err = p.enlist(ctx, &f)
	case timeline.DoList:
		err = p.listOf(ctx, &f)
	case timeline.DoReport:
		err = p.report(ctx, &f)
	default:
		err = p.mark(ctx, &f)
	}
	return f, err
}

// put makes v the body, as JSON.
func (f *frozen) put(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f.Type, f.Body = "application/json", string(raw)
	return nil
}

// onPost aims the request at the post acted upon: its path and what follows it.
func (p preparation) onPost(ctx context.Context, f *frozen, verb string) error {
	sid, err := p.subject(ctx, "subject", p.intent.On)
	if err != nil {
		return err
	}
	f.OnServer = sid
	f.Path = "/api/v1/statuses/" + sid
	if verb != "" {
		f.Path += "/" + verb
	}
	return nil
}

// subject is the server's id of a post that the intent refers to.
func (p preparation) subject(ctx context.Context, step string, s timeline.Subject) (string, error) {
	return timeline.Step(ctx, p.notes, step, func(ctx context.Context) (string, error) {
		if _, known := p.decode.index.ids.get(s.ID.Local); !known && validID(s.ServerID) {
			return s.ServerID, nil
		}
		return p.serverID(ctx, p.api, s.ID)
	})
}

// thaw reads what Prepare froze.
func thaw(r timeline.Request) (frozen, error) {
	var f frozen
	if err := json.Unmarshal(r.Body, &f); err != nil {
		return f, timeline.Errorf(timeline.CodeInternal, "a request that skein did not write: %w", err)
	}
	return f, nil
}
