package pds

import "slices"

// Report is what somebody told the moderators.
type Report struct {
	By      string // DID
	Subject string // a DID or an at:// URI
	Reason  string // com.atproto.moderation.defs#reason…
	Comment string
}

// Reports are all that were made, the oldest first.
func (s *Server) Reports() []Report {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Clone(s.reports)
}

// createReport takes a report, as the labeler behind a PDS does.
func (s *Server) createReport(c *call) (any, error) {
	var in struct {
		ReasonType string `json:"reasonType"`
		Reason     string `json:"reason"`
		Subject    object `json:"subject"`
	}
	if err := c.input(&in); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	subject := dig(in.Subject, "did")
	if uri := dig(in.Subject, "uri"); uri != "" && s.records[uri] != nil {
		subject = uri
	}
	if in.ReasonType == "" || subject == "" {
		return nil, invalid("Input must have the properties reasonType and subject")
	}
	s.reports = append(s.reports, Report{c.viewer.did, subject, in.ReasonType, in.Reason})
	out := object{
		"id": len(s.reports), "reasonType": in.ReasonType, "subject": in.Subject, "reportedBy": c.viewer.did, "createdAt": stamp(s.opts.Now()),
	}
	if in.Reason != "" {
		out["reason"] = in.Reason
	}
	return out, nil
}
