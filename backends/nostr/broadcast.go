package nostr

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

// pace is how long publishing waits.
type pace struct {
	answer time.Duration // for one relay's OK
	grace  time.Duration // for the other relays, once enough have taken an event
	whole  time.Duration // for one relay altogether
}

var usualPace = pace{answer: 10 * time.Second, grace: 1500 * time.Millisecond, whole: 40 * time.Second}

// standing is how an event stands at one relay.
type standing struct {
	taken  bool
	final  bool // refused, and asking again is of no use
	unsure bool // it may have the event: nobody knows
	code   timeline.Code
	text   timeline.Safe
}

// judge reads a relay's answer by its prefix (NIP-01, NIP-42).
func (b *Backend) judge(url string, v verdict) standing {
	if v.err != nil {
		te := timeline.AsError(v.err)
		return standing{unsure: v.sent, code: te.Code, text: te.Message}
	}
	s := standing{text: timeline.CleanLine(short(v.text))}
	prefix, _, _ := strings.Cut(v.text, ":")
	switch {
	case v.accepted, prefix == "duplicate":
		s.taken = true
	case prefix == "rate-limited":
		s.code = timeline.CodeRateLimited
	case prefix == "error":
		s.code = timeline.CodeServer
	case strings.HasPrefix(v.text, authRequired) && b.pool.relay(url).own.Load():
		s.code = timeline.CodeOffline // it could not be signed in to now; a later connection can
	default: // invalid, blocked, restricted, pow, mute, and what relays say in their own words
		s.final, s.code = true, timeline.CodeRefused
	}
	if s.text.Empty() && !s.taken {
		s.text = timeline.Literal("refused without a reason")
	}
	return s
}

// deliver puts a frozen event before one relay. Where the relay does not say that
// it has it, but might, the relay is asked, and given the event once more if it has
// not.
func (b *Backend) deliver(ctx context.Context, url string, q *request) standing {
	ctx, cancel := context.WithTimeout(ctx, b.pace.whole)
	defer cancel()
	put := func() standing { return b.judge(url, b.pool.submit(ctx, url, q.event.ID, q.message(), b.pace.answer)) }
	s := put()
	if s.taken || s.final || s.code == timeline.CodeOffline && !s.unsure {
		return s
	}
	a := b.ask(ctx, map[string]nostr.Filters{url: holding(q.event.ID)})[url]
	switch {
	case len(a.events) > 0:
		return standing{taken: true, text: timeline.Literal("it has it")}
	case !a.complete() || ctx.Err() != nil:
		return s
	}
	return put()
}

// holding asks for one event.
func holding(id string) nostr.Filters { return nostr.Filters{{IDs: []string{id}, Limit: 1}} }

// result is a relay's standing, when it is known.
type result struct {
	url string
	standing
}

// broadcast puts the event before all relays of the request that have not answered
// for good, at once. It returns once enough of the own ones have taken it, or all
// of them have answered, and the others had a moment more; what is under way then
// goes on in the background. When ctx ends first, everything stops.
//
//nolint:contextcheck // what is under way outlives Send, and ends with the Backend
func (b *Backend) broadcast(ctx context.Context, q *request, known []timeline.Answer) standings {
	all := standings{}
	all.recall(q, known)
	var todo []string
	for _, url := range q.relays() {
		if s := all[url]; !s.taken && !s.final {
			todo = append(todo, url)
		}
	}
	if len(todo) == 0 {
		return all
	}
	grace := b.pace.grace
	if all.taken(q.Own) >= q.Quorum {
		grace = b.pace.answer // it is published: this is for what the others say
	}
	results := make(chan result, len(todo))
	sending, stop := context.WithCancel(b.pool.ctx)
	var under sync.WaitGroup
	for _, url := range todo {
		all[url] = standing{unsure: true, code: timeline.CodeOffline, text: errSilent.Message}
		under.Add(1)
		started := b.pool.spawn(func() {
			defer under.Done()
			results <- result{url, b.deliver(sending, url, q)}
		})
		if !started {
			results <- result{url, b.judge(url, verdict{err: errClosed})}
			under.Done()
		}
	}
	if !b.pool.spawn(func() { under.Wait(); stop() }) {
		stop()
	}
	if !all.collect(ctx, q, results, len(todo), grace) {
		stop()
	}
	return all
}

// standings is how an event stands, by relay.
type standings map[string]standing

// recall takes over what relays have answered before.
func (s standings) recall(q *request, known []timeline.Answer) {
	said := map[string]timeline.Answer{}
	for _, a := range known {
		said[a.Server.String()] = a
	}
	for _, url := range q.relays() {
		if a, ok := said[serverName(url)]; ok && (a.Taken || a.Final) {
			s[url] = standing{taken: a.Taken, final: a.Final, code: timeline.CodeRefused, text: a.Message}
		}
	}
}

// collect waits for n results; false when ctx ended first.
func (s standings) collect(ctx context.Context, q *request, results <-chan result, n int, grace time.Duration) bool {
	var over <-chan time.Time
	waiting := map[string]bool{}
	for _, url := range q.relays() {
		waiting[url] = !s[url].taken && !s[url].final
	}
	for ; n > 0; n-- {
		if over == nil && (s.taken(q.Own) >= q.Quorum || !anyOf(q.Own, waiting)) {
			t := time.NewTimer(grace)
			defer t.Stop()
			over = t.C
		}
		select {
		case r := <-results:
			s[r.url], waiting[r.url] = r.standing, false
		case <-over:
			return true
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func anyOf(urls []string, set map[string]bool) bool {
	for _, u := range urls {
		if set[u] {
			return true
		}
	}
	return false
}

func (s standings) taken(urls []string) int {
	n := 0
	for _, u := range urls {
		if s[u].taken {
			n++
		}
	}
	return n
}

// answers are the receipts, in the order of the request.
func (s standings) answers(q *request) []timeline.Answer {
	var all []timeline.Answer
	for _, url := range q.relays() {
		st, ok := s[url]
		a := timeline.Answer{Server: timeline.CleanLine(serverName(url)), Taken: st.taken, Final: st.final, Message: st.text}
		if !ok {
			a.Message = errSilent.Message
		}
		all = append(all, a)
	}
	return all
}

// outcome weighs the own relays; inboxes of others never decide.
func (s standings) outcome(q *request) timeline.Outcome {
	r := timeline.Receipt{Posts: q.copies(), Answers: s.answers(q), Note: q.Note}
	taken, open, unsure := s.taken(q.Own), 0, 0
	var first, refused standing
	for _, url := range q.Own {
		switch st := s[url]; {
		case st.final && refused.text.Empty():
			refused = st
		case st.taken, st.final:
		default:
			if open++; open == 1 || st.code == timeline.CodeRateLimited {
				first = st
			}
			if st.unsure {
				unsure++
			}
		}
	}
	switch {
	case taken >= q.Quorum:
		return timeline.Outcome{Verdict: timeline.Published, Receipt: r}
	case open == 0 && taken > 0:
		r.Note = timeline.CleanLine("fewer relays than wanted have taken it: " + refused.text.String())
		return timeline.Outcome{Verdict: timeline.Published, Receipt: r}
	case open == 0:
		err := timeline.Errorf(timeline.CodeRefused, "no relay takes it: %s", refused.text)
		return timeline.Outcome{Verdict: timeline.Rejected, Receipt: timeline.Receipt{Answers: r.Answers}, Err: err}
	case taken > 0:
		err := timeline.Errorf(first.code, "%d of %d relays have taken it; %s", taken, q.Quorum, first.text)
		return timeline.Outcome{Verdict: timeline.Absent, Receipt: timeline.Receipt{Answers: r.Answers}, Err: err}
	}
	o := timeline.Outcome{Verdict: timeline.Absent, Receipt: timeline.Receipt{Answers: r.Answers}}
	if unsure > 0 {
		o.Verdict = timeline.Uncertain
	}
	o.Err = &timeline.Error{Code: first.code, Message: first.text}
	return o
}

// serverName names a relay in a receipt: its address, short where that is plain.
func serverName(url string) string { return strings.TrimPrefix(url, "wss://") }
