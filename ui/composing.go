package ui

import (
	tea "charm.land/bubbletea/v2"

	"skein/timeline"
	"skein/ui/compose"
	"skein/ui/overlay"
)

// composing gives a key to the compose screen: to the command that it is bound to
// there, or to the text.
func (m *Model) composing(w *writing, k tea.KeyPressMsg) tea.Cmd {
	if cmd, ok := m.keys.composing[k.String()]; ok && !w.Takes(k, cmd) {
		return m.actComposing(w, w.Do(cmd))
	}
	return m.actComposing(w, w.Key(k))
}

// actComposing carries out what the compose screen wants.
func (m *Model) actComposing(w *writing, a overlay.Action) tea.Cmd {
	switch a := a.(type) {
	case compose.Sending:
		return m.send(w)
	case compose.Keeping:
		return m.keep(w)
	case compose.Discarding:
		return m.discard(w)
	case compose.Editing:
		return m.edit(w)
	case compose.Attaching:
		return m.attach(w, a.Path)
	case compose.Listing:
		return m.list(w, a.Prefix)
	case compose.Browsing:
		m.showDrafts(w)
	case compose.Opening:
		return m.openDraft(a.ID)
	case compose.Helping:
		m.show(overlay.NewHelp(m.entries(groupCompose)))
	}
	return nil
}

// written takes what the commands of writing bring.
func (m *Model) written(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case muteKept:
		return m.takeMute(msg)
	case targetsRead:
		return m.takeTargets(msg)
	case draftsRead:
		return m.takeDrafts(msg)
	case planIsDue:
		msg.planDue = false
		return m.plan(msg.writing)
	case saveIsDue:
		msg.saveDue = false
		return m.save(msg.writing)
	case planned:
		return m.takePlan(msg)
	case saved:
		return m.takeSaved(msg)
	case dropped:
		if msg.err != nil {
			m.o.Log.Warn("a draft could not be dropped", "err", msg.err)
		}
	case edited:
		m.takeEdited(msg)
	case attached:
		m.takeAttached(msg)
	case listed:
		msg.TakePaths(msg.prefix, msg.paths)
	case added:
		return m.takeAdded(msg)
	case takenBack:
		return m.takeTakenBack(msg)
	case deliveriesRead:
		if msg.err != nil {
			return m.tell("the outbox could not be read: "+timeline.AsError(msg.err).Error(), bad)
		}
		m.delivered(msg.deliveries...)
	case moved:
		return m.takeMoved(msg)
	case acted:
		return m.takeActed(msg)
	case copiesFound:
		return m.takeCopies(msg)
	case flightOver:
		if msg.operation == m.flight.operation {
			m.flight = flight{}
		}
	}
	return nil
}

// edit gives the text to the person's own editor.
func (m *Model) edit(w *writing) tea.Cmd {
	if m.o.Editor == nil {
		w.Say("no editor is known: set $EDITOR", true)
		return nil
	}
	w.Work("your editor has the text")
	return m.o.Editor(w.Text(), func(text string, err error) tea.Msg { return edited{w, text, err} })
}

func (m *Model) takeEdited(e edited) {
	e.Work("")
	switch {
	case e.err != nil:
		e.Say("the editor: "+timeline.AsError(e.err).Error(), true)
	case !e.SetText(e.text):
		e.Say("that is more than a draft may hold: the text is as it was", true)
	}
}

// attach looks at a file.
func (m *Model) attach(w *writing, path string) tea.Cmd {
	if m.o.Attach == nil {
		w.Say("no files can be attached here", true)
		return nil
	}
	w.Say("looking at "+path, false)
	look := m.o.Attach
	return func() tea.Msg {
		file, err := look(compose.Home(path), "")
		return attached{w, file, err}
	}
}

func (m *Model) takeAttached(a attached) {
	if a.err != nil {
		a.Say(timeline.AsError(a.err).Error(), true)
		return
	}
	a.Say("", false)
	a.Attach(a.file)
}

// list looks for files whose path begins with prefix.
func (m *Model) list(w *writing, prefix string) tea.Cmd {
	return func() tea.Msg { return listed{w, prefix, compose.Paths(prefix)} }
}
