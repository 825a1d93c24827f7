package mastodon

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

const (
	talkPages  = 5  // of the conversations that are read in search of one
	talkPage   = 40 // the most that the server gives at once
	talkPosts  = 40 // messages of a page unless more are asked for
	talksKnown = 500
)

// talk is a Conversation, as Mastodon has it: the direct posts of one thread that are for
// the same people.
//
// Source: docs.joinmastodon.org/entities/Conversation
type talk struct {
	ID       string          `json:"id"`
	Unread   bool            `json:"unread"`
	Accounts []masto.Account `json:"accounts"`
	Last     json.RawMessage `json:"last_status"`

	last *status // nil where the server has none
}

// people are the others' ids, sorted.
func (t talk) people() []string {
	var ids []string
	for _, a := range t.Accounts {
		ids = append(ids, string(a.ID))
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// addressed are the ids of all whom a direct post is for but me, sorted; me alone where
// it is for nobody else.
func (st *status) addressed(me string) []string {
	ids := []string{string(st.Account.ID)}
	for _, m := range st.Mentions {
		ids = append(ids, string(m.ID))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if others := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return id == me }); len(others) > 0 {
		return others
	}
	return ids
}

// Conversations implements timeline.Messenger.
//
// Source: docs.joinmastodon.org/methods/conversations#get
func (b *Backend) Conversations(ctx context.Context, p timeline.Page) (timeline.ConversationBatch, error) {
	a, err := b.open(ctx)
	if err != nil {
		return timeline.ConversationBatch{}, err
	}
	talks, older, err := b.talks(ctx, a, p.Before, min(cmp.Or(max(p.Limit, 0), talkPage), talkPage))
	if err != nil {
		return timeline.ConversationBatch{}, b.failed("conversations", err)
	}
	out := timeline.ConversationBatch{Older: older}
	for _, t := range talks {
		out.Conversations = append(out.Conversations, b.conversation(t))
	}
	return out, nil
}

// talks reads a page. It is below the last message of the page before.
func (b *Backend) talks(ctx context.Context, a *api, before timeline.Cursor, limit int) (talks []talk, older timeline.Cursor, err error) {
	q := url.Values{"limit": {strconv.Itoa(limit)}}
	if before != "" {
		if !validID(string(before)) {
			return nil, "", timeline.Errorf(timeline.CodeUsage, "%s: not a position among conversations", b.base.Host)
		}
		q.Set("max_id", string(before))
	}
	var raws []json.RawMessage
	if err := a.get(ctx, "/api/v1/conversations", q, &raws); err != nil {
		return nil, "", err
	}
	for _, raw := range raws {
		var t talk
		if json.Unmarshal(raw, &t) != nil || !validID(t.ID) {
			continue // one odd entry hides no other
		}
		if present(t.Last) {
			t.last = decodeStatus(t.Last)
		}
		if t.last != nil {
			b.decode.remember(t.last)
			if id := timeline.Cursor(t.last.ID); older == "" || newer(string(older), string(id)) {
				older = id
			}
			b.lately.put(t.ID, t)
		}
		talks = append(talks, t)
	}
	if len(raws) == 0 || older == before {
		older = ""
	}
	return talks, older, nil
}

func (b *Backend) conversation(t talk) timeline.Conversation {
	c := timeline.Conversation{Account: b.account.ID, Network: timeline.Mastodon, ID: t.ID}
	for i := range t.Accounts {
		c.People = append(c.People, b.decode.author(&t.Accounts[i]))
	}
	if t.last != nil {
		c.Last = b.decode.post(t.last)
	}
	if t.Unread {
		c.Unread = 1
	}
	return c
}

// Messages implements timeline.Messenger: all direct posts of the thread that are for
// the same people.
func (b *Backend) Messages(ctx context.Context, conversation string, p timeline.Page) (timeline.Batch, error) {
	batch, err := b.messages(ctx, conversation, p)
	if err != nil {
		return timeline.Batch{}, b.failed("messages", err)
	}
	return batch, nil
}

func (b *Backend) messages(ctx context.Context, conversation string, p timeline.Page) (timeline.Batch, error) {
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Batch{}, err
	}
	t, err := b.talk(ctx, a, conversation)
	if err != nil {
		return timeline.Batch{}, err
	}
	me, err := b.self(ctx, a)
	if err != nil {
		return timeline.Batch{}, err
	}
	found, err := b.direct(ctx, a, t.last)
	if err != nil {
		return timeline.Batch{}, err
	}
	who := t.people()
	found = slices.DeleteFunc(found, func(st *status) bool {
		return !slices.Equal(st.addressed(me), who) || p.Before != "" && !newer(string(p.Before), string(st.ID))
	})
	slices.SortFunc(found, func(x, y *status) int { return y.ID.Compare(x.ID) })
	var out timeline.Batch
	if n := cmp.Or(max(p.Limit, 0), talkPosts); n < len(found) {
		found = found[:n]
		out.Older = timeline.Cursor(found[n-1].ID)
	}
	for _, st := range found {
		out.Posts = append(out.Posts, b.decode.post(st))
	}
	return out, nil
}

// talk finds a conversation, as it is now where it is among the newest.
func (b *Backend) talk(ctx context.Context, a *api, id string) (talk, error) {
	if !validID(id) {
		return talk{}, timeline.Errorf(timeline.CodeNotFound, "%s: there is no such conversation", b.base.Host)
	}
	at := timeline.Cursor("")
	for range talkPages {
		talks, older, err := b.talks(ctx, a, at, talkPage)
		if err != nil {
			return talk{}, err
		}
		if i := slices.IndexFunc(talks, func(t talk) bool { return t.ID == id && t.last != nil }); i >= 0 {
			return talks[i], nil
		}
		if t, ok := b.lately.get(id); ok {
			return t, nil
		}
		if at = older; older == "" {
			break
		}
	}
	return talk{}, timeline.Errorf(timeline.CodeNotFound, "%s: there is no such conversation", b.base.Host)
}

// direct are the direct posts of a thread.
func (b *Backend) direct(ctx context.Context, a *api, last *status) ([]*status, error) {
	var around struct {
		Ancestors   []json.RawMessage `json:"ancestors"`
		Descendants []json.RawMessage `json:"descendants"`
	}
	if err := a.get(ctx, "/api/v1/statuses/"+string(last.ID)+"/context", nil, &around); err != nil {
		return nil, err
	}
	raws := around.Ancestors
	if len(raws) > 0 { // from the top one can see the side branches, too
		if top := decodeStatus(raws[0]); top != nil {
			around.Descendants = nil
			if err := a.get(ctx, "/api/v1/statuses/"+string(top.ID)+"/context", nil, &around); err != nil {
				return nil, err
			}
		}
	}
	byID := map[masto.ID]*status{last.ID: last}
	for _, raw := range slices.Concat(raws, around.Descendants) {
		if st := decodeStatus(raw); st != nil {
			byID[st.ID] = st
		}
	}
	var found []*status
	for _, st := range byID {
		if st.boosted == nil && visibility(st.Visibility) == timeline.Direct {
			b.decode.remember(st)
			found = append(found, st)
		}
	}
	return found, nil
}

// Correspond implements timeline.Messenger: the newest conversation with these people.
// One that is not there yet has no ID; it begins with its first message.
func (b *Backend) Correspond(ctx context.Context, people []string) (timeline.Conversation, error) {
	c, err := b.correspond(ctx, people)
	if err != nil {
		return timeline.Conversation{}, b.failed("a conversation", err)
	}
	return c, nil
}

func (b *Backend) correspond(ctx context.Context, people []string) (timeline.Conversation, error) {
	a, err := b.open(ctx)
	if err != nil {
		return timeline.Conversation{}, err
	}
	c := timeline.Conversation{Account: b.account.ID, Network: timeline.Mastodon}
	var wanted []string
	for _, who := range people {
		person, err := b.Profile(ctx, who)
		if err != nil {
			return c, err
		}
		c.People = append(c.People, person.Author)
		wanted = append(wanted, person.ID)
	}
	slices.Sort(wanted)
	talks, _, err := b.talks(ctx, a, "", talkPage)
	if err != nil {
		return c, err
	}
	for _, t := range talks {
		found := b.conversation(t)
		var are []string
		for _, p := range found.People {
			are = append(are, p.ID)
		}
		slices.Sort(are)
		if slices.Equal(are, slices.Compact(wanted)) {
			return found, nil
		}
	}
	return c, nil
}

// MarkMessages implements timeline.MessageMarker: the whole conversation.
//
// Source: docs.joinmastodon.org/methods/conversations#read
func (b *Backend) MarkMessages(ctx context.Context, conversation string, _ timeline.ID) error {
	const what = "marking messages as read"
	a, err := b.open(ctx)
	if err != nil {
		return b.failed(what, err)
	}
	if !validID(conversation) {
		return b.failed(what, timeline.Errorf(timeline.CodeNotFound, "%s: there is no such conversation", b.base.Host))
	}
	got, err := a.ask(ctx, http.MethodPost, "/api/v1/conversations/"+conversation+"/read")
	if err == nil && !got.good() {
		err = got.fault(b.base.Host)
	}
	if err != nil {
		return b.failed(what, err)
	}
	return nil
}
