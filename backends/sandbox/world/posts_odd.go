package world

import "strings"

// oddities are friendly posts in unusual shapes: they show that a client keeps its columns.
func oddities() []Post {
	return append(blueskyOddities(), on(Mastodon, []Post{
		{
			Key: "june-family", By: "june", Age: ago(12, 30), Likes: 49,
			Text: []Part{t("How one picture is read to me: 👩🏾‍🦯 “woman with white cane, medium-dark skin tone”. And this: 👨‍👩‍👧‍👦 “family”. And this: 🏴‍☠️ “pirate flag”. And this: 🇯🇵🇰🇷🇩🇪🇵🇹 a short holiday. 🫱🏻‍🫲🏿")},
		},
		{
			Key: "june-claps", By: "june", Age: ago(45, 10), Likes: 72, Boosts: 30,
			Text: []Part{t("When you 👏 write 👏 like 👏 this 👏 I 👏 hear 👏 a 👏 very 👏 small 👏 audience.")},
		},
		{
			Key: "kit-word", By: "kit", Age: ago(43, 20), Likes: 15,
			Text: []Part{t("Generated identifier of the day, and yes, it is exported: " + strings.Repeat("AbstractNervousFileMoverFactoryProvider", 7))},
		},
		{
			Key: "tamsin-only-pic", By: "tamsin", Age: ago(29, 5), Likes: 88,
			Pictures: []Picture{{Seed: 17, Scene: Shore, Width: 900, Height: 500, Alt: "No words. Low tide, a jetty, the whole sky lying down in the mud."}},
		},
		{
			Key: "gazette-links", By: "gazette", Age: ago(48, 30), Likes: 18,
			Text: []Part{
				t("All of this week on one page: "), link("https://gazette.example/bridge", "gazette.example/bridge"), t(" · "),
				link("https://gazette.example/fridge", "gazette.example/fridge"), t(" · "), link("https://gazette.example/cake", "gazette.example/cake"), t(" · "),
				link("https://gazette.example/gloves", "gazette.example/gloves"), t(" · "), link("https://gazette.example/swan", "gazette.example/swan"), t(" · "),
				link("https://gazette.example/swan/again", "gazette.example/swan/again"), t(" "), tag("LittleMarsh"), t(" "), tag("localnews"), t(" "), tag("swan"),
			},
		},
		{
			Key: "kit-code", By: "kit", Age: ago(36, 10), Likes: 63, Boosts: 15,
			Text: []Part{t("Deleted today:\n\nif err != nil {\n\treturn nil\n}\n\nIt had been keeping a secret since March. "), emoji("facepalm")},
		},
		{
			Key: "kit-angle", By: "kit", Age: ago(52, 40), Likes: 11,
			Text: []Part{t("Escaping check: <b>not bold</b> & fish &amp; chips, 3 < 5 > 2, “quotes”, 'ticks', `grave`. If you see exactly what I typed, thank your parser.")},
		},
		{
			Key: "otto-combine", By: "otto", Age: ago(53, 15), Lang: "de", Likes: 8,
			Text: []Part{t("Zu viele Umlaute im Beet: ä a\u0308 ö o\u0308 ü u\u0308. Die mit dem losen Punkt ziehe ich vor.")},
		},
		{
			Key: "you-note", By: Viewer, Age: ago(30, 20), Visibility: "followers", Likes: 2,
			Text: []Part{t("Only for followers: I am going to learn the names of ten birds this year. I have: heron.")},
		},
		{
			Key: "tamsin-note", By: "tamsin", Age: ago(30, 5), ReplyTo: "you-note", Visibility: "followers", Likes: 1,
			Text: []Part{mention(Viewer), t(" Next: lapwing. It has a hairdo. You can't miss it.")},
		},
	})...)
}

func blueskyOddities() []Post {
	return on(Bluesky, []Post{
		{
			Key: "ines-zwj", By: "ines", Age: ago(36, 50), Likes: 33,
			Text: []Part{t("Crew of tonight's watch: 👩🏽‍🚀👨🏻‍🔬🧑🏿‍🏫🐈‍⬛ and one 🧙‍♂️ who will not say why he is here. ❤️‍🔥")},
		},
		{
			Key: "noam-combine", By: "noam", Age: ago(44, 30), Lang: "he", Likes: 19,
			Text: []Part{t("בְּרֵאשִׁית הָיָה הַקּוֹלָן: לה, 440. ואז לה דיאז. ואז ויכוח.")},
		},
		{
			Key: "museum-narrow", By: "museum", Age: ago(51, 20), Likes: 90,
			Text: []Part{t("Full-width typewriter, tested: ＨＥＬＬＯ　ＤＥＡＲ　ＶＩＳＩＴＯＲ. Half-width typewriter, tested: ﾊﾛｰ. The staff are now separated by a screen.")},
		},
	})
}
