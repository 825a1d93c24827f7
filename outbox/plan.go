package outbox

import (
	"fmt"
	"slices"
	"strings"

	"skein/timeline"
)

// NewPlan tells what each of d.To will get of a draft: the variant for it, in the
// network's own words, cut where it is too long, and what is lost, changed or
// refused. It is pure and quick enough to be asked after each key. Targets that
// d does not name are of no matter; book may be nil.
func NewPlan(d Draft, targets []Target, book Book) Plan {
	p := planner{draft: d, targets: targets, book: book}
	p.host = p.pollHost()
	plan := Plan{Draft: d}
	for i, id := range d.To {
		if !slices.Contains(d.To[:i], id) {
			plan.Targets = append(plan.Targets, p.plan(id))
		}
	}
	return plan
}

// Target returns the plan of one account.
func (p Plan) Target(id timeline.AccountID) (TargetPlan, bool) {
	for _, t := range p.Targets {
		if t.Account.ID == id {
			return t, true
		}
	}
	return TargetPlan{}, false
}

// Err is nil when no target refuses the draft. Else it is a *timeline.Error with
// CodeRefused that says for each one that does why.
func (p Plan) Err() error {
	if len(p.Targets) == 0 {
		return timeline.Errorf(timeline.CodeRefused, "no account is chosen")
	}
	var all []string
	for _, t := range p.Targets {
		var why []string
		for _, r := range t.Remarks {
			if r.Severity == timeline.Refuse {
				why = append(why, r.Message.String())
			}
		}
		if len(why) > 0 {
			all = append(all, accountName(t.Account)+": "+strings.Join(why, ", "))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return timeline.Errorf(timeline.CodeRefused, "%s", strings.Join(all, ". "))
}

// planner is what all targets have in common.
type planner struct {
	draft   Draft
	targets []Target
	book    Book
	host    timeline.AccountID // whose poll the networks without polls link to; "": there is none
}

// find returns the target of an account.
func (p *planner) find(id timeline.AccountID) (Target, bool) {
	i := slices.IndexFunc(p.targets, func(t Target) bool { return t.Account.ID == id })
	if i < 0 {
		return Target{Account: timeline.Account{ID: id}}, false
	}
	return p.targets[i], true
}

// pollHost returns the first target that takes polls, where another does not.
func (p *planner) pollHost() timeline.AccountID {
	var host timeline.AccountID
	missing := false
	for _, id := range p.draft.To {
		t, ok := p.find(id)
		switch {
		case !ok || t.Err != nil || t.Rules == nil || !t.Limits.ReadOnly.Empty():
		case t.Limits.PollOptions == 0:
			missing = true
		case host == "":
			host = id
		}
	}
	if p.draft.Poll == nil || len(p.draft.Edit) > 0 || !missing {
		return ""
	}
	return host
}

// plan makes the plan of one account.
func (p *planner) plan(id timeline.AccountID) TargetPlan {
	t, ok := p.find(id)
	b := builder{planner: p, target: t, plan: TargetPlan{Account: t.Account, Limits: t.Limits}}
	if !ok {
		b.refuse("there is no such account; skein account list shows all")
		return b.plan
	}
	if b.open() {
		if p.draft.Letter != nil {
			b.writeLetter()
		} else {
			b.writePost()
		}
		for _, r := range t.Rules.Review(b.plan.Intent, b.plan.Limits) {
			b.add(r)
		}
	}
	return b.plan
}

// writePost plans a post, or what an edit makes of one.
func (b *builder) writePost() {
	b.start()
	b.addParents()
	b.addPoll()
	b.addMedia()
	b.addText()
	b.schedule()
}

// builder makes the plan of one target.
type builder struct {
	*planner
	target Target
	plan   TargetPlan
	parent *Parent // the post answered, on this network
	quoted string  // address of a quoted post that is not on this network
	poll   string  // an address as long as that of the poll on another network
}

func (b *builder) remark(s timeline.Severity, format string, args ...any) {
	b.add(timeline.Remark{Severity: s, Message: timeline.CleanLine(fmt.Sprintf(format, args...))})
}

// add keeps a remark, once: the network may say what the server's limits say too.
func (b *builder) add(r timeline.Remark) {
	if !slices.Contains(b.plan.Remarks, r) {
		b.plan.Remarks = append(b.plan.Remarks, r)
	}
}

func (b *builder) refuse(format string, args ...any) { b.remark(timeline.Refuse, format, args...) }

// open tells whether the target can be planned for. One that cannot be written to
// now is refused, but its text is still measured where its rules are known.
func (b *builder) open() bool {
	t := b.target
	switch {
	case t.Err != nil && t.Err.Code == timeline.CodeAuth:
		b.refuse("%s; sign in again", t.Err.Error())
	case t.Err != nil:
		b.refuse("%s; skein account check tells more", t.Err.Error())
	case t.Rules == nil:
		b.refuse("nothing can be written to this account; skein account check tells more")
	case !t.Limits.ReadOnly.Empty():
		b.refuse("%s", t.Limits.ReadOnly)
	}
	if t.Rules == nil {
		return false
	}
	if n := len(b.source()); n > MaxText {
		b.refuse("the text has %d bytes, and no post has more than %d", n, MaxText)
		return false
	}
	return true
}

// source is what was written for the target.
func (b *builder) source() string {
	if text, ok := b.draft.For[b.target.Account.ID]; ok {
		return text
	}
	return b.draft.Text
}

// start begins the intent with what is the same everywhere.
func (b *builder) start() {
	d := b.draft
	b.plan.Intent = timeline.Intent{
		Kind:    timeline.DoPost,
		Warning: strings.TrimSpace(d.Warning), Sensitive: d.Sensitive,
		Languages: d.Languages, Visibility: d.Visibility, Replies: d.Replies, Quotes: d.Quotes,
		Parts: make([]timeline.Part, 1),
	}
	if len(d.Edit) > 0 {
		b.plan.Intent.Kind = timeline.DoEdit
	}
	if why := b.target.Rules.Takes(b.plan.Intent.Kind, false); !why.Empty() {
		b.refuse("%s", why)
	}
}

// editing tells whether the draft changes a post.
func (b *builder) editing() bool { return b.plan.Intent.Kind == timeline.DoEdit }

// addParents finds the posts that the draft refers to on the target's own network.
// What an edited post answers stays as it is.
func (b *builder) addParents() {
	d, network := b.draft, networkName(b.target.Account.Network)
	if b.editing() {
		p := b.own(d.Edit)
		if p == nil || p.Account != "" && p.Account != b.target.Account.ID {
			b.refuse("none of the posts to edit is by this account")
			return
		}
		b.plan.Intent.On = p.Subject
		return
	}
	if len(d.ReplyTo) > 0 {
		if b.parent = b.own(d.ReplyTo); b.parent != nil {
			b.plan.Intent.ReplyTo = b.parent.Subject
		} else {
			b.refuse("the post answered is not on %s", network)
		}
	}
	if len(d.Quote) == 0 {
		return
	}
	if p := b.own(d.Quote); p != nil {
		b.plan.Intent.Quote = p.Subject
		return
	}
	if b.quoted = webAddress(d.Quote); b.quoted == "" {
		b.refuse("the quoted post is not on %s, and has no address to link to", network)
		return
	}
	b.remark(timeline.Loss, "the quoted post is not on %s: a link to it takes its place", network)
}

// own returns the post of several copies that is on the target's network: the one
// that its account has seen, where there are more. What another account's server
// calls a post says nothing to the target's own.
func (b *builder) own(copies []Parent) *Parent {
	var found *Parent
	for _, p := range copies {
		switch {
		case p.ID.Network != b.target.Account.Network || p.ID.Local == "":
		case p.Account == b.target.Account.ID:
			return &p
		case found == nil:
			if p.Account != "" {
				p.ServerID = ""
			}
			found = &p
		}
	}
	return found
}

// schedule leaves a planned post to the server, where it can keep all of it: a
// thread's later posts, and links to this one, need its address.
func (b *builder) schedule() {
	d, id := b.draft, b.target.Account.ID
	if d.At.IsZero() || !d.OnServer {
		return
	}
	alone := len(b.plan.Intent.Parts) == 1 && b.plan.After == "" && b.host != id
	if b.target.Limits.Schedule && alone && !b.editing() {
		b.plan.Intent.Publish = d.At
		return
	}
	b.remark(timeline.Note, "skein keeps it until then, and has to be running: the server cannot")
}
