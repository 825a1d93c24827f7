package nostr

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/nbd-wtf/go-nostr"

	"skein/config/account"
	"skein/timeline"
)

// mostMessage is the longest text of a message, in bytes: encrypted twice it still fits
// into what relays take.
const mostMessage = 20_000

// forSelf is what the copy for the account itself is called in a receipt.
const forSelf = "yourself"

// write17 makes the request of a direct message (NIP-17): the same rumor wrapped for
// each who gets it and for the account itself, so that its other programs have it. Each
// wrap is kept when it is made, for no two of one rumor are the same bytes.
func (b *Backend) write17(ctx context.Context, i timeline.Intent, n timeline.Notes) (request, error) {
	if why := b.Rules().Takes(i.Kind, i.Undo); !why.Empty() {
		return request{}, &timeline.Error{Code: timeline.CodeUnsupported, Message: why}
	}
	if len(i.Parts) != 1 || i.Visibility != timeline.Direct {
		return request{}, timeline.Errorf(timeline.CodeInternal, "not a direct message")
	}
	people, err := b.receivers(i)
	if err != nil {
		return request{}, err
	}
	s, err := b.signer(ctx)
	switch {
	case errors.Is(err, account.ErrNoCredentials):
		return request{}, errReadOnly
	case err != nil:
		return request{}, err
	}
	boxes, err := b.boxesOf(ctx, people)
	if err != nil {
		return request{}, err
	}
	if boxes[b.cfg.PubKey], err = b.ownBox(ctx); err == nil && len(boxes[b.cfg.PubKey]) == 0 {
		boxes[b.cfg.PubKey], err = b.writeRelays(ctx) // nobody can answer, but nothing is lost
	}
	if err != nil {
		return request{}, err
	}
	rumor := b.rumor(i, people, boxes)
	q := request{Rumor: rumor.ID}
	for _, to := range append(people, b.cfg.PubKey) {
		w, err := timeline.Step(ctx, n, "wrapped "+i.Key+" "+to, func(ctx context.Context) (wrapped, error) {
			e, err := b.wrap59(ctx, s, rumor, to)
			if err != nil {
				return wrapped{}, err
			}
			return wrapped{To: to, Event: e.String(), Relays: boxes[to]}, nil
		})
		if err != nil {
			return request{}, err
		}
		q.Letters = append(q.Letters, w)
	}
	return q, q.parse()
}

// receivers are those who get a message, sorted, without the account itself.
func (b *Backend) receivers(i timeline.Intent) ([]string, error) {
	var people []string
	for _, who := range i.People {
		if !isHex(who, 64) {
			return nil, timeline.Errorf(timeline.CodeUsage, "not a Nostr public key: %s", cut(who, maxName))
		}
		if who != b.cfg.PubKey {
			people = append(people, who)
		}
	}
	slices.Sort(people)
	people = slices.Compact(people)
	if len(i.People) == 0 || len(people) > timeline.MaxCorrespondents {
		return nil, timeline.Errorf(timeline.CodeUsage, "a message is for 1 to %d people", timeline.MaxCorrespondents)
	}
	return people, nil
}

// rumor makes the message itself. The same intent makes the same one.
func (b *Backend) rumor(i timeline.Intent, people []string, boxes map[string][]string) *nostr.Event {
	var text strings.Builder
	for _, span := range i.Parts[0].Text {
		text.WriteString(published(span))
	}
	e := &nostr.Event{PubKey: b.cfg.PubKey, Kind: nostr.KindDirectMessage, CreatedAt: b.created(i), Content: text.String(), Tags: nostr.Tags{}}
	for _, who := range people {
		tag := nostr.Tag{"p", who}
		if len(boxes[who]) > 0 {
			tag = append(tag, boxes[who][0])
		}
		e.Tags = append(e.Tags, tag)
	}
	if len(people) == 0 {
		e.Tags = append(e.Tags, nostr.Tag{"p", b.cfg.PubKey})
	}
	e.ID = e.GetID()
	return e
}

// posting is one wrap as a request of its own: any one of its relays is enough.
func (w wrapped) posting() (*request, error) {
	q := &request{Event: w.Event, Own: w.Relays, Quorum: 1}
	if len(w.Relays) == 0 || !isHex(w.To, 64) {
		return nil, errors.New("a message without an address")
	}
	return q, q.parse()
}

// label is what a wrap's answers are marked with, for several people may use one relay.
func (b *Backend) label(w wrapped) string {
	if w.To == b.cfg.PubKey {
		return " for " + forSelf
	}
	return " for " + shortNpub(w.To)
}

// each17 does the same with every wrap of a message, at once, and weighs what came of it.
func (b *Backend) each17(ctx context.Context, q *request, known []timeline.Answer, do func(*request, standings)) timeline.Outcome {
	outcomes := make([]timeline.Outcome, len(q.Letters))
	var wg sync.WaitGroup
	for i, w := range q.Letters {
		wg.Go(func() {
			one, err := w.posting()
			if err != nil {
				outcomes[i] = broken(timeline.Request{Tries: 1}, err)
				return
			}
			label, all := b.label(w), standings{}
			var said []timeline.Answer
			for _, a := range known {
				if server, ok := strings.CutSuffix(a.Server.String(), label); ok {
					a.Server = timeline.CleanLine(server)
					said = append(said, a)
				}
			}
			all.recall(one, said)
			do(one, all)
			outcomes[i] = all.outcome(one)
			for n, a := range outcomes[i].Receipt.Answers {
				outcomes[i].Receipt.Answers[n].Server = timeline.CleanLine(a.Server.String() + label)
			}
		})
	}
	wg.Wait()
	o := b.weigh17(q, outcomes)
	if err := ctx.Err(); err != nil && o.Verdict != timeline.Published {
		o.Verdict, o.Err = timeline.Uncertain, &timeline.Error{Code: timeline.CodeOffline, Message: timeline.Literal("stopped while it was being sent"), Err: err}
	}
	return o
}

// weigh17 makes one outcome of those of all wraps. Those who are written to decide; the
// own copy does where there is nobody else.
func (b *Backend) weigh17(q *request, outcomes []timeline.Outcome) timeline.Outcome {
	out := timeline.Outcome{Verdict: timeline.Published}
	reached, lost := 0, ""
	for i, o := range outcomes {
		out.Receipt.Answers = append(out.Receipt.Answers, o.Receipt.Answers...)
		if q.Letters[i].To == b.cfg.PubKey && len(outcomes) > 1 {
			continue
		}
		switch o.Verdict {
		case timeline.Published:
			reached++
		case timeline.Rejected:
			lost = shortNpub(q.Letters[i].To) + " did not get it: " + o.Err.Error()
			if out.Err == nil {
				out.Err = o.Err
			}
		case timeline.Uncertain, timeline.Hopeless:
			out.Verdict, out.Err = timeline.Uncertain, o.Err
		default:
			if out.Verdict == timeline.Published {
				out.Verdict, out.Err = timeline.Absent, o.Err
			}
		}
	}
	switch {
	case out.Verdict != timeline.Published:
		return out
	case reached == 0:
		out.Verdict = timeline.Rejected
		return out
	}
	out.Err = nil
	out.Receipt.Posts = []timeline.Copy{{ID: timeline.ID{Network: timeline.Nostr, Local: q.Rumor}}}
	out.Receipt.Note = timeline.CleanLine(lost)
	return out
}

// send17 sends the wraps that no relay has taken yet.
func (b *Backend) send17(ctx context.Context, q *request, r timeline.Request) timeline.Outcome {
	return b.each17(ctx, q, r.Known.Answers, func(one *request, all standings) {
		for url, s := range b.broadcast(ctx, one, all.answers(one)) {
			all[url] = s
		}
	})
}

// settle17 asks the relays for the wraps. Many show them to nobody but those whom they
// are for: what is not to be seen may be sent again, the same bytes, and is there once.
func (b *Backend) settle17(ctx context.Context, q *request, r timeline.Request) timeline.Outcome {
	return b.each17(ctx, q, r.Known.Answers, func(one *request, all standings) {
		for url, a := range b.askOwn(ctx, one, holding(one.event.ID)) {
			switch s := all[url]; {
			case len(a.events) > 0:
				all[url] = standing{taken: true, text: timeline.Literal("it has it")}
			case s.taken, s.final:
			default:
				all[url] = standing{code: timeline.CodeOffline, text: timeline.Literal("it does not show it")}
			}
		}
	})
}
