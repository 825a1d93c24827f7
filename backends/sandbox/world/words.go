package world

import "time"

// The words that posts are written with.

func t(s string) Part { return Part{Kind: Plain, Text: s} }

// link shows label for address; an empty label shows the address itself.
func link(address, label string) Part {
	if label == "" {
		label = address
	}
	return Part{Kind: Link, Text: label, Target: address}
}

func mention(key string) Part { return Part{Kind: Mention, Text: "@" + key, Target: key} }

func tag(name string) Part { return Part{Kind: Tag, Text: name} }

func emoji(shortcode string) Part { return Part{Kind: Emoji, Text: shortcode} }

// ago is an Age in hours and minutes.
func ago(hours, minutes int) time.Duration {
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
}

// sec is an Age in seconds, for the last few minutes.
func sec(n int) time.Duration { return time.Duration(n) * time.Second }

// on puts posts on a network. Posts that name no language are in English, where the
// network keeps one.
func on(network string, posts []Post) []Post {
	for i := range posts {
		posts[i].Network = network
		if posts[i].Lang == "" && network != Nostr {
			posts[i].Lang = "en"
		}
	}
	return posts
}

// also is what p's author put on another network a moment after p.
func also(p Post, network string, after time.Duration) Post {
	p.CopyOf = p.Network + "/" + p.Key
	p.Network = network
	p.Age -= after
	if network == Nostr {
		p.Lang = ""
	}
	return p
}

// pick finds a post by its key.
func pick(posts []Post, key string) Post {
	for _, p := range posts {
		if p.Key == key {
			return p
		}
	}
	return Post{}
}
