package instance

import (
	"net/http"
	"strings"
)

// translator is whose machine translates here. It knows no language: it marks every text
// with the one that was asked for.
const translator = "the sandbox, which knows no languages"

type translationEntity struct {
	Content  string                 `json:"content"`
	Warning  string                 `json:"spoiler_text"`
	From     string                 `json:"detected_source_language"`
	To       string                 `json:"language"`
	Provider string                 `json:"provider"`
	Poll     *translatedPoll        `json:"poll"`
	Media    []translatedAttachment `json:"media_attachments"`
}

type translatedPoll struct {
	ID      string           `json:"id"`
	Options []translatedItem `json:"options"`
}

type translatedItem struct {
	Title string `json:"title"`
}

type translatedAttachment struct {
	ID          string `json:"id"`
	Description string `json:"description"`
}

// translateStatus answers for what all may read; of the rest nothing is given away.
//
// Source: docs.joinmastodon.org/methods/statuses#translate
func translateStatus(c *call) (any, error) {
	p, err := c.named()
	if err != nil {
		return nil, err
	}
	if p.boostOf != nil {
		p = p.boostOf
	}
	if p.visibility != "public" && p.visibility != "unlisted" {
		return nil, refusal{http.StatusForbidden, "This action is not allowed"}
	}
	form, err := c.sent()
	if err != nil {
		return nil, err
	}
	lang := form.Get("lang")
	if lang == "" {
		lang = "en"
	}
	marked := func(s string) string { return "[" + lang + "] " + s }
	st := c.status(p)
	e := translationEntity{Content: strings.Replace(st.Content, "<p>", "<p>"+marked(""), 1), From: "en", To: lang, Provider: translator, Media: []translatedAttachment{}}
	if st.Language != nil {
		e.From = *st.Language
	}
	if st.SpoilerText != "" {
		e.Warning = marked(st.SpoilerText)
	}
	if st.Poll != nil {
		e.Poll = &translatedPoll{ID: st.Poll.ID}
		for _, o := range st.Poll.Options {
			e.Poll.Options = append(e.Poll.Options, translatedItem{marked(o.Title)})
		}
	}
	for _, m := range st.MediaAttachments {
		if m.Description != nil {
			e.Media = append(e.Media, translatedAttachment{m.ID, marked(*m.Description)})
		}
	}
	return e, nil
}
