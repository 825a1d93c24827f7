package instance

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"skein/backends/sandbox/world"
)

// homeSize is how many posts a home timeline keeps, as on Mastodon.
const homeSize = 800

// town is everybody and everything on the instance. Its methods are called with
// the Server's lock held.
type town struct {
	people map[string]*person // by key
	names  map[string]*person // by handle, lower case; with a host of those from elsewhere
	byID   map[string]*person

	posts  []*post // in order of id
	keys   map[string]*post
	ids    map[string]*post
	lastID uint64
	keeps  int // posts of a home timeline

	uploads   map[string]*upload // by id
	scheduled []*scheduled       // in order of id

	lastScheduled int
	lastNotice    uint64
	lastTie       uint64
	kept          map[string]kept // by Idempotency-Key, see call.key
}

type person struct {
	world.Person
	id      string
	joined  time.Time
	follows ties[string]    // by key
	asked   map[string]bool // whom they asked to be let follow
	mutes   ties[string]
	blocks  ties[string]
	markers map[string]marker // by timeline
	talks   map[string]uint64 // conversation → the last post of it that was read
	rival   string            // see Contend
	lists   []list
	tags    ties[string] // followed
	notices []*notice    // oldest first

	muteEnds map[string]time.Time // by key; of those mutes that end by themselves
}

// user is the handle without the host that those from elsewhere have.
func (p *person) user() string {
	user, _, _ := strings.Cut(p.Handle, "@")
	return user
}

// post is a status. The marks that people put on it change, and an edit changes the
// draft.
type post struct {
	draft
	id      uint64
	by      *person
	created time.Time
	edited  time.Time

	liked, bookmarked ties[*person]
	boosted           map[*person]bool
	votes             map[*person][]int // beside those of the world's poll
}

func (p *post) ID() string { return strconv.FormatUint(p.id, 10) }

// settle makes a town of w's Mastodon part, as it is at now.
func settle(w *world.World, now time.Time, files *gallery) (*town, error) {
	t := &town{
		people: map[string]*person{}, names: map[string]*person{}, byID: map[string]*person{},
		keys: map[string]*post{}, ids: map[string]*post{}, kept: map[string]kept{},
		uploads: map[string]*upload{},
	}
	for _, p := range w.People {
		if p.Network == world.Mastodon {
			t.move(p, now, files)
		}
	}
	t.arrange(w)
	deeds := slices.SortedStableFunc(slices.Values(w.Deeds), func(a, b world.Deed) int { return cmp.Compare(b.Age, a.Age) })
	for _, p := range w.People {
		if you := t.people[world.Viewer]; p.AsksYou && p.Network == world.Mastodon && you != nil {
			t.people[p.Key].asked[world.Viewer] = true
		}
	}
	for _, p := range w.Posts {
		if p.Network != world.Mastodon {
			continue
		}
		deeds = t.doUntil(p.Age, deeds, now, files) // a boost is a status, and those are in order
		d, err := t.fromWorld(p)
		if err != nil {
			return nil, err
		}
		author := t.people[p.By]
		made := t.add(author, d, now.Add(-p.Age), files)
		if p.Edited {
			made.edited = made.created.Add(2 * time.Minute)
		}
	}
	t.doUntil(0, deeds, now, files)
	t.numberNotices()
	return t, nil
}

// move has a person move in. Ids have no meaning, but they look like the real
// server's.
func (t *town) move(p world.Person, now time.Time, files *gallery) {
	const firstID = 109000000000000000
	r := &person{
		Person: p, id: strconv.Itoa(firstID + len(t.people)),
		joined: now.AddDate(-2, 0, -len(t.people)).Truncate(24 * time.Hour), follows: ties[string]{}, asked: map[string]bool{},
		mutes: ties[string]{}, blocks: ties[string]{}, markers: map[string]marker{}, tags: ties[string]{}, talks: map[string]uint64{}, muteEnds: map[string]time.Time{},
	}
	for _, key := range p.Follows {
		tie(t, r.follows, key)
	}
	t.people[p.Key], t.names[strings.ToLower(p.Handle)], t.byID[r.id] = r, r, r
	files.portrait(r)
}

// add appends a post. Ids are snowflakes: milliseconds and a counter, so that
// their order is the order of time.
//
// Source: lib/mastodon/snowflake.rb
func (t *town) add(by *person, d draft, at time.Time, files *gallery) *post {
	const counterBits = 16
	id := max(uint64(max(at.UnixMilli(), 0))<<counterBits, t.lastID+1)
	t.lastID = id
	p := &post{
		draft: d, id: id, by: by, created: at.UTC().Truncate(time.Millisecond),
		liked: ties[*person]{}, boosted: map[*person]bool{}, bookmarked: ties[*person]{}, votes: map[*person][]int{},
	}
	for i := range p.pictures {
		if p.pictures[i].id == "" {
			p.pictures[i].id = p.ID() + strconv.Itoa(i)
			files.hang(p.pictures[i])
		}
	}
	if you := t.people[world.Viewer]; d.likedByYou && you != nil {
		tie(t, p.liked, you)
		p.likes = max(p.likes-1, 0)
	}
	for _, key := range d.likedBy {
		if who := t.people[key]; who != nil {
			tie(t, p.liked, who)
			p.likes = max(p.likes-1, 0)
		}
	}
	if d.boostOf != nil {
		d.boostOf.boosted[by] = true
	}
	t.noticeOf(p)
	t.posts = append(t.posts, p)
	t.ids[p.ID()] = p
	if d.key != "" {
		t.keys[d.key] = p
	}
	return p
}

// remove forgets a post and its boosts.
func (t *town) remove(p *post) []*post {
	gone := []*post{p}
	for _, other := range t.posts {
		if other.boostOf == p {
			gone = append(gone, other)
		}
	}
	for _, g := range gone {
		delete(t.ids, g.ID())
		delete(t.keys, g.key)
		if g.boostOf != nil {
			delete(g.boostOf.boosted, g.by)
		}
	}
	t.posts = slices.DeleteFunc(t.posts, func(p *post) bool { return t.ids[p.ID()] == nil })
	return gone
}

// visible tells whether viewer, who may be nobody, may read p.
func (t *town) visible(p *post, viewer *person) bool {
	if p.boostOf != nil && !t.visible(p.boostOf, viewer) || viewer != nil && p.by.blocks.has(viewer.Key) {
		return false
	}
	switch {
	case p.visibility == "public", p.visibility == "unlisted", p.by == viewer:
		return true
	case viewer == nil:
		return false
	case p.mentions(viewer):
		return true
	}
	return p.visibility == "private" && viewer.follows.has(p.by.Key)
}

func (p *post) mentions(who *person) bool {
	return slices.ContainsFunc(p.parts, func(part world.Part) bool {
		return part.Kind == world.Mention && part.Target == who.Key
	})
}

// shuns tells whether p mutes or blocks who wrote a post or is mentioned in it.
func (p *person) shuns(written *post) bool {
	shunned := func(key string) bool { return p.mutes.has(key) || p.blocks.has(key) }
	return shunned(written.by.Key) || slices.ContainsFunc(written.parts, func(part world.Part) bool {
		return part.Kind == world.Mention && shunned(part.Target)
	})
}

// inHome tells whether p belongs into viewer's home timeline: their own posts and
// those of whom they follow, but no replies to strangers, and nothing by or about
// whom they mute or block.
//
// Source: app/lib/feed_manager.rb, filter_from_home
func (t *town) inHome(p *post, viewer *person) bool {
	if p.by == viewer {
		return true
	}
	if !viewer.follows.has(p.by.Key) || !t.visible(p, viewer) || viewer.shuns(p) || p.boostOf != nil && viewer.shuns(p.boostOf) {
		return false
	}
	to := p.replyTo
	return to == nil || to.by == viewer || to.by == p.by || viewer.follows.has(to.by.Key)
}

// home is viewer's home timeline, oldest first.
func (t *town) home(viewer *person) []*post {
	all := t.filter(func(p *post) bool { return t.inHome(p, viewer) })
	return all[max(0, len(all)-t.keeps):]
}

func (t *town) filter(keep func(*post) bool) []*post {
	var out []*post
	for _, p := range t.posts {
		if keep(p) {
			out = append(out, p)
		}
	}
	return out
}

// count counts posts.
func (t *town) count(match func(*post) bool) int {
	n := 0
	for _, p := range t.posts {
		if match(p) {
			n++
		}
	}
	return n
}

// fromWorld makes a draft of one of the world's posts.
func (t *town) fromWorld(p world.Post) (draft, error) {
	d := draft{
		key: p.Key, parts: p.Text, warning: p.Warning, sensitive: p.Sensitive || p.Warning != "", lang: p.Lang,
		visibility: p.Visibility, poll: p.Poll, card: p.Card, likes: p.Likes, boosts: p.Boosts, likedByYou: p.LikedByYou,
		likedBy: p.LikedBy, pinned: p.Pinned,
	}
	for _, pic := range p.Pictures {
		d.pictures = append(d.pictures, picture{Picture: pic})
	}
	switch d.visibility {
	case "":
		d.visibility = "public"
	case "followers":
		d.visibility = "private"
	}
	if t.people[p.By] == nil {
		return draft{}, fmt.Errorf("post %s: nobody is called %q", p.Key, p.By)
	}
	for _, ref := range []struct {
		key string
		to  **post
	}{{p.ReplyTo, &d.replyTo}, {p.QuoteOf, &d.quoteOf}, {p.BoostOf, &d.boostOf}} {
		if ref.key == "" {
			continue
		}
		if *ref.to = t.keys[ref.key]; *ref.to == nil {
			return draft{}, fmt.Errorf("post %s: there is no post %q", p.Key, ref.key)
		}
	}
	return d, nil
}
