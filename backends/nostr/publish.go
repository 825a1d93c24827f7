package nostr

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

const (
	maxTwins  = 10                     // seconds that an event is put later at most, so that it is one of its own
	twinGrace = 200 * time.Millisecond // for slow relays when a twin is looked for: there is hardly ever one
)

// request is what a timeline.Request holds: a signed event and where it goes. The
// event is kept as the string of bytes that is sent, so that no encoder on the way
// changes one of them.
type request struct {
	Event  string        `json:"event,omitempty"` // empty: what was asked for is so already
	Own    []string      `json:"own,omitempty"`   // own write relays: they decide
	Inbox  []string      `json:"inbox,omitempty"` // where those concerned read
	Quorum int           `json:"quorum,omitempty"`
	On     timeline.ID   `json:"on,omitzero"`      // the post acted upon, for kinds other than post
	Author string        `json:"author,omitempty"` // of it, for its address
	List   *base         `json:"list,omitempty"`   // for an edit of a whole list
	Gone   []string      `json:"gone,omitempty"`   // ids of what is deleted
	Note   timeline.Safe `json:"note,omitzero"`

	Letters []wrapped `json:"letters,omitempty"` // of a direct message, instead of Event
	Rumor   string    `json:"rumor,omitempty"`   // id of the message that they hold

	event *nostr.Event
}

// draft is an event before it is signed, and whom it concerns.
type draft struct {
	event   nostr.Event
	outlets []string // relays besides the usual ones
	request request  // without event and relays
	nothing bool     // to be done
}

// Prepare implements timeline.Publisher. What is read, uploaded and looked up is
// kept step by step; the last step keeps the signed event, so that the same event is
// sent whatever happens.
func (b *Backend) Prepare(ctx context.Context, i timeline.Intent, n timeline.Notes) (timeline.Request, error) {
	what := string(i.Kind)
	q, err := timeline.Step(ctx, n, "signed "+i.Key, func(ctx context.Context) (request, error) {
		if i.Kind == timeline.DoMessage {
			return b.write17(ctx, i, n)
		}
		return b.draw(ctx, i, n)
	})
	if err != nil {
		return timeline.Request{}, b.wrap(what, err)
	}
	body, err := json.Marshal(q)
	if err != nil {
		return timeline.Request{}, b.wrap(what, err)
	}
	return timeline.Request{Body: body}, nil
}

// outline is a request without its event, and the event before it is signed.
type outline struct {
	Request request   `json:"request"`
	Event   *template `json:"event,omitempty"` // nil: there is nothing to be done
}

// draw makes the request. What a remote signer is asked to sign is kept first: it is
// asked for the same again, however often that takes, and so never signs two events of
// one intent.
func (b *Backend) draw(ctx context.Context, i timeline.Intent, n timeline.Notes) (request, error) {
	s, err := b.signer(ctx)
	switch {
	case errors.Is(err, account.ErrNoCredentials):
		return request{}, errReadOnly
	case err != nil:
		return request{}, err
	}
	plan := func(ctx context.Context) (outline, error) { return b.outline(ctx, i, n) }
	var o outline
	if _, far := s.(*bunker); far {
		o, err = timeline.Step(ctx, n, "unsigned "+i.Key, plan)
	} else {
		o, err = plan(ctx)
	}
	q := o.Request
	if err != nil || o.Event == nil {
		return q, err
	}
	if err := b.freeze(ctx, &q, o.Event.event(b.cfg.PubKey)); err != nil {
		return request{}, err
	}
	return q, nil
}

// outline does all that comes before the signature.
func (b *Backend) outline(ctx context.Context, i timeline.Intent, n timeline.Notes) (outline, error) {
	if why := b.Rules().Takes(i.Kind, i.Undo); !why.Empty() {
		return outline{}, &timeline.Error{Code: timeline.CodeUnsupported, Message: why}
	}
	own, err := b.writeRelays(ctx)
	if err != nil {
		return outline{}, err
	}
	d, err := b.draft(ctx, i, n, own)
	if err != nil {
		return outline{}, err
	}
	q := d.request
	if d.nothing {
		return outline{Request: q}, nil
	}
	if q.List != nil {
		own = relayURLs(slices.Concat(own, b.own), maxOutlets)
		q.Quorum = len(own)/2 + 1
	} else {
		q.Quorum = min(b.cfg.Quorum, len(own))
	}
	q.Own = own
	q.Inbox = b.inboxes(ctx, d, own)
	e := d.event
	e.PubKey = b.cfg.PubKey
	for n := 0; n < maxTwins && b.twin(ctx, &e, q.Own); n++ {
		e.CreatedAt++
	}
	t := templateOf(&e)
	return outline{q, &t}, ctx.Err()
}

// draft makes the event of an intent.
func (b *Backend) draft(ctx context.Context, i timeline.Intent, n timeline.Notes, own []string) (draft, error) {
	switch i.Kind {
	case timeline.DoPost:
		return b.write(ctx, i, n, own)
	case timeline.DoDelete:
		return b.remove(ctx, i)
	case timeline.DoBoost, timeline.DoLike:
		if i.Undo {
			return b.takeBack(ctx, i, own)
		}
		return b.react(ctx, i, own)
	case timeline.DoVote:
		return b.vote(ctx, i)
	case timeline.DoBookmark:
		return b.bookmark(ctx, i, n, own)
	case timeline.DoFollow:
		return b.follow(ctx, i, n, own)
	case timeline.DoMute:
		return b.mute(ctx, i, n, own)
	case timeline.DoReceive:
		return b.receive(ctx, i, n, own)
	case timeline.DoEnlist:
		return b.enlist(ctx, i, n, own)
	case timeline.DoList:
		return b.listOf(ctx, i, n, own)
	case timeline.DoReport:
		return b.report(ctx, i)
	}
	return draft{}, timeline.Errorf(timeline.CodeUnsupported, "Nostr has no such thing: %s", i.Kind)
}

// freeze signs the event, and holds the bytes that will be sent to the same tests
// as a stranger's.
func (b *Backend) freeze(ctx context.Context, q *request, e nostr.Event) error {
	if err := b.sign(ctx, &e); err != nil {
		return err
	}
	q.Event = e.String()
	if err := q.parse(); err != nil {
		return &timeline.Error{Code: timeline.CodeRefused, Message: timeline.Literal("the event would not survive its way to a relay"), Err: err}
	}
	b.mu.Lock()
	limit := b.facts.message
	b.mu.Unlock()
	if limit == 0 || limit > transport.MaxFrame {
		limit = transport.MaxFrame
	}
	if size := len(q.message()); size > limit {
		return timeline.Errorf(timeline.CodeRefused, "with everything in it the event has %d bytes; the relays take %d", size, limit)
	}
	return nil
}

// twin tells whether there is, or was, such an event already: the same words in the
// same second have the same id, and what was deleted does not come back under it.
func (b *Backend) twin(ctx context.Context, e *nostr.Event, relays []string) bool {
	id := e.GetID()
	known := func() bool { return b.events.Contains(id) || b.deleted.Contains(id+b.cfg.PubKey) }
	if known() {
		return true
	}
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = append(holding(id), b.deletionOf(id))
	}
	for url, a := range b.pool.ask(ctx, want, twinGrace) {
		b.remember(url, a.events)
	}
	return known()
}

// deletionOf asks for the deletion of an own event.
func (b *Backend) deletionOf(id string) nostr.Filter {
	return nostr.Filter{Kinds: []int{kindDeletion}, Authors: []string{b.cfg.PubKey}, Tags: nostr.TagMap{"e": {id}}, Limit: 1}
}

var errNotOurs = errors.New("its id or signature is wrong")

// parse reads the event back from its bytes.
func (q *request) parse() error {
	for _, w := range q.Letters {
		if _, err := w.posting(); err != nil {
			return err
		}
	}
	if q.Event == "" {
		return nil
	}
	raw := []byte(q.Event)
	if !json.Valid(raw) || transport.Depth(raw) > frameDepth {
		return errFrame
	}
	e, err := parseEvent(raw)
	if err != nil {
		return err
	}
	if ok, err := e.CheckSignature(); !e.CheckID() || !ok || err != nil {
		return errors.Join(errNotOurs, err)
	}
	q.event = e
	return nil
}

// message is what goes over the wire (NIP-01).
func (q *request) message() []byte {
	return []byte(`["EVENT",` + q.Event + `]`)
}

// relays are all relays of the request, the own ones first.
func (q *request) relays() []string { return slices.Concat(q.Own, q.Inbox) }

// copies is the post that came of it, or that was acted upon.
func (q *request) copies() []timeline.Copy {
	id, author, hint := q.On, q.Author, ""
	if id.Zero() && q.List == nil && q.event != nil && !ofList(q.event) {
		id, author = timeline.ID{Network: timeline.Nostr, Local: q.event.ID}, q.event.PubKey
		hint = q.Own[0]
	}
	if id.Zero() {
		return nil
	}
	return []timeline.Copy{{ID: id, URL: timeline.CleanLine(eventURL(id.Local, author, hint))}}
}

// thaw reads a request from the journal.
func thaw(r timeline.Request) (*request, error) {
	var q request
	if err := json.Unmarshal(r.Body, &q); err != nil {
		return nil, err
	}
	if q.Event != "" && (len(q.Own) == 0 || q.Quorum < 1) {
		return nil, errors.New("it names no relays")
	}
	return &q, q.parse()
}

// broken is the outcome of a request that the journal did not keep well.
func broken(r timeline.Request, err error) timeline.Outcome {
	v := timeline.Spent
	if !r.First.IsZero() || r.Tries > 0 {
		v = timeline.Hopeless
	}
	return timeline.Outcome{Verdict: v, Err: &timeline.Error{
		Code: timeline.CodeInternal, Message: timeline.Literal("the prepared event could not be read back"), Err: err,
	}}
}

// Send implements timeline.Publisher: the event goes to all relays at once that have
// not answered before. It is Published once a quorum of the own relays has it.
// Sending it again changes nothing anywhere: a relay holds an event once.
func (b *Backend) Send(ctx context.Context, r timeline.Request) timeline.Outcome {
	q, err := thaw(r)
	switch {
	case err != nil:
		return broken(r, err)
	case len(q.Letters) > 0:
		return b.send17(ctx, q, r)
	case q.event == nil:
		return timeline.Outcome{Verdict: timeline.Published, Receipt: timeline.Receipt{Posts: q.copies(), Note: q.Note}}
	case q.List != nil:
		return b.sendList(ctx, q, r)
	}
	return b.send(ctx, q, r)
}

func (b *Backend) send(ctx context.Context, q *request, r timeline.Request) timeline.Outcome {
	all := b.broadcast(ctx, q, r.Known.Answers)
	o := all.outcome(q)
	if err := ctx.Err(); err != nil && o.Verdict != timeline.Published {
		o.Verdict, o.Err = timeline.Uncertain, &timeline.Error{Code: timeline.CodeOffline, Message: timeline.Literal("stopped while it was being sent"), Err: err}
	}
	if o.Verdict == timeline.Published {
		b.done(ctx, q)
	}
	return o
}

// done has what was published be read at once, before any relay tells of it.
func (b *Backend) done(ctx context.Context, q *request) {
	e := q.event
	b.remember(q.Own[0], []*nostr.Event{e})
	if ofList(e) {
		b.forgetDeleted(e)
	}
	for _, id := range q.Gone {
		b.deleted.Add(id+b.cfg.PubKey, struct{}{})
	}
	b.ownEvent(ctx, e)
	if e.Kind == kindFollows || e.Kind == kindMutes {
		b.forgetCircle()
	}
	if e.Kind == nostr.KindDMRelayList {
		b.boxes.Remove(e.PubKey)
	}
	if q.List != nil {
		b.sawList(ctx, e)
	}
}

// created is when an event of an intent claims to be from.
func (b *Backend) created(i timeline.Intent) nostr.Timestamp {
	if i.Created.IsZero() {
		return b.stamp()
	}
	return nostr.Timestamp(i.Created.Unix())
}
