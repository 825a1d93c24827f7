package timeline

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Mutes answers which mute hides a post: those that held at one moment, made ready to
// be asked of every post. It does not change; all methods may be called at once. A nil
// *Mutes hides nothing.
//
// What the person wrote is never hidden, nor what they boosted. A boost is hidden for
// who boosted it as well as for what it boosts, a quote for what it quotes. Words are
// looked for in all that is to be read: text, warning, poll, alt texts, link cards and
// tags; not in names.
//
// A word is found as a whole, whatever its case and accents; in scripts that are
// written without spaces it is found inside others. One that has a dot in it is found
// in the addresses of links, too. One that begins with '#' is found as a tag alone.
type Mutes struct {
	hidden   []Hidden // the maps and patterns hold indexes of it
	networks map[Network]int
	people   map[someone]int
	tags     map[string]int
	words    wordPatterns
	mine     map[someone]bool
	ends     time.Time // when the first of them does; zero: none by itself
	scratch  sync.Pool // of *[]byte
}

// Hidden says why a post is hidden.
type Hidden struct {
	Mute Mute
	// Why is for a person: `you muted "rain" until 3 Dec`.
	Why Safe
}

// someone is a person of one network, by Author.ID or by folded handle.
type someone struct {
	network Network
	id      string
	handle  string
}

// NewMutes makes ready those of a list that have not ended at now, for somebody with
// the given accounts. now's zone is the one that reasons speak in.
func NewMutes(list []Mute, own []Account, now time.Time) *Mutes {
	m := &Mutes{
		networks: map[Network]int{}, people: map[someone]int{}, tags: map[string]int{}, mine: map[someone]bool{},
	}
	for _, a := range own {
		switch { // a handle may be a claim, so it counts only for want of better
		case a.Author != "":
			m.mine[someone{network: a.Network, id: a.Author}] = true
		case !a.Handle.Empty():
			m.mine[someone{network: a.Network, handle: bareHandle(a.Handle.s)}] = true
		}
	}
	for _, mute := range list {
		if mute.Ended(now) {
			continue
		}
		if u := mute.Until; !u.IsZero() && (m.ends.IsZero() || u.Before(m.ends)) {
			m.ends = u
		}
		m.add(mute, now)
	}
	return m
}

func (m *Mutes) add(mute Mute, now time.Time) {
	at := len(m.hidden)
	why := "you muted " + mute.What().s
	if ends := mute.Ends(now); ends != "" {
		why += " " + ends
	}
	m.hidden = append(m.hidden, Hidden{Mute: mute, Why: CleanLine(why)})
	switch mute.Kind {
	case MuteNetwork:
		m.networks[mute.Network] = at
	case MutePerson:
		for _, h := range mute.Handles {
			who := someone{network: h.Network, id: h.ID}
			if h.ID == "" {
				who.handle = bareHandle(h.Handle)
			}
			m.people[who] = at
		}
	case MuteWord:
		key := MuteWordKey(mute.Word)
		if tag, ok := strings.CutPrefix(key, "#"); ok {
			m.tags[tag] = at
		} else if key != "" {
			m.words.add(key, at)
		}
	}
}

// bareHandle is a handle as handles are compared.
func bareHandle(h string) string { return strings.ToLower(strings.TrimPrefix(h, "@")) }

// Len is how many mutes there are.
func (m *Mutes) Len() int {
	if m == nil {
		return 0
	}
	return len(m.hidden)
}

// List is the mutes, in the order in which they were given.
func (m *Mutes) List() []Mute {
	list := make([]Mute, m.Len())
	for i := range list {
		list[i] = m.hidden[i].Mute
	}
	return list
}

// Ended tells whether one of the mutes is over at now, so that others are to be made.
func (m *Mutes) Ended(now time.Time) bool { return m != nil && !m.ends.IsZero() && !m.ends.After(now) }

// Hides returns the mute that hides p; ok is false where none does.
func (m *Mutes) Hides(p *Post) (why Hidden, ok bool) {
	if m.Len() == 0 || m.Own(p.ID.Network, p.Author) {
		return Hidden{}, false
	}
	if at, ok := m.networks[p.ID.Network]; ok {
		return m.hidden[at], true
	}
	c := p.Content()
	var quoted *Post
	if c.Quote != nil && c.Quote.Post != nil && !m.Own(c.ID.Network, c.Quote.Post.Author) {
		quoted = c.Quote.Post
	}
	if p.Boosted != nil {
		if why, ok := m.Person(p.ID.Network, p.Author); ok {
			return because(why, "boosted it"), true
		}
		if m.Own(c.ID.Network, c.Author) {
			return Hidden{}, false
		}
	}
	if why, ok := m.Person(c.ID.Network, c.Author); ok {
		return why, true
	}
	if quoted != nil {
		if why, ok := m.Person(quoted.ID.Network, quoted.Author); ok {
			return because(why, "is quoted"), true
		}
	}
	if at := m.tagged(c, quoted); at >= 0 {
		return m.hidden[at], true
	}
	if at := m.says(c, quoted); at >= 0 {
		return m.hidden[at], true
	}
	return Hidden{}, false
}

// because adds what a person has to do with a post that they have not written.
func because(h Hidden, did string) Hidden {
	h.Why = CleanLine(h.Why.s + ", who " + did)
	return h
}

// Person returns the mute that hides everything of a person of a network; ok is false
// where none does. The person themself is never muted.
func (m *Mutes) Person(n Network, a Author) (why Hidden, ok bool) {
	if m.Len() == 0 || len(m.people) == 0 || m.Own(n, a) {
		return Hidden{}, false
	}
	at, ok := m.people[someone{network: n, id: a.ID}]
	if !ok || a.ID == "" {
		if at, ok = m.people[someone{network: n, handle: bareHandle(a.Handle.s)}]; !ok {
			return Hidden{}, false
		}
	}
	return m.hidden[at], true
}

// Own tells whether somebody is the person themself.
func (m *Mutes) Own(n Network, a Author) bool {
	if m == nil {
		return false
	}
	return a.ID != "" && m.mine[someone{network: n, id: a.ID}] || m.mine[someone{network: n, handle: bareHandle(a.Handle.s)}]
}

// tagged is the mute of a tag of the posts, which may be nil; -1 for none.
func (m *Mutes) tagged(posts ...*Post) int {
	if len(m.tags) == 0 {
		return -1
	}
	for _, p := range posts {
		if p == nil {
			continue
		}
		for _, t := range p.Tags {
			if at, ok := m.tags[tagKey(t)]; ok {
				return at
			}
		}
		for _, s := range p.Text {
			if at, ok := m.tags[tagKey(s.Target)]; ok && s.Kind == SpanTag {
				return at
			}
		}
	}
	return -1
}

func tagKey(t Safe) string { return strings.TrimPrefix(string(fold(nil, t.s)), "#") }

// without is posts but those that are hidden; the argument is not changed.
func (m *Mutes) without(posts []*Post) []*Post {
	if m.Len() == 0 {
		return posts
	}
	return slices.DeleteFunc(slices.Clone(posts), func(p *Post) bool {
		_, hidden := m.Hides(p)
		return hidden
	})
}
