package bluesky

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"skein/timeline"
)

const (
	// chatPatience is how long a message that was lost may still be on its way: nothing
	// names it that could be sent twice, so that it is looked for until then.
	chatPatience = 3 * time.Minute
	chatPages    = 10 // of a conversation that are read for one message
)

// chatting is how a message must look to be the one that was sent.
type chatting struct {
	Convo string `json:"convo"`
	After string `json:"after,omitempty"` // rev of the newest message before it
	Text  string `json:"text"`
}

// freezeMessage prepares a message: its conversation, which must be of those whom it is
// for and of nobody else, and where that ends.
func (b *Backend) freezeMessage(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	if len(i.Parts) != 1 || i.Visibility != timeline.Direct {
		return frozen{}, timeline.Errorf(timeline.CodeInternal, "not a direct message")
	}
	v, err := timeline.Step(ctx, n, "conversation", func(ctx context.Context) (convoView, error) { return b.convoOf(ctx, i) })
	if err != nil {
		return frozen{}, tried("the conversation", err)
	}
	w := compose(i.Parts[0].Text, "")
	dids, err := b.resolveAll(ctx, w.unresolved(), n, "mentions/0")
	if err != nil {
		return frozen{}, err
	}
	w = w.resolved(dids)
	message := object{"text": w.text}
	if facets := w.facets(); len(facets) > 0 {
		message["facets"] = facets
	}
	after, err := timeline.Step(ctx, n, "watermark", func(ctx context.Context) (string, error) {
		page, _, err := b.chatMessages(ctx, v.ID, "", 1)
		if err != nil || len(page) == 0 {
			return "", err
		}
		return page[0].Rev, nil
	})
	if err != nil {
		return frozen{}, tried("where the conversation ends", err)
	}
	f := frozen{Chat: &chatting{Convo: v.ID, After: after, Text: w.text}}
	return f, f.call("chat.bsky.convo.sendMessage", object{"convoId": v.ID, "message": message})
}

// convoOf finds the conversation of an intent, or begins it: nobody sees it before its
// first message.
func (b *Backend) convoOf(ctx context.Context, i timeline.Intent) (convoView, error) {
	var v convoView
	var err error
	if i.Conversation != "" {
		v, err = b.convo(ctx, i.Conversation)
	} else {
		var out struct {
			Convo convoView `json:"convo"`
		}
		err = b.chatGet(ctx, "chat.bsky.convo.getConvoForMembers", map[string]any{"members": i.People}, &out)
		v = out.Convo
	}
	if err != nil {
		return v, err
	}
	var members []string
	for _, m := range v.Members {
		if m.DID != b.did {
			members = append(members, m.DID)
		}
	}
	people := slices.DeleteFunc(slices.Clone(i.People), func(did string) bool { return did == b.did })
	slices.Sort(members)
	slices.Sort(people)
	if !chatName(v.ID) || !slices.Equal(members, people) {
		return v, timeline.Errorf(timeline.CodeRefused, "the conversation is of others than those whom the message is for")
	}
	return v, nil
}

// sent reads what a message became.
func (c *chatting) sent(answer json.RawMessage) (timeline.Copy, bool) {
	var m messageView
	if json.Unmarshal(answer, &m) != nil || !chatName(m.ID) {
		return timeline.Copy{}, false
	}
	return c.copy(m), true
}

func (c *chatting) copy(m messageView) timeline.Copy {
	return timeline.Copy{ID: timeline.ID{Network: timeline.Bluesky, Local: chatPrefix + c.Convo + "/" + m.ID}}
}

// settleChat looks for a message behind the watermark. Where it is not, after all the
// time that it may take, it may be sent again; unless one of the account's was deleted
// there since, which may have been this one.
func (b *Backend) settleChat(ctx context.Context, r timeline.Request, f frozen) timeline.Outcome {
	c := f.Chat
	deleted := false
	before := ""
	for range chatPages {
		page, cursor, err := b.chatMessages(ctx, c.Convo, before, timeline.MaxPage)
		if err != nil {
			return failed(timeline.Uncertain, tried("the conversation", err))
		}
		for _, m := range page {
			if m.Rev <= c.After {
				return b.unsaid(r, deleted)
			}
			if m.Sender.DID != b.did {
				continue
			}
			deleted = deleted || m.Type == deletedMessage
			if found := c.copy(m); m.Text == c.Text && m.Type != deletedMessage && !slices.Contains(r.Taken, found.ID) {
				f.Receipt.Posts = []timeline.Copy{found}
				return timeline.Outcome{Verdict: timeline.Published, Receipt: f.Receipt}
			}
		}
		if cursor == "" || cursor == before {
			return b.unsaid(r, deleted)
		}
		before = cursor
	}
	return failed(timeline.Uncertain, timeline.Errorf(timeline.CodeServer, "%s: the conversation could not be read as far back as needed", b.host))
}

// unsaid judges a message that is not in its conversation.
func (b *Backend) unsaid(r timeline.Request, deleted bool) timeline.Outcome {
	missing := timeline.Errorf(timeline.CodeNotFound, "the message is not in the conversation")
	last := r.Last
	if last.IsZero() {
		last = r.First
	}
	switch {
	case r.First.IsZero():
		return failed(timeline.Absent, missing)
	case deleted:
		return failed(timeline.Hopeless, timeline.Errorf(timeline.CodeNotFound, "a message of yours was deleted in the conversation since; it may have been this one"))
	case b.now().Sub(last).Abs() >= b.chatWait:
		return failed(timeline.Absent, missing)
	}
	return failed(timeline.Uncertain, missing)
}

// service is who answers a method: the PDS, or the chat service behind it.
func (b *Backend) service(method string) *xrpc {
	if strings.HasPrefix(method, "chat.bsky.") {
		return b.chat
	}
	return b.api
}
