package instance

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"skein/backends/sandbox/world"
)

// The types of notification that there are here.
//
// Source: docs.joinmastodon.org/entities/Notification#type
const (
	noticeMention = "mention"
	noticeBoost   = "reblog"
	noticeLike    = "favourite"
	noticeQuote   = "quote"
	noticeFollow  = "follow"
	noticeRequest = "follow_request"
	noticeEdit    = "update"
	noticePoll    = "poll"
)

// How many notifications a page holds.
const (
	defaultNotices = 40
	maxNotices     = 80
)

// notice is something that somebody is told of.
type notice struct {
	id   uint64 // 0 until it is numbered
	to   *person
	kind string
	by   *person
	post *post
	at   time.Time
	said bool // on the streams
}

func (n *notice) ID() string { return strconv.FormatUint(n.id, 10) }

// notify tells somebody of something, unless they have done it themself, were told
// before, or shun who did it.
//
// Source: app/services/notify_service.rb
func (t *town) notify(to *person, kind string, by *person, about *post, at time.Time) {
	switch {
	case to == nil || to == by && kind != noticePoll, to.mutes.has(by.Key), to.blocks.has(by.Key):
		return
	case about != nil && !t.visible(about, to):
		return
	}
	same := func(n *notice) bool { return n.kind == kind && n.by == by && n.post == about }
	if kind != noticeEdit && slices.ContainsFunc(to.notices, same) {
		return
	}
	to.notices = append(to.notices, &notice{to: to, kind: kind, by: by, post: about, at: at.UTC().Truncate(time.Millisecond)})
}

// noticeOf tells those whom a new post concerns.
func (t *town) noticeOf(p *post) {
	if p.boostOf != nil {
		t.notify(p.boostOf.by, noticeBoost, p.by, p.boostOf, p.created)
		return
	}
	for _, part := range p.parts {
		if part.Kind == world.Mention {
			t.notify(t.people[part.Target], noticeMention, p.by, p, p.created)
		}
	}
	if p.quoteOf != nil {
		t.notify(p.quoteOf.by, noticeQuote, p.by, p, p.created)
	}
}

// pollsEnded tells those who made a poll or voted in it that it is over.
func (t *town) pollsEnded(now time.Time) {
	for _, p := range t.posts {
		if p.poll == nil || now.Before(p.created.Add(p.poll.Open)) {
			continue
		}
		at := p.created.Add(p.poll.Open)
		t.notify(p.by, noticePoll, p.by, p, at)
		for who := range p.votes {
			t.notify(who, noticePoll, p.by, p, at)
		}
	}
}

// numberNotices gives those that have none their numbers, in order of time. They are
// numbers of rows on the real server, with no meaning.
func (t *town) numberNotices() {
	const first, step = 40_000_000, 7 // others are told of something, too
	t.lastNotice = max(t.lastNotice, first)
	var fresh []*notice
	for _, p := range t.people {
		for _, n := range p.notices {
			if n.id == 0 {
				fresh = append(fresh, n)
			}
		}
	}
	slices.SortStableFunc(fresh, func(a, b *notice) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.by.id, b.by.id), cmp.Compare(a.kind, b.kind))
	})
	for _, n := range fresh {
		t.lastNotice += step
		n.id = t.lastNotice
	}
	for _, p := range t.people {
		slices.SortFunc(p.notices, func(a, b *notice) int { return cmp.Compare(a.id, b.id) })
	}
}

// do has somebody do a deed of the world.
func (t *town) do(d world.Deed, at time.Time, files *gallery) *post {
	by, you := t.people[d.By], t.people[world.Viewer]
	of := t.keys[d.Of]
	if d.Of == "" {
		of = t.newestOf(you)
	}
	switch {
	case by == nil || you == nil:
	case d.Does == world.Follow:
		tie(t, by.follows, you.Key)
		t.notify(you, noticeFollow, by, nil, at)
	case of == nil:
	case d.Does == world.Like && !of.liked.has(by):
		tie(t, of.liked, by)
		of.likes = max(of.likes-1, 0) // one of those whom the world has counted
		t.notify(of.by, noticeLike, by, of, at)
	case d.Does == world.Boost && !of.boosted[by]:
		of.boosts = max(of.boosts-1, 0)
		return t.add(by, draft{boostOf: of, visibility: of.visibility}, at, files)
	}
	return nil
}

// doUntil does those of the deeds, oldest first, that are older than age, and returns
// the rest.
func (t *town) doUntil(age time.Duration, deeds []world.Deed, now time.Time, files *gallery) []world.Deed {
	for len(deeds) > 0 && deeds[0].Age >= age {
		if d := deeds[0]; d.Network == world.Mastodon {
			t.do(d, now.Add(-d.Age), files)
		}
		deeds = deeds[1:]
	}
	return deeds
}

func (t *town) newestOf(who *person) *post {
	for _, p := range slices.Backward(t.posts) {
		if p.by == who && p.boostOf == nil {
			return p
		}
	}
	return nil
}

// Do has somebody do something to the Viewer now.
func (s *Server) Do(d world.Deed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if boost := s.town.do(d, s.opts.Now(), s.pictures); boost != nil {
		s.announce(boost)
	}
	s.announceNotices()
	return nil
}

// announceNotices numbers what is new and tells those who listen. The lock is held.
func (s *Server) announceNotices() {
	s.town.numberNotices()
	for l := range s.listener {
		if !l.notified {
			continue
		}
		for _, n := range l.viewer.notices {
			if n.said {
				continue
			}
			// An entity of ours is always valid JSON.
			if body, err := json.Marshal((&call{s: s, viewer: l.viewer}).notification(n)); err == nil {
				l.send("notification", string(body))
			}
		}
	}
	for _, p := range s.town.people {
		for _, n := range p.notices {
			n.said = true
		}
	}
}

// notificationEntity is a Notification, ungrouped.
type notificationEntity struct {
	ID        string        `json:"id"`
	Type      string        `json:"type"`
	GroupKey  string        `json:"group_key"`
	CreatedAt string        `json:"created_at"`
	Account   accountEntity `json:"account"`
	Status    *statusEntity `json:"status,omitempty"`
}

func (c *call) notification(n *notice) notificationEntity {
	e := notificationEntity{ID: n.ID(), Type: n.kind, GroupKey: "ungrouped-" + n.ID(), CreatedAt: timestamp(n.at), Account: c.account(n.by)}
	if n.post != nil {
		status := c.status(n.post)
		e.Status = &status
	}
	return e
}

// told are the viewer's notices that can be shown, oldest first.
func (c *call) told() []*notice {
	t := c.s.town
	t.pollsEnded(c.s.opts.Now())
	c.s.announceNotices()
	return slices.DeleteFunc(slices.Clone(c.viewer.notices), func(n *notice) bool {
		return c.viewer.mutes.has(n.by.Key) || c.viewer.blocks.has(n.by.Key) || n.post != nil && t.ids[n.post.ID()] != n.post
	})
}

// notifications is a page of them, newest first.
//
// Source: docs.joinmastodon.org/methods/notifications#get
func notifications(c *call) (any, error) {
	q := c.URL.Query()
	limit, err := strconv.Atoi(q.Get("limit"))
	if err != nil || limit < 1 {
		limit = defaultNotices
	}
	limit = min(limit, maxNotices)
	only, without := q["types[]"], q["exclude_types[]"]
	below, above := parseID(q.Get("max_id")), max(parseID(q.Get("since_id")), parseID(q.Get("min_id")))
	page := slices.DeleteFunc(c.told(), func(n *notice) bool {
		return below > 0 && n.id >= below || n.id <= above ||
			len(only) > 0 && !slices.Contains(only, n.kind) || slices.Contains(without, n.kind)
	})
	if len(page) > limit {
		if q.Has("min_id") {
			page = page[:limit]
		} else {
			page = page[len(page)-limit:]
		}
	}
	out := []notificationEntity{}
	for _, n := range slices.Backward(page) {
		out = append(out, c.notification(n))
	}
	if len(page) > 0 {
		c.link(limit, page[0].ID(), page[len(page)-1].ID())
	}
	return out, nil
}

func getNotification(c *call) (any, error) {
	for _, n := range c.told() {
		if n.ID() == c.PathValue("id") {
			return c.notification(n), nil
		}
	}
	return nil, refusal{http.StatusNotFound, "Record not found"}
}
