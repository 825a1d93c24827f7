package nostr

import (
	"context"
	"slices"
	"strings"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// write drafts a post: what it answers and quotes is read, its mentions are looked
// up, and its files are uploaded.
func (b *Backend) write(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	if len(i.Parts) != 1 {
		return draft{}, timeline.Errorf(timeline.CodeInternal, "a Nostr event is one post, not %d", len(i.Parts))
	}
	for _, r := range b.Rules().Review(i, b.Limits()) {
		if r.Severity == timeline.Refuse {
			return draft{}, &timeline.Error{Code: timeline.CodeRefused, Message: r.Message}
		}
	}
	s := &essay{me: b.cfg.PubKey, intent: i, part: i.Parts[0], relays: own, hint: b.hint, home: b.home}
	s.intent.Created = b.created(i).Time()
	var err error
	if s.parent, err = b.optional(ctx, i.ReplyTo, "the post that this answers"); err != nil {
		return draft{}, err
	}
	if s.quoted, err = b.optional(ctx, i.Quote, "the post that this quotes"); err != nil {
		return draft{}, err
	}
	if s.part.Text, err = b.addressed(ctx, s.part.Text, n); err != nil {
		return draft{}, err
	}
	if s.files, err = b.uploadAll(ctx, s.part.Media, n); err != nil {
		return draft{}, err
	}
	people := named(s.people(nil))
	b.fetchLists(ctx, people[:min(len(people), inboxPeople)]) // their relays are told in the event
	return draft{event: s.event()}, ctx.Err()
}

// optional reads the post that an intent refers to, nil when it refers to none.
func (b *Backend) optional(ctx context.Context, s timeline.Subject, what string) (*nostr.Event, error) {
	if s.ID.Zero() {
		return nil, nil
	}
	return b.subject(ctx, s, what)
}

// subject reads a post that is acted upon; of a boost, the boosted one. That no
// relay has it is believed only when all own relays say so.
func (b *Backend) subject(ctx context.Context, s timeline.Subject, what string) (*nostr.Event, error) {
	e, err := b.certain(ctx, s.ID, what)
	if err != nil || e.Kind != kindBoost && e.Kind != kindBoostAny {
		return e, err
	}
	l, ok := target(e.Tags)
	if !ok {
		return nil, timeline.Errorf(timeline.CodeNotFound, "%s is a boost of nothing", what)
	}
	b.unwrap(e)
	b.fetchEvents(ctx, []link10{l})
	return b.certain(ctx, timeline.ID{Network: timeline.Nostr, Local: l.id}, what)
}

func (b *Backend) certain(ctx context.Context, id timeline.ID, what string) (*nostr.Event, error) {
	e, err := b.find(ctx, id)
	if err == nil {
		return e, nil
	}
	te := timeline.AsError(err)
	if te.Code != timeline.CodeNotFound || !isHex(id.Local, 64) {
		return nil, err
	}
	for url, a := range b.pool.ask(ctx, b.everywhere(holding(id.Local)), -1) {
		b.remember(url, a.events)
		if !a.complete() {
			te = timeline.Errorf(timeline.CodeOffline, "%s may be at %s, which does not answer", what, hostOf(url))
		}
	}
	if e, ok := b.events.Get(id.Local); ok {
		return e, nil
	}
	if te.Code == timeline.CodeNotFound {
		te = timeline.Errorf(timeline.CodeNotFound, "%s was not found at any relay", what)
	}
	return nil, te
}

// everywhere asks the same of all own relays.
func (b *Backend) everywhere(filters nostr.Filters) map[string]nostr.Filters {
	want := map[string]nostr.Filters{}
	for _, url := range b.own {
		want[url] = filters
	}
	return want
}

// addressed finds the keys of people who are mentioned by a NIP-05 name alone. One
// that nobody has stays text.
func (b *Backend) addressed(ctx context.Context, t timeline.Text, n timeline.Notes) (timeline.Text, error) {
	out := slices.Clone(t)
	for i, s := range out {
		if s.Kind != timeline.SpanMention || isHex(s.Target.String(), 64) {
			continue
		}
		name := strings.TrimPrefix(s.Text.String(), "@")
		key, err := timeline.Step(ctx, n, "mention "+name, func(ctx context.Context) (string, error) {
			return b.keyOf(ctx, name)
		})
		if err != nil {
			return nil, err
		}
		out[i].Target = timeline.CleanLine(key)
		if key == "" {
			out[i] = timeline.Span{Text: s.Text}
		}
	}
	return out, nil
}

// keyOf is the public key behind a name, "" when there is none. An error is worth
// another try.
func (b *Backend) keyOf(ctx context.Context, name string) (string, error) {
	if !strings.Contains(name, "@") {
		return "", nil
	}
	t, err := b.wellKnown(ctx, name)
	if err == nil {
		return t.Person, nil
	}
	if te := timeline.AsError(err); te.Temporary() && te.Code != timeline.CodeMalformed {
		return "", err
	}
	return "", nil
}
