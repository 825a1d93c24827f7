package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"skein/config/account"
	"skein/outbox"
	"skein/timeline"
	"skein/timeline/carry"
)

// lookups is how many people or posts are looked up at once.
const lookups = 4

// importingList is a list of an account on its way in.
type importingList struct {
	*importing
	desk    *desk
	record  account.Record
	backend timeline.Backend
	known   acquaintances
}

// entry is an item of the file, and who or what it is for the account.
type entry struct {
	carry.Item
	id  string // Author.ID or ID.Local
	why string // why it is left out
}

// kindOf is what has to be done for an entry of a list.
func kindOf(k carry.Kind) timeline.Kind {
	return map[carry.Kind]timeline.Kind{
		carry.Follows: timeline.DoFollow, carry.Mutes: timeline.DoMute, carry.Blocks: timeline.DoBlock, carry.Bookmarks: timeline.DoBookmark,
	}[k]
}

// run imports the list: the file is read, then the list as it is, and nothing is
// written before both are known.
func (l *importingList) run(ctx context.Context) error {
	file, err := l.read()
	if err != nil {
		return err
	}
	limits, err := l.open(ctx)
	if err != nil {
		return err
	}
	if err := l.finishEarlier(ctx); err != nil {
		return err
	}
	there, err := l.there(ctx)
	if err != nil {
		return timeline.Errorf(timeline.CodeOf(err), "%s of %s could not be read, so nothing was changed: %w", l.kind, l.record.Name, err)
	}
	entries, err := l.lookUp(ctx, file.Items)
	if err != nil {
		return err
	}
	fresh, already := l.fresh(entries, there)
	proceed, err := l.agree(ctx, l.sum(l.record.Name, len(fresh), already))
	if err != nil {
		return err
	}
	if proceed {
		if err := l.add(ctx, fresh, limits.Whole); err != nil {
			return err
		}
	}
	return l.end()
}

// open finds the account, and refuses one that cannot do what is asked of it.
func (l *importingList) open(ctx context.Context) (limits timeline.Limits, err error) {
	if l.record, err = l.oneAccount(l.flags.account); err != nil {
		return limits, err
	}
	id := timeline.AccountID(l.record.ID)
	if l.backend, err = l.desk.pool.backend(ctx, id); err != nil {
		return limits, err
	}
	target := l.desk.box.Targets(ctx, id)[0]
	if err := ctx.Err(); err != nil {
		return limits, err
	}
	if f := unable(target, timeline.Intent{Kind: kindOf(l.kind)}); f.Message != "" {
		f.Account, f.Network = l.record.Name, timeline.Network(l.record.Network)
		l.report(f)
		if f.Code == timeline.CodeAuth {
			return limits, silent(exitSignIn)
		}
		return limits, silent(exitRefused)
	}
	people, err := l.state(ctx)
	if err != nil {
		return limits, err
	}
	book, err := people.People(ctx)
	l.known = newAcquaintances(book)
	return target.Limits, err
}

// finishEarlier sends what is still on its way to the list, so that it counts as being
// there.
func (l *importingList) finishEarlier(ctx context.Context) error {
	if l.flags.dry {
		return nil
	}
	open, err := l.onTheirWay(ctx)
	if err != nil || len(open) == 0 {
		return err
	}
	if _, err := l.desk.wait(ctx, l.flags.wait, open...); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if open, err = l.onTheirWay(ctx); err != nil || len(open) == 0 {
		return err
	}
	l.report(failure{
		Code: timeline.CodeOffline, Account: l.record.Name, Network: timeline.Network(l.record.Network),
		Message: "what was to be added earlier is still on its way; `skein outbox drain` sends it, then import again",
	})
	return silent(exitNone)
}

// onTheirWay are the operations that are to add to the list and are not over.
func (l *importingList) onTheirWay(ctx context.Context) ([]string, error) {
	deliveries, err := l.desk.box.Deliveries(ctx, outbox.Filter{Open: true, Account: timeline.AccountID(l.record.ID), Limit: carry.MaxItems})
	var operations []string
	for _, d := range deliveries {
		if d.Kind == kindOf(l.kind) && !slices.Contains(operations, d.Operation) {
			operations = append(operations, d.Operation)
		}
	}
	return operations, err
}

// there is what the list has now. Entries that could not be read count by their names.
func (l *importingList) there(ctx context.Context) (map[string]bool, error) {
	list, _ := l.kind.List()
	progress := l.tally("reading the list of " + l.record.Name)
	defer progress.clear()
	there := map[string]bool{}
	err := l.eachPage(ctx, l.backend, list, func(page timeline.Listing) error {
		for _, p := range page.People {
			there[l.same(p.ID)] = true
		}
		for _, p := range page.Posts {
			there[p.ID.Local], there[p.Content().ID.Local] = true, true
		}
		for _, u := range page.Unread {
			there[u.String()] = true
		}
		progress.set(len(there), 0)
		return nil
	})
	return there, err
}

// lookUp finds out who or what the items are, a few at once. It fails where the
// network cannot be asked; what it does not know is left out.
func (l *importingList) lookUp(ctx context.Context, items []carry.Item) ([]entry, error) {
	entries := make([]entry, len(items))
	progress := l.tally("looking up")
	defer progress.clear()
	var done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(lookups)
	for i, item := range items {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			e, err := l.identify(ctx, item)
			if err != nil {
				return timeline.Errorf(timeline.CodeOf(err), "%s, line %d, could not be looked up, so nothing was changed: %w", item.Address, item.Line, err)
			}
			entries[i] = e
			progress.set(int(done.Add(1)), len(items))
			return nil
		})
	}
	return entries, group.Wait()
}

// identify finds out who or what an item is on the account's network.
func (l *importingList) identify(ctx context.Context, item carry.Item) (entry, error) {
	e := entry{Item: item}
	own := timeline.Network(l.record.Network)
	if item.Network == own {
		e.id = item.ID
		return e, nil
	}
	if item.Network == "" {
		id, err := l.resolved(ctx, item.Address.String())
		if err == nil || timeline.CodeOf(err) != timeline.CodeNotMine {
			return e.found(id, err)
		}
	}
	if !l.kind.OfPeople() {
		e.why = fmt.Sprintf("%s is no post of %s", item.Address, own)
		return e, nil
	}
	h, who, ok := l.known.on(own, item)
	switch {
	case !ok && who != "":
		e.why = fmt.Sprintf("%s is %s in the address book, who is not on %s there", item.Address, who, own)
		return e, nil
	case !ok:
		e.why = fmt.Sprintf("%s is not on %s, and not in the address book", item.Address, own)
		return e, nil
	case h.ID != "":
		e.id = h.ID
		return e, nil
	}
	return e.found(l.resolved(ctx, h.Handle))
}

// found is the entry with what looking it up has brought. Only what another time may
// bring is an error.
func (e entry) found(id string, err error) (entry, error) {
	te := timeline.AsError(err)
	switch {
	case te == nil:
		e.id = id
	case te.Temporary():
		return e, err
	default:
		e.why = fmt.Sprintf("%s: %s", e.Address, te.Message)
	}
	return e, nil
}

// resolved is the person or post that an address names.
func (l *importingList) resolved(ctx context.Context, address string) (string, error) {
	resolver, ok := timeline.As[timeline.Resolver](l.backend)
	if !ok {
		return "", timeline.Errorf(timeline.CodeNotMine, "nothing can be looked up on %s", l.record.Network)
	}
	var t timeline.Target
	err := l.patiently(ctx, func() (err error) {
		t, err = resolver.Resolve(ctx, address)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case l.kind.OfPeople() && t.Person == "":
		return "", timeline.Errorf(timeline.CodeUsage, "it is a post")
	case !l.kind.OfPeople() && t.Post.Zero():
		return "", timeline.Errorf(timeline.CodeUsage, "it is a person")
	}
	if l.kind.OfPeople() {
		return t.Person, nil
	}
	return t.Post.Local, nil
}

// fresh are the entries that the list does not have, each once, in the order of the
// list that they came from: its first is the newest, so the last is added first.
func (l *importingList) fresh(entries []entry, there map[string]bool) (fresh []entry, already int) {
	seen := map[string]bool{}
	for _, e := range entries {
		switch {
		case e.why != "":
			l.leaveOut(e.Line, e.Raw, e.why)
		case seen[l.same(e.id)]:
		case there[l.same(e.id)]:
			already++
		default:
			fresh = append(fresh, e)
		}
		seen[l.same(e.id)] = true
	}
	slices.Reverse(fresh)
	return fresh, already
}

// same is what entries are compared by: the name of a person may be written in any case.
func (l *importingList) same(id string) string {
	if l.kind.OfPeople() {
		return strings.ToLower(id)
	}
	return id
}

// acquaintances are the people of the address book, by all that they are called.
type acquaintances map[string]timeline.Person

func newAcquaintances(book []timeline.Person) acquaintances {
	a := acquaintances{}
	for _, p := range book {
		for _, h := range p.Handles {
			for _, name := range []string{h.Handle, h.ID} {
				if name != "" {
					a[called(h.Network, name)], a[called("", name)] = p, p
				}
			}
		}
	}
	return a
}

// called is what people are told apart by; the network may be unknown.
func called(n timeline.Network, name string) string {
	return string(n) + " " + strings.ToLower(strings.TrimPrefix(name, "@"))
}

// on is the person of an item on a network, and the name in the address book, which is
// "" where it knows nobody so called.
func (a acquaintances) on(n timeline.Network, item carry.Item) (h timeline.Handle, name string, ok bool) {
	for _, c := range []string{item.ID, item.Address.String()} {
		if p, known := a[called(item.Network, c)]; known && c != "" {
			h, ok = p.On(n)
			return h, cmp.Or(name, p.Name), ok
		}
	}
	return h, "", false
}
