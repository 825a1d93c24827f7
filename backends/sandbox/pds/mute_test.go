package pds

import (
	"slices"
	"testing"

	"skein/backends/sandbox/world"
)

// Who is muted says so in views and is not in the timeline, nor is what others repost
// of theirs; nobody else notices.
func TestMute(t *testing.T) {
	s := start(t, small(world.Post{Key: "first", Text: []world.Part{{Text: "hers"}}}), Options{})
	c := s.signedIn(t, "you")
	shown := func(method, field string, params ...string) []string {
		var out []string
		for _, item := range list(c.get(method, 200, params...)[field]) {
			who := dig(item, "handle")
			if who == "" {
				who = dig(item, "post", "author", "handle")
			}
			out = append(out, who)
		}
		return out
	}
	ana := s.Handle("ana")
	if got := shown("app.bsky.feed.getTimeline", "feed"); !slices.Contains(got, ana) {
		t.Fatalf("the timeline has %q", got)
	}
	for range 2 {
		c.post("app.bsky.graph.muteActor", object{"actor": s.DID("ana")}, 200)
	}
	if got := shown("app.bsky.feed.getTimeline", "feed"); slices.Contains(got, ana) {
		t.Errorf("muted, and in the timeline: %q", got)
	}
	if got := shown("app.bsky.graph.getMutes", "mutes"); !slices.Equal(got, []string{ana}) {
		t.Errorf("mutes %q", got)
	}
	viewer, _ := c.get("app.bsky.actor.getProfile", 200, "actor", ana)["viewer"].(map[string]any)
	if viewer["muted"] != true {
		t.Errorf("the profile says %v", viewer)
	}
	if got := shown("app.bsky.feed.getAuthorFeed", "feed", "actor", ana); len(got) == 0 {
		t.Error("a mute hides the person's own page")
	}
	c.post("app.bsky.graph.unmuteActor", object{"actor": s.DID("ana")}, 200)
	if got := shown("app.bsky.feed.getTimeline", "feed"); !slices.Contains(got, ana) {
		t.Errorf("not muted any more, the timeline has %q", got)
	}
	c.post("app.bsky.graph.muteActor", object{"actor": "did:plc:nobody"}, 400)
}

// What somebody else reposts of a muted person is kept out, too.
func TestMuteOfWhoIsReposted(t *testing.T) {
	w := small(world.Post{Key: "his", By: "kit", Text: []world.Part{{Text: "his"}}}, world.Post{Key: "repost", BoostOf: "his"})
	w.People[2].Network = world.Bluesky
	s := start(t, w, Options{})
	c := s.signedIn(t, "you")
	shown := func() int { return len(list(c.get("app.bsky.feed.getTimeline", 200)["feed"])) }
	if n := shown(); n != 1 {
		t.Fatalf("%d items", n)
	}
	c.post("app.bsky.graph.muteActor", object{"actor": s.DID("kit")}, 200)
	if n := shown(); n != 0 {
		t.Errorf("muted, %d items", n)
	}
}

// A block hides both from each other.
func TestBlock(t *testing.T) {
	s := start(t, small(world.Post{Key: "first", Text: []world.Part{{Text: "hers"}}}), Options{})
	c, hers := s.signedIn(t, "you"), s.signedIn(t, "ana")
	posts := list(c.get("app.bsky.feed.getAuthorFeed", 200, "actor", s.DID("ana"))["feed"])
	uri := dig(posts[0], "post", "uri")
	c.post("app.bsky.bookmark.createBookmark", object{"uri": uri, "cid": dig(posts[0], "post", "cid")}, 200)
	block := c.post("com.atproto.repo.createRecord", object{"repo": s.DID("you"), "collection": colBlock, "record": object{
		"$type": colBlock, "subject": s.DID("ana"), "createdAt": "2026-06-01T12:00:00Z",
	}}, 200)
	profile := c.get("app.bsky.actor.getProfile", 200, "actor", s.DID("ana"))
	if dig(profile, "viewer", "blocking") != dig(block, "uri") {
		t.Errorf("the profile says %v", profile["viewer"])
	}
	viewer, _ := hers.get("app.bsky.actor.getProfile", 200, "actor", s.DID("you"))["viewer"].(map[string]any)
	if viewer["blockedBy"] != true {
		t.Errorf("to her the profile says %v", viewer)
	}
	for _, item := range list(c.get("app.bsky.feed.getTimeline", 200)["feed"]) {
		if dig(item, "post", "author", "did") == s.DID("ana") {
			t.Errorf("blocked, and in the timeline: %v", dig(item, "post", "uri"))
		}
	}
	if got := list(c.get("app.bsky.feed.getPosts", 200, "uris", uri)["posts"]); len(got) != 0 {
		t.Errorf("blocked, and shown: %v", got)
	}
	if out := c.get("app.bsky.feed.getAuthorFeed", 400, "actor", s.DID("ana")); out["error"] != "BlockedActor" {
		t.Errorf("her page: %v", out)
	}
	if out := hers.get("app.bsky.feed.getAuthorFeed", 400, "actor", s.DID("you")); out["error"] != "BlockedByActor" {
		t.Errorf("to her the page: %v", out)
	}
	marks := list(c.get("app.bsky.bookmark.getBookmarks", 200)["bookmarks"])
	if dig(marks[0], "item", "$type") != "app.bsky.feed.defs#blockedPost" {
		t.Errorf("her bookmarked post: %v", marks[0])
	}
}
