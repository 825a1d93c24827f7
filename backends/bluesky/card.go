package bluesky

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bluesky-social/indigo/atproto/atdata"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"skein/timeline"
)

// What a page may cost that is only looked at for its card.
const (
	cardPatience  = 5 * time.Second
	maxPage       = 1 << 20   // bytes
	maxThumb      = 1_000_000 // bytes; app.bsky.embed.external
	maxCardTitle  = 300       // bytes of UTF-8; no lexicon says so
	maxCardDetail = 1000
)

// card is the preview of a link (app.bsky.embed.external#external).
type card struct {
	URI         string       `json:"uri"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Thumb       *atdata.Blob `json:"thumb,omitempty"`
}

func (c card) embed() object { return object{"$type": "app.bsky.embed.external", "external": c} }

// readCard reads a page's own description of itself (https://ogp.me) with no
// credentials. A page that has none, or cannot be read, has no card; a picture that
// cannot be had is left out. It fails only when ctx ends.
func (b *Backend) readCard(ctx context.Context, address string) (*card, error) {
	page, err := b.readPage(ctx, address)
	if ctx.Err() != nil {
		return nil, timeline.AsError(ctx.Err())
	}
	if err != nil || page.title() == "" {
		b.log.DebugContext(ctx, "no card for a link", "error", err)
		return nil, nil //nolint:nilnil // a link without a card is no failure
	}
	c := &card{
		URI: address, Title: shorten(page.title(), maxCardTitle),
		Description: shorten(page.first("og:description", "twitter:description", "description"), maxCardDetail),
	}
	if image := page.image(); image != "" {
		if c.Thumb, err = b.readThumb(ctx, image); err != nil {
			b.log.DebugContext(ctx, "no picture for a link", "error", err)
		}
	}
	if ctx.Err() != nil {
		return nil, timeline.AsError(ctx.Err())
	}
	return c, nil
}

// pageHead is what a page says in its head.
type pageHead struct {
	base *url.URL
	meta map[string]string // by property or name; the first of each
}

func (p pageHead) first(names ...string) string {
	for _, n := range names {
		if v := timeline.CleanLine(p.meta[n]).String(); v != "" {
			return v
		}
	}
	return ""
}

func (p pageHead) title() string { return p.first("og:title", "twitter:title", "title") }

// image is the absolute address of the page's picture.
func (p pageHead) image() string {
	raw := p.first("og:image:secure_url", "og:image", "og:image:url", "twitter:image")
	if raw == "" {
		return ""
	}
	u, err := p.base.Parse(raw)
	if err != nil {
		return ""
	}
	return webURL(u.String()).String()
}

// fetched is what stands at an address.
type fetched struct {
	body []byte
	kind string   // Content-Type, as told
	from *url.URL // after redirects
}

// fetch reads an address without signing in, up to a byte more than most.
func (b *Backend) fetch(ctx context.Context, address, accept string, most int64) (fetched, error) {
	ctx, cancel := context.WithTimeout(ctx, cardPatience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fetched{}, err
	}
	req.Header.Set("Accept", accept)
	resp, err := b.api.client.Do(req)
	if err != nil {
		return fetched{}, err
	}
	defer resp.Body.Close() //nolint:errcheck // it was only read
	if resp.StatusCode != http.StatusOK {
		return fetched{}, timeline.Errorf(timeline.CodeRefused, "%s: %s", req.URL.Host, resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	return fetched{body, resp.Header.Get("Content-Type"), resp.Request.URL}, err
}

func (b *Backend) readPage(ctx context.Context, address string) (pageHead, error) {
	page, err := b.fetch(ctx, address, "text/html,application/xhtml+xml", maxPage)
	if err != nil {
		return pageHead{}, err
	}
	if !strings.Contains(page.kind, "html") {
		return pageHead{}, timeline.Errorf(timeline.CodeUnsupported, "%s is no page but %s", address, page.kind)
	}
	r, err := charset.NewReader(bytes.NewReader(page.body[:min(len(page.body), maxPage)]), page.kind)
	if err != nil {
		return pageHead{}, err
	}
	return pageHead{base: page.from, meta: readMeta(r)}, nil
}

// readMeta reads a page up to its body.
func readMeta(r io.Reader) map[string]string {
	meta := map[string]string{}
	keep := func(name, value string) {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, ok := meta[name]; !ok && name != "" && strings.TrimSpace(value) != "" {
			meta[name] = value
		}
	}
	z := html.NewTokenizer(r)
	for {
		switch z.Next() {
		case html.ErrorToken: // the end, or what is left cannot be read
			return meta
		case html.StartTagToken, html.SelfClosingTagToken:
			switch t := z.Token(); t.DataAtom {
			case atom.Body:
				return meta
			case atom.Title:
				if z.Next() == html.TextToken {
					keep("title", z.Token().Data)
				}
			case atom.Meta:
				keep(metaOf(t))
			}
		}
	}
}

// metaOf is what a meta element says.
func metaOf(t html.Token) (name, content string) {
	for _, a := range t.Attr {
		switch a.Key {
		case "property", "name":
			name = a.Val
		case "content":
			content = a.Val
		}
	}
	return name, content
}

// readThumb copies a page's picture to the PDS.
func (b *Backend) readThumb(ctx context.Context, address string) (*atdata.Blob, error) {
	picture, err := b.fetch(ctx, address, "image/jpeg,image/png,image/webp", maxThumb)
	if err != nil {
		return nil, err
	}
	if len(picture.body) > maxThumb {
		return nil, timeline.Errorf(timeline.CodeTooLarge, "%s is over %d bytes", address, maxThumb)
	}
	kind := http.DetectContentType(picture.body)
	switch kind {
	case "image/jpeg", "image/png", "image/webp", "image/gif":
	default:
		return nil, timeline.Errorf(timeline.CodeUnsupported, "%s is no picture but %s", address, kind)
	}
	blob, err := b.upload(ctx, bytes.NewReader(picture.body), int64(len(picture.body)), kind)
	if err != nil {
		return nil, err
	}
	return &blob, nil
}

// shorten cuts s to a number of bytes, between runes.
func shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const ellipsis = "…"
	return strings.TrimSpace(strings.ToValidUTF8(s[:most-len(ellipsis)], "")) + ellipsis
}
