package outbox

import (
	"slices"
	"strings"

	"skein/timeline"
)

// Letter makes a draft a direct message: whom it is for. Its draft names one account,
// and has text and nothing else.
type Letter struct {
	// Conversation is the network's name for the conversation it belongs to; "" where the
	// people alone say it.
	Conversation string `json:"conversation,omitempty"`
	// People are all who get it, but for the account itself, which is named only where it
	// writes to itself. They are shown to the person before anything is sent.
	People []timeline.Handle `json:"people"`
	// Last is the newest message of the conversation, for networks on which a message
	// answers another.
	Last timeline.Subject `json:"last,omitzero"`
}

// writeLetter plans a direct message. What would reach anybody else than those whom it
// is for is refused.
func (b *builder) writeLetter() {
	d, l, who := b.draft, b.draft.Letter, b.target
	b.target.Limits = who.Limits.OfMessage()
	b.plan.Limits = b.target.Limits
	in := &b.plan.Intent
	*in = timeline.Intent{
		Kind: timeline.DoMessage, Visibility: timeline.Direct, Languages: d.Languages,
		Conversation: l.Conversation, ReplyTo: l.Last, Parts: make([]timeline.Part, 1),
	}
	for _, h := range l.People {
		in.People = append(in.People, h.ID)
	}
	if why := who.Rules.Takes(in.Kind, false); !why.Empty() {
		b.refuse("%s", why)
	}
	switch n := len(l.People); {
	case len(d.To) != 1:
		b.refuse("a message is sent by one account")
	case n == 0:
		b.refuse("a message needs somebody to get it")
	case n > timeline.MaxCorrespondents:
		b.refuse("a message is for %d people at most, not %d", timeline.MaxCorrespondents, n)
	case slices.Contains(in.People, ""):
		b.refuse("it is not known who is to get it")
	}
	if len(d.Media)+len(d.Quote)+len(d.Edit)+len(d.ReplyTo) > 0 || d.Poll != nil || d.Warning != "" || d.Sensitive || d.OnServer {
		b.refuse("a message is text alone here: without pictures, polls, quotes and warnings")
	}
	if d.Visibility != "" && d.Visibility != timeline.Direct {
		b.refuse("a message is for those to whom it is written, and cannot be %s", d.Visibility)
	}
	b.letterText()
	if n := len(l.People); n > 1 {
		names := make([]string, n)
		for i, h := range l.People {
			names[i] = h.Handle
		}
		b.remark(timeline.Note, "for %d people, each of whom sees the others: %s", n, strings.Join(names, ", "))
	}
}

// letterText writes the text, with its addressees in front where that is what sends it
// to them.
func (b *builder) letterText() {
	text := strings.TrimSpace(timeline.Clean(b.source()).String())
	if text == "" {
		b.refuse("there is nothing to send")
	}
	marked, _ := withPeople(b.target.Rules.Mark(text), b.book, b.target.Account.Network, b.target.Rules)
	whole := marked
	if people := b.draft.Letter.People; b.target.Limits.Address && len(people) > 0 {
		b.strangers(marked)
		lead := addressees(Parent{Author: people[0], Mentions: people[1:]}, b.target.Account, []timeline.Text{marked}, b.target.Rules)
		whole = concat(lead, marked)
	}
	part := PartPlan{Text: whole, Size: b.target.Rules.Count(whole, "")}
	part.Over = !part.Size.Fits(b.target.Limits)
	b.plan.Intent.Parts[0].Text = whole
	b.plan.Parts = append(b.plan.Parts, part)
	if part.Over {
		length, limit, unit := part.Size.Against(b.target.Limits)
		b.remark(timeline.Refuse, "%d of %d %s", length, limit, unit)
		b.plan.Remarks[len(b.plan.Remarks)-1].Length = true
	}
}

// strangers refuses a text that names others: where naming somebody sends it to them,
// they would read it.
func (b *builder) strangers(text timeline.Text) {
	for _, s := range text {
		if s.Kind != timeline.SpanMention {
			continue
		}
		known := slices.ContainsFunc(b.draft.Letter.People, func(h timeline.Handle) bool {
			return mentions(s, h, b.target.Account)
		})
		if self := b.target.Account.Handle.String(); !known && !sameHandle(s.Text.String(), self, b.target.Account) {
			b.refuse("%s would get it, too: leave the @ out, or write to both", s.Text)
		}
	}
}

// LetterTo is a Letter into a conversation.
func LetterTo(c timeline.Conversation) *Letter {
	l := &Letter{Conversation: c.ID}
	for _, who := range c.People {
		l.People = append(l.People, timeline.Handle{Network: c.Network, Handle: who.Handle.String(), ID: who.ID})
	}
	if c.Last != nil {
		l.Last.ID = c.Last.ID
		if v, ok := c.Last.View(c.Account); ok {
			l.Last.ServerID = v.ServerID
		}
	}
	return l
}
