package bluesky

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/syntax"

	"skein/timeline"
)

const (
	freshModeration = 10 * time.Minute
	freshUnknown    = time.Minute // until preferences that could not be read are asked for again
	mostLabelers    = 20          // that the AppView takes (atproto-accept-labelers)
)

var _ timeline.Filterer = (*Backend)(nil)

// moderation is what the person has chosen to see and not to see, as their preferences
// have it (app.bsky.actor.defs#mutedWordsPref, #adultContentPref, #contentLabelPref,
// #labelersPref). It does not change. The network itself leaves it to clients.
type moderation struct {
	words    *timeline.Mutes // whoever writes them
	others   *timeline.Mutes // of those alone whom the person does not follow
	filters  []timeline.Filter
	adult    bool
	known    bool              // the preferences were read
	labels   map[string]string // label → ignore, warn or hide; "show" is another word for ignore
	labelers []string          // DIDs
	at       time.Time
}

// preference is what is read of any of them.
type preference struct {
	Type    string `json:"$type"`
	Enabled bool   `json:"enabled"`
	Label   string `json:"label"`
	Shown   string `json:"visibility"`
	Items   []struct {
		Value   string   `json:"value"`
		Targets []string `json:"targets"`
		Actors  string   `json:"actorTarget"`
		Ends    string   `json:"expiresAt"`
	} `json:"items"`
	Labelers []struct {
		DID string `json:"did"`
	} `json:"labelers"`
}

// readModeration reads the preferences.
func (b *Backend) readModeration(ctx context.Context) (*moderation, error) {
	var out struct {
		Preferences []json.RawMessage `json:"preferences"`
	}
	if err := b.get(ctx, "app.bsky.actor.getPreferences", nil, &out); err != nil {
		return nil, err
	}
	m := &moderation{labels: map[string]string{}, known: true, at: b.now()}
	var everybody, strangers []timeline.Mute
	for _, raw := range out.Preferences {
		var p preference
		_ = json.Unmarshal(raw, &p) // as much of it as has the form of one
		switch strings.TrimPrefix(p.Type, "app.bsky.actor.defs#") {
		case "adultContentPref":
			m.adult = p.Enabled
		case "contentLabelPref":
			m.labels[p.Label] = p.Shown
			m.filters = append(m.filters, timeline.Filter{
				What: timeline.CleanLine("label " + p.Label), Where: timeline.CleanLine(p.Shown), Hides: p.Shown == "hide",
			})
		case "labelersPref":
			for _, l := range p.Labelers {
				if did, err := syntax.ParseDID(l.DID); err == nil && len(m.labelers) < mostLabelers {
					m.labelers = append(m.labelers, did.String())
				}
			}
		case "mutedWordsPref":
			for _, i := range p.Items {
				mute := mutedWord(i.Value, i.Targets)
				mute.Until, _ = parseTime(i.Ends)
				if mute.Word == "" || mute.Ended(m.at) {
					continue
				}
				f := timeline.Filter{What: mute.What(), Hides: true, Until: mute.Until}
				if i.Actors == "exclude-following" {
					strangers = append(strangers, mute)
					f.Where = timeline.Literal("of those whom you do not follow")
				} else {
					everybody = append(everybody, mute)
				}
				m.filters = append(m.filters, f)
			}
		}
	}
	own := []timeline.Account{{Network: timeline.Bluesky, Author: b.did}}
	m.words, m.others = timeline.NewMutes(everybody, own, m.at), timeline.NewMutes(strangers, own, m.at)
	return m, nil
}

// mutedWord is a muted word as skein has them. One that is for tags alone has a '#'.
func mutedWord(value string, targets []string) timeline.Mute {
	word := strings.TrimPrefix(timeline.CleanLine(value).String(), "#")
	if word != "" && !slices.Contains(targets, "content") {
		word = "#" + word
	}
	if timeline.MuteWordKey(word) == "" {
		word = ""
	}
	return timeline.Mute{Kind: timeline.MuteWord, Word: word}
}

// moderated sees to it that what is read from now on is seen as the person has chosen.
// Where that cannot be read, what was known before goes on.
func (b *Backend) moderated(ctx context.Context) {
	if b.session == nil {
		return
	}
	was := b.decode.chosen.Load()
	fresh := freshModeration
	if was != nil && !was.known {
		fresh = freshUnknown
	}
	if was != nil && b.now().Sub(was.at) < fresh {
		return
	}
	m, err := b.readModeration(ctx)
	switch {
	case err == nil:
		b.decode.chosen.Store(m)
		b.api.labelers.Store(&m.labelers)
	case ctx.Err() != nil:
	case was == nil:
		b.log.Debug("preferences", "error", err)
		b.decode.chosen.Store(&moderation{at: b.now()})
	default:
		later := *was
		later.at = b.now().Add(freshUnknown - freshModeration)
		b.decode.chosen.Store(&later)
	}
}

// choose notes on a post why the person's own settings hide it, or that they want no
// warning before it. followed says that they follow its author.
func (m *moderation) choose(p *timeline.Post, followed bool) {
	if m == nil || !m.known {
		return
	}
	if why, hidden := m.words.Hides(p); hidden {
		p.Views[0].Filtered = timeline.CleanLine(why.Mute.What().String() + ", which you muted on Bluesky")
		return
	}
	if why, hidden := m.others.Hides(p); hidden && !followed {
		p.Views[0].Filtered = timeline.CleanLine(why.Mute.What().String() + ", which you muted on Bluesky for those whom you do not follow")
		return
	}
	for _, l := range p.Labels {
		if m.visibility(l.String()) == "hide" {
			p.Views[0].Filtered = timeline.CleanLine("label " + l.String() + ", which your Bluesky settings hide")
			return
		}
	}
	if p.Sensitive && len(p.Labels) > 0 && !slices.ContainsFunc(p.Labels, func(l timeline.Safe) bool {
		_, known := ruleOf(l.String())
		return known && m.visibility(l.String()) != "ignore"
	}) {
		p.Sensitive, p.MediaOnly, p.Warning = false, false, timeline.Safe{}
	}
}

// visibility is what the person has chosen for a label: "hide", "warn" or "ignore"; ""
// where they have not. Adult content is hidden from whoever has not asked for it, and
// what moderators say is not for the person to ignore.
func (m *moderation) visibility(label string) string {
	chosen := m.labels[label]
	switch label {
	case "gore":
		if chosen == "" {
			chosen = m.labels["graphic-media"]
		}
	case "!hide", "!warn":
		return ""
	case "porn", "sexual":
		if !m.adult {
			return "hide"
		}
		if chosen == "" { // the network's names before 2023
			chosen = m.labels[map[string]string{"porn": "nsfw", "sexual": "suggestive"}[label]]
		}
	}
	if chosen == "show" {
		return "ignore"
	}
	return chosen
}

// Filters implements timeline.Filterer: muted words and the choices for labels.
func (b *Backend) Filters(ctx context.Context) ([]timeline.Filter, error) {
	if b.session == nil {
		return nil, nil
	}
	m, err := b.readModeration(ctx)
	if err != nil {
		return nil, tried("settings of "+b.account.Handle.String(), err)
	}
	b.decode.chosen.Store(m)
	out := m.filters
	if !m.adult {
		out = append(out, timeline.Filter{What: timeline.Literal("adult content"), Hides: true})
	}
	for _, did := range m.labelers {
		out = append(out, timeline.Filter{What: timeline.CleanLine("labels by " + did)})
	}
	return out, nil
}
