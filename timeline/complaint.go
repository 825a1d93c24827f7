package timeline

// Complaint is what a report says. It goes to those who look after a person's network:
// the moderators of a server, a labeler; on Nostr to everybody.
type Complaint struct {
	Reason  Reason `json:"reason"`
	Comment string `json:"comment,omitempty"` // in the person's own words; at most MaxComment characters
	// Forward tells the moderators of the other person's own server, too, where that is
	// another one.
	Forward bool     `json:"forward,omitempty"`
	Rules   []string `json:"rules,omitempty"` // ids of the server's rules that were broken; only with ReasonRule
}

// MaxComment is the most characters of a Complaint's Comment.
const MaxComment = 1000

// Reason is why somebody is reported, in words that hold on every network; adapters
// say it in their network's own.
type Reason string

// The reasons. They are part of the command line and never change.
const (
	ReasonSpam    Reason = "spam"
	ReasonRude    Reason = "rude"    // harassment, hate
	ReasonSexual  Reason = "sexual"  // sexual content that is not labelled, or not wanted
	ReasonIllegal Reason = "illegal" // against the law
	ReasonFake    Reason = "fake"    // impersonation, misleading
	ReasonRule    Reason = "rule"    // against the server's rules
	ReasonOther   Reason = "other"
)

// Reasons are all of them, in the order in which a person is asked.
func Reasons() []Reason {
	return []Reason{ReasonSpam, ReasonRude, ReasonSexual, ReasonIllegal, ReasonFake, ReasonRule, ReasonOther}
}

// Says is the reason in a few words, for a person.
func (r Reason) Says() string {
	switch r {
	case ReasonSpam:
		return "spam"
	case ReasonRude:
		return "harassment or hate"
	case ReasonSexual:
		return "sexual content"
	case ReasonIllegal:
		return "against the law"
	case ReasonFake:
		return "pretends or misleads"
	case ReasonRule:
		return "against the server's rules"
	case ReasonOther:
		return "something else"
	}
	return string(r)
}

// Check fails with CodeUsage where the complaint cannot be made.
func (c *Complaint) Check() error {
	if c == nil {
		return Errorf(CodeUsage, "a report needs a reason")
	}
	known := false
	for _, r := range Reasons() {
		known = known || c.Reason == r
	}
	switch {
	case !known:
		return Errorf(CodeUsage, "%q is no reason for a report", string(c.Reason))
	case len([]rune(c.Comment)) > MaxComment:
		return Errorf(CodeUsage, "a report's comment has at most %d characters", MaxComment)
	case len(c.Rules) > 0 && c.Reason != ReasonRule:
		return Errorf(CodeUsage, "rules are named only where the reason is a rule")
	}
	return nil
}
