package world

import "strings"

// hostile is what Mallory posts: everything that a server may send and a terminal
// must not obey. Each begins by saying what it is, so that a reader who meets one
// knows why it is there.
func hostile() []Post {
	posts := append(hostileMastodon(), hostileBluesky()...)
	return append(posts, hostileNostr()...)
}

func hostileMastodon() []Post {
	return on(Mastodon, []Post{
		{
			Key: "mallory-csi", By: "mallory", Age: ago(1, 33), Likes: 1,
			Text: []Part{t("Mallory's test no. 1, colours and clearing: \x1b[31mred\x1b[0m \x1b[2J\x1b[H\x1b[?1049h\x1b[8mhidden\x1b[28m. This should be one dull line.")},
		},
		{
			Key: "mallory-ok", By: "june", Age: ago(1, 30), ReplyTo: "mallory-csi", Likes: 8,
			Text: []Part{mention("mallory"), t(" It was dull. Well done, everyone.")},
		},
		{
			Key: "mallory-title", By: "mallory", Age: ago(6, 3),
			Text: []Part{t("Mallory's test no. 2, your window title: \x1b]0;pwned\x07 and \x1b]2;pwned\x1b\\ and a bell \x07\x07\x07. Still quiet?")},
		},
		{
			Key: "mallory-newlines", By: "mallory", Age: ago(9, 20),
			Text: []Part{t("Mallory's test no. 3, five hundred empty lines follow." + strings.Repeat("\n", 500) + "Here is the bottom.")},
		},
		{
			Key: "mallory-label", By: "mallory", Age: ago(11, 55),
			Text: []Part{t("Mallory's test no. 4, a link that says one place and goes to another: "), link("https://phish.example/login", "https://bank.example/login")},
			Card: &Card{URL: "https://phish.example/login", Title: "bank.example\x1b]8;;https://phish.example\x07 – sign in", Description: "\x1b[1mPerfectly safe\x1b[0m"},
		},
		{
			Key: "mallory-alt", By: "mallory", Age: ago(17, 45), Warning: "Mallory's test no. 5\x1b[5m in a warning\u202e too",
			Text:     []Part{t("A picture whose description is not well behaved.")},
			Pictures: []Picture{{Seed: 99, Scene: Town, Width: 480, Height: 360, Alt: "A town at night.\x1b[2J\x1b]0;alt\x07\u202e sdrawkcab \u202c\u0085\u009b31m End of description."}},
		},
		{
			Key: "mallory-poll", By: "mallory", Age: ago(23, 40),
			Text: []Part{t("Mallory's test no. 6, a poll with bad manners:")},
			Poll: &Poll{Options: []string{"\x1b[31mred\x1b[0m", "back\b\b\b\bspace", "\rcarriage", "\u202eesrever"}, Votes: []int{1, 2, 0, 1}, Open: ago(12, 0)},
		},
		{
			Key: "mallory-zalgo", By: "mallory", Age: ago(39, 5),
			Text: []Part{t("Mallory's test no. 7, letters with too much on: " + zalgo("hello", 40) + " and one with three hundred: " + zalgo("x", 300))},
		},
	})
}

func hostileBluesky() []Post {
	return on(Bluesky, []Post{
		{
			Key: "mallory-bidi", By: "mallory", Age: ago(2, 25),
			Text: []Part{t("Mallory's test no. 8, overrides: invoice_\u202efdp.exe\u202c and \u2066isolated\u2067 twice\u2069, never closed: \u202e this must not run backwards \u2067 nor eat the next post")},
		},
		{
			Key: "mallory-osc8", By: "mallory", Age: ago(7, 40),
			Text: []Part{t("Mallory's test no. 9, a hyperlink of my own: \x1b]8;;https://phish.example\x1b\\click here\x1b]8;;\x1b\\ (it should not be one).")},
		},
		{
			Key: "mallory-facet", By: "mallory", Age: ago(14, 15),
			Text: []Part{t("Mallory's test no. 10, another place under the words: "), link("https://phish.example/", "gazette.example/swan")},
		},
		{
			Key: "mallory-idn", By: "mallory", Age: ago(21, 0),
			Text: []Part{t("Mallory's test no. 11, a host in two alphabets: "), link("https://g\u0430zette.example/swan", "g\u0430zette.example/swan"), t(" (one of those letters is not an a).")},
		},
		{
			Key: "mallory-alt", By: "mallory", Age: ago(28, 40),
			Text:     []Part{t("Mallory's test no. 12, a description with controls.")},
			Pictures: []Picture{{Seed: 98, Scene: Shore, Width: 480, Height: 360, Alt: "Water.\x1bP1$r0m\x1b\\\x1b_Gi=1;AAAA\x1b\\\x9b2J End of description."}},
		},
		{
			Key: "mallory-lines", By: "mallory", Age: ago(40, 45),
			Text: []Part{t("Mallory's test no. 13, only as many empty lines as fit." + strings.Repeat("\n", 200) + "Bottom.")},
		},
		{
			Key: "mallory-tags", By: "mallory", Age: ago(49, 10),
			Text: []Part{t("Mallory's test no. 14, invisible tags\U000E0069\U000E0067\U000E006E\U000E006F\U000E0072\U000E0065 in the mid\ufeffdle\u200b of words, and joiners\u200d\u200d\u200dwith nothing to join.")},
		},
	})
}

func hostileNostr() []Post {
	return on(Nostr, []Post{
		{
			Key: "mallory-clip", By: "mallory", Age: ago(2, 18),
			Text: []Part{t("Mallory's test no. 15, your clipboard: \x1b]52;c;ZWNobyBoZWxsbwo=\x07 and \x1b]52;c;?\x1b\\ (nothing should have been copied).")},
		},
		{
			Key: "mallory-dcs", By: "mallory", Age: ago(8, 10),
			Text: []Part{t("Mallory's test no. 16, device strings: \x1bPq#0;2;0;0;0~~\x1b\\ \x1b_Ga=T,f=24;AAAA\x1b\\ \x1b^secret\x1b\\ \x1bX\x1b\\ done.")},
		},
		{
			Key: "mallory-c1", By: "mallory", Age: ago(13, 50),
			Text: []Part{t("Mallory's test no. 17, eight-bit controls: \u009b31mred\u009b0m \u009d0;title\u009c \u0090q\u009c \u0085next\u008dup \x7f\x7f.")},
		},
		{
			Key: "mallory-newlines", By: "mallory", Age: ago(19, 25),
			Text: []Part{t("Mallory's test no. 18, five hundred lines again, with returns." + strings.Repeat("\r\n", 500) + "\rBottom.")},
		},
		{
			Key: "mallory-cursor", By: "mallory", Age: ago(27, 45),
			Text: []Part{t("Mallory's test no. 19, moving about: a\b\bb \x1b[10A\x1b[999D\x1b[6n\x1b[c\x1b]10;?\x07\x0e\x0f\x0b\x0c end.")},
		},
		{
			Key: "mallory-alt", By: "mallory", Age: ago(38, 20), Warning: "Mallory's test no. 20\u202e\x1b[7m",
			Text:     []Part{t("A described picture, badly described.")},
			Pictures: []Picture{{Seed: 97, Scene: Night, Width: 480, Height: 360, Alt: "Stars.\x00\x1b[5m\x1b]52;c;eA==\x07 End of description."}},
		},
		{
			Key: "mallory-word", By: "mallory", Age: ago(46, 30),
			Text: []Part{t("Mallory's test no. 21, one word: " + strings.Repeat("mallory", 400) + zalgo("!", 30))},
		},
	})
}

// zalgo puts n combining marks on every letter of s.
func zalgo(s string, n int) string {
	var b strings.Builder
	for i, r := range s {
		b.WriteRune(r)
		for j := range n {
			b.WriteRune(rune(0x0300 + (i*7+j)%0x70))
		}
	}
	return b.String()
}
