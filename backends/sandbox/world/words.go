package world

// The parts that posts are written with.

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

// on puts posts on a network.
func on(network string, posts ...Post) []Post {
	for i := range posts {
		posts[i].Network = network
	}
	return posts
}
