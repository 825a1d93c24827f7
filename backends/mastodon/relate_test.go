package mastodon

import (
	"net/http"
	"slices"
	"testing"

	"skein/backends/sandbox/instance"
	"skein/backends/sandbox/world"
	"skein/timeline"
)

// TestMuteAndBlock does both and takes them back, through a network that loses
// requests and answers.
func TestMuteAndBlock(t *testing.T) {
	for kind, list := range map[timeline.Kind]timeline.List{timeline.DoMute: timeline.ListMutes, timeline.DoBlock: timeline.ListBlocks} {
		t.Run(string(kind), func(t *testing.T) {
			f := front(t, instance.Options{}, say("p", "ana", "hers"), say("q", "bo", "his"))
			ana := "ana@" + f.Host()
			to := func(who string, undo bool) timeline.Intent {
				return timeline.Intent{Kind: kind, Key: testKey, Person: who, Undo: undo}
			}
			listed := func() bool {
				names, _ := f.names(t, f.direct, list, 0)
				return slices.Contains(names, ana)
			}
			r := do(t, f.backend, to(ana, false))
			if !listed() || r.Note.Empty() != (kind == timeline.DoMute) {
				t.Errorf("the receipt is %+v, and the list has her: %v", r, listed())
			}
			if got := plain(f.read(t.Context(), t, timeline.Page{}).Posts); !slices.Equal(got, []string{"his"}) {
				t.Errorf("home is %q", got)
			}
			do(t, f.backend, to(ana, false)) // once more changes nothing
			if _, out := f.lose(t, to(ana, true), dropAsked); out.Verdict != timeline.Absent || !listed() {
				t.Errorf("taken back by what never arrived: %s", out.Verdict)
			}
			if _, out := f.lose(t, to(ana, true), dropAnswer); out.Verdict != timeline.Published || listed() {
				t.Errorf("taken back without an answer: %s, %v", out.Verdict, out.Err)
			}
			if _, out := f.lose(t, to(ana, false), confirm); out.Verdict != timeline.Absent {
				t.Errorf("by a server that only says yes: %s, %v", out.Verdict, out.Err)
			}
			if out := f.backend.Send(t.Context(), prepare(t, f.backend, to("you@"+f.Host(), false))); out.Verdict != timeline.Rejected || out.Err.Code != timeline.CodeRefused {
				t.Errorf("oneself: %s, %v", out.Verdict, out.Err)
			}
			if _, err := f.backend.Prepare(t.Context(), to("nobody@gone.example", false), memory{}); timeline.CodeOf(err) != timeline.CodeNotFound {
				t.Errorf("somebody who cannot be resolved: %v", err)
			}
		})
	}
}

// TestBlockEndsFollows does as on the real server, and says so before.
func TestBlockEndsFollows(t *testing.T) {
	f := front(t, instance.Options{})
	block := timeline.Intent{Kind: timeline.DoBlock, Key: testKey, Person: "ana@" + f.Host()}
	if remarks := f.backend.Rules().Review(block, f.backend.Limits()); len(remarks) != 1 || remarks[0].Severity != timeline.Note {
		t.Errorf("the review says %+v", remarks)
	}
	do(t, f.backend, block)
	block.Undo = true
	do(t, f.backend, block)
	p, err := f.direct.Profile(t.Context(), block.Person)
	if err != nil || p.Followed || p.FollowedBy || p.Blocked {
		t.Errorf("%v: %+v", err, p)
	}
}

// TestKnownPeopleAreNotLookedUp mutes whom a list has named.
func TestKnownPeopleAreNotLookedUp(t *testing.T) {
	f := front(t, instance.Options{})
	if _, err := f.backend.List(t.Context(), timeline.ListFollows, timeline.Page{}); err != nil {
		t.Fatal(err)
	}
	do(t, f.backend, timeline.Intent{Kind: timeline.DoMute, Key: testKey, Person: "ana@" + f.Host()})
	if n := f.count(http.MethodGet, "/api/v1/accounts/lookup"); n != 0 {
		t.Errorf("looked up %d times", n)
	}
}

func TestMarker(t *testing.T) {
	f := front(t, instance.Options{}, say("a", "ana", "a"), say("b", "ana", "b"), say("c", "ana", "c"), say("d", "ana", "d"))
	var ids []string // newest first
	for _, p := range f.read(t.Context(), t, timeline.Page{}).Posts {
		ids = append(ids, p.Views[0].ServerID)
	}
	is := func(want string) {
		t.Helper()
		if got, err := f.backend.Marker(t.Context()); err != nil || got != want {
			t.Errorf("the mark is at %q, not at %q: %v", got, want, err)
		}
	}
	set := func(to string) {
		t.Helper()
		if err := f.backend.SetMarker(t.Context(), to); err != nil {
			t.Errorf("set to %s: %v", to, err)
		}
	}
	is("")
	set(ids[2])
	is(ids[2])
	set(ids[3]) // back
	is(ids[2])
	if n := f.count(http.MethodPost, "/api/v1/markers"); n != 1 {
		t.Errorf("the mark was written %d times", n)
	}
	f.Contend(world.Viewer, ids[0]) // another client is further on
	set(ids[1])
	is(ids[0])
	f.Contend(world.Viewer, ids[3]) // another client moves it back
	later := "9" + ids[0][1:]
	set(later)
	is(later)
	f.next(busy)
	if err := f.backend.SetMarker(t.Context(), "999"+ids[0]); timeline.CodeOf(err) != timeline.CodeServer {
		t.Errorf("busy: %v", err)
	}
	if err := f.backend.SetMarker(t.Context(), "../x"); timeline.CodeOf(err) != timeline.CodeUsage {
		t.Errorf("no id: %v", err)
	}
}

// TestServersWithoutMarks say so in a way that asks nothing of a person.
func TestServersWithoutMarks(t *testing.T) {
	h := settle(t, town(), instance.Options{NoMarkers: true})
	_, err := h.backend.Marker(t.Context())
	if timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("read: %v", err)
	}
	if err := h.backend.SetMarker(t.Context(), "5"); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("set: %v", err)
	}
}

// TestRestlessMark is moved by others each time.
func TestRestlessMark(t *testing.T) {
	f := front(t, instance.Options{})
	f.next(contested, contested, contested, contested, contested)
	if err := f.backend.SetMarker(t.Context(), "5"); timeline.CodeOf(err) != timeline.CodeServer {
		t.Errorf("%v", err)
	}
	if n := f.count(http.MethodPost, "/api/v1/markers"); n != markerTries {
		t.Errorf("written %d times, want %d", n, markerTries)
	}
}
