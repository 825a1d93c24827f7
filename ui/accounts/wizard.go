package accounts

import (
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"

	"skein/config/account"
	"skein/timeline"
	"skein/ui/overlay"
)

// The actions of a wizard.
type (
	// Answered is what the person said to the step that is shown.
	Answered struct{ Answer account.Answer }
	// GivenUp ends the sign-in.
	GivenUp struct{}
	// StartedOver begins a sign-in that has failed anew.
	StartedOver struct{}
	// Visited opens the address of a Visit in the browser, once more.
	Visited struct{ URL string }
	// Copied puts the address of a Visit on the clipboard.
	Copied struct{ URL string }
)

// IsAction makes it an Action.
func (Answered) IsAction() {}

// IsAction makes it an Action.
func (GivenUp) IsAction() {}

// IsAction makes it an Action.
func (StartedOver) IsAction() {}

// IsAction makes it an Action.
func (Visited) IsAction() {}

// IsAction makes it an Action.
func (Copied) IsAction() {}

// Wizard draws a sign-in step by step and takes the answers.
type Wizard struct {
	title string
	step  account.Step // what is asked; nil until there is something
	input *huh.Input   // where the step wants a line
	text  string       // what is typed there
	pick  *huh.Select[string]
	busy  string // what is waited for; "" while the person is
	wrong string // why the last answer did not serve, or the sign-in has ended
	ended bool   // by that
	turn  string // how the sign of waiting stands
	dress dress
}

// NewWizard makes a Wizard with a title, which waits until something is put.
func NewWizard(title string) *Wizard { return &Wizard{title: title} }

// Put shows a step. Wrong says why the answer that was given to it before did not
// serve; what was typed then is there to be changed, unless it is a secret.
func (w *Wizard) Put(s account.Step, wrong string) {
	secret := false
	if q, ok := s.(account.Question); ok {
		secret = q.Secret
	}
	if wrong == "" || secret {
		w.text = ""
	}
	w.step, w.busy, w.wrong, w.ended = s, "", line(wrong), false
	w.input, w.pick = nil, nil
	switch s := s.(type) {
	case account.Question:
		w.input = newInput(line(s.Default), s.Secret, &w.text)
	case account.Choice:
		w.pick = newPick(s.Options)
	case account.Visit:
		if s.Ask != "" {
			w.input = newInput("", false, &w.text)
		}
	}
}

// Wait shows that something is under way: "asking your server".
func (w *Wizard) Wait(what string) { w.busy, w.wrong = what, "" }

// Fail shows why the sign-in has ended.
func (w *Wizard) Fail(why string) {
	w.step, w.input, w.pick, w.busy, w.text = nil, nil, nil, "", ""
	w.wrong, w.ended = line(why), true
}

// Turn sets the sign of waiting.
func (w *Wizard) Turn(sign string) { w.turn = sign }

// Waiting tells whether the sign of waiting is shown.
func (w *Wizard) Waiting() bool {
	v, ok := w.step.(account.Visit)
	return w.busy != "" || w.step == nil && !w.ended || ok && v.Await != nil
}

// Key takes a key.
func (w *Wizard) Key(k tea.KeyPressMsg) overlay.Action {
	switch key := k.String(); {
	case key == "esc":
		return GivenUp{}
	case w.busy != "":
		return nil
	case w.ended:
		if key == "enter" {
			return StartedOver{}
		}
		return nil
	case key == "enter":
		return w.enter()
	}
	if v, ok := w.step.(account.Visit); ok {
		switch key := k.String(); {
		case key == "ctrl+o", key == "o" && w.input == nil:
			return Visited{v.URL}
		case key == "ctrl+y", key == "y" && w.input == nil:
			return Copied{v.URL}
		}
	}
	w.update(k)
	return w.number(k.String())
}

// Paste takes what is pasted into the line that is typed: as one line, cleaned.
func (w *Wizard) Paste(text string) overlay.Action {
	if w.busy == "" && w.input != nil {
		w.update(tea.PasteMsg{Content: line(text)})
	}
	return nil
}

// enter answers the step.
func (w *Wizard) enter() overlay.Action {
	switch s := w.step.(type) {
	case account.Question:
		return w.typed(s)
	case account.Choice:
		if value, ok := w.pick.Hovered(); ok {
			return Answered{account.Answer{Text: value}}
		}
	case account.Visit:
		if w.input == nil {
			return nil
		}
		if text := line(w.text); text != "" {
			return Answered{account.Answer{Text: text, Secret: account.NewSecret(text)}}
		}
	case account.Notice:
		return Answered{}
	}
	return nil
}

// typed answers a question: with its default where nothing is typed, and not at all
// where there is none.
func (w *Wizard) typed(q account.Question) overlay.Action {
	text := line(w.text)
	if text == "" {
		text = q.Default
	}
	switch {
	case text == "":
		return nil
	case q.Secret:
		return Answered{account.Answer{Secret: account.NewSecret(text)}}
	}
	return Answered{account.Answer{Text: text}}
}

// number answers a choice by the number of the option.
func (w *Wizard) number(key string) overlay.Action {
	c, ok := w.step.(account.Choice)
	if !ok || len(key) != 1 || key[0] < '1' || int(key[0]-'0') > len(c.Options) {
		return nil
	}
	return Answered{account.Answer{Text: c.Options[key[0]-'1'].Value}}
}

// update gives a message to the field. What the field would have done in its own time
// is left out: a cursor does not blink here, and enter is ours.
func (w *Wizard) update(msg tea.Msg) {
	switch {
	case w.input != nil:
		_, _ = w.input.Update(msg)
	case w.pick != nil:
		_, _ = w.pick.Update(msg)
	}
}

// line is a text as one line that does nothing but be read.
func line(s string) string { return timeline.CleanLine(s).String() }
