package bluesky

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/config/account"
	"skein/timeline"
)

// Direct messages are no records of a repository: a service keeps them that is asked
// through the PDS, which is told so in a header
// (https://atproto.com/specs/xrpc#service-proxying). An app password opens it only where
// the person has said so, and OAuth only with a scope of its own.
const (
	chatService = "did:web:api.bsky.chat#bsky_chat"
	chatScope   = "transition:chat.bsky"

	maxMessageGraphemes = 1000 // chat.bsky.convo.defs#messageInput
	maxMessageBytes     = 10_000
	chatPage            = 50
	chatPrefix          = "chat:" // of the Local of a message, which has no at:// URI
)

// convoView is chat.bsky.convo.defs#convoView.
type convoView struct {
	ID          string          `json:"id"`
	Rev         string          `json:"rev"`
	Members     []actor         `json:"members"`
	LastMessage json.RawMessage `json:"lastMessage"`
	Muted       bool            `json:"muted"`
	Status      string          `json:"status"` // "request" or "accepted"
	UnreadCount int             `json:"unreadCount"`
	Kind        struct {
		Type string `json:"$type"`
	} `json:"kind"`
}

// messageView is chat.bsky.convo.defs#messageView, #deletedMessageView or, with another
// Type, what skein does not know.
type messageView struct {
	Type   string `json:"$type"`
	ID     string `json:"id"`
	Rev    string `json:"rev"`
	Sender struct {
		DID string `json:"did"`
	} `json:"sender"`
	SentAt string            `json:"sentAt"`
	Text   string            `json:"text"`
	Facets []json.RawMessage `json:"facets"`
	Embed  json.RawMessage   `json:"embed"`
}

// badMethod is what a PDS says to an app password that may not read messages.
//
// Source: atproto's packages/pds/src/auth-verifier.ts
const badMethod = "Bad token method"

const deletedMessage = "chat.bsky.convo.defs#deletedMessageView"

// chatGet calls a query of the chat service.
func (b *Backend) chatGet(ctx context.Context, method syntax.NSID, params map[string]any, into any) error {
	if err := b.mayChat(ctx); err != nil {
		return err
	}
	return b.explainChat(b.chat.get(ctx, method, params, into))
}

// mayChat tells why the sign-in does not cover messages, as far as that is known before
// anything is asked.
func (b *Backend) mayChat(ctx context.Context) error {
	if b.session == nil {
		return &timeline.Error{Code: timeline.CodeAuth, Message: rules{readOnly: true}.Takes(timeline.DoMessage, false)}
	}
	tokens, _, err := b.session.current(ctx)
	if err != nil {
		return explain(b.host, err)
	}
	if scope := tokens[account.Scope]; !tokens[account.DPoPKey].Empty() && !slices.Contains(strings.Fields(scope.Reveal()), chatScope) {
		return errChatScope(b.session.handle)
	}
	return nil
}

func errChatScope(handle string) *timeline.Error {
	return timeline.Errorf(timeline.CodeAuth, "the sign-in does not cover messages: sign in again with skein account add bluesky --handle %s", handle)
}

var errChatPassword = timeline.Errorf(timeline.CodeAuth,
	"this app password may not read messages: make one that has access to your direct messages, and sign in again with it")

// explainChat words what the service, or the PDS before it, says against a call.
func (b *Backend) explainChat(err error) error {
	if err == nil {
		return nil
	}
	var api *apiError
	if errors.As(err, &api) {
		said := strings.ToLower(api.name + " " + api.message)
		switch {
		case api.name == "ScopeMissingError":
			return errChatScope(b.session.handle)
		case api.message == badMethod, strings.Contains(said, "insufficient access"):
			return errChatPassword
		case api.status == http.StatusNotImplemented:
			return timeline.Errorf(timeline.CodeUnsupported, "%s leads to no service for messages", b.host)
		}
	}
	return explain(b.host, err)
}

// Conversations implements timeline.Messenger with chat.bsky.convo.listConvos.
func (b *Backend) Conversations(ctx context.Context, p timeline.Page) (timeline.ConversationBatch, error) {
	params := map[string]any{"limit": min(cmp.Or(max(p.Limit, 0), chatPage), timeline.MaxPage)}
	if p.Before != "" {
		if !chatName(string(p.Before)) {
			return timeline.ConversationBatch{}, timeline.Errorf(timeline.CodeUsage, "not a position among conversations")
		}
		params["cursor"] = string(p.Before)
	}
	var out struct {
		Convos []json.RawMessage `json:"convos"`
		Cursor string            `json:"cursor"`
	}
	if err := b.chatGet(ctx, "chat.bsky.convo.listConvos", params, &out); err != nil {
		return timeline.ConversationBatch{}, tried("conversations of "+b.account.Name, err)
	}
	batch := timeline.ConversationBatch{Older: timeline.Cursor(out.Cursor)}
	for _, raw := range out.Convos {
		var v convoView
		if json.Unmarshal(raw, &v) == nil && chatName(v.ID) {
			batch.Conversations = append(batch.Conversations, b.conversation(v))
		}
	}
	return batch, nil
}

// chatName tells whether s can be what the service calls something.
func chatName(s string) bool {
	const longest = 512
	return s != "" && len(s) <= longest && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_.:~=+", r)
	})
}

func (b *Backend) conversation(v convoView) timeline.Conversation {
	c := timeline.Conversation{
		Account: b.account.ID, Network: timeline.Bluesky, ID: v.ID,
		Unread: max(v.UnreadCount, 0), Muted: v.Muted, Request: v.Status == "request",
	}
	who := map[string]actor{}
	for _, m := range v.Members {
		who[m.DID] = m
		if m.DID != b.did {
			c.People = append(c.People, m.author(m.DID))
		}
	}
	if strings.HasSuffix(v.Kind.Type, "#groupConvo") || len(c.People) > 1 {
		c.Closed = noGroups
	}
	var last messageView
	if json.Unmarshal(v.LastMessage, &last) == nil && last.ID != "" {
		c.Last = b.message(v.ID, last, who)
	}
	return c
}

var noGroups = timeline.Literal("skein only reads conversations of more than two on Bluesky")

// message decodes one message.
func (b *Backend) message(convo string, m messageView, who map[string]actor) *timeline.Post {
	sent, _ := parseTime(m.SentAt)
	created, sorted := b.decode.times(m.SentAt, sent)
	p := &timeline.Post{
		ID:      timeline.ID{Network: timeline.Bluesky, Local: chatPrefix + convo + "/" + m.ID},
		Author:  who[m.Sender.DID].author(m.Sender.DID),
		Created: created, Sorted: sorted, Visibility: timeline.Direct,
		Future:   b.decode.ahead(created),
		Revision: uint64(max(created.Unix(), 0)),
		Views:    []timeline.View{{Account: b.account.ID}},
	}
	switch {
	case m.Type == deletedMessage:
		p.Note = timeline.Literal("a message that was deleted")
	case m.Text == "" && len(m.Embed) == 0:
		p.Note = timeline.CleanLine("a kind of message that skein does not know: " + m.Type)
	default:
		p.Text = richText(m.Text, m.Facets)
		p.Tags = tags(p.Text, nil)
		if len(m.Embed) > 0 {
			p.Note = timeline.Literal("with a post, which skein does not show in messages yet")
		}
	}
	return p
}

// Messages implements timeline.Messenger with chat.bsky.convo.getMessages.
func (b *Backend) Messages(ctx context.Context, conversation string, p timeline.Page) (timeline.Batch, error) {
	v, err := b.convo(ctx, conversation)
	if err != nil {
		return timeline.Batch{}, tried("messages of "+b.account.Name, err)
	}
	who := map[string]actor{}
	for _, m := range v.Members {
		who[m.DID] = m
	}
	page, cursor, err := b.chatMessages(ctx, conversation, string(p.Before), min(cmp.Or(max(p.Limit, 0), chatPage), timeline.MaxPage))
	if err != nil {
		return timeline.Batch{}, tried("messages of "+b.account.Name, err)
	}
	batch := timeline.Batch{Older: timeline.Cursor(cursor)}
	for _, m := range page {
		batch.Posts = append(batch.Posts, b.message(conversation, m, who))
	}
	return batch, nil
}

// convo reads a conversation.
func (b *Backend) convo(ctx context.Context, id string) (convoView, error) {
	if !chatName(id) {
		return convoView{}, timeline.Errorf(timeline.CodeNotFound, "there is no such conversation")
	}
	var out struct {
		Convo convoView `json:"convo"`
	}
	err := b.chatGet(ctx, "chat.bsky.convo.getConvo", map[string]any{"convoId": id}, &out)
	if err == nil && out.Convo.ID != id {
		err = timeline.Errorf(timeline.CodeMalformed, "%s: the answer is no conversation", b.host)
	}
	return out.Convo, err
}

// chatMessages reads a page of messages, newest first.
func (b *Backend) chatMessages(ctx context.Context, convo, before string, limit int) (page []messageView, cursor string, err error) {
	params := map[string]any{"convoId": convo, "limit": limit}
	if before != "" {
		if !chatName(before) {
			return nil, "", timeline.Errorf(timeline.CodeUsage, "not a position in the conversation")
		}
		params["cursor"] = before
	}
	var out struct {
		Messages []json.RawMessage `json:"messages"`
		Cursor   string            `json:"cursor"`
	}
	if err := b.chatGet(ctx, "chat.bsky.convo.getMessages", params, &out); err != nil {
		return nil, "", err
	}
	for _, raw := range out.Messages {
		var m messageView
		if json.Unmarshal(raw, &m) == nil && chatName(m.ID) {
			page = append(page, m)
		}
	}
	return page, out.Cursor, nil
}

// Correspond implements timeline.Messenger with chat.bsky.convo.getConvoAvailability,
// which begins nothing.
func (b *Backend) Correspond(ctx context.Context, people []string) (timeline.Conversation, error) {
	c, err := b.correspond(ctx, people)
	if err != nil {
		return timeline.Conversation{}, tried("a conversation of "+b.account.Name, err)
	}
	return c, nil
}

func (b *Backend) correspond(ctx context.Context, people []string) (timeline.Conversation, error) {
	if len(people) != 1 {
		return timeline.Conversation{}, &timeline.Error{Code: timeline.CodeRefused, Message: oneReceiver}
	}
	did, err := syntax.ParseDID(people[0])
	if err != nil {
		return timeline.Conversation{}, timeline.Errorf(timeline.CodeUsage, "%s is no DID", people[0])
	}
	var out struct {
		CanChat bool       `json:"canChat"`
		Convo   *convoView `json:"convo"`
	}
	if err := b.chatGet(ctx, "chat.bsky.convo.getConvoAvailability", map[string]any{"members": []string{did.String()}}, &out); err != nil {
		return timeline.Conversation{}, err
	}
	if out.Convo != nil && chatName(out.Convo.ID) {
		return b.conversation(*out.Convo), nil
	}
	who, err := b.profile(ctx, did)
	if err != nil {
		return timeline.Conversation{}, err
	}
	if !out.CanChat {
		return timeline.Conversation{}, timeline.Errorf(timeline.CodeRefused, "%s takes no messages from this account", who.author(did.String()).Handle)
	}
	return timeline.Conversation{
		Account: b.account.ID, Network: timeline.Bluesky, People: []timeline.Author{who.author(did.String())},
	}, nil
}

var oneReceiver = timeline.Literal("a message goes to one person on Bluesky")

// MarkMessages implements timeline.MessageMarker with chat.bsky.convo.updateRead.
func (b *Backend) MarkMessages(ctx context.Context, conversation string, upTo timeline.ID) error {
	convo, id, ok := strings.Cut(strings.TrimPrefix(upTo.Local, chatPrefix), "/")
	if !ok || convo != conversation || !chatName(convo) || !chatName(id) {
		return timeline.Errorf(timeline.CodeNotFound, "there is no such message in the conversation")
	}
	if err := b.mayChat(ctx); err != nil {
		return err
	}
	err := b.chat.post(ctx, "chat.bsky.convo.updateRead", object{"convoId": convo, "messageId": id}, nil)
	if err != nil {
		return fmt.Errorf("marking messages of %s as read: %w", b.account.Name, b.explainChat(err))
	}
	return nil
}
