package bluesky

import (
	"context"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

const (
	likeNSID   = "app.bsky.feed.like"
	followNSID = "app.bsky.graph.follow"
	blockNSID  = "app.bsky.graph.block"
)

// aim is what an act points at, and what is there of it already.
type aim struct {
	Subject reference `json:"subject,omitzero"` // of a boost or a like
	Person  string    `json:"person,omitempty"` // of a follow or a block: a DID
	Records []string  `json:"records"`          // the person's own that do it already
	List    string    `json:"list,omitempty"`   // a list of people that does it, too
}

// freezeAct prepares a boost, a like, a follow or a block: a record that points at
// its subject, or the deletion of all that do. What is done already is left alone.
func (b *Backend) freezeAct(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	collection := collectionOf(i.Kind)
	a, err := timeline.Step(ctx, n, "aim", func(ctx context.Context) (aim, error) { return b.aimOf(ctx, i, collection) })
	if err != nil {
		return frozen{}, err
	}
	var f frozen
	if a.Person == "" {
		f.Receipt.Posts = []timeline.Copy{b.copyOf(a.Subject)}
	}
	switch {
	case i.Undo:
		f.Receipt.Note = stillListed(a.List, "blocked")
		for _, uri := range a.Records {
			if err := f.remove(b.did, syntax.ATURI(uri)); err != nil {
				return frozen{}, err
			}
		}
		return f, nil
	case len(a.Records) > 0:
		return f, nil
	}
	when, err := stampOf(i)
	if err != nil {
		return frozen{}, err
	}
	rkey, createdAt := when.part(0)
	value := object{"createdAt": createdAt, "subject": a.Subject}
	if a.Person != "" {
		value["subject"] = a.Person
	}
	record, err := seal(b.did, collection, rkey, value)
	if err != nil {
		return frozen{}, err
	}
	return f, f.make(b.did, record)
}

func collectionOf(k timeline.Kind) string {
	switch k {
	case timeline.DoBoost:
		return repostNSID
	case timeline.DoFollow:
		return followNSID
	case timeline.DoBlock:
		return blockNSID
	default:
		return likeNSID
	}
}

// aimOf looks at what an act points at.
func (b *Backend) aimOf(ctx context.Context, i timeline.Intent, collection string) (aim, error) {
	if i.Kind == timeline.DoFollow || i.Kind == timeline.DoBlock {
		return b.personAim(ctx, i, collection)
	}
	s, err := b.actedUpon(ctx, i)
	if err != nil {
		return aim{}, err
	}
	claimed := s.Like
	if i.Kind == timeline.DoBoost {
		claimed = s.Repost
	}
	records, err := b.pointing(ctx, collection, s.URI, claimed)
	return aim{Subject: s.reference, Records: records}, tried("what you did with "+s.URI, err)
}

// actedUpon is the post that an act is about. Of one that is gone, or that its author
// hides by now, the name is enough to take back what was done with it.
func (b *Backend) actedUpon(ctx context.Context, i timeline.Intent) (subject, error) {
	s, err := b.subjectOf(ctx, i.On.ID)
	if !i.Undo || timeline.CodeOf(err) != timeline.CodeNotFound {
		return s, err
	}
	uri, bad := own(i.On.ID)
	if bad != nil || uri.Collection() != postNSID {
		return subject{}, err
	}
	return subject{reference: reference{URI: uri.String()}}, nil
}

func (b *Backend) personAim(ctx context.Context, i timeline.Intent, collection string) (aim, error) {
	v, err := b.actedUponPerson(ctx, i)
	if err != nil {
		return aim{}, err
	}
	a := aim{Person: v.DID}
	claimed := v.Viewer.Following
	if i.Kind == timeline.DoBlock {
		claimed, a.List = v.Viewer.Blocking, v.Viewer.BlockingByList.Name
	}
	a.Records, err = b.pointing(ctx, collection, a.Person, claimed)
	return a, tried("what you did about "+a.Person, err)
}

// actedUponPerson is the person whom an act is about. Of one who is gone by now the
// DID is enough to take back what was done.
func (b *Backend) actedUponPerson(ctx context.Context, i timeline.Intent) (profileView, error) {
	did, err := syntax.ParseDID(i.Person)
	switch {
	case err != nil:
		return profileView{}, timeline.Errorf(timeline.CodeNotFound, "%q is nobody on Bluesky", i.Person)
	case did.String() == b.did:
		return profileView{}, timeline.Errorf(timeline.CodeRefused, "nobody can %s themselves", i.Kind)
	}
	v, err := b.profile(ctx, did)
	if i.Undo && timeline.CodeOf(err) == timeline.CodeNotFound {
		return profileView{actor: actor{DID: did.String()}}, nil
	}
	return v, tried("profile "+did.String(), err)
}

// muting is a person, and whether they are to be muted.
type muting struct {
	Person string `json:"person"`
	Want   bool   `json:"want"`
}

// freezeMute prepares app.bsky.graph.muteActor or unmuteActor. Both are private to
// the AppView and may be repeated.
func (b *Backend) freezeMute(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	a, err := timeline.Step(ctx, n, "person", func(ctx context.Context) (aim, error) {
		v, err := b.actedUponPerson(ctx, i)
		return aim{Person: v.DID, List: v.Viewer.MutedByList.Name}, err
	})
	if err != nil {
		return frozen{}, err
	}
	if i.Lasts > 0 {
		return frozen{}, timeline.Errorf(timeline.CodeUnsupported, "Bluesky mutes somebody until it is undone; a mute that ends can be kept here (--here)")
	}
	f := frozen{Mute: &muting{Person: a.Person, Want: !i.Undo}}
	if i.Undo {
		f.Receipt.Note = stillListed(a.List, "muted")
		return f, f.call("app.bsky.graph.unmuteActor", object{"actor": a.Person})
	}
	return f, f.call("app.bsky.graph.muteActor", object{"actor": a.Person})
}

// stillListed says that somebody is muted or blocked with a whole list of people,
// too, which is not taken back with the person.
func stillListed(list, how string) timeline.Safe {
	if list == "" {
		return timeline.Safe{}
	}
	return timeline.CleanLine("still " + how + " by the list " + list)
}

// freezeBookmark prepares app.bsky.bookmark.createBookmark or deleteBookmark. Both
// are private to the AppView and may be repeated.
func (b *Backend) freezeBookmark(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	s, err := timeline.Step(ctx, n, "on", func(ctx context.Context) (subject, error) { return b.actedUpon(ctx, i) })
	if err != nil {
		return frozen{}, err
	}
	want := !i.Undo
	f := frozen{Receipt: timeline.Receipt{Posts: []timeline.Copy{b.copyOf(s.reference)}}, Bookmark: &want}
	if want {
		return f, f.call("app.bsky.bookmark.createBookmark", object{"uri": s.URI, "cid": s.CID})
	}
	return f, f.call("app.bsky.bookmark.deleteBookmark", object{"uri": s.URI})
}

// freezeDelete prepares the deletion of a post of the person's own: the post first,
// for that is what matters, then the gates that may stand beside it.
func (b *Backend) freezeDelete(i timeline.Intent) (frozen, error) {
	uri, err := own(i.On.ID)
	if err != nil {
		return frozen{}, err
	}
	if uri.Authority().String() != b.did || uri.Collection() != postNSID {
		return frozen{}, timeline.Errorf(timeline.CodeRefused, "%s is no post of %s", uri, b.account.Handle)
	}
	f := frozen{Receipt: timeline.Receipt{Posts: []timeline.Copy{b.copyOf(reference{uri.String(), validCID(i.On.ServerID)})}}}
	for _, collection := range []string{postNSID, threadgateNSID, postgateNSID} {
		at := syntax.ATURI("at://" + b.did + "/" + collection + "/" + uri.RecordKey().String())
		if err := f.remove(b.did, at); err != nil {
			return frozen{}, err
		}
	}
	return f, nil
}
