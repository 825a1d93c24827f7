package outbox_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"skein/outbox"
	"skein/timeline"
)

var both = []timeline.AccountID{"m1", "b1"}

// plan makes a plan for both targets; a draft that names none goes to both.
func plan(d outbox.Draft, targets ...outbox.Target) outbox.Plan {
	if d.To == nil {
		d.To = both
	}
	if targets == nil {
		targets = []outbox.Target{masto(), sky()}
	}
	return outbox.NewPlan(d, targets, friends)
}

func target(t *testing.T, p outbox.Plan, id timeline.AccountID) outbox.TargetPlan {
	t.Helper()
	tp, ok := p.Target(id)
	if !ok {
		t.Fatalf("there is no plan for %s", id)
	}
	return tp
}

func texts(tp outbox.TargetPlan) []string {
	var out []string
	for _, p := range tp.Intent.Parts {
		out = append(out, p.Text.Plain().String())
	}
	return out
}

func TestPlanOfEachTarget(t *testing.T) {
	p := plan(outbox.Draft{
		Text: "One\r\n\r\n---\r\n\n ---\nTwo  \n---\n\n", For: map[timeline.AccountID]string{"b1": "Short"},
		Warning: " food ", Languages: []string{"de"}, Visibility: timeline.Unlisted, Replies: timeline.Nobody, Quotes: timeline.Nobody, Sensitive: true,
	})
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	m, b := target(t, p, "m1"), target(t, p, "b1")
	if got, want := texts(m), []string{"One", "---\nTwo"}; !slices.Equal(got, want) { // " ---" is no line of ---
		t.Errorf("got %q, want %q", got, want)
	}
	if got := texts(b); !slices.Equal(got, []string{"Short"}) {
		t.Errorf("the variant is %q", got)
	}
	if got := m.Parts[0].Size.Characters; got != len("One")+len("food") {
		t.Errorf("the first post with its warning counts %d", got)
	}
	in := m.Intent
	if in.Kind != timeline.DoPost || in.Warning != "food" || !in.Sensitive || in.Visibility != timeline.Unlisted ||
		in.Replies != timeline.Nobody || in.Quotes != timeline.Nobody || !slices.Equal(in.Languages, []string{"de"}) {
		t.Errorf("the intent is %+v", in)
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), "Short") {
		t.Error("a plan does not marshal")
	}
}

func TestPlanRefusesWhatCannotBeWrittenTo(t *testing.T) {
	signedOut, readOnly, broken := sky(), masto(), sky()
	signedOut.Err, signedOut.Rules = timeline.Errorf(timeline.CodeAuth, "the session has ended"), nil
	readOnly.Account.ID, readOnly.Limits.ReadOnly = "m2", timeline.Literal("a public key alone cannot sign")
	broken.Account.ID, broken.Err = "b2", timeline.Errorf(timeline.CodeOffline, "pds.example: no answer")
	p := plan(outbox.Draft{Text: "hello", To: []timeline.AccountID{"gone", "b1", "m2", "b2", "m1", "m1"}}, masto(), readOnly, signedOut, broken)
	want := map[timeline.AccountID]string{
		"gone": "there is no such account; skein account list shows all",
		"b1":   "the session has ended; sign in again",
		"m2":   "a public key alone cannot sign",
		"b2":   "pds.example: no answer; skein account check tells more",
	}
	if len(p.Targets) != 5 {
		t.Errorf("%d targets: one that is named twice is one", len(p.Targets))
	}
	for id, why := range want {
		if got := says(target(t, p, id), timeline.Refuse); !slices.Equal(got, []string{why}) {
			t.Errorf("%s says %q, want %q", id, got, why)
		}
	}
	if b2 := target(t, p, "b2"); len(b2.Parts) != 1 || b2.Parts[0].Size.Characters != 5 {
		t.Errorf("a target that fails has lost its counter: %+v", b2.Parts)
	}
	err := p.Err()
	if timeline.CodeOf(err) != timeline.CodeRefused || !strings.Contains(err.Error(), "sky: the session has ended; sign in again. work: a public key") {
		t.Errorf("Err: %v", err)
	}
	if err := plan(outbox.Draft{Text: "x", To: []timeline.AccountID{}}).Err(); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("without a target: %v", err)
	}
}

func TestPlanMeasures(t *testing.T) {
	p := plan(outbox.Draft{Text: strings.Repeat("x", 312)})
	b := target(t, p, "b1")
	if !b.Parts[0].Over || target(t, p, "m1").Parts[0].Over {
		t.Error("312 letters are over 300 and not over 500")
	}
	if got := says(b, timeline.Refuse); !slices.Equal(got, []string{"312 of 300 graphemes; --split makes it a thread"}) {
		t.Errorf("got %q", got)
	}
	family := strings.Repeat("\U0001F468\u200D\U0001F469\u200D\U0001F467", 200) // 200 graphemes, 3600 bytes
	if got := says(target(t, plan(outbox.Draft{Text: family}), "b1"), timeline.Refuse); !slices.Equal(got, []string{"3600 of 3000 bytes; --split makes it a thread"}) {
		t.Errorf("got %q", got)
	}
	long := plan(outbox.Draft{Text: "ok\n---\nhttps://example.org/" + strings.Repeat("x", 400), Split: true, Number: true})
	if got := says(target(t, long, "b1"), timeline.Refuse); !slices.Equal(got, []string{"post 2 of 2 has 424 of 300 graphemes, and cannot be cut"}) {
		t.Errorf("got %q", got)
	}
	n := 0
	huge := sky()
	huge.Rules = rules{counted: &n}
	got := says(target(t, plan(outbox.Draft{Text: strings.Repeat("x", outbox.MaxText+1), Split: true}, masto(), huge), "b1"), timeline.Refuse)
	if len(got) != 1 || !strings.Contains(got[0], "1048577 bytes") || n > 0 {
		t.Errorf("%q, after %d bytes were measured", got, n)
	}
}

func TestPlanSplits(t *testing.T) {
	p := plan(outbox.Draft{
		Text: strings.Repeat("The quick brown fox jumps. ", 30) + "\n---\nThe end.", Split: true, Number: true,
		Media: []outbox.File{{Path: "/a.jpg", Type: "image/jpeg", Kind: timeline.Image, Alt: "a fox", Width: 4, Height: 3, Size: 9}},
	})
	if err := p.Err(); err != nil {
		t.Fatal(err)
	}
	for id, n := range map[timeline.AccountID]int{"m1": 3, "b1": 4} {
		tp := target(t, p, id)
		got := texts(tp)
		if len(got) != n || len(tp.Parts) != n {
			t.Fatalf("%s gets %d parts, want %d", id, len(got), n)
		}
		if got[n-1] != "The end. "+string(rune('0'+n))+"/"+string(rune('0'+n)) {
			t.Errorf("%s ends in %q", id, got[n-1])
		}
		for i, part := range tp.Intent.Parts {
			if (len(part.Media) == 1) != (i == 0) {
				t.Errorf("%s: part %d has %d pictures", id, i+1, len(part.Media))
			}
			if tp.Parts[i].Over {
				t.Errorf("%s: part %d is over", id, i+1)
			}
		}
	}
	if got, want := target(t, p, "m1").Intent.Parts[0].Media[0], (timeline.Attachment{
		Path: "/a.jpg", Type: "image/jpeg", Kind: timeline.Image, Alt: "a fox", Width: 4, Height: 3, Size: 9,
	}); got != want {
		t.Error(cmp.Diff(want, got))
	}
}

func TestPlanOfAnEmptyDraft(t *testing.T) {
	for name, c := range map[string]struct {
		draft outbox.Draft
		want  []string
	}{
		"nothing":        {outbox.Draft{Text: " \n---\n\t"}, []string{"there is nothing to post"}},
		"only a picture": {outbox.Draft{Media: []outbox.File{{Path: "/a.jpg", Type: "image/jpeg", Kind: timeline.Image, Alt: "a fox"}}, Split: true}, nil},
		"only a poll":    {outbox.Draft{Poll: &timeline.Ballot{Options: []string{"a", "b"}, Lasts: time.Hour}}, nil},
	} {
		p := plan(c.draft)
		for _, id := range both {
			tp := target(t, p, id)
			if got := says(tp, timeline.Refuse); !slices.Equal(got, c.want) {
				t.Errorf("%s: %s says %q, want %q", name, id, got, c.want)
			}
			if len(tp.Intent.Parts) != 1 || len(tp.Parts) != 1 {
				t.Errorf("%s: %s gets %d parts", name, id, len(tp.Intent.Parts))
			}
		}
	}
}

func TestPlanAddsWhatTheNetworkSays(t *testing.T) {
	s := sky()
	said := timeline.Remark{Severity: timeline.Loss, Message: timeline.Literal("the warning becomes text")}
	s.Rules = rules{review: []timeline.Remark{said, said}, takes: map[timeline.Kind]string{timeline.DoPost: "this account is suspended"}}
	tp := target(t, plan(outbox.Draft{Text: "x"}, masto(), s), "b1")
	if got := says(tp, timeline.Loss); !slices.Equal(got, []string{"the warning becomes text"}) {
		t.Errorf("got %q", got)
	}
	if got := says(tp, timeline.Refuse); !slices.Equal(got, []string{"this account is suspended"}) {
		t.Errorf("got %q", got)
	}
}

func TestPlanLeavesThePostToTheServerWhereItCan(t *testing.T) {
	at := time.Date(2026, 12, 24, 18, 0, 0, 0, time.UTC)
	p := plan(outbox.Draft{Text: "x", At: at, OnServer: true})
	if m := target(t, p, "m1"); !m.Intent.Publish.Equal(at) || len(m.Remarks) > 0 {
		t.Errorf("Publish is %v, remarks %v", m.Intent.Publish, m.Remarks)
	}
	if b := target(t, p, "b1"); !b.Intent.Publish.IsZero() || len(says(b, timeline.Note)) != 1 {
		t.Errorf("Publish is %v, remarks %v", b.Intent.Publish, b.Remarks)
	}
	thread := target(t, plan(outbox.Draft{Text: "x\n---\ny", At: at, OnServer: true}), "m1")
	if !thread.Intent.Publish.IsZero() || len(says(thread, timeline.Note)) != 1 {
		t.Error("a server was given the first post of a thread to keep")
	}
	if m := target(t, plan(outbox.Draft{Text: "x", At: at}), "m1"); !m.Intent.Publish.IsZero() {
		t.Error("a server was given what skein was to keep")
	}
}
