package nostr

import (
	"slices"
	"testing"
	"time"

	"github.com/nbd-wtf/go-nostr"

	sandbox "skein/backends/sandbox/relay"
	"skein/timeline"
)

// act is an intent to do something with a post.
func act(kind timeline.Kind, on timeline.Subject, undo bool) timeline.Intent {
	return intent(timeline.Intent{Kind: kind, On: on, Undo: undo})
}

// readings is a post as each way of reading shows it to the account.
func readings(t *testing.T, b *Backend, id timeline.ID) map[string]timeline.View {
	t.Helper()
	all := map[string]timeline.View{}
	note := func(how string, p *timeline.Post, err error) {
		if err != nil || p == nil {
			t.Fatalf("%s: %+v, %v", how, p, err)
		}
		all[how], _ = p.View("acct")
	}
	in := func(posts []*timeline.Post) *timeline.Post {
		if i := slices.IndexFunc(posts, func(p *timeline.Post) bool { return p.ID == id }); i >= 0 {
			return posts[i]
		}
		return nil
	}
	batch, err := b.Home(t.Context(), timeline.Page{})
	note("Home", in(batch.Posts), err)
	p, err := b.Post(t.Context(), id)
	note("Post", p, err)
	th, err := b.Thread(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	note("Thread", th.Roots[0].Post, err)
	batch, err = b.ProfilePosts(t.Context(), b.cfg.PubKey, timeline.Page{})
	note("ProfilePosts", in(batch.Posts), err)
	return all
}

// TestDeedsAreRead: a process that has just started shows what was done with a post,
// and no longer what was taken back, although one relay has missed that.
func TestDeedsAreRead(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{}, sandbox.Options{})
	b := me(t, urls(servers[:2]))
	post := subjectOf(do(t, b, posting("mine")))
	kinds := []timeline.Kind{timeline.DoLike, timeline.DoBoost, timeline.DoBookmark}
	for _, kind := range kinds {
		do(t, b, act(kind, post, false))
	}
	like, boost := stored(servers[0], b.cfg.PubKey, kindLike)[0], stored(servers[0], b.cfg.PubKey, kindBoost)[0]
	want := timeline.View{Account: "acct", Liked: true, LikeID: like.ID, Boosted: true, BoostID: boost.ID, Bookmarked: true}
	fresh := func() *Backend {
		f := unhurried(again(t, b))
		f.own = urls(servers) // the third is not told of anything by b
		return f
	}
	for how, got := range readings(t, fresh(), post.ID) {
		if got != want {
			t.Errorf("%s: %+v, want %+v", how, got, want)
		}
	}
	servers[2].Put(like)
	servers[2].Put(boost)
	for _, kind := range kinds {
		do(t, b, act(kind, post, true))
	}
	for how, got := range readings(t, fresh(), post.ID) {
		if (got != timeline.View{Account: "acct"}) {
			t.Errorf("taken back, %s: %+v", how, got)
		}
	}
}

// TestUnreadDeedsStay: where relays do not answer, what is known stays.
func TestUnreadDeedsStay(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{})
	b := me(t, urls(servers))
	post := subjectOf(do(t, b, posting("mine")))
	do(t, b, act(timeline.DoLike, post, false))
	do(t, b, act(timeline.DoBookmark, post, false))
	check := func(when string) {
		t.Helper()
		p, err := b.Post(t.Context(), post.ID)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := p.View("acct"); !v.Liked || !v.Bookmarked {
			t.Errorf("%s: %+v", when, v)
		}
	}
	b.own = urls(empty(t, sandbox.Options{}))
	b.own = append(b.own, nowhere(t))
	b.lists.Purge()
	check("one knows nothing, one is away")
	for _, s := range servers {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b.own = urls(servers)
	check("all are away")
}

// TestBookmarksAreReadOnce, and again after an hour.
func TestBookmarksAreReadOnce(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	later := time.Duration(0)
	b := me(t, []string{s.URL()}, func(c *Config) { c.Now = func() time.Time { return time.Now().Add(later) } })
	post := subjectOf(do(t, b, posting("mine")))
	saved := func() bool {
		p, err := b.Post(t.Context(), post.ID)
		if err != nil {
			t.Fatal(err)
		}
		v, _ := p.View("acct")
		return v.Bookmarked
	}
	if saved() {
		t.Error("there is no list")
	}
	s.Put(listed(t, b, kindSaved, 0, "", nostr.Tag{"e", post.ID.Local}))
	if saved() {
		t.Error("the list was read again at once")
	}
	later = freshSaved
	if !saved() {
		t.Error("the list is never read again")
	}
}

// TestStreamTellsOfDeeds: what is done with another program shows at once.
func TestStreamTellsOfDeeds(t *testing.T) {
	s := empty(t, sandbox.Options{})[0]
	b := me(t, []string{s.URL()})
	id := subjectOf(do(t, b, posting("mine"))).ID
	first, err := b.Home(t.Context(), timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan timeline.Event, 64)
	ended := runStream(t, b, first.Newer, func(e timeline.Event) { events <- e })
	until(t, events, ended, "the relay", up(1))
	shows := func(what string, want timeline.View) {
		t.Helper()
		want.Account = "acct"
		until(t, events, ended, what, func(e timeline.Event) bool {
			return post(id.Local)(e) && e.Post.Views[0] == want
		})
	}
	like := listed(t, b, kindLike, 0, "+", nostr.Tag{"e", id.Local})
	s.Put(like)
	shows("the like", timeline.View{Liked: true, LikeID: like.ID})
	s.Put(listed(t, b, kindSaved, 0, "", nostr.Tag{"e", id.Local}))
	shows("the bookmark", timeline.View{Liked: true, LikeID: like.ID, Bookmarked: true})
	s.Put(listed(t, b, kindDeletion, 0, "", nostr.Tag{"e", like.ID}))
	shows("the like taken back", timeline.View{Bookmarked: true})
	s.Put(listed(t, b, kindSaved, -time.Second, ""))
	shows("the bookmark taken off", timeline.View{})
}

// TestLateDeeds: a page does not wait for a relay that never finishes; what the
// others say of the owner comes after it.
func TestLateDeeds(t *testing.T) {
	servers := empty(t, sandbox.Options{}, sandbox.Options{Evil: sandbox.NeverEOSE})
	b := me(t, urls(servers[:1]))
	mine := subjectOf(do(t, b, posting("mine")))
	long := act(timeline.DoLike, mine, false)
	long.Created = time.Now().Add(-time.Hour) // before what the stream begins with
	do(t, b, long)
	b = again(t, b)
	b.own = urls(servers)
	b.pool.wait = 3 * time.Second
	events := make(chan timeline.Event, 64)
	batch, err := b.Home(t.Context(), timeline.Page{})
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := batch.Posts[0].View("acct"); v.Liked {
		return // a slow machine: the page took longer than the relay
	}
	ended := runStream(t, b, batch.Newer, func(e timeline.Event) { events <- e })
	until(t, events, ended, "the like", func(e timeline.Event) bool {
		return post(mine.ID.Local)(e) && e.Post.Views[0].Liked
	})
}

// TestNewerDeedsWin: an answer that was on its way says nothing of what was done
// meanwhile, and one that is not whole takes nothing away.
func TestNewerDeedsWin(t *testing.T) {
	liked := func(d *deeds, id string) bool {
		v, _ := d.of(&nostr.Event{ID: id, Kind: kindNote})
		return v.Liked
	}
	d := &deeds{marks: newCache[string, mark](maxEvents)}
	never := func(string) bool { return false }
	asked := d.now()
	d.did("post", &nostr.Event{ID: "like", Kind: kindLike, Content: "+"})
	d.told(asked, []string{"post"}, nil, true, never)
	if !liked(d, "post") {
		t.Error("an old answer took a new like away")
	}
	asked = d.now()
	d.told(asked, []string{"post"}, nil, false, never)
	if !liked(d, "post") {
		t.Error("half an answer took a like away")
	}
	d.told(asked, []string{"post"}, nil, false, func(id string) bool { return id == "like" })
	if liked(d, "post") {
		t.Error("a like that was deleted stays")
	}
	d.told(d.now(), []string{"post"}, map[string]mark{"post": {like: "second"}}, false, never)
	d.told(d.now(), []string{"post"}, nil, true, never)
	if liked(d, "post") {
		t.Error("a whole answer without the like leaves it")
	}
}

// TestBookmarkedArticle is known by its address, and only the newest list counts.
func TestBookmarkedArticle(t *testing.T) {
	d := &deeds{marks: newCache[string, mark](maxEvents)}
	article := &nostr.Event{ID: id(1), PubKey: key(1), Kind: kindArticle, Tags: nostr.Tags{{"d", "essay"}}}
	list := func(n byte, at nostr.Timestamp, tags ...nostr.Tag) *nostr.Event {
		return &nostr.Event{ID: id(n), CreatedAt: at, Kind: kindSaved, Tags: tags}
	}
	saved := func() bool {
		v, _ := d.of(article)
		return v.Bookmarked
	}
	changed := d.keep(list(2, 20, nostr.Tag{"a", addressOf(article)}, nostr.Tag{"a", "x"}, nostr.Tag{"e", "short"}, nostr.Tag{"a"}), nil)
	if !saved() || len(changed) != 1 || !changed[addressOf(article)] {
		t.Errorf("bookmarked: %t, changed: %v", saved(), changed)
	}
	if d.keep(list(3, 10), nil) != nil || !saved() {
		t.Error("an older list counts")
	}
	if changed = d.keep(list(4, 30), nil); saved() || len(changed) != 1 {
		t.Errorf("taken off, bookmarked: %t, changed: %v", saved(), changed)
	}
}
