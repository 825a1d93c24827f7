package history

import (
	"fmt"
	"slices"
)

// Fault is the way in which a promise was broken.
type Fault string

// The faults.
const (
	Duplicate Fault = "duplicate" // more of it is there than was asked for
	Lost      Fault = "lost"      // it was promised, and is not there
	Doubt     Fault = "doubt"     // unconfirmed where it could be found out
	Stuck     Fault = "stuck"     // neither here nor there, with all faults lifted
	Torn      Fault = "torn"      // a thread in pieces, or in another order
	Undead    Fault = "undead"    // deleted, and there again
)

// Violation is one broken promise.
type Violation struct {
	Fault   Fault
	Network string
	About   string // a mark, or a post's id
	Why     string
}

func (v Violation) String() string {
	return fmt.Sprintf("%s on %s: %s: %s", v.Fault, v.Network, v.About, v.Why)
}

// checker collects what is wrong with one history.
type checker struct {
	History
	found []Violation
}

// Check returns every broken promise of a history.
func Check(h History) []Violation {
	c := &checker{History: h}
	c.states()
	c.promises()
	for _, m := range c.marks() {
		for _, network := range c.networks() {
			c.text(m, network)
		}
	}
	c.receipts()
	c.reactions(KindLike)
	c.reactions(KindBoost)
	c.deletes()
	return c.found
}

func (c *checker) fault(f Fault, network, about, why string, args ...any) {
	c.found = append(c.found, Violation{f, network, about, fmt.Sprintf(why, args...)})
}

// about is how a delivery is named in a violation.
func (d Delivery) about() string {
	if d.Mark != "" {
		return string(d.Mark)
	}
	return d.Kind + " " + d.On
}

// states looks at where the deliveries have ended.
func (c *checker) states() {
	for _, d := range Open(c.Journal) {
		c.fault(Stuck, d.Network, d.about(), "its delivery of operation %s is still %s", d.Operation, d.State)
	}
	for _, d := range c.Journal {
		switch {
		case d.State == Unconfirmed && !c.Doubtful[d.Network]:
			c.fault(Doubt, d.Network, d.about(), "operation %s is unconfirmed", d.Operation)
		case d.State == Refused || d.State == Cancelled:
			// Nothing that the runs ask for is against a network's rules.
			c.fault(Lost, d.Network, d.about(), "operation %s is %s", d.Operation, d.State)
		}
	}
}

// promises compares what the commands said with what the outbox knows.
func (c *checker) promises() {
	type subject struct {
		kind, network, on string
		mark              Mark
	}
	asked, kept, done := map[subject]int{}, map[subject]int{}, map[subject]int{}
	for _, a := range c.Asked {
		for _, network := range a.Networks {
			s := subject{a.Kind, network, a.On, a.Mark}
			asked[s]++
			if a.Promise >= Kept {
				kept[s]++
			}
			if a.Promise == Done {
				done[s]++
			}
		}
	}
	operations, sent := map[subject]map[string]bool{}, map[subject]map[string]bool{}
	for _, d := range c.Journal {
		s := subject{d.Kind, d.Network, d.On, d.Mark}
		if operations[s] == nil {
			operations[s], sent[s] = map[string]bool{}, map[string]bool{}
		}
		operations[s][d.Operation] = true
		all, seen := sent[s][d.Operation]
		sent[s][d.Operation] = d.State == Sent && (all || !seen)
	}
	for s, n := range asked {
		about := Delivery{Kind: s.kind, Mark: s.mark, On: s.on}.about()
		is := len(operations[s])
		if is > n {
			c.fault(Duplicate, s.network, about, "%d operations came of %d keys", is, n)
		}
		if min(kept[s], atMostOne(s.kind, n)) > is {
			c.fault(Lost, s.network, about, "%d commands said that it was kept, and the outbox has %d of it", kept[s], is)
		}
		ends := 0
		for _, all := range sent[s] {
			if all {
				ends++
			}
		}
		if min(done[s], atMostOne(s.kind, n)) > ends {
			c.fault(Lost, s.network, about, "%d commands said that it was sent, and the outbox says so of %d", done[s], ends)
		}
	}
}

// atMostOne is n for posts, and one for what cannot be there twice.
func atMostOne(kind string, n int) int {
	if kind == KindPost {
		return n
	}
	return min(n, 1)
}

// operation is all deliveries of one operation to one network.
type operation struct {
	sent    bool     // each of them
	deleted bool     // one of its posts was deleted for sure
	fading  bool     // somebody asked for one of its posts to be deleted, and that is not over
	posts   []string // in the order of the thread
}

// operations are those that published a text, on one network.
func (c *checker) operations(m Mark, network string) map[string]*operation {
	gone := map[string]bool{} // post → surely
	for _, d := range c.Journal {
		if d.Kind == KindDelete && d.Network == network {
			gone[d.On] = gone[d.On] || d.State == Sent
		}
	}
	rows := map[string][]Delivery{}
	for _, d := range c.Journal {
		if d.Kind == KindPost && d.Network == network && d.Mark == m {
			rows[d.Operation] = append(rows[d.Operation], d)
		}
	}
	all := map[string]*operation{}
	for id, parts := range rows {
		slices.SortFunc(parts, func(a, b Delivery) int { return a.Part - b.Part })
		o := &operation{sent: true}
		for _, d := range parts {
			o.sent = o.sent && d.State == Sent
			o.posts = append(o.posts, d.Posts...)
		}
		for _, post := range o.posts {
			surely, asked := gone[post]
			o.deleted = o.deleted || surely
			o.fading = o.fading || asked
		}
		all[id] = o
	}
	return all
}

// text counts one text on one network: each of its words must be there as often as
// there are operations that have sent it, and once more at most for each of which
// that is not known.
func (c *checker) text(m Mark, network string) {
	least, most := 0, 0
	for _, o := range c.operations(m, network) {
		switch {
		case o.deleted:
		case o.sent && !o.fading:
			least, most = least+1, most+1
			c.thread(m, network, o)
		default: // it may be there; whether it should by now is for states to say
			most++
		}
	}
	for word := range c.length(m) {
		there := 0
		for _, p := range c.Truth.Posts {
			if mark, _ := Read(p.Text); mark == m && p.Network == network && p.has(word) {
				there++
			}
		}
		if there > most {
			c.fault(Duplicate, network, m.Word(word), "it is there %d times, and %d were asked for", there, most)
			return
		}
		if there < least {
			c.fault(Lost, network, m.Word(word), "it is there %d times, and %d are said to be sent", there, least)
			return
		}
	}
}

// thread looks at the order of one operation's posts.
func (c *checker) thread(m Mark, network string, o *operation) {
	var words []int
	before := c.parent(m)
	for i, id := range o.posts {
		p, ok := c.post(network, id)
		if !ok {
			return // receipts says so
		}
		_, its := Read(p.Text)
		words = append(words, its...)
		if p.Parent != before {
			c.fault(Torn, network, string(m), "post %d of the thread replies to %q and not to %q", i+1, p.Parent, before)
		}
		before = id
	}
	if !inOrder(words) || len(words) != c.length(m) {
		c.fault(Torn, network, string(m), "its words are %v", words)
	}
}

// receipts looks for each post that the outbox names.
func (c *checker) receipts() {
	owner := map[string]string{}
	for _, d := range c.Journal {
		if d.Kind != KindPost || d.State != Sent {
			continue
		}
		if len(d.Posts) == 0 {
			c.fault(Lost, d.Network, d.about(), "operation %s is sent, and its receipt names no post", d.Operation)
		}
		for _, id := range d.Posts {
			if other, taken := owner[d.Network+id]; taken {
				c.fault(Lost, d.Network, d.about(), "operations %s and %s both say that they became %s", other, d.Operation, id)
			}
			owner[d.Network+id] = d.Operation
			p, ok := c.post(d.Network, id)
			switch mark, _ := Read(p.Text); {
			case !ok && !c.deleted(d.Network, id):
				c.fault(Lost, d.Network, d.about(), "operation %s is sent as %s, which is not there", d.Operation, id)
			case ok && mark != d.Mark:
				c.fault(Lost, d.Network, d.about(), "operation %s is sent as %s, which reads %q", d.Operation, id, p.Text)
			}
		}
	}
}

// reactions counts likes or boosts: one on each post for which there was a
// delivery.
func (c *checker) reactions(kind string) {
	type target struct{ network, on string }
	want := map[target]string{} // → the best state
	for _, d := range c.Journal {
		if t := (target{d.Network, d.On}); d.Kind == kind && want[t] != Sent {
			want[t] = d.State
		}
	}
	there := map[target]int{}
	for _, r := range c.Truth.Reactions {
		if r.Kind == kind {
			there[target{r.Network, r.On}]++
		}
	}
	for t, n := range there {
		if _, asked := want[t]; n > 1 || !asked {
			c.fault(Duplicate, t.network, kind+" "+t.on, "it is there %d times (asked for: %v)", n, asked)
		}
	}
	for t, state := range want {
		if state == Sent && there[t] == 0 {
			c.fault(Lost, t.network, kind+" "+t.on, "it is said to be sent and is not there")
		}
	}
}

// deletes looks for posts that were deleted.
func (c *checker) deletes() {
	for _, d := range c.Journal {
		if d.Kind != KindDelete || d.State != Sent {
			continue
		}
		if _, there := c.post(d.Network, d.On); there {
			c.fault(Undead, d.Network, d.On, "it was deleted by operation %s and is there", d.Operation)
		}
	}
}
