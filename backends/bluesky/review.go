package bluesky

import (
	"fmt"
	"strings"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

const maxLanguages = 3 // app.bsky.feed.post

// review gathers remarks.
type review struct{ remarks []timeline.Remark }

func (r *review) add(s timeline.Severity, format string, args ...any) {
	r.remarks = append(r.remarks, timeline.Remark{Severity: s, Message: timeline.CleanLine(fmt.Sprintf(format, args...))})
}

// Review implements timeline.Rules.
func (r rules) Review(i timeline.Intent, l timeline.Limits) []timeline.Remark {
	out := &review{}
	if why := r.Takes(i.Kind, i.Undo); !why.Empty() {
		out.add(timeline.Refuse, "%s", why)
		return out.remarks
	}
	if i.Kind == timeline.DoMessage {
		out.add(timeline.Note, "not encrypted: Bluesky's chat service can read it")
		if len(i.People) > 1 {
			out.add(timeline.Refuse, "%s", oneReceiver)
		}
		return out.remarks
	}
	if i.Kind != timeline.DoPost {
		return nil
	}
	out.visibility(i.Visibility)
	out.replies(i)
	out.quotes(i.Quotes)
	out.warning(i)
	out.languages(i.Languages)
	for n, p := range i.Parts {
		out.part(p, n, len(i.Parts), l)
	}
	if !i.Publish.IsZero() {
		out.add(timeline.Refuse, "Bluesky keeps no post for later: let skein send it in time")
	}
	return out.remarks
}

// visibility refuses what would be read by more people than asked.
func (r *review) visibility(v timeline.Visibility) {
	switch v {
	case "", timeline.Public:
	case timeline.Unlisted:
		r.add(timeline.Loss, "it is listed like any other post: Bluesky has no unlisted posts")
	case timeline.Followers, timeline.Direct:
		r.add(timeline.Refuse, "every post on Bluesky is public: none is for followers or single people only")
	default:
		r.add(timeline.Refuse, "Bluesky has no visibility called %s", v)
	}
}

func (r *review) replies(i timeline.Intent) {
	rules, ok := replyRules(i.Replies)
	switch {
	case !ok:
		r.add(timeline.Refuse, "Bluesky cannot limit replies to %s", i.Replies)
	case rules != nil && !i.ReplyTo.ID.Zero():
		r.add(timeline.Refuse, "who may reply is for the first post of a thread to say: this one answers another")
	}
}

func (r *review) quotes(a timeline.Audience) {
	switch a {
	case "", timeline.Everybody, timeline.Nobody:
	default:
		r.add(timeline.Refuse, "Bluesky lets everybody quote a post or nobody: not only %s", a)
	}
}

// warning says what becomes of a content warning.
func (r *review) warning(i timeline.Intent) {
	label := selfLabel(i.Warning)
	words, media := false, false
	for _, p := range i.Parts {
		words = words || !p.Text.Empty()
		media = media || len(p.Media) > 0
	}
	switch {
	case strings.TrimSpace(i.Warning) == "":
		if i.Sensitive && media {
			r.add(timeline.Loss, "the media are labelled as graphic: Bluesky has no warning without a reason")
		}
	case label == "":
		r.add(timeline.Loss, "the warning stands in front of the post as text: nothing is hidden behind it")
		if i.Sensitive && media {
			r.add(timeline.Note, "the media are labelled as graphic")
		}
	case words:
		r.add(timeline.Loss, "the warning becomes the label %s, which hides media and not the text", label)
	default:
		r.add(timeline.Note, "the warning becomes the label %s", label)
	}
}

func (r *review) languages(languages []string) {
	valid := languageTags(languages)
	if len(valid) < min(len(languages), maxLanguages) {
		r.add(timeline.Loss, "a language is left out that is no language tag")
	}
	if len(languages) > maxLanguages {
		r.add(timeline.Loss, "only the first %d languages are named", maxLanguages)
	}
}

// languageTags are those languages that a record can name.
func languageTags(languages []string) []string {
	var out []string
	for _, l := range languages {
		if lang, err := syntax.ParseLanguage(l); err == nil && len(out) < maxLanguages {
			out = append(out, lang.String())
		}
	}
	return out
}

// part looks at what is attached to one post of an intent.
func (r *review) part(p timeline.Part, n, of int, l timeline.Limits) {
	where := ""
	if of > 1 {
		where = fmt.Sprintf("post %d: ", n+1)
	}
	if p.Poll != nil {
		r.add(timeline.Refuse, "%sBluesky has no polls", where)
	}
	images, videos := 0, 0
	for _, a := range p.Media {
		switch {
		case strings.HasPrefix(a.Type, "video/"):
			videos++
			if a.Type != "video/mp4" {
				r.add(timeline.Refuse, "%sBluesky takes videos as MP4 only, not %s", where, a.Type)
			}
		case strings.HasPrefix(a.Type, "image/"):
			images++
			if a.Type == "image/gif" {
				r.add(timeline.Loss, "%sa GIF does not move on Bluesky", where)
			}
		default:
			r.add(timeline.Refuse, "%sBluesky takes pictures and videos, not %s", where, a.Type)
		}
	}
	most := maxImages
	if l.Media > 0 {
		most = min(most, l.Media)
	}
	switch {
	case videos > 1:
		r.add(timeline.Refuse, "%sa post holds one video, not %d", where, videos)
	case videos == 1 && images > 0:
		r.add(timeline.Refuse, "%sa post holds pictures or a video, not both", where)
	case images > most:
		r.add(timeline.Refuse, "%sa post holds %d pictures, not %d", where, most, images)
	}
}
