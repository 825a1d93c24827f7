package mastodon

import (
	"context"

	"skein/timeline"
)

// report prepares a report of a person, with the post that it is about where there is
// one.
//
// Source: docs.joinmastodon.org/methods/reports#post
func (p preparation) report(ctx context.Context, f *frozen) error {
	c := p.intent.Complaint
	if err := c.Check(); err != nil {
		return err
	}
	sid, err := p.whom(ctx)
	if err != nil {
		return err
	}
	body := struct {
		Account  string   `json:"account_id"`
		Statuses []string `json:"status_ids,omitempty"`
		Comment  string   `json:"comment,omitempty"`
		Forward  bool     `json:"forward"`
		Category string   `json:"category"`
		Rules    []string `json:"rule_ids,omitempty"`
	}{Account: sid, Comment: c.Comment, Forward: c.Forward, Category: category(*c), Rules: c.Rules}
	if body.Category == "other" && c.Reason != timeline.ReasonOther { // what the category does not say
		body.Comment = c.Reason.Says()
		if c.Comment != "" {
			body.Comment += ": " + c.Comment
		}
	}
	if !p.intent.On.ID.Zero() {
		if f.OnServer, err = p.subject(ctx, "subject", p.intent.On); err != nil {
			return err
		}
		body.Statuses = []string{f.OnServer}
	}
	f.Person, f.Path = sid, "/api/v1/reports"
	return f.put(body)
}

// category is a reason in Mastodon's own words. It has none for what is rude, sexual or
// fake; a violation has to name the rule.
func category(c timeline.Complaint) string {
	switch {
	case c.Reason == timeline.ReasonSpam:
		return "spam"
	case c.Reason == timeline.ReasonIllegal:
		return "legal"
	case c.Reason == timeline.ReasonRule && len(c.Rules) > 0:
		return "violation"
	}
	return "other"
}

// reported is the Outcome of a report that the server has taken.
func (b *Backend) reported(f frozen) timeline.Outcome {
	out := b.done(f)
	out.Receipt.Note = timeline.CleanLine("the moderators of " + b.base.Host + " have it")
	return out
}

// settleReport: nobody but moderators sees reports, so nothing tells whether one that
// went unanswered has arrived. A second one would be one more in their queue.
func (b *Backend) settleReport(r timeline.Request) timeline.Outcome {
	e := timeline.Errorf(timeline.CodeNotFound, "%s: nothing tells whether the report has arrived", b.base.Host)
	if r.First.IsZero() {
		return outcome(timeline.Absent, e)
	}
	if len(r.Known.Posts) > 0 || !r.Known.Note.Empty() { // it was answered
		return timeline.Outcome{Verdict: timeline.Published, Receipt: r.Known}
	}
	return outcome(timeline.Hopeless, e)
}

// Requests implements timeline.Requester.
//
// Source: docs.joinmastodon.org/methods/follow_requests#get
func (b *Backend) Requests(ctx context.Context, p timeline.Page) (timeline.Listing, error) {
	return b.peopleAt(ctx, "follow requests", "/api/v1/follow_requests", p)
}
