package world

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestNewIsValidForManySeedsAndSizes(t *testing.T) {
	for seed := range int64(50) {
		for _, size := range []int{0, 1, 300, 900} {
			if err := New(Options{Seed: seed, Size: size}).Validate(); err != nil {
				t.Fatalf("seed %d, size %d: %v", seed, size, err)
			}
		}
	}
}

func TestTheSameSeedGivesTheSameWorld(t *testing.T) {
	a, b := New(Options{Seed: 7}), New(Options{Seed: 7})
	if !reflect.DeepEqual(a, b) {
		t.Error("two worlds of one seed differ")
	}
	if reflect.DeepEqual(a.Posts, New(Options{Seed: 8}).Posts) {
		t.Error("two seeds give the same posts")
	}
}

func TestSizes(t *testing.T) {
	w := New(Options{})
	if len(w.Posts) != DefaultSize {
		t.Errorf("%d posts, want %d", len(w.Posts), DefaultSize)
	}
	if n := len(written()); n < 120 {
		t.Errorf("%d posts written by hand, want 120 or more", n)
	}
	if n := len(laterWritten()); n < 40 {
		t.Errorf("%d posts of the trickle written by hand, want 40 or more", n)
	}
	if len(w.Later) < 60 {
		t.Errorf("%d posts in the trickle, want 60 or more", len(w.Later))
	}
	for _, network := range []string{Mastodon, Bluesky, Nostr} {
		n := 0
		for _, p := range w.Posts {
			if p.Network == network {
				n++
			}
		}
		t.Logf("%s: %d posts", network, n)
		if n < 60 {
			t.Errorf("%d posts on %s, want 60 or more", n, network)
		}
	}
}

func words(p Post) string {
	var b strings.Builder
	for _, part := range p.Text {
		b.WriteString(part.Text)
	}
	return b.String()
}

func has(kind PartKind) func(Post) bool {
	return func(p Post) bool {
		return slices.ContainsFunc(p.Text, func(part Part) bool { return part.Kind == kind })
	}
}

func contains(s string) func(Post) bool {
	return func(p Post) bool { return strings.Contains(words(p), s) }
}

// kinds names every kind of post that the demo must show.
func kinds() map[string]func(Post) bool {
	closed := func(p Post) bool { return p.Poll != nil && p.Age > p.Poll.Open }
	return map[string]func(Post) bool{
		"reply": func(p Post) bool { return p.ReplyTo != "" }, "quote": func(p Post) bool { return p.QuoteOf != "" },
		"boost": func(p Post) bool { return p.BoostOf != "" }, "copy": func(p Post) bool { return p.CopyOf != "" },
		"open poll": func(p Post) bool { return p.Poll != nil && !closed(p) }, "closed poll": closed,
		"multiple poll": func(p Post) bool { return p.Poll != nil && p.Poll.Multiple },
		"poll on nostr": func(p Post) bool { return p.Poll != nil && p.Network == Nostr },
		"warning":       func(p Post) bool { return p.Warning != "" && len(p.Pictures) == 0 },
		"warning media": func(p Post) bool { return p.Warning != "" && len(p.Pictures) > 0 },
		"sensitive":     func(p Post) bool { return p.Sensitive && p.Warning == "" && len(p.Pictures) > 0 },
		"four pictures": func(p Post) bool { return len(p.Pictures) == 4 },
		"no alt text":   func(p Post) bool { return len(p.Pictures) > 0 && p.Pictures[0].Alt == "" },
		"picture alone": func(p Post) bool { return len(p.Pictures) > 0 && len(p.Text) == 0 },
		"card":          func(p Post) bool { return p.Card != nil }, "edited": func(p Post) bool { return p.Edited },
		"liked by you": func(p Post) bool { return p.LikedByYou },
		"link":         has(Link), "mention": has(Mention), "tag": has(Tag), "emoji": has(Emoji),
		"many links": func(p Post) bool { return p.By == "nadia" && len(p.Text) > 12 },
		"unlisted":   func(p Post) bool { return p.Visibility == "unlisted" }, "followers": func(p Post) bool { return p.Visibility == "followers" },
		"direct": func(p Post) bool { return p.Visibility == "direct" }, "future": func(p Post) bool { return p.Age < 0 },
		"long mastodon": func(p Post) bool {
			return p.Network == Mastodon && utf8.RuneCountInString(words(p)) > 2000 && p.By != "mallory"
		},
		"long nostr": func(p Post) bool { return p.Network == Nostr && len(words(p)) > 1400 && p.By == "lamp" },
		"bluesky's edge": func(p Post) bool {
			n, _ := blueskySize(p)
			return p.Network == Bluesky && n == maxBlueskyLength
		},
		"japanese": func(p Post) bool { return p.Lang == "ja" }, "korean": func(p Post) bool { return p.Lang == "ko" },
		"arabic": func(p Post) bool { return p.Lang == "ar" }, "hebrew": func(p Post) bool { return p.Lang == "he" },
		"german": func(p Post) bool { return p.Lang == "de" },
		"zwj":    contains("👩🏽‍🚀"), "skin tone": contains("🏽"), "flag": contains("🇯🇵"), "combining": contains("e\u0301"),
	}
}

// hostileKinds names what Mallory must have tried.
func hostileKinds() map[string]func(Post) bool {
	return map[string]func(Post) bool{
		"escape": contains("\x1b["), "title": contains("\x1b]0;"), "clipboard": contains("\x1b]52;"), "dcs": contains("\x1bP"),
		"c1": contains("\u009b"), "bell": contains("\a"), "bidi": contains("\u202e"), "tag characters": contains("\U000E0069"),
		"newlines": contains(strings.Repeat("\n", 500)), "two alphabets": contains("g\u0430zette"),
		"zalgo": contains("\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308"),
		"false label": func(p Post) bool {
			return slices.ContainsFunc(p.Text, func(part Part) bool {
				return part.Kind == Link && strings.HasPrefix(part.Text, "https://") && part.Text != part.Target
			})
		},
		"hostile alt": func(p Post) bool { return len(p.Pictures) > 0 && strings.Contains(p.Pictures[0].Alt, "\x1b") },
	}
}

func TestEveryKindOfPostExists(t *testing.T) {
	posts := New(Options{}).Posts
	all := kinds()
	maps.Copy(all, hostileKinds())
	for kind, is := range all {
		n := 0
		for _, p := range posts {
			if is(p) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("no post of the kind %q", kind)
		}
		t.Logf("%-15s %d", kind, n)
	}
}

func TestTheFirstScreen(t *testing.T) {
	w := New(Options{})
	top := newest(w, 15)
	kinds := kinds()
	for _, kind := range []string{"reply", "quote", "boost", "open poll", "warning", "mention", "tag"} {
		found := false
		for _, p := range top {
			found = found || kinds[kind](p)
		}
		if !found {
			t.Errorf("no %s among the newest 15", kind)
		}
	}
	networks := map[string]int{}
	pictures := 0
	for i, p := range top {
		t.Logf("%2d %8s %s/%s", i, p.Age, p.Network, p.Key)
		if p.By == "mallory" {
			t.Errorf("Mallory at %d", i)
		}
		if i < 10 {
			networks[p.Network]++
			pictures += len(p.Pictures)
		}
		if i >= 3 && top[i-1].Network == p.Network && top[i-2].Network == p.Network {
			t.Errorf("three of %s in a row at %d", p.Network, i)
		}
	}
	if len(networks) != 3 || pictures < 2 {
		t.Errorf("the first ten come from %v with %d pictures", networks, pictures)
	}
}

// newest returns the n newest posts that you see and that do not come from the future.
func newest(w *World, n int) []Post {
	followed := map[string]bool{}
	for _, p := range w.People {
		if p.Key == Viewer {
			followed[p.Network+"/"+Viewer] = true
			for _, key := range p.Follows {
				followed[p.Network+"/"+key] = true
			}
		}
	}
	var top []Post
	for i := len(w.Posts) - 1; i >= 0 && len(top) < n; i-- {
		if p := w.Posts[i]; p.Age >= 0 && followed[p.Network+"/"+p.By] {
			top = append(top, p)
		}
	}
	return top
}

func TestThreadsGoDeepAndBranch(t *testing.T) {
	depth, children := map[string]int{}, map[string]int{}
	deepest, widest := map[string]int{}, 0
	for _, p := range New(Options{}).Posts {
		if p.ReplyTo == "" {
			continue
		}
		parent := p.Network + "/" + p.ReplyTo
		depth[p.Network+"/"+p.Key] = depth[parent] + 1
		deepest[p.Network] = max(deepest[p.Network], depth[parent]+2)
		children[parent]++
		widest = max(widest, children[parent])
	}
	for _, network := range []string{Mastodon, Bluesky, Nostr} {
		if deepest[network] < 5 {
			t.Errorf("the deepest thread of %s has %d levels, want 5 or more", network, deepest[network])
		}
	}
	if widest < 2 {
		t.Error("no thread branches")
	}
}

func TestNobodySaysTheSameTwice(t *testing.T) {
	seen := map[string]string{}
	for _, p := range New(Options{}).Posts {
		text := fmt.Sprint(p.Network, p.Text)
		if len(p.Text) == 0 {
			continue
		}
		if before, twice := seen[text]; twice {
			t.Errorf("%s/%s says what %s said", p.Network, p.Key, before)
		}
		seen[text] = p.Key
	}
}

func TestYouFollowNearlyEveryone(t *testing.T) {
	w := New(Options{})
	all, followed := map[string]int{}, map[string]int{}
	for _, p := range w.People {
		all[p.Network]++
		if p.Key == Viewer {
			followed[p.Network] = len(p.Follows)
		}
	}
	for network, n := range all {
		if followed[network] < n-2 || n < 9 {
			t.Errorf("%s: you follow %d of %d", network, followed[network], n-1)
		}
	}
}

func TestNeighboursKnowEachOther(t *testing.T) {
	for _, p := range New(Options{}).People {
		quiet := p.Bot || p.Key == "mallory"
		if !quiet && (len(p.Follows) < 4 || p.Key != Viewer && !slices.Contains(p.Follows, Viewer)) {
			t.Errorf("%s/%s follows %v", p.Network, p.Key, p.Follows)
		}
		if p.Key != Viewer && slices.Contains(p.Follows, "mallory") {
			t.Errorf("%s/%s follows Mallory: only you are that curious", p.Network, p.Key)
		}
	}
}

func TestPostsReachBackDays(t *testing.T) {
	posts := New(Options{}).Posts
	if oldest := posts[0].Age; oldest < 48*time.Hour || oldest > 80*time.Hour {
		t.Errorf("the oldest post is %s old, want about three days", oldest)
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(Options{})
	}
}
