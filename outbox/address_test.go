package outbox_test

import (
	"testing"
	"testing/synctest"

	"skein/outbox"
	"skein/timeline"
)

// What a network answers to an edit or a delete may be the post's name alone: a
// person is shown the address that they know.
func TestWhatIsActedUponHasItsAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork("a")
		nameless := func(on timeline.ID) func(int, func() timeline.Outcome) timeline.Outcome {
			return func(int, func() timeline.Outcome) timeline.Outcome {
				return timeline.Outcome{Verdict: timeline.Published, Receipt: timeline.Receipt{Posts: []timeline.Copy{{ID: on}}}}
			}
		}
		o := openAt(t, t.TempDir(), n)
		own := drain(t, o, add(t, o, "hello", n).ID)[0].Receipt.Posts[0]
		other := timeline.ID{Network: "a", Local: "uri:7"}
		edit := planOf(outbox.Draft{Text: "changed", Edit: []outbox.Parent{{Subject: timeline.Subject{ID: other}, URL: "https://a/@me/7"}}}, n)
		edit.Targets[0].Intent.Kind, edit.Targets[0].Intent.On.ID = timeline.DoEdit, other
		remove := func(id timeline.ID, url string) func() (outbox.Operation, error) {
			return func() (outbox.Operation, error) {
				return o.Act(t.Context(), outbox.Added{}, outbox.Action{
					Account: "a", Intent: timeline.Intent{Kind: timeline.DoDelete, On: timeline.Subject{ID: id}}, URL: timeline.CleanLine(url),
				})
			}
		}
		for _, c := range []struct {
			name, want string
			on         timeline.ID
			do         func() (outbox.Operation, error)
		}{
			{"an edit", "https://a/@me/7", other, func() (outbox.Operation, error) { return o.Add(t.Context(), edit, outbox.Added{}) }},
			{"the delete of a stranger to the journal", "https://a/@me/7", other, remove(other, "https://a/@me/7")},
			{"the delete of what the journal knows", own.URL.String(), own.ID, remove(own.ID, "")},
			{"the delete of what nobody knows", "", other, remove(other, "")},
		} {
			n.send = nameless(c.on)
			op, err := c.do()
			if err != nil {
				t.Fatal(err)
			}
			if d := drain(t, o, op.ID)[0]; d.State != timeline.Sent || d.Receipt.Posts[0].URL.String() != c.want {
				t.Errorf("%s: %s at %q", c.name, d.State, d.Receipt.Posts[0].URL)
			}
		}
		var notes int
		if err := o.Query("SELECT count(*) FROM note", &notes); err != nil || notes != 0 {
			t.Errorf("%d steps of what is done are kept, %v", notes, err)
		}
	})
}
