package pds

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"skein/backends/sandbox/world"
)

// chatService is whom a PDS hands calls of chat.bsky to. A client names it in a header.
//
// Source: docs.bsky.app/docs/api/chat-bsky-convo-send-message
const chatService = "did:web:api.bsky.chat#bsky_chat"

// chat is the conversations of everybody.
type chat struct {
	convos map[string]*convo // by id
}

// convo is what two people write to each other.
type convo struct {
	id       string
	members  []string // DIDs
	messages []*message
	read     map[string]string // DID → rev up to which they have read
}

type message struct {
	id, rev, by string
	at          time.Time
	input       object // chat.bsky.convo.defs#messageInput
}

// chatTable are the methods of the chat service.
func (s *Server) chatTable(table map[string]method) {
	get, post := http.MethodGet, http.MethodPost
	for name, m := range map[string]method{
		"listConvos":           {get, signed, (*Server).listConvos},
		"getConvo":             {get, signed, (*Server).getConvo},
		"getConvoForMembers":   {get, signed, (*Server).getConvoForMembers},
		"getConvoAvailability": {get, signed, (*Server).getConvoAvailability},
		"getMessages":          {get, signed, (*Server).getMessages},
		"sendMessage":          {post, signed, (*Server).sendMessage},
		"updateRead":           {post, signed, (*Server).updateRead},
	} {
		run := m.run
		m.run = func(s *Server, c *call) (any, error) {
			if fail := s.mayChat(c); fail != nil {
				return nil, fail
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			return run(s, c)
		}
		table["chat.bsky.convo."+name] = m
	}
}

// mayChat tells why a call does not reach the chat service: it is not named, an app
// password is without leave to it, or a sign-in in the browser is.
func (s *Server) mayChat(c *call) *failure {
	if c.header.Get("Atproto-Proxy") != chatService {
		return &failure{http.StatusNotImplemented, "MethodNotImplemented", "Method Not Implemented"}
	}
	if c.token.Scope == scopeOAuth {
		if !slices.Contains(strings.Fields(s.authority.scopeOf(c.token.ID)), "transition:chat.bsky") {
			return &failure{http.StatusForbidden, "ScopeMissingError", "Missing required scope \"transition:chat.bsky\""}
		}
		return nil
	}
	if s.opts.PlainPasswords {
		return &failure{http.StatusBadRequest, "InvalidToken", "Bad token method"}
	}
	return nil
}

// scopeOf is what a session may do.
func (o *authority) scopeOf(id string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if g := o.grants[id]; g != nil {
		return g.scope
	}
	return ""
}

func (m *message) view() object {
	out := object{"$type": "chat.bsky.convo.defs#messageView", "id": m.id, "rev": m.rev, "sender": object{"did": m.by}, "sentAt": stamp(m.at)}
	for name, v := range m.input {
		out[name] = v
	}
	return out
}

// view is a conversation as somebody sees it. The server's mu is held.
func (v *convo) view(s *Server, viewer *person) object {
	out := object{"id": v.id, "rev": "0", "muted": false, "status": "accepted", "unreadCount": 0}
	var members []object
	for _, did := range v.members {
		members = append(members, s.profileBasic(viewer, s.people[did]))
	}
	out["members"] = members
	unread, spoke := 0, false
	for _, m := range v.messages {
		if m.by != viewer.did && m.rev > v.read[viewer.did] {
			unread++
		}
		spoke = spoke || m.by == viewer.did
	}
	if !spoke && len(v.messages) > 0 {
		out["status"] = "request"
	}
	if n := len(v.messages); n > 0 {
		out["lastMessage"], out["rev"] = v.messages[n-1].view(), v.messages[n-1].rev
	}
	out["unreadCount"] = unread
	return out
}

// between finds the conversation of two people, or begins it. The server's mu is held.
func (s *Server) between(a, b string) *convo {
	members := []string{a, b}
	slices.Sort(members)
	for _, v := range s.chat.convos {
		if slices.Equal(v.members, members) {
			return v
		}
	}
	v := &convo{id: "convo" + strings.ToLower(s.revision.Next().String()), members: members, read: map[string]string{}}
	s.chat.convos[v.id] = v
	return v
}

// say adds a message. The server's mu is held.
func (s *Server) say(v *convo, by string, at time.Time, input object) *message {
	m := &message{id: "msg" + s.revision.Next().String(), rev: s.revision.Next().String(), by: by, at: at, input: input}
	v.messages = append(v.messages, m)
	v.read[by] = m.rev
	return m
}

// Write has a person of the world write a direct message at a time.
func (s *Server) Write(m world.Message, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	by := s.keys[m.By]
	if by == nil || len(m.To) != 1 || s.keys[m.To[0]] == nil {
		return invalid("a message by or to nobody: %s", m.By)
	}
	s.say(s.between(by.did, s.keys[m.To[0]].did), by.did, at, object{"text": m.Text})
	return nil
}

// mine is the conversation that a call names, where the caller is in it.
func (s *Server) mine(c *call, id string) (*convo, error) {
	v := s.chat.convos[id]
	if v == nil || !slices.Contains(v.members, c.viewer.did) {
		return nil, invalid("Convo not found")
	}
	return v, nil
}

func (s *Server) listConvos(c *call) (any, error) {
	limit, err := c.number("limit", 50, 1, 100)
	if err != nil {
		return nil, err
	}
	var all []*convo
	for _, v := range s.chat.convos {
		if slices.Contains(v.members, c.viewer.did) && len(v.messages) > 0 {
			all = append(all, v)
		}
	}
	last := func(v *convo) string { return v.messages[len(v.messages)-1].rev }
	slices.SortFunc(all, func(a, b *convo) int { return strings.Compare(last(b), last(a)) })
	if at := c.query.Get("cursor"); at != "" {
		all = slices.DeleteFunc(all, func(v *convo) bool { return last(v) >= at })
	}
	out := object{}
	if len(all) > limit {
		all = all[:limit]
		out["cursor"] = last(all[limit-1])
	}
	views := []object{}
	for _, v := range all {
		views = append(views, v.view(s, c.viewer))
	}
	out["convos"] = views
	return out, nil
}

func (s *Server) getConvo(c *call) (any, error) {
	v, err := s.mine(c, c.query.Get("convoId"))
	if err != nil {
		return nil, err
	}
	return object{"convo": v.view(s, c.viewer)}, nil
}

// other is the one person whom a call names.
func (s *Server) other(c *call) (*person, error) {
	var who []string
	for _, did := range c.query["members"] {
		if did != c.viewer.did {
			who = append(who, did)
		}
	}
	if len(who) != 1 || s.people[who[0]] == nil {
		return nil, invalid("Account not found or unable to create conversation")
	}
	return s.people[who[0]], nil
}

func (s *Server) getConvoForMembers(c *call) (any, error) {
	who, err := s.other(c)
	if err != nil {
		return nil, err
	}
	return object{"convo": s.between(c.viewer.did, who.did).view(s, c.viewer)}, nil
}

// getConvoAvailability begins no conversation.
func (s *Server) getConvoAvailability(c *call) (any, error) {
	who, err := s.other(c)
	if err != nil {
		return nil, err
	}
	out := object{"canChat": !s.blocked(c.viewer, who.did)}
	for _, v := range s.chat.convos {
		if slices.Contains(v.members, c.viewer.did) && slices.Contains(v.members, who.did) {
			out["convo"] = v.view(s, c.viewer)
		}
	}
	return out, nil
}

// getMessages gives the newest first.
func (s *Server) getMessages(c *call) (any, error) {
	v, err := s.mine(c, c.query.Get("convoId"))
	if err != nil {
		return nil, err
	}
	limit, err := c.number("limit", 50, 1, 100)
	if err != nil {
		return nil, err
	}
	page := slices.Clone(v.messages)
	slices.Reverse(page)
	if at := c.query.Get("cursor"); at != "" {
		page = slices.DeleteFunc(page, func(m *message) bool { return m.rev >= at })
	}
	out := object{}
	if len(page) > limit {
		page = page[:limit]
		out["cursor"] = page[limit-1].rev
	}
	views := []object{}
	for _, m := range page {
		views = append(views, m.view())
	}
	out["messages"] = views
	return out, nil
}

// sendMessage is not idempotent, as on the real service.
func (s *Server) sendMessage(c *call) (any, error) {
	var in struct {
		ConvoID string `json:"convoId"`
		Message object `json:"message"`
	}
	if err := c.input(&in); err != nil {
		return nil, err
	}
	v, err := s.mine(c, in.ConvoID)
	if err != nil {
		return nil, err
	}
	text, _ := in.Message["text"].(string)
	if len(text) > maxMessageBytes {
		return nil, invalid("Invalid input: text must not be longer than %d bytes", maxMessageBytes)
	}
	return s.say(v, c.viewer.did, s.opts.Now(), in.Message).view(), nil
}

const maxMessageBytes = 10_000 // chat.bsky.convo.defs#messageInput

func (s *Server) updateRead(c *call) (any, error) {
	var in struct {
		ConvoID   string `json:"convoId"`
		MessageID string `json:"messageId"`
	}
	if err := c.input(&in); err != nil {
		return nil, err
	}
	v, err := s.mine(c, in.ConvoID)
	if err != nil {
		return nil, err
	}
	for _, m := range v.messages {
		if m.rev > v.read[c.viewer.did] {
			v.read[c.viewer.did] = m.rev
		}
		if m.id == in.MessageID {
			break
		}
	}
	return object{"convo": v.view(s, c.viewer)}, nil
}
