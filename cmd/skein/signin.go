package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"skein/backends"
	"skein/config/account"
	"skein/timeline"
)

// tries is how many answers that do not serve are told and asked for again.
const tries = 5

// explained is how wide what explains a question is, in cells.
const explained = 78

// lead draws a sign-in on the command line, on standard error, and brings what the
// person answers. Without a terminal it answers from standard input what flags name.
type lead struct {
	*app
	network string
	name    string // what the account is to be called; "" where nobody has said
	preset  account.Preset
	stdin   map[string]string // flags that read a step's secret from standard input, by step
	given   map[string]bool   // of these, those that were given
	instead map[string]string // what to do without a terminal, by step
}

// sign leads the sign-in to its end.
func (l *lead) sign(ctx context.Context) (account.Record, account.Credentials, error) {
	flow, err := backends.SignIn(l.network, l.depsOf(account.Record{Name: l.name}), l.preset)
	if err != nil {
		return account.Record{}, nil, err
	}
	return l.drive(ctx, flow)
}

// drive puts the steps of a flow, and closes it.
func (l *lead) drive(ctx context.Context, flow account.Flow) (account.Record, account.Credentials, error) {
	defer func() {
		if err := flow.Close(); err != nil {
			l.log.Warn("closing a sign-in", "error", err)
		}
	}()
	var answer account.Answer
	for wrong := 0; ; {
		step, err := flow.Next(ctx, answer)
		if done, ok := step.(account.Finished); ok && err == nil {
			return done.Record, done.Credentials, nil
		}
		if err != nil {
			if wrong++; step == nil || wrong > tries || !l.again(step) || ctx.Err() != nil {
				return account.Record{}, nil, err
			}
			l.say("\n" + timeline.CleanLine(err.Error()).String() + "\n")
		}
		if answer, err = l.draw(ctx, step, err != nil); err != nil {
			return account.Record{}, nil, err
		}
	}
}

// again tells whether there is somebody who can answer a step another time.
func (l *lead) again(s account.Step) bool {
	q, ok := s.(account.Question)
	return l.typing() && (!ok || !l.given[q.Name])
}

// draw shows a step and brings the answer. What stands above an answer that did not
// serve is not said again.
func (l *lead) draw(ctx context.Context, s account.Step, again bool) (account.Answer, error) {
	switch s := s.(type) {
	case account.Question:
		if !again && l.typing() && !l.given[s.Name] {
			l.explain("", s.Help)
		}
		return l.question(ctx, s)
	case account.Choice:
		return l.choice(ctx, s)
	case account.Visit:
		return l.visit(ctx, s)
	case account.Notice:
		return l.notice(ctx, s)
	}
	return account.Answer{}, timeline.Errorf(timeline.CodeInternal, "a sign-in asks for what this skein does not know: %T", s)
}

// explain prints a title and lines of help, where there are any.
func (a *app) explain(title, help string) {
	text := "\n"
	if title != "" {
		text += timeline.CleanLine(title).String() + "\n"
	}
	for line := range strings.Lines(help) {
		text += ansi.Wordwrap(timeline.CleanLine(line).String(), explained, "") + "\n"
	}
	if text != "\n" {
		a.say(text)
	}
}

// question brings a line, or a secret.
func (l *lead) question(ctx context.Context, q account.Question) (account.Answer, error) {
	if q.Secret && l.typing() && !l.given[q.Name] {
		return l.secretly(ctx, q.Title)
	}
	if q.Secret && l.stdin[q.Name] != "" {
		secret, err := l.secret(ctx, q.Title, l.given[q.Name], l.stdin[q.Name])
		return account.Answer{Secret: secret}, err
	}
	if !l.typing() {
		return account.Answer{}, l.nobody(q.Name, q.Title)
	}
	prompt := q.Title
	if q.Default != "" {
		prompt += " [" + q.Default + "]"
	}
	text, err := l.typed(ctx, prompt+": ")
	if text == "" {
		text = q.Default
	}
	return account.Answer{Text: text}, err
}

// secretly asks for a secret at the terminal, as it is typed: a passphrase may begin or
// end with a blank. Who just presses enter is asked again.
func (l *lead) secretly(ctx context.Context, title string) (account.Answer, error) {
	for range tries {
		secret, err := l.hidden(ctx, title+" (not shown): ")
		if err != nil {
			return account.Answer{}, fmt.Errorf("reading the answer: %w", err)
		}
		if !secret.Empty() {
			return account.Answer{Secret: secret}, nil
		}
	}
	return account.Answer{}, timeline.Errorf(timeline.CodeUsage, "nothing was typed")
}

// nobody says what to do where nobody can be asked.
func (l *lead) nobody(step, title string) error {
	instead := l.instead[step]
	if instead == "" {
		instead = "sign in from one"
	}
	return timeline.Errorf(timeline.CodeUsage, "no terminal to ask for it (%s): %s", strings.ToLower(title), instead)
}

func (l *lead) choice(ctx context.Context, c account.Choice) (account.Answer, error) {
	if !l.typing() {
		return account.Answer{}, l.nobody(c.Name, c.Title)
	}
	value, err := l.choose(ctx, c)
	return account.Answer{Text: value}, err
}

// choose has the person pick an option, by its number or its value.
func (a *app) choose(ctx context.Context, c account.Choice) (string, error) {
	a.explain(c.Title+":", c.Help)
	width := 0
	for _, o := range c.Options {
		width = max(width, len(o.Title))
	}
	for i, o := range c.Options {
		a.say(strings.TrimRight(fmt.Sprintf("  %d  %-*s  %s", i+1, width, o.Title, o.Help), " ") + "\n")
	}
	for range tries {
		text, err := a.typed(ctx, "Number [1]: ")
		if err != nil {
			return "", err
		}
		n, err := strconv.Atoi(text)
		switch {
		case text == "":
			return c.Options[0].Value, nil
		case err == nil && n >= 1 && n <= len(c.Options):
			return c.Options[n-1].Value, nil
		}
		if i := slices.IndexFunc(c.Options, func(o account.Option) bool { return strings.EqualFold(o.Value, text) }); i >= 0 {
			return c.Options[i].Value, nil
		}
		a.say(fmt.Sprintf("A number from 1 to %d.\n", len(c.Options)))
	}
	return "", timeline.Errorf(timeline.CodeUsage, "nothing was chosen")
}

// notice shows what must have been seen. A secret goes to a terminal and nowhere else.
func (l *lead) notice(ctx context.Context, n account.Notice) (account.Answer, error) {
	if !n.Keep.Empty() && (!l.typing() || !l.shown()) {
		return account.Answer{}, timeline.Errorf(timeline.CodeUsage, "a terminal is needed: a secret is shown that will not be shown again")
	}
	if !l.typing() { // a script
		return account.Answer{}, nil
	}
	l.explain(n.Title, n.Help)
	if !n.Keep.Empty() {
		l.say("\n  " + n.Keep.Reveal() + "\n\n")
	}
	_, err := l.typed(ctx, "Enter goes on. ")
	return account.Answer{}, err
}
