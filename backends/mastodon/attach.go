package mastodon

import (
	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

// media converts attachments. Where the server has no copy of its own, the
// attachment links to where it came from; one without any address is left out.
//
// Source: docs.joinmastodon.org/entities/MediaAttachment
func media(in []attachment) []timeline.Media {
	var out []timeline.Media
	for _, a := range in {
		m := timeline.Media{
			Kind:     mediaKind(a.Type),
			URL:      webAddress(a.URL),
			Preview:  webAddress(a.PreviewURL),
			Alt:      timeline.Clean(a.Description),
			Width:    pixels(a.Meta.Original.Width),
			Height:   pixels(a.Meta.Original.Height),
			Duration: seconds(a.Meta.Duration),
		}
		for _, other := range []string{a.RemoteURL, a.PreviewURL} {
			if m.URL.Empty() {
				m.URL = webAddress(other)
			}
		}
		if m.URL.Empty() {
			continue
		}
		if validBlurhash(a.BlurHash) {
			m.Blurhash = a.BlurHash
		}
		out = append(out, m)
	}
	return out
}

func mediaKind(s string) timeline.MediaKind {
	switch s {
	case "image":
		return timeline.Image
	case "gifv":
		return timeline.GIF
	case "video":
		return timeline.Video
	case "audio":
		return timeline.Audio
	}
	return timeline.UnknownFile
}

// pixels is n where it can be the side of a picture.
func pixels(n int64) int {
	const widest = 1 << 16
	if n < 0 || n > widest {
		return 0
	}
	return int(n)
}

// validBlurhash tells whether s has the form of a BlurHash: 6 to 166 characters
// of its base 83.
func validBlurhash(s string) bool {
	const shortest, longest = 6, 166
	if len(s) < shortest || len(s) > longest {
		return false
	}
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// convertPoll converts a poll; nil without options.
//
// Source: docs.joinmastodon.org/entities/Poll
func convertPoll(in *poll) *timeline.Poll {
	if in == nil || len(in.Options) == 0 {
		return nil
	}
	p := &timeline.Poll{
		Multiple: in.Multiple,
		Closes:   utc(in.ExpiresAt),
		Closed:   in.Expired,
		Votes:    count(in.VotesCount),
		Voters:   count(in.VotersCount),
		Voted:    in.Voted,
	}
	if validID(string(in.ID)) {
		p.ID = string(in.ID)
	}
	for _, o := range in.Options {
		option := timeline.PollOption{Text: timeline.CleanLine(o.Title), Votes: -1}
		if o.Votes != nil {
			option.Votes = count(*o.Votes)
		}
		p.Options = append(p.Options, option)
	}
	for _, i := range in.OwnVotes {
		if i >= 0 && i < len(p.Options) {
			p.Options[i].Chosen = true
		}
	}
	return p
}

// card converts a link's preview; nil without an address.
func card(in *masto.Card) *timeline.Card {
	if in == nil {
		return nil
	}
	c := &timeline.Card{
		URL:         webAddress(in.URL),
		Title:       timeline.CleanLine(in.Title),
		Description: timeline.CleanLine(in.Description),
		Site:        timeline.CleanLine(in.ProviderName),
		Image:       webAddress(in.Image),
	}
	if c.URL.Empty() {
		return nil
	}
	return c
}

// quote converts a quote. A post whose state withholds it is not shown, even if
// the server sent it along; a state that skein does not know withholds too, as
// the API asks.
func (d *decoder) quote(in *quote) *timeline.Quote {
	if in == nil {
		return nil
	}
	q := &timeline.Quote{State: quoteState(in.State)}
	if in.status != nil {
		q.ID = d.id(in.status)
		if q.State == timeline.QuoteShown {
			q.Post = d.plain(in.status)
		}
	} else if uri, ok := d.index.uris.get(string(in.StatusID)); ok {
		q.ID = timeline.ID{Network: timeline.Mastodon, Local: uri}
	}
	return q
}

func quoteState(s string) timeline.QuoteState {
	switch s {
	case "accepted":
		return timeline.QuoteShown
	case "pending":
		return timeline.QuotePending
	case "deleted":
		return timeline.QuoteGone
	}
	return timeline.QuoteRefused
}
