package uitest

import (
	"time"

	"skein/timeline"
)

// Named is a post with the name of what it shows.
type Named struct {
	Name string
	Post *timeline.Post
}

// Gallery is one post of each kind there is, newest first.
func Gallery() []Named { return append(usual(), unusual()...) }

func made(n timeline.Network, name string, ago time.Duration, author, handle, text string, edit func(*timeline.Post)) Named {
	p := Post(n, name, ago, author, text)
	p.Author.Handle = timeline.CleanLine(handle)
	if edit != nil {
		edit(p)
	}
	return Named{name, p}
}

func safe(s string) timeline.Safe { return timeline.CleanLine(s) }

// usual is what most timelines are made of.
func usual() []Named {
	return []Named{
		made(timeline.Mastodon, "link-card", 4*time.Minute, "Ana Lima", "@ana@hachyderm.example", "", func(p *timeline.Post) {
			p.Text = timeline.Text{
				{Text: timeline.Clean("We moved the lab to our own runners. What broke, and what I would not do again: ")},
				{Kind: timeline.SpanLink, Text: safe("lab.example/notes"), Target: safe("https://lab.example/notes")},
			}
			p.Card = &timeline.Card{URL: safe("https://lab.example/notes"), Title: safe("Moving CI home: a diary")}
			p.Counts = timeline.Counts{Replies: 3, Boosts: 12, Likes: 48}
		}),
		made(timeline.Bluesky, "boost-picture", 9*time.Minute, "Bo", "@bo.example", "", func(p *timeline.Post) {
			c := *Post(timeline.Bluesky, "heron", 9*time.Minute, "Carol", "")
			c.Author.Handle, c.Author.Verified = safe("@carol.example"), true
			c.Media = []timeline.Media{{
				Kind: timeline.Image, URL: safe("https://cdn.example/heron.jpg"),
				Alt: safe("a heron on a jetty at dawn, seen from behind, with the far shore still in fog and one boat that has not left yet"),
			}}
			c.Counts.Likes = 5
			p.Boosted = &c
		}),
		made(timeline.Nostr, "warning", 12*time.Minute, "fern", "npub1q…7x4", "the whole count, ward by ward", func(p *timeline.Post) {
			p.Sensitive, p.Warning = true, safe("election talk")
		}),
		made(timeline.Mastodon, "mentions-tags", 25*time.Minute, "Mira", "@mira@gardens.example", "", func(p *timeline.Post) {
			p.Text = timeline.Text{
				{Kind: timeline.SpanMention, Text: safe("@otto"), Target: safe("otto@fields.example")},
				{Text: timeline.Clean(" the beans are up, all of them.\n\nNext the tomatoes, if the frost lets us. ")},
				{Kind: timeline.SpanTag, Text: safe("#gardening"), Target: safe("gardening")},
			}
			p.ReplyTo = &timeline.Ref{Handle: safe("@otto@fields.example")}
			p.Counts = timeline.Counts{Replies: 1}
			p.Views = []timeline.View{{Account: "acct-mastodon", Liked: true, Bookmarked: true}}
			p.Counts.Likes = 7
		}),
		made(timeline.Bluesky, "quote", time.Hour, "Jun Park", "@jun.example", "This, exactly this.", func(p *timeline.Post) {
			q := Post(timeline.Bluesky, "quoted", 2*time.Hour, "Dana Okafor", "Small tools age better than platforms. You can read all of the code in an evening, and you can mend it in the next.")
			q.Author.Handle = safe("@dana.example")
			p.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: q.ID, Post: q}
			p.Counts = timeline.Counts{Boosts: 1204, Likes: 15_800}
		}),
		made(timeline.Mastodon, "poll", 3*time.Hour, "Rust & Co", "@rustco@forge.example", "Which one do you reach for first?", func(p *timeline.Post) {
			p.Poll = &timeline.Poll{Votes: 210, Voters: 210, Voted: true, Closes: Start().Add(26 * time.Hour), Options: []timeline.PollOption{
				{Text: safe("a debugger"), Votes: 47}, {Text: safe("print"), Votes: 142, Chosen: true}, {Text: safe("the spec"), Votes: 21},
			}}
			p.Edited = Start().Add(-time.Hour)
		}),
	}
}

// unusual is what a renderer may stumble over.
func unusual() []Named {
	return []Named{
		made(timeline.Nostr, "long", 5*time.Hour, "otto", "npub1x…9kd", long(), nil),
		made(timeline.Mastodon, "lying-link", 7*time.Hour, "Totally Your Bank", "@bank@odd.example", "", func(p *timeline.Post) {
			p.Text = timeline.Text{
				{Text: timeline.Clean("Log in at ")},
				{Kind: timeline.SpanLink, Text: safe("bank.example"), Target: safe("https://evil.example/login")},
				{Text: timeline.Clean(" or at ")},
				{Kind: timeline.SpanLink, Text: safe("https://аpple.example/"), Target: safe("https://аpple.example/")},
			}
			p.Author.Bot, p.Labels = true, []timeline.Safe{safe("spam")}
			p.Visibility = timeline.Unlisted
		}),
		made(timeline.Bluesky, "media", 26*time.Hour, "Noor", "@noor.example", "Four days on foot.", func(p *timeline.Post) {
			p.Media = []timeline.Media{
				{Kind: timeline.Image, URL: safe("https://cdn.example/1.jpg")},
				{Kind: timeline.Video, URL: safe("https://cdn.example/2.mp4"), Alt: safe("the path down to the lake"), Duration: 84 * time.Second},
				{Kind: timeline.Audio, Alt: safe("rain on the hut's roof")},
			}
		}),
		made(timeline.Mastodon, "direct-cjk", 3*24*time.Hour, "雪", "@yuki@例え.example", "明日の会議は十時からです。資料は前日までに共有してください。よろしくお願いします。🧵👩‍👩‍👧‍👦", func(p *timeline.Post) {
			p.Visibility = timeline.Direct
		}),
		made(timeline.Nostr, "unknown-kind", 40*24*time.Hour, "relay bot", "npub1z…000", "", func(p *timeline.Post) {
			p.Note, p.Future = safe("a kind of post skein does not know: 30311"), true
		}),
		made(timeline.Mastodon, "media-hidden", 400*24*time.Hour, "Ada", "@ada@math.example", "My knee, eleven days on.", func(p *timeline.Post) {
			p.Sensitive, p.MediaOnly, p.Warning = true, true, safe("injury")
			p.Media = []timeline.Media{{Kind: timeline.Image}, {Kind: timeline.Image}}
		}),
	}
}

func long() string {
	s := ""
	for range 8 {
		s += "A relay is a small thing: it takes what it is given, keeps what it likes and forgets the rest. Run two, and nobody can make you forget.\n\n"
	}
	return s
}
