package pds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"skein/backends/sandbox/world"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func small(posts ...world.Post) *world.World {
	for i := range posts {
		posts[i].Network, posts[i].Age = world.Bluesky, time.Duration(len(posts)-i)*time.Minute
		if posts[i].By == "" {
			posts[i].By = "ana"
		}
	}
	return &world.World{
		People: []world.Person{
			{Key: world.Viewer, Network: world.Bluesky, Human: "you", Name: "You", Handle: "you", Follows: []string{"ana"}},
			{Key: "ana", Network: world.Bluesky, Human: "ana", Name: "Ana", Handle: "ana", Bio: "of the lab"},
			{Key: "kit", Network: world.Mastodon, Human: "kit", Name: "Kit", Handle: "kit"},
		},
		Posts: posts,
	}
}

func start(t testing.TB, w *world.World, o Options) *Server {
	t.Helper()
	s, err := Start(w, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSessionRotates(t *testing.T) {
	now := time.Now()
	s := start(t, small(), Options{Now: func() time.Time { return now }, AccessTTL: time.Minute})
	c := s.client(t, "")
	first := c.post("com.atproto.server.createSession", object{"identifier": "@you.bsky.example", "password": s.AppPassword(world.Viewer)}, 200)
	refresh := s.client(t, dig(first, "refreshJwt"))
	second := refresh.post("com.atproto.server.refreshSession", nil, 200)
	if second["refreshJwt"] == first["refreshJwt"] {
		t.Error("the refresh token did not rotate")
	}
	if again := refresh.post("com.atproto.server.refreshSession", nil, 400); again["error"] != "ExpiredToken" {
		t.Errorf("a replay is answered with %v", again)
	}
	if wrong := s.client(t, dig(first, "accessJwt")).post("com.atproto.server.refreshSession", nil, 400); wrong["error"] != "InvalidToken" {
		t.Errorf("an access token in place of a refresh token: %v", wrong)
	}
	access := s.client(t, dig(second, "accessJwt"))
	if got := access.get("com.atproto.server.getSession", 200); got["handle"] != "you.bsky.example" {
		t.Errorf("session %v", got)
	}
	now = now.Add(time.Minute)
	if got := access.get("com.atproto.server.getSession", 400); got["error"] != "ExpiredToken" {
		t.Errorf("after its time: %v", got)
	}
	third := s.client(t, dig(second, "refreshJwt"))
	third.post("com.atproto.server.deleteSession", nil, 200)
	third.post("com.atproto.server.refreshSession", nil, 400)
	forged := s.client(t, dig(first, "accessJwt")[:40]+"x"+dig(first, "accessJwt")[41:])
	if got := forged.get("com.atproto.server.getSession", 400); got["error"] != "InvalidToken" {
		t.Errorf("a forged token: %v", got)
	}
	if got := c.get("com.atproto.server.getSession", 401); got["error"] != "AuthMissing" {
		t.Errorf("no token: %v", got)
	}
	c.post("com.atproto.server.createSession", object{"identifier": "you.bsky.example", "password": "wrong"}, 401)
}

// The rules that make publishing exactly once possible.
func TestPutRecordSwap(t *testing.T) {
	s := start(t, small(), Options{})
	c := s.signedIn(t, "ana")
	put := func(text string, swap any, status int) object {
		t.Helper()
		return c.post("com.atproto.repo.putRecord", c.write("ana", object{"rkey": "3jui7kd54zh2y", "record": note(text), "swapRecord": swap}), status)
	}
	first := put("one", nil, 200)
	if first["commit"] == nil {
		t.Error("a new record made no commit")
	}
	if same := put("one", nil, 200); same["cid"] != first["cid"] || same["commit"] != nil {
		t.Errorf("the same bytes again: %v", same)
	}
	if other := put("two", nil, 400); other["error"] != "InvalidSwap" {
		t.Errorf("other bytes: %v", other)
	}
	if changed := put("two", first["cid"], 200); changed["cid"] == first["cid"] {
		t.Error("other bytes have the same CID")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			c.post("com.atproto.repo.putRecord", c.write("ana", object{"rkey": "3jui7kd54zh2z", "record": note("eight"), "swapRecord": nil}), 200)
		})
	}
	wg.Wait()
	taken := c.post("com.atproto.repo.createRecord", c.write("ana", object{"rkey": "3jui7kd54zh2z", "record": note("x")}), 500)
	if taken["error"] != "InternalServerError" {
		t.Errorf("a taken key: %v", taken)
	}
	c.post("com.atproto.repo.createRecord", object{"repo": s.DID(world.Viewer), "collection": colPost, "record": note("in another's name")}, 403)
}

func TestApplyWritesIsAllOrNothing(t *testing.T) {
	s := start(t, small(), Options{})
	c := s.signedIn(t, "ana")
	create := func(rkey, text string) object {
		return object{"$type": "com.atproto.repo.applyWrites#create", "collection": colPost, "rkey": rkey, "value": note(text)}
	}
	out := c.post("com.atproto.repo.applyWrites", object{"repo": s.DID("ana"), "writes": []object{create("3jui7kd54zh2a", "a"), create("3jui7kd54zh2b", "b")}}, 200)
	if len(list(out["results"])) != 2 {
		t.Errorf("results %v", out)
	}
	for _, bad := range []object{create("3jui7kd54zh2a", "again"), {"$type": "x"}, create("3jui7kd54zh2d", strings.Repeat("x", 301))} {
		body := object{"repo": s.DID("ana"), "writes": []object{create("3jui7kd54zh2c", "c"), bad}}
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL()+"/xrpc/com.atproto.repo.applyWrites", bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+c.token)
		resp, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode < 400 {
			t.Errorf("%v was applied", bad)
		}
	}
	c.get("com.atproto.repo.getRecord", 400, "repo", s.DID("ana"), "collection", colPost, "rkey", "3jui7kd54zh2c")
	c.post("com.atproto.repo.applyWrites", object{"repo": s.DID("ana"), "writes": []object{{"$type": "com.atproto.repo.applyWrites#delete", "collection": colPost, "rkey": "3jui7kd54zh2a"}}}, 200)
	c.get("com.atproto.repo.getRecord", 400, "repo", s.DID("ana"), "collection", colPost, "rkey", "3jui7kd54zh2a")
}

func TestLimitsOfAPost(t *testing.T) {
	s := start(t, small(), Options{})
	c := s.signedIn(t, "ana")
	for _, c2 := range []struct {
		record object
		status int
	}{
		{note(strings.Repeat("é", 300)), 200},
		{note(strings.Repeat("x", 301)), 400},
		{note(strings.Repeat("👩‍👩‍👧‍👦", 250)), 400}, // 250 graphemes of 25 bytes
		{object{"$type": colPost, "text": "when?"}, 400},
		{object{"$type": colLike, "text": "x", "createdAt": "2026-06-01T12:00:00Z"}, 400},
		{object{"$type": colPost, "createdAt": "2026-06-01T12:00:00Z"}, 400},
	} {
		c.post("com.atproto.repo.createRecord", c.write("ana", object{"record": c2.record}), c2.status)
	}
}

func TestTimelineByCursor(t *testing.T) {
	var posts []world.Post
	for i := range 10 {
		posts = append(posts, world.Post{Key: fmt.Sprint(i), Text: []world.Part{{Text: fmt.Sprint(i)}}})
	}
	s := start(t, small(posts...), Options{})
	c := s.signedIn(t, world.Viewer)
	var got []string
	cursor := ""
	for range 9 {
		page := c.get("app.bsky.feed.getTimeline", 200, "limit", "3", "cursor", cursor)
		for _, item := range list(page["feed"]) {
			got = append(got, dig(item, "post", "record", "text"))
		}
		next, _ := page["cursor"].(string)
		if cursor = next; cursor == "" {
			break
		}
	}
	if want := "9 8 7 6 5 4 3 2 1 0"; strings.Join(got, " ") != want {
		t.Errorf("walked %s, want %s", got, want)
	}
	for _, bad := range [][2]string{{"limit", "0"}, {"limit", "101"}, {"limit", "x"}, {"cursor", "nonsense"}} {
		c.get("app.bsky.feed.getTimeline", 400, bad[0], bad[1])
	}
	s.client(t, "").get("app.bsky.feed.getTimeline", 401)
	s.client(t, "").get("app.bsky.unspecced.unknown", 501)
	s.client(t, "").do(http.MethodPost, "app.bsky.feed.getPosts", "", nil, http.NoBody, 405)
}

func TestTrickleAndDeletion(t *testing.T) {
	s := start(t, small(world.Post{Key: "a", Text: []world.Part{{Text: "a"}}}), Options{})
	if err := s.Publish(world.Post{Key: "b", By: "ana", ReplyTo: "a", Text: []world.Part{{Text: "b"}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(world.Post{Key: "c", By: "nobody"}); err == nil {
		t.Error("a post by nobody was published")
	}
	c := s.signedIn(t, "ana")
	newest := list(c.get("app.bsky.feed.getAuthorFeed", 200, "actor", s.Handle("ana"))["feed"])[0]
	if dig(newest, "post", "record", "text") != "b" || dig(newest, "reply", "parent", "record", "text") != "a" {
		t.Fatalf("the newest item is %v", newest)
	}
	root := dig(newest, "reply", "parent", "uri")
	c.post("com.atproto.repo.deleteRecord", c.write("ana", object{"rkey": root[strings.LastIndex(root, "/")+1:]}), 200)
	thread := c.get("app.bsky.feed.getPostThread", 200, "uri", dig(newest, "post", "uri"))
	if dig(thread, "thread", "parent", "$type") != "app.bsky.feed.defs#notFoundPost" {
		t.Errorf("the deleted parent is %v", thread["thread"])
	}
}

func TestBlobs(t *testing.T) {
	s := start(t, small(world.Post{Key: "a", Pictures: []world.Picture{{Seed: 3, Width: 40, Height: 30, Alt: "x"}}}), Options{})
	c := s.signedIn(t, "ana")
	up := func(body string) object {
		blob, _ := c.do(http.MethodPost, "com.atproto.repo.uploadBlob", "image/png", nil, strings.NewReader(body), 200)["blob"].(object)
		return blob
	}
	one, same, other := up("one"), up("one"), up("other")
	if dig(one, "ref", "$link") != dig(same, "ref", "$link") || dig(one, "ref", "$link") == dig(other, "ref", "$link") {
		t.Error("blobs are not named by their bytes")
	}
	lost := object{"$type": "blob", "ref": object{"$link": "bafkreibme22gw2h7y2h7tg2fhqotaqjucnbc24deqo72b6mkl2egezxhvy"}, "mimeType": "image/png", "size": 3}
	for blob, status := range map[*object]int{&one: 200, &lost: 400} {
		record := note("with a picture")
		record["embed"] = object{"$type": "app.bsky.embed.images", "images": []object{{"alt": "", "image": *blob}}}
		c.post("com.atproto.repo.createRecord", c.write("ana", object{"record": record}), status)
	}
	item := list(c.get("app.bsky.feed.getAuthorFeed", 200, "actor", s.DID("ana"), "filter", "posts_with_media")["feed"])[0]
	post, _ := item["post"].(object)
	embed, _ := post["embed"].(object)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, dig(list(embed["images"])[0], "fullsize"), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	img, err := png.Decode(resp.Body)
	if err != nil || img.Bounds().Dx() != 40 {
		t.Errorf("the picture is %v, %v", img, err)
	}
}

// Everybody and everything of the demo's world has to be what a real server takes.
func TestWholeWorld(t *testing.T) {
	w := world.New(world.Options{Seed: 1})
	s := start(t, w, Options{})
	want := 0
	for _, p := range w.Posts {
		if p.Network == world.Bluesky {
			want++
		}
	}
	for _, d := range w.Deeds {
		if d.Network == world.Bluesky && d.Does == world.Boost {
			want++
		}
	}
	s.mu.RLock()
	got := len(s.feed)
	s.mu.RUnlock()
	if got != want || want == 0 {
		t.Errorf("%d posts are served, the world has %d", got, want)
	}
	for _, p := range w.Later {
		if p.Network == world.Bluesky {
			if err := s.Publish(p); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestStartRefusesABrokenWorld(t *testing.T) {
	for name, p := range map[string]world.Post{
		"reply to nothing": {Key: "a", ReplyTo: "x"}, "boost of nothing": {Key: "a", BoostOf: "x"}, "by nobody": {Key: "a", By: "x"},
		"mention of nobody": {Key: "a", Text: []world.Part{{Kind: world.Mention, Target: "x"}}}, "too long": {Key: "a", Text: []world.Part{{Text: strings.Repeat("x", 301)}}},
	} {
		if s, err := Start(small(p), Options{}); err == nil {
			t.Errorf("%s was taken", name)
			_ = s.Close()
		}
	}
}

func BenchmarkStart(b *testing.B) {
	w := world.New(world.Options{Seed: 1})
	for b.Loop() {
		s, err := Start(w, Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
