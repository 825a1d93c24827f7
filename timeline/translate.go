package timeline

import "context"

// Translator has posts translated by the account's server.
type Translator interface {
	// Translate returns the post's words in a language (BCP 47; "" leaves it to the
	// server). It fails with CodeUnsupported where the server translates nothing, and with
	// CodeRefused or CodeNotFound for what it does not translate, such as a post that is
	// not public.
	Translate(ctx context.Context, id ID, lang string) (*Translation, error)
}

// Translation is a post's words in another language, as a machine has made them. It is
// never kept in the place of the post's own.
type Translation struct {
	Text     Text
	Warning  Safe
	Options  []Safe // of the poll, in its order; nil when there is none
	Alts     []Safe // of the media, in their order; empty where there is none
	From, To string // languages; "" when not told
	Provider Safe   // whose machine it is
}

// Of is the post with the words of the translation in the place of its own, and a note
// that says so. p stays as it is.
func (t *Translation) Of(p *Post) *Post {
	next := *p
	next.Text, next.Note = t.Text, t.Told()
	if !p.Warning.Empty() && !t.Warning.Empty() {
		next.Warning = t.Warning
	}
	if p.Poll != nil && len(t.Options) == len(p.Poll.Options) {
		poll := *p.Poll
		poll.Options = append([]PollOption(nil), p.Poll.Options...)
		for i := range poll.Options {
			poll.Options[i].Text = t.Options[i]
		}
		next.Poll = &poll
	}
	next.Media = append([]Media(nil), p.Media...)
	for i := range next.Media {
		if i < len(t.Alts) && !t.Alts[i].Empty() {
			next.Media[i].Alt = t.Alts[i]
		}
	}
	next.Revision++
	return &next
}

// Told says on one line from what, into what and by whom it was translated.
func (t *Translation) Told() Safe {
	s := "translated"
	if t.From != "" {
		s += " from " + t.From
	}
	if t.To != "" {
		s += " into " + t.To
	}
	if !t.Provider.Line().Empty() {
		s += " by " + t.Provider.Line().String()
	}
	return CleanLine(s)
}
