package main

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"skein/e2e/crash/history"
	"skein/e2e/crash/stage"
)

// What else may run in the home of a run.
const (
	nobody = ""
	daemon = "daemon" // skein outbox drain --daemon
	screen = "screen" // the full screen
)

// script is everything that chance decides of one run, drawn from its seed. What
// the kernel's scheduling decides is not in it: a run repeated from its seed meets
// the same commands, kills and faults, and not always the same interleaving.
type script struct {
	seed    int64
	servers stage.Servers
	company string
	weather map[string]weather // by network
	lanes   [][]*step          // each a person at a shell of their own
}

// step is one command, and how often it is killed before it is let through.
type step struct {
	kind    string
	form    form // of posts
	mark    history.Mark
	length  int    // words of the text
	network string // of what acts on a post, or answers one
	key     string // of posts
	noWait  bool   // --no-wait
	kills   []kill // one for each attempt that is killed
	abandon bool   // after the last kill nobody repeats the command
	before  *step  // delete: what this one deletes a post of
}

// form is how a post is written.
type form string

// The forms.
const (
	plain  form = "plain"
	thread form = "thread" // parts with --- between them
	split  form = "split"  // too long for some networks, with --split
	reply  form = "reply"  // to somebody else's post
)

// kill is how an attempt ends: at a failpoint, or after a while.
type kill struct {
	point point
	after time.Duration // of no point
}

// point is a failpoint, and which of its hits is meant.
type point struct {
	name string
	nth  int
}

func (p point) String() string { return fmt.Sprintf("%s:%d", p.name, p.nth) }

func (k kill) String() string {
	if k.point.name != "" {
		return "at " + k.point.String()
	}
	return "after " + k.after.Round(time.Millisecond).String()
}

// The shape of a run.
const (
	mostLanes   = 4
	mostSteps   = 3
	mostKills   = 3
	mostHits    = 3
	killWithin  = 250 * time.Millisecond // a command of skein's takes about 100 ms
	partsOfText = 3
	longText    = 75 // words: over a limit of 500 characters
)

// write draws a script. points are the names of the failpoints that there are.
func write(seed int64, points []string) script {
	r := rand.New(rand.NewPCG(uint64(seed), 0x736b65696e)) //nolint:gosec // G404: a run has to be repeatable
	s := script{seed: seed, weather: map[string]weather{}}
	variants := stage.Variants()
	s.servers = stage.Servers{Mastodon: variants[r.IntN(len(variants))], ShortSessions: r.IntN(4) == 0}
	s.company = []string{nobody, nobody, nobody, daemon, screen}[r.IntN(5)]
	for _, network := range networks() {
		s.weather[network] = drawWeather(r)
	}
	w := &writer{r: r, seed: seed, points: points}
	for range 1 + r.IntN(mostLanes) {
		var lane []*step
		for range 1 + r.IntN(mostSteps) {
			lane = append(lane, w.step(lane))
		}
		s.lanes = append(s.lanes, lane)
	}
	return s
}

// String tells a script, a line for a step.
func (s script) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d: Mastodon %s, short sessions on Bluesky: %v; %s in the same home\n",
		s.seed, s.servers.Mastodon, s.servers.ShortSessions, cmp.Or(s.company, "nobody else"))
	for _, network := range networks() {
		w := s.weather[network]
		fmt.Fprintf(&b, "  %s fails %.0f %% of writes, %.0f %% of reads (%v), is down %d times\n",
			network, 100*w.writes, 100*w.reads, w.kinds, w.outages)
	}
	for i, lane := range s.lanes {
		for _, st := range lane {
			fmt.Fprintf(&b, "  person %d: %s %s %s on %v, killed %v, given up: %v\n", i+1, st.form, st.kind, st.mark, st.targets(), st.kills, st.abandon)
		}
	}
	return b.String()
}

// networks are the names of all three, in a fixed order.
func networks() []string { return []string{stage.Mastodon, stage.Bluesky, stage.Nostr} }

// writer draws the steps of one script.
type writer struct {
	r      *rand.Rand
	seed   int64
	points []string
	texts  int
	plains []*step // candidates for a twin
}

// step draws one more for a lane.
func (w *writer) step(lane []*step) *step {
	st := &step{key: fmt.Sprintf("key-%d-%x", w.seed, w.r.Uint64()), noWait: w.r.IntN(5) == 0}
	switch n := w.r.IntN(20); {
	case n < 8:
		w.post(st, plain)
	case n < 10:
		w.post(st, thread)
	case n < 12:
		w.post(st, split)
	case n < 14:
		w.post(st, reply)
	case n < 16:
		st.kind, st.network = history.KindLike, w.network()
	case n < 18:
		st.kind, st.network = history.KindBoost, w.network()
	default:
		if st.before = deletable(lane); st.before == nil {
			w.post(st, plain)
			break
		}
		st.kind, st.network = history.KindDelete, w.network()
	}
	w.kill(st)
	return st
}

// deletable is a post of the lane that can be deleted later in it.
func deletable(lane []*step) *step {
	for _, st := range lane {
		if st.kind == history.KindPost && st.form == plain {
			return st
		}
	}
	return nil
}

func (w *writer) network() string { return networks()[w.r.IntN(len(networks()))] }

func (w *writer) post(st *step, f form) {
	st.kind, st.form, st.length = history.KindPost, f, 1
	switch f {
	case plain:
		if len(w.plains) > 0 && w.r.IntN(4) == 0 {
			st.mark = w.plains[w.r.IntN(len(w.plains))].mark // the same text, on purpose
			return
		}
		w.plains = append(w.plains, st)
	case thread:
		st.length = partsOfText
	case split:
		st.length = longText
	case reply:
		st.network = w.network()
	}
	w.texts++
	st.mark = history.NewMark(w.seed, w.texts)
}

// kill draws the ends of a step's attempts.
func (w *writer) kill(st *step) {
	for range mostKills {
		if w.r.IntN(2) == 0 {
			return
		}
		k := kill{after: time.Duration(w.r.Int64N(int64(killWithin)))}
		if len(w.points) > 0 && w.r.IntN(3) > 0 {
			k = kill{point: point{w.point(), 1 + w.r.IntN(mostHits)}}
		}
		st.kills = append(st.kills, k)
	}
	st.abandon = w.r.IntN(2) == 0
}

// point draws a failpoint, in such a way that a new one changes no draw but those
// that it wins (rendezvous hashing).
func (w *writer) point() string {
	draw := strconv.FormatUint(w.r.Uint64(), 16)
	best, most := "", uint64(0)
	for _, name := range w.points {
		h := fnv.New64a()
		_, _ = io.WriteString(h, draw+name) // a hash never fails
		if sum := h.Sum64(); best == "" || sum > most {
			best, most = name, sum
		}
	}
	return best
}

// text is what the person typed.
func (st *step) text() string {
	switch st.form {
	case thread:
		parts := make([]string, st.length)
		for i := range parts {
			parts[i] = st.mark.Word(i) + " and more of it 🦢"
		}
		return strings.Join(parts, "\n---\n")
	case split:
		return st.mark.Words(0, st.length)
	default:
		return st.mark.Word(0) + " 東京 & <b>äö</b> 🏳️‍🌈 #heron"
	}
}

// targets are the networks that the step is for.
func (st *step) targets() []string {
	if st.network != "" {
		return []string{st.network}
	}
	return networks()
}
