package main

import (
	"context"
	"strings"

	"skein/config"
	"skein/timeline"
)

// translationJSON is what a server made of a post, beside the post's own words.
type translationJSON struct {
	Text     timeline.Safe `json:"text"`
	Warning  timeline.Safe `json:"warning,omitzero"`
	From     string        `json:"from,omitempty"`
	To       string        `json:"to,omitempty"`
	Provider timeline.Safe `json:"provider"`
}

// translated prints a post in another language: as text in its place, for a program beside
// it.
func (p *printer) translated(ctx context.Context, b timeline.Backend, post *timeline.Post, lang string) error {
	if !config.Language(lang) {
		return timeline.Errorf(timeline.CodeUsage, "--translate: %q is no language tag such as en or pt-BR", lang)
	}
	t, ok := timeline.As[timeline.Translator](b)
	if !ok {
		return timeline.Errorf(timeline.CodeUnsupported, "%s translates nothing", post.ID.Network)
	}
	got, err := t.Translate(ctx, post.Content().ID, lang)
	if err != nil {
		return err
	}
	if p.layout == nil && !p.json {
		return p.post(got.Of(post.Content()), -1, false)
	}
	j := p.asJSON(post)
	j.Translation = &translationJSON{got.Text.Plain(), got.Warning, got.From, got.To, got.Provider}
	return p.object(j)
}

// language is what the full screen has posts translated into: the first language in which
// the person writes, or that of the environment; "" where neither is told.
func (a *app) language() string {
	if langs := a.config.Post.Lang; len(langs) > 0 {
		return langs[0]
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		value, _, _ := strings.Cut(a.getenv(name), ".")
		value, _, _ = strings.Cut(value, "@")
		value = strings.ReplaceAll(value, "_", "-")
		if value != "C" && value != "POSIX" && config.Language(value) {
			short, _, _ := strings.Cut(value, "-") // most machines know "pt" and not "pt-BR"
			return short
		}
	}
	return ""
}
