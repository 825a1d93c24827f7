package mastodon

import (
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"skein/timeline"
)

// rules are timeline.Rules of one server, as far as it is known at each call.
type rules struct{ b *Backend }

// Rules implements timeline.Publisher. They go by what is known of the server when
// they are asked, so they may be fetched before Learn.
func (b *Backend) Rules() timeline.Rules { return rules{b} }

// server is what the rules depend on.
func (r rules) server() (facts, program) {
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	p := program{}
	if r.b.runs != nil {
		p = *r.b.runs
	}
	return *r.b.assumed(), p
}

// Takes implements timeline.Rules: everything, as long as it makes sense.
func (r rules) Takes(kind timeline.Kind, undo bool) timeline.Safe {
	switch kind {
	case timeline.DoBoost, timeline.DoLike, timeline.DoBookmark, timeline.DoFollow, timeline.DoMute, timeline.DoBlock, timeline.DoFollowTag, timeline.DoAdmit,
		timeline.DoEnlist, timeline.DoList:
		return timeline.Safe{}
	case timeline.DoReceive:
		return timeline.Literal("Mastodon takes messages without further ado")
	case timeline.DoPost, timeline.DoEdit, timeline.DoDelete, timeline.DoVote, timeline.DoMessage:
		if undo {
			return timeline.Literal("this cannot be taken back on Mastodon")
		}
		return timeline.Safe{}
	case timeline.DoReport:
		if undo {
			return timeline.Literal("what was reported cannot be taken back: the moderators have it")
		}
		return timeline.Safe{}
	}
	return timeline.Literal("skein does not know how to do this on Mastodon")
}

// Mark implements timeline.Rules. A mention's Target is user@host, a link's the
// address itself.
func (r rules) Mark(text string) timeline.Text {
	all := timeline.Clean(text)
	s := all.String()
	var out timeline.Text
	at := 0
	for _, t := range scan(s) {
		span := timeline.Span{Kind: t.kind, Text: timeline.Clean(s[t.from:t.to])}
		switch t.kind {
		case timeline.SpanLink:
			span.Target = span.Text
		case timeline.SpanTag:
			span.Target = timeline.Clean(t.name)
		default:
			span.Target = timeline.CleanLine(r.b.decode.personID(s[t.from+1 : t.to]))
		}
		if t.from > at {
			out = append(out, timeline.Span{Text: timeline.Clean(s[at:t.from])})
		}
		out = append(out, span)
		at = t.to
	}
	if at < len(s) {
		out = append(out, timeline.Span{Text: timeline.Clean(s[at:])})
	}
	if out.Plain() != all { // cut within a cluster: what is typed matters more than its marks
		return timeline.PlainText(all)
	}
	return out
}

// Mention implements timeline.Rules: @user@host.
func (r rules) Mention(handle, id string) timeline.Span {
	for _, name := range []string{id, strings.TrimPrefix(handle, "@")} {
		if who := r.b.decode.personID(name); who != "" {
			return timeline.Span{Kind: timeline.SpanMention, Text: timeline.CleanLine("@" + who), Target: timeline.CleanLine(who)}
		}
	}
	return timeline.Span{Text: timeline.CleanLine(handle)}
}

// Count implements timeline.Rules: the characters, as a reader sees them, of the
// warning and the text; an address is as long as the server says, a mention of
// somebody elsewhere is without its host.
//
// Source: Mastodon's app/validators/status_length_validator.rb
func (r rules) Count(t timeline.Text, warning string) timeline.Size {
	f, p := r.server()
	text := written(t)
	size := timeline.Size{Bytes: len(warning) + len(text)}
	if !p.countsShort() {
		size.Characters = utf8.RuneCountInString(warning) + utf8.RuneCountInString(text)
		return size
	}
	size.Characters = uniseg.GraphemeClusterCount(warning + shortened(text, f.perURL))
	return size
}

// shortened is text as it is counted: with perURL letters in place of an address,
// where that is not 0.
func shortened(text string, perURL int) string {
	if perURL <= 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, t := range scan(text) {
		switch t.kind {
		case timeline.SpanLink:
			b.WriteString(text[at:t.from])
			b.WriteString(strings.Repeat("x", perURL))
		case timeline.SpanMention:
			b.WriteString(text[at:t.from])
			b.WriteString("@" + t.name)
		default:
			continue
		}
		at = t.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// written is a text as the server gets it: an address in full, for there are no
// labels.
func written(t timeline.Text) string {
	var b strings.Builder
	for _, s := range t {
		if s.Kind == timeline.SpanLink && !s.Target.Empty() {
			b.WriteString(s.Target.String())
		} else {
			b.WriteString(s.Text.String())
		}
	}
	return b.String()
}

// Review implements timeline.Rules.
func (r rules) Review(i timeline.Intent, _ timeline.Limits) []timeline.Remark {
	f, _ := r.server()
	var out review
	switch i.Kind {
	case timeline.DoPost:
		out.media(i)
		out.quote(i, f.quotes)
		out.audience(i, f.quotes)
	case timeline.DoMessage:
		out.add(timeline.Note, noteMessage)
	case timeline.DoEdit:
		if len(i.Parts) > 0 && (len(i.Parts[0].Media) > 0 || i.Parts[0].Poll != nil) {
			out.add(timeline.Refuse, timeline.Literal("an edit keeps the media and the poll that the post has; it cannot bring others"))
		}
	case timeline.DoBlock:
		if !i.Undo {
			out.add(timeline.Note, timeline.Literal("neither follows the other any more; unblocking does not bring that back"))
		}
	case timeline.DoVote:
		if len(i.Choices) == 0 {
			out.add(timeline.Refuse, timeline.Literal("nothing was chosen"))
		}
	}
	if len(i.Languages) > 1 {
		out.add(timeline.Loss, timeline.CleanLine("a post has one language here: "+i.Languages[0]))
	}
	return out
}

// noteMessage is Mastodon's own warning.
var noteMessage = timeline.Literal("not encrypted: everybody mentioned can read it, and those who run their servers")

// review gathers remarks.
type review []timeline.Remark

func (r *review) add(s timeline.Severity, message timeline.Safe) {
	*r = append(*r, timeline.Remark{Severity: s, Message: message})
}

// media checks what may stand together in one post.
//
// Source: Mastodon's app/services/post_status_service.rb
func (r *review) media(i timeline.Intent) {
	for _, p := range i.Parts {
		moving := 0
		for _, a := range p.Media {
			if a.Kind == timeline.Video || a.Kind == timeline.Audio {
				moving++
			}
		}
		switch {
		case len(p.Media) > 0 && p.Poll != nil:
			r.add(timeline.Refuse, timeline.Literal("a post has media or a poll here, not both"))
		case moving > 0 && len(p.Media) > 1:
			r.add(timeline.Refuse, timeline.Literal("a video or a sound stands alone in its post here"))
		case p.Poll != nil && p.Text.Empty():
			r.add(timeline.Refuse, timeline.Literal("a poll needs a text here"))
		}
	}
}

func (r *review) quote(i timeline.Intent, quotes bool) {
	if i.Quote.ID.Zero() {
		return
	}
	if !quotes {
		r.add(timeline.Refuse, timeline.Literal("this server has no quotes; a link to the post in the text will do"))
	}
	if len(i.Parts) > 0 && (len(i.Parts[0].Media) > 0 || i.Parts[0].Poll != nil) {
		r.add(timeline.Refuse, timeline.Literal("a quote has neither media nor a poll here"))
	}
}

// audience checks who may reply and quote. What cannot be as narrow as asked is
// refused rather than opened to more people, but for quotes: where a server knows
// none there is nobody to let in.
func (r *review) audience(i timeline.Intent, quotes bool) {
	if i.Replies != "" && i.Replies != timeline.Everybody {
		r.add(timeline.Refuse, timeline.Literal("who may reply cannot be limited on Mastodon"))
	}
	if i.Quotes == "" {
		return
	}
	switch _, exact := quotePolicy(i.Quotes); {
	case !quotes && i.Quotes != timeline.Everybody:
		r.add(timeline.Loss, timeline.Literal("this server cannot say who may quote the post"))
	case quotes && !exact:
		r.add(timeline.Loss, timeline.Literal("Mastodon knows no such group for quotes: nobody may quote the post"))
	}
}

// quotePolicy is an audience in the API's words, and whether that is the same and
// not narrower.
func quotePolicy(a timeline.Audience) (policy string, exact bool) {
	switch a {
	case timeline.Everybody:
		return "public", true
	case timeline.MyFollowers:
		return "followers", true
	case timeline.Nobody:
		return "nobody", true
	}
	return "nobody", false
}
