package nostr

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"

	"github.com/nbd-wtf/go-nostr"

	"skein/timeline"
)

const (
	maxLetters    = 5000 // opened wraps that are remembered in this process
	mostLetters   = 1000 // wraps of the account that are looked through
	mostFar       = 100  // likewise, where each takes two questions to a remote signer
	mostOld       = 200  // messages of NIP-04 in each direction
	mostArrived   = 50   // places of messages that a Conversation tells
	openFar       = 4    // questions to a remote signer at once
	letterRounds  = 4    // requests for further wraps
	lettersToPage = 40
)

// mail is what was found of the account's messages.
type mail struct {
	letters []letter // newest first, each rumor once
	note    timeline.Safe
}

// mail reads the account's messages: the wraps at the relays where it takes them, and
// those of NIP-04 at its own. Wraps are dated at random, so that all are looked through,
// up to a bound.
func (b *Backend) mail(ctx context.Context) (mail, error) {
	if b.cfg.PubKey == "" {
		return mail{}, timeline.Errorf(timeline.CodeUnsupported, "there are no messages without an account on Nostr")
	}
	s, err := b.signer(ctx)
	if err != nil {
		return mail{}, timeline.Errorf(timeline.CodeAuth, "messages are encrypted to the account's key: %w", err)
	}
	box, err := b.ownBox(ctx)
	if err != nil {
		return mail{}, err
	}
	most, at := mostLetters, openAtOnce(s)
	if at == openFar {
		most = mostFar
	}
	var m mail
	relays := box
	if len(box) == 0 {
		relays = b.own
		m.note = timeline.Literal("nobody can write to this account yet: where it takes messages is not published; skein dm receive does that")
	}
	events, more, err := b.wraps(ctx, relays, most)
	if err != nil {
		return mail{}, err
	}
	if more && m.note.Empty() {
		m.note = timeline.CleanLine(fmt.Sprintf("older messages are not shown: the newest %d were looked through", most))
	}
	m.letters = b.openAll(ctx, s, events, at)
	return m, ctx.Err()
}

// openAtOnce is how many messages are opened at a time.
func openAtOnce(s signer) int {
	if _, far := s.(*bunker); far {
		return openFar
	}
	return max(runtime.GOMAXPROCS(0), openFar+1)
}

// wraps are the wraps and old messages of the account, the newest first; more tells that
// there are others.
func (b *Backend) wraps(ctx context.Context, relays []string, most int) (all []*nostr.Event, more bool, err error) {
	me := []string{b.cfg.PubKey}
	want := map[string]nostr.Filters{}
	for _, url := range relays {
		want[url] = nostr.Filters{{Kinds: []int{nostr.KindGiftWrap}, Tags: nostr.TagMap{"p": me}, Limit: askLimit}}
	}
	for _, url := range b.own {
		want[url] = append(want[url],
			nostr.Filter{Kinds: []int{nostr.KindEncryptedDirectMessage}, Tags: nostr.TagMap{"p": me}, Limit: mostOld},
			nostr.Filter{Kinds: []int{nostr.KindEncryptedDirectMessage}, Authors: me, Limit: mostOld})
	}
	found := map[string]*nostr.Event{}
	for round := range letterRounds {
		// Not b.ask: what is private is not kept with what others may quote.
		answers := b.pool.ask(ctx, want, b.pool.grace)
		if err := allFailed(answers); err != nil && round == 0 {
			return nil, false, err
		}
		next := map[string]nostr.Filters{}
		for url, a := range answers {
			fresh, oldest := 0, nostr.Timestamp(maxTime)
			for _, e := range a.events {
				known := found[e.ID] != nil
				found[e.ID] = e
				if e.Kind == nostr.KindGiftWrap {
					oldest = min(oldest, e.CreatedAt)
					if !known {
						fresh++
					}
				}
			}
			if fresh > 0 { // relays cut answers without saying so
				next[url] = nostr.Filters{{Kinds: []int{nostr.KindGiftWrap}, Tags: nostr.TagMap{"p": me}, Limit: askLimit, Until: &oldest}}
			}
		}
		want = next
		if more = len(next) > 0; !more || len(found) >= most {
			break
		}
	}
	all = slices.SortedFunc(maps.Values(found), byTime)
	if len(all) > most {
		all, more = all[:most], true
	}
	return all, more, ctx.Err()
}

// openAll opens events, each once in this process. What is no message to the account is
// passed over: anybody may send it anything.
func (b *Backend) openAll(ctx context.Context, s signer, events []*nostr.Event, atOnce int) []letter {
	opened := make([]letter, len(events))
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i, e := range events {
		if l, ok := b.letters.Get(e.ID); ok {
			opened[i] = l
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			opened[i] = b.openOne(ctx, s, e)
		})
	}
	wg.Wait()
	seen := map[string]bool{}
	letters := slices.DeleteFunc(opened, func(l letter) bool {
		if l.rumor == nil || seen[l.rumor.ID] {
			return true
		}
		seen[l.rumor.ID] = true
		return false
	})
	slices.SortFunc(letters, func(x, y letter) int { return byTime(x.rumor, y.rumor) })
	return letters
}

// openOne opens an event. That it holds nothing is remembered only where it is the
// event's own fault and not that of a signer who is away.
func (b *Backend) openOne(ctx context.Context, s signer, e *nostr.Event) letter {
	open := b.unwrap59
	if e.Kind != nostr.KindGiftWrap {
		open = b.openOld
	}
	l, err := open(ctx, s, e)
	if err != nil {
		_, here := s.(keySigner)
		if here || err == errWrap { //nolint:errorlint // it is made here and never wrapped
			b.letters.Add(e.ID, letter{})
		}
		return letter{}
	}
	if weight(l.rumor) <= maxRemembered {
		b.letters.Add(e.ID, l)
	}
	return l
}

// Conversations implements timeline.Messenger: NIP-17, and the older NIP-04 to be read
// alone. How far they were read is nowhere but here.
func (b *Backend) Conversations(ctx context.Context, p timeline.Page) (timeline.ConversationBatch, error) {
	const what = "conversations"
	m, err := b.mail(ctx)
	if err != nil {
		return timeline.ConversationBatch{}, b.wrap(what, err)
	}
	by := map[string][]letter{}
	var order []string
	for _, l := range m.letters {
		name := l.conversation(b.cfg.PubKey)
		if by[name] == nil {
			order = append(order, name)
		}
		by[name] = append(by[name], l)
	}
	from := 0
	if p.Before != "" {
		if from = slices.Index(order, string(p.Before)) + 1; from == 0 {
			return timeline.ConversationBatch{}, b.wrap(what, timeline.Errorf(timeline.CodeUsage, "not a position among conversations"))
		}
	}
	to := min(len(order), from+cmp.Or(p.Limit, lettersToPage))
	out := timeline.ConversationBatch{Note: m.note}
	var newest []*nostr.Event
	for _, name := range order[from:to] {
		newest = append(newest, by[name][0].rumor)
	}
	b.patiently(ctx, nil, func(ctx context.Context) { b.fetchPeople(ctx, b.peopleIn(newest)) })
	k := b.knowledge(newest)
	for _, name := range order[from:to] {
		out.Conversations = append(out.Conversations, b.correspondence(k, name, by[name]))
	}
	if to < len(order) {
		out.Older = timeline.Cursor(order[to-1])
	}
	return out, ctx.Err()
}

var (
	oldForm    = timeline.Literal("an old form (NIP-04), which hides the words and shows everybody who writes to whom")
	closedForm = timeline.Literal("skein only reads this old form (NIP-04), which shows everybody who writes to whom: begin a new conversation instead")
)

// correspondence makes a Conversation of its letters, newest first.
func (b *Backend) correspondence(k *known, name string, letters []letter) timeline.Conversation {
	c := timeline.Conversation{Account: b.cfg.Account.ID, Network: timeline.Nostr, ID: name, Request: true}
	people, old, _ := correspondents(name, b.cfg.PubKey)
	for _, who := range people {
		c.People = append(c.People, author(who, b.person(who)))
	}
	if c.Old = old; old {
		c.Closed = closedForm
	}
	for i, l := range letters {
		if l.rumor.PubKey == b.cfg.PubKey {
			c.Request = false
			continue
		}
		if c.Request && len(c.Arrived) < mostArrived { // what was answered was read
			c.Arrived = append(c.Arrived, timeline.Place(k.message(letters[i]), k.now).Key())
		}
	}
	c.Request = c.Request && len(letters) > 0 && len(people) > 0
	if len(letters) > 0 {
		c.Last = k.message(letters[0])
	}
	return c
}

// message decodes a letter.
func (k *known) message(l letter) *timeline.Post {
	p := k.base(l.rumor)
	p.URL, p.Visibility = timeline.Safe{}, timeline.Direct
	if l.rumor.Kind == kindFileMessage {
		p.Note = timeline.Literal("an encrypted file, which skein does not open")
		return p
	}
	k.note(p, l.rumor)
	if l.old {
		p.Note = oldForm
	}
	p.Revision = k.revision(p, l.rumor)
	return p
}

// Messages implements timeline.Messenger.
func (b *Backend) Messages(ctx context.Context, conversation string, p timeline.Page) (timeline.Batch, error) {
	const what = "messages"
	if _, _, ok := correspondents(conversation, b.cfg.PubKey); !ok {
		return timeline.Batch{}, b.wrap(what, timeline.Errorf(timeline.CodeNotFound, "there is no such conversation"))
	}
	m, err := b.mail(ctx)
	if err != nil {
		return timeline.Batch{}, b.wrap(what, err)
	}
	letters := slices.DeleteFunc(m.letters, func(l letter) bool { return l.conversation(b.cfg.PubKey) != conversation })
	from := 0
	if p.Before != "" {
		at := slices.IndexFunc(letters, func(l letter) bool { return l.rumor.ID == string(p.Before) })
		if from = at + 1; at < 0 {
			return timeline.Batch{}, b.wrap(what, timeline.Errorf(timeline.CodeUsage, "not a position in the conversation"))
		}
	}
	letters = letters[from:]
	var out timeline.Batch
	if n := cmp.Or(p.Limit, lettersToPage); n < len(letters) {
		letters = letters[:n]
		out.Older = timeline.Cursor(letters[n-1].rumor.ID)
	}
	var events []*nostr.Event
	for _, l := range letters {
		events = append(events, l.rumor)
	}
	b.patiently(ctx, nil, func(ctx context.Context) { b.fetchPeople(ctx, b.peopleIn(events)) })
	k := b.knowledge(events)
	for _, l := range letters {
		out.Posts = append(out.Posts, k.message(l))
	}
	return out, ctx.Err()
}

// Correspond implements timeline.Messenger.
func (b *Backend) Correspond(ctx context.Context, people []string) (timeline.Conversation, error) {
	const what = "a conversation"
	keys, err := b.receivers(timeline.Intent{People: people})
	if err == nil {
		_, err = b.boxesOf(ctx, keys)
	}
	if err != nil {
		return timeline.Conversation{}, b.wrap(what, err)
	}
	m, err := b.mail(ctx)
	if err != nil {
		return timeline.Conversation{}, b.wrap(what, err)
	}
	name := conversationOf(keys, b.cfg.PubKey)
	letters := slices.DeleteFunc(m.letters, func(l letter) bool { return l.conversation(b.cfg.PubKey) != name })
	b.patiently(ctx, nil, func(ctx context.Context) { b.fetchPeople(ctx, keys) })
	var newest []*nostr.Event
	if len(letters) > 0 {
		newest = []*nostr.Event{letters[0].rumor}
	}
	return b.correspondence(b.knowledge(newest), name, letters), ctx.Err()
}
