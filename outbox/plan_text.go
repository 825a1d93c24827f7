package outbox

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"skein/timeline"
)

// pollAddress is about how long the address of a post is: what is kept free for one
// that is not known yet.
const pollAddress = 80

// addText writes the posts: each as it will read, with its size.
func (b *builder) addText() {
	texts := b.marked()
	in := &b.plan.Intent
	if first := in.Parts[0]; len(texts) == 0 && len(first.Media) == 0 && first.Poll == nil && b.poll == "" {
		b.refuse("there is nothing to post")
	}
	if b.editing() && len(texts) > 1 {
		b.refuse("an edit is one post, and this is a thread of %d", len(texts))
	}
	var lead timeline.Text
	if b.parent != nil && b.target.Limits.Address {
		lead = addressees(*b.parent, b.target.Account, texts[:min(1, len(texts))], b.target.Rules)
	}
	texts = b.cut(texts, lead)
	in.Parts = append(in.Parts, make([]timeline.Part, max(len(texts)-1, 0))...)
	for i := range in.Parts {
		var text timeline.Text
		if i < len(texts) {
			text = texts[i]
		}
		in.Parts[i].Text = b.whole(i, lead, text)
		part := PartPlan{Text: in.Parts[i].Text, Size: b.measure(i, in.Parts[i].Text)}
		part.Over = !part.Size.Fits(b.target.Limits)
		b.plan.Parts = append(b.plan.Parts, part)
		if part.Over {
			b.add(timeline.Remark{Severity: timeline.Refuse, Message: timeline.CleanLine(b.tooLong(i, len(in.Parts), part.Size)), Length: true})
		}
	}
}

// marked are the posts that the person wrote, each marked as the network will and
// with the people of the address book in place.
func (b *builder) marked() []timeline.Text {
	account, rules := b.target.Account, b.target.Rules
	var texts []timeline.Text
	var strangers []string
	for _, s := range handThread(b.source()) {
		text, unknown := withPeople(rules.Mark(s), b.book, account.Network, rules)
		texts = append(texts, text)
		for _, name := range unknown {
			if !slices.Contains(strangers, name) {
				strangers = append(strangers, name)
			}
		}
	}
	for _, name := range strangers {
		b.remark(timeline.Note, "%s is unknown on %s: the name stands as plain text", name, networkName(account.Network))
	}
	return texts
}

// handThread cuts what was written at the lines of ---. Line ends become LF, white
// space goes from both ends of each post, and an empty one is none.
func handThread(text string) []string {
	var posts []string
	var post []string
	end := func() {
		if s := strings.TrimSpace(strings.Join(post, "\n")); s != "" {
			posts = append(posts, s)
		}
		post = post[:0]
	}
	for line := range strings.SplitSeq(timeline.Clean(text).String(), "\n") {
		if line == "---" {
			end()
		} else {
			post = append(post, line)
		}
	}
	end()
	return posts
}

// cut makes a thread of what is too long, where the person wants that.
func (b *builder) cut(texts []timeline.Text, lead timeline.Text) []timeline.Text {
	switch {
	case b.draft.Split && !b.editing():
		return splitAll(texts, b.draft.Number, func(i int, t timeline.Text) bool {
			return b.measure(i, b.whole(i, lead, t)).Fits(b.target.Limits)
		})
	case b.draft.Number:
		return numbered(texts)
	}
	return texts
}

// whole is the text of post i with what belongs around it: whom it is for, before
// the first one, or before each where nobody else will see it; behind the first a
// link to what it quotes.
func (b *builder) whole(i int, lead, text timeline.Text) timeline.Text {
	if i > 0 && b.draft.Visibility != timeline.Direct {
		return text
	}
	if len(lead) > 0 {
		text = concat(lead, text)
		if last := len(text) - 1; text[last].Text == timeline.Literal(" ") {
			text = text[:last]
		}
	}
	if i == 0 && b.quoted != "" {
		text = withLink(text, b.quoted)
	}
	return text
}

// measure is the size of post i, with the link to a poll that it will get.
func (b *builder) measure(i int, text timeline.Text) timeline.Size {
	if i == 0 && b.poll != "" {
		text = withLink(text, b.poll)
	}
	return b.target.Rules.Count(text, b.plan.Intent.Warning)
}

// tooLong says by how much post i of n is.
func (b *builder) tooLong(i, n int, size timeline.Size) string {
	length, limit, unit := size.Against(b.target.Limits)
	message := fmt.Sprintf("%d of %d %s", length, limit, unit)
	if n > 1 {
		message = fmt.Sprintf("post %d of %d has %s", i+1, n, message)
	}
	if i == 0 && b.poll != "" {
		message += " with the link to the poll"
	}
	switch {
	case b.editing():
		return message
	case b.draft.Split:
		return message + ", and cannot be cut"
	}
	return message + "; --split makes it a thread"
}

// pollPlaceholder is as long as the address of a post of an account may be.
func pollPlaceholder(a timeline.Account) string {
	const number = "/00000000000000000000"
	s := "https://" + a.Server.String() + "/" + a.Handle.String() + number
	return s + strings.Repeat("0", max(0, pollAddress-len(s)))
}

// webAddress returns the first address of the posts that a browser can open.
func webAddress(posts []Parent) string {
	for _, p := range posts {
		u, err := url.Parse(p.URL)
		if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && timeline.CleanLine(p.URL).String() == p.URL {
			return p.URL
		}
	}
	return ""
}

// networkName is a network's name in a sentence.
func networkName(n timeline.Network) string {
	if n == "" {
		return "this network"
	}
	return strings.ToUpper(string(n[:1])) + string(n[1:])
}

// accountName is what the person calls an account.
func accountName(a timeline.Account) string {
	if a.Name != "" {
		return a.Name
	}
	return string(a.ID)
}
