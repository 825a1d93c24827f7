package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"skein/timeline"
)

var _ timeline.Curator = (*Backend)(nil)

// PeopleLists implements timeline.Curator with one request, or two where somebody is
// named.
//
// Source: docs.joinmastodon.org/methods/lists#get, docs.joinmastodon.org/methods/accounts#lists
func (b *Backend) PeopleLists(ctx context.Context, who string) ([]timeline.PeopleList, error) {
	out, err := b.peopleLists(ctx, who)
	if err != nil {
		return nil, b.failed("lists", err)
	}
	return out, nil
}

func (b *Backend) peopleLists(ctx context.Context, who string) ([]timeline.PeopleList, error) {
	a, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	lists, err := b.ownLists(ctx, a)
	if err != nil {
		return nil, err
	}
	var hold []string
	if who != "" {
		sid, err := b.personOnServer(ctx, who)
		if err != nil {
			return nil, err
		}
		if hold, err = a.holding(ctx, sid); err != nil {
			return nil, err
		}
	}
	out := make([]timeline.PeopleList, 0, len(lists))
	for _, l := range lists {
		out = append(out, timeline.PeopleList{ID: l.ID, Title: timeline.CleanLine(l.Title), Holds: slices.Contains(hold, l.ID)})
	}
	return out, nil
}

// holding are the ids of the account's lists that a person is in.
func (a *api) holding(ctx context.Context, sid string) ([]string, error) {
	var lists []listEntity
	if err := a.get(ctx, "/api/v1/accounts/"+sid+"/lists", nil, &lists); err != nil {
		return nil, err
	}
	var ids []string
	for _, l := range lists {
		ids = append(ids, l.ID)
	}
	return ids, nil
}

// Enlisted implements timeline.Curator.
//
// Source: docs.joinmastodon.org/methods/lists#accounts
func (b *Backend) Enlisted(ctx context.Context, id string, p timeline.Page) (timeline.Listing, error) {
	what := "list " + timeline.CleanLine(id).String()
	if !validID(id) {
		return timeline.Listing{}, b.failed(what, timeline.Errorf(timeline.CodeNotFound, "%s: there is no such list", b.base.Host))
	}
	return b.peopleAt(ctx, what, "/api/v1/lists/"+id+"/accounts", p)
}

// enlist prepares to put a person in a list, or to take them out.
//
// Source: docs.joinmastodon.org/methods/lists#accounts-add, #accounts-remove
func (p preparation) enlist(ctx context.Context, f *frozen) error {
	f.List = p.intent.List
	if !validID(f.List) {
		return timeline.Errorf(timeline.CodeNotFound, "%s: there is no list %s", p.base.Host, timeline.CleanLine(f.List))
	}
	var err error
	if f.Person, err = p.whom(ctx); err != nil {
		return err
	}
	f.Path = "/api/v1/lists/" + f.List + "/accounts"
	if f.Undo {
		f.Method = http.MethodDelete
	} else if err := p.mayEnlist(ctx, f.Person); err != nil {
		return err
	}
	return f.put(struct {
		People []string `json:"account_ids"`
	}{[]string{f.Person}})
}

// mayEnlist refuses those whom the account does not follow: the server would say no
// more than that it has not found something.
func (p preparation) mayEnlist(ctx context.Context, sid string) error {
	followed, err := p.api.related(ctx, frozen{Kind: timeline.DoFollow, Person: sid})
	if err != nil || followed {
		return err
	}
	me, err := p.self(ctx, p.api)
	if err != nil || me == sid {
		return err
	}
	return timeline.Errorf(timeline.CodeRefused, "%s: a list holds only people whom you follow; follow them first", p.base.Host)
}

// listOf prepares to make a list, or to delete one. Titles need not be unique on the
// server, but the name of a feed tells lists apart by them.
//
// Source: docs.joinmastodon.org/methods/lists#create, #delete
func (p preparation) listOf(ctx context.Context, f *frozen) error {
	if f.Undo {
		f.List, f.Method = p.intent.List, http.MethodDelete
		f.Path = "/api/v1/lists/" + f.List
		if !validID(f.List) {
			return timeline.Errorf(timeline.CodeNotFound, "%s: there is no list %s", p.base.Host, timeline.CleanLine(f.List))
		}
		return nil
	}
	title, err := timeline.CheckListTitle(p.intent.Title)
	if err != nil {
		return err
	}
	lists, err := p.ownLists(ctx, p.api)
	if err != nil {
		return err
	}
	f.Title, f.Path = title, "/api/v1/lists"
	if titled(lists, f.Title) {
		return timeline.Errorf(timeline.CodeRefused, "%s: there is a list %s already", p.base.Host, timeline.CleanLine(f.Title))
	}
	return f.put(struct {
		Title string `json:"title"`
	}{f.Title})
}

func titled(lists []listEntity, title string) bool {
	return slices.ContainsFunc(lists, func(l listEntity) bool { return strings.EqualFold(l.Title, title) })
}

// curated judges the answer to a change of a list. What is refused may be so already:
// a second twin of an entry is refused, and so is the deletion of what is gone.
func (b *Backend) curated(ctx context.Context, a *api, f frozen, got answer) timeline.Outcome {
	if !got.good() {
		if is, err := b.isCurated(ctx, a, f); err == nil && is {
			return b.done(f)
		}
		return outcome(timeline.Rejected, b.blame(got.fault(b.base.Host)))
	}
	if f.Kind == timeline.DoList && !f.Undo {
		var l listEntity
		if json.Unmarshal(got.body, &l) != nil || !validID(l.ID) {
			return outcome(timeline.Uncertain, timeline.Errorf(timeline.CodeMalformed, "%s: the answer is no list", b.base.Host))
		}
	}
	b.lists.clear() // names may be of others now
	return b.done(f)
}

// isCurated tells whether a list is as it was to be.
func (b *Backend) isCurated(ctx context.Context, a *api, f frozen) (bool, error) {
	if f.Kind == timeline.DoEnlist {
		ids, err := a.holding(ctx, f.Person)
		return slices.Contains(ids, f.List) != f.Undo, err
	}
	lists, err := b.ownLists(ctx, a)
	if f.Undo {
		return !slices.ContainsFunc(lists, func(l listEntity) bool { return l.ID == f.List }), err
	}
	return titled(lists, f.Title), err
}

// settleList looks for a list that was to be made. One that is not there may be on its
// way still: asked for again too soon there would be two.
func (b *Backend) settleList(ctx context.Context, a *api, f frozen, r timeline.Request) timeline.Outcome {
	out := b.settleState(ctx, a, f)
	if out.Verdict == timeline.Absent && !r.First.IsZero() && b.decode.now().Before(lastSent(f, r).Add(b.patience)) {
		out.Verdict = timeline.Uncertain
	}
	return out
}
