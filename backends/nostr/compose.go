package nostr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nbd-wtf/go-nostr"
	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/timeline"
)

const (
	maxNotified  = 500 // people of a conversation that an answer to it names
	maxLanguages = 3
)

// essay is all that the event of a post is made from. Composing is pure: the same
// essay makes the same event, and so the same id.
type essay struct {
	me     string
	intent timeline.Intent
	part   timeline.Part // its mentions have targets, where there is such a person
	files  []upload      // of part.Media, in its order
	relays []string      // the own write relays

	parent *nostr.Event // that it answers; nil for none
	quoted *nostr.Event // likewise

	hint func(id string) string     // a relay that has an event, or ""
	home func(pubkey string) string // a relay that somebody writes to, or ""
}

// upload is a file that a media server keeps.
type upload struct {
	URL  string              `json:"url"`
	File timeline.Attachment `json:"file"`
}

// event makes the event, unsigned.
func (s *essay) event() nostr.Event {
	e := nostr.Event{
		PubKey: s.me, CreatedAt: nostr.Timestamp(s.intent.Created.Unix()),
		Kind: s.kind(), Content: s.content(), Tags: nostr.Tags{},
	}
	if e.Kind == kindComment {
		e.Tags = append(e.Tags, s.commentTags()...)
	} else {
		e.Tags = append(e.Tags, s.replyTags()...)
	}
	e.Tags = append(e.Tags, s.quoteTags()...)
	e.Tags = s.people(e.Tags)
	e.Tags = append(e.Tags, s.topics()...)
	e.Tags = append(e.Tags, s.labels()...)
	if s.part.Poll != nil {
		e.Tags = append(e.Tags, s.pollTags()...)
	}
	for _, f := range s.files {
		e.Tags = append(e.Tags, imeta(f))
	}
	return e
}

// kind is a note's; a poll's; or a comment's, since a note answers notes alone
// (NIP-10, NIP-22). Polls are answered with notes, as they are read here.
func (s *essay) kind() int {
	switch {
	case s.part.Poll != nil:
		return kindPoll
	case s.parent != nil && s.parent.Kind != kindNote && s.parent.Kind != kindPoll:
		return kindComment
	}
	return kindNote
}

// content is the text, below it the files, and last what is quoted (NIP-92, NIP-27).
func (s *essay) content() string {
	var b strings.Builder
	for _, span := range s.part.Text {
		b.WriteString(published(span))
	}
	for i, f := range s.files {
		if b.Len() > 0 {
			b.WriteString(strings.Repeat("\n", 2-min(i, 1)))
		}
		b.WriteString(f.URL)
	}
	if s.quoted != nil {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString("nostr:" + s.nevent(s.quoted))
	}
	return b.String()
}

func (s *essay) nevent(e *nostr.Event) string {
	var hints []string
	if h := s.hint(e.ID); h != "" {
		hints = []string{h}
	}
	ref, err := nip19.EncodeEvent(e.ID, hints, e.PubKey)
	if err != nil { // a verified event has an id and a key
		return ""
	}
	return ref
}

// replyTags are NIP-10's: the root marked, and the parent where it is another. What a
// parent without a root answers is the root, as far as anybody knows.
func (s *essay) replyTags() nostr.Tags {
	if s.parent == nil {
		return nil
	}
	p := s.parent
	above, root := thread(p.Tags)
	if root == nil {
		root = above
	}
	if root == nil || p.Kind != kindNote && p.Kind != kindPoll {
		return nostr.Tags{marked(link10{p.ID, s.hint(p.ID), p.PubKey}, "root")}
	}
	if root.relay == "" {
		root.relay = s.hint(root.id)
	}
	return nostr.Tags{marked(*root, "root"), marked(link10{p.ID, s.hint(p.ID), p.PubKey}, "reply")}
}

// marked is an e tag: id, relay, marker, author.
func marked(l link10, marker string) nostr.Tag {
	t := nostr.Tag{"e", l.id, l.relay, marker}
	if l.author != "" {
		t = append(t, l.author)
	}
	return t
}

// commentTags are NIP-22's: what the whole conversation is about in upper case, and
// what is answered in lower case.
func (s *essay) commentTags() nostr.Tags {
	p, hint := s.parent, s.hint(s.parent.ID)
	kind := strconv.Itoa(p.Kind)
	below := nostr.Tags{{"e", p.ID, hint, p.PubKey}, {"k", kind}}
	if p.Kind == kindComment {
		return append(aboutTags(p.Tags), below...)
	}
	above := nostr.Tags{{"E", p.ID, hint, p.PubKey}, {"K", kind}, {"P", p.PubKey}}
	if nostr.IsAddressableKind(p.Kind) {
		a := address{p.Kind, p.PubKey, p.Tags.GetD()}.String()
		above, below = append(above, nostr.Tag{"A", a, hint}), append(below, nostr.Tag{"a", a, hint})
	}
	return append(above, below...)
}

// aboutTags are the tags of a comment that say what the conversation is about: the first
// of each name that is of a sane size, for they are a stranger's.
func aboutTags(tags nostr.Tags) nostr.Tags {
	const items = 4
	var found nostr.Tags
	for _, t := range tags {
		if len(t) < 2 || !slices.Contains([]string{"A", "E", "I", "K", "P"}, t[0]) || found.Find(t[0]) != nil {
			continue
		}
		if t = t[:min(len(t), items)]; !slices.ContainsFunc(t, func(s string) bool { return len(s) > maxURL }) {
			found = append(found, t)
		}
	}
	return found
}

// quoteTags are NIP-18's q tags: of what is quoted first, then of the posts that the
// text names.
func (s *essay) quoteTags() nostr.Tags {
	var tags nostr.Tags
	if q := s.quoted; q != nil {
		tags = append(tags, nostr.Tag{"q", q.ID, s.hint(q.ID), q.PubKey})
	}
	for _, span := range s.part.Text {
		id := span.Target.String()
		if span.Kind == timeline.SpanPost && isHex(id, 64) && tags.FindWithValue("q", id) == nil {
			tags = append(tags, nostr.Tag{"q", id, s.hint(id)})
		}
	}
	return tags
}

// people adds a p tag for everybody concerned, each once and never for oneself:
// who is answered, mentioned and quoted, then the others of the conversation.
func (s *essay) people(tags nostr.Tags) nostr.Tags {
	seen := map[string]bool{s.me: true}
	add := func(key string) {
		if seen[key] || !isHex(key, 64) || len(seen) > maxNotified {
			return
		}
		seen[key] = true
		tag := nostr.Tag{"p", key}
		if h := s.home(key); h != "" {
			tag = append(tag, h)
		}
		tags = append(tags, tag)
	}
	if s.parent != nil {
		add(s.parent.PubKey)
	}
	for _, span := range s.part.Text {
		if span.Kind == timeline.SpanMention {
			add(span.Target.String())
		}
	}
	if s.quoted != nil {
		add(s.quoted.PubKey)
	}
	if s.parent != nil {
		for t := range s.parent.Tags.FindAll("p") {
			add(t[1])
		}
	}
	return tags
}

// topics are the hashtags, in lower case as NIP-24 has it.
func (s *essay) topics() nostr.Tags {
	var tags nostr.Tags
	for _, span := range s.part.Text {
		if span.Kind != timeline.SpanTag {
			continue
		}
		if t := foldTag(span.Target.String()); t != "" && tags.FindWithValue("t", t) == nil {
			tags = append(tags, nostr.Tag{"t", t})
		}
	}
	return tags
}

// labels are the warning (NIP-36) and the languages (NIP-32).
func (s *essay) labels() nostr.Tags {
	var tags nostr.Tags
	switch {
	case s.intent.Warning != "":
		tags = append(tags, nostr.Tag{"content-warning", s.intent.Warning})
	case s.intent.Sensitive && len(s.files) > 0:
		tags = append(tags, nostr.Tag{"content-warning"})
	}
	codes := isoCodes(s.intent.Languages)
	if len(codes) > 0 {
		tags = append(tags, nostr.Tag{"L", labelLanguage})
	}
	for _, code := range codes[:min(len(codes), maxLanguages)] {
		tags = append(tags, nostr.Tag{"l", code, labelLanguage})
	}
	return tags
}

// pollTags are NIP-88's; the content is the question.
func (s *essay) pollTags() nostr.Tags {
	var tags nostr.Tags
	poll := s.part.Poll
	for i, o := range poll.Options {
		tags = append(tags, nostr.Tag{"option", strconv.Itoa(i), o})
	}
	for _, url := range s.relays {
		tags = append(tags, nostr.Tag{"relay", url})
	}
	kind := "singlechoice"
	if poll.Multiple {
		kind = multipleChoice
	}
	tags = append(tags, nostr.Tag{"polltype", kind})
	if poll.Lasts > 0 {
		tags = append(tags, nostr.Tag{"endsAt", strconv.FormatInt(s.intent.Created.Add(poll.Lasts).Unix(), 10)})
	}
	return tags
}

// imeta describes a file (NIP-92).
func imeta(f upload) nostr.Tag {
	a := f.File
	tag := nostr.Tag{"imeta", "url " + f.URL}
	if a.Type != "" {
		tag = append(tag, "m "+a.Type)
	}
	if a.Width > 0 && a.Height > 0 {
		tag = append(tag, "dim "+strconv.Itoa(a.Width)+"x"+strconv.Itoa(a.Height))
	}
	if a.Alt != "" {
		tag = append(tag, "alt "+a.Alt)
	}
	if isHex(a.SHA256, 64) {
		tag = append(tag, "x "+a.SHA256)
	}
	return tag
}
