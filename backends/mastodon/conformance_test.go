package mastodon

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"skein/backends/conformance"
	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/config/account"
	"skein/timeline"
)

func TestConformance(t *testing.T) {
	for name, o := range map[string]instance.Options{"Current": {}, "V1Only": {V1Only: true}, "OwnScopes": {}} {
		t.Run(name, func(t *testing.T) {
			h := settle(t, world.New(world.Options{}), o)
			if name == "OwnScopes" { // as a sign-in in the browser asks for them
				s := newSigner(t, browsing(h.URL()))
				f := s.done(s.answer(s.press(s.visit(s.answer(account.Answer{})), "Authorize")), h)
				h.backend = h.signIn(t, f.Credentials[account.Token].Reveal())
			}
			untranslated := ""
			if o.V1Only {
				untranslated = "the older entity of an instance does not tell of translations"
			}
			conformance.Run(t, conformance.Setup{
				Backend: h.backend, Untranslated: untranslated,
				Publish: h.post,
				Message: func(ctx context.Context, text string) error {
					_, err := h.send(ctx, url.Values{"status": {"@you " + text}, "visibility": {"direct"}})
					return err
				},
				Address: func(ctx context.Context, text string) (timeline.ID, error) {
					return h.post(ctx, "@"+world.Viewer+" "+text, timeline.ID{})
				},
				Delete: func(_ context.Context, id timeline.ID) error {
					if !h.Delete(id.Local) {
						return fmt.Errorf("there is no post %s", id)
					}
					return nil
				},
			})
		})
	}
}

// post writes as ana, with another client's hands.
func (h *home) post(ctx context.Context, text string, replyTo timeline.ID) (timeline.ID, error) {
	form := url.Values{"status": {text}}
	if !replyTo.Zero() {
		form.Set("in_reply_to_id", replyTo.Local[strings.LastIndexByte(replyTo.Local, '/')+1:])
	}
	return h.send(ctx, form)
}

func (h *home) send(ctx context.Context, form url.Values) (timeline.ID, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL()+"/api/v1/statuses", strings.NewReader(form.Encode()))
	if err != nil {
		return timeline.ID{}, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+h.Token("ana"))
	resp, err := h.client.HTTP().Do(req)
	if err != nil {
		return timeline.ID{}, err
	}
	defer resp.Body.Close()
	var st struct{ URI, Error string }
	if err := json.NewDecoder(resp.Body).Decode(&st); err != nil {
		return timeline.ID{}, fmt.Errorf("post: %w", err)
	}
	if st.URI == "" {
		return timeline.ID{}, fmt.Errorf("post: %s: %s", resp.Status, st.Error)
	}
	return timeline.ID{Network: timeline.Mastodon, Local: st.URI}, nil
}
