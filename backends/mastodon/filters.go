package mastodon

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	masto "github.com/mattn/go-mastodon"

	"skein/timeline"
)

var _ timeline.Filterer = (*Backend)(nil)

// Filters implements timeline.Filterer: the keywords of the account's filters. A server
// that has none of the second kind (before Mastodon 4.0) has none to show.
//
// Source: docs.joinmastodon.org/methods/filters#get
func (b *Backend) Filters(ctx context.Context) ([]timeline.Filter, error) {
	const what = "filters"
	a, err := b.open(ctx)
	if err != nil {
		return nil, b.failed(what, err)
	}
	got, err := a.ask(ctx, http.MethodGet, "/api/v2/filters")
	switch {
	case err != nil:
		return nil, b.failed(what, err)
	case got.missing():
		return nil, b.failed(what, timeline.Errorf(timeline.CodeUnsupported, "%s has no filters", b.base.Host))
	case !got.good():
		return nil, b.failed(what, got.fault(b.base.Host))
	}
	all, err := decodeFilters(got.body)
	if err != nil {
		return nil, b.failed(what, err)
	}
	return all, nil
}

// decodeFilters reads Filter entities, a keyword each.
//
// Source: docs.joinmastodon.org/entities/Filter
func decodeFilters(body []byte) ([]timeline.Filter, error) {
	var all []struct {
		Title    string     `json:"title"`
		Context  []string   `json:"context"`
		Expires  *time.Time `json:"expires_at"`
		Action   string     `json:"filter_action"` // warn, hide or blur
		Keywords []struct {
			Keyword string `json:"keyword"`
		} `json:"keywords"`
	}
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	var out []timeline.Filter
	for _, f := range all {
		one := timeline.Filter{
			Title: timeline.CleanLine(f.Title), Where: timeline.CleanLine(strings.Join(f.Context, ", ")), Hides: f.Action == "hide",
		}
		if f.Expires != nil {
			one.Until = *f.Expires
		}
		for _, k := range f.Keywords {
			one.What = timeline.CleanLine(`"` + k.Keyword + `"`)
			out = append(out, one)
		}
		if len(f.Keywords) == 0 {
			one.What = one.Title
			out = append(out, one)
		}
	}
	return out, nil
}

// filtered names the viewer's filters that match, and the words.
func filtered(results []masto.FilterResult) timeline.Safe {
	var said []string
	for _, r := range results {
		words := make([]string, 0, len(r.KeywordMatches))
		for _, w := range r.KeywordMatches {
			words = append(words, `"`+w+`"`)
		}
		switch {
		case len(words) > 0 && r.Filter.Title != "":
			said = append(said, strings.Join(words, ", ")+", by your Mastodon filter "+r.Filter.Title)
		case len(words) > 0:
			said = append(said, strings.Join(words, ", ")+", by your Mastodon filter")
		case r.Filter.Title != "":
			said = append(said, "by your Mastodon filter "+r.Filter.Title)
		}
	}
	switch {
	case len(said) > 0:
		return timeline.CleanLine(strings.Join(said, "; "))
	case len(results) > 0:
		return timeline.Literal("by one of your Mastodon filters")
	}
	return timeline.Safe{}
}
