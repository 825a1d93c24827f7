package outbox

import (
	"time"

	"skein/timeline"
)

// MaxText is the longest draft that is looked at, in bytes. What is longer is no
// post but a mistake, such as the wrong file on standard input.
const MaxText = 1 << 20

// Draft is what a person wrote, before it is known what each network makes of it.
type Draft struct {
	// Text is for every target that has none of its own in For. A line of --- ends one
	// post of a thread and begins the next.
	Text string                        `json:"text"`
	For  map[timeline.AccountID]string `json:"for,omitempty"`
	To   []timeline.AccountID          `json:"to"`

	Warning    string              `json:"warning,omitempty"`
	Sensitive  bool                `json:"sensitive,omitempty"`
	Languages  []string            `json:"languages,omitempty"`
	Visibility timeline.Visibility `json:"visibility,omitempty"`
	Replies    timeline.Audience   `json:"replies,omitempty"`
	Quotes     timeline.Audience   `json:"quotes,omitempty"`
	Media      []File              `json:"media,omitempty"` // on the first post of a thread
	Poll       *timeline.Ballot    `json:"poll,omitempty"`  // likewise

	// ReplyTo is the post answered, and its known copies on other networks: each
	// target answers the one on its own network. Likewise Quote and Edit; Edit makes
	// the draft the new text of those posts.
	ReplyTo []Parent `json:"reply_to,omitempty"`
	Quote   []Parent `json:"quote,omitempty"`
	Edit    []Parent `json:"edit,omitempty"`

	Letter *Letter `json:"letter,omitempty"` // makes it a direct message; nil: it is a post

	At       time.Time `json:"at,omitzero"`         // not before; zero: at once
	OnServer bool      `json:"on_server,omitempty"` // with At: let the server keep it where it can
	Split    bool      `json:"split,omitempty"`     // what is too long becomes a thread
	Number   bool      `json:"number,omitempty"`    // and its posts are numbered
}

// File is something to attach, as Attach found it.
type File struct {
	Path     string             `json:"path"`
	Alt      string             `json:"alt,omitempty"`
	Type     string             `json:"type"` // MIME, by its bytes
	Kind     timeline.MediaKind `json:"kind"`
	Width    int                `json:"width,omitempty"`
	Height   int                `json:"height,omitempty"`
	Size     int64              `json:"size"`
	Duration time.Duration      `json:"duration,omitempty"`
}

// Parent is a post that a draft answers, quotes or changes.
type Parent struct {
	timeline.Subject
	// Account is the account that saw the post, or wrote it: that of Edit is the one
	// that changes it. With ReplyTo and Quote it may be empty.
	Account  timeline.AccountID `json:"account,omitempty"`
	Author   timeline.Handle    `json:"author,omitzero"`    // who wrote it
	Mentions []timeline.Handle  `json:"mentions,omitempty"` // who else is addressed by it
	URL      string             `json:"url,omitempty"`      // for networks on which it is not
}

// Target is an account to which a draft may go.
type Target struct {
	Account timeline.Account
	Limits  timeline.Limits
	Rules   timeline.Rules  // nil where Err is set and the account could not be opened
	Err     *timeline.Error // why nothing can be written for it now
}

// Book is the address book, as Plan needs it. Find ignores case.
type Book interface {
	Find(name string) (timeline.Person, bool)
}

// Plan is what each target will get. It holds everything that Add journals.
type Plan struct {
	Draft   Draft
	Targets []TargetPlan // in the order of Draft.To
}

// TargetPlan is what one account will publish.
type TargetPlan struct {
	Account timeline.Account
	Limits  timeline.Limits
	Parts   []PartPlan
	Remarks []timeline.Remark // what is lost, changed or refused here
	// Intent is all of it; the outbox gives each part a delivery of its own where the
	// network does not publish a thread at once.
	Intent timeline.Intent
	// After is the target whose first post must be there before this one is sent,
	// because this one links to it: the poll that the network cannot hold. Empty:
	// none.
	After timeline.AccountID
}

// PartPlan is one post of it.
type PartPlan struct {
	Text timeline.Text // as it will read there
	Size timeline.Size
	Over bool // longer than the account's server takes
}

// Refused tells whether the target takes the draft not as it is.
func (t TargetPlan) Refused() bool {
	for _, r := range t.Remarks {
		if r.Severity == timeline.Refuse {
			return true
		}
	}
	return false
}
