package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"skein/outbox"
	"skein/timeline"
)

// lookupTime is how long a plan waits for the networks to say who is mentioned.
const lookupTime = 3 * time.Second

const nobodyThere = " is nobody there: it stands as plain text"

// resolveMentions asks the networks whom the mentions of a plan name, where that is
// not known: it is what will be asked again when the post is sent. A mention that
// nobody answers to is remarked on.
func (w *writing) resolveMentions(ctx context.Context, p outbox.Plan) {
	ctx, cancel := context.WithTimeout(ctx, lookupTime)
	defer cancel()
	var wg sync.WaitGroup
	for i := range p.Targets {
		wg.Go(func() { w.resolveTarget(ctx, &p.Targets[i]) })
	}
	wg.Wait()
}

func (w *writing) resolveTarget(ctx context.Context, t *outbox.TargetPlan) {
	var asked []string
	for i, part := range t.Parts {
		t.Parts[i].Text = slices.Clone(part.Text)
		for k, s := range part.Text {
			if s.Kind != timeline.SpanMention || !s.Target.Empty() {
				continue
			}
			who, why := w.whoIs(ctx, t.Account, s.Text.String())
			t.Parts[i].Text[k].Target = timeline.CleanLine(who)
			if why == nobodyThere {
				t.Parts[i].Text[k].Kind = timeline.SpanPlain
			}
			if who == "" && !slices.Contains(asked, s.Text.String()) {
				asked = append(asked, s.Text.String())
				t.Remarks = append(t.Remarks, timeline.Remark{Severity: timeline.Note, Message: timeline.CleanLine(s.Text.String() + why)})
			}
		}
	}
}

// whoIs asks an account's network for the person of a handle. Where it has none, why
// says so.
func (w *writing) whoIs(ctx context.Context, a timeline.Account, handle string) (who, why string) {
	b, err := w.pool.backend(ctx, a.ID)
	if err != nil {
		return "", " is looked up when it is sent"
	}
	r, ok := timeline.As[timeline.Resolver](b)
	if !ok {
		return "", " is looked up when it is sent"
	}
	found, err := r.Resolve(ctx, handle)
	switch code := timeline.CodeOf(err); {
	case code == timeline.CodeNotFound, code == timeline.CodeNotMine, err == nil && found.Person == "":
		return "", nobodyThere
	case err != nil:
		return "", " could not be looked up now: it is when it is sent"
	}
	return found.Person, ""
}

// marksText lists what becomes a link or a mention in a text, for a person.
func marksText(t timeline.Text) string {
	var b strings.Builder
	for _, list := range []struct {
		name string
		kind timeline.SpanKind
	}{{"mentions", timeline.SpanMention}, {"links", timeline.SpanLink}, {"tags", timeline.SpanTag}} {
		var marks []string
		for _, s := range t {
			if s.Kind != list.kind {
				continue
			}
			mark := s.Text.Line().String()
			if target := s.Target.Line().String(); list.kind != timeline.SpanTag && target != "" && !sameMark(mark, target) {
				mark += " → " + target
			}
			if !slices.Contains(marks, mark) {
				marks = append(marks, mark)
			}
		}
		if len(marks) > 0 {
			fmt.Fprintf(&b, "   %s: %s\n", list.name, strings.Join(marks, ", "))
		}
	}
	return b.String()
}

// sameMark tells whether a target says no more than its text does.
func sameMark(text, target string) bool {
	return strings.TrimPrefix(text, "@") == target || text == target || "https://"+text == target
}
