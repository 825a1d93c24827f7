package mastodon

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// lose sends a request whose answer is dropped, and asks what became of it.
func (f *between) lose(t *testing.T, i timeline.Intent, broken fault) (timeline.Request, timeline.Outcome) {
	t.Helper()
	r := prepare(t, f.backend, i)
	f.next(broken)
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Uncertain {
		t.Fatalf("%s with %s: %s, %v", i.Kind, broken, out.Verdict, out.Err)
	}
	r.First, r.Tries = time.Now(), 1
	return r, f.backend.Settle(t.Context(), r)
}

func TestMarksAndUndo(t *testing.T) {
	f := front(t, instance.Options{}, say("p", "ana", "p"))
	p := f.read(t.Context(), t, timeline.Page{}).Posts[0]
	on := timeline.Copy{ID: p.ID, ServerID: p.Views[0].ServerID}
	view := func() timeline.View {
		p, err := f.direct.Post(t.Context(), on.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p.Views[0]
	}
	for kind, is := range map[timeline.Kind]func() bool{
		timeline.DoLike:     func() bool { return view().Liked },
		timeline.DoBoost:    func() bool { return view().Boosted },
		timeline.DoBookmark: func() bool { return view().Bookmarked },
	} {
		for _, undo := range []bool{false, true} {
			i := onPost(kind, on)
			i.Undo = undo
			if r := do(t, f.backend, i); len(r.Posts) != 1 || r.Posts[0].ID != on.ID || r.Posts[0].ServerID != on.ServerID {
				t.Errorf("%s: %+v", kind, r)
			}
			if is() == undo {
				t.Errorf("%s, undo %v: nothing came of it", kind, undo)
			}
			do(t, f.backend, i) // once more changes nothing
			i.Undo = !undo
			if _, out := f.lose(t, i, dropAsked); out.Verdict != timeline.Absent {
				t.Errorf("%s that never arrived: %s", kind, out.Verdict)
			}
			if _, out := f.lose(t, i, dropAnswer); out.Verdict != timeline.Published || out.Receipt.Posts[0].ID != on.ID {
				t.Errorf("%s without an answer: %s, %v", kind, out.Verdict, out.Err)
			}
			i.Undo = undo
			do(t, f.backend, i)
		}
	}
	gone := onPost(timeline.DoLike, on)
	r := prepare(t, f.backend, gone)
	f.Delete(on.ID.Local)
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Rejected || out.Err.Code != timeline.CodeNotFound {
		t.Errorf("a post that is gone: %s, %v", out.Verdict, out.Err)
	}
	if out := f.backend.Settle(t.Context(), r); out.Verdict != timeline.Rejected {
		t.Errorf("settled: %s", out.Verdict)
	}
}

func TestBoostForFollowers(t *testing.T) {
	f := front(t, instance.Options{}, say("p", "ana", "p"))
	p := f.read(t.Context(), t, timeline.Page{}).Posts[0]
	i := onPost(timeline.DoBoost, timeline.Copy{ID: p.ID})
	i.Visibility = timeline.Followers
	r, err := thaw(prepare(t, f.backend, i))
	if err != nil || r.Body != `{"visibility":"private"}` || !strings.HasSuffix(r.Path, "/reblog") {
		t.Errorf("%v: %+v", err, r)
	}
}

func TestEdit(t *testing.T) {
	f := front(t, instance.Options{})
	i := note(f.backend, "first")
	i.Parts[0].Media, i.Sensitive, i.Languages = []timeline.Attachment{file(t, "a dot")}, true, []string{"de"}
	c := publish(t, f.backend, i)
	edit := onPost(timeline.DoEdit, c)
	edit.Parts, edit.Warning = []timeline.Part{{Text: f.backend.Rules().Mark("second")}}, "careful"
	if r := do(t, f.backend, edit); r.Posts[0].ID != c.ID {
		t.Errorf("the receipt is %+v", r)
	}
	p, err := f.direct.Post(t.Context(), c.ID)
	if err != nil || p.Text.Plain().String() != "second" || p.Warning.String() != "careful" || len(p.Media) != 1 || p.Edited.IsZero() ||
		!p.Sensitive || p.Languages[0] != "de" || p.Media[0].Alt.String() != "a dot" {
		t.Errorf("%v: %+v", err, p)
	}
	edit.Parts[0].Text = f.backend.Rules().Mark("third")
	if _, out := f.lose(t, edit, dropAsked); out.Verdict != timeline.Absent {
		t.Errorf("an edit that never arrived: %s", out.Verdict)
	}
	r, out := f.lose(t, edit, dropAnswer)
	if out.Verdict != timeline.Published {
		t.Errorf("an edit without an answer: %s, %v", out.Verdict, out.Err)
	}
	f.Delete(c.ID.Local)
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Rejected {
		t.Errorf("an edit of what is gone: %s", out.Verdict)
	}
}

func TestEditKeepsThePoll(t *testing.T) {
	clock := time.Now()
	o := instance.Options{Now: func() time.Time { return clock }}
	f := front(t, o)
	f.backend.decode.now = o.Now
	i := note(f.backend, "which?")
	i.Parts[0].Poll = &timeline.Ballot{Options: []string{"a", "b"}, Lasts: time.Hour}
	c := publish(t, f.backend, i)
	do(t, f.signIn(t, f.Token("ana")), func() timeline.Intent {
		v := onPost(timeline.DoVote, c)
		v.Choices = []int{1}
		return v
	}())
	edit := onPost(timeline.DoEdit, c)
	edit.Parts = []timeline.Part{{Text: f.backend.Rules().Mark("which one?")}}
	do(t, f.backend, edit)
	p, err := f.direct.Post(t.Context(), c.ID)
	if err != nil || p.Poll == nil || p.Poll.Votes != 1 || p.Poll.Closes.Sub(clock).Round(time.Second) != time.Hour {
		t.Errorf("%v: %+v", err, p.Poll)
	}
	clock = clock.Add(2 * time.Hour)
	if _, err := f.backend.Prepare(t.Context(), edit, memory{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("an edit that would open the poll again: %v", err)
	}
	edit.Parts[0].Media = []timeline.Attachment{file(t, "")}
	if _, err := f.backend.Prepare(t.Context(), edit, memory{}); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("an edit with a picture: %v", err)
	}
}

// TestServersThatOnlySayYes do nothing of what they confirm.
func TestServersThatOnlySayYes(t *testing.T) {
	f := front(t, instance.Options{})
	c := publish(t, f.backend, note(f.backend, "still here"))
	edit := onPost(timeline.DoEdit, c)
	edit.Parts = []timeline.Part{{Text: f.backend.Rules().Mark("changed")}}
	for _, i := range []timeline.Intent{edit, onPost(timeline.DoDelete, c)} {
		r := prepare(t, f.backend, i)
		f.next(confirm)
		if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Uncertain {
			t.Errorf("%s: %s, %v", i.Kind, out.Verdict, out.Err)
		}
	}
}

func TestDelete(t *testing.T) {
	f := front(t, instance.Options{}, say("p", "ana", "p"))
	c := publish(t, f.backend, note(f.backend, "gone soon"))
	if _, out := f.lose(t, onPost(timeline.DoDelete, c), dropAsked); out.Verdict != timeline.Absent {
		t.Errorf("a delete that never arrived: %s", out.Verdict)
	}
	r := prepare(t, f.backend, onPost(timeline.DoDelete, c))
	for n := range 2 { // the second finds nothing, which is just as well
		if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Published || out.Receipt.Posts[0].ID != c.ID {
			t.Errorf("%d: %s, %v", n, out.Verdict, out.Err)
		}
	}
	if got, err := f.direct.api(t).ask(t.Context(), http.MethodGet, "/api/v1/statuses/"+c.ServerID); err != nil || got.status != http.StatusNotFound {
		t.Errorf("%v: it is still there: %d", err, got.status)
	}
	c = publish(t, f.backend, func() timeline.Intent {
		i := note(f.backend, "again")
		i.Key = strings.Repeat("a", 32)
		return i
	}())
	if _, out := f.lose(t, onPost(timeline.DoDelete, c), dropAnswer); out.Verdict != timeline.Published {
		t.Errorf("a delete without an answer: %s", out.Verdict)
	}
	hers := f.read(t.Context(), t, timeline.Page{}).Posts[0]
	if out := f.backend.Send(t.Context(), prepare(t, f.backend, onPost(timeline.DoDelete, timeline.Copy{ID: hers.ID}))); out.Verdict != timeline.Rejected {
		t.Errorf("somebody else's post: %s", out.Verdict)
	}
}

func (b *Backend) api(t *testing.T) *api {
	t.Helper()
	a, err := b.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestVote(t *testing.T) {
	asked := say("p", "ana", "which?")
	asked.Poll = &world.Poll{Options: []string{"a", "b", "c"}, Votes: []int{0, 0, 0}, Multiple: true, Open: time.Hour}
	plain := say("q", "ana", "no poll")
	f := front(t, instance.Options{}, asked, plain)
	posts := f.read(t.Context(), t, timeline.Page{}).Posts
	vote := func(p *timeline.Post, choices ...int) timeline.Intent {
		i := onPost(timeline.DoVote, timeline.Copy{ID: p.ID, ServerID: p.Views[0].ServerID})
		i.Choices = choices
		return i
	}
	poll, none := posts[1], posts[0]
	if _, err := f.backend.Prepare(t.Context(), vote(none, 0), memory{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("a vote without a poll: %v", err)
	}
	if out := f.backend.Send(t.Context(), prepare(t, f.backend, vote(poll, 9))); out.Verdict != timeline.Rejected {
		t.Errorf("an option that is not there: %s", out.Verdict)
	}
	if _, out := f.lose(t, vote(poll, 2, 0), dropAsked); out.Verdict != timeline.Absent {
		t.Errorf("a vote that never arrived: %s", out.Verdict)
	}
	r, out := f.lose(t, vote(poll, 2, 0), dropAnswer)
	if out.Verdict != timeline.Published || out.Receipt.Posts[0].ID != poll.ID {
		t.Errorf("a vote without an answer: %s, %v", out.Verdict, out.Err)
	}
	if out := f.backend.Send(t.Context(), r); out.Verdict != timeline.Published {
		t.Errorf("the same vote again: %s, %v", out.Verdict, out.Err)
	}
	other := prepare(t, f.backend, vote(poll, 1))
	if out := f.backend.Send(t.Context(), other); out.Verdict != timeline.Rejected {
		t.Errorf("another vote: %s, %v", out.Verdict, out.Err)
	}
	if out := f.backend.Settle(t.Context(), other); out.Verdict != timeline.Rejected {
		t.Errorf("another vote, settled: %s, %v", out.Verdict, out.Err)
	}
	p, err := f.direct.Post(t.Context(), poll.ID)
	if err != nil || p.Poll.Votes != 2 || !p.Poll.Options[0].Chosen || p.Poll.Options[1].Chosen {
		t.Errorf("%v: %+v", err, p.Poll)
	}
}

func TestFollow(t *testing.T) {
	w := town()
	w.People[2].Locked = true // bo
	f := front(t, instance.Options{})
	f.home = settle(t, w, instance.Options{})
	follow := func(who string, undo bool) timeline.Intent {
		return timeline.Intent{Kind: timeline.DoFollow, Key: testKey, Person: who + "@" + f.Host(), Undo: undo}
	}
	b := f.backend
	f.backend = newBackend(t, newClient(t), f.proxy, "@you@"+f.Host(), f.Token(world.Viewer))
	followed := func(who string) bool {
		p, err := b.Profile(t.Context(), who+"@"+f.Host())
		if err != nil {
			t.Fatal(err)
		}
		return p.Followed
	}
	do(t, f.backend, follow("eve", false))
	if !followed("eve") {
		t.Error("eve is not followed")
	}
	if _, out := f.lose(t, follow("eve", true), dropAsked); out.Verdict != timeline.Absent {
		t.Errorf("an unfollow that never arrived: %s", out.Verdict)
	}
	if _, out := f.lose(t, follow("eve", true), dropAnswer); out.Verdict != timeline.Published || followed("eve") {
		t.Errorf("an unfollow without an answer: %s, %v", out.Verdict, out.Err)
	}
	do(t, f.backend, follow("bo", true))
	if r := do(t, f.backend, follow("bo", false)); r.Note.Empty() || followed("bo") {
		t.Errorf("bo was not asked: %+v", r)
	}
	if out := f.backend.Send(t.Context(), prepare(t, f.backend, follow("you", false))); out.Verdict != timeline.Rejected {
		t.Errorf("following oneself: %s", out.Verdict)
	}
}
