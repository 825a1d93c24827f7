package world

// letters is type, the library and the night bus.
func letters() []Post {
	return append(branchLine(), on(Mastodon, []Post{
		{
			Key: "margit-q", By: "margit", Age: ago(9, 10), Likes: 176, Boosts: 54,
			Text: []Part{t("Day 40 of the Q. The tail has left the building and is making its own decisions.")},
			Pictures: []Picture{{
				Seed: 13, Scene: Letter, Width: 800, Height: 600,
				Alt: "A roman capital Q on cream paper with thin red guide lines. Its tail starts inside the bowl and leaves to the lower right, well below the baseline.",
			}},
		},
		{
			Key: "bram-q", By: "bram", Age: ago(9, 1), ReplyTo: "margit-q", Likes: 22,
			Text: []Part{mention("margit"), t(" We shelve under Q: quilting, quarries, the Quiet Room. It has earned a long tail.")},
		},
		{
			Key: "margit-q-2", By: "margit", Age: ago(8, 52), ReplyTo: "bram-q", Likes: 16,
			Text: []Part{mention("bram"), t(" I would like to set the sign for the Quiet Room. In six point.")},
		},
		{
			Key: "bram-q-2", By: "bram", Age: ago(8, 40), ReplyTo: "margit-q-2", Likes: 24,
			Text: []Part{mention("margit"), t(" You would have to come in to read it. That is the whole idea. Yes.")},
		},
		{
			Key: "margit-space", By: "margit", Age: ago(17, 5), Likes: 98, Boosts: 37,
			Text: []Part{t("A comma is not a pause. A comma is a small hand on the arm.")},
		},
		{
			Key: "dele-space", By: "dele", Age: ago(16, 44), ReplyTo: "margit-space", Likes: 61,
			Text: []Part{mention("margit"), t(" And a full stop is where I get to open the doors.")},
		},
		{
			Key: "margit-kern", By: "margit", Age: ago(33, 0), Likes: 82, Boosts: 26,
			Text: []Part{t("Saw a van today: “MOD ERN REM OVALS”. I followed it for two streets. I had my tweezers with me.")},
		},
		{
			Key: "margit-diacritics", By: "margit", Age: ago(41, 12), Likes: 57,
			Text: []Part{t("Proofing accents all day, composed and decomposed: é e\u0301 ñ n\u0303 ệ e\u0323\u0302 ç c\u0327 ǖ u\u0308\u0304 å a\u030a. If these look like pairs of twins, someone upstream loves you. "), tag("typography")},
		},
	})...)
}

// branchLine is the library and the bus.
func branchLine() []Post {
	return on(Mastodon, []Post{
		{
			Key: "bram-overdue", By: "bram", Age: ago(19, 50), Visibility: "followers", Likes: 34,
			Text: []Part{t("A book came back today that was due in 1974. The note inside says “sorry, it was good”. We waived the fine. We have framed the note.")},
		},
		{
			Key: "bram-quiet", By: "bram", Age: ago(31, 25), Visibility: "unlisted", Likes: 41,
			Text: []Part{t("Library questions of the week: “Do you have the blue one?” “Is he still alive?” (holding an atlas) “Could you turn the rain down?”")},
		},
		{
			Key: "dele-rain", By: "dele", Age: ago(24, 25), Likes: 69, Boosts: 24,
			Text: []Part{t("Rain on the upper deck.\nEveryone below\nlooks up, as if\nthey knew the tune.")},
		},
		{
			Key: "dele-rules", By: "dele", Age: ago(47, 30), Likes: 240, Boosts: 111,
			Text: []Part{t("Things people have said instead of “thank you, driver”:\n\n– Mind how you go.\n– Lovely corner, that.\n– Tell my wife I was on here.\n– (a carrot, placed on the dashboard, in silence)")},
		},
		{
			Key: "ana-rules", By: "ana", Age: ago(47, 5), ReplyTo: "dele-rules", Likes: 37,
			Text: []Part{mention("dele"), t(" “Lovely corner, that” is the code review I dream of.")},
		},
		{Key: "margit-boost-rules", By: "margit", Age: ago(46, 10), BoostOf: "dele-rules"},
		{
			Key: "bram-cw-pic", By: "bram", Age: ago(10, 20), Warning: "spider (small, polite, behind glass)", Sensitive: true, Likes: 13,
			Text:     []Part{t("She lives in the returns box and has read more than I have. Wide shot, for the nervous: she is the dot.")},
			Pictures: []Picture{{Seed: 66, Scene: Landscape, Width: 640, Height: 480, Alt: "The view through the returns box flap. In it, if you insist on looking, one dot with legs."}},
		},
		{
			Key: "margit-sensitive", By: "margit", Age: ago(13, 25), Sensitive: true, Likes: 28,
			Text:     []Part{t("Marked sensitive on behalf of my teacher, who should not see what I did to this serif.")},
			Pictures: []Picture{{Seed: 27, Scene: Letter, Width: 700, Height: 700, Alt: "A lower-case a on specimen paper. Where a serif should be, there is a decision."}},
		},
	})
}

// sounds is Pilar and her machines.
func sounds() []Post {
	posts := on(Mastodon, []Post{
		{
			Key: "pilar-toaster", By: "pilar", Age: ago(1, 50), Likes: 155, Boosts: 43,
			Text: []Part{t("The toaster now has a filter cutoff. Brown is a low-pass. "), emoji("synth"), t(" "), tag("diysynth")},
			Pictures: []Picture{{
				Seed: 65, Scene: Panel, Width: 800, Height: 600,
				Alt: "A dark front panel with three rows of knobs, each pointing somewhere different, and four patch cables sagging between sockets.",
			}},
		},
		{
			Key: "ana-toaster", By: "ana", Age: ago(1, 42), ReplyTo: "pilar-toaster", Likes: 18,
			Text: []Part{mention("pilar"), t(" What happens at full resonance?")},
		},
		{
			Key: "pilar-toaster-2", By: "pilar", Age: ago(1, 36), ReplyTo: "ana-toaster", Likes: 31,
			Text: []Part{mention("ana"), t(" Breakfast. "), emoji("synth")},
		},
		{
			Key: "pilar-drone", By: "pilar", Age: ago(15, 15), Likes: 47, Boosts: 12,
			Text: []Part{
				t("Recorded the fridge for an hour. It is in B flat, except when it dreams. Free to use: "),
				link("https://voltage.example/fridge-in-b-flat", "voltage.example/fridge-in-b-flat"),
			},
			Card: &Card{URL: "https://voltage.example/fridge-in-b-flat", Title: "Fridge in B flat (61:12)", Description: "Field recording, public domain, slightly cold."},
		},
		{
			Key: "pilar-noalt", By: "pilar", Age: ago(22, 30), Likes: 20,
			Text:     []Part{t("quick one before the solder cools, will describe it later")},
			Pictures: []Picture{{Seed: 9, Scene: Panel, Width: 640, Height: 400}},
		},
		{
			Key: "june-noalt", By: "june", Age: ago(22, 10), ReplyTo: "pilar-noalt", Likes: 26,
			Text: []Part{mention("pilar"), t(" My screen reader says: “image”. I am imagining a horse. Correct me.")},
		},
		{
			Key: "pilar-noalt-2", By: "pilar", Age: ago(21, 55), ReplyTo: "june-noalt", Likes: 35,
			Text: []Part{mention("june"), t(" Knobs, cables, one thumbprint. Sorry. I prefer the horse.")},
		},
	})
	return append(posts, also(pick(posts, "pilar-drone"), Nostr, sec(35)))
}
