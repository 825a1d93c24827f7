package main

import (
	"context"
	"slices"

	"skein/outbox"
	"skein/timeline"
)

// keyed finds what an earlier command with the same --key has added. It is asked
// before anything is looked up, for by now a file may be gone, a limit changed or a
// server out of reach. It fails when same says that the key stood for something else.
func (d *desk) keyed(ctx context.Context, key string, same func(outbox.Operation) (bool, error)) (op outbox.Operation, known bool, err error) {
	if key == "" {
		return op, false, nil
	}
	op, known, err = d.box.Keyed(ctx, key)
	if err != nil || !known {
		return op, false, err
	}
	alike, err := same(op)
	if err == nil && !alike {
		err = timeline.Errorf(timeline.CodeUsage, "the key %s was used for something else (operation %s); take another", key, op.ID)
	}
	return op, err == nil, err
}

// acted is keyed for actions of a kind. What is known is not done again, only sent
// on where that is still to be done.
func (d *desk) acted(ctx context.Context, s sendFlags, kind timeline.Kind, undo bool) (known bool, err error) {
	op, known, err := d.keyed(ctx, s.key, func(op outbox.Operation) (bool, error) {
		other := slices.ContainsFunc(op.Deliveries, func(d timeline.Delivery) bool { return d.Kind != kind || d.Undo != undo })
		return op.Draft == nil && !other, nil
	})
	if err != nil || !known {
		return false, err
	}
	return true, d.send(ctx, s, op)
}

// repeated is keyed for a post.
func (w *writing) repeated(ctx context.Context, args []string) (outbox.Operation, bool, error) {
	if w.flags.plan {
		return outbox.Operation{}, false, nil
	}
	return w.keyed(ctx, w.flags.send.key, func(op outbox.Operation) (bool, error) {
		if op.Draft == nil || w.flags.draft != "" { // a draft is dropped when it is sent
			return op.Draft != nil, nil
		}
		given := writing{desk: w.desk, flags: w.flags}
		if err := given.text(ctx, args); err != nil {
			return false, err
		}
		given.flags.apply(&given.draft, w.now())
		return given.alike(*op.Draft), nil
	})
}

// alike tells whether what the person has given may be what became then, as far as
// that can be seen without looking anything up.
func (w *writing) alike(then outbox.Draft) bool {
	now := w.draft
	for name, differs := range map[string]bool{
		"warn":       now.Warning != then.Warning,
		"sensitive":  now.Sensitive != then.Sensitive,
		"lang":       !slices.Equal(now.Languages, then.Languages),
		"visibility": now.Visibility != then.Visibility,
		"replies":    now.Replies != then.Replies,
		"quotes":     now.Quotes != then.Quotes,
		"media":      len(now.Media) != len(then.Media),
		"poll":       then.Poll == nil || now.Poll != nil && !slices.Equal(now.Poll.Options, then.Poll.Options),
		"split":      now.Split != then.Split,
		"number":     now.Number != then.Number,
	} {
		if differs && w.flags.given(name) {
			return false
		}
	}
	if w.flags.given("to") {
		to, err := chosen(w.records, w.flags.to)
		if err == nil && !slices.Equal(to, then.To) {
			return false
		}
	}
	about := len(now.ReplyTo) > 0 == (len(then.ReplyTo) > 0) && len(now.Quote) > 0 == (len(then.Quote) > 0) && len(now.Edit) > 0 == (len(then.Edit) > 0)
	about = about && (w.flags.letterTo != "") == (then.Letter != nil)
	return about && (now.Text == then.Text || now.Text == "" || w.flags.editor)
}
