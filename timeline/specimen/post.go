package specimen

import (
	"fmt"
	"strings"
	"time"

	"skein/timeline"
)

// shell is what boosts and posts share: who, when and where.
func (w *world) shell(account timeline.Account, by *person, at time.Time, boost bool) *timeline.Post {
	p := &timeline.Post{Author: by.author, Created: at, Visibility: timeline.Public}
	p.ID.Network = by.network
	view := timeline.View{Account: account.ID}
	switch by.network {
	case timeline.Mastodon:
		p.Created = at.Truncate(time.Millisecond)
		number := w.snowflake(at)
		p.ID.Local = "https://" + by.host + "/users/" + by.user + "/statuses/" + number
		p.URL = timeline.CleanLine("https://" + by.host + "/@" + by.user + "/" + number)
		if boost {
			p.ID.Local += "/activity"
			p.URL = timeline.Safe{}
		}
		if w.chance(15) {
			p.Visibility = timeline.Unlisted
		}
		view.ServerID = w.snowflake(at)
	case timeline.Bluesky:
		p.Created = at.Truncate(time.Millisecond)
		kind := "post"
		if boost {
			kind = "repost"
		}
		key := "3m" + w.base32(11)
		p.ID.Local = "at://" + by.author.ID + "/app.bsky.feed." + kind + "/" + key
		view.ServerID = "bafyrei" + w.base32(52)
		if !boost {
			p.URL = timeline.CleanLine("https://bsky.app/profile/" + by.host + "/post/" + key)
		}
	default:
		p.Created = at.Truncate(time.Second)
		p.ID.Local = w.hex(64)
		p.URL = timeline.CleanLine("https://njump.me/nevent1" + w.bech32(130))
	}
	view.Liked, view.Boosted, view.Bookmarked = w.chance(3), w.chance(1), w.chance(1)
	p.Sorted = p.Created
	p.Views = []timeline.View{view}
	return p
}

// snowflake is a number as Mastodon makes them: milliseconds, and 16 bits.
func (w *world) snowflake(at time.Time) string {
	return fmt.Sprint(at.UnixMilli()<<16 | int64(w.rand.IntN(1<<16)))
}

// plain is a post that boosts nothing.
func (w *world) plain(account timeline.Account, by *person, at time.Time) *timeline.Post {
	p := w.shell(account, by, at, false)
	p.Languages = []string{by.lang.code}
	if by.network == timeline.Nostr && w.chance(80) {
		p.Languages = nil
	}
	longest := map[timeline.Network]int{timeline.Mastodon: 500, timeline.Bluesky: 300}[by.network]
	if longest == 0 {
		longest = 6000
	}
	if seen := w.recent[by.network]; len(seen) > 0 {
		w.refer(p, pick(w, seen))
	}
	w.write(p, by, w.length(longest))
	w.attach(p, by)
	if w.chance(70) {
		p.Counts = timeline.Counts{Replies: int(w.rand.ExpFloat64() * 2), Boosts: int(w.rand.ExpFloat64() * 6), Likes: int(w.rand.ExpFloat64() * 20), Quotes: int(w.rand.ExpFloat64())}
	}
	if w.chance(warned) {
		p.Warning, p.Sensitive = timeline.CleanLine(pick(w, []string{"politics", "food", "us pol", "spoilers", "nsfw", "ニュース"})), true
	}
	return p
}

// refer makes a post a reply to another, or a quote of it.
func (w *world) refer(p, to *timeline.Post) {
	switch n := w.rand.IntN(100); {
	case n < replies:
		p.ReplyTo = &timeline.Ref{ID: to.ID, Handle: to.Author.Handle}
		if p.Root = to.Root; p.Root == nil && p.ID.Network != timeline.Mastodon {
			p.Root = &timeline.Ref{ID: to.ID}
		}
		p.Text = append(p.Text, timeline.Span{Kind: timeline.SpanMention, Text: to.Author.Handle, Target: timeline.CleanLine(to.Author.ID)})
	case n < replies+quotes:
		quoted := *to
		quoted.Quote = nil
		p.Quote = &timeline.Quote{State: timeline.QuoteShown, ID: to.ID, Post: &quoted}
	}
}

// write gives a post its text: prose, tags, mentions, links and custom emoji.
func (w *world) write(p *timeline.Post, by *person, length int) {
	text := w.prose(by.lang, length)
	if len(p.Text) > 0 {
		text = " " + text
	}
	p.Text = append(p.Text, timeline.Span{Text: timeline.Clean(text)})
	plain := func(s string) { p.Text = append(p.Text, timeline.Span{Text: timeline.Clean(s)}) }
	if w.chance(8) {
		plain(" ")
		other := w.author(by.network).author
		p.Text = append(p.Text, timeline.Span{Kind: timeline.SpanMention, Text: other.Handle, Target: timeline.CleanLine(other.ID)})
	}
	if w.chance(18) {
		plain(" ")
		address := w.address()
		p.Text = append(p.Text, timeline.Span{Kind: timeline.SpanLink, Text: timeline.CleanLine(strings.TrimPrefix(address, "https://")), Target: timeline.CleanLine(address)})
	}
	if w.chance(3) {
		plain(" ")
		p.Text = append(p.Text, timeline.Span{Kind: timeline.SpanEmoji, Text: timeline.Literal(":blobcat:"), Target: timeline.CleanLine("https://" + by.host + "/emoji/" + w.hex(32) + ".png")})
	}
	if w.chance(20) {
		for range 1 + w.rand.IntN(4) {
			tag := pick(w, topics())
			plain(" ")
			p.Text = append(p.Text, timeline.Span{Kind: timeline.SpanTag, Text: timeline.CleanLine("#" + tag), Target: timeline.CleanLine(tag)})
			p.Tags = append(p.Tags, timeline.CleanLine(strings.ToLower(tag)))
		}
	}
}

func (w *world) address() string {
	site := pick(w, []string{"www.theguardian.com/world", "github.com", "www.youtube.com/watch", "arstechnica.com/science", "www.nytimes.com", "blog.example.org", "www.heise.de/news", "lwn.net/Articles"})
	return "https://" + site + "/2026/03/" + strings.ReplaceAll(w.prose(w.langs[0], 20+w.rand.IntN(50)), " ", "-") + fmt.Sprintf("-%d", w.rand.IntN(1e7))
}

// attach adds pictures, a preview or a poll.
func (w *world) attach(p *timeline.Post, by *person) {
	switch n := w.rand.IntN(100); {
	case n < pictures:
		for range 1 + w.rand.IntN(10)/7 {
			p.Media = append(p.Media, w.picture(p, by))
		}
	case n < pictures+cards:
		c := &timeline.Card{
			URL: timeline.CleanLine(w.address()), Title: timeline.CleanLine(w.prose(by.lang, 60)),
			Description: timeline.CleanLine(w.prose(by.lang, 140)), Site: timeline.Literal("The Guardian"),
		}
		if w.chance(80) {
			c.Image = w.file(by, "bafkrei"+w.base32(52), "feed_thumbnail", "original")
		}
		p.Card = c
	case n < pictures+cards+polls:
		p.Poll = &timeline.Poll{ID: w.snowflake(p.Created), Closes: p.Created.Add(24 * time.Hour).Truncate(time.Second), Votes: w.rand.IntN(500)}
		for range 2 + w.rand.IntN(3) {
			p.Poll.Options = append(p.Poll.Options, timeline.PollOption{Text: timeline.CleanLine(w.prose(by.lang, 20)), Votes: w.rand.IntN(200)})
		}
	}
}

func (w *world) picture(p *timeline.Post, by *person) timeline.Media {
	m := timeline.Media{Kind: timeline.Image, Width: 800 + w.rand.IntN(3000), Height: 600 + w.rand.IntN(2000)}
	if w.chance(12) {
		m.Kind, m.Duration = timeline.Video, time.Duration(3+w.rand.IntN(200))*time.Second
	}
	if w.chance(50) {
		m.Alt = timeline.Clean(w.prose(by.lang, w.length(1500)))
	}
	name := "bafkrei" + w.base32(52)
	m.URL = w.file(by, name, "feed_fullsize", "original")
	if p.ID.Network != timeline.Nostr {
		m.Preview = w.file(by, name, "feed_thumbnail", "small")
	}
	if p.ID.Network == timeline.Mastodon {
		m.Blurhash = w.letters(36, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~")
	}
	return m
}

// file is the address of a picture: name and folder tell which, on Bluesky and on
// Mastodon the size comes with it.
func (w *world) file(by *person, name, folder, size string) timeline.Safe {
	switch by.network {
	case timeline.Mastodon:
		return timeline.CleanLine("https://files.fosstodon.example/cache/media_attachments/files/" + digits(name) + "/" + size + "/" + name[7:23] + ".jpg")
	case timeline.Bluesky:
		return timeline.CleanLine("https://cdn.bsky.app/img/" + folder + "/plain/" + by.author.ID + "/" + name + "@jpeg")
	}
	return timeline.CleanLine("https://image.nostr.build/" + name[7:] + ".jpg")
}

// digits makes a folder of a name, the same for the same name.
func digits(name string) string {
	sum := uint64(14695981039346656037)
	for _, c := range []byte(name) {
		sum = (sum ^ uint64(c)) * 1099511628211
	}
	return fmt.Sprintf("%03d/%03d/%03d/%03d/%03d", sum%1000, sum/1e3%1000, sum/1e6%1000, sum/1e9%1000, sum/1e12%1000)
}
