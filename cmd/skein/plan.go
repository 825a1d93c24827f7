package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"skein/outbox"
	"skein/timeline"
)

// planJSON is what one target would get.
type planJSON struct {
	Type    string            `json:"type"` // "plan"
	Account string            `json:"account"`
	Network timeline.Network  `json:"network"`
	Parts   []partJSON        `json:"parts"`
	Remarks []timeline.Remark `json:"remarks"`
	Refused bool              `json:"refused"`
	After   string            `json:"after,omitempty"` // the account that has to have its own first
}

type partJSON struct {
	Text       timeline.Safe `json:"text"`
	Characters int           `json:"characters"`
	Bytes      int           `json:"bytes"`
	Limit      int           `json:"limit"` // in unit; 0: none
	Unit       string        `json:"unit"`
	Over       bool          `json:"over"`
	Spans      []spanJSON    `json:"spans"`
}

type spanJSON struct {
	Kind   string        `json:"kind"`
	Text   timeline.Safe `json:"text"`
	Target timeline.Safe `json:"target,omitzero"`
}

// printPlan shows what each target would get; it fails where one would refuse.
func (w *writing) printPlan(ctx context.Context, p outbox.Plan) error {
	w.resolveMentions(ctx, p)
	e := json.NewEncoder(w.out)
	for _, t := range p.Targets {
		var err error
		if w.app.flags.json {
			err = e.Encode(w.planJSON(t))
		} else {
			_, err = fmt.Fprint(w.out, w.planText(t))
		}
		if err != nil {
			return err
		}
	}
	if err := p.Err(); err != nil {
		if len(p.Targets) == 0 || w.app.flags.json {
			return &refusal{err}
		}
		return silent(exitRefused) // it stands there already
	}
	return nil
}

func (w *writing) planJSON(t outbox.TargetPlan) planJSON {
	j := planJSON{
		Type: "plan", Account: w.nameOf(t.Account), Network: t.Account.Network, Refused: t.Refused(),
		Parts: []partJSON{}, Remarks: append([]timeline.Remark{}, t.Remarks...), After: w.names[t.After],
	}
	for _, p := range t.Parts {
		part := partJSON{
			Text: p.Text.Plain(), Characters: p.Size.Characters, Bytes: p.Size.Bytes, Limit: cmp.Or(t.Limits.Characters, t.Limits.Bytes), Unit: t.Limits.Unit, Over: p.Over,
			Spans: []spanJSON{},
		}
		for _, s := range p.Text {
			part.Spans = append(part.Spans, spanJSON{spanName(s.Kind), s.Text, s.Target})
		}
		j.Parts = append(j.Parts, part)
	}
	return j
}

func spanName(k timeline.SpanKind) string {
	switch k {
	case timeline.SpanLink:
		return "link"
	case timeline.SpanMention:
		return "mention"
	case timeline.SpanTag:
		return "tag"
	case timeline.SpanEmoji:
		return "emoji"
	case timeline.SpanPost:
		return "post"
	}
	return "plain"
}

// planText is a target's plan for a person.
func (w *writing) planText(t outbox.TargetPlan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", t.Account.Network.Letter(), w.nameOf(t.Account))
	for i, p := range t.Parts {
		length, limit, unit := p.Size.Against(t.Limits)
		count := fmt.Sprintf("%d %s", length, unit)
		if limit > 0 {
			count = fmt.Sprintf("%d/%d %s", length, limit, unit)
		}
		if len(t.Parts) > 1 {
			count = fmt.Sprintf("%d of %d, %s", i+1, len(t.Parts), count)
		}
		if p.Over {
			count += ", too long"
		}
		fmt.Fprintf(&b, "   [%s]\n", count)
		for line := range strings.Lines(p.Text.Plain().String()) {
			fmt.Fprintf(&b, "   %s\n", strings.TrimRight(line, "\n"))
		}
		b.WriteString(marksText(p.Text))
	}
	for _, r := range t.Remarks {
		mark := map[timeline.Severity]string{timeline.Note: "note", timeline.Loss: "lost", timeline.Refuse: "refused"}[r.Severity]
		fmt.Fprintf(&b, "   %s: %s\n", mark, r.Message.Line())
	}
	b.WriteByte('\n')
	return b.String()
}
