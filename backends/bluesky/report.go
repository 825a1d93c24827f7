package bluesky

import (
	"context"

	"skein/timeline"
)

// freezeReport prepares com.atproto.moderation.createReport, which the PDS hands to the
// labeler that it is set up with.
func (b *Backend) freezeReport(ctx context.Context, i timeline.Intent, n timeline.Notes) (frozen, error) {
	c := i.Complaint
	if err := c.Check(); err != nil {
		return frozen{}, err
	}
	f := frozen{Report: true}
	subject := object{"$type": "com.atproto.admin.defs#repoRef", "did": i.Person}
	if i.On.ID.Zero() {
		if _, err := b.actedUponPerson(ctx, i); err != nil {
			return frozen{}, err
		}
	} else {
		s, err := timeline.Step(ctx, n, "on", func(ctx context.Context) (reference, error) {
			s, err := b.subjectOf(ctx, i.On.ID)
			return s.reference, err
		})
		if err != nil {
			return frozen{}, err
		}
		subject = object{"$type": "com.atproto.repo.strongRef", "uri": s.URI, "cid": s.CID}
		f.Receipt.Posts = []timeline.Copy{b.copyOf(s)}
	}
	input := object{"reasonType": "com.atproto.moderation.defs#" + reasonType(c.Reason), "subject": subject}
	if c.Comment != "" {
		input["reason"] = c.Comment
	}
	f.Receipt.Note = timeline.Literal("the moderators have it")
	return f, f.call("com.atproto.moderation.createReport", input)
}

// reasonType is a reason as com.atproto.moderation.defs names it: those names that every
// labeler knows.
func reasonType(r timeline.Reason) string {
	switch r {
	case timeline.ReasonSpam:
		return "reasonSpam"
	case timeline.ReasonRude:
		return "reasonRude"
	case timeline.ReasonSexual:
		return "reasonSexual"
	case timeline.ReasonFake:
		return "reasonMisleading"
	case timeline.ReasonIllegal, timeline.ReasonRule:
		return "reasonViolation"
	}
	return "reasonOther"
}

// settleReport: only moderators see reports, so nothing tells whether one that went
// unanswered has arrived.
func (b *Backend) settleReport(r timeline.Request) timeline.Outcome {
	e := timeline.Errorf(timeline.CodeNotFound, "%s: nothing tells whether the report has arrived", b.host)
	if r.First.IsZero() {
		return failed(timeline.Absent, e)
	}
	if !r.Known.Note.Empty() { // it was answered
		return timeline.Outcome{Verdict: timeline.Published, Receipt: r.Known}
	}
	return failed(timeline.Hopeless, e)
}
