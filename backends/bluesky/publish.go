package bluesky

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

var _ timeline.Publisher = (*Backend)(nil)

// frozen is what a Request's Body holds: calls with their exact bytes, and what
// tells afterwards whether they were heard. A request that makes records has one
// call, which the server does whole or not at all; the others may be repeated.
type frozen struct {
	Calls []procedure `json:"calls,omitempty"` // one after the other; none where nothing is left to do
	Made  []sealed    `json:"made,omitempty"`  // the records that will be there, in the order of the answer
	Gone  []string    `json:"gone,omitempty"`  // the URIs of those that will not
	// Bookmark is what the viewer's bookmark of the one post of Receipt will be.
	Bookmark *bool            `json:"bookmark,omitempty"`
	Mute     *muting          `json:"mute,omitempty"`
	Chat     *chatting        `json:"chat,omitempty"`   // a direct message, which nothing names
	Report   bool             `json:"report,omitempty"` // that nothing tells of afterwards
	Receipt  timeline.Receipt `json:"receipt,omitzero"`
}

// procedure is one XRPC call.
type procedure struct {
	Method syntax.NSID     `json:"method"`
	Input  json.RawMessage `json:"input"`
}

// call adds an XRPC procedure.
func (f *frozen) call(method syntax.NSID, input object) error {
	raw, err := json.Marshal(input)
	if err != nil {
		return timeline.Errorf(timeline.CodeInternal, "input of %s: %w", method, err)
	}
	f.Calls = append(f.Calls, procedure{method, raw})
	return nil
}

// make adds the call that writes records: one by com.atproto.repo.putRecord, which
// the same bytes may be sent to again and again, several by applyWrites, which is
// all or nothing.
func (f *frozen) make(did string, records ...sealed) error {
	f.Made = records
	if len(records) == 1 {
		r := records[0]
		return f.call("com.atproto.repo.putRecord", object{
			"repo": did, "collection": r.Collection, "rkey": r.RKey, "record": r.Value,
			"swapRecord": nil, // nothing may be there yet, or the very same
		})
	}
	writes := make([]object, len(records))
	for i, r := range records {
		writes[i] = object{
			"$type": "com.atproto.repo.applyWrites#create", "collection": r.Collection, "rkey": r.RKey, "value": r.Value,
		}
	}
	return f.call("com.atproto.repo.applyWrites", object{"repo": did, "writes": writes})
}

// remove adds a call that deletes a record of the person's own; it may be gone
// already.
func (f *frozen) remove(did string, uri syntax.ATURI) error {
	f.Gone = append(f.Gone, uri.String())
	return f.call("com.atproto.repo.deleteRecord", object{
		"repo": did, "collection": uri.Collection().String(), "rkey": uri.RecordKey().String(),
	})
}

// Prepare implements timeline.Publisher. Its steps read what the intent refers to,
// resolve handles, upload files and read link cards; the record's key, its time and
// its bytes follow from them and the intent alone.
func (b *Backend) Prepare(ctx context.Context, i timeline.Intent, n timeline.Notes) (timeline.Request, error) {
	if b.session == nil {
		return timeline.Request{}, &timeline.Error{Code: timeline.CodeAuth, Message: rules{readOnly: true}.Takes(i.Kind, i.Undo)}
	}
	for _, r := range b.Rules().Review(i, b.Limits()) {
		if r.Severity == timeline.Refuse {
			return timeline.Request{}, &timeline.Error{Code: timeline.CodeRefused, Message: r.Message}
		}
	}
	f, err := b.freeze(ctx, i, n)
	if err != nil {
		return timeline.Request{}, err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return timeline.Request{}, timeline.Errorf(timeline.CodeInternal, "the request could not be written down: %w", err)
	}
	return timeline.Request{Body: body}, nil
}

func (b *Backend) freeze(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	switch i.Kind {
	case timeline.DoPost:
		return b.freezePost(ctx, i, n)
	case timeline.DoMessage:
		return b.freezeMessage(ctx, i, n)
	case timeline.DoDelete:
		return b.freezeDelete(i)
	case timeline.DoBookmark:
		return b.freezeBookmark(ctx, i, n)
	case timeline.DoMute:
		return b.freezeMute(ctx, i, n)
	case timeline.DoReport:
		return b.freezeReport(ctx, i, n)
	case timeline.DoBoost, timeline.DoLike, timeline.DoFollow, timeline.DoBlock:
		return b.freezeAct(ctx, i, n)
	case timeline.DoEnlist:
		return b.freezeEnlist(ctx, i, n)
	case timeline.DoList:
		return b.freezeList(ctx, i, n)
	case timeline.DoEdit, timeline.DoVote, timeline.DoAdmit: // Review has refused them
	}
	return frozen{}, timeline.Errorf(timeline.CodeUnsupported, "Bluesky has no %s", i.Kind)
}

// freezePost prepares the posts of an intent and their gates, all to be written at
// once.
func (b *Backend) freezePost(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	if len(i.Parts) == 0 {
		return frozen{}, timeline.Errorf(timeline.CodeUsage, "a post without anything in it")
	}
	when, err := stampOf(i)
	if err != nil {
		return frozen{}, err
	}
	reply, err := b.replyTo(ctx, i, n)
	if err != nil {
		return frozen{}, err
	}
	g, err := b.gatesOf(ctx, i, n)
	if err != nil {
		return frozen{}, err
	}
	var f frozen
	var posts, beside []sealed
	for k := range i.Parts {
		rkey, createdAt := when.part(k)
		value, err := b.postValue(ctx, i, k, n)
		if err != nil {
			return frozen{}, err
		}
		value["createdAt"] = createdAt
		if reply != nil {
			value["reply"] = *reply
		}
		post, err := seal(b.did, postNSID, rkey, value)
		if err != nil {
			return frozen{}, err
		}
		gate, err := g.records(b.did, post, createdAt, k == 0)
		if err != nil {
			return frozen{}, err
		}
		posts, beside = append(posts, post), append(beside, gate...)
		f.Receipt.Posts = append(f.Receipt.Posts, b.copyOf(post.ref()))
		reply = reply.below(post.ref())
	}
	return f, f.make(b.did, append(posts, beside...)...)
}

// replyRef is app.bsky.feed.post#replyRef.
type replyRef struct {
	Root   reference `json:"root"`
	Parent reference `json:"parent"`
}

// below is where an answer to parent stands, which itself stands at r.
func (r *replyRef) below(parent reference) *replyRef {
	if r == nil {
		return &replyRef{parent, parent}
	}
	return &replyRef{r.Root, parent}
}

// replyTo finds the place of what the intent answers; nil when it answers nothing.
func (b *Backend) replyTo(ctx context.Context, i timeline.Intent, n timeline.Notes) (*replyRef, error) {
	if i.ReplyTo.ID.Zero() {
		return nil, nil //nolint:nilnil // no answer has no place
	}
	parent, err := timeline.Step(ctx, n, "reply", func(ctx context.Context) (subject, error) {
		return b.subjectOf(ctx, i.ReplyTo.ID)
	})
	if err != nil {
		return nil, tried("the post that is answered", err)
	}
	if parent.NoReplies {
		return nil, timeline.Errorf(timeline.CodeRefused, "its author takes no replies from you")
	}
	if parent.Root != nil {
		return &replyRef{*parent.Root, parent.reference}, nil
	}
	return &replyRef{parent.reference, parent.reference}, nil
}

// postValue is the k-th post's record without what places it: time and reply.
func (b *Backend) postValue(ctx context.Context, i timeline.Intent, k int, n timeline.Notes) (object, error) {
	w := compose(i.Parts[k].Text, i.Warning)
	dids, err := b.resolveAll(ctx, w.unresolved(), n, "mentions/"+strconv.Itoa(k))
	if err != nil {
		return nil, err
	}
	w = w.resolved(dids)
	value := object{"text": w.text}
	if facets := w.facets(); len(facets) > 0 {
		value["facets"] = facets
	}
	if langs := languageTags(i.Languages); len(langs) > 0 {
		value["langs"] = langs
	}
	if val := labelOf(i, k); val != "" {
		value["labels"] = object{
			"$type": "com.atproto.label.defs#selfLabels", "values": []object{{"val": val}},
		}
	}
	embed, err := b.embedOf(ctx, i, k, w, n)
	switch {
	case err != nil:
		return nil, err
	case embed != nil:
		value["embed"] = embed
	case strings.TrimSpace(w.text) == "":
		return nil, timeline.Errorf(timeline.CodeRefused, "a post without anything in it")
	}
	return value, nil
}

// labelOf is the label that the k-th post carries: its warning's, or the one that
// hides media where only those are sensitive.
func labelOf(i timeline.Intent, k int) string {
	if label := selfLabel(i.Warning); label != "" {
		return label
	}
	if i.Sensitive && len(i.Parts[k].Media) > 0 {
		return "graphic-media"
	}
	return ""
}

// resolveAll looks handles up, each once. One that nobody answers to is left out.
func (b *Backend) resolveAll(ctx context.Context, handles []string, n timeline.Notes, step string) (map[string]string, error) {
	if len(handles) == 0 {
		return nil, nil
	}
	return timeline.Step(ctx, n, step, func(ctx context.Context) (map[string]string, error) {
		dids := map[string]string{}
		for _, h := range handles {
			if _, done := dids[h]; done {
				continue
			}
			did, err := b.resolveHandle(ctx, syntax.Handle(h).AtIdentifier())
			if te := timeline.AsError(err); te != nil && te.Code != timeline.CodeNotFound && te.Code != timeline.CodeRefused {
				return nil, tried("handle "+h, err)
			}
			dids[h] = did.String()
		}
		return dids, nil
	})
}

// copyOf names a post for a receipt.
func (b *Backend) copyOf(r reference) timeline.Copy {
	uri := syntax.ATURI(r.URI)
	by := actor{DID: uri.Authority().String()}
	if by.DID == b.did && b.session != nil {
		by.Handle = b.session.handle
	}
	return timeline.Copy{
		ID: timeline.ID{Network: timeline.Bluesky, Local: r.URI}, ServerID: r.CID,
		URL: postURL(by.author(by.DID), uri.RecordKey().String()),
	}
}
