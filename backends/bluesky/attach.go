package bluesky

import (
	"context"
	"strconv"
	"strings"

	"github.com/bluesky-social/indigo/atproto/atdata"

	"skein/timeline"
)

// embedOf is what stands beside the k-th post's text: its files, the quoted post
// with the first one, or a card of its first link where there is neither.
func (b *Backend) embedOf(ctx context.Context, i timeline.Intent, k int, w wording, n timeline.Notes) (object, error) {
	media, err := b.mediaOf(ctx, i.Parts[k].Media, n)
	if err != nil {
		return nil, err
	}
	if k == 0 && !i.Quote.ID.Zero() {
		quote, err := b.quoteOf(ctx, i, n)
		if err != nil || media == nil {
			return quote, err
		}
		return object{"$type": "app.bsky.embed.recordWithMedia", "record": quote, "media": media}, nil
	}
	if media != nil {
		return media, nil
	}
	address := w.firstLink()
	if address == "" {
		return nil, nil
	}
	c, err := timeline.Step(ctx, n, "card/"+strconv.Itoa(k), func(ctx context.Context) (*card, error) {
		return b.readCard(ctx, address)
	})
	if err != nil || c == nil {
		return nil, err
	}
	return c.embed(), nil
}

func (b *Backend) quoteOf(ctx context.Context, i timeline.Intent, n timeline.Notes) (object, error) {
	quoted, err := timeline.Step(ctx, n, "quote", func(ctx context.Context) (subject, error) {
		return b.subjectOf(ctx, i.Quote.ID)
	})
	if err != nil {
		return nil, tried("the post that is quoted", err)
	}
	if quoted.NoQuotes {
		return nil, timeline.Errorf(timeline.CodeRefused, "its author does not want to be quoted")
	}
	return object{"$type": "app.bsky.embed.record", "record": quoted.reference}, nil
}

// mediaOf uploads files, each once, and embeds them: one video or up to four
// pictures (Review has seen to that); nil when there are none.
func (b *Backend) mediaOf(ctx context.Context, files []timeline.Attachment, n timeline.Notes) (object, error) {
	var images []object
	for _, a := range files {
		blob, err := timeline.Step(ctx, n, "blob/"+a.SHA256, func(ctx context.Context) (atdata.Blob, error) {
			return b.uploadFile(ctx, a)
		})
		if err != nil {
			return nil, err
		}
		file := object{"alt": a.Alt}
		if a.Width > 0 && a.Height > 0 {
			file["aspectRatio"] = object{"width": a.Width, "height": a.Height}
		}
		if strings.HasPrefix(a.Type, "video/") {
			file["$type"], file["video"] = "app.bsky.embed.video", blob
			if a.Kind == timeline.GIF {
				file["presentation"] = "gif"
			}
			return file, nil
		}
		file["image"] = blob
		images = append(images, file)
	}
	if len(images) == 0 {
		return nil, nil
	}
	return object{"$type": "app.bsky.embed.images", "images": images}, nil
}
