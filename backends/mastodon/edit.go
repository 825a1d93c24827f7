package mastodon

import (
	"context"
	"net/http"
	"time"

	"skein/timeline"
)

// editStatus is the body of PUT /api/v1/statuses/:id. What it leaves out is taken
// from the post, so that media and poll are named again to stay.
//
// Source: docs.joinmastodon.org/methods/statuses#edit
type editStatus struct {
	Status    string   `json:"status"`
	Warning   string   `json:"spoiler_text"`
	Sensitive bool     `json:"sensitive"`
	Language  string   `json:"language,omitempty"`
	MediaIDs  []string `json:"media_ids,omitempty"`
	Poll      *ballot  `json:"poll,omitempty"`
}

// edit prepares the change of a post's words.
func (p preparation) edit(ctx context.Context, f *frozen) error {
	i := p.intent
	if len(i.Parts) != 1 || len(i.Parts[0].Media) > 0 || i.Parts[0].Poll != nil {
		return timeline.Errorf(timeline.CodeUsage, "%s: an edit is one post, and brings neither media nor a poll", p.base.Host)
	}
	if err := p.onPost(ctx, f, ""); err != nil {
		return err
	}
	st, err := p.statusByID(ctx, p.api, f.OnServer)
	if err != nil {
		return err
	}
	form := editStatus{
		Status: written(i.Parts[0].Text), Warning: i.Warning,
		Sensitive: i.Sensitive || st.Sensitive && st.SpoilerText == "", // media that were hidden stay so
	}
	switch {
	case len(i.Languages) > 0 && validLanguage(i.Languages[0]):
		form.Language = i.Languages[0]
	case validLanguage(st.Language):
		form.Language = st.Language
	}
	for _, m := range st.MediaAttachments {
		form.MediaIDs = append(form.MediaIDs, string(m.ID))
	}
	if form.Poll, err = p.pollOf(st); err != nil {
		return err
	}
	f.Method = http.MethodPut
	f.Post = expected{Text: form.Status, Warning: form.Warning}
	return f.put(form)
}

// pollOf is the poll of a post as it has to be named to stay: with the same options
// its votes are kept, but it is given a new end.
//
// Source: Mastodon's app/services/update_status_service.rb
func (p preparation) pollOf(st *status) (*ballot, error) {
	if st.Poll == nil {
		return nil, nil
	}
	left := st.Poll.ExpiresAt.Sub(p.decode.now())
	if st.Poll.Expired || left <= 0 {
		return nil, timeline.Errorf(timeline.CodeRefused, "%s: an edit would open the poll again, which is closed", p.base.Host)
	}
	left = max(left+time.Second-1, p.Limits().PollMin) // no part of a second is lost
	b := &ballot{Seconds: int64(left / time.Second), Multiple: st.Poll.Multiple}
	for _, o := range st.Poll.Options {
		b.Options = append(b.Options, o.Title)
	}
	return b, nil
}

// edited tells whether the post reads as it was to be.
func (b *Backend) edited(ctx context.Context, a *api, f frozen) (bool, error) {
	st, err := b.statusByID(ctx, a, f.OnServer)
	if err != nil {
		return false, err
	}
	text, warning, err := b.source(ctx, a, st)
	if err != nil {
		return false, err
	}
	if text == nil {
		return f.Post.warned(st.SpoilerText) && b.alike(f.Post.Text, b.decode.text(st.Content, nil, nil)), nil
	}
	return f.Post.says(*text, warning), nil
}

// verified judges the answer to an edit, a delete or a vote by looking at what came
// of it: a server may say no because it was done already.
func (b *Backend) verified(ctx context.Context, a *api, f frozen, got answer) timeline.Outcome {
	out := b.settleState(ctx, a, f)
	if got.good() {
		switch out.Verdict {
		case timeline.Uncertain: // it cannot be read now, but the server has said yes
			return b.done(f)
		case timeline.Absent:
			out.Verdict = timeline.Uncertain
		}
		return out
	}
	if out.Verdict == timeline.Published || out.Verdict == timeline.Uncertain {
		return out
	}
	return outcome(timeline.Rejected, b.blame(got.fault(b.base.Host)))
}
