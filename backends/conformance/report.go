package conformance

import (
	"testing"

	"skein/timeline"
)

// testReport reports a person and a post of theirs. That a report without a reason, or
// with one that there is not, is refused before it is sent.
func (c *suite) testReport(t *testing.T) {
	c.needs(t, "report")
	p, _ := timeline.As[timeline.Publisher](c.Backend)
	post := c.publish(t, "to be reported", timeline.ID{})
	her := c.author(t, post)
	for _, complaint := range []*timeline.Complaint{nil, {}, {Reason: "boredom"}} {
		_, err := p.Prepare(t.Context(), c.intent(timeline.Intent{Kind: timeline.DoReport, Person: her, Complaint: complaint}), notes{})
		if err := wantCode(err, timeline.CodeUsage); err != nil {
			t.Errorf("a report of %+v: %v", complaint, err)
		}
	}
	if c.Unreported != "" {
		t.Skip("nobody takes reports here: " + c.Unreported)
	}
	for _, i := range []timeline.Intent{
		{Kind: timeline.DoReport, Person: her, Complaint: &timeline.Complaint{Reason: timeline.ReasonSpam, Comment: "the suite says so"}},
		{Kind: timeline.DoReport, Person: her, On: timeline.Subject{ID: post}, Complaint: &timeline.Complaint{Reason: timeline.ReasonFake, Forward: true}},
	} {
		if r := c.does(t, i); r.Note.Empty() {
			t.Errorf("the receipt of a report does not say who has it: %+v", r)
		}
	}
}
