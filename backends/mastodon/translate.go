package mastodon

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"

	"skein/timeline"
)

// translation is the Translation entity.
//
// Source: docs.joinmastodon.org/entities/Translation
type translation struct {
	Content  string `json:"content"`
	Warning  string `json:"spoiler_text"`
	From     string `json:"detected_source_language"`
	To       string `json:"language"`
	Provider string `json:"provider"`
	Poll     *struct {
		Options []struct {
			Title string `json:"title"`
		} `json:"options"`
	} `json:"poll"`
	Media []struct {
		ID          string `json:"id"`
		Description string `json:"description"`
	} `json:"media_attachments"`
}

// Translate implements timeline.Translator: the server asks a machine that its operator
// has chosen, for posts that are public or unlisted.
//
// Source: docs.joinmastodon.org/methods/statuses#translate
func (b *Backend) Translate(ctx context.Context, id timeline.ID, lang string) (*timeline.Translation, error) {
	t, err := b.translate(ctx, id, lang)
	if err != nil {
		return nil, b.failed("translation", err)
	}
	return t, nil
}

func (b *Backend) translate(ctx context.Context, id timeline.ID, lang string) (*timeline.Translation, error) {
	a, err := b.open(ctx)
	if err != nil {
		return nil, err
	}
	known, err := b.facts(ctx, a)
	if err != nil {
		return nil, err
	}
	if !known.translates {
		return nil, timeline.Errorf(timeline.CodeUnsupported, "%s translates nothing", b.base.Host)
	}
	sid, err := b.serverID(ctx, a, id)
	if err != nil {
		return nil, err
	}
	st, err := b.statusByID(ctx, a, sid) // its people and its own emoji are those of the translation
	if err != nil {
		return nil, err
	}
	var out translation
	if err := a.translate(ctx, sid, lang, &out); err != nil {
		return nil, err
	}
	return b.decode.translation(st, &out), nil
}

func (a *api) translate(ctx context.Context, sid, lang string, out *translation) error {
	body, err := json.Marshal(struct {
		Lang string `json:"lang,omitempty"`
	}{lang})
	if err != nil {
		return err
	}
	req, err := a.request(ctx, http.MethodPost, "/api/v1/statuses/"+sid+"/translate", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.Do(req)
	if err != nil {
		return err
	}
	got, err := readAnswer(resp)
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return got.fault(a.base.Host)
	}
	return json.Unmarshal(got.body, out)
}

func (d *decoder) translation(st *status, in *translation) *timeline.Translation {
	out := &timeline.Translation{
		Text: d.text(in.Content, st.Emojis, st.Mentions), Warning: timeline.CleanLine(in.Warning),
		Provider: timeline.CleanLine(in.Provider),
	}
	if validLanguage(in.From) {
		out.From = in.From
	}
	if validLanguage(in.To) {
		out.To = in.To
	}
	if in.Poll != nil {
		for _, o := range in.Poll.Options {
			out.Options = append(out.Options, timeline.CleanLine(o.Title))
		}
	}
	for _, m := range st.MediaAttachments {
		alt := timeline.Safe{}
		for _, t := range in.Media {
			if t.ID == string(m.ID) {
				alt = timeline.Clean(t.Description)
			}
		}
		out.Alts = append(out.Alts, alt)
	}
	return out
}
