package bluesky

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

const (
	listItemNSID = "app.bsky.graph.listitem"
	purposeRead  = "app.bsky.graph.defs#curatelist"

	listTitleBytes = 64  // of the name in app.bsky.graph.list
	mostListPages  = 100 // of records of one collection that are read for a whole list
)

var _ timeline.Curator = (*Backend)(nil)

// PeopleLists implements timeline.Curator. Lists and who is in them are read from the
// account's own repository, for the AppView lags behind: only those to read, not those
// that mute or block, nor those of starter packs.
func (b *Backend) PeopleLists(ctx context.Context, who string) ([]timeline.PeopleList, error) {
	if b.session == nil {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "there are no lists without signing in to Bluesky")
	}
	out, err := b.peopleLists(ctx, who)
	return out, tried("lists of "+b.account.Handle.String(), err)
}

func (b *Backend) peopleLists(ctx context.Context, who string) ([]timeline.PeopleList, error) {
	var out []timeline.PeopleList
	err := b.walk(ctx, listNSID, func(r keptRecord) {
		var l ownList
		if json.Unmarshal(r.Value, &l) == nil && l.Purpose == purposeRead {
			out = append(out, timeline.PeopleList{ID: r.URI, Title: timeline.CleanLine(l.Name)})
		}
	})
	if err != nil || who == "" {
		return out, err
	}
	holds := map[string]bool{}
	err = b.walk(ctx, listItemNSID, func(r keptRecord) {
		if subjectIn(r.Value) == who {
			holds[listIn(r.Value)] = true
		}
	})
	for i := range out {
		out[i].Holds = holds[out[i].ID]
	}
	return out, err
}

// listIn is the list that an app.bsky.graph.listitem belongs to.
func listIn(record json.RawMessage) string {
	var r struct {
		List string `json:"list"`
	}
	if json.Unmarshal(record, &r) != nil {
		return ""
	}
	return r.List
}

// walk hands all records of a collection of the account's own to take. Half of them is
// not taken for all: of too many it fails.
func (b *Backend) walk(ctx context.Context, collection string, take func(keptRecord)) error {
	at := ""
	for range mostListPages {
		page, next, err := b.listRecords(ctx, collection, at, timeline.MaxPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			take(r)
		}
		if next == "" {
			return nil
		}
		at = next
	}
	return timeline.Errorf(timeline.CodeTooLarge, "%s holds more records of lists than can be read", b.host)
}

// Enlisted implements timeline.Curator. A page may hold few, or none, and others follow:
// the entries of all lists are kept together.
func (b *Backend) Enlisted(ctx context.Context, id string, p timeline.Page) (timeline.Listing, error) {
	if b.session == nil {
		return timeline.Listing{}, timeline.Errorf(timeline.CodeUnsupported, "there are no lists without signing in to Bluesky")
	}
	uri, err := b.ownListURI(id)
	if err != nil {
		return timeline.Listing{}, err
	}
	if err := b.haveList(ctx, uri.String()); err != nil {
		return timeline.Listing{}, err
	}
	records, older, err := b.recordsBelow(ctx, p.Before, timeline.MaxPage, listItemNSID)
	if err != nil {
		return timeline.Listing{}, tried("list "+id, err)
	}
	var in []keptRecord
	for _, r := range records {
		if listIn(r.Value) == uri.String() {
			in = append(in, r)
		}
	}
	out, err := b.peopleOf(ctx, in, listItemNSID)
	out.Older = older
	return out, tried("people of the list "+id, err)
}

// ownListURI is the name of one of the account's own lists.
func (b *Backend) ownListURI(id string) (syntax.ATURI, error) {
	uri, err := syntax.ParseATURI(id)
	if err != nil || uri.Authority().String() != b.did || uri.Collection().String() != listNSID || uri.RecordKey() == "" {
		return "", timeline.Errorf(timeline.CodeNotFound, "%s is no list of %s", timeline.CleanLine(id), b.account.Handle)
	}
	return uri, nil
}

// haveList fails where an own list is not there any more, or nothing tells.
func (b *Backend) haveList(ctx context.Context, uri string) error {
	there, err := b.kept(ctx, uri)
	if err == nil && there == nil {
		err = timeline.Errorf(timeline.CodeNotFound, "there is no such list any more")
	}
	return tried("list "+uri, err)
}

// freezeEnlist prepares an app.bsky.graph.listitem, or the deletion of all that put the
// person in the list.
func (b *Backend) freezeEnlist(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	list, err := b.ownListURI(i.List)
	if err != nil {
		return frozen{}, err
	}
	a, err := timeline.Step(ctx, n, "aim", func(ctx context.Context) (aim, error) { return b.enlistAim(ctx, i, list.String()) })
	if err != nil {
		return frozen{}, err
	}
	var f frozen
	switch {
	case i.Undo:
		return f, b.removeAll(&f, a.Records)
	case len(a.Records) > 0:
		return f, nil
	}
	when, err := stampOf(i)
	if err != nil {
		return frozen{}, err
	}
	rkey, createdAt := when.part(0)
	record, err := seal(b.did, listItemNSID, rkey, object{"createdAt": createdAt, "subject": a.Person, "list": list.String()})
	if err != nil {
		return frozen{}, err
	}
	return f, f.make(b.did, record)
}

// enlistAim finds the person, and the entries of the list that name them.
func (b *Backend) enlistAim(ctx context.Context, i timeline.Intent, list string) (aim, error) {
	a := aim{Person: i.Person, Records: []string{}}
	if i.Person != b.did { // somebody else has to be there; oneself may be in a list
		v, err := b.actedUponPerson(ctx, i)
		if err != nil {
			return aim{}, err
		}
		a.Person = v.DID
	}
	if !i.Undo {
		if err := b.haveList(ctx, list); err != nil {
			return aim{}, err
		}
	}
	err := b.walk(ctx, listItemNSID, func(r keptRecord) {
		if listIn(r.Value) == list && subjectIn(r.Value) == a.Person {
			a.Records = append(a.Records, r.URI)
		}
	})
	return a, tried("who is in the list "+list, err)
}

// removeAll adds the calls that delete records of the person's own.
func (b *Backend) removeAll(f *frozen, uris []string) error {
	for _, uri := range uris {
		if err := f.remove(b.did, syntax.ATURI(uri)); err != nil {
			return err
		}
	}
	return nil
}

// freezeList prepares an app.bsky.graph.list, or the deletion of one: the list first,
// for that is what matters, then its entries, which show nothing without it.
func (b *Backend) freezeList(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	if i.Undo {
		list, err := b.ownListURI(i.List)
		if err != nil {
			return frozen{}, err
		}
		gone, err := timeline.Step(ctx, n, "entries", func(ctx context.Context) ([]string, error) {
			all := []string{list.String()}
			err := b.walk(ctx, listItemNSID, func(r keptRecord) {
				if listIn(r.Value) == list.String() {
					all = append(all, r.URI)
				}
			})
			return all, tried("who is in the list", err)
		})
		if err != nil {
			return frozen{}, err
		}
		var f frozen
		return f, b.removeAll(&f, gone)
	}
	title, err := timeline.CheckListTitle(i.Title)
	switch {
	case err != nil:
		return frozen{}, err
	case len(title) > listTitleBytes:
		return frozen{}, timeline.Errorf(timeline.CodeRefused, "Bluesky takes %d bytes for the name of a list, and this has %d", listTitleBytes, len(title))
	}
	lists, err := b.peopleLists(ctx, "")
	if err != nil {
		return frozen{}, tried("your lists", err)
	}
	for _, l := range lists {
		if strings.EqualFold(l.Title.String(), title) {
			return frozen{}, timeline.Errorf(timeline.CodeRefused, "there is a list %s already", l.Title)
		}
	}
	when, err := stampOf(i)
	if err != nil {
		return frozen{}, err
	}
	rkey, createdAt := when.part(0)
	record, err := seal(b.did, listNSID, rkey, object{"createdAt": createdAt, "name": title, "purpose": purposeRead})
	if err != nil {
		return frozen{}, err
	}
	var f frozen
	return f, f.make(b.did, record)
}

// ofList tells whether the request makes a list or deletes one.
func (f *frozen) ofList() bool {
	is := func(uri string) bool { return syntax.ATURI(uri).Collection().String() == listNSID }
	return slices.ContainsFunc(f.Gone, is) || slices.ContainsFunc(f.Made, func(r sealed) bool { return is(r.URI) })
}

// forgetLists forgets what lists are called once one of them has changed.
func (b *Backend) forgetLists() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.listURIs = nil
}
