package endure_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"skein/e2e"
)

// writesVariable is how much TestManyAtOnce writes into one home: posts that are kept,
// entries of the address book, deliveries.
const writesVariable = "SKEIN_ENDURE_WRITES"

// fewWrites is what it writes where the environment does not say.
const fewWrites = 1200

// crowd is many skeins in one home, and what they were told.
type crowd struct {
	town *town
	home *e2e.Home
	left atomic.Int64 // writes still to be done beside those of the first reading

	working atomic.Int64 // people who are not done

	mu      sync.Mutex
	printed map[string]e2e.Post
	people  map[string]bool
	sent    []string
	did     map[string]int // commands of each kind
}

// A full screen and eight commands at once read, post, search, trim and keep an
// address book in one home: every one of them succeeds, and nothing is lost.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	writes := fewWrites
	if n, err := strconv.Atoi(os.Getenv(writesVariable)); err == nil {
		writes = n
	}
	const processes = 8
	tw := startTown(t, writes/2)
	c := &crowd{town: tw, home: tw.home(t), printed: map[string]e2e.Post{}, people: map[string]bool{}, did: map[string]int{}}
	c.left.Store(int64(writes / 2))
	quiet := tw.chatter(t, 20*time.Millisecond, "among many")
	term := c.home.Terminal(t, columns, lines)
	started := time.Now()
	t.Run("at once", func(t *testing.T) {
		for i := range processes {
			c.working.Add(1)
			t.Run(fmt.Sprint("command line ", i), func(t *testing.T) {
				t.Parallel()
				defer c.working.Add(-1)
				c.work(t, i, writes/2)
			})
		}
		t.Run("full screen", func(t *testing.T) {
			t.Parallel()
			c.scroll(t, term)
		})
	})
	took := time.Since(started)
	quiet()
	allWell(t, term)
	quitAtLast(t, term)
	c.check(t)
	t.Logf("%v in %s: %d posts printed, %d people, %d posts sent", c.did, took.Round(time.Second), len(c.printed), len(c.people), len(c.sent))
}

// quitAtLast quits once the screen has heard that all is sent: until then it asks.
func quitAtLast(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	pid := term.Pid(t)
	ended := func() bool { return syscall.Kill(pid, 0) != nil }
	e2e.Eventually(t, patience, "nothing is on its way", func(context.Context) error {
		term.SendKeys(t, "q")
		screen, asks := term.Poll(t, func(s e2e.Screen) bool {
			return strings.Contains(string(s), "quit?") || ended()
		})
		if ended() {
			return nil
		}
		if asks {
			term.SendKeys(t, "Escape")
		}
		return errors.New(screen.Framed())
	})
	if code := term.WaitExit(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// scroll goes up and down the screen while anybody works.
func (c *crowd) scroll(t *testing.T, term *e2e.Terminal) {
	t.Helper()
	keys := [][]string{{"j", "j", "j"}, {"G"}, {"k", "k"}, {"space"}, {"C-u"}, {"g", "g"}}
	for i := 0; c.working.Load() > 0; i++ {
		term.SendKeys(t, keys[i%len(keys)]...)
		time.Sleep(150 * time.Millisecond) // as a person does
	}
}

// work is one person at a command line: a long reading, then whatever comes to mind.
func (c *crowd) work(t *testing.T, person, size int) {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(person), 11))
	c.read(t, "-n", strconv.Itoa(size), "--network", networks()[person%3])
	for n := 0; c.left.Load() > 0; n++ {
		switch dice := r.IntN(20); {
		case dice < 6:
			c.left.Add(-c.read(t, "-n", "60"))
		case dice < 12:
			c.left.Add(-1)
			c.book(t, fmt.Sprintf("p%d-%d", person, n), person)
		case dice < 16:
			c.left.Add(-3)
			c.post(t, fmt.Sprintf("written by %d sentence%dx%d", person, person, n))
		case dice < 18:
			c.search(t)
		case dice < 19:
			c.run(t, "cache", "trim", "--older-than", "3650d")
		default:
			c.run(t, "cache", "stat")
		}
	}
}

// run runs a command that has to succeed without a word of complaint.
func (c *crowd) run(t *testing.T, args ...string) e2e.Result {
	t.Helper()
	c.mu.Lock()
	c.did[args[0]]++
	c.mu.Unlock()
	r := c.home.Run(t, append(args, "--json")...)
	if r.Code != 0 || r.Stderr != "" {
		t.Errorf("skein %s: exit code %d\n%.2000s", strings.Join(args, " "), r.Code, r.Stderr)
	}
	return r
}

// read reads a timeline, and returns how many of its posts were never printed before.
func (c *crowd) read(t *testing.T, args ...string) (fresh int64) {
	t.Helper()
	posts := rows(c.run(t, append([]string{"timeline"}, args...)...).Posts(t))
	c.mu.Lock()
	defer c.mu.Unlock()
	before := len(c.printed)
	maps.Copy(c.printed, posts)
	return int64(len(c.printed) - before)
}

// book puts somebody into the address book, or takes somebody out whom the same
// person has put there.
func (c *crowd) book(t *testing.T, name string, person int) {
	t.Helper()
	c.mu.Lock()
	own := slices.DeleteFunc(slices.Sorted(maps.Keys(c.people)), func(n string) bool { return !strings.HasPrefix(n, fmt.Sprintf("p%d-", person)) })
	c.mu.Unlock()
	if len(own) > 0 { // each person knows one handle, which only one name can have
		c.run(t, "people", "remove", own[0])
		c.mu.Lock()
		delete(c.people, own[0])
		c.mu.Unlock()
	}
	known := c.town.residents[person%len(c.town.residents)]
	c.run(t, "people", "add", name, known)
	c.mu.Lock()
	c.people[name] = true
	c.mu.Unlock()
}

// post publishes on every network.
func (c *crowd) post(t *testing.T, text string) {
	t.Helper()
	c.run(t, "post", text, "--to", "all", "--wait=60s")
	c.mu.Lock()
	c.sent = append(c.sent, text)
	c.mu.Unlock()
}

// search looks for something that was printed.
func (c *crowd) search(t *testing.T) {
	t.Helper()
	word, id := "", ""
	c.mu.Lock()
	for key, p := range c.printed {
		if _, after, found := strings.Cut(p.Text, "number"); found {
			word, id = "number"+after, key
			break
		}
	}
	c.mu.Unlock()
	if word == "" {
		return
	}
	if _, found := rows(c.run(t, "search", word).Posts(t))[id]; !found {
		t.Errorf("search %s does not find %s", word, id)
	}
}

// check looks for all that the commands have told of.
func (c *crowd) check(t *testing.T) {
	t.Helper()
	if len(c.printed) < 100 || len(c.sent) == 0 || len(c.people) == 0 {
		t.Fatalf("%d posts printed, %d sent and %d people prove little", len(c.printed), len(c.sent), len(c.people))
	}
	sound(t, c.home)
	missing(t, "what was printed", c.printed, kept(t, c.home))
	c.checkSearch(t)
	book := c.home.Run(t, "people", "list", "--json").Exits(t, 0).Stdout
	for name := range c.people {
		if !strings.Contains(book, strconv.Quote(name)) {
			t.Errorf("%s is not in the address book", name)
		}
	}
	if n := strings.Count(book, "\n"); n != len(c.people) {
		t.Errorf("%d people are in the address book instead of %d", n, len(c.people))
	}
	for _, network := range networks() {
		said := map[string]int{}
		for _, p := range c.home.Run(t, "timeline", "--json", "-n", "10000", "--network", network).Exits(t, 0).Posts(t) {
			said[p.Text]++
		}
		for _, text := range c.sent {
			if said[text] != 1 {
				t.Errorf("%q is on %s %d times", text, network, said[text])
			}
		}
	}
	out := c.home.Run(t, "outbox", "list", "--all", "-n", "100000", "--json").Exits(t, 0).Stdout
	if n := strings.Count(out, `"state":"sent"`); n != 3*len(c.sent) {
		t.Errorf("%d deliveries were sent, of %d", n, 3*len(c.sent))
	}
}

// checkSearch looks for what was published meanwhile and printed, all in a few words.
func (c *crowd) checkSearch(t *testing.T) {
	t.Helper()
	for _, network := range networks() {
		want := maps.Clone(c.printed)
		maps.DeleteFunc(want, func(_ string, p e2e.Post) bool {
			return p.Network != network || p.Boost.ID != "" || !strings.Contains(p.Text, "among many")
		})
		if len(want) > 900 {
			oldest := slices.SortedFunc(maps.Values(want), func(a, b e2e.Post) int { return b.SortTime.Compare(a.SortTime) })[900]
			maps.DeleteFunc(want, func(_ string, p e2e.Post) bool { return !p.SortTime.After(oldest.SortTime) })
		}
		found := rows(c.home.Run(t, "search", `"among many"`, "--network", network, "-n", "1000", "--json").Exits(t, 0).Posts(t))
		missing(t, "what search is to find", want, found)
	}
}
