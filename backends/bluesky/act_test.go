package bluesky

import (
	"net/http"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/timeline"
)

// An act is done once however often it is asked for, and taken back as a whole.
func TestActs(t *testing.T) {
	for kind, collection := range map[timeline.Kind]string{
		timeline.DoLike: likeNSID, timeline.DoBoost: repostNSID, timeline.DoFollow: followNSID,
		timeline.DoBlock: blockNSID,
	} {
		t.Run(string(kind), func(t *testing.T) {
			st := newStage(t, pds.Options{})
			i := timeline.Intent{Kind: kind, Key: key(1), Created: st.now, On: timeline.Subject{ID: st.somePost()}, Person: st.s.DID("kit")}
			before, ofPerson := st.mine(collection), kind == timeline.DoFollow || kind == timeline.DoBlock
			count := func(what string, want int) {
				t.Helper()
				if got := st.mine(collection) - before; got != want {
					t.Errorf("%s: %d records", what, got)
				}
			}
			r := st.publish(i)
			count("done", 1)
			if !ofPerson && (len(r.Posts) != 1 || r.Posts[0].ID != i.On.ID || r.Posts[0].ServerID == "") {
				t.Errorf("receipt %+v", r)
			}
			i.Key = key(2)
			st.publish(i)
			count("done twice", 1)

			// Another client has done it once more.
			subject := any(st.s.DID("kit"))
			if !ofPerson {
				subject = map[string]any{"uri": i.On.ID.Local, "cid": r.Posts[0].ServerID}
			}
			if _, err := st.me.create(t.Context(), collection, map[string]any{"$type": collection, "subject": subject, "createdAt": "2026-06-01T12:00:00.000Z"}); err != nil {
				t.Fatal(err)
			}
			count("done by another client", 2)

			undo := i
			undo.Undo = true
			request := st.prepare(undo)
			if o := st.b.Settle(t.Context(), request); o.Verdict != timeline.Absent {
				t.Errorf("before it is taken back: %s", o.Verdict)
			}
			if o := st.b.Send(t.Context(), request); o.Verdict != timeline.Published {
				t.Errorf("taken back: %s, %v", o.Verdict, o.Err)
			}
			count("taken back", 0)
			if o := st.b.Settle(t.Context(), request); o.Verdict != timeline.Published {
				t.Errorf("after it is taken back: %s", o.Verdict)
			}
			if o := st.b.Send(t.Context(), request); o.Verdict != timeline.Published {
				t.Errorf("sent again: %s, %v", o.Verdict, o.Err)
			}
			st.publish(undo)
			count("taken back twice", 0)
		})
	}
}

func TestActsOnOnePerson(t *testing.T) {
	st := newStage(t, pds.Options{})
	for _, kind := range []timeline.Kind{timeline.DoFollow, timeline.DoMute, timeline.DoBlock} {
		for name, person := range map[string]string{"themselves": st.b.did, "nobody": "kit", "stranger": "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"} {
			_, err := st.b.Prepare(t.Context(), timeline.Intent{Kind: kind, Key: key(1), Created: st.now, Person: person}, &notes{})
			if te := timeline.AsError(err); te == nil || te.Temporary() {
				t.Errorf("%s %s: %v", kind, name, err)
			}
		}
	}
}

// A mute may be sent again and again, and taken back; what became of one without an
// answer is told by the AppView.
func TestMutes(t *testing.T) {
	st := newStage(t, pds.Options{})
	meddle := st.meddle()
	i := timeline.Intent{Kind: timeline.DoMute, Key: key(1), Created: st.now, Person: st.s.DID("ana")}
	for _, want := range []bool{true, false} {
		i.Undo = !want
		r := st.prepare(i)
		if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
			t.Errorf("%t, before: %s", want, o.Verdict)
		}
		meddle(commitAndDrop)
		if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Uncertain {
			t.Errorf("%t, without an answer: %s", want, o.Verdict)
		}
		meddle(nil)
		for _, again := range []timeline.Outcome{st.b.Settle(t.Context(), r), st.b.Send(t.Context(), r)} {
			if again.Verdict != timeline.Published {
				t.Errorf("%t: %s, %v", want, again.Verdict, again.Err)
			}
		}
		home, err := st.b.Home(t.Context(), timeline.Page{})
		if p, errP := st.b.Profile(t.Context(), i.Person); err != nil || errP != nil || p.Muted != want || (len(home.Posts) == 0) != want {
			t.Errorf("%t: %+v, home %q, %v, %v", want, p, texts(home.Posts), err, errP)
		}
	}
}

// A mute or a block that comes by a whole list is not taken back with the person's
// own, and the receipt says so.
func TestTakeBackWhatAListDoes(t *testing.T) {
	st := newStage(t, pds.Options{})
	profile := `{"did":"` + st.s.DID("kit") + `","handle":"kit.bsky.example","viewer":{"muted":true,"mutedByList":{"name":"bores"},` +
		`"blocking":"at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.graph.listblock/3jui7kd54zh2y","blockingByList":{"name":"bots"}}}`
	st.b.api.client = &http.Client{Transport: fixed{st.b.api.client.Transport, "getProfile", profile}}
	for kind, note := range map[timeline.Kind]string{timeline.DoMute: "still muted by the list bores", timeline.DoBlock: "still blocked by the list bots"} {
		i := timeline.Intent{Kind: kind, Undo: true, Key: key(1), Created: st.now, Person: st.s.DID("kit")}
		r := st.prepare(i)
		if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published || o.Receipt.Note.String() != note {
			t.Errorf("%s: %s, %v, %q", kind, o.Verdict, o.Err, o.Receipt.Note)
		}
	}
	for _, undo := range []bool{false, true} { // the profile does not tell one mute from the other
		r := st.prepare(timeline.Intent{Kind: timeline.DoMute, Undo: undo, Key: key(1), Created: st.now, Person: st.s.DID("kit")})
		if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
			t.Errorf("undo %t: settled, it is %s", undo, o.Verdict)
		}
	}
}

func TestBookmarks(t *testing.T) {
	st := newStage(t, pds.Options{})
	meddle := st.meddle()
	i := timeline.Intent{Kind: timeline.DoBookmark, Key: key(1), Created: st.now, On: timeline.Subject{ID: st.somePost()}}
	is := func() bool {
		t.Helper()
		p, err := st.b.Post(t.Context(), i.On.ID)
		if err != nil {
			t.Fatal(err)
		}
		return p.Views[0].Bookmarked
	}
	for _, want := range []bool{true, false} {
		i.Undo = !want
		r := st.prepare(i)
		if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
			t.Errorf("%t, before: %s", want, o.Verdict)
		}
		meddle(commitAndDrop)
		if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Uncertain {
			t.Errorf("%t, without an answer: %s", want, o.Verdict)
		}
		meddle(nil)
		if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Published || is() != want {
			t.Errorf("%t, settled: %s, %v", want, o.Verdict, o.Err)
		}
		if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published || is() != want {
			t.Errorf("%t, again: %s, %v", want, o.Verdict, o.Err)
		}
	}
}

// A post goes with its gates, and only one's own.
func TestDelete(t *testing.T) {
	st := newStage(t, pds.Options{})
	i := st.post("one", "two")
	i.Replies, i.Quotes = timeline.Nobody, timeline.Nobody
	posts := st.publish(i).Posts
	remove := timeline.Intent{Kind: timeline.DoDelete, Key: key(2), Created: st.now, On: timeline.Subject{ID: posts[0].ID}}
	r := st.prepare(remove)
	if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent {
		t.Errorf("before: %s", o.Verdict)
	}
	meddle := st.meddle()
	meddle(commitAndDrop) // the first of three calls
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Uncertain {
		t.Errorf("without an answer: %s", o.Verdict)
	}
	meddle(nil)
	if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Absent { // its gates are left
		t.Errorf("half done: %s", o.Verdict)
	}
	if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published || o.Receipt.Posts[0].ID != posts[0].ID {
		t.Errorf("sent: %s, %v", o.Verdict, o.Err)
	}
	if o := st.b.Settle(t.Context(), r); o.Verdict != timeline.Published {
		t.Errorf("after: %s", o.Verdict)
	}
	if left := []int{st.mine(postNSID), st.mine(threadgateNSID), st.mine(postgateNSID)}; left[0] != 1 || left[1] != 0 || left[2] != 1 {
		t.Errorf("left are %v", left)
	}
	remove.On.ID = st.somePost()
	if _, err := st.b.Prepare(t.Context(), remove, &notes{}); timeline.CodeOf(err) != timeline.CodeRefused {
		t.Errorf("another's post: %v", err)
	}
}

// Nobody writes without being signed in.
func TestReadOnly(t *testing.T) {
	st := newStage(t, pds.Options{})
	b := open(t, Config{Account: timeline.Account{ID: "reader"}, Client: newClient(t)})
	if b.Limits().ReadOnly.Empty() || b.Rules().Takes(timeline.DoPost, false).Empty() {
		t.Error("a reader is told that it can post")
	}
	if _, err := b.Prepare(t.Context(), st.post("x"), &notes{}); timeline.CodeOf(err) != timeline.CodeAuth {
		t.Errorf("Prepare: %v", err)
	}
	r := st.prepare(st.post("x"))
	if o := b.Send(t.Context(), r); o.Verdict == timeline.Published || timeline.CodeOf(o.Err) != timeline.CodeAuth {
		t.Errorf("Send: %s, %v", o.Verdict, o.Err)
	}
	if o := b.Settle(t.Context(), r); o.Verdict != timeline.Uncertain {
		t.Errorf("Settle: %s, %v", o.Verdict, o.Err)
	}
}

// What points at something that has been deleted since can still be taken back.
func TestTakeBackFromDeleted(t *testing.T) {
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost, timeline.DoBookmark} {
		st := newStage(t, pds.Options{})
		id := st.somePost()
		i := timeline.Intent{Kind: kind, Key: key(1), Created: st.now, On: timeline.Subject{ID: id}}
		st.publish(i)
		if err := st.ana.remove(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		i.Undo, i.Key = true, key(2)
		r := st.prepare(i)
		if o := st.b.Send(t.Context(), r); o.Verdict != timeline.Published || o.Receipt.Posts[0].ID != id {
			t.Errorf("%s: %s, %v", kind, o.Verdict, o.Err)
		}
		if n := st.mine(collectionOf(kind)); n != 0 {
			t.Errorf("%s: %d records are left", kind, n)
		}
		if o := st.b.Settle(t.Context(), r); o.Verdict == timeline.Rejected {
			t.Errorf("%s: Settle says %s, %v", kind, o.Verdict, o.Err)
		}
		i.Undo, i.Key = false, key(3)
		if _, err := st.b.Prepare(t.Context(), i, &notes{}); timeline.CodeOf(err) != timeline.CodeNotFound {
			t.Errorf("%s of a deleted post: %v", kind, err)
		}
	}
}

// So can a follow, a mute or a block of somebody whose account is gone.
func TestTakeBackFromGone(t *testing.T) {
	for _, kind := range []timeline.Kind{timeline.DoFollow, timeline.DoMute, timeline.DoBlock} {
		st := newStage(t, pds.Options{})
		i := timeline.Intent{Kind: kind, Key: key(1), Created: st.now, Person: st.s.DID("kit")}
		before := st.mine(collectionOf(kind))
		st.publish(i)
		st.b.api.client = &http.Client{Transport: without{st.b.api.client.Transport, "app.bsky.actor.getProfile"}}
		i.Undo, i.Key = true, key(2)
		st.publish(i)
		if n := st.mine(collectionOf(kind)); n != before {
			t.Errorf("%s: %d records, before %d", kind, n, before)
		}
	}
}
