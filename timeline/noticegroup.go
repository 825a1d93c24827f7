package timeline

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// noticeWindow is how far below its newest a group of likes, boosts or zaps reaches: an
// old like does not come up again for every new one.
const noticeWindow = 72 * time.Hour

// NoticeGroup is one row of notices: several that say the same of the same thing.
type NoticeGroup struct {
	Kind    NoticeKind
	Notices []Notice // the newest first; never empty
}

// Grouping is how notices are grouped. The zero value knows no copies.
type Grouping struct {
	// Copies is one name for all posts that are copies of one draft, whatever the
	// network; "" for a post that is none. It is called often and must not wait.
	Copies func(ID) string
	// Zone is where a day begins and ends; nil is UTC.
	Zone *time.Location
}

// Group makes rows of notices, in any order: the newest row first. Boosts of one post,
// or of the copies of one draft, within three days are one row, and so are likes and
// zaps; follows of one day are. Whatever somebody wrote stands alone, however many of
// the person's accounts were told of it.
func (g Grouping) Group(notices []Notice) []NoticeGroup {
	var groups []NoticeGroup
	newest := map[noticeTopic]int{} // the group that takes more of a topic
	for _, n := range MergeNotices(notices) {
		topic := g.topic(n)
		at, known := newest[topic]
		if known && topic.bound && groups[at].At().Sub(n.At) > noticeWindow {
			known = false
		}
		if !known {
			newest[topic] = len(groups)
			groups = append(groups, NoticeGroup{Kind: n.Kind, Notices: []Notice{n}})
			continue
		}
		groups[at].Notices = append(groups[at].Notices, n)
		groups[at].Kind = closer(groups[at].Kind, n.Kind)
	}
	return groups
}

// noticeTopic is what the notices of one row have in common.
type noticeTopic struct {
	kind  NoticeKind
	about string
	bound bool // a row reaches back by noticeWindow alone
}

func (g Grouping) topic(n Notice) noticeTopic {
	switch {
	case n.Kind.Speaks() && !n.Subject.Zero():
		// A reply that names us, too, is one thing that somebody said.
		return noticeTopic{kind: NoticeMention, about: n.Subject.String()}
	case n.Kind == NoticeFollow || n.Kind == NoticeRequest:
		zone := cmp.Or(g.Zone, time.UTC)
		return noticeTopic{kind: n.Kind, about: n.At.In(zone).Format(time.DateOnly)}
	case n.Subject.Zero() || n.Kind == NoticeOther:
		return noticeTopic{kind: n.Kind, about: string(n.Account) + " " + n.ID}
	}
	about := ""
	if g.Copies != nil {
		about = g.Copies(n.Subject)
	}
	return noticeTopic{kind: n.Kind, about: cmp.Or(about, n.Subject.String()), bound: true}
}

// closer is which of two ways of speaking to the person says more: a reply that names
// them is a reply.
func closer(a, b NoticeKind) NoticeKind {
	for _, k := range []NoticeKind{NoticeReply, NoticeQuote, NoticeMention} {
		if a == k || b == k {
			return k
		}
	}
	return a
}

// At is when the newest of it happened.
func (g NoticeGroup) At() time.Time { return g.Notices[0].At }

// Key names the row by its oldest notice, so that the name stays while more come.
func (g NoticeGroup) Key() Key { return g.Notices[len(g.Notices)-1].Key() }

// Post is what it is about: the newest that could be read; nil for none.
func (g NoticeGroup) Post() *Post {
	for _, n := range g.Notices {
		if n.Post != nil {
			return n.Post
		}
	}
	return nil
}

// Unread is how many of it have not been read.
func (g NoticeGroup) Unread() (unread int) {
	for _, n := range g.Notices {
		if !n.Read {
			unread++
		}
	}
	return unread
}

// NoticePerson is somebody who did something, on one network.
type NoticePerson struct {
	Network Network
	Author
}

// People are those who did it, the newest first and each once.
func (g NoticeGroup) People() []NoticePerson {
	var out []NoticePerson
	seen := map[someone]bool{}
	for _, n := range g.Notices {
		who := someone{network: n.Network, id: n.By.ID}
		if n.By.ID == "" || seen[who] {
			continue
		}
		seen[who] = true
		out = append(out, NoticePerson{n.Network, n.By})
	}
	return out
}

// NetworkCount is how many people did something on one network.
type NetworkCount struct {
	Network Network
	People  int // 0 where nobody in particular did it
}

// Networks are those on which it happened, in their usual order.
func (g NoticeGroup) Networks() []NetworkCount {
	count := map[Network]int{}
	for _, n := range g.Notices {
		count[n.Network] += 0
	}
	for _, p := range g.People() {
		count[p.Network]++
	}
	var out []NetworkCount
	for _, n := range Networks() {
		if people, there := count[n]; there {
			out = append(out, NetworkCount{n, people})
		}
	}
	return out
}

// Amount is what was zapped in all, in millisatoshi.
func (g NoticeGroup) Amount() (sum int64) {
	for _, n := range g.Notices {
		sum += min(n.Amount, 1<<53) // no sum of those that fit on a screen runs over
	}
	return sum
}

// Who names who did it: "Ana", "Ana and Bo", "Ana, Bo and 5 others"; empty where nobody
// in particular did.
func (g NoticeGroup) Who() Safe {
	people := g.People()
	name := func(i int) string { return people[i].Name.Line().s }
	switch n := len(people); n {
	case 0:
		return Safe{}
	case 1:
		return CleanLine(name(0))
	case 2:
		return CleanLine(name(0) + " and " + name(1))
	case 3:
		return CleanLine(name(0) + ", " + name(1) + " and 1 other")
	default:
		return CleanLine(fmt.Sprintf("%s, %s and %d others", name(0), name(1), n-2))
	}
}

// What says what they did, after who: "liked your post".
func (g NoticeGroup) What() Safe {
	newest := g.Notices[0]
	switch g.Kind {
	case NoticeMention:
		return Literal("mentioned you")
	case NoticeReply:
		return Literal("replied to you")
	case NoticeQuote:
		return Literal("quoted you")
	case NoticeBoost:
		return Literal("boosted your post")
	case NoticeLike:
		return g.liked()
	case NoticeFollow:
		return Literal("followed you")
	case NoticeRequest:
		return Literal("asked to follow you")
	case NoticePoll:
		return g.ended()
	case NoticeEdit:
		return Literal("edited a post")
	case NoticePost:
		return Literal("posted")
	case NoticeZap:
		if newest.Subject.Zero() {
			return CleanLine("zapped you with " + sats(g.Amount()))
		}
		return CleanLine("zapped your post with " + sats(g.Amount()))
	}
	if newest.Text.Empty() {
		return Literal("Something has happened that skein does not know")
	}
	return newest.Text
}

// liked tells a like's sign where it is not a plain one and they agree on it.
func (g NoticeGroup) liked() Safe {
	sign := g.Notices[0].Text
	if slices.ContainsFunc(g.Notices, func(n Notice) bool { return n.Text != sign }) || sign.Empty() {
		return Literal("liked your post")
	}
	return CleanLine("reacted " + sign.s + " to your post")
}

// ended tells whose poll is over.
func (g NoticeGroup) ended() Safe {
	if len(g.People()) == 0 {
		return Literal("A poll has ended")
	}
	return Literal("ran a poll that has ended")
}

// sats is an amount as people say it.
func sats(milli int64) string {
	if milli == 1000 {
		return "1 sat"
	}
	return fmt.Sprintf("%d sats", milli/1000)
}
