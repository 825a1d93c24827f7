package relay

import (
	"fmt"
	"strings"
	"time"

	"github.com/nbd-wtf/go-nostr"
)

// Evil is what a relay does wrong.
type Evil int

// The evils that relays are known for.
const (
	Honest          Evil = iota
	ForgedID             // a changed text under the id and signature of the true one
	ForgedSignature      // a changed text with the right id but a made-up signature
	GarbageFirst         // before each event, its id on garbage
	NoticeFlood          // 20,000 NOTICEs
	HugeFrame            // a frame of 32 MiB
	BrokenFrame          // frames that crash careless parsers
	FarFuture            // the followed people's posts again, honestly signed, from the year 2100
	AuthFlood            // 10,000 AUTH challenges, each request refused
	CloseAfterFrame      // closes the socket after each frame
	NeverEOSE            // never says that it is done
	OutsideFilter        // a stranger's events, honestly signed, that nobody asked for
)

// Evils lists them all but Honest.
func Evils() []Evil {
	var all []Evil
	for e := ForgedID; e <= OutsideFilter; e++ {
		all = append(all, e)
	}
	return all
}

// String names the evil for a test's output.
func (e Evil) String() string {
	return [...]string{
		"honest", "forged id", "forged signature", "garbage first", "notice flood", "huge frame", "broken frame",
		"far future", "auth flood", "close after frame", "never EOSE", "outside filter",
	}[e]
}

// Forged is in the text of everything that an evil relay makes up.
const Forged = "FORGED"

const (
	notices    = 20_000
	challenges = 10_000
	hugeFrame  = 32 << 20
)

// greet is what an evil relay says before it is asked.
func (e Evil) greet(c *session) {
	switch e {
	case NoticeFlood:
		c.flood(notices, func(i int) string { return fmt.Sprintf(`["NOTICE","%s \u001b[31m%d"]`, Forged, i) })
	case AuthFlood:
		c.flood(challenges, func(i int) string { return fmt.Sprintf(`["AUTH","%s %d"]`, Forged, i) })
	}
}

// flood waits for the client instead of dropping it, as a kernel's buffer would.
func (c *session) flood(n int, text func(int) string) {
	for i := range n {
		for len(c.out) > outgoing/2 {
			select {
			case <-c.server.ctx.Done():
				return
			case <-time.After(time.Millisecond):
			}
			if c.gone() {
				return
			}
		}
		c.queue(message{body: []byte(text(i))})
	}
}

// event sends a true event, or what an evil relay sends instead.
func (e Evil) event(c *session, sub string, ev *nostr.Event) {
	bad := *ev
	switch e {
	case ForgedID:
		bad.Content = Forged + " " + ev.Content
		c.send("EVENT", sub, bad)
		return
	case ForgedSignature:
		bad.Content = Forged + " " + ev.Content
		bad.ID = bad.GetID()
		c.send("EVENT", sub, bad)
		return
	case GarbageFirst:
		bad.Content = Forged
		bad.Sig = strings.Repeat("0", 128)
		c.send("EVENT", sub, bad)
	case BrokenFrame:
		for _, frame := range brokenFrames(sub, ev.ID) {
			c.queue(message{body: []byte(frame)})
		}
		return
	case AuthFlood:
		c.send("CLOSED", sub, "auth-required: "+Forged)
		return
	}
	c.send("EVENT", sub, ev)
}

// stored is what an evil relay adds to an answer.
func (e Evil) stored(c *session, sub string) {
	switch e {
	case HugeFrame:
		c.queue(message{body: []byte(`["EVENT","` + sub + `",{"content":"`), padding: hugeFrame})
	case FarFuture:
		for _, ev := range c.server.town.farFuture() {
			c.send("EVENT", sub, ev)
		}
	case OutsideFilter:
		for _, ev := range c.server.town.uninvited() {
			c.send("EVENT", sub, ev)
		}
	}
}

// brokenFrames are known to panic parsers, or are nearly right.
func brokenFrames(sub, id string) []string {
	return []string{
		`["EVENT","1:",{"id":"x"}]`,
		`["EVENT","` + sub + `",{"id":"x"}]`,
		`["EVENT","` + sub + `",{"id":"` + id + `"}]`,
		`["EVENT","` + sub + `",{"id":"` + id + `","pubkey":"","tags":[[],["e"],null],"sig":"00"}]`,
		`["EVENT","` + sub + `",null]`,
		`["EVENT","` + sub + `"]`,
		`["EVENT"]`, `["EVENT",1,2]`, `[]`, `[[]]`, `{}`, `null`, `"`, `["EOSE"]`, `["OK"]`, `["OK","x"]`,
		`["CLOSED"]`, `["NOTICE"]`, `["AUTH"]`, `["AUTH",{}]`, `["COUNT","` + sub + `",{"hll":"x"}]`,
		strings.Repeat("[", 10_000), "\xff\xfe", "",
	}
}
