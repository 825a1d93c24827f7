package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"skein/outbox"
	"skein/timeline"
)

// writing is one draft on its way from the person to the outbox.
type writing struct {
	*desk
	flags  *postFlags
	draft  outbox.Draft
	before string // what a post to be edited says now
	saved  string // the id under which the draft lies aside, "" when it does not
}

// run composes, plans and sends. Whatever stops it before the outbox has the post,
// the draft is kept.
func (w *writing) run(ctx context.Context, args []string) error {
	if op, known, err := w.repeated(ctx, args); err != nil {
		return err
	} else if known {
		return w.send(ctx, w.flags.send, op)
	}
	if err := w.begin(ctx); err != nil {
		return err
	}
	for _, step := range []func() error{
		func() error { return w.text(ctx, args) },
		func() error { return w.compose(ctx) },
		func() error { return w.rewrite(ctx) },
	} {
		if err := step(); err != nil {
			return w.keep(ctx, err)
		}
	}
	book, err := w.addressBook(ctx)
	if err != nil {
		return w.keep(ctx, err)
	}
	targets := w.box.Targets(ctx, w.draft.To...)
	if err := ctx.Err(); err != nil {
		return w.keep(ctx, err)
	}
	plan := outbox.NewPlan(w.draft, targets, book)
	if w.flags.plan {
		return w.printPlan(ctx, plan)
	}
	if plan.Err() != nil {
		return w.refused(ctx, plan, targets)
	}
	op, err := w.box.Add(ctx, plan, outbox.Added{Key: w.flags.send.key})
	if err != nil {
		return w.keep(ctx, err)
	}
	if w.saved != "" {
		if err := w.box.DropDraft(context.WithoutCancel(ctx), w.saved); err != nil {
			w.log.Warn("dropping the draft that was sent", "draft", w.saved, "error", err)
		}
	}
	return w.send(ctx, w.flags.send, op)
}

// begin starts with the draft that is taken up again, or with the defaults.
func (w *writing) begin(ctx context.Context) error {
	if w.flags.draft == "" {
		c := w.config.Post
		w.draft = outbox.Draft{Languages: c.Lang, Visibility: timeline.Visibility(c.Visibility), Number: c.Number}
		if w.flags.letterTo != "" { // it is for those in it, whatever posts are
			w.draft.Visibility, w.draft.Number = timeline.Direct, false
			w.draft.Letter = &outbox.Letter{} // whatever stops it, it never becomes a post
		}
		w.flags.apply(&w.draft, w.now())
		return nil
	}
	saved, err := w.findDraft(ctx, w.flags.draft)
	if err != nil {
		return err
	}
	w.saved, w.draft = saved.ID, saved.Draft
	w.flags.apply(&w.draft, w.now())
	return nil
}

// findDraft finds a draft by its id or a unique beginning of it.
func (d *desk) findDraft(ctx context.Context, id string) (outbox.Saved, error) {
	all, err := d.box.Drafts(ctx)
	if err != nil {
		return outbox.Saved{}, err
	}
	if i := slices.IndexFunc(all, func(s outbox.Saved) bool { return s.ID == id }); i >= 0 {
		return all[i], nil
	}
	all = slices.DeleteFunc(all, func(s outbox.Saved) bool { return !strings.HasPrefix(s.ID, id) })
	if id == "" || len(all) != 1 {
		return outbox.Saved{}, timeline.Errorf(timeline.CodeUsage, "there is no draft %q; `skein outbox drafts` lists them", id)
	}
	return all[0], nil
}

// text takes the text from the command line or from standard input.
func (w *writing) text(ctx context.Context, args []string) (err error) {
	var given string
	piped := len(args) == 1 && args[0] == "-"
	switch {
	case len(args) == 1 && !piped:
		given, err = args[0], checkText(args[0], "the text")
	case piped, w.flags.draft == "" && !w.typing():
		given, err = unlessDone(ctx, func() (string, error) { return readText(w.in, "standard input") })
	}
	if given != "" || piped {
		w.draft.Text = given
	}
	return err
}

// rewrite opens the text in the editor, where that was asked for or there is no
// other text. Who leaves it empty has changed their mind.
func (w *writing) rewrite(ctx context.Context) error {
	bare := w.draft.Text == "" && len(w.draft.Media) == 0 && w.draft.Poll == nil && len(w.draft.For) == 0
	edits := w.flags.edited != "" && bare && w.typing()
	switch {
	case !w.flags.editor && !edits && bare && w.typing():
		return refusef("there is no text: give it on the command line, pipe it in, or write it with --edit")
	case !w.flags.editor && !edits:
		return nil
	}
	text := w.draft.Text
	if text == "" {
		text = w.before
	}
	text, err := w.editText(ctx, text)
	w.draft.Text = text
	if err == nil && strings.TrimSpace(text) == "" {
		return errNothing
	}
	return err
}

// errNothing says that the person left the editor without a text.
var errNothing = errors.New("the text is empty: nothing is sent, and nothing kept")

// compose fills in what has to be looked up: references, targets and files.
func (w *writing) compose(ctx context.Context) (err error) {
	if w.flags.letterTo != "" || w.draft.Letter != nil {
		return w.letter(ctx)
	}
	// References that cannot be looked up stay as they were given.
	var answered found
	if w.draft.ReplyTo, answered, err = w.referred(ctx, w.draft.ReplyTo); err != nil {
		return err
	}
	if answered.post != nil && !w.flags.given("visibility") {
		w.draft.Visibility = narrower(w.draft.Visibility, answered.post.Visibility)
	}
	if w.draft.Quote, _, err = w.referred(ctx, w.draft.Quote); err != nil {
		return err
	}
	if err := w.changed(ctx); err != nil {
		return err
	}
	if err := w.targets(); err != nil {
		return err
	}
	for _, t := range w.flags.textFor {
		name, text, _ := strings.Cut(t, "=")
		if err := w.textFor(name, text); err != nil {
			return err
		}
	}
	for i, f := range w.draft.Media {
		if w.draft.Media[i], err = outbox.Attach(f.Path, f.Alt); err != nil {
			w.draft.Media[i] = f
			return err
		}
	}
	return nil
}

// referred looks up what a reference names and where its copies are. What was looked
// up before stays as it is.
func (w *writing) referred(ctx context.Context, parents []outbox.Parent) ([]outbox.Parent, found, error) {
	if len(parents) != 1 || !parents[0].ID.Zero() {
		return parents, found{}, nil
	}
	f, err := w.find(ctx, parents[0].URL, w.flags.as)
	if err != nil {
		return parents, found{}, err
	}
	all, err := w.copies(ctx, f)
	if err != nil {
		return parents, found{}, err
	}
	return all, f, nil
}

// narrower is the visibility of an answer: nobody shall read in it what few could
// read in the post answered. None is as wide as an account's own default.
func narrower(own, parents timeline.Visibility) timeline.Visibility {
	order := []timeline.Visibility{"", timeline.Public, timeline.Unlisted, timeline.Followers, timeline.Direct}
	if parents != timeline.Public && slices.Index(order, parents) > slices.Index(order, own) {
		return parents
	}
	return own
}

// targets settles who gets the post. A reply goes by the account that sees the post
// answered, and is never sent further than asked.
func (w *writing) targets() (err error) {
	switch {
	case w.flags.given("to"):
		w.draft.To, err = chosen(w.records, w.flags.to)
	case len(w.draft.To) > 0:
	case len(w.draft.ReplyTo) > 0:
		for i, p := range w.draft.ReplyTo {
			if i == 0 || w.flags.copies.all {
				w.draft.To = append(w.draft.To, p.Account)
			}
		}
	case w.saved != "":
		err = refusef("the draft names nobody whom it is to reach: --to does")
	default:
		w.draft.To, err = chosen(w.records, w.config.Post.To)
	}
	return err
}

// textFor gives the targets that name means a text of their own.
func (w *writing) textFor(name, text string) error {
	if err := checkText(text, "--text-for "+name); err != nil {
		return err
	}
	ids, err := chosen(w.records, []string{name})
	if err != nil {
		return err
	}
	if w.draft.For == nil {
		w.draft.For = map[timeline.AccountID]string{}
	}
	meant := false
	for _, id := range ids {
		if slices.Contains(w.draft.To, id) {
			w.draft.For[id], meant = text, true
		}
	}
	if !meant {
		return refusef("--text-for %s: not among those who get the post", name)
	}
	return nil
}
