package conformance

import (
	"fmt"
	"testing"
	"time"

	"skein/timeline"
)

// checkPost holds one post to what Post's documentation says.
func checkPost(t *testing.T, a timeline.Account, p *timeline.Post) {
	t.Helper()
	if p == nil {
		t.Error("a nil post")
		return
	}
	for _, err := range postErrors(a, p) {
		t.Errorf("post %s: %v", p.ID, err)
	}
	if p.Boosted == nil {
		return
	}
	if p.Boosted.Boosted != nil {
		t.Errorf("post %s boosts a boost", p.ID)
	}
	if p.Boosted.ID == p.ID {
		t.Errorf("boost %s has the ID of what it boosts", p.ID)
	}
	for _, err := range postErrors(a, p.Boosted) {
		t.Errorf("post %s, boosted by %s: %v", p.Boosted.ID, p.ID, err)
	}
}

func postErrors(a timeline.Account, p *timeline.Post) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }

	if p.ID.Network != a.Network || p.ID.Local == "" {
		bad("its ID is not one of %s", a.Network)
	}
	if p.Author.ID == "" || p.Author.Handle.Empty() || p.Author.Name.Empty() {
		bad("its author lacks an ID, a handle or a name: %+v", p.Author)
	}
	if p.Author.Name != p.Author.Name.Line() || p.Author.Handle != p.Author.Handle.Line() {
		bad("its author's name is more than a line: %+v", p.Author)
	}
	if err := webAddress(p.URL); err != nil && !p.URL.Empty() {
		bad("URL: %w", err)
	}
	if _, ok := p.View(a.ID); !ok {
		bad("no View of account %s", a.ID)
	}
	switch p.Visibility {
	case timeline.Public, timeline.Unlisted, timeline.Followers, timeline.Direct:
	default:
		bad("visibility %q", p.Visibility)
	}
	errs = append(errs, timeErrors(p)...)
	errs = append(errs, partErrors(p)...)
	return errs
}

// timeErrors checks that the post can stand in a timeline.
func timeErrors(p *timeline.Post) []error {
	var errs []error
	for name, at := range map[string]time.Time{"Created": p.Created, "Sorted": p.Sorted} {
		if at.IsZero() {
			errs = append(errs, fmt.Errorf("%s is not set", name))
		}
		if _, err := at.MarshalJSON(); err != nil {
			errs = append(errs, fmt.Errorf("%s cannot be written: %w", name, err))
		}
	}
	if p.Sorted.After(p.Created) {
		errs = append(errs, fmt.Errorf("sorted %s after it was created, %s", p.Sorted, p.Created))
	}
	if ahead := time.Until(p.Sorted); ahead > timeline.FutureSlack {
		errs = append(errs, fmt.Errorf("sorted %s ahead of now", ahead))
	}
	return errs
}

// partErrors checks what the post is made of.
func partErrors(p *timeline.Post) []error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, s := range p.Text {
		if s.Text.Empty() {
			bad("an empty span %+v", s)
		}
		if s.Kind == timeline.SpanPlain && !s.Target.Empty() || s.Kind != timeline.SpanPlain && s.Target.Empty() {
			bad("span %+v: only plain text has no target", s)
		}
		if s.Kind == timeline.SpanLink {
			if err := webAddress(s.Target); err != nil {
				bad("link: %w", err)
			}
		}
	}
	for _, m := range p.Media {
		if err := webAddress(m.URL); err != nil {
			bad("media: %w", err)
		}
		if m.Width < 0 || m.Height < 0 || m.Duration < 0 {
			bad("media of size %d×%d, %s", m.Width, m.Height, m.Duration)
		}
	}
	if q := p.Quote; q != nil {
		if q.Post != nil && q.State != timeline.QuoteShown {
			bad("holds a quoted post that is %s", q.State)
		}
		if q.Post != nil && q.Post.Quote != nil && q.Post.Quote.Post != nil {
			bad("its quote nests a further post")
		}
		if q.State == timeline.QuoteOther && q.Title.Empty() {
			bad("quotes something that is no post and has no title")
		}
	}
	for _, r := range []*timeline.Ref{p.ReplyTo, p.Root} {
		if r != nil && r.ID.Zero() {
			bad("refers to no post")
		}
	}
	if p.MediaOnly && !p.Sensitive {
		bad("MediaOnly without Sensitive")
	}
	for _, n := range []int{p.Counts.Replies, p.Counts.Boosts, p.Counts.Quotes, p.Counts.Likes} {
		if n < 0 {
			bad("counts %+v", p.Counts)
		}
	}
	return errs
}
