package bluesky

import (
	"slices"
	"time"

	comatproto "github.com/bluesky-social/indigo/api/atproto"
	"github.com/bluesky-social/indigo/api/bsky"

	"skein/timeline"
)

// rule is what a label asks of a client (com.atproto.label.defs#labelValue and
// the moderation guide, https://docs.bsky.app/docs/advanced-guides/moderation).
type rule struct {
	warning   timeline.Safe
	mediaOnly bool // hides pictures, not the text
}

// ruleOf knows the global labels; others are shown and change nothing.
func ruleOf(value string) (rule, bool) {
	switch value {
	case "porn":
		return rule{timeline.Literal("Adult content"), true}, true
	case "sexual":
		return rule{timeline.Literal("Sexually suggestive"), true}, true
	case "nudity":
		return rule{timeline.Literal("Nudity"), true}, true
	case "graphic-media", "gore":
		return rule{timeline.Literal("Graphic media"), true}, true
	case "!warn":
		return rule{timeline.Literal("Flagged by moderators"), false}, true
	case "!hide":
		return rule{timeline.Literal("Hidden by moderators"), false}, true
	}
	return rule{}, false
}

// label notes a post's labels, its author's and others', and what they ask for.
// The strictest decides; among equals the first.
func label(p *timeline.Post, own *bsky.FeedPost_Labels, others []*comatproto.LabelDefs_Label, now time.Time) {
	for _, value := range values(own, others, now) {
		shown := timeline.CleanLine(value)
		if shown.Empty() || slices.Contains(p.Labels, shown) {
			continue
		}
		p.Labels = append(p.Labels, shown)
		r, ok := ruleOf(value)
		if !ok || p.Sensitive && (!p.MediaOnly || r.mediaOnly) {
			continue
		}
		p.Sensitive, p.MediaOnly, p.Warning = true, r.mediaOnly, r.warning
	}
}

// values are the labels that hold: not negated, not expired.
func values(own *bsky.FeedPost_Labels, others []*comatproto.LabelDefs_Label, now time.Time) []string {
	var out []string
	if own != nil && own.LabelDefs_SelfLabels != nil {
		for _, l := range own.LabelDefs_SelfLabels.Values {
			if l != nil {
				out = append(out, l.Val)
			}
		}
	}
	for _, l := range others {
		if l == nil || l.Neg != nil && *l.Neg {
			continue
		}
		if l.Exp != nil {
			if end, ok := parseTime(*l.Exp); ok && end.Before(now) {
				continue
			}
		}
		out = append(out, l.Val)
	}
	return out
}
