package bluesky

import (
	"encoding/json"

	"github.com/bluesky-social/indigo/api/bsky"
	"github.com/bluesky-social/indigo/atproto/atdata"

	"skein/timeline"
)

// embed fills in what a view shows beside its text. An unknown or unreadable kind
// leaves a note, and the post stands.
func (d decoder) embed(p *timeline.Post, raw json.RawMessage, depth int) {
	if len(raw) == 0 || string(raw) == "null" {
		return
	}
	kind, err := atdata.ExtractTypeJSON(raw)
	if err == nil {
		err = d.embedOf(p, kind, raw, depth)
	}
	if err != nil {
		p.Note = timeline.Literal("an attachment that skein could not read")
	}
}

func (d decoder) embedOf(p *timeline.Post, kind string, raw json.RawMessage, depth int) error {
	switch kind {
	case "app.bsky.embed.images#view":
		return decodeInto(raw, func(v bsky.EmbedImages_View) { addImages(p, v) })
	case "app.bsky.embed.gallery#view":
		return decodeInto(raw, func(v bsky.EmbedGallery_View) { addGallery(p, v) })
	case "app.bsky.embed.video#view":
		return decodeInto(raw, func(v bsky.EmbedVideo_View) { addVideo(p, v) })
	case "app.bsky.embed.external#view":
		return decodeInto(raw, func(v externalView) { addCard(p, v) })
	case "app.bsky.embed.record#view":
		return decodeInto(raw, func(v recordEmbed) { p.Quote = d.quote(v.Record, depth) })
	case "app.bsky.embed.recordWithMedia#view":
		return decodeInto(raw, func(v recordWithMedia) {
			p.Quote = d.quote(v.Record.Record, depth)
			d.embed(p, v.Media, depth)
		})
	}
	p.Note = timeline.CleanLine("an attachment of a kind skein does not know: " + kind)
	return nil
}

func decodeInto[T any](raw json.RawMessage, use func(T)) error {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	use(v)
	return nil
}

func addImages(p *timeline.Post, v bsky.EmbedImages_View) {
	for _, i := range v.Images {
		if i != nil {
			addMedia(p, timeline.Image, i.Fullsize, i.Thumb, i.Alt, i.AspectRatio)
		}
	}
}

func addGallery(p *timeline.Post, v bsky.EmbedGallery_View) {
	for _, e := range v.Items {
		if e != nil && e.EmbedGallery_ViewImage != nil {
			i := e.EmbedGallery_ViewImage
			addMedia(p, timeline.Image, i.Fullsize, i.Thumbnail, i.Alt, i.AspectRatio)
		}
	}
}

func addVideo(p *timeline.Post, v bsky.EmbedVideo_View) {
	kind := timeline.Video
	if deref(v.Presentation) == "gif" {
		kind = timeline.GIF
	}
	addMedia(p, kind, v.Playlist, deref(v.Thumbnail), deref(v.Alt), v.AspectRatio)
}

// addMedia appends an attachment that has an address.
func addMedia(p *timeline.Post, kind timeline.MediaKind, at, preview, alt string, ratio *bsky.EmbedDefs_AspectRatio) {
	const widest = 1 << 16 // pixels; more is no picture that anybody shows
	m := timeline.Media{Kind: kind, URL: webURL(at), Preview: webURL(preview), Alt: timeline.Clean(alt)}
	if m.URL.Empty() {
		p.Note = timeline.Literal("an attachment without an address")
		return
	}
	if ratio != nil && ratio.Width > 0 && ratio.Height > 0 && ratio.Width <= widest && ratio.Height <= widest {
		m.Width, m.Height = int(ratio.Width), int(ratio.Height)
	}
	p.Media = append(p.Media, m)
}

// externalView is app.bsky.embed.external#view without the profiles that indigo's
// type would fail on.
type externalView struct {
	External struct {
		URI         string `json:"uri"`
		Title       string `json:"title"`
		Description string `json:"description"`
		Thumb       string `json:"thumb"`
	} `json:"external"`
}

func addCard(p *timeline.Post, v externalView) {
	address := webURL(v.External.URI)
	if address.Empty() {
		return
	}
	p.Card = &timeline.Card{
		URL: address, Title: timeline.CleanLine(v.External.Title),
		Description: timeline.Clean(v.External.Description), Image: webURL(v.External.Thumb),
	}
}

// recordEmbed is app.bsky.embed.record#view.
type recordEmbed struct {
	Record json.RawMessage `json:"record"`
}

// recordWithMedia is app.bsky.embed.recordWithMedia#view.
type recordWithMedia struct {
	Record recordEmbed     `json:"record"`
	Media  json.RawMessage `json:"media"`
}

// otherView is what feeds, lists, starter packs and labelers have in common.
type otherView struct {
	URI         string `json:"uri"`
	DisplayName string `json:"displayName"` // of a feed
	Name        string `json:"name"`        // of a list
	Creator     actor  `json:"creator"`
	Record      struct {
		Name string `json:"name"` // of a starter pack
	} `json:"record"`
}

// quote decodes one of app.bsky.embed.record#view's records. What is below
// maxQuoteDepth is named and not opened.
func (d decoder) quote(raw json.RawMessage, depth int) *timeline.Quote {
	kind, err := atdata.ExtractTypeJSON(raw)
	if err != nil {
		return &timeline.Quote{State: timeline.QuoteOther, Title: timeline.Literal("a record that skein could not read")}
	}
	var v otherView
	_ = json.Unmarshal(raw, &v) // what it does not hold stays empty
	id, _ := postID(v.URI)
	q := &timeline.Quote{ID: id}
	switch kind {
	case "app.bsky.embed.record#viewRecord":
		q.State = timeline.QuoteShown
		if depth < maxQuoteDepth {
			q.Post = d.post(raw, depth+1)
		}
		if id.Zero() {
			q.State, q.Title = timeline.QuoteOther, timeline.Literal("a record that skein could not read")
		}
		return q
	case "app.bsky.embed.record#viewNotFound":
		q.State = timeline.QuoteGone
		return q
	case "app.bsky.embed.record#viewBlocked", "app.bsky.embed.record#viewDetached":
		q.State = timeline.QuoteRefused
		return q
	}
	q.State, q.Title = timeline.QuoteOther, timeline.CleanLine(otherTitle(kind, v))
	return q
}

// otherTitle says what a quoted record is that is no post.
func otherTitle(kind string, v otherView) string {
	by := ""
	if v.Creator.Handle != "" {
		by = " by @" + v.Creator.Handle
	}
	switch kind {
	case "app.bsky.feed.defs#generatorView":
		return "feed: " + v.DisplayName + by
	case "app.bsky.graph.defs#listView":
		return "list: " + v.Name + by
	case "app.bsky.graph.defs#starterPackViewBasic":
		return "starter pack: " + v.Record.Name + by
	case "app.bsky.labeler.defs#labelerView":
		return "labeler" + by
	}
	return "a record of a kind skein does not know: " + kind
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
