package pds_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"skein/backends/bluesky"
	"skein/backends/sandbox/pds"
	"skein/backends/sandbox/world"
	"skein/backends/transport"
	"skein/config/account"
	"skein/timeline"
)

// recorder passes requests on to the sandbox and keeps what went by.
type recorder struct {
	target string
	client *http.Client
	mu     sync.Mutex
	all    []exchange
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	sent, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	out, err := http.NewRequestWithContext(req.Context(), req.Method, r.target+req.URL.RequestURI(), bytes.NewReader(sent))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	out.Header = req.Header.Clone()
	resp, err := r.client.Do(out)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	r.mu.Lock()
	r.all = append(r.all, exchange{
		req.Method, strings.TrimPrefix(req.URL.Path, "/xrpc/"), req.URL.Query(), sent, got,
		req.Header.Get("Content-Type"), resp.Header.Get("Content-Type"), resp.StatusCode,
	})
	r.mu.Unlock()
	w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(got)
}

// readAll uses the adapter for all that it can.
func readAll(t *testing.T, s *pds.Server, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	client := transport.New(transport.Options{Allow: []string{"127.0.0.1"}})
	defer client.Close()
	r, creds, err := bluesky.AddPassword(ctx, client, address, s.Handle(world.Viewer), account.NewSecret(s.AppPassword(world.Viewer)))
	if err != nil {
		t.Fatal(err)
	}
	store := account.NewMemory()
	creds[account.AccessJWT] = account.NewSecret("") // so that the session is renewed first
	if err := store.Save(ctx, "a", creds); err != nil {
		t.Fatal(err)
	}
	b, err := bluesky.New(bluesky.Config{Account: timeline.Account{ID: "a", Network: timeline.Bluesky}, PDS: r.Server, DID: r.DID, Store: store, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	page := timeline.Page{Limit: 25}
	for {
		batch, err := b.Home(ctx, page)
		must("Home", err)
		for _, p := range batch.Posts {
			_, err := b.Post(ctx, p.ID)
			must("Post", err)
			_, err = b.Thread(ctx, p.Content().ID)
			must("Thread", err)
			_, err = b.Profile(ctx, p.Author.ID)
			must("Profile", err)
			_, err = b.ProfilePosts(ctx, p.Author.ID, timeline.Page{Limit: 5})
			must("ProfilePosts", err)
		}
		if batch.Older == "" {
			break
		}
		page.Before = batch.Older
	}
	ana := s.DID("ana")
	for _, section := range []timeline.Section{timeline.SectionPosts, timeline.SectionReplies, timeline.SectionMedia, timeline.SectionPinned} {
		_, err = b.ProfileSection(ctx, ana, section, timeline.Page{Limit: 2})
		must(string(section), err)
	}
	for _, c := range []timeline.Circle{timeline.CircleFollowers, timeline.CircleFollowing} {
		_, err = b.People(ctx, ana, c, timeline.Page{Limit: 2})
		must(string(c), err)
	}
	posts, err := b.ProfilePosts(ctx, ana, timeline.Page{Limit: 1})
	must("ProfilePosts", err)
	for _, kind := range []timeline.Kind{timeline.DoLike, timeline.DoBoost} {
		_, err = b.Who(ctx, posts.Posts[0].Content().ID, kind, timeline.Page{Limit: 2})
		must("who did "+string(kind), err)
	}
	for _, sought := range []timeline.Sought{timeline.SoughtPosts, timeline.SoughtPeople} {
		_, err = b.Search(ctx, sought, "a", timeline.Page{Limit: 2})
		must("search for "+string(sought), err)
	}
	_, err = b.Check(ctx)
	must("Check", err)
	_, err = b.Resolve(ctx, "@"+s.Handle(world.Viewer))
	must("Resolve", err)
	if _, err := b.Resolve(ctx, "@nobody.bsky.example"); err == nil {
		t.Error("nobody was found")
	}
	notices := timeline.Page{Limit: 5}
	for n := 0; n == 0 || notices.Before != ""; n++ {
		got, err := b.Notices(ctx, notices)
		must("Notices", err)
		if notices.Before = got.Older; n == 0 && len(got.Notices) > 0 {
			must("MarkNotices", b.MarkNotices(ctx, got.Notices[0]))
		}
	}
	publishAll(ctx, t, b, s.DID("ana"))
	if _, err := b.Thread(ctx, timeline.ID{Network: timeline.Bluesky, Local: "at://" + r.DID + "/app.bsky.feed.post/3jui7kd54zh2y"}); err == nil {
		t.Error("a post that never was was found")
	}
}

// writeAll is another client: what the adapter does not call yet.
func writeAll(t *testing.T, s *pds.Server, address string) {
	t.Helper()
	w := &plainClient{t: t, base: address, http: &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}}
	defer w.http.CloseIdleConnections()
	session := w.call("POST", "com.atproto.server.createSession", nil, map[string]any{"identifier": s.Handle(world.Viewer), "password": s.AppPassword(world.Viewer)})
	w.token, _ = session["accessJwt"].(string)
	me := s.DID(world.Viewer)
	post := func(text string) map[string]any {
		return map[string]any{"$type": "app.bsky.feed.post", "text": text, "createdAt": "2026-06-01T12:00:00.000Z"}
	}
	first := w.call("POST", "com.atproto.repo.createRecord", nil, map[string]any{"repo": me, "collection": "app.bsky.feed.post", "record": post("one")})
	uri, _ := first["uri"].(string)
	subject := map[string]any{"uri": uri, "cid": first["cid"]}
	put := map[string]any{
		"repo": me, "collection": "app.bsky.feed.like", "rkey": "3jui7kd54zh2y", "swapRecord": nil,
		"record": map[string]any{"$type": "app.bsky.feed.like", "subject": subject, "createdAt": "2026-06-01T12:00:01.000Z"},
	}
	w.call("POST", "com.atproto.repo.putRecord", nil, put)
	w.call("POST", "com.atproto.repo.putRecord", nil, put)
	w.call("POST", "com.atproto.repo.applyWrites", nil, map[string]any{"repo": me, "writes": []any{
		map[string]any{"$type": "com.atproto.repo.applyWrites#create", "collection": "app.bsky.feed.post", "rkey": "3jui7kd54zh2z", "value": post("two")},
	}})
	blob := w.upload([]byte("a picture"))
	withPicture := post("three")
	withPicture["embed"] = map[string]any{"$type": "app.bsky.embed.images", "images": []any{map[string]any{"alt": "x", "image": blob}}}
	w.call("POST", "com.atproto.repo.createRecord", nil, map[string]any{"repo": me, "collection": "app.bsky.feed.post", "record": withPicture})
	w.call("GET", "com.atproto.repo.listRecords", url.Values{"repo": {me}, "collection": {"app.bsky.feed.post"}, "limit": {"1"}}, nil)
	w.call("GET", "app.bsky.notification.getUnreadCount", nil, nil)
	w.call("GET", "app.bsky.feed.getLikes", url.Values{"uri": {uri}}, nil)
	w.call("GET", "app.bsky.feed.getAuthorFeed", url.Values{"actor": {me}}, nil)
	w.call("GET", "app.bsky.actor.getProfiles", url.Values{"actors": {me, s.Handle("ana")}}, nil)
	setting := map[string]any{"$type": "app.bsky.actor.defs#postInteractionSettingsPref", "threadgateAllowRules": []any{}}
	w.call("POST", "app.bsky.actor.putPreferences", nil, map[string]any{"preferences": []any{setting}})
	w.call("GET", "app.bsky.actor.getPreferences", nil, nil)
	w.call("POST", "app.bsky.bookmark.createBookmark", nil, subject)
	w.call("GET", "app.bsky.bookmark.getBookmarks", nil, nil)
	list := "at://" + me + "/app.bsky.graph.list/workshop"
	generator := "at://" + s.DID("museum") + "/app.bsky.feed.generator/birds"
	w.call("GET", "app.bsky.graph.getLists", url.Values{"actor": {me}, "purposes": {"curatelist"}}, nil)
	w.call("GET", "app.bsky.feed.getListFeed", url.Values{"list": {list}, "limit": {"2"}}, nil)
	w.call("GET", "app.bsky.feed.getFeed", url.Values{"feed": {generator}}, nil)
	w.call("GET", "app.bsky.feed.getFeed", url.Values{"feed": {list}}, nil)
	w.call("GET", "app.bsky.feed.getFeedGenerators", url.Values{"feeds": {generator}}, nil)
	w.call("GET", "app.bsky.feed.searchPosts", url.Values{"q": {"#birds"}, "tag": {"birds"}, "sort": {"latest"}}, nil)
	w.call("POST", "app.bsky.graph.muteActor", nil, map[string]any{"actor": "did:plc:nobody"})
	w.call("GET", "com.atproto.sync.getRepo", url.Values{"did": {"did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"}}, nil)
	block := map[string]any{"$type": "app.bsky.graph.block", "subject": s.DID("ana"), "createdAt": "2026-06-01T12:00:00.000Z"}
	w.call("POST", "com.atproto.repo.createRecord", nil, map[string]any{"repo": me, "collection": "app.bsky.graph.block", "rkey": "3jui7kd54zh2y", "record": block})
	w.call("GET", "app.bsky.feed.getAuthorFeed", url.Values{"actor": {s.DID("ana")}}, nil)
	w.call("GET", "app.bsky.bookmark.getBookmarks", nil, nil)
	w.call("POST", "app.bsky.bookmark.createBookmark", nil, map[string]any{"uri": "at://" + me + "/app.bsky.feed.like/3jui7kd54zh2y", "cid": first["cid"]})
	w.call("GET", "com.atproto.repo.getRecord", url.Values{"repo": {me}, "collection": {"app.bsky.actor.profile"}, "rkey": {"self"}}, nil)
	w.call("POST", "com.atproto.repo.deleteRecord", nil, map[string]any{"repo": me, "collection": "app.bsky.feed.post", "rkey": "3jui7kd54zh2z"})
	w.call("GET", "com.atproto.repo.getRecord", url.Values{"repo": {me}, "collection": {"app.bsky.feed.post"}, "rkey": {"3jui7kd54zh2z"}}, nil)
	w.token, _ = session["refreshJwt"].(string)
	w.call("POST", "com.atproto.server.deleteSession", nil, nil)
}

type plainClient struct {
	t           *testing.T
	base, token string
	http        *http.Client
}

func (w *plainClient) upload(b []byte) any {
	return w.send("POST", "com.atproto.repo.uploadBlob", nil, "image/png", b)["blob"]
}

func (w *plainClient) call(verb, method string, q url.Values, in map[string]any) map[string]any {
	w.t.Helper()
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			w.t.Fatal(err)
		}
	}
	return w.send(verb, method, q, "application/json", body)
}

func (w *plainClient) send(verb, method string, q url.Values, kind string, body []byte) map[string]any {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), verb, w.base+"/xrpc/"+method+"?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if w.token != "" {
		req.Header.Set("Authorization", "Bearer "+w.token)
	}
	resp, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil && !strings.Contains(err.Error(), "EOF") {
		w.t.Errorf("%s: %v", method, err)
	}
	return out
}
