package world

// lastHalfHour is what the first screen shows: all three networks within a glance,
// a picture, a poll, a warning, a quote, a thread and a boost, and nobody hostile.
func lastHalfHour() []Post {
	posts := append(mastodonNow(), blueskyNow()...)
	posts = append(posts, nostrNow()...)
	release := pick(posts, "tern-2")
	return append(posts, also(release, Bluesky, sec(25)), also(release, Nostr, sec(48)))
}

func mastodonNow() []Post {
	return append(mastodonTalk(), on(Mastodon, []Post{
		{
			Key: "ana-runners", By: "ana", Age: ago(0, 14), Likes: 48, Boosts: 12,
			Text: []Part{
				t("We moved the lab to our own runners. What broke, and what I would not do again: "),
				link("https://lab.example/notes/moving-ci-home", "lab.example/notes/moving-ci-home"),
			},
			Card: &Card{
				URL: "https://lab.example/notes/moving-ci-home", Title: "Moving CI home: a diary",
				Description: "Eleven machines, one power strip, and the cleaner who needed a socket.",
			},
		},
		{
			Key: "june-runners", By: "june", Age: ago(0, 11), ReplyTo: "ana-runners", Likes: 19,
			Text: []Part{mention("ana"), t(" I have read as far as “one power strip” and I am lying down.")},
		},
		{
			Key: "ana-runners-2", By: "ana", Age: ago(0, 10), ReplyTo: "june-runners", Likes: 22,
			Text: []Part{mention("june"), t(" In my defence it was a very good power strip.")},
		},
		{
			Key: "kit-runners", By: "kit", Age: ago(0, 9), ReplyTo: "ana-runners", Likes: 7,
			Text: []Part{mention("ana"), t(" Did you pin the runner image, or do you live in the moment?")},
		},
		{
			Key: "ana-runners-3", By: "ana", Age: ago(0, 7), ReplyTo: "kit-runners", Likes: 9,
			Text: []Part{mention("kit"), t(" Pinned by digest. The moment and I are no longer on speaking terms.")},
		},
		{
			Key: "dele-runners", By: "dele", Age: sec(95), ReplyTo: "ana-runners-2", Likes: 3,
			Text: []Part{mention("ana"), t(" "), mention("june"), t(" On the 41 we call that “the bell circuit”. Press stop and the heating goes out.")},
		},
	})...)
}

// mastodonTalk is what else is going on at Mastodon.
func mastodonTalk() []Post {
	return on(Mastodon, []Post{
		{
			Key: "margit-poll", By: "margit", Age: sec(215), Likes: 31, Boosts: 8,
			Text: []Part{t("The workshop is divided and there is only one kettle, so it has to be settled today. For a bread label, the lower-case a should be…")},
			Poll: &Poll{
				Options: []string{"two storeys, like a house", "one storey, like a bun", "Capital. SHOUT THE BREAD", "ask the baker"},
				Votes:   []int{41, 63, 12, 88}, Open: ago(6, 0),
			},
		},
		{
			Key: "bram-book", By: "bram", Age: sec(340), Likes: 14, Warning: "the ending of every detective novel",
			Text: []Part{t("It was someone who had returned their books late. It is always someone who returned their books late. I have a list.")},
		},
		{
			Key: "layla-bread", By: "layla", Age: ago(0, 13), Lang: "ar", Likes: 27, Boosts: 4,
			Text:     []Part{t("أوّل خبز في هذا الصباح. الحيّ كلّه يعرف أنّني استيقظت قبل أن أفتح الباب. "), tag("خبز")},
			Pictures: []Picture{{Seed: 412, Scene: Bowl, Width: 720, Height: 540, Alt: "وعاء من الفخّار على طاولة خشبية، فيه عجين يرتاح تحت ضوء النافذة."}},
		},
		{
			Key: "tern-2", By: "kit", Age: ago(0, 18), Likes: 64, Boosts: 23,
			Text: []Part{
				t("tern 2.0 is out. It still moves files for nervous people. New: it now tells you what it is about to do in a calmer voice. "),
				link("https://code.example/kit/tern", "code.example/kit/tern"),
			},
		},
		{
			Key: "you-hello", By: Viewer, Age: ago(0, 25), Likes: 6,
			Text: []Part{t("Reading all of you in one window now. Hello, everyone.")},
		},
		{
			Key: "june-hello", By: "june", Age: ago(0, 21), ReplyTo: "you-hello", Likes: 2,
			Text: []Part{mention(Viewer), t(" Welcome! Does the window work without a mouse? (This is how I say hello.)")},
		},
		{
			Key: "dele-terminus", By: "dele", Age: ago(0, 28), Likes: 52, Boosts: 17,
			Text: []Part{t("Last stop, engine off.\nOne glove on seat nineteen.\nSomewhere a hand\nis being held\nto keep it warm.")},
		},
	})
}

func blueskyNow() []Post {
	return on(Bluesky, []Post{
		{
			Key: "museum-flag", By: "museum", Age: sec(35), Likes: 214, Boosts: 58,
			Text: []Part{t("A visitor asked what this one does. It raises a small flag to show that it has finished raising a small flag. We consider that plenty.")},
		},
		{
			Key: "tamsin-heron", By: "tamsin", Age: sec(160), Likes: 96, Boosts: 21,
			Text: []Part{t("He has been standing there since five. I have been standing here since five. One of us has breakfast. "), tag("birds"), t(" "), tag("herons")},
			Pictures: []Picture{{
				Seed: 3, Scene: Heron, Width: 800, Height: 600,
				Alt: "A grey heron in shallow water at first light, long neck in an S, beak level with the horizon. Reeds and a jetty are dark against a pale lagoon.",
			}},
		},
		{
			Key: "minji-soup", By: "minji", Age: ago(0, 6), Lang: "ko", Likes: 73, Boosts: 9,
			Text:     []Part{t("비 오는 날에는 된장찌개. 두부는 크게, 고추는 마지막에. 냄비 뚜껑이 달그락거리면 다 된 겁니다. 🍲")},
			Pictures: []Picture{{Seed: 88, Scene: Bowl, Width: 720, Height: 540, Alt: "창가 식탁 위, 유약이 흘러내린 도자기 그릇에 담긴 된장찌개."}},
		},
		{
			Key: "museum-door", By: "museum", Age: ago(0, 31), Likes: 380, Boosts: 120,
			Text: []Part{t("New acquisition: a doorbell, 1911, that rings only for the person who is already inside. The donor writes: “Please take it.”")},
		},
		{
			Key: "noam-door", By: "noam", Age: ago(0, 8), Lang: "he", QuoteOf: "museum-door", Likes: 33,
			Text: []Part{t("פעם תיקנתי פסנתר שעשה בדיוק את זה. בסוף מצאנו בפנים מכתב.")},
		},
		{
			Key: "ines-venus", By: "ines", Age: ago(0, 16), Likes: 141, Boosts: 30,
			Text: []Part{t("To the four people who messaged me about the very bright light in the west just now: hello, lovely to hear from you, it is Venus.")},
		},
		{
			Key: "rosa-venus", By: "rosa", Age: ago(0, 15), ReplyTo: "ines-venus", Likes: 40,
			Text: []Part{mention("ines"), t(" I cycled towards it for twenty minutes. I am now in a different village.")},
		},
		{
			Key: "ines-venus-2", By: "ines", Age: ago(0, 12), ReplyTo: "rosa-venus", Likes: 55,
			Text: []Part{mention("rosa"), t(" Sailors did this for centuries. Have you considered trading spices?")},
		},
		{
			Key: "rosa-venus-3", By: "rosa", Age: sec(270), ReplyTo: "ines-venus-2", Likes: 61,
			Text: []Part{mention("ines"), t(" They had a shop. I have a flapjack and a new friend called Gerald.")},
		},
		{
			Key: "you-sky", By: Viewer, Age: ago(0, 24), Likes: 4,
			Text: []Part{t("First evening of the year warm enough for the balcony.")},
		},
		{
			Key: "rosa-sky", By: "rosa", Age: ago(0, 19), ReplyTo: "you-sky", Likes: 1,
			Text: []Part{mention(Viewer), t(" Balcony report, please: swifts yet?")},
		},
	})
}

func nostrNow() []Post {
	return on(Nostr, []Post{
		{
			Key: "hal-cq", By: "hal", Age: sec(60), Likes: 11,
			Text: []Part{t("Worked a chap on a fishing boat tonight with five watts and a bedspring. Signal report: 5 and 9. Bedspring report: never again.")},
		},
		{
			Key: "fern-uptime", By: "fern", Age: sec(185), Likes: 24,
			Text: []Part{t("relay.example has been up for 400 days. the cupboard it lives in has been painted twice. nobody noticed either time, which is the nicest thing you can say about a relay. "), tag("relaylife")},
		},
		{
			Key: "lamp-fog", By: "lamp", Age: ago(0, 22), Likes: 37,
			Text: []Part{t("The light is automatic now. I still climb up at dusk and say its name, in case it likes to be asked.")},
		},
		{Key: "fern-lamp", By: "fern", Age: sec(310), BoostOf: "lamp-fog"},
		{
			Key: "nadia-bench", By: "nadia", Age: sec(390), Likes: 18,
			Text: []Part{
				t("Mapped my 1,000th bench today. It faces a wall. Someone has painted a window on the wall, with a view of a bench. "),
				tag("mapping"),
			},
			Pictures: []Picture{{Seed: 51, Scene: Hills, Width: 800, Height: 500, Alt: "The way up to the bench: brown autumn hills, scattered firs, a few birds under the sun."}},
		},
		{
			Key: "bo-quote", By: "bo", Age: ago(0, 9), QuoteOf: "lamp-fog", Likes: 15,
			Text: []Part{t("I do this with the hives. They do not answer, but it is a warm sort of not answering.")},
		},
		{
			Key: "you-relay", By: Viewer, Age: ago(0, 23), Likes: 3,
			Text: []Part{t("New key, who dis? (Me. On purpose. Hello, relays.)")},
		},
		{
			Key: "fern-hello", By: "fern", Age: ago(0, 20), ReplyTo: "you-relay", Likes: 2,
			Text: []Part{mention(Viewer), t(" welcome to the cupboard. shoes off please")},
		},
		{
			Key: "hut-now", By: "hut", Age: ago(0, 17),
			Text: []Part{t("Hut 7, 612 m: 9.4 °C, wind SW 3, visibility 20 km, battery 13.1 V. One fox. "), tag("weather")},
		},
	})
}
