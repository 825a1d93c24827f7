package nostr

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/nbd-wtf/go-nostr/nip19"

	"skein/timeline"
)

// rules are how Nostr reads, measures and takes what is written for it. They hold
// nothing but whether files can be kept somewhere.
type rules struct{ media bool }

// Rules implements timeline.Publisher.
func (b *Backend) Rules() timeline.Rules { return rules{media: b.cfg.MediaServer != ""} }

// npubBytes is the length of a mention as it is published, nostr:npub1….
const npubBytes = len("nostr:npub1") + 52 + 6

// Takes implements timeline.Rules.
func (rules) Takes(kind timeline.Kind, undo bool) timeline.Safe {
	switch kind {
	case timeline.DoBoost, timeline.DoLike, timeline.DoBookmark, timeline.DoFollow, timeline.DoMute,
		timeline.DoList, timeline.DoEnlist:
		return timeline.Safe{}
	case timeline.DoBlock:
		return noBlocks
	case timeline.DoPost, timeline.DoDelete, timeline.DoVote, timeline.DoMessage, timeline.DoReceive:
		if !undo {
			return timeline.Safe{}
		}
		return timeline.Literal("this cannot be taken back on Nostr")
	case timeline.DoReport:
		if !undo {
			return timeline.Safe{}
		}
		return timeline.Literal("what was reported cannot be taken back: relays have given it to all who asked")
	case timeline.DoAdmit:
		return timeline.Literal("on Nostr everybody may follow: nobody has to ask")
	case timeline.DoEdit:
		return timeline.Literal("Nostr has no edit: delete the post and write it again")
	}
	if kind == timeline.DoFollowTag {
		return timeline.Literal("on Nostr a followed tag brings nothing into home; keep it as a tab")
	}
	return timeline.Literal("Nostr has no such thing")
}

// Mark implements timeline.Rules: web addresses, hashtags, and people and posts by
// their NIP-19 names, with nostr: in front or, for people, without.
func (rules) Mark(text string) timeline.Text {
	clean := timeline.Clean(text)
	s := clean.String()
	m := &markup{name: func(string) (string, bool) { return "", false }}
	last := ' '
	for i := 0; i < len(s); {
		t := m.token(s[i:], last)
		if t.length == 0 && !wordRune(last) {
			t = bareName(s[i:])
		}
		if t.length == 0 {
			r, n := utf8.DecodeRuneInString(s[i:])
			m.plain = append(m.plain, s[i:i+n]...)
			last = r
			i += n
			continue
		}
		t.span.Text = timeline.Clean(s[i : i+t.length])
		m.flush()
		m.text = append(m.text, t.span)
		i += t.length
		last, _ = utf8.DecodeLastRuneInString(s[:i])
	}
	m.flush()
	if m.text.Plain() != clean { // a mark parted from its base would not survive
		return timeline.PlainText(clean)
	}
	return m.text
}

// bareName reads npub1… and nprofile1… without nostr: before it.
func bareName(s string) token {
	if !strings.HasPrefix(s, "npub1") && !strings.HasPrefix(s, "nprofile1") {
		return token{}
	}
	end := strings.IndexFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	if end < 0 {
		end = len(s)
	}
	p, err := parsePointer(s[:end])
	if err != nil || p.person == "" {
		return token{}
	}
	return token{timeline.Span{Kind: timeline.SpanMention, Target: timeline.CleanLine(p.person)}, end}
}

// Mention implements timeline.Rules. A NIP-05 name without a key is looked up when
// the post is prepared.
func (rules) Mention(handle, id string) timeline.Span {
	handle = strings.TrimPrefix(strings.TrimSpace(handle), "@")
	if name, ok := cutPrefixFold(handle, "nostr:"); ok {
		handle = name
	}
	if p, err := parsePointer(strings.ToLower(handle)); err == nil && p.person != "" {
		handle = shortNpub(p.person)
		if id == "" {
			id = p.person
		}
	}
	span := timeline.Span{Kind: timeline.SpanMention, Text: timeline.CleanLine("@" + handle)}
	if isHex(id, 64) {
		span.Target = timeline.CleanLine(id)
		if name, domain, ok := strings.Cut(handle, "@"); ok && name != "_" {
			span.Text = timeline.CleanLine("@" + name)
		} else if ok {
			span.Text = timeline.CleanLine("@" + domain)
		}
	}
	return span
}

// Count implements timeline.Rules: the bytes of the content. A warning is a tag and
// does not count.
func (rules) Count(t timeline.Text, _ string) timeline.Size {
	var size timeline.Size
	for _, s := range t {
		n := len(published(s))
		if s.Kind == timeline.SpanMention && s.Target.Empty() {
			n = npubBytes
		}
		size.Bytes += n
	}
	size.Characters = size.Bytes
	return size
}

// published is a span as it stands in an event's content: people and posts by
// NIP-27, links in full.
func published(s timeline.Span) string {
	target := s.Target.String()
	switch s.Kind {
	case timeline.SpanLink:
		// An article's name is a link for readers alone; one that leads nowhere is its text.
		if _, written := cutPrefixFold(s.Text.String(), "nostr:"); !written && target != "" {
			return target
		}
	case timeline.SpanMention:
		if isHex(target, 64) {
			return "nostr:" + npub(target)
		}
	case timeline.SpanPost:
		if _, written := cutPrefixFold(s.Text.String(), "nostr:"); !written && isHex(target, 64) {
			if ref, err := nip19.EncodeEvent(target, nil, ""); err == nil {
				return "nostr:" + ref
			}
		}
	}
	return s.Text.String()
}

// Review implements timeline.Rules.
func (r rules) Review(i timeline.Intent, _ timeline.Limits) []timeline.Remark {
	var all []timeline.Remark
	add := func(s timeline.Severity, m timeline.Safe) {
		all = append(all, timeline.Remark{Severity: s, Message: m})
	}
	if why := r.Takes(i.Kind, i.Undo); !why.Empty() {
		add(timeline.Refuse, why)
		return all
	}
	switch i.Kind {
	case timeline.DoDelete:
		add(timeline.Note, noteDelete)
	case timeline.DoBoost, timeline.DoLike:
		if i.Undo {
			add(timeline.Note, noteDelete)
		}
	case timeline.DoMute:
		if !i.Undo {
			add(timeline.Note, noteMute)
		}
	case timeline.DoEnlist:
		if !i.Undo {
			add(timeline.Note, noteEnlist)
		}
	case timeline.DoList:
		if i.Undo {
			add(timeline.Note, noteDelete)
		}
	case timeline.DoReport:
		add(timeline.Note, noteReport)
	case timeline.DoPost:
		r.reviewPost(i, add)
	}
	return all
}

var (
	noteDelete = timeline.Literal("a delete is a request: relays and other programs may keep what they have")
	noteMute   = timeline.Literal("everybody can read a mute list on Nostr, but for the part that another program has hidden")
	noteEnlist = timeline.Literal("everybody can read who is in a list on Nostr, but for the part that another program has hidden")
	noteReport = timeline.Literal("everybody can read who reported whom on Nostr")
	noBlocks   = timeline.Literal("Nostr has no blocks; mute instead")
)

func (r rules) reviewPost(i timeline.Intent, add func(timeline.Severity, timeline.Safe)) {
	switch i.Visibility {
	case "", timeline.Public:
	case timeline.Followers, timeline.Direct:
		add(timeline.Refuse, timeline.Literal("on Nostr everybody could read it: posts are public there"))
	case timeline.Unlisted:
		add(timeline.Loss, timeline.Literal("on Nostr it is listed like every post: all posts are public there"))
	default:
		add(timeline.Refuse, timeline.CleanLine("posts are public on Nostr, and cannot be for "+cut(string(i.Visibility), maxCode)))
	}
	if narrower(i.Replies) {
		add(timeline.Refuse, timeline.Literal("Nostr lets everybody reply"))
	}
	if narrower(i.Quotes) {
		add(timeline.Refuse, timeline.Literal("Nostr lets everybody quote"))
	}
	if !i.Publish.IsZero() {
		add(timeline.Refuse, timeline.Literal("relays keep no posts for later"))
	}
	if i.Sensitive && i.Warning == "" && hasMedia(i) {
		add(timeline.Note, timeline.Literal("the warning hides the text as well as the media"))
	}
	if !r.media && hasMedia(i) {
		add(timeline.Refuse, errNoMediaServer.Message)
	}
	for _, l := range i.Languages {
		if _, ok := iso639(l); !ok {
			add(timeline.Loss, timeline.CleanLine("the language "+cut(l, maxCode)+" cannot be told on Nostr, which knows two letters"))
		}
	}
	if len(isoCodes(i.Languages)) > maxLanguages {
		add(timeline.Loss, timeline.CleanLine("only the first "+strconv.Itoa(maxLanguages)+" languages are named"))
	}
}

var errNoMediaServer = timeline.Errorf(timeline.CodeRefused,
	"pictures need a server that keeps them: name a Blossom or NIP-96 server as media_server under [nostr] in config.toml")

func narrower(a timeline.Audience) bool { return a != "" && a != timeline.Everybody }

func hasMedia(i timeline.Intent) bool {
	for _, p := range i.Parts {
		if len(p.Media) > 0 {
			return true
		}
	}
	return false
}

// isoCodes are the two-letter codes of the languages that have one, each once.
func isoCodes(languages []string) []string {
	var codes []string
	for _, l := range languages {
		if code, ok := iso639(l); ok && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// iso639 is the two-letter code of a BCP 47 tag, where it has one.
func iso639(tag string) (string, bool) {
	code, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return code, len(code) == 2 && code[0] >= 'a' && code[0] <= 'z' && code[1] >= 'a' && code[1] <= 'z'
}
