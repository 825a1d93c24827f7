package instance

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"skein/backends/mastodon"
	"skein/backends/sandbox/visitor"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// steps are the notes of one preparation.
type steps map[string]json.RawMessage

func (s steps) Get(step string) (json.RawMessage, bool) {
	raw, ok := s[step]
	return raw, ok
}

func (s steps) Put(_ context.Context, step string, value json.RawMessage) error {
	s[step] = value
	return nil
}

// TestContractPublishing has the adapter write in each way there is.
func TestContractPublishing(t *testing.T) {
	v := description(t)
	asked := say("asked", "ana", "which?")
	asked.Poll = &world.Poll{Options: []string{"a", "b"}, Votes: []int{0, 0}, Open: time.Hour}
	s, rec := observed(t, village(asked), Options{AsyncMedia: true})
	b := adapter(t, s)
	write := func(i timeline.Intent) timeline.Receipt {
		t.Helper()
		i.Key = "0123456789abcdef0123456789abcde" + string(rune('a'+len(i.Parts))) + string(i.Kind)
		r, err := b.Prepare(t.Context(), i, steps{})
		if err != nil {
			t.Fatalf("%s: %v", i.Kind, err)
		}
		out := b.Send(t.Context(), r)
		if out.Verdict != timeline.Published {
			t.Fatalf("%s: %s, %v", i.Kind, out.Verdict, out.Err)
		}
		if again := b.Settle(t.Context(), r); again.Verdict != timeline.Published {
			t.Errorf("%s, settled: %s, %v", i.Kind, again.Verdict, again.Err)
		}
		return out.Receipt
	}
	home, err := b.Home(t.Context(), timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	hers := timeline.Subject{ID: home.Posts[0].ID}
	picture := filepath.Join(t.TempDir(), "p.png")
	if err := os.WriteFile(picture, picturePNG(t, 5), 0o600); err != nil {
		t.Fatal(err)
	}
	text := func(s string) timeline.Text { return b.Rules().Mark(s) }
	mine := write(timeline.Intent{
		Kind: timeline.DoPost, ReplyTo: hers, Warning: "w", Visibility: timeline.Followers, Languages: []string{"de"}, Quotes: timeline.Nobody,
		Parts: []timeline.Part{{Text: text("hi @ana"), Media: []timeline.Attachment{{Path: picture, Type: "image/png", Alt: "a dot"}}}},
	}).Posts[0]
	subject := timeline.Subject{ID: mine.ID, ServerID: mine.ServerID}
	write(timeline.Intent{Kind: timeline.DoEdit, On: subject, Parts: []timeline.Part{{Text: text("ho @ana")}}})
	write(timeline.Intent{Kind: timeline.DoVote, On: hers, Choices: []int{1}})
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost, timeline.DoBookmark} {
		write(timeline.Intent{Kind: kind, On: hers})
		write(timeline.Intent{Kind: kind, On: hers, Undo: true})
	}
	write(timeline.Intent{Kind: timeline.DoFollow, Person: "eve@" + s.Host()})
	write(timeline.Intent{Kind: timeline.DoFollow, Person: "eve@" + s.Host(), Undo: true})
	for _, kind := range []timeline.Kind{timeline.DoMute, timeline.DoBlock} {
		write(timeline.Intent{Kind: kind, Person: "eve@" + s.Host()})
		write(timeline.Intent{Kind: kind, Person: "eve@" + s.Host(), Undo: true})
	}
	write(timeline.Intent{Kind: timeline.DoMute, Person: "eve@" + s.Host(), Lasts: time.Hour})
	write(timeline.Intent{Kind: timeline.DoDelete, On: subject})
	eve := "eve@" + s.Host()
	report, err := b.Prepare(t.Context(), timeline.Intent{
		Kind: timeline.DoReport, Person: eve, Complaint: &timeline.Complaint{Reason: timeline.ReasonRude, Comment: "no", Forward: true},
	}, steps{})
	if err != nil {
		t.Fatal(err)
	}
	if out := b.Send(t.Context(), report); out.Verdict != timeline.Published {
		t.Errorf("a report: %s, %v", out.Verdict, out.Err)
	}
	s.town.people["eve"].asked[world.Viewer] = true
	if l, err := b.Requests(t.Context(), timeline.Page{}); err != nil || len(l.People) != 1 || l.People[0].ID != eve {
		t.Errorf("requests: %+v, %v", l, err)
	}
	write(timeline.Intent{Kind: timeline.DoAdmit, Person: eve})
	s.town.people["eve"].asked[world.Viewer] = true
	write(timeline.Intent{Kind: timeline.DoAdmit, Person: eve, Undo: true})
	t.Logf("contract: checked %d responses", rec.check(t, v))
	if got := s.Reports(); len(got) != 1 || got[0].About != "eve" || got[0].Category != "other" || got[0].Comment != "harassment or hate: no" || !got[0].Forward {
		t.Errorf("the moderators have %+v", got)
	}
}

// TestContractLists has the adapter read each list page by page, and move the read
// mark, once against another client.
func TestContractLists(t *testing.T) {
	v := description(t)
	w := village(say("a", "ana", "a"), say("b", "bo", "b"), say("c", "you", "c"), say("d", "you", "d"))
	w.People = append(w.People, world.Person{Key: "kit", Network: world.Mastodon, Name: "Kit", Handle: "kit@far.example"})
	s, rec := observed(t, w, Options{})
	b := adapter(t, s)
	you := s.Token(world.Viewer)
	home, err := b.Home(t.Context(), timeline.Page{Limit: 40})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range home.Posts[:2] {
		for _, verb := range []string{"favourite", "bookmark"} {
			s.do(t, http.MethodPost, "/api/v1/statuses/"+p.Views[0].ServerID+"/"+verb, you, nil)
		}
	}
	for _, who := range []string{"eve", "kit"} { // of whom no follow is ended
		for _, verb := range []string{"mute", "block"} {
			s.do(t, http.MethodPost, "/api/v1/accounts/"+s.town.people[who].id+"/"+verb, you, nil)
		}
	}
	for _, l := range []timeline.List{
		timeline.ListPosts, timeline.ListFollows, timeline.ListMutes, timeline.ListBlocks, timeline.ListBookmarks, timeline.ListLikes,
	} {
		n := 0
		for p := (timeline.Page{Limit: 1}); ; {
			got, err := b.List(t.Context(), l, p)
			if err != nil {
				t.Fatalf("%s: %v", l, err)
			}
			n += len(got.People) + len(got.Posts)
			if p.Before = got.Older; p.Before == "" {
				break
			}
		}
		if n < 2 {
			t.Errorf("the list %s has %d entries, which is no second page", l, n)
		}
	}
	readAround(t, b, home.Posts[0].ID, "ana@"+s.Host())
	s.Contend(world.Viewer, "5")
	for range 2 {
		if err := b.SetMarker(t.Context(), home.Posts[0].Views[0].ServerID); err != nil {
			t.Error(err)
		}
	}
	rec.forgive(http.StatusConflict) // which the description does not have, but the server's source
	t.Logf("contract: checked %d responses", rec.check(t, v))
}

// readAround reads what there is around a post and a person, and searches.
func readAround(t *testing.T, b *mastodon.Backend, post timeline.ID, who string) {
	t.Helper()
	for _, s := range []timeline.Section{timeline.SectionPosts, timeline.SectionReplies, timeline.SectionMedia, timeline.SectionPinned} {
		if _, err := b.ProfileSection(t.Context(), who, s, timeline.Page{Limit: 1}); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	for _, c := range []timeline.Circle{timeline.CircleFollowers, timeline.CircleFollowing} {
		if _, err := b.People(t.Context(), who, c, timeline.Page{Limit: 1}); err != nil {
			t.Errorf("%s: %v", c, err)
		}
	}
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost} {
		if _, err := b.Who(t.Context(), post, kind, timeline.Page{Limit: 1}); err != nil {
			t.Errorf("who did %s: %v", kind, err)
		}
	}
	for _, s := range []timeline.Sought{timeline.SoughtPosts, timeline.SoughtPeople, timeline.SoughtTags} {
		if _, err := b.Search(t.Context(), s, "a", timeline.Page{Before: "1", Limit: 1}); err != nil {
			t.Errorf("search for %s: %v", s, err)
		}
	}
}

// TestContractNotices has others do all that the sandbox tells of, and the adapter read
// it page by page and mark it.
func TestContractNotices(t *testing.T) {
	v := description(t)
	asked := say("asked", "you", "which?")
	asked.Poll = &world.Poll{Options: []string{"a", "b"}, Votes: []int{0, 0}, Open: time.Second}
	asked.Age = time.Hour
	s, rec := observed(t, village(say("mine", "you", "a"), say("hers", "ana", "b"), asked), Options{})
	b := adapter(t, s)
	ana, you := s.Token("ana"), s.Token(world.Viewer)
	id := func(key string) string { return s.town.keys[key].ID() }
	s.do(t, http.MethodPost, "/api/v1/statuses/"+id("mine")+"/favourite", ana, nil)
	s.do(t, http.MethodPost, "/api/v1/statuses/"+id("mine")+"/reblog", ana, nil)
	s.do(t, http.MethodPost, "/api/v1/statuses/"+id("hers")+"/reblog", you, nil)
	s.do(t, http.MethodPut, "/api/v1/statuses/"+id("hers"), ana, jsonBody(`{"status":"better"}`))
	s.do(t, http.MethodPost, "/api/v1/statuses", ana, jsonBody(`{"status":"@you hello","in_reply_to_id":"`+id("mine")+`"}`))
	s.do(t, http.MethodPost, "/api/v1/statuses", ana, jsonBody(`{"status":"look","quoted_status_id":"`+id("mine")+`"}`))
	s.do(t, http.MethodPost, "/api/v1/accounts/"+s.town.people[world.Viewer].id+"/unfollow", ana, nil)
	s.do(t, http.MethodPost, "/api/v1/accounts/"+s.town.people[world.Viewer].id+"/follow", ana, nil)
	kinds := map[timeline.NoticeKind]int{}
	for p := (timeline.Page{Limit: 3}); ; {
		got, err := b.Notices(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range got.Notices {
			kinds[n.Kind]++
		}
		if p.Before == "" {
			if err := b.MarkNotices(t.Context(), got.Notices[0]); err != nil {
				t.Error(err)
			}
		}
		if p.Before = got.Older; p.Before == "" {
			break
		}
	}
	for _, k := range []timeline.NoticeKind{
		timeline.NoticeLike, timeline.NoticeBoost, timeline.NoticeEdit, timeline.NoticeReply, timeline.NoticeQuote, timeline.NoticeFollow, timeline.NoticePoll,
	} {
		if kinds[k] != 1 {
			t.Errorf("%d notices of kind %s, want one: %v", kinds[k], k, kinds)
		}
	}
	t.Logf("contract: checked %d responses", rec.check(t, v))
}

// adapter signs the viewer in.
func adapter(t *testing.T, s *Server) *mastodon.Backend {
	t.Helper()
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	t.Cleanup(client.Close)
	record, creds, err := mastodon.AddToken(t.Context(), client, s.URL(), account.NewSecret(s.Token(world.Viewer)))
	if err != nil {
		t.Fatal(err)
	}
	store := account.NewMemory()
	if err := store.Save(t.Context(), "acc", creds); err != nil {
		t.Fatal(err)
	}
	b, err := mastodon.New(mastodon.Config{
		Account: timeline.Account{ID: "acc", Network: timeline.Mastodon, Handle: timeline.CleanLine(record.Handle)},
		Server:  record.Server, Store: store, Client: client,
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestContractAdapterSignsIn has the adapter sign in and out.
func TestContractAdapterSignsIn(t *testing.T) {
	v := description(t)
	s, rec := observed(t, village(), Options{})
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	t.Cleanup(client.Close)
	flow := mastodon.SignIn(mastodon.SignInConfig{Client: client}, account.Preset{
		"server": s.URL(), "how": "browser", account.Browser: account.NoBrowser,
	})
	step, err := flow.Next(t.Context(), account.Answer{})
	visit, ok := step.(account.Visit)
	if err != nil || !ok {
		t.Fatalf("%#v, %v", step, err)
	}
	page, err := visitor.Press(t.Context(), visit.URL, "Authorize")
	if err != nil {
		t.Fatal(err)
	}
	step, err = flow.Next(t.Context(), account.Answer{Secret: account.NewSecret(page.Code)})
	done, ok := step.(account.Finished)
	if err != nil || !ok || flow.Close() != nil {
		t.Fatalf("%#v, %v", step, err)
	}
	store := account.NewMemory()
	if err := store.Save(t.Context(), "acc", done.Credentials); err != nil {
		t.Fatal(err)
	}
	b, err := mastodon.New(mastodon.Config{Account: timeline.Account{ID: "acc"}, Server: s.URL(), Store: store, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SignOut(t.Context()); err != nil {
		t.Error(err)
	}
	t.Logf("contract: checked %d responses", rec.check(t, v))
}
