package world

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// column is somebody who posts in a set form: a station, a count, a log.
type column struct {
	network, by string
	weight      int
	write       func(*deck) []Part
}

// deck deals from lists without repeating a card until the list is through, so
// that the same remark does not come twice on one page.
type deck struct {
	rng   *rand.Rand
	piles map[string][]int
}

func newDeck(rng *rand.Rand) *deck { return &deck{rng: rng, piles: map[string][]int{}} }

// deal takes the next card of the pile with that name.
func (d *deck) deal(name string, cards []string) string {
	pile := d.piles[name]
	if len(pile) == 0 {
		pile = d.rng.Perm(len(cards))
	}
	d.piles[name] = pile[1:]
	return cards[pile[0]]
}

func (d *deck) num(lo, hi int) int { return lo + d.rng.IntN(hi-lo+1) }

// tenth picks a number with one decimal.
func (d *deck) tenth(lo, hi int) float64 { return float64(d.num(lo*10, hi*10)) / 10 }

func columns() []column {
	return []column{
		{Nostr, "hut", 4, weather},
		{Nostr, "bo", 2, hive},
		{Nostr, "kit", 3, commit},
		{Nostr, "fern", 3, cupboard},
		{Nostr, "nadia", 2, path},
		{Mastodon, "tides", 2, tide},
		{Mastodon, "tamsin", 3, birdCount},
		{Mastodon, "dele", 3, busLog},
		{Mastodon, "pilar", 2, nowPlaying},
		{Bluesky, "museum", 4, object},
		{Bluesky, "gazette", 3, smallAd},
		{Bluesky, "rosa", 2, delivery},
		{Bluesky, "ines", 2, seeing},
	}
}

// filler writes n posts in set form over the last three days, thicker towards now.
func filler(d *deck, n int) []Post {
	posts := make([]Post, 0, max(n, 0))
	for i := range n {
		at := float64(i+1) / float64(n)
		age := ago(0, 32) + sec(int(at*at*70*3600)) + sec(d.num(0, 900))
		posts = append(posts, setForm(d, fmt.Sprintf("form-%d", i), age))
	}
	return posts
}

// setForm writes one post in set form.
func setForm(d *deck, key string, age time.Duration) Post {
	c := d.column()
	p := Post{Key: key, By: c.by, Age: age, Text: c.write(d), Likes: d.num(0, 14)}
	return on(c.network, []Post{p})[0]
}

// column picks whose turn it is, by weight.
func (d *deck) column() column {
	all := columns()
	total := 0
	for _, c := range all {
		total += c.weight
	}
	turn := d.rng.IntN(total)
	for _, c := range all {
		if turn -= c.weight; turn < 0 {
			return c
		}
	}
	return all[0]
}

func weather(d *deck) []Part {
	return []Part{
		t(fmt.Sprintf("Hut 7, 612 m: %.1f °C, wind %s %d, battery %.1f V. %s ", d.tenth(-2, 16),
			d.deal("wind", []string{"SW", "W", "NW", "N", "NE", "E", "S"}), d.num(1, 7), d.tenth(12, 13), d.deal("hut", []string{
				"Visibility good.", "Visibility: the near post.", "One fox.", "Snow on the north side, out of habit.", "A walker waved.",
				"Drizzle, undecided.", "Rainbow (sensor disputes this).", "Cloud below the hut.", "Frost on the door.", "No fox.",
				"Hail for ninety seconds.", "The gate is open again.", "Sun. Panels humming.", "Two walkers, one sandwich.", "Wind dropped at noon.",
				"Fog came, looked, left.", "A crow sat on the anemometer: readings doubtful.", "Stars.",
			}))),
		tag("weather"),
	}
}

func hive(d *deck) []Part {
	return []Part{t(fmt.Sprintf("Hive %d: %+.1f kg today. %s", d.num(1, 9), d.tenth(-1, 3), d.deal("hive", []string{
		"Lime blossom, by the smell.", "They have opinions about the hoover.", "Guards on duty, one asleep.", "New queen, brisk.",
		"Rain stopped play.", "Somebody found the bakery.", "Wasps turned away at the door.", "Quiet as a held breath.",
		"They danced for the park on Hill Street.", "Drones loitering.", "The ladder and I are not speaking.", "Propolis on everything, me included.",
	})))}
}

func commit(d *deck) []Part {
	return []Part{t(fmt.Sprintf("tern %07x: %s", d.rng.Uint32()>>4, d.deal("commit", []string{
		"progress bar reaches 100% and stays there", "ask before overwriting; ask again if it is a Friday", "remove a sleep that was load-bearing",
		"tests: stop assuming the year", "say which file, not “a file”", "fix a race between me and the clock", "rename “destroy” to “delete”, breathe out",
		"handle the directory called “*”", "less cheerful error for a full disk", "docs: the example now works", "revert “small cleanup”",
		"copy sparse files without filling in their feelings", "one less goroutine, nobody noticed", "exit codes mean things now",
		"fsync the directory as well, as the old ones told us", "dry run is the default; wet run needs a flag",
	})))}
}

func cupboard(d *deck) []Part {
	return []Part{t(fmt.Sprintf("cupboard report: %d connections, %.1f °C. %s", d.num(180, 940), d.tenth(19, 31), d.deal("cupboard", []string{
		"the fan has found its note", "a moth applied for an account", "disk at 92%, hopes at 40%", "someone subscribed to everything. brave",
		"moved the coats", "hoover incident, 4 s downtime", "a client asked for the year 2100. not yet", "all quiet, suspiciously",
		"new cable, shorter, very smug", "said good morning 8,000 times", "the light came on by itself", "guests admired the blinking",
		"updated, restarted, apologised", "found a sock",
	})))}
}

func path(d *deck) []Part {
	return []Part{t(fmt.Sprintf("%.1f km on foot. %s ", d.tenth(4, 22), d.deal("path", []string{
		"Added: one bench, two gates, a view.", "Corrected: the pond is on the other side.", "A footpath that ends at a piano. Left a note.",
		"Wells: none. Puddles with ambition: four.", "A signpost with five arms, all saying “Mill”.", "Removed a hill that was a contour's mistake.",
		"Asked a goat for directions; the goat was right.", "Stile 88 still has no fence.", "A bridge for one person at a time, politely.",
		"The lane is called Long Lane and it is not.",
	}))), tag("mapping")}
}

func tide(d *deck) []Part {
	h, m := d.num(0, 5), d.num(0, 59)
	return []Part{t(fmt.Sprintf("Little Marsh, next four tides\nhigh %02d:%02d %.1f m · low %02d:%02d %.1f m\nhigh %02d:%02d %.1f m · low %02d:%02d %.1f m\nNot for navigation. ",
		h, m, d.tenth(3, 4), h+6, (m+9)%60, d.tenth(0, 1), h+12, (m+21)%60, d.tenth(3, 4), h+18, (m+33)%60, d.tenth(0, 1))), tag("tides")}
}

func birdCount(d *deck) []Part {
	birds := make([]string, 3)
	for i := range birds {
		birds[i] = fmt.Sprintf("%d %s", d.num(2, 60), d.deal("bird", []string{
			"lapwing", "curlew", "redshank", "dunlin", "teal", "wigeon", "little egret", "oystercatcher", "snipe", "reed bunting", "golden plover", "shelduck",
		}))
	}
	return []Part{t(d.deal("when", []string{"Dawn", "Morning", "Noon", "Afternoon", "Dusk"}) + " count: " + strings.Join(birds, ", ") + ". " +
		d.deal("marsh", []string{
			"And one heron, thinking.", "The swan was asked for comment.", "Wind in the reeds, tea in the flask.", "A peregrine went through like a slammed door.",
			"All of them left at once. It was a paper bag.", "Somebody's hat.", "Kingfisher: heard, believed.", "No spoonbills. One spoon.",
			"Buoy “Flamingo” still at large.", "The mud is at its best.", "I was counted by a robin.", "Fog; I counted the sounds.",
		}) + " "), tag("birdcount")}
}
