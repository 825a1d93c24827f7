package bluesky

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"skein/backends/sandbox/pds"
	"skein/timeline"
)

// entries walks a list to its end and names what is in it, in its order.
func (st *stage) entries(l timeline.List, limit int) []string {
	st.t.Helper()
	var out []string
	page := timeline.Page{Limit: limit}
	for range 50 {
		got, err := st.b.List(st.t.Context(), l, page)
		if err != nil {
			st.t.Fatalf("List(%s): %v", l, err)
		}
		for _, p := range got.People {
			out = append(out, p.Handle.String())
		}
		for _, p := range got.Posts {
			name := p.Content().Text.Plain().String()
			if p.Boosted != nil {
				name = "boost of " + name + " by " + p.Author.Handle.String()
			}
			out = append(out, name)
		}
		for _, u := range got.Unread {
			out = append(out, "unread "+u.String())
		}
		if got.Older == "" {
			return out
		}
		page.Before = got.Older
	}
	st.t.Fatalf("the list %s has no end", l)
	return nil
}

// hers writes n posts of somebody else.
func (st *stage) hers(n int) []timeline.ID {
	st.t.Helper()
	var ids []timeline.ID
	for k := range n {
		id, err := st.ana.publish(st.t.Context(), fmt.Sprintf("hers %d", k), timeline.ID{})
		if err != nil {
			st.t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

// act does something n-th, so that its record comes after the one before.
func (st *stage) act(n int, kind timeline.Kind, on timeline.ID) {
	st.t.Helper()
	i := timeline.Intent{Kind: kind, Key: key(n), Created: st.now.AddDate(0, 0, n), On: timeline.Subject{ID: on}, Person: on.Local}
	st.publish(i)
}

// One's own posts and boosts are merged, the newest first, whatever the size of a
// page; what cannot be read any more is told where it stood.
func TestListPosts(t *testing.T) {
	st := newStage(t, pds.Options{})
	hers := st.hers(2)
	var want []string
	n := 0
	say := func() {
		n++
		i := st.post(fmt.Sprintf("own %d", n))
		i.Key, i.Created = key(n), st.now.AddDate(0, 0, n)
		st.publish(i)
		want = append(want, fmt.Sprintf("own %d", n))
	}
	boost := func(on timeline.ID, as string) {
		n++
		st.act(n, timeline.DoBoost, on)
		want = append(want, as)
	}
	say()
	say()
	boost(hers[0], "boost of hers 0 by @you.bsky.example")
	say()
	boost(hers[1], "")
	say()
	if err := st.ana.remove(t.Context(), hers[1]); err != nil {
		t.Fatal(err)
	}
	slices.Reverse(want)
	for _, limit := range []int{1, 2, 4, 100} {
		got := st.entries(timeline.ListPosts, limit)
		unread := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, "unread at://"+st.b.did+"/"+repostNSID) })
		if unread < 0 || len(got) != len(want) {
			t.Fatalf("pages of %d: %q", limit, got)
		}
		got = slices.Delete(got, unread, unread+1)
		if left := slices.DeleteFunc(slices.Clone(want), func(s string) bool { return s == "" }); !slices.Equal(got, left) {
			t.Errorf("pages of %d: %q, want %q", limit, got, left)
		}
	}
}

// A post that is written while a list is read moves nothing.
func TestListWhileItGrows(t *testing.T) {
	st := newStage(t, pds.Options{})
	for n := range 6 {
		i := st.post(fmt.Sprint(n))
		i.Key, i.Created = key(n), st.now.AddDate(0, 0, n)
		st.publish(i)
	}
	var got []string
	page := timeline.Page{Limit: 2}
	for n := 10; ; n++ {
		l, err := st.b.List(t.Context(), timeline.ListPosts, page)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, texts(l.Posts))
		if page.Before = l.Older; l.Older == "" {
			break
		}
		i := st.post("late")
		i.Key, i.Created = key(n), st.now.AddDate(0, 0, n)
		st.publish(i)
	}
	if s := strings.Trim(strings.Join(got, " | "), " |"); s != "5 | 4 | 3 | 2 | 1 | 0" {
		t.Errorf("read %q", s)
	}
}

// What is liked, followed and blocked comes once, though another client said it twice,
// and what nobody is or has any more is told.
func TestListsOfRecords(t *testing.T) {
	st := newStage(t, pds.Options{})
	hers := st.hers(3)
	for n, id := range hers {
		st.act(n, timeline.DoLike, id)
	}
	ref := func(id timeline.ID) map[string]any {
		return map[string]any{"uri": id.Local, "cid": st.record(id.Local)["(cid)"]}
	}
	st.also(likeNSID, ref(hers[2]))
	feed := map[string]any{"uri": "at://" + st.ana.did + "/app.bsky.feed.generator/cats", "cid": ref(hers[0])["cid"]}
	st.also(likeNSID, feed) // a like, but of no post
	if err := st.ana.remove(t.Context(), hers[1]); err != nil {
		t.Fatal(err)
	}
	liked := st.entries(timeline.ListLikes, 100)
	if len(liked) != 4 || !slices.Contains(liked, "hers 0") || !slices.Contains(liked, "hers 2") {
		t.Errorf("likes %q", liked)
	}
	st.also(followNSID, st.s.DID("ana"))
	st.also(followNSID, "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")
	if got := st.entries(timeline.ListFollows, 100); len(got) != 2 || got[0] != "@ana.bsky.example" || got[1] != "unread did:plc:aaaaaaaaaaaaaaaaaaaaaaaa" {
		t.Errorf("follows %q", got)
	}
	st.publish(timeline.Intent{Kind: timeline.DoBlock, Key: key(9), Created: st.now, Person: st.s.DID("kit")})
	l, err := st.b.List(t.Context(), timeline.ListBlocks, timeline.Page{})
	if err != nil || len(l.People) != 1 || !l.People[0].Blocked || l.People[0].Followed || l.People[0].ID != st.s.DID("kit") {
		t.Errorf("blocks %+v, %v", l, err)
	}
}

// also writes a record by another client of the same person.
func (st *stage) also(collection string, subject any) {
	st.t.Helper()
	if _, err := st.me.create(st.t.Context(), collection, map[string]any{"$type": collection, "subject": subject, "createdAt": "2026-06-01T12:00:00.000Z"}); err != nil {
		st.t.Fatal(err)
	}
}

// The AppView's own lists tell what is gone, or behind a block, too.
func TestListsOfTheAppView(t *testing.T) {
	st := newStage(t, pds.Options{})
	hers := st.hers(3)
	for n, id := range hers {
		st.act(n, timeline.DoBookmark, id)
	}
	if err := st.ana.remove(t.Context(), hers[1]); err != nil {
		t.Fatal(err)
	}
	want := []string{"hers 2", "unread " + hers[1].Local, "hers 0"}
	if got := st.entries(timeline.ListBookmarks, 1); !slices.Equal(got, want) {
		t.Errorf("bookmarks %q, want %q", got, want)
	}
	ana := timeline.ID{Local: st.s.DID("ana")}
	st.act(4, timeline.DoMute, ana)
	st.act(5, timeline.DoMute, timeline.ID{Local: st.s.DID("kit")})
	if got := st.entries(timeline.ListMutes, 1); !slices.Equal(got, []string{"@kit.bsky.example", "@ana.bsky.example"}) {
		t.Errorf("mutes %q", got)
	}
	st.act(6, timeline.DoBlock, ana)
	for n, u := range st.entries(timeline.ListBookmarks, 100) {
		if !strings.HasPrefix(u, "unread at://") {
			t.Errorf("bookmark %d is %q behind a block", n, u)
		}
	}
}

// fixed answers a method with the same body always.
type fixed struct {
	next         http.RoundTripper
	method, body string
}

func (f fixed) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, f.method) {
		req.Body = http.NoBody
		return answer(http.StatusOK, f.body)(nil, req)
	}
	return f.next.RoundTrip(req)
}

// A server that repeats itself, or answers with something else, is told.
func TestListsOfAnOddServer(t *testing.T) {
	endless := `{"records":[],"cursor":"x","mutes":[],"bookmarks":[]}`
	for _, c := range []struct {
		list         timeline.List
		method, body string
		code         timeline.Code
	}{
		{timeline.ListPosts, "listRecords", endless, timeline.CodeMalformed},
		{timeline.ListLikes, "listRecords", `[]`, timeline.CodeMalformed},
		{timeline.ListMutes, "getMutes", `{"cursor":"x"}`, timeline.CodeMalformed},
		{timeline.ListBookmarks, "getBookmarks", `{"bookmarks":{}}`, timeline.CodeMalformed},
		{timeline.ListFollows, "getProfiles", `{}`, timeline.CodeMalformed},
	} {
		st := newStage(t, pds.Options{})
		st.b.api.client = &http.Client{Transport: fixed{st.b.api.client.Transport, c.method, c.body}}
		if _, err := st.b.List(t.Context(), c.list, timeline.Page{}); timeline.CodeOf(err) != c.code {
			t.Errorf("%s: %v", c.list, err)
		}
	}
	st := newStage(t, pds.Options{})
	st.b.api.client = &http.Client{Transport: fixed{st.b.api.client.Transport, "getMutes", endless}}
	if _, err := st.b.List(t.Context(), timeline.ListMutes, timeline.Page{Before: "x"}); timeline.CodeOf(err) != timeline.CodeMalformed {
		t.Errorf("a page that is its own next: %v", err)
	}
	st.b.api.client = &http.Client{Transport: fixed{st.b.api.client.Transport, "getMutes", `{"mutes":[1,{"did":"x"},{"did":"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}]}`}}
	if l, err := st.b.List(t.Context(), timeline.ListMutes, timeline.Page{}); err != nil || len(l.People) != 1 || len(l.Unread) != 2 {
		t.Errorf("items that cannot be read: %+v, %v", l, err)
	}
	reader := open(t, Config{Account: timeline.Account{ID: "reader"}, Client: newClient(t)})
	if _, err := reader.List(context.Background(), timeline.ListPosts, timeline.Page{}); timeline.CodeOf(err) != timeline.CodeUnsupported {
		t.Errorf("without signing in: %v", err)
	}
}
