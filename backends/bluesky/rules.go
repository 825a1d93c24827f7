package bluesky

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/bluesky-social/indigo/atproto/syntax"
	"github.com/rivo/uniseg"

	"skein/timeline"
)

// rules implement timeline.Rules. They are the network's own, the same for every
// account; readOnly is set where nobody is signed in.
type rules struct{ readOnly bool }

var _ timeline.Rules = rules{}

// Rules implements timeline.Publisher.
func (b *Backend) Rules() timeline.Rules { return rules{readOnly: b.session == nil} }

// Takes implements timeline.Rules.
func (r rules) Takes(kind timeline.Kind, undo bool) timeline.Safe {
	if r.readOnly {
		return timeline.Literal("nobody is signed in to Bluesky here: the account can only read")
	}
	switch kind {
	case timeline.DoPost:
		if undo {
			return timeline.Literal("a post is taken back by deleting it")
		}
	case timeline.DoMessage:
		if undo {
			return timeline.Literal("a message cannot be taken back by skein yet")
		}
	case timeline.DoReceive:
		return timeline.Literal("Bluesky takes messages as its own settings say")
	case timeline.DoDelete:
		if undo {
			return timeline.Literal("a deleted post cannot be brought back")
		}
	case timeline.DoBoost, timeline.DoLike, timeline.DoBookmark, timeline.DoFollow, timeline.DoMute, timeline.DoBlock,
		timeline.DoList, timeline.DoEnlist:
	case timeline.DoReport:
		if undo {
			return timeline.Literal("what was reported cannot be taken back: the moderators have it")
		}
	case timeline.DoAdmit:
		return timeline.Literal("on Bluesky everybody may follow: nobody has to ask")
	case timeline.DoEdit:
		return timeline.Literal("Bluesky has no edit: delete and post again")
	case timeline.DoVote:
		return timeline.Literal("Bluesky has no polls")
	case timeline.DoFollowTag:
		return timeline.Literal("Bluesky follows no tags; keep it as a tab")
	default:
		return timeline.CleanLine("Bluesky has no " + string(kind))
	}
	return timeline.Safe{}
}

// Mark implements timeline.Rules: https links and domains, @handles, #tags and
// $TICKERS. The Target of a mention is empty until Prepare has resolved it.
func (r rules) Mark(text string) timeline.Text {
	clean := timeline.Clean(text).String()
	var whole []piece
	for _, p := range detect(clean) {
		if !tears(clean, p.end) {
			whole = append(whole, p)
		}
	}
	return spans(clean, whole)
}

// tears tells whether a cut at byte i would part a rune from the base that it
// needs.
func tears(s string, i int) bool {
	r, _ := utf8.DecodeRuneInString(s[i:])
	const zwnj, zwj, lightest, darkest = '\u200c', '\u200d', 0x1f3fb, 0x1f3ff
	return i < len(s) && (unicode.Is(unicode.M, r) || r == zwnj || r == zwj || r >= lightest && r <= darkest)
}

// Mention implements timeline.Rules; id is a DID.
func (r rules) Mention(handle, id string) timeline.Span {
	name := strings.TrimPrefix(handle, "@")
	did, errDID := syntax.ParseDID(id)
	if _, err := syntax.ParseHandle(name); err != nil && errDID != nil {
		return timeline.Span{Text: timeline.CleanLine(handle)} // nobody whom Bluesky could know
	}
	if name == "" {
		name = did.String()
	}
	span := timeline.Span{Kind: timeline.SpanMention, Text: timeline.CleanLine("@" + name)}
	if errDID == nil {
		span.Target = timeline.CleanLine(did.String())
	}
	return span
}

// Count implements timeline.Rules with the limits of app.bsky.feed.post: grapheme
// clusters and UTF-8 bytes of the text as it is published, with links cut short and
// with a warning that is no label in front.
func (r rules) Count(t timeline.Text, warning string) timeline.Size {
	w := compose(t, warning)
	return timeline.Size{Characters: uniseg.GraphemeClusterCount(w.text), Bytes: len(w.text)}
}
