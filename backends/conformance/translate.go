package conformance

import (
	"testing"

	"skein/timeline"
)

// testTranslate: what all may read is translated, and told by whom; the post itself
// stays as it is. What is another network's is nobody's to translate.
func (c *suite) testTranslate(t *testing.T) {
	c.needs(t, "Translator")
	b, _ := timeline.As[timeline.Translator](c.Backend)
	var of *timeline.Post
	for _, p := range c.home(t.Context(), t, timeline.Page{Limit: c.PageSize}).Posts {
		if p = p.Content(); p.Visibility == timeline.Public && !p.Text.Empty() {
			of = p
			break
		}
	}
	if of == nil {
		t.Fatal("nobody has said anything for all to read")
	}
	got, err := b.Translate(t.Context(), of.ID, "de")
	if c.Untranslated != "" {
		if err := wantCode(err, timeline.CodeUnsupported); err != nil {
			t.Errorf("Translate(%s), where %s: %v", of.ID, c.Untranslated, err)
		}
		return
	}
	if err != nil {
		t.Fatalf("Translate(%s): %v", of.ID, err)
	}
	if got.Text.Empty() || got.Provider.Empty() || got.To != "de" {
		t.Errorf("Translate(%s) = %+v: text, provider or language is missing", of.ID, got)
	}
	if again, err := c.Backend.Post(t.Context(), of.ID); err != nil || again.Text.Plain() != of.Text.Plain() {
		t.Errorf("Post(%s) after its translation: %v, %v", of.ID, again, err)
	}
	for _, id := range []timeline.ID{{}, {Network: "elsewhere", Local: of.ID.Local}} {
		if got, err := b.Translate(t.Context(), id, "de"); err == nil {
			t.Errorf("Translate(%v) = %+v", id, got)
		}
	}
}
